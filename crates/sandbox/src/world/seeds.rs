//! Seeds: the small tables that a book needs before its first company.

use super::dice::Dice;
use super::lists::{ACTION_TYPES, MARKET_SEGMENTS};
use super::names;
use super::places::COUNTRIES;
use super::{ADMINISTRATOR, API_USER, Maker};

/// Ids that companies refer to.
pub(super) struct Seeds {
    /// Active owners, and a few who left.
    pub(super) owners: Vec<i64>,
    pub(super) former_owners: Vec<i64>,
    /// The others, who work on tickets.
    pub(super) technicians: Vec<i64>,
    /// By name: `US`, `CO`, `GB`, …
    pub(super) tax_regions: Vec<(&'static str, i64)>,
    pub(super) invoice_templates: Vec<i64>,
    pub(super) categories: Vec<i64>,
    pub(super) currencies: Vec<(&'static str, i64)>,
    pub(super) contact_groups: Vec<i64>,
}

/// Name, entity's number, type's number, list.
const UDFS: [(&str, i64, i64, &[&str]); 12] = [
    ("Customer Ranking", 1, 5, &["Golden", "Silver", "Bronze"]),
    ("Seats", 1, 3, &[]),
    ("Renewal date", 1, 4, &[]),
    ("Managed backup", 1, 5, &["Yes", "No"]),
    ("Site access notes", 1, 2, &[]),
    ("Account code", 1, 1, &[]),
    ("Preferred language", 2, 5, &["English", "German", "French", "Spanish", "Dutch"]),
    ("Portal user", 2, 5, &["Yes", "No"]),
    ("Direct reports", 2, 3, &[]),
    ("Last training", 2, 4, &[]),
    ("Notes for technicians", 2, 2, &[]),
    ("Badge number", 2, 1, &[]),
];

/// The tenant's own fields of companies and contacts, one of each kind.
pub(super) fn user_defined_fields(maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    for (order, (name, entity, kind, items)) in (1_i64..).zip(UDFS) {
        let mut row = maker.row("UserDefinedFieldDefinitions");
        row.set_text("name", name);
        row.set("udfType", entity);
        row.set("dataType", kind);
        row.set("sortOrder", order);
        row.set("isActive", true);
        for flag in
            ["isRequired", "isProtected", "isPrivate", "isEncrypted", "isVisibleToClientPortal", "isFieldMapping"]
        {
            row.set(flag, false);
        }
        if kind == 3 {
            row.set("numberOfDecimalPlaces", 4_i64);
        }
        row.set_instant("createDate", maker.now.plus_seconds(-86_400 * 2_000));
        let definition = maker.insert(row)?;
        for item in items {
            let mut row = maker.row("UserDefinedFieldListItems");
            row.set("udfFieldId", definition);
            row.set_text("valueForDisplay", item);
            row.set_text("valueForExport", item);
            row.set("isActive", true);
            maker.insert(row)?;
        }
    }
    Ok(())
}

pub(super) fn all(maker: &mut Maker<'_>) -> rusqlite::Result<Seeds> {
    countries(maker)?;
    let terms = payment_terms(maker)?;
    let (owners, former_owners, technicians) = resources(maker)?;
    billing(maker)?;
    Ok(Seeds {
        owners,
        former_owners,
        technicians,
        tax_regions: tax_regions(maker)?,
        invoice_templates: invoice_templates(maker, &terms)?,
        categories: categories(maker)?,
        currencies: currencies(maker)?,
        contact_groups: contact_groups(maker)?,
    })
}

fn countries(maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    for line in COUNTRIES.lines() {
        let mut parts = line.split('|');
        let (Some(id), Some(code), Some(name)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let mut row = maker.row("Countries");
        row.set("id", id.parse::<i64>().unwrap_or(0));
        if !code.is_empty() {
            row.set_text("countryCode", code);
        }
        row.set_text("displayName", name);
        row.set_text("name", name);
        row.set("addressFormatID", 1_i64);
        row.set("isActive", true);
        row.set("isDefaultCountry", code == "US");
        maker.insert(row)?;
    }
    Ok(())
}

fn resources(maker: &mut Maker<'_>) -> rusqlite::Result<(Vec<i64>, Vec<i64>, Vec<i64>)> {
    const TITLES: [&str; 8] = [
        "Account Manager",
        "vCIO",
        "Service Desk Technician",
        "Field Engineer",
        "Project Manager",
        "Dispatcher",
        "Network Engineer",
        "Client Success Manager",
    ];
    let mut dice = Dice::new(maker.seed, 1 << 41);
    let (mut owners, mut former, mut technicians) = (Vec::new(), Vec::new(), Vec::new());
    let mut taken = std::collections::HashSet::new();
    for number in 0..25_u32 {
        let mut row = maker.row("Resources");
        let (first, last) = match number {
            0 => ("Autotask", "Administrator"),
            1 => ("Sandbox", "API User"),
            _ => loop {
                let (first, last, _) = names::person(&mut dice, "US");
                if taken.insert(format!("{first} {last}")) {
                    break (first, last);
                }
            },
        };
        let id = match number {
            0 => ADMINISTRATOR,
            1 => API_USER,
            _ => maker.next_id(row.table),
        };
        let active = !matches!(number, 9 | 17 | 23);
        row.set("id", id);
        row.set_text("firstName", first);
        row.set_text("lastName", last);
        let login =
            if number == 1 { "api-user".to_owned() } else { format!("{}.{}", names::slug(first), names::slug(last)) };
        row.set_cut("userName", Some(&login));
        row.set_text("email", &format!("{login}@sandbox.test"));
        row.set_text("emailTypeCode", "PRIMARY");
        row.set("isActive", active);
        row.set(
            "licenseType",
            if number == 1 { 7_i64 } else { i64::from(if number == 0 { 1 } else { dice.between(1, 4) }) },
        );
        row.set("userType", if number == 0 { 1_i64 } else { i64::from(dice.between(2, 7)) });
        row.set("payrollType", 1_i64);
        row.set("locationID", super::lists::picklist("Resources", "locationID").and_then(|l| l[0].number()));
        row.set_text("numberFormat", "X,XXX.XX");
        row.set_text("resourceType", "Employee");
        row.set_text("dateFormat", "MM/dd/yyyy");
        row.set_text("timeFormat", "hh:mm tt");
        row.set("internalCost", 0.0);
        let days = dice.between(30, 4000);
        let hired = maker.days_ago(&mut dice, days);
        // A hire date is a calendar day.
        row.set("hireDate", hired.0.div_euclid(864_000_000_000) * 864_000_000_000);
        if number > 1 {
            row.set_text("title", TITLES[usize::try_from(number).unwrap_or(0) % TITLES.len()]);
            row.set_text("initials", &format!("{}{}", &first[..1], &last[..1]));
            row.set_text("officePhone", "(518) 555-0100");
            row.set_text("officeExtension", &(200 + number).to_string());
            row.set_text("mobilePhone", &dice.shape("(518) 555-01##"));
        }
        maker.insert(row)?;
        match number {
            0 | 1 => {}
            _ if !active => former.push(id),
            // The others work on tickets and own nobody.
            2..12 => owners.push(id),
            _ => technicians.push(id),
        }
    }
    Ok((owners, former, technicians))
}

fn payment_terms(maker: &mut Maker<'_>) -> rusqlite::Result<Vec<i64>> {
    const TERMS: [(&str, i64); 5] =
        [("Due on receipt", 0), ("Net 10", 10), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)];
    let mut ids = Vec::new();
    for (name, days) in TERMS {
        let mut row = maker.row("PaymentTerms");
        row.set_text("name", name);
        row.set("paymentDueInDays", days);
        row.set("isActive", true);
        ids.push(maker.insert(row)?);
    }
    Ok(ids)
}

fn invoice_templates(maker: &mut Maker<'_>, terms: &[i64]) -> rusqlite::Result<Vec<i64>> {
    const TEMPLATES: [(&str, usize); 4] = [
        ("Standard, net 30", 3),
        ("Prepaid, due on receipt", 0),
        ("Enterprise, net 60", 4),
        ("International, net 15", 2),
    ];
    let mut ids = Vec::new();
    for (name, term) in TEMPLATES {
        let mut row = maker.row("InvoiceTemplates");
        let fields: Vec<(String, autotask_core::DataType, bool)> =
            row.table.info.fields.iter().map(|f| (f.name.to_string(), f.data_type, f.is_required)).collect();
        for (field, data_type, required) in fields {
            match data_type {
                autotask_core::DataType::Boolean => row.set(&field, false),
                autotask_core::DataType::Integer if required => row.set(&field, 1_i64),
                _ => {}
            }
        }
        row.set_text("name", name);
        row.set("paymentTerms", terms[term]);
        row.set_text("currencyPositiveFormat", "$n");
        row.set_text("currencyNegativeFormat", "($n)");
        ids.push(maker.insert(row)?);
    }
    Ok(ids)
}

fn tax_regions(maker: &mut Maker<'_>) -> rusqlite::Result<Vec<(&'static str, i64)>> {
    // The key is a state for the larger ones of the United States, else a country.
    const REGIONS: [(&str, &str); 16] = [
        ("US", "Out of state (no tax)"),
        ("NY", "New York"),
        ("CO", "Colorado"),
        ("CA", "California"),
        ("TX", "Texas"),
        ("IL", "Illinois"),
        ("FL", "Florida"),
        ("OH", "Ohio"),
        ("Canada", "Canada GST/HST"),
        ("GB", "United Kingdom VAT"),
        ("DE", "Germany USt. 19 %"),
        ("AT", "Austria USt. 20 %"),
        ("CH", "Switzerland MWST 8.1 %"),
        ("AU", "Australia GST"),
        ("NZ", "New Zealand GST"),
        ("EU", "European Union, reverse charge"),
    ];
    let mut ids = Vec::new();
    for (key, name) in REGIONS {
        let mut row = maker.row("TaxRegions");
        row.set_text("name", name);
        row.set("isActive", true);
        ids.push((key, maker.insert(row)?));
    }
    for name in ["Services", "Hardware", "Software"] {
        let mut row = maker.row("TaxCategories");
        row.set_text("name", name);
        row.set("isActive", true);
        maker.insert(row)?;
    }
    Ok(ids)
}

fn categories(maker: &mut Maker<'_>) -> rusqlite::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for (name, nickname, color, default) in
        [("Standard", "STD", 1_i64, true), ("Co-managed", "COM", 4, false), ("Legacy", "LEG", 9, false)]
    {
        let mut row = maker.row("CompanyCategories");
        row.set_text("name", name);
        row.set_text("nickname", nickname);
        row.set("displayColorRGB", color);
        row.set("isActive", name != "Legacy");
        row.set("isApiOnly", false);
        row.set("isGlobalDefault", default);
        ids.push(maker.insert(row)?);
    }
    Ok(ids)
}

fn currencies(maker: &mut Maker<'_>) -> rusqlite::Result<Vec<(&'static str, i64)>> {
    let mut ids = Vec::new();
    for (id, (code, description, rate)) in (1_i64..).zip([
        ("USD", "United States dollar", 1.0),
        ("CAD", "Canadian dollar", 0.71),
        ("GBP", "Pound sterling", 1.31),
        ("EUR", "Euro", 1.15),
        ("CHF", "Swiss franc", 1.24),
        ("AUD", "Australian dollar", 0.65),
        ("NZD", "New Zealand dollar", 0.56),
    ]) {
        let mut row = maker.row("Currencies");
        row.set("id", id);
        row.set_text("name", code);
        row.set_text("description", description);
        row.set("exchangeRate", rate);
        row.set("isActive", true);
        row.set("isInternalCurrency", code == "USD");
        row.set("displaySymbol", 1_i64);
        row.set_text("currencyPositiveFormat", "$n");
        row.set_text("currencyNegativeFormat", "($n)");
        maker.insert(row)?;
        ids.push((code, id));
    }
    Ok(ids)
}

fn contact_groups(maker: &mut Maker<'_>) -> rusqlite::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for name in ["Newsletter", "Security advisories", "Executive briefings", "Holiday cards"] {
        let mut row = maker.row("ContactGroups");
        row.set_text("name", name);
        row.set("isActive", name != "Holiday cards");
        ids.push(maker.insert(row)?);
    }
    Ok(ids)
}

/// Roles, departments, billing codes, services and action types.
fn billing(maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    for (name, rate) in [
        ("Service Desk", 125.0),
        ("Field Engineer", 165.0),
        ("Senior Engineer", 195.0),
        ("Project Manager", 180.0),
        ("vCIO", 225.0),
    ] {
        let mut row = maker.row("Roles");
        row.set_text("name", name);
        row.set("hourlyRate", rate);
        row.set("hourlyFactor", 1.0);
        row.set("isActive", true);
        row.set("isSystemRole", false);
        row.set("isExcludedFromNewContracts", false);
        maker.insert(row)?;
    }
    for name in ["Service", "Projects", "Sales", "Administration"] {
        let mut row = maker.row("Departments");
        row.set_text("name", name);
        row.set("primaryLocationID", super::lists::picklist("Resources", "locationID").and_then(|l| l[0].number()));
        maker.insert(row)?;
    }
    let mut service_code = 0;
    for (name, kind) in [
        ("Remote Support", 1_i64),
        ("On-site Support", 1),
        ("Hardware", 2),
        ("Mileage", 4),
        ("Recurring Services", 5),
        ("Project Milestone", 6),
    ] {
        let mut row = maker.row("BillingCodes");
        row.set_text("name", name);
        row.set("useType", kind);
        row.set("billingCodeType", 0_i64);
        row.set("isActive", true);
        row.set("isExcludedFromNewContracts", false);
        row.set("unitCost", 0.0);
        row.set("unitPrice", 0.0);
        let id = maker.insert(row)?;
        if kind == 5 {
            service_code = id;
        }
    }
    for (name, cost, price) in [
        ("Managed Workstation", 18.5, 55.0),
        ("Managed Server", 62.0, 180.0),
        ("Managed Network", 20.0, 95.0),
        ("Microsoft 365 Business Premium", 19.8, 26.4),
        ("Cloud Backup, 1 TB", 14.0, 49.0),
        ("Endpoint Detection & Response", 3.1, 9.5),
        ("Security Awareness Training", 1.2, 4.0),
        ("Voice over IP Seat", 9.0, 28.0),
    ] {
        let mut row = maker.row("Services");
        row.set_text("name", name);
        row.set("billingCodeID", service_code);
        row.set("periodType", 1_i64);
        row.set("unitCost", cost);
        row.set("unitPrice", price);
        row.set("isActive", true);
        row.set_instant("createDate", maker.now.plus_seconds(-86_400 * 1_500));
        row.set("creatorResourceID", ADMINISTRATOR);
        maker.insert(row)?;
    }
    for (id, name) in ACTION_TYPES {
        let mut row = maker.row("ActionTypes");
        row.set("id", id);
        row.set_text("name", name);
        row.set("view", 1_i64);
        row.set("isActive", true);
        row.set("isSystemActionType", id < 1_000_000);
        maker.insert(row)?;
    }
    Ok(())
}

/// The market segment of a trade.
pub(super) fn segment(position: usize) -> i64 {
    MARKET_SEGMENTS[position % MARKET_SEGMENTS.len()].0
}
