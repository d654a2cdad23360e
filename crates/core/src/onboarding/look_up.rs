//! Look-ups: what may be in Autotask already, asked for before anything is sent and judged by the rules of duplicates.

use super::{Answers, post};
use crate::duplicates::{Match, Rules, is_same_name, matches_of, search_word};
use crate::entity::entity;
use crate::filter::{Filter, Op};
use crate::record::Record;
use crate::request::Query;
use crate::table::Table;

/// What the rules of duplicates read of a company, and what a person tells one by.
const COMPANY_FIELDS: [&str; 12] = [
    "id",
    "companyName",
    "companyType",
    "isActive",
    "city",
    "phone",
    "webAddress",
    "taxID",
    "companyNumber",
    "address1",
    "postalCode",
    "parentCompanyID",
];
const CONTACT_FIELDS: [&str; 6] = ["id", "companyID", "firstName", "lastName", "emailAddress", "isActive"];
/// How much of the end of a number is asked for: within it, hardly anybody writes spaces or dashes.
const TAIL: usize = 4;
/// The company of the Autotask customer itself.
const OWN_COMPANY: i64 = 0;

/// The searches for what may be there already: companies whose name, phone number, web domain or tax id may be the
/// same, and contacts with one of the e-mail addresses. Without a name no company is asked for.
#[must_use]
pub fn duplicate_queries(answers: &Answers) -> Vec<Query> {
    let mut queries = Vec::new();
    if let (Some(info), Some(filter)) = (entity("Companies"), company_filter(&answers.company)) {
        queries.push(post(info, filter, &COMPANY_FIELDS));
    }
    let emails: Vec<&str> = answers
        .contacts
        .iter()
        .filter_map(|c| c.record.text("emailAddress"))
        .filter(|e| !e.trim().is_empty())
        .collect();
    if let (Some(info), false) = (entity("Contacts"), emails.is_empty()) {
        queries.push(post(info, Filter::and([Filter::is_in("emailAddress", emails)]), &CONTACT_FIELDS));
    }
    queries
}

/// Any of what rows of one company share however they are written; which of them are, [`same_companies`] says.
fn company_filter(company: &Record) -> Option<Filter> {
    let name = trimmed(company, "companyName")?;
    let by_name = match search_word(name) {
        Some(word) => Filter::condition("companyName", Op::Contains, word),
        None => Filter::eq("companyName", name),
    };
    // An extension is no part of the number.
    let number = |phone: &str| phone.split(['x', 'X', 'e', 'E', '#', ';', ',']).next().and_then(tail);
    let ends_with = |field: &str, tail: String| Filter::condition(field, Op::EndsWith, tail);
    let by_phone = trimmed(company, "phone").and_then(number).map(|tail| ends_with("phone", tail));
    let by_tax = trimmed(company, "taxID").and_then(tail).map(|tail| ends_with("taxID", tail));
    let by_web = trimmed(company, "webAddress")
        .and_then(autotask_likeness::domain_in)
        .map(|domain| Filter::condition("webAddress", Op::Contains, domain.to_ascii_lowercase()));
    let others: Vec<Filter> = [by_phone, by_web, by_tax].into_iter().flatten().collect();
    Some(if others.is_empty() { by_name } else { Filter::or(std::iter::once(by_name).chain(others)) })
}

fn trimmed<'r>(record: &'r Record, field: &str) -> Option<&'r str> {
    record.text(field).map(str::trim).filter(|text| !text.is_empty())
}

/// The last letters and digits of a number; `None` where there are fewer.
fn tail(number: &str) -> Option<String> {
    let mut last: Vec<char> = number.chars().rev().filter(char::is_ascii_alphanumeric).take(TAIL).collect();
    last.reverse();
    (last.len() == TAIL).then(|| last.into_iter().collect())
}

/// Of the companies that a search of [`duplicate_queries`] found, those that may be the one of the answers, with the
/// reasons in words, the likeliest first.
///
/// A name that means the same is always among them, whatever else differs; and so is the parent that the answers name,
/// where it looks like the company. The Autotask customer's own company is among them by its name only.
#[must_use]
pub fn same_companies(answers: &Answers, found: &[Record]) -> Vec<Match> {
    let Some(rules) = entity("Companies").and_then(|info| Rules::of(info).ok()) else { return Vec::new() };
    let Some(name) = trimmed(&answers.company, "companyName") else { return Vec::new() };
    let mut table = Table::new();
    for row in found {
        table.put(row.clone());
    }
    let mut company = answers.company.clone();
    company.remove("id");
    let parent = company.int("parentCompanyID");
    let likely: Vec<i64> = matches_of(&table, &company, &rules).into_iter().map(|found| found.id).collect();
    let any = Rules { threshold: 0.0, parent: None, ..rules.clone() };
    let mut matches = matches_of(&table, &company, &any);
    matches.retain(|found| {
        let is_likely = likely.contains(&found.id) || (parent == Some(found.id) && found.score >= rules.threshold);
        let other = || table.by_id(found.id).and_then(|row| row.text("companyName").map(str::to_owned));
        (is_likely && found.id != OWN_COMPANY) || other().is_some_and(|other| is_same_name(name, &other))
    });
    matches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::onboarding::ContactAnswer;
    use crate::request::Operation;

    fn company(members: &[(&str, &str)]) -> Answers {
        let company = members.iter().fold(Record::new(), |record, (name, value)| record.with(name, *value));
        Answers { company, ..Answers::default() }
    }

    fn body(answers: &Answers) -> Vec<String> {
        let body = |query| Operation::Query(query).request().expect("can be sent").body.unwrap_or_default();
        duplicate_queries(answers).into_iter().map(body).collect()
    }

    #[test]
    fn companies_are_asked_for_by_all_that_tells_them_and_contacts_by_mail() {
        let mut answers = company(&[
            ("companyName", "Acme, Inc."),
            ("phone", "+1 (518) 555-0100 ext. 12"),
            ("webAddress", "https://www.Acme.com/about"),
            ("taxID", "94-1234567"),
        ]);
        let contact = Record::new().with("emailAddress", "b@acme.com");
        answers.contacts = vec![ContactAnswer { record: contact, site: None }, ContactAnswer::default()];
        insta::assert_snapshot!(body(&answers).join("\n"), @r#"
        {"IncludeFields":["id","companyName","companyType","isActive","city","phone","webAddress","taxID","companyNumber","address1","postalCode","parentCompanyID"],"filter":[{"op":"or","items":[{"field":"companyName","op":"contains","value":"acme"},{"field":"phone","op":"endsWith","value":"0100"},{"field":"webAddress","op":"contains","value":"acme.com"},{"field":"taxID","op":"endsWith","value":"4567"}]}]}
        {"IncludeFields":["id","companyID","firstName","lastName","emailAddress","isActive"],"filter":[{"field":"emailAddress","op":"in","value":["b@acme.com"]}]}
        "#);
    }

    #[test]
    fn what_says_too_little_is_not_asked_for() {
        assert_eq!(body(&company(&[("phone", "518 555 0100")])), Vec::<String>::new(), "no name");
        let little =
            company(&[("companyName", " Ünï "), ("phone", "12 x 3456"), ("webAddress", "soon"), ("taxID", "-")]);
        insta::assert_snapshot!(body(&little).join("\n"), @r#"{"IncludeFields":["id","companyName","companyType","isActive","city","phone","webAddress","taxID","companyNumber","address1","postalCode","parentCompanyID"],"filter":[{"field":"companyName","op":"eq","value":"Ünï"}]}"#);
    }

    fn ids(answers: &Answers, rows: &[Record]) -> Vec<i64> {
        same_companies(answers, rows).iter().map(|found| found.id).collect()
    }

    fn row(id: i64, name: &str) -> Record {
        Record::new().with("id", id).with("companyName", name)
    }

    #[test]
    fn the_same_name_is_found_whatever_differs_and_other_names_by_the_rest() {
        let answers = company(&[
            ("companyName", "Acme Bako Dental LLC"),
            ("phone", "(518) 555-0100"),
            ("webAddress", "acme.example"),
            ("city", "Troy"),
        ]);
        let rows = [
            row(1, "ACME BAKO DENTAL").with("phone", "212 555 0177").with("webAddress", "bako.example"),
            row(2, "Acme Bako Dentel").with("phone", "+1 518.555.0100").with("city", "Troy"),
            row(3, "Acme East").with("phone", "518 555 0199"),
            row(4, "Oak Bakery").with("phone", "518 555 0100"),
        ];
        let found = same_companies(&answers, &rows);
        assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(
            found[1].reasons,
            [
                "same name but for the legal form (ACME BAKO DENTAL / Acme Bako Dental LLC)",
                "but another phone number (212 555 0177 / (518) 555-0100)",
                "but another web domain (bako.example / acme.example)",
            ]
        );
        assert_eq!(ids(&company(&[("phone", "518 555 0100")]), &rows), Vec::<i64>::new(), "no name");
    }

    #[test]
    fn the_parent_stays_and_its_branches_elsewhere_go() {
        let mut answers =
            company(&[("companyName", "Keller Dental West"), ("phone", "518 555 0100"), ("city", "Troy")]);
        let alike = |id, name, city| row(id, name).with("phone", "518 555 0100").with("city", city);
        let rows =
            [alike(9, "Keller Dental Wst", "Troy"), alike(7, "Keller Dental Wets", "Utica").with("parentCompanyID", 9)];
        assert_eq!(ids(&answers, &rows), [9, 7]);
        answers.company.set("parentCompanyID", 9);
        assert_eq!(ids(&answers, &rows), [9]);
    }

    #[test]
    fn the_own_company_is_found_by_its_name_only() {
        let answers = company(&[("companyName", "Juniper Bakery"), ("phone", "518 555 0100")]);
        let own = |name| [row(0, name).with("phone", "518 555 0100")];
        assert_eq!(ids(&answers, &own("Juniper Bakery Inc")), [0]);
        assert_eq!(ids(&answers, &own("Juniper Bakerz")), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn every_name_that_means_the_same_is_found(
            name in "[A-Za-zäöüéß0-9株会 .,&'-]{1,40}",
            others in prop::collection::vec(("[A-Za-z .]{0,12}", "[0-9]{10}", prop::option::of(0_i64..4)), 0..8),
            phone in "[0-9]{10}",
            parent in prop::option::of(0_i64..4),
        ) {
            let mut answers = company(&[("companyName", &name), ("phone", &phone), ("city", "Troy")]);
            if let Some(parent) = parent {
                answers.company.set("parentCompanyID", parent);
            }
            let mut rows: Vec<Record> = Vec::new();
            for (id, (other, phone, parent)) in (0_i64..).zip(&others) {
                let other = if id % 2 == 0 { [&name.to_uppercase(), " Ltd"].concat() } else { other.clone() };
                rows.push(row(id, &other).with("phone", phone.as_str()).with("city", "Utica").with("parentCompanyID", *parent));
            }
            let found = same_companies(&answers, &rows);
            for row in &rows {
                if is_same_name(&name, row.text("companyName").unwrap_or_default()) {
                    prop_assert!(found.iter().any(|one| Some(one.id) == row.id()), "{row:?}");
                }
            }
            prop_assert!(found.is_sorted_by(|one, next| one.score >= next.score));
        }
    }
}
