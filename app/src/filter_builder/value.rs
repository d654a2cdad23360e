//! The value of a rule, edited as what its field holds.

use crate::components::dynamic::{dynamic, effect, handler, memo};
use autotask_core::filter::Arity;
use autotask_core::{DataType, FieldInfo, Op};
use leptos::prelude::*;

use super::Builder;
use super::tree::Key;
use crate::components::{
    choice::Choice,
    combobox::{Combobox, MultiCombobox},
    segmented::Segmented,
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
        arity => field.with_value(|field| editor(builder, key, field, arity == Arity::Many)),
    };
    view! { <div class="val">{dynamic(editor)}</div> }.into_any()
}

fn editor(builder: Builder, key: Key, field: &FieldInfo, is_list: bool) -> AnyView {
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
    if field.data_type == DataType::DateTime {
        // The picker shows the day; a time that came from elsewhere stays until a day is chosen.
        let day = Signal::derive(move || first.get().get(..10).unwrap_or_default().to_owned());
        return view! {
            <TextInput
                id=id
                label=label
                kind=InputKind::Date
                size=ControlSize::Small
                value=day
                on_input=move |value: String| set(if value.is_empty() { Vec::new() } else { vec![value] })
            />
            <span class="hint">"UTC"</span>
        }
        .into_any();
    }
    typed(builder, key, field, is_list, values, id, label)
}

/// A text or number: applied with Enter and on leaving the field, so that half a word is never searched for.
fn typed(
    builder: Builder,
    key: Key,
    field: &FieldInfo,
    is_list: bool,
    values: Signal<Vec<String>>,
    id: String,
    label: String,
) -> AnyView {
    let shown = move || values.with(|values| values.join(", "));
    let draft = RwSignal::new(shown());
    // What comes from elsewhere (Back, another tab of the builder) replaces the draft.
    effect(move || draft.set(shown()));
    let commit = move || {
        let text = draft.get_untracked();
        let parts: Vec<String> = if is_list {
            text.split([',', ';', '\n']).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        } else if text.is_empty() {
            Vec::new()
        } else {
            vec![text]
        };
        if values.with_untracked(|values| *values != parts) {
            builder.change(|tree| tree.with_rule(key, |rule| rule.values = parts));
        }
    };
    let kind = if field.data_type.is_number() { InputKind::Number } else { InputKind::Text };
    let placeholder = if is_list { "Several, with commas between" } else { "" };
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
