//! Validate bytes: all rows of an answer, a list or JSON lines, held against their entity where they stand.
//!
//! ```text
//! bytes ──Checker──► fine, which is most of them
//!            └─────► doubtful ──Record──► validate ──► issues
//! ```
//!
//! What is wrong is said by [`validate_as_given`] alone. The quick look before it only finds rows that have no error.

use autotask_columns::{Checker, Kind, Meaning, Place, Rule, Scanner, Verdict};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::alias::field_alias;
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo, Format};
use crate::filter::Context;
use crate::issue::{Issue, has_errors};
use crate::record::{Record, USER_DEFINED_FIELDS};
use crate::rows::{self, ITEMS, lines, not_a_row};
use crate::validate::{Mode, is_always_demanded, validate_as_given};

/// Most issues that are told; `failed` names every row.
pub const ROW_ISSUES_MAX: usize = 1_000;

/// What is wrong with rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CheckedRows {
    /// How many rows there are, those that are no objects included.
    pub rows: usize,
    /// The numbers of the rows with an error, ascending, all of them. A row with warnings only is none of them.
    pub failed: Vec<u32>,
    /// What is wrong with the rows that failed, their warnings and notices included; the first 1,000. Bytes that hold
    /// no rows at all have one issue, of row 0, and `rows` is 0.
    pub issues: Vec<RowIssue>,
}

/// An issue of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowIssue {
    /// The row's number, from 0.
    pub row: u32,
    /// What is wrong.
    pub issue: Issue,
}

/// Holds the rows of a query answer (`{"items":…}`), of an array or of JSON lines against their entity, as
/// [`validate_as_given`] does one by one.
///
/// ```
/// use autotask_core::{entity, filter::Context, validate::Mode, validate_bytes::validate_bytes};
/// let bytes = br#"[{"id":1,"phone":"555-0100"},{"id":2,"phone":"n/a"}]"#;
/// let checked = validate_bytes(bytes, entity("Companies").unwrap(), Mode::Update, &Context::default());
/// assert_eq!((checked.rows, checked.failed), (2, vec![1]));
/// ```
#[must_use]
pub fn validate_bytes(bytes: &[u8], info: &EntityInfo, mode: Mode, context: &Context<'_>) -> CheckedRows {
    let asked = Asked { info, mode, context };
    let quick = || {
        let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}');
        let rules: Vec<Rule> = info.fields.iter().map(|field| rule(field, info, mode)).collect();
        let place = |name: &str| info.fields.iter().position(|field| field.is_named(name));
        let different = place("id").zip(place("parentCompanyID")).filter(|_| info.name == "Companies");
        // Without it an update cannot be told from the rules.
        place("id")?;
        let meaning = |name: &str| meaning(info, name);
        let checker = || Checker::new(&rules, different, &meaning);
        document(text, checker(), &asked).or_else(|| quick_lines(text, checker(), &asked))
    };
    quick().unwrap_or_else(|| thorough(bytes, &asked))
}

/// Against what rows are held.
struct Asked<'a> {
    info: &'a EntityInfo,
    mode: Mode,
    context: &'a Context<'a>,
}

impl CheckedRows {
    fn fine(&mut self) {
        self.rows += 1;
    }

    fn look(&mut self, row: Map<String, Value>, asked: &Asked<'_>) {
        let issues = validate_as_given(&Record::from(row), asked.info, asked.mode, asked.context);
        if has_errors(&issues) {
            self.fail(issues);
        } else {
            self.fine();
        }
    }

    fn take(&mut self, row: Result<Value, Issue>, place: &str, asked: &Asked<'_>) {
        match row {
            Ok(value) => self.look_at(value, place, asked),
            Err(issue) => self.fail(vec![issue.at(place)]),
        }
    }

    fn look_at(&mut self, value: Value, place: &str, asked: &Asked<'_>) {
        match value {
            Value::Object(row) => self.look(row, asked),
            _ => self.no_row(place),
        }
    }

    fn no_row(&mut self, place: &str) {
        self.fail(vec![not_a_row().at(place)]);
    }

    fn fail(&mut self, issues: Vec<Issue>) {
        let row = u32::try_from(self.rows).unwrap_or(u32::MAX);
        self.failed.push(row);
        let room = ROW_ISSUES_MAX.saturating_sub(self.issues.len());
        self.issues.extend(issues.into_iter().take(room).map(|issue| RowIssue { row, issue }));
        self.rows += 1;
    }
}

/// A query answer or an array in strict JSON; `None` for anything else.
fn document(text: &str, mut checker: Checker<'_>, asked: &Asked<'_>) -> Option<CheckedRows> {
    let mut checked = CheckedRows::default();
    Scanner::new(text).rows(ITEMS, &mut |scanner, place| {
        if scanner.peek()? != b'{' {
            scanner.skip()?;
            let path = if place == Place::Member { ITEMS } else { "" };
            checked.no_row(&format!("{path}[{}]", checked.rows));
            return Some(());
        }
        let start = scanner.at;
        match checker.row(scanner)? {
            Verdict::Fine => checked.fine(),
            Verdict::Doubtful => checked.look_at(serde_json::from_str(&text[start..scanner.at]).ok()?, "", asked),
        }
        Some(())
    })?;
    Some(checked)
}

/// JSON lines, of which the first two are objects: nothing else can be meant.
fn quick_lines(text: &str, mut checker: Checker<'_>, asked: &Asked<'_>) -> Option<CheckedRows> {
    let mut first = lines(text.as_bytes());
    let mut scanner = Scanner::new(std::str::from_utf8(first.next()?.1).ok()?);
    checker.row(&mut scanner)?;
    if scanner.peek().is_some() || !first.next()?.1.starts_with(b"{") {
        return None;
    }
    let mut checked = CheckedRows::default();
    for (number, line) in lines(text.as_bytes()) {
        let mut scanner = Scanner::new(std::str::from_utf8(line).ok()?);
        let verdict = checker.row(&mut scanner).filter(|_| scanner.peek().is_none());
        if verdict == Some(Verdict::Fine) {
            checked.fine();
        } else {
            rows::of_line(number, line, &mut |row, place| checked.take(row, place, asked));
        }
    }
    Some(checked)
}

/// Every row by way of a value, and JSON that is not strict.
fn thorough(bytes: &[u8], asked: &Asked<'_>) -> CheckedRows {
    let mut checked = CheckedRows::default();
    match rows::each(bytes, &mut |row, place| checked.take(row, place, asked)) {
        Ok(()) => checked,
        Err(issue) => CheckedRows { issues: vec![RowIssue { row: 0, issue }], ..CheckedRows::default() },
    }
}

/// What a member's name means for the quick look.
fn meaning(info: &EntityInfo, name: &str) -> Meaning {
    if name.eq_ignore_ascii_case(USER_DEFINED_FIELDS) {
        // Without the instance's metadata nothing is known of them.
        return if info.user_defined_fields.is_empty() { Meaning::Ignored } else { Meaning::Doubtful };
    }
    match info.fields.iter().position(|field| field.is_named(name)) {
        Some(field) => Meaning::Field(field),
        None if info.short_field(name).is_some() || field_alias(info, name).is_some() => Meaning::Doubtful,
        // Autotask ignores it, which is no error.
        None => Meaning::Ignored,
    }
}

/// What of a field is fine at a glance. Whatever this lets pass, [`validate_as_given`] has no error for.
fn rule(field: &FieldInfo, info: &EntityInfo, mode: Mode) -> Rule {
    if field.is_named("id") {
        let is_update = mode == Mode::Update;
        return Rule { kind: Kind::Whole(u64::MAX), not_blank: is_update, is_demanded: is_update };
    }
    let is_demanded = mode == Mode::Create && is_always_demanded(field, info);
    Rule { kind: kind(field, info, mode), not_blank: is_demanded || field.is_required_on_create(), is_demanded }
}

fn kind(field: &FieldInfo, info: &EntityInfo, mode: Mode) -> Kind {
    if field.is_read_only && !(mode == Mode::Create && info.is_given_at_create(field)) {
        // Autotask ignores it. A name where an id is meant has to be looked up all the same.
        let is_named = field.reference.is_some() && field.data_type.is_whole();
        return if is_named { Kind::NoText } else { Kind::Any };
    }
    match field.data_type {
        _ if field.is_picklist && field.picklist.is_empty() => Kind::Whole(u64::MAX),
        _ if field.is_picklist => Kind::OneOf(picks(field, mode)),
        DataType::String | DataType::Bytes => match field.format {
            Format::Any => Kind::Text(field.length),
            Format::Email => Kind::Email(field.length),
            Format::Phone => Kind::Phone(field.length),
            Format::Web => Kind::Web(field.length),
        },
        DataType::Boolean => Kind::Boolean,
        DataType::DateTime => Kind::DateTime,
        DataType::Decimal | DataType::Double => Kind::Number,
        DataType::Integer | DataType::Long if field.is_flag => Kind::Whole(1),
        DataType::Integer => Kind::Whole(i32::MAX.unsigned_abs().into()),
        DataType::Long => Kind::Whole(i64::MAX.unsigned_abs()),
    }
}

/// The values that are fine whatever else the row says. An inactive one is a warning in an update.
fn picks(field: &FieldInfo, mode: Mode) -> Vec<u64> {
    let is_first = |at: usize| field.picklist[..at].iter().all(|other| other.value != field.picklist[at].value);
    let is_fine =
        |pick: &crate::field::PicklistValue| pick.parent_value.is_empty() && (pick.is_active || mode == Mode::Update);
    let picks = field.picklist.iter().enumerate().filter(|(at, pick)| is_first(*at) && is_fine(pick));
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    let mut numbers: Vec<u64> = picks.filter_map(|(_, pick)| number(&pick.value)).collect();
    crate::order::sort_by_key(&mut numbers, |number| *number);
    numbers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{Schema, entity};

    fn failed(name: &str, mode: Mode, text: &str) -> (usize, Vec<u32>) {
        let checked = validate_bytes(text.as_bytes(), entity(name).expect("known"), mode, &Context::default());
        (checked.rows, checked.failed)
    }

    #[test]
    fn answers_lists_and_lines() {
        let check = |text: &str| failed("Companies", Mode::Update, text);
        let (good, bad) = (r#"{"id":1,"city":"Troy"}"#, r#"{"id":2,"phone":""}"#);
        assert_eq!(check(&format!("[{good},{bad},7]")), (3, vec![1, 2]));
        assert_eq!(check(&format!(r#"{{"items":[{good},{bad}],"pageDetails":{{"count":2}}}}"#)), (2, vec![1]));
        assert_eq!(check(&format!(r#"{{"pageDetails":null,"Items":[{bad}]}}"#)), (1, vec![0]));
        assert_eq!(check(&format!("{good}\n\n{bad}\r\n{{oops\n{good}")), (4, vec![1, 2]));
        assert_eq!(check(&format!("\u{feff}[{good}]")), (1, vec![]));
        assert_eq!(check(bad), (1, vec![0]));
        assert_eq!(check("[{'id':1,'phone':'n/a',},]"), (1, vec![0]), "JSON that is not strict");
        assert_eq!(check("[]"), (0, vec![]));
        let none = |text: &[u8]| {
            let checked = validate_bytes(text, entity("Companies").expect("known"), Mode::Update, &Context::default());
            assert_eq!((checked.rows, checked.failed.len(), checked.issues.len()), (0, 0, 1));
            checked.issues[0].issue.code
        };
        assert_eq!(none(b"nonsense"), "json.syntax");
        assert_eq!(none(b""), "json.syntax");
        assert_eq!(none(b"7"), "table.malformed");
        assert_eq!(none(br#"{"errors":["x"]}"#), "table.malformed");
        assert_eq!(none(br#"{"items":7}"#), "table.malformed");
        assert_eq!(none(&[b'[', 0xff]), "json.not_text");
        assert_eq!(none("[".repeat(1_000_000).as_bytes()), "json.too_deep");
    }

    #[test]
    fn issues_are_bounded_and_failed_rows_are_not() {
        let text = format!("[{}]", vec![r#"{"id":1,"phone":"x"}"#; 5_000].join(","));
        let checked =
            validate_bytes(text.as_bytes(), entity("Companies").expect("known"), Mode::Update, &Context::default());
        assert_eq!((checked.failed.len(), checked.issues.len()), (5_000, ROW_ISSUES_MAX));
        assert_eq!(checked.issues[7].row, 7);
    }

    #[test]
    fn rows_as_they_come_are_fine_at_a_glance() {
        for (name, mode, row) in [
            (
                "Companies",
                Mode::Update,
                r#"{"id":174,"companyName":"Acme","companyType":1,"isActive":true,"phone":"(518) 555-0100","parentCompanyID":null,"webAddress":"https://acme.example.com","createDate":"2026-01-02T03:04:05.67Z","assetValue":1.5,"userDefinedFields":[{"name":"Seats","value":"5"}],"city":"Köln"}"#,
            ),
            (
                "Contacts",
                Mode::Create,
                r#"{"companyID":174,"firstName":"A","lastName":"B","isActive":1,"emailAddress":"a.b@acme.example.com","mobilePhone":"","title":null}"#,
            ),
        ] {
            let info = entity(name).expect("known");
            let rules: Vec<Rule> = info.fields.iter().map(|field| rule(field, info, mode)).collect();
            let meaning = |name: &str| meaning(info, name);
            let verdict = Checker::new(&rules, None, &meaning).row(&mut Scanner::new(row));
            assert_eq!(verdict, Some(Verdict::Fine), "{name}: or nothing is gained");
        }
    }

    /// Values as they occur in rows, and as they should not.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            prop::sample::select(vec![
                json!(null),
                json!(true),
                json!(false),
                json!(0),
                json!(1),
                json!(-1),
                json!(3),
                json!(5),
                json!(1.5),
                json!(3_000_000_000_u64),
                json!(i64::MAX),
                json!(u64::MAX),
                json!(1e300),
                json!(""),
                json!("  "),
                json!("\u{a0}"),
                json!("1"),
                json!("Customer"),
                json!("true"),
                json!([]),
                json!({"a": [1]}),
                json!("x".repeat(120)),
                json!("ü".repeat(60)),
            ]),
            prop::sample::select(vec![
                "555-0100",
                "n/a",
                "12",
                "+1 (518) 555.0100",
                "555 x12",
                "a@b.co",
                "a.b+c@d-e.example.com",
                "a@b",
                "a..b@c.de",
                "a@-b.de",
                "ü@ö.de",
                "acme.com",
                "https://acme.com/x?y=1",
                "http://acme.com:80/",
                "ftp://a.b",
                "acme",
                "a.com/x://y",
                "HTTPS://A.B",
                "2026-11-20T09:30:00Z",
                "2026-11-20T09:30:00.123Z",
                "2026-02-30T00:00:00Z",
                "2026-11-20",
                "2026-11-20T24:00:00Z",
                "0000-01-01T00:00:00Z",
                "line\nbreak",
                "quo\"te",
                "Utopia",
                "2026-11-20T09:30:00.Z",
                "2026-11-20T09:30:00",
            ])
            .prop_map(Value::from),
            "\\PC{0,40}".prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
        ]
    }

    fn rows(name: &'static str) -> impl Strategy<Value = Vec<Value>> {
        let info = entity(name).expect("known");
        let mut names: Vec<String> = info.fields.iter().map(|field| field.name.to_string()).collect();
        names.extend(
            ["userDefinedFields", "AccountName", "active", "country", "nonsense", "Id", "CITY"].map(str::to_owned),
        );
        let good = match name {
            "Companies" => json!({"companyName": "A", "companyType": 1, "phone": "555-0100", "ownerResourceID": 4}),
            _ => json!({"companyID": 1, "firstName": "A", "lastName": "B", "isActive": 1}),
        };
        let member = (prop::sample::select(names), value());
        let row =
            (prop::option::weighted(0.9, 0_i64..4), prop::bool::weighted(0.8), prop::collection::vec(member, 0..6));
        let row = row.prop_map(move |(id, is_good, members)| {
            let mut row = Map::new();
            row.extend(id.map(|id| ("id".to_owned(), Value::from(id))));
            row.extend(good.as_object().filter(|_| is_good).cloned().unwrap_or_default());
            row.extend(members);
            Value::Object(row)
        });
        prop::collection::vec(prop_oneof![20 => row, 1 => value()], 0..8)
    }

    /// Row for row by way of values.
    fn expected(rows: &[Value], info: &EntityInfo, mode: Mode) -> (Vec<u32>, Vec<Issue>) {
        let (mut failed, mut issues) = (Vec::new(), Vec::new());
        for (number, row) in (0..).zip(rows) {
            let found = match row.as_object() {
                Some(row) => validate_as_given(&Record::from(row.clone()), info, mode, &Context::default()),
                None => vec![Issue::error("table.not_a_row", "a row is an object").at(format!("items[{number}]"))],
            };
            if has_errors(&found) {
                failed.push(number);
                issues.extend(found);
            }
        }
        (failed, issues)
    }

    fn check(rows: &[Value], info: &EntityInfo, mode: Mode, indent: bool) -> Result<(), TestCaseError> {
        let answer = json!({"items": rows, "pageDetails": {"count": rows.len(), "nextPageUrl": null}});
        let text = if indent { format!("{answer:#}") } else { answer.to_string() };
        // Numbers too large for a float are written as null, and what is compared is what was written.
        let read: Value = serde_json::from_str(&text).expect("JSON");
        let rows = read["items"].as_array().expect("a list");
        let checked = validate_bytes(text.as_bytes(), info, mode, &Context::default());
        let (failed, issues) = expected(rows, info, mode);
        prop_assert_eq!(checked.rows, rows.len());
        prop_assert_eq!(checked.failed, failed);
        prop_assert_eq!(checked.issues.into_iter().map(|found| found.issue).collect::<Vec<_>>(), issues);
        // As lines, when all are objects and there are two of them.
        if rows.len() > 1 && rows.iter().all(Value::is_object) {
            let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
            let checked = validate_bytes(lines.join("\n").as_bytes(), info, mode, &Context::default());
            prop_assert_eq!((checked.rows, checked.failed), (rows.len(), expected(rows, info, mode).0));
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn bytes_are_judged_as_values_are(companies in rows("Companies"), contacts in rows("Contacts"), update in any::<bool>(), indent in any::<bool>()) {
            let mode = if update { Mode::Update } else { Mode::Create };
            check(&companies, entity("Companies").expect("known"), mode, indent)?;
            check(&contacts, entity("Contacts").expect("known"), mode, indent)?;
            let mut schema = Schema::new();
            schema.load_fields("Companies", &json!({"fields":[{"name":"companyType","dataType":"integer","isRequired":true,"isPickList":true,
                "picklistValues":[{"value":"1","label":"Client"},{"value":"5","label":"Old","isActive":false},{"value":"3","label":"Sub","parentValue":"1"}]}]}));
            schema.load_user_defined_fields("Companies", &json!({"fields":[{"name":"Seats","type":"double","isRequired":true}]}));
            check(&companies, &schema.entity("Companies").expect("known"), mode, indent)?;
        }

        #[test]
        fn every_entity_agrees(name in prop::sample::select(crate::entity_names()), values in prop::collection::vec((any::<prop::sample::Index>(), value()), 1..6), update in any::<bool>()) {
            let info = entity(name).expect("known");
            prop_assume!(!info.fields.is_empty());
            let mut row = Map::from_iter([("id".to_owned(), Value::from(5))]);
            row.extend(values.into_iter().map(|(field, value)| (field.get(&info.fields).name.to_string(), value)));
            check(&[Value::Object(row)], info, if update { Mode::Update } else { Mode::Create }, false)?;
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), text in "[\\[\\]{}:,\"\\\\a-c0-2 \n]{0,60}") {
            let info = entity("Companies").expect("known");
            let _ = validate_bytes(&bytes, info, Mode::Create, &Context::default());
            let _ = validate_bytes(text.as_bytes(), info, Mode::Create, &Context::default());
        }
    }
}
