//! Alias: what older texts and Autotask's former API call things, and what they are called today.
//!
//! It is read where people and programs write to us, each time with a notice; Autotask only ever sees what it knows.
//!
//! | given | sent |
//! | --- | --- |
//! | `AccountName`, `Account Type`, `ParentAccountID` | `companyName`, `companyType`, `parentCompanyID` |
//! | `isPrimaryContact`, `isPrimaryLocation`, `Active` | `primaryContact`, `isPrimary`, `isActive` |
//! | `"country": "United States"`, `AccountName` of a contact | `"countryID": 237`, `companyID`, once the name was looked up |
//! | `"isActive": 1` where it is a boolean, `true` where it is 0 or 1 | `true`, `1` |

use serde_json::{Map, Value};

use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo};
use crate::filter::Context;
use crate::issue::Issue;
use crate::json::write;
use crate::record::{Record, USER_DEFINED_FIELDS, whole};

/// (entity, former name, name today); an entity of `""` is any that has the field.
const FIELDS: [(&str, &str, &str); 4] = [
    ("Contacts", "isPrimaryContact", "primaryContact"),
    ("CompanyLocations", "isPrimaryLocation", "isPrimary"),
    ("Companies", "AccountID", "id"),
    ("", "Active", "isActive"),
];

/// The field that a former name means: a company was called an account, `AccountName` is `companyName`. Spaces between
/// words do not count: lists of fields write `Account Name`.
#[must_use]
pub fn field_alias<'a>(info: &'a EntityInfo, word: &str) -> Option<&'a FieldInfo> {
    let word: String = word.split(' ').collect();
    let renamed = FIELDS
        .iter()
        .find(|(entity, old, _)| (entity.is_empty() || *entity == info.name) && old.eq_ignore_ascii_case(&word));
    if let Some((_, _, today)) = renamed {
        return info.field(today);
    }
    let at = word.to_ascii_lowercase().find("account")?;
    let today = [&word[..at], "company", &word[at + "account".len()..]].concat();
    let field = || info.field(&today).or_else(|| info.short_field(&today));
    // `AccountName` of a contact names the company that it belongs to.
    field().or_else(|| info.short_field(today.strip_suffix("Name")?))
}

/// What was read of a record that somebody wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadRecord {
    /// The record with the names and values of today; what could not be translated stands as it was given.
    pub record: Record,
    /// A notice for each translation, and an error for a name that has not been looked up or a field given twice. The
    /// path is the name as it was given.
    pub issues: Vec<Issue>,
    /// (field, entity of the reference, name): what has to be looked up.
    pub unresolved: Vec<(String, &'static str, String)>,
}

/// Reads a record in the words of older texts.
///
/// ```
/// use autotask_core::{Record, alias, entity, filter::Context};
/// let given = Record::new().with("AccountName", "Acme").with("isActive", 1);
/// let read = alias::read_record(&given, entity("Companies").unwrap(), &Context::default());
/// assert_eq!(read.record, Record::new().with("companyName", "Acme").with("isActive", true));
/// ```
#[must_use]
pub fn read_record(given: &Record, info: &EntityInfo, context: &Context<'_>) -> ReadRecord {
    let mut read = ReadRecord::default();
    let mut record = Map::new();
    for (name, value) in given.iter() {
        let today = info.field(name);
        let field = today.or_else(|| info.short_field(name)).or_else(|| field_alias(info, name));
        let Some(field) = field.filter(|_| !name.eq_ignore_ascii_case(USER_DEFINED_FIELDS)) else {
            record.insert(name.to_owned(), value.clone());
            continue;
        };
        let value = read.value(name, value, field, context);
        if today.is_some() {
            record.insert(name.to_owned(), value);
            continue;
        }
        match given.get(&field.name).or_else(|| record.get(&*field.name)) {
            Some(other) if *other != value => read.issues.push(
                Issue::error("record.given_twice", format!("`{name}` means `{}`, which is given too", field.name))
                    .hint("leave one of them out")
                    .at(name),
            ),
            other => {
                if other.is_none() {
                    record.insert(field.name.to_string(), value);
                }
                let notice = Issue::notice("record.alias", format!("`{name}` was read as `{}`", field.name));
                read.issues.push(notice.hint("Autotask does not know the word").at(name));
            }
        }
    }
    read.record = Record::from(record);
    read
}

/// Whether [`read_record`] would find nothing to translate, as in the records of programs.
pub(crate) fn stands(given: &Record, info: &EntityInfo) -> bool {
    given.iter().all(|(name, value)| match info.field(name) {
        Some(field) => Meant::by(value, field).is_none(),
        None => name.eq_ignore_ascii_case(USER_DEFINED_FIELDS),
    })
}

/// What a value means that is not of its field's type.
enum Meant<'a> {
    Value(Value),
    /// The name of a row of this entity.
    Row(&'a str, &'static EntityInfo),
}

impl<'a> Meant<'a> {
    fn by(value: &'a Value, field: &FieldInfo) -> Option<Meant<'a>> {
        match (value, field.data_type) {
            (Value::Number(_), DataType::Boolean) => whole(value)
                .filter(|number| matches!(number, 0 | 1))
                .map(|number| Meant::Value(Value::from(number == 1))),
            (Value::Bool(flag), _) if field.is_flag => Some(Meant::Value(Value::from(i64::from(*flag)))),
            (Value::String(text), kind) if kind.is_whole() && whole(value).is_none() && !text.trim().is_empty() => {
                field.reference.as_deref().and_then(crate::entity).map(|entity| Meant::Row(text, entity))
            }
            _ => None,
        }
    }
}

impl ReadRecord {
    fn value(&mut self, name: &str, value: &Value, field: &FieldInfo, context: &Context<'_>) -> Value {
        let translated = match Meant::by(value, field) {
            None => return value.clone(),
            Some(Meant::Value(translated)) => translated,
            Some(Meant::Row(text, entity)) => match context.id_of(text) {
                Some(id) => Value::from(id),
                None => {
                    let message = format!("\"{text}\" has not been looked up in {}", entity.name);
                    let hint = format!("`{}` takes the id of one of {}", field.name, entity.name);
                    self.issues.push(Issue::error("record.unresolved_name", message).hint(hint).at(name));
                    self.unresolved.push((field.name.to_string(), entity.name, text.to_owned()));
                    return value.clone();
                }
            },
        };
        let notice =
            Issue::notice("record.alias", format!("{} of `{name}` was read as {}", write(value), write(&translated)));
        self.issues.push(notice.at(name));
        translated
    }

    /// Whether something of this field is wrong already.
    pub(crate) fn has_error_at(&self, field: &str, info: &EntityInfo) -> bool {
        let mut errors = self.issues.iter().filter(|issue| issue.is_error()).filter_map(|issue| issue.path.as_deref());
        errors.any(|path| {
            let found = info.field(path).or_else(|| info.short_field(path)).or_else(|| field_alias(info, path));
            found.is_some_and(|found| found.is_named(field))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::entity;

    #[test]
    fn former_names_find_the_field_of_today() {
        let found = |name: &str, word: &str| field_alias(entity(name)?, word).map(|f| f.name.to_string());
        for (info, word, today) in [
            ("Companies", "AccountName", Some("companyName")),
            ("Companies", "Account Name", Some("companyName")),
            ("Companies", "AccountType", Some("companyType")),
            ("Companies", "AccountNumber", Some("companyNumber")),
            ("Companies", "ParentAccountID", Some("parentCompanyID")),
            ("Companies", "Account ID", Some("id")),
            ("Companies", "active", Some("isActive")),
            ("Contacts", "accountID", Some("companyID")),
            ("Contacts", "Account Name", Some("companyID")),
            ("Contacts", "isprimarycontact", Some("primaryContact")),
            ("CompanyLocations", "isPrimaryLocation", Some("isPrimary")),
            ("Tickets", "AccountID", Some("companyID")),
            ("Companies", "isPrimaryContact", None),
            ("Companies", "account", None),
            ("Companies", "ünaccountable", None),
        ] {
            assert_eq!(found(info, word).as_deref(), today, "{word} of {info}");
        }
    }

    #[track_caller]
    fn check(name: &str, given: Value, record: Value, issues: &[(&str, &str)]) {
        let resolved = HashMap::from([("United States".to_owned(), 237)]);
        let context = Context { resolved: Some(&resolved), ..Context::default() };
        let given = Record::from(given.as_object().expect("an object").clone());
        let read = read_record(&given, entity(name).expect("known"), &context);
        assert_eq!(Value::from(read.record), record);
        let found: Vec<_> = read.issues.iter().map(|i| (i.code, i.path.as_deref().unwrap_or(""))).collect();
        assert_eq!(found, issues);
    }

    #[test]
    fn records_are_translated_with_a_notice() {
        check(
            "CompanyLocations",
            json!({"name": "Main Office", "country": "United States", "isPrimaryLocation": true, "isActive": 1}),
            json!({"name": "Main Office", "countryID": 237, "isPrimary": true, "isActive": true}),
            &[
                ("record.alias", "country"),
                ("record.alias", "country"),
                ("record.alias", "isPrimaryLocation"),
                ("record.alias", "isActive"),
            ],
        );
        check("Contacts", json!({"isActive": true}), json!({"isActive": 1}), &[("record.alias", "isActive")]);
        check("Companies", json!({"companyName": "A", "x": 1}), json!({"companyName": "A", "x": 1}), &[]);
    }

    #[test]
    fn a_name_that_was_not_looked_up_and_a_field_given_twice_are_errors() {
        check(
            "Companies",
            json!({"country": "Utopia"}),
            json!({"countryID": "Utopia"}),
            &[("record.unresolved_name", "country"), ("record.alias", "country")],
        );
        check(
            "Companies",
            json!({"companyName": "A", "AccountName": "B"}),
            json!({"companyName": "A"}),
            &[("record.given_twice", "AccountName")],
        );
        check(
            "Companies",
            json!({"AccountName": "A", "companyName": "A"}),
            json!({"companyName": "A"}),
            &[("record.alias", "AccountName")],
        );
    }
}
