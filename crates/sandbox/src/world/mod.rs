//! World: a made-up MSP's book, the same for the same seed.
//!
//! Rows are made by the store's own insert, past the checks: what is made here is right or, where planted, wrong on
//! purpose. What was planted stands in the table `_world` and at `GET /_sandbox/world`.

mod assets;
mod attachments;
mod book;
mod by_user;
mod calls;
mod catalog;
pub(crate) mod category_defaults;
mod charges;
mod companies;
mod contacts;
mod contract_lines;
mod contract_parts;
mod contracts;
mod crm;
mod deleted;
pub(crate) mod dice;
mod entries;
mod files;
mod invoices;
pub(crate) mod life;
pub(crate) mod lists;
mod mess;
mod more_lists;
mod more_sites;
mod names;
mod offers;
mod places;
mod plan;
mod project_notes;
mod projects;
mod sales;
mod secondary;
mod seeds;
mod ticket_texts;
mod tickets;
mod times;
mod variants;

use std::collections::HashMap;

use rusqlite::{Connection, params};

use autotask_core::Instant;

use crate::config::Config;
use crate::store::rows::{self, Row};
use crate::tenant::{Definition, Table, Tenant};
use crate::write::lenient::to_milliseconds;

/// The resource behind the sandbox's own credentials.
pub(crate) const API_USER: i64 = 29_682_885;
/// The administrator that every instance has.
pub(crate) const ADMINISTRATOR: i64 = 4;

/// Where the ids of an entity begin: high, as in real instances, so that nobody takes them for small numbers.
pub(crate) fn first_id(entity: &str) -> i64 {
    match entity {
        "Companies" => 29_683_501,
        "Contacts" => 30_684_001,
        "CompanyLocations" => 31_680_001,
        "CompanySiteConfigurations" => 31_280_001,
        "Resources" => API_USER + 1,
        "TaxRegions" | "TaxCategories" => 29_682_701,
        "UserDefinedFieldDefinitions" => 29_682_901,
        // Recorded: webhooks count from 1 in each database.
        _ if entity.contains("Webhook") => 1,
        _ => 29_682_801,
    }
}

/// What the parts of the making share.
struct Maker<'a> {
    connection: &'a Connection,
    tenant: &'a Tenant,
    seed: u64,
    now: Instant,
    next: HashMap<&'static str, i64>,
}

impl<'a> Maker<'a> {
    fn row(&self, entity: &str) -> Row<'a> {
        Row::new(self.tenant.named(entity))
    }

    /// Puts a row in under the next id, unless it has one, and answers the id.
    fn insert(&mut self, mut row: Row<'_>) -> rusqlite::Result<i64> {
        if row.is_null("id") {
            let id = self.next_id(row.table);
            row.set("id", id);
        }
        rows::insert(self.connection, &row)?;
        Ok(row.id())
    }

    fn next_id(&mut self, table: &Table) -> i64 {
        let next = self.next.entry(table.info.name).or_insert_with(|| first_id(table.info.name));
        *next += 1;
        *next - 1
    }

    /// Notes what was planted.
    fn plant(&self, kind: &str, id: i64, of: Option<i64>, how: &str) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT INTO \"_world\" (\"kind\", \"id\", \"of\", \"how\") VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![kind, id, of, how])?;
        Ok(())
    }

    /// An instant so many days before the world's now, at a working hour.
    fn days_ago(&self, dice: &mut dice::Dice, days: u32) -> Instant {
        let seconds = i64::from(days) * 86_400 + i64::from(dice.below(9 * 3600));
        to_milliseconds(self.now.plus_seconds(-seconds))
    }
}

/// Fills the empty tables.
pub(crate) fn make(connection: &Connection, config: &Config) -> rusqlite::Result<()> {
    let now = to_milliseconds(config.world_now.unwrap_or_else(|| config.now()));
    // The definitions of user-defined fields are rows themselves, so they come before the tables that know them.
    let vanilla = Tenant::new(&[]);
    let mut maker = Maker { connection, tenant: &vanilla, seed: config.seed, now, next: HashMap::new() };
    seeds::user_defined_fields(&mut maker)?;
    let definitions: Vec<Definition> = crate::store::definitions(connection)?;
    let tenant = Tenant::new(&definitions);
    let mut maker = Maker { connection, tenant: &tenant, seed: config.seed, now, next: maker.next };
    let seeds = seeds::all(&mut maker)?;
    companies::all(&mut maker, &seeds, config)
}
