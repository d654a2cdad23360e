//! A field that points to another row of the form: the site of a contact, the contact of a contract.

use leptos::prelude::*;

use super::form::{Row, use_form};
use crate::components::{choice::Choice, field::Field, select::Select};

/// The rows to choose from, called by the texts of these fields, or by what they are and their number.
pub fn link_field(
    row: &Row,
    name: &'static str,
    label: &'static str,
    nothing: &'static str,
    rows: RwSignal<Vec<Row>>,
    called: &'static [&'static str],
) -> AnyView {
    let form = use_form();
    let choices = Memo::new(move |_| {
        let choice = |(index, other): (usize, &Row)| Choice::new(other.key.to_string(), title_of(other, index, called));
        rows.with(|rows| rows.iter().enumerate().map(choice).collect::<Vec<_>>())
    });
    let link = row.link.clone();
    let value = {
        let link = link.clone();
        Signal::derive(move || match link.get() {
            0 => String::new(),
            key => key.to_string(),
        })
    };
    let set = move |key: String| {
        link.set(key.parse().unwrap_or(0));
        form.changed();
    };
    view! {
        <div class="slot h">
            <Field id=row.control_id(name) label=label is_optional=true>
                <Select choices=choices value=value on_change=set placeholder=nothing />
            </Field>
        </div>
    }
    .into_any()
}

/// `Mara Lindqvist`, or `Contact 2`. Reactive.
fn title_of(row: &Row, index: usize, called: &[&str]) -> String {
    let texts: Vec<String> = called.iter().map(|name| row.field(name).get().trim().to_owned()).collect();
    let title = texts.join(" ").trim().to_owned();
    if !title.is_empty() {
        return title;
    }
    let word = row.part.word();
    let (first, rest) = word.split_at(1);
    [&first.to_uppercase(), rest, " ", &(index + 1).to_string()].concat()
}
