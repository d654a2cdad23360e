//! Nouns: what people call the rows of an entity.

/// What people call the rows of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nouns {
    /// "company".
    pub one: &'static str,
    /// "companies".
    pub many: &'static str,
    /// "Company", at the start of a cell.
    pub title: &'static str,
    /// "Companies", at the start of a cell.
    pub titles: &'static str,
}

/// The nouns of an entity; those of any row for one that no page shows.
pub fn nouns(entity: &str) -> Nouns {
    let (one, many, title, titles) = match entity {
        "Companies" => ("company", "companies", "Company", "Companies"),
        "Contacts" => ("contact", "contacts", "Contact", "Contacts"),
        "CompanyLocations" => ("site", "sites", "Site", "Sites"),
        "Resources" => ("person", "people", "Person", "People"),
        _ => ("row", "rows", "Row", "Others"),
    };
    Nouns { one, many, title, titles }
}
