//! Validate: a record against its entity, before it is sent. The CRM texts' own messages where they have one.

use serde_json::Value;

use crate::alias::{read_record, stands};
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo, Format};
use crate::filter::Context;
use crate::instant::Instant;
use crate::issue::Issue;
use crate::record::{Record, USER_DEFINED_FIELDS, boolean, number, whole};

/// What the record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A new row: what is required must be there.
    Create,
    /// Changed fields of a row: `id` must be there, and nothing required may be emptied.
    Update,
}

/// Every problem of a record, each at its field. Only errors forbid sending: what Autotask would silently drop
/// (read-only and unknown fields) is a warning.
///
/// Whether a referenced row exists, and whether an e-mail address is taken, is a look-up and not known here.
///
/// ```
/// use autotask_core::{Record, entity, validate::{Mode, validate}};
/// let record = Record::new().with("companyType", 5).with("phone", "555-0100").with("ownerResourceID", 4);
/// let messages: Vec<_> = validate(&record, entity("Companies").unwrap(), Mode::Create).into_iter().map(|i| i.message).collect();
/// assert_eq!(messages, ["CompanyName is required", "Invalid companyType"]);
/// ```
#[must_use]
pub fn validate(record: &Record, info: &EntityInfo, mode: Mode) -> Vec<Issue> {
    let mut issues = Vec::new();
    if mode == Mode::Update && record.id().is_none() {
        issues.push(Issue::error("record.required", "Id is required").hint("say which row to change").at("id"));
    }
    for field in info.fields.iter().filter(|field| is_missing(field, info, mode, record)) {
        issues.push(Issue::error("record.required", format!("{} is required", field.pascal_name())).at(&*field.name));
    }
    for (name, value) in record.iter() {
        if name.eq_ignore_ascii_case(USER_DEFINED_FIELDS) || name.eq_ignore_ascii_case("id") {
            continue;
        }
        match info.field(name) {
            // Which name is near takes its time, and nobody reads hundreds of them.
            None if issues.len() < HINTS_MAX => issues.push(unknown(info, name, false)),
            None => issues.push(unknown_field(info, name, false)),
            Some(field) => check_field(field, value, info, mode, record, &mut issues),
        }
    }
    check_user_defined_fields(record, info, mode, &mut issues);
    check_company(record, info, &mut issues);
    issues
}

/// Every problem of a record that somebody wrote, in the words of older texts too: [`read_record`] and then [`validate`].
///
/// A problem of a value stands at the name of today, a translation at the name as it was given.
#[must_use]
pub fn validate_as_given(given: &Record, info: &EntityInfo, mode: Mode, context: &Context<'_>) -> Vec<Issue> {
    if stands(given, info) {
        return validate(given, info, mode);
    }
    let mut read = read_record(given, info, context);
    let mut issues = validate(&read.record, info, mode);
    issues.retain(|issue| !issue.path.as_deref().is_some_and(|path| read.has_error_at(path, info)));
    read.issues.append(&mut issues);
    read.issues
}

/// The warning for a contact whose address another contact has. Autotask itself allows it.
#[must_use]
pub fn email_exists(path: impl Into<String>) -> Issue {
    Issue::warning("record.email_exists", "Email already exists")
        .hint("open the contact that has it, or go on if they are two people")
        .at(path)
}

/// Whether a field lacks the value that it must have: on create what is required, the parent's id included; on update only
/// what is being written.
fn is_missing(field: &FieldInfo, info: &EntityInfo, mode: Mode, record: &Record) -> bool {
    let value = || record.get(&field.name);
    match mode {
        Mode::Create => is_always_demanded(field, info) && is_blank(value()),
        Mode::Update => field.is_required_on_create() && value().is_some_and(|value| is_blank(Some(value))),
    }
}

/// Whether every create must have a value for a field.
pub(crate) fn is_always_demanded(field: &FieldInfo, info: &EntityInfo) -> bool {
    let is_parent = info.parent.is_some_and(|p| p.writes_only_through_parent && field.is_named(p.field));
    !field.is_named("id") && (field.is_required_on_create() || is_parent)
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim_start().is_empty(),
        Some(_) => false,
    }
}

/// Most issues of a record that come with a suggestion.
const HINTS_MAX: usize = 100;

fn unknown(info: &EntityInfo, name: &str, udf: bool) -> Issue {
    let issue = unknown_field(info, name, udf);
    match info.nearest_field(name, udf) {
        Some(nearest) => issue.hint(format!("did you mean `{nearest}`?")),
        None => issue,
    }
}

fn unknown_field(info: &EntityInfo, name: &str, udf: bool) -> Issue {
    let kind = if udf { "user-defined field" } else { "field" };
    let message = format!("unknown {kind} `{name}` on {}; Autotask ignores it", info.name);
    Issue::warning("record.unknown_field", message).at(name)
}

fn check_field(
    field: &FieldInfo,
    value: &Value,
    info: &EntityInfo,
    mode: Mode,
    record: &Record,
    issues: &mut Vec<Issue>,
) {
    let given_at_create = mode == Mode::Create && info.is_given_at_create(field);
    if field.is_read_only && !given_at_create {
        issues.push(
            Issue::warning("record.read_only", format!("`{}` is read-only; Autotask ignores it", field.name))
                .at(&*field.name),
        );
        return;
    }
    // A blank required field has its issue already; any other may be cleared.
    if is_blank(Some(value)) {
        return;
    }
    let parent_value = field
        .picklist_parent
        .as_deref()
        .and_then(|p| record.int(p).or_else(|| info.field(p).and_then(|f| record.int(&f.name))));
    if let Some(issue) = check_value(field, value, mode, parent_value) {
        issues.push(issue.at(&*field.name));
    }
}

/// The first thing wrong with a value that is not blank.
fn check_value(field: &FieldInfo, value: &Value, mode: Mode, parent_value: Option<i64>) -> Option<Issue> {
    let invalid = |code, hint: String| Some(Issue::error(code, format!("Invalid {}", field.name)).hint(hint));
    let wrong_type = || invalid("record.type", format!("it takes {}", field.data_type.noun()));
    match field.data_type {
        _ if field.is_picklist => return check_pick(field, value, mode, parent_value),
        DataType::String | DataType::Bytes => {
            let Some(text) = value.as_str() else { return wrong_type() };
            return check_text(field, text);
        }
        DataType::Boolean if boolean(value).is_none() => return wrong_type(),
        DataType::DateTime if value.as_str().and_then(Instant::parse).is_none() => return wrong_type(),
        DataType::Decimal | DataType::Double if number(value).is_none() => return wrong_type(),
        DataType::Integer | DataType::Long => {
            if field.is_flag && !matches!(whole(value), Some(0 | 1)) {
                return invalid("record.type", "Autotask takes 1 or 0 here, not true or false".to_owned());
            }
            let Some(number) = whole(value) else { return wrong_type() };
            if field.data_type == DataType::Integer && i32::try_from(number).is_err() {
                return invalid("record.type", format!("{number} is beyond the 32 bits that Autotask keeps"));
            }
            if let Some(reference) = field.reference.as_deref().filter(|_| number < 0) {
                return invalid("record.reference", format!("it is the id of one of {reference}"));
            }
        }
        _ => {}
    }
    None
}

fn check_pick(field: &FieldInfo, value: &Value, mode: Mode, parent_value: Option<i64>) -> Option<Issue> {
    let invalid = |code, hint: String| Some(Issue::error(code, format!("Invalid {}", field.name)).hint(hint));
    let given = match value {
        Value::String(text) => text.trim().to_owned(),
        other => match whole(other) {
            Some(number) => number.to_string(),
            None => return invalid("record.type", format!("it takes {}", field.data_type.noun())),
        },
    };
    if field.data_type.is_whole() && given.parse::<i64>().is_err() {
        let named = field.picklist.iter().find(|p| crate::text::fold(&p.label) == crate::text::fold(&given));
        let hint = named.map_or_else(|| choices(field), |p| format!("send the number {}, not its label", p.value));
        return invalid("record.invalid_value", hint);
    }
    // Where the list is known to the instance only, any number may be right: there is none, or one of words from the days
    // when the field was text.
    if field.picklist.is_empty() || (field.data_type.is_whole() && field.picklist.iter().all(|p| p.number().is_none()))
    {
        return None;
    }
    let Some(pick) = field.picklist_value(&given) else { return invalid("record.invalid_value", choices(field)) };
    if let Some(parent) = parent_value.filter(|_| !pick.parent_value.is_empty())
        && pick.parent_value.parse() != Ok(parent)
    {
        let under = field.picklist_parent.as_deref().unwrap_or("its parent");
        return invalid(
            "record.invalid_value",
            format!("\"{}\" does not belong to this value of `{under}`", pick.label),
        );
    }
    if !pick.is_active {
        let message = format!("\"{}\" of `{}` is inactive", pick.label, field.name);
        let issue = match mode {
            Mode::Create => Issue::error("record.inactive_value", message),
            Mode::Update => Issue::warning("record.inactive_value", message),
        };
        return Some(issue.hint("choose an active value"));
    }
    None
}

fn choices(field: &FieldInfo) -> String {
    let active: Vec<_> =
        field.picklist.iter().filter(|p| p.is_active).map(|p| format!("{} ({})", p.value, p.label)).collect();
    if active.len() > 20 {
        format!("it has {} values; see its picklist", active.len())
    } else {
        format!("the values are {}", active.join(", "))
    }
}

fn check_text(field: &FieldInfo, text: &str) -> Option<Issue> {
    let most = field.length as usize;
    // No text has more characters than bytes.
    let length = if most > 0 && text.len() > most { text.chars().count() } else { 0 };
    if length > most {
        return Some(
            Issue::error("record.too_long", format!("{} has {length} characters; at most {most}", field.name))
                .hint("shorten it"),
        );
    }
    match field.format {
        Format::Email if !is_email(text) => {
            Some(Issue::error("record.email", "Invalid email format").hint("write it as name@example.com"))
        }
        Format::Web if !is_web_address(text) => Some(
            Issue::error("record.web_address", format!("Invalid {}", field.name))
                .hint("write it as example.com or https://example.com"),
        ),
        Format::Phone if !is_phone(text) => Some(
            Issue::error("record.phone", format!("Invalid {}", field.name))
                .hint("write digits, with spaces, +, -, ., / or parentheses between them"),
        ),
        _ => None,
    }
}

/// Whether a text can be an e-mail address: one `@` with a name of dot-separated atoms before it and a host name
/// with a dot behind it. Quoted names and addresses in brackets are refused: no mail system of an MSP's client uses
/// them, and a typing error is far more likely.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let atom =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c));
    text.len() <= 254 && local.len() <= 64 && local.split('.').all(atom) && host.contains('.') && is_host(host)
}

/// Whether a text can be a web address: a host name with a dot, optionally with `http://` or `https://` before it
/// and a port and path behind.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    let scheme_end = text.find("://");
    let rest = match scheme_end {
        Some(at) if text[..at].eq_ignore_ascii_case("http") || text[..at].eq_ignore_ascii_case("https") => {
            &text[at + 3..]
        }
        Some(_) => return false,
        None => text,
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (host, port) = host.split_once(':').unwrap_or((host, "0"));
    !rest.contains(char::is_whitespace) && host.contains('.') && is_host(host) && port.parse::<u16>().is_ok()
}

fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

/// Whether a text can be a phone number: at least three digits, and nothing but what people put between digits,
/// with an extension at most.
#[must_use]
pub fn is_phone(text: &str) -> bool {
    if is_number(text) {
        return true;
    }
    let folded = text.to_ascii_lowercase();
    let cut = ["extension", "ext.", "ext", "x", "#"].iter().find_map(|mark| folded.split_once(mark));
    cut.is_some_and(|(number, _)| is_number(number))
}

/// Three digits or more, and what people put between them.
fn is_number(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 3
        && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./–".contains(c))
}

fn check_user_defined_fields(record: &Record, info: &EntityInfo, mode: Mode, issues: &mut Vec<Issue>) {
    // Without the instance's metadata nothing is known of them.
    if info.user_defined_fields.is_empty() {
        return;
    }
    for (name, value) in record.user_defined_fields() {
        let path = format!("{USER_DEFINED_FIELDS}.{name}");
        let Some(field) = info.user_defined_field(name) else {
            issues.push(unknown(info, name, true).at(path));
            continue;
        };
        if is_blank(Some(value)) {
            continue;
        }
        // Values travel as text, whatever the type.
        let issue = match (value.as_str(), field.is_picklist) {
            (Some(text), true) => {
                let known =
                    field.picklist.is_empty() || field.picklist.iter().any(|p| p.value == text || p.label == text);
                (!known).then(|| Issue::error("record.invalid_value", format!("Invalid {name}")).hint(choices(field)))
            }
            (Some(text), false) if field.data_type == DataType::String => check_text(field, text),
            _ => check_value(field, value, mode, None),
        };
        issues.extend(issue.map(|i| i.at(path)));
    }
    if mode == Mode::Create {
        let missing =
            info.user_defined_fields.iter().filter(|f| f.is_required && record.user_defined_field(&f.name).is_none());
        issues.extend(missing.map(|f| {
            Issue::warning("record.udf_required", format!("{} is required in Autotask's own screens", f.label))
                .at(format!("{USER_DEFINED_FIELDS}.{}", f.name))
        }));
    }
}

/// What holds for companies beyond their fields.
fn check_company(record: &Record, info: &EntityInfo, issues: &mut Vec<Issue>) {
    if info.name != "Companies" {
        return;
    }
    let Some(id) = record.id() else { return };
    let parent = record.int("parentCompanyID");
    if parent == Some(id) {
        issues.push(Issue::error("record.self_parent", "a company cannot be its own parent").at("parentCompanyID"));
    } else if id == 0 && parent.is_some() {
        issues.push(
            Issue::error("record.own_company", "your own company (id 0) cannot have a parent").at("parentCompanyID"),
        );
    }
    if id == 0 && record.flag("isActive") == Some(false) {
        issues
            .push(Issue::error("record.own_company", "your own company (id 0) cannot be made inactive").at("isActive"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Schema, entity};
    use serde_json::json;

    #[track_caller]
    fn check(name: &str, mode: Mode, record: Value, expected: &[(&str, &str, &str)]) {
        let record: Record = serde_json::from_value(record).expect("an object");
        let issues = validate(&record, entity(name).expect("known"), mode);
        let found: Vec<_> =
            issues.iter().map(|i| (i.code, i.path.as_deref().unwrap_or(""), i.message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_messages_of_the_crm_texts() {
        check(
            "Companies",
            Mode::Create,
            json!({"companyName": "  ", "companyType": 5, "phone": "555-123-4567", "ownerResourceID": 29_744_150}),
            &[
                ("record.required", "companyName", "CompanyName is required"),
                ("record.invalid_value", "companyType", "Invalid companyType"),
            ],
        );
        check(
            "Contacts",
            Mode::Create,
            json!({"companyID": 1, "firstName": "A", "lastName": "B", "isActive": 1, "emailAddress": "a@b"}),
            &[("record.email", "emailAddress", "Invalid email format")],
        );
        assert_eq!(email_exists("emailAddress").message, "Email already exists");
        assert!(!email_exists("x").is_error());
    }

    #[test]
    fn a_child_needs_its_parent() {
        check(
            "CompanyLocations",
            Mode::Create,
            json!({"name": "HQ"}),
            &[("record.required", "companyID", "CompanyID is required")],
        );
        check(
            "CompanyLocations",
            Mode::Update,
            json!({"id": 1, "companyID": 2}),
            &[("record.read_only", "companyID", "`companyID` is read-only; Autotask ignores it")],
        );
    }

    #[test]
    fn an_update_may_leave_out_but_not_empty_what_is_required() {
        check("Companies", Mode::Update, json!({"id": 1, "city": null}), &[]);
        check(
            "Companies",
            Mode::Update,
            json!({"id": 1, "phone": null}),
            &[("record.required", "phone", "Phone is required")],
        );
        check("Companies", Mode::Update, json!({"phone": "12345"}), &[("record.required", "id", "Id is required")]);
    }

    #[test]
    fn lengths_types_and_references() {
        let city = "x".repeat(31);
        check(
            "Companies",
            Mode::Update,
            json!({"id": 1, "city": city, "countryID": "x", "taxRegionID": -1, "isTaxExempt": "perhaps", "createDate": "x", "postalCode": 12345, "cuty": 1}),
            &[
                ("record.too_long", "city", "city has 31 characters; at most 30"),
                ("record.type", "countryID", "Invalid countryID"),
                ("record.reference", "taxRegionID", "Invalid taxRegionID"),
                ("record.type", "isTaxExempt", "Invalid isTaxExempt"),
                ("record.read_only", "createDate", "`createDate` is read-only; Autotask ignores it"),
                ("record.type", "postalCode", "Invalid postalCode"),
                ("record.unknown_field", "cuty", "unknown field `cuty` on Companies; Autotask ignores it"),
            ],
        );
        check("Companies", Mode::Update, json!({"id": 1, "city": "ü".repeat(30)}), &[]);
        check(
            "Contacts",
            Mode::Update,
            json!({"id": 1, "isActive": true}),
            &[("record.type", "isActive", "Invalid isActive")],
        );
        check(
            "Companies",
            Mode::Update,
            json!({"id": 0, "isActive": false, "parentCompanyID": 0}),
            &[
                ("record.self_parent", "parentCompanyID", "a company cannot be its own parent"),
                ("record.own_company", "isActive", "your own company (id 0) cannot be made inactive"),
            ],
        );
    }

    #[test]
    fn picklists_come_from_the_instance() {
        let mut schema = Schema::new();
        schema.load_fields("Companies", &json!({"fields":[{"name":"companyType","dataType":"integer","isPickList":true,
            "picklistValues":[{"value":"1","label":"Client"},{"value":"5","label":"Own"},{"value":"6","label":"Old","isActive":false}]}]}));
        let info = schema.entity("Companies").expect("known");
        let codes = |value: Value, mode| {
            let record = Record::new().with("id", 1).with("companyType", value);
            validate(&record, &info, mode).into_iter().map(|i| (i.code, i.severity)).collect::<Vec<_>>()
        };
        use crate::Severity::{Error, Warning};
        assert_eq!(codes(json!(5), Mode::Update), []);
        assert_eq!(codes(json!("5"), Mode::Update), []);
        assert_eq!(codes(json!(3), Mode::Update), [("record.invalid_value", Error)]);
        assert_eq!(codes(json!("Client"), Mode::Update), [("record.invalid_value", Error)]);
        assert_eq!(codes(json!(6), Mode::Update), [("record.inactive_value", Warning)]);
    }

    #[test]
    fn user_defined_fields_are_checked_by_their_type() {
        let mut schema = Schema::new();
        schema.load_user_defined_fields(
            "Companies",
            &json!({"fields":[
            {"name":"Seats","type":"double"},{"name":"Renewal","type":"datetime","isRequired":true},
            {"name":"Ranking","type":"string","isPickList":true,"picklistValues":[{"value":"1","label":"Golden"}]}]}),
        );
        let info = schema.entity("Companies").expect("known");
        let record = Record::new().with("id", 1).with(USER_DEFINED_FIELDS, json!([
            {"name":"Seats","value":"many"},{"name":"renewal","value":"2026-13-01"},{"name":"Ranking","value":"Golden"},{"name":"Nope","value":"x"}]));
        let found: Vec<_> =
            validate(&record, &info, Mode::Update).into_iter().map(|i| (i.code, i.path.unwrap_or_default())).collect();
        assert_eq!(
            found,
            [
                ("record.type", "userDefinedFields.Seats".to_owned()),
                ("record.type", "userDefinedFields.renewal".to_owned()),
                ("record.unknown_field", "userDefinedFields.Nope".to_owned()),
            ]
        );
    }

    #[test]
    fn addresses_and_numbers_of_real_life() {
        for good in ["a@b.co", "john.smith+crm@acme.example.com", "o'brien@ex-ample.ie", "jürgen@müller.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["", "a", "a@", "@b.co", "a@b", "a b@c.de", "a@b..c", "a.@b.co", "a@b@c.de", "a@-b.co", "\"a b\"@c.de"]
        {
            assert!(!is_email(bad), "{bad}");
        }
        for good in ["acme.example.com", "https://acme.example.com/x?y=1", "http://a.b:8080", "HTTPS://ACME.COM"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in ["acme", "javascript://x.y", "a b.com", "ftp://a.b", "https://", "a.com:port"] {
            assert!(!is_web_address(bad), "{bad}");
        }
        for good in
            ["555-123-4567", "+43 3687 22 450", "(512) 555.0100 x12", "030/123456", "911", "+1 512 555 0100 ext. 7"]
        {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "n/a", "call me", "12", "555-CALL-NOW"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
