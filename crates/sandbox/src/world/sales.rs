//! Sales: opportunities of companies of any kind, with the quotes and orders that came of them.

use autotask_core::Instant;

use super::Maker;
use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::dice::Dice;
use super::lists::STAGES;
use super::tickets::created_of;
use super::times::{DAY, cents, midnight};
use crate::store::rows::Row;

const TITLES: [&str; 8] = [
    "Managed services",
    "Move to Microsoft 365",
    "New firewall",
    "Backup in the cloud",
    "Workstation renewal",
    "Security training",
    "Phone system",
    "Second site",
];
/// The values of `status`.
const ACTIVE: i64 = 1;
const LOST: i64 = 2;
const CLOSED: i64 = 3;

/// Makes the kinds of opportunities.
pub(super) fn categories(maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    for (name, nickname, color, is_default) in [("Standard", "STD", 1_i64, true), ("Renewal", "REN", 4, false)] {
        let mut row = maker.row("OpportunityCategories");
        row.set_text("name", name);
        row.set_text("nickname", nickname);
        row.set("displayColorRGB", color);
        row.set("isActive", true);
        row.set("isGlobalDefault", is_default);
        maker.insert(row)?;
    }
    Ok(())
}

/// Makes the opportunities of a company.
pub(super) fn all(maker: &mut Maker<'_>, catalog: &Catalog, client: &Client<'_, '_>) -> rusqlite::Result<()> {
    let mut dice = Stream::Sales.dice(maker, client.number);
    let often = match client.company.row.int("companyType") {
        Some(1) => [(55, 0_u32), (30, 1), (15, 2)],
        Some(2 | 3) => [(30, 0), (50, 1), (20, 2)],
        _ => return Ok(()),
    };
    for _ in 0..dice.weighted(&often) {
        opportunity(maker, catalog, client, &mut dice)?;
    }
    Ok(())
}

fn opportunity(
    maker: &mut Maker<'_>,
    catalog: &Catalog,
    client: &Client<'_, '_>,
    dice: &mut Dice,
) -> rusqlite::Result<()> {
    let company = client.company;
    let ago = dice.between(0, company.age.min(600));
    let created = maker.days_ago(dice, ago).max(created_of(client));
    let decided = maker.later(created, i64::from(dice.between(15, 150)) * DAY);
    let status = match decided {
        None => ACTIVE,
        Some(_) => dice.weighted(&[(15, ACTIVE), (40, LOST), (45, CLOSED)]),
    };
    let decided = decided.filter(|_| status != ACTIVE);
    let touched = decided.unwrap_or_else(|| maker.later_or_now(created, i64::from(dice.below(40)) * DAY));
    let once = f64::from(dice.between(1, 80)) * 250.0;
    let monthly = if dice.percent(60) { f64::from(dice.between(2, 60)) * 45.0 } else { 0.0 };
    let months = 12_i64;
    let amount = once + monthly * 12.0;
    let mut row = maker.row("Opportunities");
    row.set("id", maker.next_id(row.table));
    row.set("companyID", company.id);
    row.set("contactID", client.people.first().map(|person| person.id));
    row.set("ownerResourceID", catalog.sellers[usize::try_from(dice.below(9)).unwrap_or(0) % catalog.sellers.len()]);
    row.set("creatorResourceID", row.get("ownerResourceID").clone());
    row.set_text("title", TITLES[usize::try_from(dice.below(8)).unwrap_or(0)]);
    row.set(
        "stage",
        if status == CLOSED { STAGES[3].0 } else { STAGES[usize::try_from(dice.below(4)).unwrap_or(0)].0 },
    );
    row.set("status", status);
    row.set(
        "probability",
        match status {
            LOST => 0_i64,
            CLOSED => 100,
            _ => i64::from(dice.between(1, 9)) * 10,
        },
    );
    for (field, value) in [
        ("amount", amount),
        ("cost", cents(amount * 0.55)),
        ("onetimeRevenue", once),
        ("onetimeCost", cents(once * 0.55)),
        ("monthlyRevenue", monthly),
        ("monthlyCost", cents(monthly * 0.55)),
    ] {
        row.set(field, value);
    }
    for field in
        ["quarterlyRevenue", "quarterlyCost", "semiannualRevenue", "semiannualCost", "yearlyRevenue", "yearlyCost"]
    {
        row.set(field, 0.0);
    }
    row.set("totalAmountMonths", months);
    row.set("useQuoteTotals", false);
    row.set("opportunityCategoryID", 29_682_801 + i64::from(dice.percent(20)));
    row.set("leadSource", 29_682_721 + i64::from(dice.below(4)));
    row.set("rating", i64::from(dice.between(1, 3)));
    row.set_instant("createDate", created);
    row.set_instant("startDate", midnight(created));
    row.set_instant("projectedCloseDate", midnight(created.plus_seconds(i64::from(dice.between(30, 160)) * DAY)));
    row.set_instant("lastActivity", touched);
    row.set_text("nextStep", "Call the contact about the offer.");
    let quote = (status == CLOSED || dice.percent(60)).then_some(touched);
    match status {
        LOST => {
            row.set_instant("lostDate", midnight(touched));
            row.set("lossReason", 29_682_731 + i64::from(dice.below(3)));
        }
        CLOSED => {
            row.set_instant("closedDate", midnight(touched));
            row.set("winReason", 29_682_736 + i64::from(dice.below(2)));
            let order = order(maker, client, dice, &row, touched)?;
            row.set("salesOrderID", order);
        }
        _ => {}
    }
    if let Some(until) = quote {
        self::quote(maker, catalog, client, &row, (created, until))?;
    }
    maker.insert(row)?;
    Ok(())
}

/// The quote of an opportunity, published on the day it was made.
fn quote(
    maker: &mut Maker<'_>,
    catalog: &Catalog,
    client: &Client<'_, '_>,
    opportunity: &Row<'_>,
    (created, touched): (Instant, Instant),
) -> rusqlite::Result<()> {
    let mut row = maker.row("Quotes");
    row.set("id", maker.next_id(row.table));
    row.set("quoteNumber", row.id() - 29_682_800 + 1_000);
    row.set("opportunityID", opportunity.id());
    row.set_cut("name", opportunity.text("title"));
    row.set("companyID", client.company.id);
    row.set("contactID", opportunity.get("contactID").clone());
    // `QuoteLocations` are not served; these are the ids that the rows would have.
    for field in ["billToLocationID", "shipToLocationID", "soldToLocationID"] {
        row.set(field, row.id());
    }
    row.set_instant("effectiveDate", midnight(created));
    row.set_instant("expirationDate", midnight(created.plus_seconds(45 * DAY)));
    row.set_instant("createDate", created);
    row.set_instant("lastActivityDate", touched);
    row.set_instant("lastPublishedDateTime", created);
    for field in ["creatorResourceID", "lastModifiedBy", "lastPublishedByResourceID"] {
        row.set(field, opportunity.get("ownerResourceID").clone());
    }
    row.set("isActive", opportunity.int("status") == Some(ACTIVE));
    row.set("primaryQuote", true);
    row.set("paymentTerm", catalog.term);
    for flag in ["calculateTaxSeparately", "showEachTaxInGroup", "showTaxCategory"] {
        row.set(flag, false);
    }
    maker.insert(row)?;
    Ok(())
}

/// The order of an opportunity that was won; none where nobody is there to take it.
fn order(
    maker: &mut Maker<'_>,
    client: &Client<'_, '_>,
    dice: &mut Dice,
    opportunity: &Row<'_>,
    closed: Instant,
) -> rusqlite::Result<Option<i64>> {
    if opportunity.is_null("contactID") {
        return Ok(None);
    }
    let company = &client.company.row;
    let mut row = maker.row("SalesOrders");
    row.set("companyID", company.id());
    row.set("opportunityID", opportunity.id());
    for field in ["contactID", "ownerResourceID", "title"] {
        row.set(field, opportunity.get(field).clone());
    }
    row.set_instant("salesOrderDate", midnight(closed));
    row.set_instant("promisedFulfillmentDate", midnight(closed.plus_seconds(30 * DAY)));
    row.set("status", dice.weighted(&[(20, 1_i64), (25, 2), (55, 3)]));
    for (bill, ship, from) in [
        ("billingAddress1", "shipToAddress1", "address1"),
        ("billingAddress2", "shipToAddress2", "address2"),
        ("billToCity", "shipToCity", "city"),
        ("billToState", "shipToState", "state"),
        ("billToPostalCode", "shipToPostalCode", "postalCode"),
        ("billToCountryID", "shipToCountryID", "countryID"),
    ] {
        row.set(bill, company.get(from).clone());
        row.set(ship, company.get(from).clone());
    }
    maker.insert(row).map(Some)
}
