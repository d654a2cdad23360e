//! Title: what a row of any entity is called, and which fields that takes.

use crate::entity::EntityInfo;
use crate::filter::Filter;
use crate::record::Record;

/// The fields a title is made of, in order; those the entity has are joined by a space.
const TITLE_FIELDS: [&str; 9] = [
    "companyName",
    "firstName",
    "lastName",
    "displayName",
    "contractName",
    "projectName",
    "ticketNumber",
    "title",
    "name",
];

/// The fields that name a row of this entity: `firstName` and `lastName` of a contact, `displayName` of a country.
#[must_use]
pub fn title_fields(info: &EntityInfo) -> Vec<&'static str> {
    let has = |name: &&str| info.field(name).is_some();
    if has(&"firstName") && has(&"lastName") {
        return vec!["firstName", "lastName"];
    }
    TITLE_FIELDS.into_iter().find(has).into_iter().collect()
}

/// The rows that are called so; `None` where rows of the entity have no name, or the words cannot be one.
///
/// ```
/// use autotask_core::{Filter, entity, title::name_filter};
/// let filter = name_filter(entity("Countries").unwrap(), "United States");
/// assert_eq!(filter, Some(Filter::and([Filter::eq("displayName", "United States")])));
/// assert_eq!(name_filter(entity("Resources").unwrap(), "Cher"), None);
/// ```
#[must_use]
pub fn name_filter(info: &EntityInfo, name: &str) -> Option<Filter> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let filter = match title_fields(info).as_slice() {
        // Where the first name ends is not known.
        [first, last] if words.len() > 1 => Filter::or((1..words.len()).map(|at| {
            Filter::and([Filter::eq(*first, words[..at].join(" ")), Filter::eq(*last, words[at..].join(" "))])
        })),
        [only] if !words.is_empty() => Filter::eq(*only, name),
        _ => return None,
    };
    Some(Filter::and([filter]))
}

/// What the row is called; its id where it has no name.
///
/// ```
/// use autotask_core::{Record, entity, title::title};
/// let person = Record::new().with("id", 4).with("firstName", "Mara").with("lastName", "Lindqvist");
/// assert_eq!(title(entity("Resources").unwrap(), &person), "Mara Lindqvist");
/// assert_eq!(title(entity("Companies").unwrap(), &Record::new().with("id", 7)), "#7");
/// ```
#[must_use]
pub fn title(info: &EntityInfo, row: &Record) -> String {
    let words: Vec<&str> =
        title_fields(info).into_iter().filter_map(|f| row.text(f)).map(str::trim).filter(|w| !w.is_empty()).collect();
    match (words.is_empty(), row.id()) {
        (false, _) => words.join(" "),
        (true, Some(id)) => format!("#{id}"),
        (true, None) => "without a name".to_owned(),
    }
}
