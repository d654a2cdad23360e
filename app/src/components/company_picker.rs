//! Picks a company by name, looked up on the server while typing.

use std::time::Duration;

use autotask_core::{Filter, Op, Operation, Query, Record, Verb, entity};
use leptos::{leptos_dom::helpers::debounce, prelude::*, task::spawn_local};

use super::{choice::Choice, combobox::Combobox, text_input::ControlSize};
use crate::{api::api, store::names::use_names};

/// How long typing has to rest before the server is asked.
const REST: Duration = Duration::from_millis(200);

/// Companies offered at once; typing narrows further.
const OFFERED: u32 = 25;

/// A company out of all.
#[component]
pub fn CompanyPicker(
    /// A unique id; a field around it overrules it.
    #[prop(into)]
    id: String,
    /// The chosen company's id as text; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the chosen company's id as text.
    #[prop(into)]
    on_change: Callback<String>,
    /// The height.
    #[prop(optional)]
    size: ControlSize,
) -> impl IntoView {
    let names = use_names();
    let asked = StoredValue::new(String::new());
    let is_loading = RwSignal::new(false);
    let found = RwSignal::new(Vec::<Choice>::new());
    let look_up = move |text: String| {
        asked.set_value(text.clone());
        is_loading.set(true);
        spawn_local(async move {
            let rows = api().page(&Operation::Query(query(&text))).await;
            // An answer to an older text is dropped, and so is one that comes when the field is gone.
            if asked.try_with_value(|now| *now == text) != Some(true) {
                return;
            }
            is_loading.set(false);
            let rows = rows.map(|rows| rows.items).unwrap_or_default();
            for row in &rows {
                if let Some((id, name)) = row.id().zip(row.text("companyName")) {
                    names.put("Companies", id, name.to_owned(), true);
                }
            }
            let mut choices: Vec<Choice> = rows.iter().filter_map(choice).collect();
            choices.sort_by_cached_key(|choice| choice.label.to_lowercase());
            found.set(choices);
        });
    };
    let mut look_up_rested = debounce(REST, look_up);
    let asker = StoredValue::new_local(None::<String>);
    let on_query = move |text: String| {
        // Opening the list asks with an empty text; the same text is not asked for twice in a row.
        if asker.with_value(|last| last.as_deref() == Some(text.as_str())) {
            return;
        }
        asker.set_value(Some(text.clone()));
        look_up_rested(text);
    };
    let on_query = StoredValue::new_local(on_query);
    let choices = Memo::new(move |_| {
        let mut choices = found.get();
        let chosen = value.get();
        if !chosen.is_empty() && !choices.iter().any(|choice| choice.value == chosen) {
            let name = chosen.parse().ok().and_then(|id| names.name("Companies", id));
            choices.insert(0, Choice::new(chosen.clone(), name.unwrap_or(chosen)));
        }
        choices
    });
    view! {
        <Combobox
            id=id
            choices=choices
            value=value
            on_change=on_change
            is_clearable=true
            on_query=Callback::new(move |text: String| on_query.update_value(|ask| ask(text)))
            is_loading=is_loading
            placeholder="Type a name"
            size=size
        />
    }
    .into_any()
}

fn query(text: &str) -> Query {
    // INVARIANT: companies are among the facts.
    let info = entity("Companies").expect("Companies are among the facts");
    let active = Filter::eq("isActive", true);
    let filter = match text.trim() {
        "" => active,
        text => Filter::and([active, Filter::condition("companyName", Op::Contains, text)]),
    };
    Query {
        max_records: Some(OFFERED),
        include_fields: Some(["id", "companyName", "city"].map(str::to_owned).to_vec()),
        verb: Verb::Post,
        ..Query::new(info, filter)
    }
}

fn choice(row: &Record) -> Option<Choice> {
    let id = row.id()?;
    let name = row.text("companyName").filter(|name| !name.trim().is_empty());
    let city = row.text("city").unwrap_or_default();
    Some(Choice::new(id.to_string(), name.map_or_else(|| format!("#{id}"), str::to_owned)).with_detail(city))
}
