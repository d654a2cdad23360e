//! Completion: what could stand at the cursor of the filter's text, in a list under it. It opens while a word is being
//! written, or with Ctrl+Space; the arrows choose, Enter or Tab takes, Escape closes.

use autotask_core::filter::complete::{Completion, CompletionKind, complete};
use leptos::{html, prelude::*};

use super::Builder;
use crate::components::dynamic::{handler, memo, optional};

/// The id of the list, which the text field names.
pub const LIST: &str = "source-completions";

/// Most proposals that are shown; more typing is quicker than more scrolling.
const SHOWN_MAX: usize = 12;

/// What is proposed for one text field.
#[derive(Clone, Copy)]
pub struct Completer {
    area: NodeRef<html::Textarea>,
    text: RwSignal<String>,
    /// The cursor, in UTF-16 units; `None` while the list is closed.
    cursor: RwSignal<Option<usize>>,
    /// Whether somebody asked for the list, which then proposes for an empty word too.
    is_asked: RwSignal<bool>,
    active: RwSignal<Option<usize>>,
    found: Memo<Vec<Completion>>,
}

impl Completer {
    pub fn new(builder: Builder, area: NodeRef<html::Textarea>, text: RwSignal<String>) -> Completer {
        let cursor = RwSignal::new(None);
        let is_asked = RwSignal::new(false);
        let found = memo(move || {
            let Some(units) = cursor.get() else { return Vec::new() };
            let is_asked = is_asked.get();
            builder.info.with(|info| {
                text.with(|text| {
                    let mut found = complete(text, byte_of(text, units), info);
                    // A word that is whole, or none at all, wants no list by itself.
                    let is_whole =
                        |c: &Completion| text.get(c.from..c.to).is_none_or(|w| c.insert.eq_ignore_ascii_case(w));
                    if !is_asked && found.iter().any(|c| c.from == c.to || is_whole(c)) {
                        found.clear();
                    }
                    found.truncate(SHOWN_MAX);
                    found
                })
            })
        });
        Completer { area, text, cursor, is_asked, active: RwSignal::new(None), found }
    }

    fn open(self, is_asked: bool) {
        let cursor = self.area.get_untracked().and_then(|area| area.selection_end().ok().flatten());
        self.is_asked.set(is_asked);
        self.active.set(None);
        self.cursor.set(cursor.map(|units| units as usize));
    }

    /// After a letter was written.
    pub fn on_input(self) {
        self.open(false);
    }

    pub fn close(self) {
        self.cursor.set(None);
        self.active.set(None);
    }

    /// Whether the key was meant for the list.
    pub fn on_key(self, event: &web_sys::KeyboardEvent) -> bool {
        if event.key() == " " && event.ctrl_key() {
            self.open(true);
            self.step(1);
            return true;
        }
        if self.found.with_untracked(Vec::is_empty) {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.step(1),
            "ArrowUp" => self.step(-1),
            "Escape" => self.close(),
            "Enter" | "Tab" if !event.ctrl_key() && !event.meta_key() => match self.active.get_untracked() {
                Some(index) => self.take(index),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn step(self, by: isize) {
        let count = self.found.with_untracked(Vec::len) as isize;
        if count > 0 {
            let now = self.active.get_untracked().map_or(if by > 0 { -1 } else { 0 }, |now| now as isize);
            self.active.set(Some((now + by).rem_euclid(count) as usize));
        }
    }

    fn take(self, index: usize) {
        let Some(chosen) = self.found.with_untracked(|found| found.get(index).cloned()) else { return };
        let Some(area) = self.area.get_untracked() else { return };
        let mut text = self.text.get_untracked();
        let rest = text.get(chosen.to..).unwrap_or_default();
        let space = if rest.starts_with([' ', ')', ',', '\n']) { "" } else { " " };
        text.replace_range(chosen.from..chosen.to, &[&chosen.insert, space].concat());
        let end = chosen.from + chosen.insert.len() + space.len();
        let units = text[..end].encode_utf16().count() as u32;
        area.set_value(&text);
        let _ = area.focus();
        let _ = area.set_selection_range(units, units);
        self.text.set(text);
        // What comes after a value is rarely asked for.
        if chosen.kind == CompletionKind::Value { self.close() } else { self.open(true) }
    }

    pub fn has_list(self) -> bool {
        self.found.with(|found| !found.is_empty())
    }

    /// The id of the chosen proposal.
    pub fn active_id(self) -> Option<String> {
        self.active.get().filter(|_| self.has_list()).map(option_id)
    }

    pub fn view(self) -> AnyView {
        optional(move || {
            let found = self.found.get();
            (!found.is_empty()).then(|| {
                let options = found.into_iter().enumerate().map(|(index, c)| self.option(index, c)).collect_view();
                view! {
                    <div class="listbox completions" role="listbox" id=LIST aria-label="Proposals">
                        {options}
                    </div>
                }
            })
        })
    }

    fn option(self, index: usize, completion: Completion) -> AnyView {
        let label =
            (!completion.label.eq_ignore_ascii_case(completion.insert.trim_matches('"'))).then_some(completion.label);
        let more = [label, completion.detail].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let is_active = move || self.active.get() == Some(index);
        view! {
            <div
                role="option"
                id=option_id(index)
                aria-selected=move || is_active().to_string()
                class:active=is_active
                on:mousedown=handler(move |event: web_sys::MouseEvent| {
                    // The text field keeps the focus.
                    event.prevent_default();
                    self.take(index);
                })
                on:mousemove=handler(move |_| self.active.set(Some(index)))
            >
                <code class="t">{completion.insert}</code>
                <span class="meta">{more}</span>
            </div>
        }
        .into_any()
    }
}

fn option_id(index: usize) -> String {
    [LIST, "-", &index.to_string()].concat()
}

/// The byte of a place in UTF-16 units.
fn byte_of(text: &str, units: usize) -> usize {
    let mut seen = 0;
    let found = text.char_indices().find(|(_, c)| {
        let is_there = seen >= units;
        seen += c.len_utf16();
        is_there
    });
    found.map_or(text.len(), |(at, _)| at)
}
