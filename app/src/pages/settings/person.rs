//! Person: one of the people of this server, with what an administrator changes.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ABOUT,
    date::day,
    role::{role_label, roles_up_to},
    step_up::{Ended, StepUp, use_step_up},
};
use crate::{
    api::Verb,
    components::{
        avatar::{Avatar, AvatarSize},
        badge::Badge,
        dynamic::{dynamic, handler, optional},
        select::Select,
        text_input::ControlSize,
        toast::{Action, SHOWN_LONGER, Toast, Toasts, use_toasts},
        tone::Tone,
    },
    pages::failed::said,
    session::{Session, use_session},
};

/// A person as the server tells.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The server's number.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The e-mail address, which is unique.
    pub login: String,
    /// The role's word.
    pub role: String,
    /// Whether that one is kept out.
    pub is_disabled: bool,
    /// Whether there is a password; otherwise an identity provider vouches.
    pub has_password: bool,
    /// Milliseconds since 1970.
    pub created_at: f64,
}

/// The line of a person.
pub fn person_view(row: RwSignal<Person>) -> AnyView {
    let session = use_session();
    let person = row.get_untracked();
    let is_me = session.login.get_untracked().as_ref() == Some(&person.login);
    let (name, login) = (person.name.clone(), person.login.clone());
    let badges = move || {
        let (is_disabled, has_password) = row.with(|person| (person.is_disabled, person.has_password));
        let kept_out = is_disabled.then(|| view! { <Badge tone=Tone::Warning text="Kept out" /> });
        let provider = (!has_password).then(|| view! { <Badge text="Identity provider" /> });
        view! {
            {kept_out}
            {provider}
        }
    };
    view! {
        <li class:off=move || row.with(|person| person.is_disabled)>
            <Avatar name=person.name.clone() is_me=is_me size=AvatarSize::Large />
            <div class="w">
                <span class="row wrap">
                    <strong dir="auto">{person.name}</strong>
                    {is_me.then(|| view! { <Badge tone=Tone::Accent text="You" /> })}
                    {dynamic(badges)}
                </span>
                <span class="muted small ell" title=login>{person.login} ", since " {day(person.created_at)}</span>
            </div>
            {if is_me { own_role(row) } else { role_control(row, &name) }}
            <div class="actions">{buttons(row, is_me, &name)}</div>
        </li>
    }
    .into_any()
}

/// Nobody changes their own: so there is always an administrator left.
fn own_role(row: RwSignal<Person>) -> AnyView {
    view! {
        <span class="role" title="Another administrator changes your role">
            {dynamic(move || row.with(|person| role_label(&person.role).to_owned()))}
        </span>
    }
    .into_any()
}

fn role_control(row: RwSignal<Person>, name: &str) -> AnyView {
    let (step_up, toasts) = (use_step_up(), use_toasts());
    let change = Callback::new(move |role: String| {
        let before = row.with_untracked(|person| person.role.clone());
        let undo = Change { role: Some(before), is_disabled: None };
        change_person(step_up, toasts, row, Change { role: Some(role), is_disabled: None }, Some(undo));
    });
    view! {
        <span class="role">
            <Select
                choices=Signal::stored(roles_up_to("administrator"))
                value=Signal::derive(move || row.with(|person| person.role.clone()))
                on_change=change
                size=ControlSize::Medium
                label=["Role of ", name].concat()
            />
        </span>
    }
    .into_any()
}

fn buttons(row: RwSignal<Person>, is_me: bool, name: &str) -> AnyView {
    let (step_up, toasts) = (use_step_up(), use_toasts());
    let keep_out = move |is_disabled: bool| {
        let change = |is_disabled| Change { role: None, is_disabled: Some(is_disabled) };
        change_person(step_up, toasts, row, change(is_disabled), Some(change(!is_disabled)));
    };
    let whom = name.to_owned();
    let access = move || {
        let whom = whom.clone();
        (!is_me).then(|| {
            let is_disabled = row.with(|person| person.is_disabled);
            let verb = if is_disabled { "Let in" } else { "Keep out" };
            view! {
                <button type="button" class="btn btn--s" on:click=handler(move |_| keep_out(!is_disabled))>
                    {verb}
                    <span class="vh">{whom}</span>
                </button>
            }
        })
    };
    let me = is_me.then(use_session);
    let on_out = move |_: web_sys::MouseEvent| sign_out_everywhere(row, me, step_up, toasts);
    view! {
        <button type="button" class="btn btn--s" on:click=handler(on_out)>
            "Sign out everywhere"
            <span class="vh">{name.to_owned()}</span>
        </button>
        {optional(access)}
    }
    .into_any()
}

/// What is changed of a person.
#[derive(Clone, Debug)]
struct Change {
    role: Option<String>,
    is_disabled: Option<bool>,
}

impl Change {
    fn apply(&self, person: &mut Person) {
        if let Some(role) = &self.role {
            person.role.clone_from(role);
        }
        if let Some(is_disabled) = self.is_disabled {
            person.is_disabled = is_disabled;
        }
    }

    fn body(&self) -> Value {
        match (&self.role, self.is_disabled) {
            (Some(role), _) => json!({"role": role}),
            (None, is_disabled) => json!({"isDisabled": is_disabled}),
        }
    }

    fn words(&self, name: &str) -> String {
        match (&self.role, self.is_disabled) {
            (Some(role), _) => {
                let article = if role.starts_with(['a', 'e']) { " is an " } else { " is a " };
                [name, article, &role_label(role).to_lowercase(), " now."].concat()
            }
            (None, Some(true)) => [name, " is kept out, and signed out everywhere."].concat(),
            (None, _) => [name, " may sign in again."].concat(),
        }
    }
}

/// Shows the change, sends it, and takes it back where the server does not make it.
fn change_person(step_up: StepUp, toasts: Toasts, row: RwSignal<Person>, change: Change, undo: Option<Change>) {
    let Some(before) = row.try_get_untracked() else { return };
    row.update(|person| change.apply(person));
    let path = ["people/", &before.id.to_string()].concat();
    let body = change.body();
    step_up.send(Verb::Patch, path, Some(body), move |ended| match ended {
        Ended::Done(_) => {
            let text = change.words(&before.name);
            let action = undo.clone().map(|undo| Action {
                words: "Undo",
                run: Callback::new(move |()| change_person(step_up, toasts, row, undo.clone(), None)),
                leads_to: None,
            });
            let about = ABOUT.to_owned();
            toasts.show(Toast { text, tone: Tone::Success, action, shown_for: Some(SHOWN_LONGER), about });
        }
        Ended::GivenUp => drop(row.try_set(before.clone())),
        Ended::Failed(failure) => {
            row.try_set(before.clone());
            toasts.say(Tone::Danger, ["Nothing was changed. ", &said(&failure)].concat());
        }
    });
}

/// Ends all sessions of somebody; `me` is one's own, which is one of them.
fn sign_out_everywhere(row: RwSignal<Person>, me: Option<Session>, step_up: StepUp, toasts: Toasts) {
    let person = row.get_untracked();
    let path = ["people/", &person.id.to_string(), "/sessions"].concat();
    step_up.send(Verb::Delete, path, None, move |ended| match (ended, me) {
        // What the browser kept goes as well.
        (Ended::Done(_), Some(session)) => spawn_local(async move {
            if session.sign_out().await.is_err() {
                session.is_out.set(true);
            }
        }),
        (Ended::Done(_), None) => {
            toasts.say(Tone::Success, [&person.name, " is signed out everywhere, and may sign in again."].concat());
        }
        (Ended::GivenUp, _) => {}
        (Ended::Failed(failure), _) => toasts.say(Tone::Danger, ["Nobody was signed out. ", &said(&failure)].concat()),
    });
}
