//! By user: the product that some customers are billed for each of their people.

use super::Maker;
use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::times::{DAY, midnight};

/// Makes the product.
pub(super) fn product(maker: &mut Maker<'_>, code: Option<i64>) -> rusqlite::Result<i64> {
    let mut row = maker.row("Products");
    row.set_text("name", "Managed user, one month");
    row.set_text("sku", "USER-0001");
    row.set("productBillingCodeID", code);
    row.set("unitCost", 31.0);
    row.set("unitPrice", 74.0);
    row.set("isActive", true);
    row.set("isSerialized", false);
    row.set("isEligibleForRma", false);
    row.set("doesNotRequireProcurement", true);
    row.set("createdByResourceID", super::ADMINISTRATOR);
    row.set_instant("createdTime", maker.now.plus_seconds(-700 * DAY));
    maker.insert(row)
}

/// Makes the product's associations with the active people of one customer of a dozen; a few of them have ended.
pub(super) fn all(maker: &mut Maker<'_>, catalog: &Catalog, client: &Client<'_, '_>) -> rusqlite::Result<()> {
    let mut dice = Stream::ByUser.dice(maker, client.number);
    if !client.is_active() || !dice.percent(8) {
        return Ok(());
    }
    for person in client.people {
        let days = i64::from(dice.below(500));
        let from = midnight(maker.now.plus_seconds(-days * DAY).max(midnight(person.created).plus_seconds(DAY)));
        let has_ended = days > 60 && dice.percent(15);
        let mut row = maker.row("ContactBillingProductAssociations");
        row.set("contactID", person.id);
        row.set("billingProductID", catalog.by_user);
        row.set_instant("effectiveDate", from);
        if has_ended {
            row.set_instant("expirationDate", from.plus_seconds(i64::from(dice.between(30, 400)) * DAY));
        }
        maker.insert(row)?;
    }
    Ok(())
}
