//! Path: how a field of a row is named in what is told of a change: `city`, or `udf.Seats` for a user-defined one.

use crate::entity::EntityInfo;

/// What stands before the name of a user-defined field.
const UDF: &str = "udf.";

/// The path of a field.
///
/// ```
/// use autotask_core::write::path_of;
/// assert_eq!([path_of("city", false), path_of("Customer Ranking", true)], ["city", "udf.Customer Ranking"]);
/// ```
#[must_use]
pub fn path_of(name: &str, is_udf: bool) -> String {
    if is_udf { [UDF, name].concat() } else { name.to_owned() }
}

/// The field of a path: its name, and whether it is a user-defined one.
///
/// ```
/// use autotask_core::write::name_of;
/// assert_eq!([name_of("city"), name_of("udf.Customer Ranking")], [("city", false), ("Customer Ranking", true)]);
/// ```
#[must_use]
pub fn name_of(path: &str) -> (&str, bool) {
    path.strip_prefix(UDF).map_or((path, false), |name| (name, true))
}

/// What people call the field of a path; its name where the entity does not know it.
///
/// ```
/// use autotask_core::{entity, write::label_of};
/// let info = entity("Companies").unwrap();
/// assert_eq!(["companyType", "udf.Seats"].map(|path| label_of(info, path)), ["Company type", "Seats"]);
/// ```
#[must_use]
pub fn label_of<'a>(info: &'a EntityInfo, path: &'a str) -> &'a str {
    let (name, is_udf) = name_of(path);
    info.find(name, is_udf).map_or(name, |field| &field.label)
}
