//! Contacts of a company.

use autotask_core::Instant;
use rusqlite::types::Value as Cell;

use super::companies::Known;
use super::dice::Dice;
use super::names;
use super::seeds::Seeds;
use super::{Maker, variants};
use crate::store::rows::Row;

/// The streams of contacts begin here, so that they do not disturb those of companies.
const STREAMS: u64 = 1 << 32;

const TITLES: [&str; 16] = [
    "Office Manager",
    "Owner",
    "Chief Executive Officer",
    "Controller",
    "IT Coordinator",
    "Operations Manager",
    "Receptionist",
    "Bookkeeper",
    "Managing Director",
    "Sales Manager",
    "Head of Finance",
    "Plant Manager",
    "Executive Assistant",
    "Partner",
    "Human Resources",
    "Facilities",
];
const FREE_MAIL: [&str; 5] = ["gmail.com", "outlook.com", "yahoo.com", "icloud.com", "gmx.net"];

/// A contact as the rest of the book knows it.
pub(super) struct Person {
    pub(super) id: i64,
    /// Where it is, of the company's sites.
    pub(super) site: i64,
    pub(super) created: Instant,
}

/// Makes so many contacts, the first of them primary; with `duplicate`, one of them once more. Answers the active ones.
pub(super) fn all(
    maker: &mut Maker<'_>,
    seeds: &Seeds,
    company: &Known<'_>,
    number: u32,
    count: u32,
    duplicate: Option<u32>,
) -> rusqlite::Result<Vec<Person>> {
    let mut people = Vec::new();
    // Who is entered with a company's second entry is who was there at the first: the same stream, the same people.
    let mut dice = Dice::new(maker.seed, STREAMS + u64::from(number));
    for index in 0..count {
        let row = one(maker, &mut dice, company, index);
        let id = maker.insert(row.clone())?;
        if row.is_true("isActive") {
            people.push(Person {
                id,
                site: row.int("companyLocationID").unwrap_or_default(),
                created: Instant(row.int("createDate").unwrap_or_default()),
            });
        }
        if dice.percent(6) && index == 0 {
            let group = seeds.contact_groups[usize::try_from(dice.below(3)).unwrap_or(0)];
            let mut member = maker.row("ContactGroupContacts");
            member.set("contactGroupId", group);
            member.set("contactId", id);
            maker.insert(member)?;
        }
        if let Some(variant) = duplicate.filter(|_| index == 0) {
            again(maker, &row, id, variant)?;
        }
    }
    Ok(people)
}

fn one<'a>(maker: &Maker<'a>, dice: &mut Dice, company: &Known<'_>, index: u32) -> Row<'a> {
    let place = company.place;
    let (first, last, woman) = names::person(dice, place.country.code);
    let mut row = maker.row("Contacts");
    row.set("companyID", company.id);
    row.set_text("firstName", first);
    row.set_text("lastName", last);
    if dice.percent(15) {
        row.set_text("middleInitial", &dice.shape("@"));
    }
    if dice.percent(60) {
        row.set("namePrefix", if woman { 3_i64 } else { 1 });
    }
    row.set_text("title", TITLES[usize::try_from(dice.below(16)).unwrap_or(0)]);
    let site = if dice.percent(80) { 0 } else { usize::try_from(dice.below(4)).unwrap_or(0) % company.sites.len() };
    row.set("companyLocationID", company.sites[site]);
    if site == 0 && dice.percent(70) {
        for (to, from) in [
            ("addressLine", "address1"),
            ("addressLine1", "address2"),
            ("city", "city"),
            ("state", "state"),
            ("zipCode", "postalCode"),
            ("countryID", "countryID"),
        ] {
            row.set(to, company.row.get(from).clone());
        }
    }
    let mail = dice.below(100);
    let who = format!("{}.{}", names::slug(first), names::slug(last));
    let who = if who == "company.company" { format!("kontakt{}", index + 1) } else { who };
    match mail {
        0..86 => row.set_cut("emailAddress", Some(&format!("{who}@{}", company.domain))),
        86..92 => {
            let at = FREE_MAIL[usize::try_from(dice.below(5)).unwrap_or(0)];
            row.set_cut("emailAddress", Some(&format!("{who}{}@{at}", dice.between(1, 99))));
        }
        _ => {}
    }
    if dice.percent(88) {
        row.set_cut("phone", Some(company.row.text("phone").unwrap_or_default()));
        if dice.percent(45) {
            row.set_text("extension", &dice.between(100, 799).to_string());
        }
    }
    if dice.percent(55) {
        row.set_cut("mobilePhone", Some(&place.country.mobile(dice, place)));
    }
    // Few who are in a book have left; the primary one never.
    row.set("isActive", i64::from(index == 0 || !dice.percent(7)));
    row.set("primaryContact", index == 0);
    for flag in ["isOptedOutFromBulkEmail", "solicitationOptOut", "surveyOptOut"] {
        row.set(flag, dice.percent(4));
    }
    row.set("receivesEmailNotifications", dice.percent(70));
    let age = dice.between(0, company.age);
    let created = maker.days_ago(dice, age);
    row.set_instant("createDate", created);
    let quiet = dice.below(age.max(1));
    let touched = maker.days_ago(dice, quiet).max(created);
    row.set_instant("lastModifiedDate", touched);
    row.set_instant("lastActivityDate", touched);
    own_fields(maker, dice, &mut row);
    row
}

/// The user-defined fields of a contact: most have none.
fn own_fields(maker: &Maker<'_>, dice: &mut Dice, row: &mut Row<'_>) {
    if dice.percent(15) {
        row.set_udf(
            "Preferred language",
            dice.weighted(&[(60, "English"), (15, "German"), (10, "French"), (10, "Spanish"), (5, "Dutch")]),
        );
    }
    if dice.percent(20) {
        row.set_udf("Portal user", if dice.percent(70) { "Yes" } else { "No" });
    }
    if dice.percent(6) {
        row.set_udf("Direct reports", format!("{}.0000", dice.between(1, 40)));
    }
    if dice.percent(8) {
        let day = maker.now.plus_seconds(-i64::from(dice.below(700)) * 86_400).0.div_euclid(864_000_000_000)
            * 864_000_000_000;
        row.set_udf("Last training", autotask_core::Instant(day).to_string());
    }
    if dice.percent(3) {
        row.set_udf("Notes for technicians", "Prefers to be called before 10.\nUses a Mac at home.");
    }
    if dice.percent(4) {
        row.set_udf("Badge number", dice.shape("B-#####"));
    }
}

/// The same person entered a second time.
fn again(maker: &mut Maker<'_>, original: &Row<'_>, id: i64, variant: u32) -> rusqlite::Result<()> {
    let mut row = original.clone();
    let (first, last, how) = variants::person(
        original.text("firstName").unwrap_or_default(),
        original.text("lastName").unwrap_or_default(),
        variant,
    );
    row.set("id", Cell::Null);
    row.set_cut("firstName", Some(&first));
    row.set_cut("lastName", Some(&last));
    row.set("primaryContact", false);
    row.udfs.iter_mut().for_each(|value| *value = None);
    if let Some(phone) = original.text("phone") {
        row.set_cut("phone", Some(&variants::phone(phone, variant)));
    }
    if let Some(mail) = original.text("emailAddress") {
        // Some are entered with the same address in capitals, some without any.
        let mail = if variant.is_multiple_of(3) { None } else { Some(mail.to_uppercase()) };
        row.set_cut("emailAddress", mail.as_deref());
    }
    let again = maker.insert(row)?;
    maker.plant("duplicateContact", again, Some(id), how)
}
