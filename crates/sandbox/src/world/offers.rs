//! Offers: the services and bundles that the MSP sells by contract.

use super::catalog::pairs;
use super::{ADMINISTRATOR, Maker};

/// What the quantity of a service counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Per {
    Seat,
    Server,
    Site,
}

/// A service, or a bundle of them.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) id: i64,
    pub(super) name: &'static str,
    pub(super) cost: f64,
    pub(super) price: f64,
    pub(super) per: Per,
}

/// Name, cost and price a month, what it counts, and the value of `periodType`. The first eight are made with the
/// small tables; what is no longer sold comes last.
const SERVICES: [(&str, f64, f64, Per, i64); 16] = [
    ("Managed Workstation", 18.5, 55.0, Per::Seat, 1),
    ("Managed Server", 62.0, 180.0, Per::Server, 1),
    ("Managed Network", 20.0, 95.0, Per::Site, 1),
    ("Microsoft 365 Business Premium", 19.8, 26.4, Per::Seat, 1),
    ("Cloud Backup, 1 TB", 14.0, 49.0, Per::Server, 1),
    ("Endpoint Detection & Response", 3.1, 9.5, Per::Seat, 1),
    ("Security Awareness Training", 1.2, 4.0, Per::Seat, 1),
    ("Voice over IP Seat", 9.0, 28.0, Per::Seat, 1),
    ("Managed Firewall", 22.0, 85.0, Per::Site, 1),
    ("Email Security", 1.4, 4.5, Per::Seat, 1),
    ("Microsoft 365 E3", 30.6, 36.0, Per::Seat, 1),
    ("Security Monitoring, 24/7", 8.0, 22.0, Per::Seat, 1),
    ("Managed Wi-Fi Access Point", 5.0, 18.0, Per::Site, 1),
    ("Vulnerability Scan", 40.0, 150.0, Per::Site, 2),
    ("Domain & Certificate", 18.0, 60.0, Per::Site, 4),
    ("Hosted Exchange (legacy)", 4.0, 11.0, Per::Seat, 1),
];

const BUNDLES: [(&str, f64, f64, Per); 3] = [
    ("Essential Workplace", 22.0, 79.0, Per::Seat),
    ("Complete Workplace", 41.0, 129.0, Per::Seat),
    ("Server Care", 85.0, 265.0, Per::Server),
];

/// Makes the services that are not there yet, and answers those that are sold.
pub(super) fn services(maker: &mut Maker<'_>, code: Option<i64>) -> rusqlite::Result<Vec<Offer>> {
    let known: Vec<(String, i64)> = pairs(maker, "SELECT \"name\", \"id\" FROM \"Services\" ORDER BY \"id\"")?;
    let mut out = Vec::new();
    for (name, cost, price, per, period) in SERVICES {
        let is_sold = !name.ends_with("(legacy)");
        let id = match known.iter().find(|(known, _)| known == name) {
            Some((_, id)) => *id,
            None => {
                let mut row = maker.row("Services");
                row.set_text("name", name);
                row.set("billingCodeID", code);
                row.set("periodType", period);
                row.set("unitCost", cost);
                row.set("unitPrice", price);
                row.set("isActive", is_sold);
                row.set_instant("createDate", maker.now.plus_seconds(-86_400 * 900));
                row.set_instant("lastModifiedDate", maker.now.plus_seconds(-86_400 * 90));
                row.set("creatorResourceID", ADMINISTRATOR);
                row.set("updateResourceID", ADMINISTRATOR);
                maker.insert(row)?
            }
        };
        if is_sold && period == 1 {
            out.push(Offer { id, name, cost, price, per });
        }
    }
    Ok(out)
}

/// Makes the bundles.
pub(super) fn bundles(maker: &mut Maker<'_>, code: Option<i64>) -> rusqlite::Result<Vec<Offer>> {
    let mut out = Vec::new();
    for (name, cost, price, per) in BUNDLES {
        let mut row = maker.row("ServiceBundles");
        row.set_text("name", name);
        row.set_text("description", "Everything that such a workplace needs, for one price.");
        row.set("billingCodeID", code);
        row.set("periodType", 1_i64);
        row.set("unitCost", cost);
        row.set("unitPrice", price);
        row.set("unitDiscount", 0.0);
        row.set("percentageDiscount", 0.0);
        row.set("isActive", true);
        row.set_instant("createDate", maker.now.plus_seconds(-86_400 * 900));
        row.set_instant("lastModifiedDate", maker.now.plus_seconds(-86_400 * 90));
        row.set("creatorResourceID", ADMINISTRATOR);
        row.set("updateResourceID", ADMINISTRATOR);
        out.push(Offer { id: maker.insert(row)?, name, cost, price, per });
    }
    Ok(out)
}
