//! Book: what the MSP has done with a company: tickets, contracts, projects, sales, invoices.
//!
//! ```text
//! company ─► contracts ─► lines, units by period, blocks, rates, milestones
//!         ├► tickets ─► notes, time entries, service calls, charges, attachments, secondary resources
//!         ├► configuration items
//!         ├► projects ─► phases, tasks, notes, time entries, service calls
//!         ├► opportunities ─► quotes, orders; notes, to-dos, alerts, team, attachments
//!         └► billing items ─► invoices
//! ```

use super::catalog::Catalog;
use super::companies::Known;
use super::contracts;
use super::dice::Dice;
use super::invoices::{self, Items};
use super::seeds::Seeds;
use super::tickets::{self, Around, Numbers};
use super::{Maker, contacts::Person};
use super::{assets, attachments, by_user, crm, deleted, projects, sales};

/// Customers that have a book of their own, in the order of their numbers; sales to others end with the last of them. The bound keeps a world of a hundred
/// thousand companies within a minute or two; a world of the default size stays far below it.
const CUSTOMERS_MAX: u32 = 4_000;

/// What is made from a stream of its own, so that more of one thing changes nothing else.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Tickets = 1,
    Contracts = 2,
    Projects = 3,
    Sales = 4,
    Crm = 5,
    Assets = 6,
    Deleted = 7,
    TicketParts = 8,
    ProjectNotes = 9,
    Files = 10,
    ByUser = 11,
}

impl Stream {
    /// The dice for this of one company: what belongs to a company depends on the seed and its number alone.
    pub(super) fn dice(self, maker: &Maker<'_>, number: u32) -> Dice {
        // Companies, contacts and trees have the streams below.
        Dice::new(maker.seed, ((self as u64) << 44) + u64::from(number))
    }
}

/// A company as its book knows it.
pub(super) struct Client<'k, 'a> {
    pub(super) number: u32,
    pub(super) company: &'k Known<'a>,
    /// Its active contacts, the primary one first.
    pub(super) people: &'k [Person],
}

impl Client<'_, '_> {
    pub(super) fn is_active(&self) -> bool {
        self.company.row.is_true("isActive")
    }
}

/// What the books of all companies share.
pub(super) struct Book {
    pub(super) catalog: Catalog,
    pub(super) numbers: Numbers,
    customers: u32,
}

impl Book {
    pub(super) fn new(maker: &mut Maker<'_>, seeds: &Seeds) -> rusqlite::Result<Book> {
        sales::categories(maker)?;
        crm::icons(maker)?;
        Ok(Book { catalog: Catalog::make(maker, seeds)?, numbers: Numbers::default(), customers: 0 })
    }

    /// Makes the book of one company.
    pub(super) fn write<'a>(&mut self, maker: &mut Maker<'a>, client: &Client<'_, '_>) -> rusqlite::Result<()> {
        if self.customers == CUSTOMERS_MAX {
            return Ok(());
        }
        sales::all(maker, &self.catalog, client)?;
        crm::all(maker, &self.catalog, client)?;
        if client.company.row.int("companyType") != Some(1) {
            return Ok(());
        }
        self.customers += 1;
        attachments::of_company(maker, &self.catalog, client)?;
        by_user::all(maker, &self.catalog, client)?;
        let mut items = Items::default();
        let contracts = contracts::all(maker, &self.catalog, client, &mut items)?;
        let assets = assets::all(maker, &self.catalog, client, &contracts)?;
        let around = Around { contracts: &contracts, assets: &assets };
        let mut kept = tickets::all(maker, self, client, &around, &mut items)?;
        kept.extend(projects::all(maker, self, client, &contracts, &mut items)?);
        deleted::all(maker, &self.catalog, &mut self.numbers, client, &kept)?;
        invoices::all(maker, client, &self.catalog.terms, items)
    }
}
