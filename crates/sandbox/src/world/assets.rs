//! Assets: what the MSP sells as products, and what of it stands at a customer.

use super::Maker;
use super::book::{Client, Stream};
use super::catalog::Catalog;
use super::contracts::Agreement;
use super::tickets::created_of;
use super::times::{DAY, cents, midnight};

/// A kind of product that is installed.
pub(super) struct Product {
    pub(super) id: i64,
    pub(super) name: &'static str,
    /// The value of `configurationItemType`.
    kind: i64,
    prefix: &'static str,
}

/// Name, manufacturer, category, kind of configuration item, start of its name, cost and price.
const PRODUCTS: [(&str, &str, i64, i64, &str, f64, f64); 9] = [
    ("Latitude notebook", "Dell", 29_682_741, 29_682_801, "NB", 890.0, 1_190.0),
    ("OptiPlex desktop", "Dell", 29_682_741, 29_682_801, "PC", 640.0, 860.0),
    ("ProLiant server", "HPE", 29_682_742, 29_682_802, "SRV", 3_900.0, 5_200.0),
    ("Firewall, 10 ports", "Fortinet", 29_682_743, 29_682_803, "FW", 520.0, 790.0),
    ("Switch, 24 ports", "Aruba", 29_682_743, 29_682_803, "SW", 410.0, 620.0),
    ("Access point", "Ubiquiti", 29_682_743, 29_682_803, "AP", 120.0, 199.0),
    ("Laser printer", "Brother", 29_682_744, 29_682_804, "PRN", 280.0, 420.0),
    ("Uninterruptible power supply", "APC", 29_682_744, 29_682_804, "UPS", 310.0, 460.0),
    ("Backup appliance", "Datto", 29_682_742, 29_682_802, "BCD", 1_700.0, 2_400.0),
];

/// Makes the products and the types of configuration items.
pub(super) fn products(maker: &mut Maker<'_>, code: Option<i64>) -> rusqlite::Result<Vec<Product>> {
    for (id, name) in super::more_lists::ITEM_TYPES {
        let mut row = maker.row("ConfigurationItemTypes");
        row.set("id", *id);
        row.set_text("name", name);
        row.set("isActive", true);
        maker.insert(row)?;
    }
    let mut out = Vec::new();
    for (number, (name, manufacturer, category, kind, prefix, cost, price)) in (1_u32..).zip(PRODUCTS) {
        let mut row = maker.row("Products");
        row.set_text("name", name);
        row.set_text("manufacturerName", manufacturer);
        row.set_text("manufacturerProductName", name);
        row.set_text("sku", &format!("{prefix}-{number:04}"));
        row.set("productCategory", category);
        row.set("productBillingCodeID", code);
        row.set("unitCost", cost);
        row.set("unitPrice", price);
        row.set("msrp", cents(price * 1.15));
        row.set("isActive", true);
        row.set("isSerialized", true);
        row.set("isEligibleForRma", false);
        row.set("doesNotRequireProcurement", false);
        row.set("createdByResourceID", super::ADMINISTRATOR);
        row.set_instant("createdTime", maker.now.plus_seconds(-700 * DAY));
        out.push(Product { id: maker.insert(row)?, name, kind, prefix });
    }
    Ok(out)
}

/// Makes the configuration items of a customer; answers their ids.
pub(super) fn all(
    maker: &mut Maker<'_>,
    catalog: &Catalog,
    client: &Client<'_, '_>,
    contracts: &[Agreement],
) -> rusqlite::Result<Vec<i64>> {
    let mut dice = Stream::Assets.dice(maker, client.number);
    let mut ids = Vec::new();
    for number in 1..=dice.weighted(&[(30, 2_u32), (40, 6), (20, 12), (10, 20)]) {
        let weights = [(40, 0_usize), (18, 1), (8, 2), (8, 3), (8, 4), (8, 5), (6, 6), (3, 7), (1, 8)];
        let product = &catalog.products[dice.weighted(&weights)];
        let ago = dice.between(0, client.company.age.min(1_500));
        let created = maker.days_ago(&mut dice, ago).max(created_of(client));
        let changed = maker.later_or_now(created, i64::from(dice.below(300)) * DAY);
        let person = (product.kind == 29_682_801).then(|| client.people.first()).flatten();
        let contract = contracts.iter().find(|contract| contract.covers(maker.now) && contract.service.is_some());
        let mut row = maker.row("ConfigurationItems");
        row.set("companyID", client.company.id);
        row.set("companyLocationID", client.company.sites[0]);
        row.set("contactID", person.map(|person| person.id));
        row.set("productID", product.id);
        row.set("configurationItemType", product.kind);
        row.set_text("referenceTitle", &format!("{}-{number:03}", product.prefix));
        row.set_text("referenceNumber", &format!("A-{number:05}"));
        row.set_text("serialNumber", &dice.shape("@@##@##@#"));
        row.set_text("notes", product.name);
        row.set("isActive", client.is_active() && dice.percent(93));
        row.set("installedByID", catalog.technicians.first().copied());
        row.set("createdByPersonID", catalog.technicians.first().copied());
        row.set("lastActivityPersonID", catalog.technicians.first().copied());
        row.set("lastActivityPersonType", 1_i64);
        row.set_instant("createDate", created);
        row.set_instant("installDate", midnight(created));
        row.set_instant("warrantyExpirationDate", midnight(created.plus_seconds(1_095 * DAY)));
        row.set_instant("lastModifiedTime", changed);
        if let Some(contract) = contract.filter(|_| dice.percent(60)) {
            row.set("contractID", contract.id);
            row.set("contractServiceID", contract.service);
        }
        if product.kind != 29_682_804 && dice.percent(50) {
            let host = format!("{}-{number:03}", product.prefix);
            row.set_text("rmmDeviceAuditHostname", &host);
            row.set_text("rmmDeviceAuditIPAddress", &format!("192.168.{}.{}", dice.below(20), dice.between(2, 250)));
            row.set("rmmOpenAlertCount", i64::from(dice.below(3)));
            row.set("rmmDeviceID", 1_000_000 + i64::from(client.number) * 100 + i64::from(number));
        }
        ids.push(maker.insert(row)?);
    }
    Ok(ids)
}
