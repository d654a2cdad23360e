//! Conflict: somebody else changed what a change changes; a person decides field by field.

use std::collections::BTreeSet;

use autotask_core::{
    Record,
    write::{Conflict, label_of, name_of},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    flow::{Ended, use_flow},
    words::value_of,
};
use crate::{
    components::{
        dialog::Dialog,
        dynamic::{dynamic, effect, handler},
        toast::use_toasts,
        tone::Tone,
    },
    pages::failed::sentence,
    store::{
        changes::{Contested, Order, Pending, key_of, use_changes},
        metadata::use_metadata,
    },
};

/// The dialog; it opens by itself when a change is contested.
#[component]
pub fn ConflictDialog() -> impl IntoView {
    let (changes, flow, toasts) = (use_changes(), use_flow(), use_toasts());
    changes.can_ask();
    let is_open = RwSignal::new(false);
    // The fields that are written over what somebody else wrote.
    let mine = RwSignal::new(BTreeSet::<String>::new());
    effect(move || {
        let is_there = changes.contested.with(Option::is_some);
        mine.set(BTreeSet::new());
        is_open.set(is_there);
    });
    // Closed by Esc.
    effect(move || {
        if !is_open.get() && changes.contested.with_untracked(Option::is_some) {
            changes.contested.set(None);
        }
    });
    let go_on = move |_| {
        let Some(contested) = changes.contested.get_untracked() else { return };
        changes.contested.set(None);
        let Contested { order, conflicts, now } = contested;
        let id = now.id().unwrap_or_default();
        let theirs = conflicts.iter().filter(|one| mine.with_untracked(|mine| !mine.contains(&one.field)));
        let patch = theirs.fold(order.patch.clone(), |patch, one| patch.without(&one.field));
        if patch.is_empty() {
            if order.undoes.is_none() {
                changes.keep_pending(&key_of(order.entity, id), Pending::default());
            }
            changes.written.set(Some((order.entity, now)));
            return toasts.say(Tone::Neutral, "Nothing was written: what is in Autotask stays.");
        }
        let title = order.title.clone();
        spawn_local(async move {
            match flow.write(Order { patch, seen: now, ..order }).await {
                Ended::Written | Ended::Contested => {}
                Ended::InPart(text) | Ended::InDoubt(text) => toasts.say(Tone::Warning, text),
                Ended::Failed(failure) => {
                    toasts.say(Tone::Danger, [&title, " was not saved. ", &sentence(&failure)].concat());
                }
            }
        });
    };
    let verb = move || {
        let all = changes.contested.with(|it| it.as_ref().map_or(0, |it| it.conflicts.len()));
        match mine.with(BTreeSet::len) {
            0 => "Keep what is there",
            some if some == all => "Write mine",
            _ => "Go on",
        }
    };
    let body = move || changes.contested.get().map(|contested| fields_view(&contested, mine));
    let actions = move || {
        view! {
            <button type="button" class="btn" autofocus on:click=handler(move |_| is_open.set(false))>
                "Cancel"
            </button>
            <button type="button" class="btn btn--primary" on:click=handler(go_on)>
                {dynamic(verb)}
            </button>
        }
        .into_any()
    };
    view! {
        <Dialog is_open=is_open title="Changed by somebody else meanwhile" actions=actions>
            {dynamic(body)}
        </Dialog>
    }
    .into_any()
}

fn fields_view(contested: &Contested, mine: RwSignal<BTreeSet<String>>) -> AnyView {
    let title = contested.order.title.clone();
    let what = if contested.order.undoes.is_some() { "it was written" } else { "it was opened here" };
    let fields = contested.conflicts.iter().map(|conflict| field_view(contested.order.entity, conflict, mine));
    view! {
        <p>
            <b dir="auto">{title}</b>
            {[" has other values in Autotask than when ", what, ". Nothing is written before you decide."].concat()}
        </p>
        {fields.collect_view()}
    }
    .into_any()
}

/// Base, theirs and mine, and the choice between the last two.
fn field_view(entity: &'static str, conflict: &Conflict, mine: RwSignal<BTreeSet<String>>) -> AnyView {
    let metadata = use_metadata();
    let path = conflict.field.clone();
    let (name, is_udf) = name_of(&path);
    let row = |value: &serde_json::Value| {
        let mut row = Record::new();
        row.set_value(name, is_udf, value.clone());
        row
    };
    let shown = |row: Record| {
        let path = path.clone();
        dynamic(move || value_of(&metadata.entity(entity), &path, &row))
    };
    let (base, theirs, yours) = (shown(row(&conflict.base)), shown(row(&conflict.theirs)), shown(row(&conflict.yours)));
    let group = ["conflict-", &path].concat();
    let choice = |is_mine: bool, words: &'static str, value: AnyView| {
        let (path, checked_path) = (path.clone(), path.clone());
        let choose = move |_| {
            mine.update(|mine| {
                if is_mine {
                    mine.insert(path.clone());
                } else {
                    mine.remove(&path);
                }
            });
        };
        let is_checked = move || mine.with(|mine| mine.contains(&checked_path)) == is_mine;
        view! {
            <label class="checkline">
                <input type="radio" class="check" name=group.clone() prop:checked=is_checked on:change=handler(choose) />
                <span>{words} " " {value}</span>
            </label>
        }
        .into_any()
    };
    let heading = label_of(&metadata.entity_untracked(entity), &path).to_owned();
    view! {
        <fieldset class="conflict">
            <legend dir="auto">{heading}</legend>
            <p class="muted small">"Was: " {base}</p>
            {choice(false, "Keep what is there now:", theirs)}
            {choice(true, "Write mine:", yours)}
        </fieldset>
    }
    .into_any()
}
