//! The value of a rule, edited as what its field holds.

use crate::components::dynamic::{dynamic, effect, handler, memo};
use autotask_core::filter::{Arity, Relative};
use autotask_core::{DataType, FieldInfo, Op};
use leptos::prelude::*;

use super::Builder;
use super::tree::Key;
use crate::components::{
    choice::Choice,
    combobox::{Combobox, MultiCombobox},
    segmented::Segmented,
    select::Select,
    text_input::{ControlSize, InputKind, TextInput},
};
use crate::store::names::{Names, use_names};

/// The editor for the value of one rule.
#[component]
pub fn ValueEditor(
    /// The rule.
    key: Key,
    /// Its field.
    field: FieldInfo,
) -> impl IntoView {
    let builder: Builder = expect_context();
    let op = memo(move || builder.tree.with(|tree| tree.rule(key).map(|rule| rule.op)).unwrap_or(Op::Eq));
    let arity = memo(move || op.get().arity());
    let field = StoredValue::new(field);
    let editor = move || match arity.get() {
        Arity::None => ().into_any(),
        arity => field.with_value(|field| editor(builder, key, field, arity)),
    };
    view! { <div class="val">{dynamic(editor)}</div> }.into_any()
}

fn editor(builder: Builder, key: Key, field: &FieldInfo, op_arity: Arity) -> AnyView {
    let is_list = op_arity == Arity::Many;
    let values = Signal::derive(move || {
        builder.tree.with(|tree| tree.rule(key).map(|rule| rule.values.clone())).unwrap_or_default()
    });
    let set = move |values: Vec<String>| builder.change(|tree| tree.with_rule(key, |rule| rule.values = values));
    let first = Signal::derive(move || values.with(|values| values.first().cloned().unwrap_or_default()));
    let id = format!("rule-{key}-value");
    let label = ["Value of ", &field.label].concat();
    if field.data_type == DataType::Boolean || field.is_flag {
        // `1` and `true` are one answer.
        let chosen = Signal::derive(move || match first.get().as_str() {
            "true" | "1" => "true".to_owned(),
            "false" | "0" => "false".to_owned(),
            _ => String::new(),
        });
        return view! {
            <Segmented
                label=label
                choices=vec![Choice::new("true", "Yes"), Choice::new("false", "No")]
                value=chosen
                on_change=move |value: String| set(vec![value])
                is_small=true
            />
        }
        .into_any();
    }
    if let Some(choices) = choices_of(field, values) {
        let placeholder = "Choose";
        return if is_list {
            view! {
                <MultiCombobox
                    id=id
                    choices=choices
                    values=values
                    on_change=set
                    placeholder=placeholder
                    label=label
                    size=ControlSize::Small
                />
            }
            .into_any()
        } else {
            view! {
                <Combobox
                    id=id
                    choices=choices
                    value=first
                    on_change=move |value: String| set(vec![value])
                    placeholder=placeholder
                    label=label
                    size=ControlSize::Small
                />
            }
            .into_any()
        };
    }
    let slots = match (op_arity, is_list) {
        (Arity::Two, _) => vec![Slot::At(0), Slot::At(1)],
        (_, true) => vec![Slot::All],
        _ => vec![Slot::At(0)],
    };
    let count = slots.len();
    let controls = slots.into_iter().enumerate().map(|(index, slot)| {
        let (id, label) = match (index, count) {
            (_, 1) => (id.clone(), label.clone()),
            (0, _) => (id.clone(), [label.as_str(), ", from"].concat()),
            _ => ([id.as_str(), "-until"].concat(), [label.as_str(), ", until"].concat()),
        };
        let control = match (field.data_type, slot) {
            (DataType::DateTime, Slot::At(index)) => moment(builder, key, index, values, id, label),
            _ => typed(builder, key, field, slot, values, id, label),
        };
        let between = (index > 0).then(|| view! { <span class="muted">"and"</span> });
        view! {
            {between}
            {control}
        }
        .into_any()
    });
    controls.collect_view().into_any()
}

/// Which of a rule's values a control is for.
#[derive(Clone, Copy, PartialEq)]
enum Slot {
    /// All of them, with commas between.
    All,
    /// The one at this place.
    At(usize),
}

/// Dates that count from now, as people call them.
const RELATIVE: [(&str, &str); 11] = [
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("-7d", "7 days ago"),
    ("-30d", "30 days ago"),
    ("-3m", "3 months ago"),
    ("-6m", "6 months ago"),
    ("-12m", "12 months ago"),
    ("startOfWeek", "Start of this week"),
    ("startOfMonth", "Start of this month"),
    ("startOfQuarter", "Start of this quarter"),
    ("startOfYear", "Start of this year"),
];

/// A day from the calendar, or one that counts from now.
fn moment(builder: Builder, key: Key, index: usize, values: Signal<Vec<String>>, id: String, label: String) -> AnyView {
    let text = memo(move || values.with(|values| values.get(index).cloned().unwrap_or_default()));
    let set =
        move |value: String| builder.change(|tree| tree.with_rule(key, |rule| put(&mut rule.values, index, value)));
    let relative = memo(move || text.with(|text| Relative::parse(text).map(|relative| relative.to_string())));
    let choices = Signal::derive(move || {
        let mut choices = vec![Choice::new("", "Day")];
        choices.extend(RELATIVE.map(|(value, label)| Choice::new(value, label)));
        // One that was written by hand stays as it is.
        let own = relative.get().filter(|own| RELATIVE.iter().all(|(value, _)| value != own));
        choices.extend(own.map(|own| Choice::new(own.clone(), own)));
        choices
    });
    // The picker shows the day; a time that came from elsewhere stays until a day is chosen.
    let day = Signal::derive(move || text.with(|text| text.get(..10).unwrap_or_default().to_owned()));
    let kind_label = [label.as_str(), ", kind of date"].concat();
    let picker = move || {
        let (id, label) = (id.clone(), label.clone());
        let is_instant = move || text.with(|text| text.contains('T'));
        relative.with(Option::is_none).then(|| {
            view! {
                <TextInput id=id label=label kind=InputKind::Date size=ControlSize::Small value=day on_input=set />
                {dynamic(move || is_instant().then(|| view! { <span class="hint">"UTC"</span> }))}
            }
            .into_any()
        })
    };
    view! {
        <Select
            choices=choices
            value=Signal::derive(move || relative.get().unwrap_or_default())
            on_change=set
            size=ControlSize::Small
            label=kind_label
        />
        {dynamic(picker)}
    }
    .into_any()
}

/// Sets the value at a place; empty ones before it keep theirs.
fn put(values: &mut Vec<String>, index: usize, value: String) {
    if values.len() <= index {
        values.resize(index + 1, String::new());
    }
    values[index] = value;
    while values.last().is_some_and(String::is_empty) {
        values.pop();
    }
}

/// A text or number: applied with Enter and on leaving the field, so that half a word is never searched for.
fn typed(
    builder: Builder,
    key: Key,
    field: &FieldInfo,
    slot: Slot,
    values: Signal<Vec<String>>,
    id: String,
    label: String,
) -> AnyView {
    let shown = move || match slot {
        Slot::All => values.with(|values| values.join(", ")),
        Slot::At(index) => values.with(|values| values.get(index).cloned().unwrap_or_default()),
    };
    let draft = RwSignal::new(shown());
    // What comes from elsewhere (Back, another tab of the builder) replaces the draft.
    effect(move || draft.set(shown()));
    let commit = move || {
        let text = draft.get_untracked();
        let mut parts = values.get_untracked();
        match slot {
            Slot::All => {
                let words = text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
                parts = words.map(str::to_owned).collect();
            }
            Slot::At(index) => put(&mut parts, index, text),
        }
        if values.with_untracked(|values| *values != parts) {
            builder.change(|tree| tree.with_rule(key, |rule| rule.values = parts));
        }
    };
    let kind = if field.data_type.is_number() { InputKind::Number } else { InputKind::Text };
    let placeholder = if slot == Slot::All { "Several, with commas between" } else { "" };
    view! {
        <span
            class="grow"
            on:keydown=handler(move |event: web_sys::KeyboardEvent| {
                if event.key() == "Enter" {
                    event.prevent_default();
                    commit();
                }
            })
        >
            <TextInput
                id=id
                label=label
                kind=kind
                size=ControlSize::Small
                value=draft
                on_input=move |text| draft.set(text)
                on_blur=move |()| commit()
                placeholder=placeholder
            />
        </span>
    }
    .into_any()
}

/// The choices of a picklist or of a reference to a small entity; `None` for everything else.
fn choices_of(field: &FieldInfo, chosen: Signal<Vec<String>>) -> Option<Signal<Vec<Choice>>> {
    if field.is_picklist && !field.picklist.is_empty() {
        let mut choices: Vec<Choice> = Vec::new();
        for (is_active, group) in [(true, ""), (false, "Inactive")] {
            let values = field.picklist.iter().filter(|p| p.is_active == is_active);
            choices.extend(values.map(|p| Choice::new(&*p.value, &*p.label).with_group(group)));
        }
        return Some(Signal::derive(move || {
            let mut choices = choices.clone();
            // A value that the list does not know stays visible.
            let unknown = chosen.with(|chosen| {
                chosen.iter().filter(|v| !choices.iter().any(|c| c.value == **v)).cloned().collect::<Vec<_>>()
            });
            choices.extend(unknown.into_iter().map(|v| Choice::new(v.clone(), format!("Unknown ({v})"))));
            choices
        }));
    }
    let reference = field.reference.as_deref().and_then(autotask_core::entity).map(|e| e.name)?;
    if !Names::is_whole(reference) {
        return None;
    }
    let names = use_names();
    Some(Signal::derive(move || {
        let mut choices: Vec<Choice> = Vec::new();
        for (is_active, group) in [(true, ""), (false, "Inactive")] {
            let named = names.all(reference).into_iter().filter(|named| named.is_active == is_active);
            choices.extend(named.map(|named| Choice::new(named.id.to_string(), named.name).with_group(group)));
        }
        choices
    }))
}
