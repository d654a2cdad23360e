//! Catalog: what the MSP sells and who does it, which the books of all companies refer to.

use super::Maker;
use super::assets::{self, Product};
use super::by_user;
use super::offers::{self, Offer};
use super::seeds::Seeds;

/// Ids that tickets, contracts, projects and invoices refer to.
pub(super) struct Catalog {
    /// Resources who work on tickets.
    pub(super) technicians: Vec<i64>,
    /// Resources who own companies, and sell to them.
    pub(super) sellers: Vec<i64>,
    /// The payment term that is quoted.
    pub(super) term: Option<i64>,
    /// Roles with their hourly rates, those of technicians first.
    pub(super) roles: Vec<(i64, f64)>,
    /// The department that does projects.
    pub(super) project_department: Option<i64>,
    /// Invoice templates with their payment terms, and the days of those.
    pub(super) terms: Vec<(i64, i64, i64)>,
    pub(super) products: Vec<Product>,
    /// The product that is billed by user.
    pub(super) by_user: i64,
    pub(super) services: Vec<Offer>,
    pub(super) bundles: Vec<Offer>,
    /// Billing codes by name.
    codes: Vec<(String, i64)>,
}

impl Catalog {
    pub(super) fn make(maker: &mut Maker<'_>, seeds: &Seeds) -> rusqlite::Result<Catalog> {
        billing_codes(maker)?;
        let codes = pairs(maker, "SELECT \"name\", \"id\" FROM \"BillingCodes\" ORDER BY \"id\"")?;
        let recurring = find(&codes, "Recurring Services");
        Ok(Catalog {
            services: offers::services(maker, recurring)?,
            bundles: offers::bundles(maker, recurring)?,
            technicians: seeds.technicians.clone(),
            sellers: seeds.owners.clone(),
            term: find(&pairs(maker, "SELECT \"name\", \"id\" FROM \"PaymentTerms\" ORDER BY \"id\"")?, "Net 30"),
            roles: pairs(maker, "SELECT \"id\", \"hourlyRate\" FROM \"Roles\" ORDER BY \"id\"")?,
            project_department: find(
                &pairs(maker, "SELECT \"name\", \"id\" FROM \"Departments\" ORDER BY \"id\"")?,
                "Projects",
            ),
            products: assets::products(maker, find(&codes, "Hardware"))?,
            by_user: by_user::product(maker, find(&codes, "Software"))?,
            terms: terms(maker)?,
            codes,
        })
    }

    /// The id of a billing code.
    pub(super) fn code(&self, name: &str) -> Option<i64> {
        find(&self.codes, name)
    }
}

fn find(codes: &[(String, i64)], name: &str) -> Option<i64> {
    codes.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
}

/// Rows of two columns.
pub(super) fn pairs<A: rusqlite::types::FromSql, B: rusqlite::types::FromSql>(
    maker: &Maker<'_>,
    sql: &str,
) -> rusqlite::Result<Vec<(A, B)>> {
    maker.connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn terms(maker: &Maker<'_>) -> rusqlite::Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT t.\"id\", p.\"id\", p.\"paymentDueInDays\" FROM \"InvoiceTemplates\" t JOIN \"PaymentTerms\" p \
               ON p.\"id\" = t.\"paymentTerms\" ORDER BY t.\"id\"";
    maker.connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
}

fn billing_codes(maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    for (name, use_type, kind) in [
        ("After-hours Support", 1_i64, 0_i64),
        ("Project Work", 1, 0),
        ("Warranty Repair", 1, 2),
        ("Internal Meeting", 3, 2),
        ("Training", 3, 2),
        ("Software", 2, 0),
        ("Setup Fee", 2, 0),
        ("Prepaid Hours", 2, 0),
    ] {
        let mut row = maker.row("BillingCodes");
        row.set_text("name", name);
        row.set("useType", use_type);
        row.set("billingCodeType", kind);
        row.set("isActive", true);
        row.set("isExcludedFromNewContracts", false);
        row.set("unitCost", 0.0);
        row.set("unitPrice", 0.0);
        maker.insert(row)?;
    }
    Ok(())
}
