//! Alias: field names of older texts and of Autotask's former API, and what they are called today.
//!
//! They are read where people and programs write to us, each with a notice; Autotask never sees them.

use crate::entity::EntityInfo;
use crate::field::FieldInfo;

/// (entity, former name, name today)
const FIELDS: [(&str, &str, &str); 2] =
    [("Contacts", "isPrimaryContact", "primaryContact"), ("CompanyLocations", "isPrimaryLocation", "isPrimary")];

/// The field that a former name means: a company was called an account, `AccountName` is `companyName`.
#[must_use]
pub fn field_alias<'a>(info: &'a EntityInfo, word: &str) -> Option<&'a FieldInfo> {
    let renamed = FIELDS.iter().find(|(entity, old, _)| *entity == info.name && old.eq_ignore_ascii_case(word));
    if let Some((_, _, today)) = renamed {
        return info.field(today);
    }
    let (start, rest) = word.split_at_checked("account".len())?;
    if !start.eq_ignore_ascii_case("account") {
        return None;
    }
    let today = ["company", rest].concat();
    info.field(&today).or_else(|| info.short_field(&today))
}

#[cfg(test)]
mod tests {
    use super::field_alias;
    use crate::entity;

    #[test]
    fn former_names_find_the_field_of_today() {
        let found = |name: &str, word: &str| field_alias(entity(name)?, word).map(|f| f.name.to_string());
        assert_eq!(found("Companies", "AccountName").as_deref(), Some("companyName"));
        assert_eq!(found("Contacts", "accountID").as_deref(), Some("companyID"));
        assert_eq!(found("Contacts", "isprimarycontact").as_deref(), Some("primaryContact"));
        assert_eq!(found("CompanyLocations", "isPrimaryLocation").as_deref(), Some("isPrimary"));
        assert_eq!(found("Companies", "isPrimaryContact"), None);
        assert_eq!(found("Companies", "account"), None);
    }
}
