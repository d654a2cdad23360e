//! Open rows: which lines of a list have their form open below them.

use std::collections::BTreeSet;

use autotask_core::Record;
use leptos::prelude::*;

use crate::{
    components::dynamic::{effect, memo, optional, shown},
    pages::editing::{
        line::edit_icon,
        row_form::{FormRow, row_form},
        session::row_opener_id,
    },
    session::use_session,
    store::changes::{key_of, use_changes},
};

/// The open rows of a list.
#[derive(Clone, Copy)]
pub struct OpenRows {
    entity: &'static str,
    ids: RwSignal<BTreeSet<i64>>,
}

/// Nothing is open at first but what was typed before and not written.
pub fn use_open_rows(entity: &'static str, listed: impl Fn() -> Vec<i64> + 'static) -> OpenRows {
    let changes = use_changes();
    let ids = RwSignal::new(BTreeSet::new());
    effect(move || {
        let is_typed = |id: &i64| untrack(|| !changes.pending(&key_of(entity, *id)).is_empty());
        let typed: Vec<i64> = listed().into_iter().filter(is_typed).collect();
        if !typed.is_empty() {
            ids.update(|ids| ids.extend(typed));
        }
    });
    OpenRows { entity, ids }
}

impl OpenRows {
    /// The button that opens and closes the form of a row.
    pub fn button(self, row: &Record, title: &str) -> AnyView {
        let id = row.id().unwrap_or_default();
        let toggle = move |()| {
            self.ids.update(|ids| {
                if !ids.remove(&id) {
                    ids.insert(id);
                }
            });
        };
        let key = key_of(self.entity, id);
        let changes = use_changes();
        let is_open = self.is_open(id);
        let is_kept = move || !is_open.get() && !changes.pending(&key).is_empty();
        let opener = row_opener_id(self.entity, id);
        let (label, toggle, session) = (["Edit ", title].concat(), Callback::new(toggle), use_session());
        let pencil = shown(
            move || session.may("update", self.entity),
            move || edit_icon(label.clone(), Some(opener.clone()), Some(is_open), toggle),
        );
        let mark = shown(is_kept, || {
            view! {
                <span class="unsaved" title="Not saved">
                    <span class="vh">"Not saved"</span>
                </span>
            }
            .into_any()
        });
        view! {
            {mark}
            {pencil}
        }
        .into_any()
    }

    /// The form below a row, while it is open; the table has so many columns.
    pub fn form(self, row: &Record, title: &str, main: &'static [&'static str], columns: u32) -> AnyView {
        let id = row.id().unwrap_or_default();
        let company = row.int("companyID").unwrap_or_default();
        let (is_open, title) = (self.is_open(id), title.to_owned());
        optional(move || {
            is_open.get().then(|| {
                let form_row = FormRow { entity: self.entity, id, company, main };
                let close = move |()| {
                    self.ids.update(|ids| {
                        ids.remove(&id);
                    });
                };
                view! {
                    <tr class="formrow">
                        <td colspan=columns>{row_form(form_row, title.clone(), Callback::new(close))}</td>
                    </tr>
                }
            })
        })
    }

    fn is_open(self, id: i64) -> Signal<bool> {
        memo(move || self.ids.with(|ids| ids.contains(&id))).into()
    }
}
