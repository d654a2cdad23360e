//! The step Company: the important fields on the first screen, the rest and the tenant's own below.

use std::sync::Arc;

use autotask_core::EntityInfo;
use leptos::prelude::*;

use super::{
    duplicates::{Duplicates, use_duplicates},
    field_view::FieldView,
    form::use_form,
    layout::{ADDRESS, IDENTITY, MORE, Slot, Width},
};
use crate::{components::icon::Icon, store::metadata::use_metadata};

/// The step.
#[component]
pub fn CompanyStep() -> impl IntoView {
    let info = use_metadata().entity_untracked("Companies");
    let row = use_form().company();
    let has_more = MORE.iter().any(|slot| !row.text(slot.name).is_empty());
    let udfs: Vec<_> = info.user_defined_fields.iter().filter(|field| !field.is_read_only).cloned().collect();
    let has_udfs = udfs.iter().any(|field| !row.text(&crate::store::typed_text::form_name(field)).is_empty());
    let udf_count = udfs.len();
    let udf_fields = udfs
        .into_iter()
        .map(|field| {
            let label = field.label.to_string();
            view! { <FieldView row=row.clone() field=field label=label width=Width::Half /> }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend>"Identity"</legend>
            <div class="cols2">{slots(&info, &IDENTITY)}</div>
        </fieldset>
        <fieldset>
            <legend>"Address"</legend>
            <div class="cols2">{slots(&info, &ADDRESS)}</div>
        </fieldset>
        <details class="more" open=has_more>
            <summary>{Icon::Right.view()} "More fields"</summary>
            <div class="cols2">{slots(&info, &MORE)}</div>
        </details>
        {(udf_count > 0)
            .then(|| {
                view! {
                    <details class="more" open=has_udfs>
                        <summary>
                            {Icon::Right.view()} "User-defined fields "
                            <span class="muted">{udf_count}</span>
                        </summary>
                        <div class="cols2">{udf_fields}</div>
                    </details>
                }
            })}
    }
    .into_any()
}

fn slots(info: &Arc<EntityInfo>, slots: &[Slot]) -> AnyView {
    let row = use_form().company();
    let duplicates = use_duplicates();
    let view = |slot: &Slot| {
        let field = info.field(slot.name)?.clone();
        let row = row.clone();
        if slot.name == "companyName" {
            let warning = Signal::derive(move || undecided_words(&duplicates));
            return Some(
                view! { <FieldView row=row field=field label=slot.label width=slot.width warning=warning /> }
                    .into_any(),
            );
        }
        Some(view! { <FieldView row=row field=field label=slot.label width=slot.width /> }.into_any())
    };
    slots.iter().filter_map(view).collect_view().into_any()
}

/// What stands below the name while a company is not decided on: in narrow windows the rail is far.
fn undecided_words(duplicates: &Duplicates) -> String {
    let open = duplicates.open();
    let same = open.iter().filter(|one| one.has_same_name).count();
    match (same, open.len()) {
        (_, 0) => String::new(),
        (1, 1) => "A company has this name already: decide on it under Possible duplicates".to_owned(),
        (_, 1) => "A company may be this one already: decide on it under Possible duplicates".to_owned(),
        (same, all) if same == all => {
            format!("{all} companies have this name already: decide on them under Possible duplicates")
        }
        (_, all) => format!("{all} companies may be this one already: decide on them under Possible duplicates"),
    }
}
