//! A rule: field, operator, value, and what is wrong with it.

use crate::components::dynamic::{dynamic, memo};
use autotask_core::{
    FieldInfo, Op,
    write::{name_of, path_of},
};
use leptos::prelude::*;

use super::Builder;
use super::fields::{choices, icon};
use super::tree::Key;
use super::value::ValueEditor;
use crate::components::{
    choice::Choice, combobox::Combobox, icon::Icon, icon_button::IconButton, select::Select, text_input::ControlSize,
};

/// One rule.
#[component]
pub fn RuleView(
    /// Its key.
    key: Key,
    /// The group it stands in.
    group: Key,
) -> impl IntoView {
    let builder: Builder = expect_context();
    let rule = memo(move || builder.tree.with(|tree| tree.rule(key).cloned()));
    let field = memo(move || {
        let (name, udf) = rule.with(|r| r.as_ref().map(|r| (r.field.clone(), r.udf)))?;
        builder.info.with(|info| info.find(&name, udf).cloned())
    });
    let field_value =
        Signal::derive(move || rule.with(|r| r.as_ref().map(|r| path_of(&r.field, r.udf)).unwrap_or_default()));
    let field_choices = Signal::derive(move || builder.info.with(|info| choices(info)));
    let on_field = move |chosen: String| {
        let (name, udf) = name_of(&chosen);
        let info = builder.info.get_untracked();
        builder.change(|tree| tree.with_rule(key, |rule| rule.set_field(name.to_owned(), udf, &info)));
        builder.focus_soon(format!("rule-{key}-op"));
    };
    let label = move || field.with(|f| f.as_ref().map_or_else(|| "new rule".to_owned(), |f| f.label.to_string()));
    let issue = memo(move || {
        let info = builder.info.get();
        rule.with(|r| r.as_ref().and_then(|r| r.issue(&info)))
    });
    let problem = move || {
        issue.get().map(|issue| {
            let hint = issue.hint.map(|hint| view! { <span class="muted">{hint}</span> });
            view! { <p class="ruleissue" role="alert">{Icon::Alert.view()} <span>{issue.message}</span> {hint}</p> }
        })
    };
    let remove = move |()| {
        builder.change(|tree| tree.remove(key));
        builder.focus_soon(format!("group-{group}-add"));
    };
    view! {
        <div class="rule" role="group" aria-label=move || ["Rule: ", &label()].concat()>
            <span class="fieldicon">{dynamic(move || field.with(|f| f.as_ref().map_or(Icon::Search, icon).view()))}</span>
            <Combobox
                id=format!("rule-{key}-field")
                choices=field_choices
                value=field_value
                on_change=on_field
                placeholder="Choose a field"
                label="Field"
                size=ControlSize::Small
                is_quiet=true
            />
            {dynamic(move || field.get().map(|field| operator(builder, key, &field)))}
            {dynamic(move || field.get().map(|field| view! { <ValueEditor key=key field=field /> }))}
            <IconButton
                icon=Icon::Close
                label=Signal::derive(move || ["Remove rule: ", &label()].concat())
                is_small=true
                on_click=remove
            />
        </div>
        {dynamic(problem)}
    }
    .into_any()
}

fn operator(builder: Builder, key: Key, field: &FieldInfo) -> AnyView {
    let now = move || builder.tree.with(|tree| tree.rule(key).map(|rule| rule.op)).unwrap_or(Op::Eq);
    let mut offered = Op::offered_for(field);
    // A filter from elsewhere may use what the picker would not offer.
    let used = builder.tree.with_untracked(|tree| tree.rule(key).map(|rule| rule.op));
    offered.extend(used.filter(|op| !Op::offered_for(field).contains(op)));
    let data_type = field.data_type;
    let choices: Vec<Choice> = offered.into_iter().map(|op| Choice::new(op.wire(), op.label(data_type))).collect();
    let on_change = move |word: String| {
        if let Some(op) = Op::from_wire(&word).or_else(|| Op::from_own(&word)) {
            builder.change(|tree| tree.with_rule(key, |rule| rule.set_op(op)));
        }
    };
    view! {
        <Select
            id=format!("rule-{key}-op")
            choices=choices
            value=Signal::derive(move || now().wire().to_owned())
            on_change=on_change
            size=ControlSize::Small
            is_quiet=true
            label="Operator"
        />
    }
    .into_any()
}
