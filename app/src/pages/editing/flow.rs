//! Flow: a change on its way, from the look before it to the entry that tells of it.

use autotask_client::edit::{Edited, ReadBack, Sent, edit, read_back};
use autotask_core::{
    Failure, FailureKind, Issue, entity,
    hierarchy::{Hierarchy, Rules},
    write::Verdict,
};

use crate::{
    api::api,
    components::{
        toast::{Action, SHOWN_LONGER, Toast, Toasts, use_toasts},
        tone::Tone,
    },
    page::Page,
    pages::failed::sentence,
    session::{Session, use_session},
    store::{
        changes::{Changes, Contested, Entry, Order, Pending, key_of, use_changes},
        id::new_id,
    },
};
use leptos::{prelude::*, task::spawn_local};

const PARENT: &str = "parentCompanyID";
/// Companies of the way to the top that are looked at; Autotask's own screens have two levels.
const LEVELS_MAX: usize = 20;

/// How a change ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// It was sent and read again; every field is there.
    Written,
    /// It was sent, and not all of it is there. Says what.
    InPart(String),
    /// Whether it was written is not known. Says why.
    InDoubt(String),
    /// A person has to decide first.
    Contested,
    /// Nothing was written.
    Failed(Failure),
}

/// What a change needs of the app around it.
#[derive(Clone, Copy)]
pub struct Flow {
    changes: Changes,
    toasts: Toasts,
    session: Session,
}

/// The flow of changes.
pub fn use_flow() -> Flow {
    Flow { changes: use_changes(), toasts: use_toasts(), session: use_session() }
}

/// Asks the core whether a company may get its new parent, with the companies above that one.
async fn check_parent(order: &Order) -> Result<(), Failure> {
    let sent = order.patch.record();
    let Some((id, parent)) = sent.id().zip(sent.int(PARENT)).filter(|_| order.entity == "Companies") else {
        return Ok(());
    };
    let Some(info) = entity(order.entity) else { return Ok(()) };
    let (mut ids, mut parents) = (vec![id], vec![order.seen.int(PARENT)]);
    let mut next = Some(parent);
    while let Some(above) = next.filter(|above| !ids.contains(above) && ids.len() < LEVELS_MAX) {
        let Some(row) = api().get(info, above).await? else { break };
        next = row.int(PARENT);
        ids.push(above);
        parents.push(next);
    }
    let rules = Rules { levels: u32::MAX, active: &[] };
    let check = Hierarchy::new(&ids, &parents).check_move(id, Some(parent), &rules, &mut []);
    let Some(issue) = check.issues.into_iter().find(Issue::is_error) else { return Ok(()) };
    let mut failure = Failure::new(FailureKind::Validation, 0, vec![issue.message.clone()]);
    "choose a company that is not below this one".clone_into(&mut failure.advice);
    failure.issues = vec![issue];
    Err(failure)
}

impl Flow {
    /// Writes a change, and forgets what was typed for it once it is there.
    pub async fn write(self, order: Order) -> Ended {
        let Some(info) = entity(order.entity) else {
            return Ended::Failed(Failure::new(FailureKind::Route, 0, vec!["the entity is not known".to_owned()]));
        };
        let sent = order.patch.record();
        let key = key_of(order.entity, sent.id().unwrap_or_default());
        self.changes.begin(&key);
        let edited = match check_parent(&order).await {
            Ok(()) => edit(&api(), info, &order.patch, &order.seen).await,
            Err(failure) => Err(failure),
        };
        self.changes.end(&key);
        match edited {
            Err(failure) => Ended::Failed(failure),
            Ok(Edited::Conflict { conflicts, now }) => {
                if let Err(contested) = self.changes.contest(Contested { order, conflicts, now }) {
                    self.ask_elsewhere(contested);
                }
                Ended::Contested
            }
            Ok(Edited::Sent(Sent { before, doubt, read_back })) => {
                let mut entry = Entry {
                    id: new_id(),
                    at: js_sys::Date::now(),
                    by: self.session.user_name.get_untracked().unwrap_or_default(),
                    entity: order.entity.to_owned(),
                    title: order.title,
                    company: order.company,
                    before: order.patch.inverse(&before).record(),
                    sent,
                    after: None,
                    doubt: doubt.map(|failure| failure.message()),
                    undoes: order.undoes,
                };
                let ended = self.told(&mut entry, read_back);
                // In doubt, what was typed stays: it may have to be written once more.
                if entry.doubt.is_none() && entry.after.is_some() && entry.undoes.is_none() {
                    self.changes.keep_pending(&key, Pending::default());
                }
                let is_whole = ended == Ended::Written;
                self.changes.keep(entry.clone());
                if is_whole {
                    self.say(entry);
                }
                ended
            }
        }
    }

    /// Looks what became of a change that is in doubt.
    pub fn look_again(self, mut entry: Entry) {
        let Some(info) = entity(&entry.entity) else { return };
        spawn_local(async move {
            let found = read_back(&api(), info, &entry.sent, &entry.before).await;
            match self.told(&mut entry, found) {
                Ended::InPart(text) | Ended::InDoubt(text) => self.toasts.say(Tone::Warning, text),
                _ => {
                    match &entry.undoes {
                        Some(undone) => self.toasts.withdraw(undone),
                        None => self.changes.keep_pending(&key_of(info.name, entry.row()), Pending::default()),
                    }
                    self.toasts.say(Tone::Success, ["It was written: ", &entry.title].concat());
                }
            }
            self.changes.keep(entry);
        });
    }

    /// Takes a change back.
    pub fn undo(self, entry: Entry) {
        let Some((info, seen)) = entity(&entry.entity).zip(entry.after.clone()) else { return };
        let Some(patch) = entry.undo(info) else { return };
        let order = Order {
            entity: info.name,
            title: entry.title.clone(),
            company: entry.company,
            patch,
            seen,
            undoes: Some(entry.id.clone()),
        };
        spawn_local(async move {
            match self.write(order).await {
                Ended::Written | Ended::Contested => {}
                Ended::InPart(text) | Ended::InDoubt(text) => self.toasts.say(Tone::Warning, text),
                Ended::Failed(failure) => {
                    let text = [&entry.title, " was not undone. ", &sentence(&failure)].concat();
                    self.toasts.say(Tone::Danger, text);
                }
            }
        });
    }

    /// Takes over what was read again.
    fn told(self, entry: &mut Entry, found: Result<ReadBack, Failure>) -> Ended {
        let found = match found {
            Ok(found) => found,
            Err(failure) => {
                let why = ["It was sent, and could not be read again. ", &sentence(&failure)].concat();
                entry.doubt.get_or_insert_with(|| failure.message());
                return Ended::InDoubt(why);
            }
        };
        entry.take(&found);
        let info = entity(&entry.entity);
        if let Some(info) = info {
            self.changes.written.set(Some((info.name, found.row.clone())));
        }
        if let Some(doubt) = &entry.doubt {
            let text = [
                "No answer came (",
                doubt,
                "), and not all of it is there. It may still be written within six minutes: look again under Changes, or save once more.",
            ];
            return Ended::InDoubt(text.concat());
        }
        let lines = info.map(|info| entry.lines(info)).unwrap_or_default();
        let of = |wanted: Verdict| {
            let labels = lines.iter().filter(|line| line.outcome == Some(wanted)).map(|line| line.label.as_str());
            labels.collect::<Vec<_>>().join(", ")
        };
        let (ignored, other) = (of(Verdict::Ignored), of(Verdict::Other));
        let mut texts = Vec::new();
        if !ignored.is_empty() {
            texts.push(["Autotask answered that it was done, and left as it was: ", &ignored, "."].concat());
        }
        if !other.is_empty() {
            texts.push(["Autotask wrote something else than was sent: ", &other, "."].concat());
        }
        if texts.is_empty() { Ended::Written } else { Ended::InPart(texts.join(" ")) }
    }

    /// Says that somebody else's change stands against it, where no page is there to ask what to do: Changes does.
    fn ask_elsewhere(self, contested: Contested) {
        let verb = if contested.order.undoes.is_some() { "undone" } else { "saved" };
        let text = [&contested.order.title, " was changed by somebody else since, and is not ", verb, " yet."].concat();
        let about = contested.order.undoes.clone().unwrap_or_default();
        // The dialog opens with what it finds there.
        let ask = Callback::new(move |()| self.changes.contested.set(Some(contested.clone())));
        let action = Action { words: "Decide under Changes", run: ask, leads_to: Some(Page::Changes) };
        self.toasts.show(Toast { text, tone: Tone::Warning, action: Some(action), shown_for: None, about });
    }

    /// Says that it is done, with a way back.
    fn say(self, entry: Entry) {
        if let Some(undone) = &entry.undoes {
            self.toasts.withdraw(undone);
            return self.toasts.say(Tone::Success, ["Undone: ", &entry.title].concat());
        }
        let text = ["Saved: ", &entry.title].concat();
        let about = entry.id.clone();
        let undo = Callback::new(move |()| self.undo(entry.clone()));
        self.toasts.show(Toast {
            text,
            tone: Tone::Success,
            action: Some(Action { words: "Undo", run: undo, leads_to: None }),
            shown_for: Some(SHOWN_LONGER),
            about,
        });
    }
}
