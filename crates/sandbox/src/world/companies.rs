//! Companies with their sites, one after the other.

use std::collections::HashMap;

use autotask_core::text::fold;
use rusqlite::types::Value as Cell;

use super::book::{Book, Client};
use super::dice::Dice;
use super::names::{self, Name};
use super::places::{Country, Place, second_line};
use super::plan::{Plan, Special};
use super::seeds::{Seeds, segment};
use super::{ADMINISTRATOR, Maker, contacts, mess, more_sites, variants};
use crate::config::Config;
use crate::store::rows::Row;
use crate::write::primary_location;

/// A parent that no company has.
const NOBODY: i64 = 29_600_001;
/// Days over which the book was filled.
const BOOK_DAYS: u32 = 4_200;

/// What later companies and contacts need to know of one.
pub(super) struct Known<'a> {
    pub(super) id: i64,
    pub(super) row: Row<'a>,
    pub(super) name: Name,
    pub(super) place: &'static Place,
    pub(super) domain: String,
    /// The sites, the primary one first.
    pub(super) sites: Vec<i64>,
    /// Days since it came into the book.
    pub(super) age: u32,
    /// For the second entry of a company: how it is written, and which contacts come again.
    pub(super) duplicate: Option<u32>,
}

/// Makes the MSP's own company and so many others.
pub(super) fn all<'a>(maker: &mut Maker<'a>, seeds: &Seeds, config: &Config) -> rusqlite::Result<()> {
    let plan = Plan::new(config.seed, config.companies);
    let mut kept: HashMap<u32, Known<'a>> = HashMap::new();
    let mut places = Vec::new();
    let mut taken = Taken::new();
    let mut book = Book::new(maker, seeds)?;
    let own = own(maker, seeds)?;
    contacts::all(maker, seeds, &own, 0, 6, None)?;
    for number in 1..=config.companies {
        let mut dice = Dice::new(config.seed, u64::from(number));
        let known = match plan.special(number) {
            Some(Special::Duplicate(of)) => match kept.get(&of) {
                Some(original) => again(maker, seeds, &mut dice, original, number)?,
                None => fresh(maker, seeds, &mut dice, &plan, &kept, &mut taken, number)?,
            },
            _ => fresh(maker, seeds, &mut dice, &plan, &kept, &mut taken, number)?,
        };
        let people = match config.contacts {
            None => dice.weighted(&[(16, 3), (22, 4), (22, 5), (18, 6), (12, 7), (10, 8)]),
            Some(total) => total / config.companies + u32::from(number <= total % config.companies),
        };
        let people = if known.duplicate.is_some() && config.contacts.is_none() { people.min(4) } else { people };
        let people =
            contacts::all(maker, seeds, &known, number, people, plan.contact_duplicates.get(&number).copied())?;
        book.write(maker, &Client { number, company: &known, people: &people })?;
        places.push((known.id, known.place));
        if plan.is_kept(number) {
            kept.insert(number, known);
        }
    }
    more_sites::all(maker, &places)?;
    cycle(maker, &plan, config.companies)
}

/// Company 0: the MSP itself.
fn own<'a>(maker: &mut Maker<'a>, seeds: &Seeds) -> rusqlite::Result<Known<'a>> {
    let mut dice = Dice::new(maker.seed, 0);
    let place = Country::named("US").place(&mut dice);
    let name = Name { core: "Brightwater Managed IT".to_owned(), form: ", Inc.".to_owned(), segment: 10 };
    let mut row = maker.row("Companies");
    row.set("id", 0_i64);
    row.set_cut("companyName", Some(&name.full()));
    row.set("companyType", 8_i64);
    row.set("ownerResourceID", ADMINISTRATOR);
    finish(maker, seeds, &mut dice, row, name, place, "brightwater-it.com".to_owned(), BOOK_DAYS, true, None)
}

/// A company of its own.
fn fresh<'a>(
    maker: &mut Maker<'a>,
    seeds: &Seeds,
    dice: &mut Dice,
    plan: &Plan,
    kept: &HashMap<u32, Known<'a>>,
    taken: &mut Taken,
    number: u32,
) -> rusqlite::Result<Known<'a>> {
    let parent = plan.parent(number).and_then(|parent| kept.get(&parent));
    let strange = match plan.special(number) {
        Some(Special::Strange(which)) => names::STRANGE.get(which),
        _ => None,
    };
    let country = match (strange, parent) {
        (Some(("JP", ..)), _) => Country::japan(),
        (Some((code, ..)), _) => Country::named(code),
        (None, Some(parent)) if dice.percent(70) => parent.place.country,
        _ => Country::roll(dice),
    };
    let place = country.place(dice);
    let name = match (strange, parent) {
        (Some((_, name, segment)), _) => Name { core: (*name).to_owned(), form: String::new(), segment: *segment },
        (None, parent) => unused(dice, taken, country.code, place.city, parent.map(|p| &p.name)),
    };
    let domain = match parent {
        Some(parent) if dice.percent(60) => parent.domain.clone(),
        _ => format!("{}.{}", names::slug(&name.core), country.domain),
    };
    let kind = dice.weighted(&[(62, 1), (12, 3), (9, 2), (6, 7), (3, 8), (5, 6), (3, 4)]);
    let mut row = maker.row("Companies");
    row.set_cut("companyName", Some(&name.full()));
    row.set("companyType", kind);
    match (plan.special(number), parent) {
        (Some(Special::Orphan), _) => row.set("parentCompanyID", NOBODY),
        (_, Some(parent)) => row.set("parentCompanyID", parent.id),
        _ => {}
    }
    // About 8 of a hundred: most of the dead and cancelled, few of the others.
    let inactive = match kind {
        4 => dice.percent(70),
        6 => dice.percent(60),
        _ => dice.percent(3),
    };
    let newest = parent.map_or(BOOK_DAYS, |parent| parent.age.max(2));
    let age = dice.between(1, newest);
    let owner = owner(seeds, dice);
    row.set("ownerResourceID", owner);
    // Those that others are made from, and the planted ones, stay as they are meant.
    let untidy = (!plan.is_kept(number) && plan.special(number).is_none()).then_some(number);
    let known = finish(maker, seeds, dice, row, name, place, domain, age, !inactive, untidy)?;
    if plan.special(number) == Some(Special::Orphan) {
        maker.plant("orphan", known.id, Some(NOBODY), "the parent does not exist")?;
    }
    if strange.is_some() {
        maker.plant("name", known.id, None, "a name that a tidy program trips over")?;
    }
    Ok(known)
}

/// The same company entered a second time.
fn again<'a>(
    maker: &mut Maker<'a>,
    seeds: &Seeds,
    dice: &mut Dice,
    original: &Known<'a>,
    number: u32,
) -> rusqlite::Result<Known<'a>> {
    let (written, how) = variants::company(dice, &original.name, number);
    let mut row = maker.row("Companies");
    row.set_cut("companyName", Some(&written));
    row.set("companyType", original.row.int("companyType"));
    row.set("ownerResourceID", owner(seeds, dice));
    let age = dice.between(1, original.age.max(2));
    row.set("id", maker.next_id(row.table));
    for field in ["address1", "city", "state", "postalCode", "countryID"] {
        row.set(field, original.row.get(field).clone());
    }
    let phone = original.row.text("phone").unwrap_or_default();
    row.set_cut("phone", Some(&variants::phone(phone, number)));
    let name = Name { core: written, form: String::new(), segment: original.name.segment };
    let mut known = finish(maker, seeds, dice, row, name, original.place, original.domain.clone(), age, true, None)?;
    known.duplicate = Some(number);
    maker.plant("duplicateCompany", known.id, Some(original.id), how)?;
    Ok(known)
}

fn owner(seeds: &Seeds, dice: &mut Dice) -> i64 {
    let list = if dice.percent(3) { &seeds.former_owners } else { &seeds.owners };
    let all: Vec<&i64> = list.iter().collect();
    *dice.pick(&all)
}

/// Names that companies have, without their legal forms, and how often each was asked for.
type Taken = HashMap<String, u32>;

/// A name that no other company has: rolled again, then with the city, then with a number.
fn unused(dice: &mut Dice, taken: &mut Taken, country: &str, city: &str, group: Option<&Name>) -> Name {
    let mut take = |core: &str| {
        let times = taken.entry(fold(core)).or_default();
        *times += 1;
        *times
    };
    let roll = |dice: &mut Dice| match group {
        Some(group) => names::branch(dice, group, country, city),
        None => names::company(dice, country, city),
    };
    let mut name = roll(dice);
    for _ in 0..6 {
        if take(&name.core) == 1 {
            return name;
        }
        name = roll(dice);
    }
    if !name.core.contains(city) {
        name.core = format!("{} {city}", name.core);
    }
    loop {
        match take(&name.core) {
            1 => return name,
            times => name.core = format!("{} {times}", name.core),
        }
    }
}

/// Completes the row of a company and makes its sites.
#[allow(clippy::too_many_arguments, reason = "one caller for each kind of company")]
fn finish<'a>(
    maker: &mut Maker<'a>,
    seeds: &Seeds,
    dice: &mut Dice,
    mut row: Row<'a>,
    name: Name,
    place: &'static Place,
    domain: String,
    age: u32,
    active: bool,
    untidy: Option<u32>,
) -> rusqlite::Result<Known<'a>> {
    let country = place.country;
    if row.is_null("id") {
        row.set("id", maker.next_id(row.table));
    }
    let id = row.id();
    if row.is_null("city") {
        row.set_cut("address1", Some(&country.street(dice)));
        row.set_cut("address2", second_line(dice, country).as_deref());
        row.set_cut("city", Some(place.city));
        row.set_cut("state", Some(place.state));
        row.set_cut("postalCode", Some(&place.postal_code(dice)));
        row.set("countryID", country.id);
        row.set_cut("phone", Some(&place.phone(dice)));
    }
    if dice.percent(20) {
        row.set_cut("alternatePhone1", Some(&place.phone(dice)));
    }
    if dice.percent(12) {
        row.set_cut("fax", Some(&place.phone(dice)));
    }
    if dice.percent(85) {
        let form = dice.weighted(&[(5, "https://www."), (3, "www."), (1, "http://"), (1, "")]);
        row.set_cut("webAddress", Some(&format!("{form}{domain}")));
    }
    let kind = row.int("companyType").unwrap_or(1);
    row.set("isActive", active);
    for flag in [
        "isClientPortalActive",
        "isEnabledForComanaged",
        "isTaskFireActive",
        "isTaxExempt",
        "invoiceNonContractItemsToParentCompany",
    ] {
        row.set(flag, false);
    }
    row.set("isClientPortalActive", kind == 1 && dice.percent(40));
    row.set("isTaxExempt", matches!(name.segment, 0 | 11) && dice.percent(70));
    row.set("invoiceNonContractItemsToParentCompany", !row.is_null("parentCompanyID") && dice.percent(50));
    let number = dice.percent(70).then(|| format!("C-{:05}", id % 100_000));
    row.set_cut("companyNumber", Some(number.as_deref().unwrap_or_default()));
    row.set("marketSegmentID", if dice.percent(85) { Cell::Integer(segment(name.segment)) } else { Cell::Null });
    row.set("territoryID", territory(place, dice));
    if kind == 1 {
        let class = dice.weighted(&[
            (8, 5),
            (14, 12),
            (16, 15),
            (14, 16),
            (18, 17),
            (8, 18),
            (6, 19),
            (3, 10),
            (3, 14),
            (1, 13),
            (9, -1),
        ]);
        row.set("classification", if class < 0 { Cell::Null } else { Cell::Integer(class) });
        row.set_cut("taxID", dice.percent(75).then(|| dice.shape(country.tax_id)).as_deref());
        let template = if country.code == "US" { dice.weighted(&[(70, 0), (15, 1), (15, 2)]) } else { 3 };
        row.set("invoiceTemplateID", seeds.invoice_templates[template]);
        row.set("invoiceMethod", dice.weighted(&[(70, 2_i64), (15, 1), (10, 3), (5, 0)]));
    } else if matches!(kind, 2 | 3) && dice.percent(50) {
        row.set("classification", 7_i64);
    }
    row.set("taxRegionID", tax_region(seeds, place));
    row.set("currencyID", seeds.currencies.iter().find(|(code, _)| *code == country.currency).map(|(_, id)| *id));
    row.set("companyCategoryID", seeds.categories[usize::from(dice.percent(10))]);
    row.set("billToAddressToUse", 1_i64);
    for (to, from) in [
        ("billingAddress1", "address1"),
        ("billingAddress2", "address2"),
        ("billToCity", "city"),
        ("billToState", "state"),
        ("billToZipCode", "postalCode"),
        ("billToCountryID", "countryID"),
    ] {
        row.set(to, row.get(from).clone());
    }
    let created = maker.days_ago(dice, age);
    row.set_instant("createDate", created);
    let quiet = if active { dice.below(age.min(200)) } else { dice.between(age / 2, age) };
    // Some have never been touched since, and some for years.
    let quiet = if dice.percent(12) { dice.between(quiet, age) } else { quiet };
    let touched = maker.days_ago(dice, quiet).max(created);
    row.set_instant("lastActivityDate", touched);
    row.set_instant("lastTrackedModifiedDateTime", touched);
    row.set("createdByResourceID", owner(seeds, dice));
    own_fields(maker, dice, &mut row, kind);
    if let Some(number) = untidy {
        mess::company(maker.seed, number, &mut row);
    }
    maker.insert(row.clone())?;
    let sites = sites(maker, dice, &row, place)?;
    Ok(Known { id, row, name, place, domain, sites, age, duplicate: None })
}

/// The user-defined fields of a company.
fn own_fields(maker: &Maker<'_>, dice: &mut Dice, row: &mut Row<'_>, kind: i64) {
    if kind == 1 && dice.percent(60) {
        row.set_udf("Customer Ranking", dice.weighted(&[(20, "Golden"), (35, "Silver"), (45, "Bronze")]));
    }
    if kind == 1 && dice.percent(75) {
        row.set_udf(
            "Seats",
            format!("{}.0000", dice.weighted(&[(50, 4), (30, 20), (15, 60), (5, 300)]) + dice.below(30)),
        );
    }
    if kind == 1 && dice.percent(50) {
        let days = i64::from(dice.below(900)) - 180;
        let day = maker.now.plus_seconds(days * 86_400).0.div_euclid(864_000_000_000) * 864_000_000_000;
        row.set_udf("Renewal date", autotask_core::Instant(day).to_string());
    }
    if dice.percent(40) {
        row.set_udf("Managed backup", if dice.percent(65) { "Yes" } else { "No" });
    }
    if dice.percent(10) {
        let door = dice.between(1, 9);
        row.set_udf(
            "Site access notes",
            format!("Ring at door {door}, ask for the office manager.\nServer room: key at reception.\nNo work during lunch."),
        );
    }
    if dice.percent(25) {
        row.set_udf("Account code", dice.shape("AC-@@##"));
    }
}

fn territory(place: &Place, dice: &mut Dice) -> Cell {
    use super::lists::TERRITORIES;
    let at = match place.country.code {
        "US" => match place.state {
            "NY" | "MA" | "ME" | "RI" | "MI" | "WI" | "MN" | "IL" | "OH" | "PA" => 0,
            "TX" | "FL" | "GA" | "LA" | "TN" | "NC" | "OK" | "AR" => 1,
            "MD" | "VA" | "IN" | "KY" => 2,
            _ => 3,
        },
        "CA" => 4,
        "AU" | "NZ" | "JP" => 6,
        _ => 5,
    };
    if dice.percent(90) { Cell::Integer(TERRITORIES[at].0) } else { Cell::Null }
}

fn tax_region(seeds: &Seeds, place: &Place) -> Cell {
    let named = |key: &str| seeds.tax_regions.iter().find(|(name, _)| *name == key).map(|(_, id)| Cell::Integer(*id));
    match place.country.code {
        "US" => named(place.state).or_else(|| named("US")),
        "CA" => named("Canada"),
        "JP" => None,
        code => named(code).or_else(|| named("EU")),
    }
    .unwrap_or(Cell::Null)
}

/// One to four sites, the first of them primary and where the company is.
fn sites(
    maker: &mut Maker<'_>,
    dice: &mut Dice,
    company: &Row<'_>,
    place: &'static Place,
) -> rusqlite::Result<Vec<i64>> {
    const NAMES: [&str; 8] =
        ["Warehouse", "Branch Office", "Plant 2", "Showroom", "Data Room", "East Campus", "Workshop", "Storefront"];
    let primary = primary_location(maker.tenant, company);
    let mut ids = vec![maker.insert(primary)?];
    let more = dice.weighted(&[(62, 0_usize), (24, 1), (10, 2), (4, 3)]);
    let offset = usize::try_from(dice.below(8)).unwrap_or(0);
    for number in 0..more {
        let at = if dice.percent(50) { place } else { place.country.place(dice) };
        let mut row = maker.row("CompanyLocations");
        row.set("companyID", company.id());
        row.set_text("name", &format!("{} {}", at.city, NAMES[(offset + number) % NAMES.len()]));
        row.set_cut("address1", Some(&at.country.street(dice)));
        row.set_cut("city", Some(at.city));
        row.set_cut("state", Some(at.state));
        row.set_cut("postalCode", Some(&at.postal_code(dice)));
        row.set("countryID", at.country.id);
        row.set_cut("phone", dice.percent(70).then(|| at.phone(dice)).as_deref());
        row.set("isActive", dice.percent(94));
        row.set("isPrimary", false);
        row.set("isTaxExempt", false);
        row.set("overrideCompanyTaxSettings", false);
        row.set("roundtripDistance", f64::from(dice.below(900)) / 10.0);
        ids.push(maker.insert(row)?);
    }
    let mut row = maker.row("CompanySiteConfigurations");
    row.set("companyID", company.id());
    row.set_text("locationName", crate::write::PRIMARY_LOCATION);
    maker.insert(row)?;
    Ok(ids)
}

/// Closes the planted circle, now that all its companies are there.
fn cycle(maker: &mut Maker<'_>, plan: &Plan, companies: u32) -> rusqlite::Result<()> {
    // Companies stand in the order of their numbers, and only they take ids from this series.
    let id = |number: u32| super::first_id("Companies") + i64::from(number) - 1;
    for number in 1..=companies {
        if let Some(Special::Cycle(next)) = plan.special(number) {
            maker.connection.execute(
                "UPDATE \"Companies\" SET \"parentCompanyID\" = ?1 WHERE \"id\" = ?2",
                [id(next), id(number)],
            )?;
            maker.plant("cycle", id(number), Some(id(next)), "one of three companies that are each other's parents")?;
        }
    }
    Ok(())
}
