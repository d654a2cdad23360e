//! Warnings: what can be sent but must be confirmed in Review.

use autotask_core::{Record, validate::email_exists};
use leptos::prelude::*;

use super::{
    duplicates::Duplicates,
    form::{Form, Row},
};
use crate::{page::Page, store::onboarding::Step};

/// The mark of the note that a company cannot be deleted.
pub const NO_DELETION: &str = "no-deletion";

/// Something to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What the draft remembers it by; changes with what it is about.
    pub mark: String,
    /// The sentence.
    pub title: String,
    /// What it means.
    pub text: String,
    /// Where to look: the words and the address.
    pub link: Option<(String, String)>,
}

/// What stands below an e-mail address that another contact has; empty for none. Reactive.
pub fn email_words(email: &str, duplicates: &Duplicates) -> String {
    match duplicates.with_email(email).as_slice() {
        [] => String::new(),
        [one] => [&email_exists("").message, ": ", &person(one), " has it"].concat(),
        several => format!("{}: {} contacts have it", email_exists("").message, several.len()),
    }
}

/// Everything that has to be confirmed before the run. Reactive.
pub fn warnings(form: &Form, duplicates: &Duplicates) -> Vec<Warning> {
    let (title, text) = match form.contract.with(Option::is_some) {
        false => ("The company cannot be deleted later", "Autotask only lets you deactivate it."),
        true => ("The company and its contract cannot be deleted later", "Autotask only lets you deactivate them."),
    };
    let mut all = vec![Warning {
        mark: NO_DELETION.to_owned(),
        title: title.to_owned(),
        text: [text, " Contacts and extra sites can be removed."].concat(),
        link: None,
    }];
    for row in form.contacts.get() {
        all.extend(email_warning(&row, duplicates));
    }
    for problem in form.checking.all().into_iter().filter(|problem| !problem.is_error) {
        let what = if problem.step == Step::Contacts { contact_of(form, &problem.control) } else { String::new() };
        let mark = [&problem.control, "|", &problem.message, "|", &what].concat();
        let text = if what.is_empty() { "It is sent as it is.".to_owned() } else { what };
        all.push(Warning { mark, title: problem.message, text, link: None });
    }
    all
}

fn email_warning(row: &Row, duplicates: &Duplicates) -> Option<Warning> {
    let email = row.field("emailAddress").get();
    let found = duplicates.with_email(&email);
    let first = found.first()?;
    let link = first.int("companyID").map(|id| ("Open the company".to_owned(), Page::Company(id).path()));
    Some(Warning {
        mark: ["email|", email.trim()].concat(),
        title: [&email_exists("").message, ": ", email.trim()].concat(),
        text: match found.len() {
            1 => [&person(first), " has it. Go on if they are two people."].concat(),
            count => format!("{count} contacts have it. Go on if they are other people."),
        },
        link,
    })
}

/// The address of the contact whose control this is.
fn contact_of(form: &Form, control: &str) -> String {
    let rows = form.contacts.get();
    let row = rows.iter().find(|row| control == row.control_id("emailAddress"));
    row.map(|row| row.field("emailAddress").get()).unwrap_or_default()
}

fn person(row: &Record) -> String {
    let name = [row.text("firstName"), row.text("lastName")];
    let name: Vec<&str> = name.into_iter().flatten().collect();
    if name.is_empty() { format!("Contact {}", row.id().unwrap_or_default()) } else { name.join(" ") }
}
