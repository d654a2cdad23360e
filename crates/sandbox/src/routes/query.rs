//! Query: `E/query`, its further pages, and `E/query/count`.

use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::typed::{Problem, ProblemKind, Typed, limits};
use autotask_core::route::{Method, Page};
use autotask_core::{DataType, EntityInfo, Filter};
use serde_json::{Map, Value, json};

use super::Call;
use super::page::{self, Cursor};
use crate::answer::{Answer, Refusal};
use crate::store::rows::{self, Shown};
use crate::store::sql::{VALUES_MAX, Where};
use crate::tenant::Table;
use crate::write::lenient;

/// Rows on a page where nothing is said, and the most there can be.
pub(super) const PAGE_RECORDS_MAX: u32 = 500;

/// A query body as it was understood.
struct Asked {
    condition: Where,
    size: u32,
    shown: Shown,
}

/// A page of rows.
pub(super) fn page(call: &Call<'_>, entity: &EntityInfo, method: Method, page: Page) -> Result<Answer, Refusal> {
    let table = call.table(entity);
    let search = call.parameter("search");
    if page != Page::First && method == Method::Get && search.is_none() {
        // The walk began with POST, so its cursor knows no filter.
        return Err(Refusal::NoVerb { method: method.to_string() });
    }
    let asked = read(call, table, method, search.as_deref())?;
    let cursor = match page {
        Page::First => Cursor::start(asked.size),
        Page::Next | Page::Previous => Cursor::parse(call.parameter("paging").as_deref())?,
    };
    let is_get = method == Method::Get;
    page::page(call, table, &asked.condition, &asked.shown, page, cursor, search.filter(|_| is_get).as_deref())
}

/// How many rows match.
pub(super) fn count(call: &Call<'_>, entity: &EntityInfo, method: Method) -> Result<Value, Refusal> {
    let table = call.table(entity);
    let asked = read(call, table, method, call.parameter("search").as_deref())?;
    let count = call.inner.store.read(|connection| rows::count(connection, table, &asked.condition))?;
    Ok(json!({ "queryCount": count }))
}

fn read(call: &Call<'_>, table: &Table, method: Method, search: Option<&str>) -> Result<Asked, Refusal> {
    // Recorded in two halves: no body, no search, or no filter in it.
    let missing = || Refusal::application("Value cannot be null.\r\nParameter name: filters");
    let text = if method == Method::Get { search.map_or(&b""[..], str::as_bytes) } else { call.body };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(missing());
    }
    let Value::Object(json) = lenient::json(text)? else {
        return Err(Refusal::application(lenient::not_an_object(text)));
    };
    // Only these three mean anything; `sort` and the like are ignored.
    let known: Map<String, Value> = json
        .into_iter()
        .filter(|(key, _)| ["filter", "maxrecords", "includefields"].contains(&key.to_ascii_lowercase().as_str()))
        .collect();
    if !known.iter().any(|(key, value)| key.eq_ignore_ascii_case("filter") && !value.is_null()) {
        return Err(missing());
    }
    let reading = if call.settings.strict { Reading::WireStrict } else { Reading::Wire };
    let read = body::read(&Value::Object(known), reading);
    if let Some(issue) = read.issues.iter().find(|issue| issue.is_error()) {
        let place = issue.path.as_deref().unwrap_or("filter");
        return Err(Refusal::application(format!("Invalid query syntax. {}: {}.", place, issue.message)));
    }
    let size = match read.max_records {
        None => PAGE_RECORDS_MAX,
        Some(max) => u32::try_from(max)
            .ok()
            .filter(|max| (1..=PAGE_RECORDS_MAX).contains(max))
            .ok_or_else(|| Refusal::application("maxCountOfRecordsToReturn must be between 1 and 500"))?,
    };
    // Decision: where nothing but unknown operators was asked, the sources say "all rows" twice and "none" once;
    // dropping the nodes leaves all rows.
    let filter = read.filter.unwrap_or_else(Filter::everything);
    let typed = Typed::of(&filter, &table.info).map_err(|problems| refusal(&problems, table))?;
    let over = limits(&filter);
    if !over.is_empty() {
        return Err(refusal(&over, table));
    }
    let condition = Where::of(&typed, table);
    if condition.values.len() > VALUES_MAX {
        return Err(Refusal::application(format!(
            "Invalid query syntax. The query has more than {VALUES_MAX} values."
        )));
    }
    let shown = match read.include_fields {
        None => Shown::all(table),
        Some(names) => included(table, &names)?,
    };
    Ok(Asked { condition, size, shown })
}

/// The fields that `IncludeFields` names, in the entity's own order. Naming user-defined fields is documented.
fn included(table: &Table, names: &[String]) -> Result<Shown, Refusal> {
    let mut shown = Shown { fields: Vec::new(), udfs: Vec::new(), data: false };
    for name in names {
        match (table.position(name), table.udf_position(name)) {
            (Some(at), _) => shown.fields.push(at),
            (None, Some(at)) => shown.udfs.push(at),
            (None, None) => {
                return Err(Refusal::application(format!(
                    "Unable to find {name} in the {} Entity",
                    table.info.singular
                )));
            }
        }
    }
    shown.fields.sort_by_key(|at| (*at != table.id, *at));
    shown.fields.dedup();
    shown.udfs.sort_unstable();
    shown.udfs.dedup();
    Ok(shown)
}

/// The first problem in Autotask's words.
fn refusal(problems: &[Problem], table: &Table) -> Refusal {
    let singular = table.info.singular;
    let Some(problem) = problems.first() else { return Refusal::application("Invalid query syntax.") };
    Refusal::Application(match &problem.kind {
        ProblemKind::UnknownField { name, .. } => format!("Unable to find {name} in the {singular} Entity."),
        // Decision: the text was not captured; a field that cannot be filtered is not found.
        ProblemKind::NotQueryable { name } | ProblemKind::NoRows { name, .. } => {
            format!("Unable to find {name} in the {singular} Entity.")
        }
        ProblemKind::ValueType { data_type, given, .. } => conversion_failed(given, *data_type),
        ProblemKind::TooManyConditions { .. } => {
            "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.".to_owned()
        }
        // Decision: the rule is documented, its text is not.
        ProblemKind::TooManyUdfs { .. } => {
            "Invalid query syntax. Queries are limited to one user-defined field.".to_owned()
        }
        ProblemKind::OperatorNotForType { .. }
        | ProblemKind::WrongArity { .. }
        | ProblemKind::EmptyList { .. }
        | ProblemKind::Inexact { .. }
        | ProblemKind::NoClock { .. }
        | ProblemKind::NoMe { .. }
        | ProblemKind::Unresolved { .. }
        | ProblemKind::TooDeep => format!("Invalid query syntax. {}.", problem.issue().message),
    })
}

/// SQL Server's words for a value that is not of the column's type.
pub(crate) fn conversion_failed(given: &str, data_type: DataType) -> String {
    let target = match data_type {
        DataType::Integer => "int",
        DataType::Long => "bigint",
        DataType::Boolean => "bit",
        DataType::Decimal | DataType::Double => "numeric",
        DataType::DateTime => {
            return "Conversion failed when converting date and/or time from character string.".to_owned();
        }
        DataType::String | DataType::Bytes => "nvarchar",
    };
    format!("Conversion failed when converting varchar '{given}' to data type {target}")
}
