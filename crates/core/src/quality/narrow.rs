//! Narrow: the conditions of a rule that are no filter, each leaving the rows that it holds of.

use rustc_hash::FxHashSet;

use super::checks::Check;
use super::fields::has_inactive;
use super::rows;
use super::rule::{NamedCheck, Rule};
use super::run::Rows;
use crate::entity::EntityInfo;
use crate::hierarchy::{Hierarchy, LEVELS_IN_AUTOTASK, ProblemKind};
use crate::issue::Issue;
use crate::write::path_of;

/// A rule did not run, and why.
pub(super) struct NotRun(pub(super) Vec<Issue>);

/// Narrows to the rows of which a field fails the check. The issue says which fields were not there to be looked at.
pub(super) fn check_fields(
    rule: &Rule,
    check: &NamedCheck,
    rows: Rows<'_>,
    found: &mut Vec<u32>,
) -> Result<Option<Issue>, NotRun> {
    let path = [&rule.id, ".check"].concat();
    let NamedCheck { check, fields: names } = check;
    let mut fields = Vec::new();
    for name in names {
        fields.push(rows::known_field(rows.info, name).ok_or_else(|| unknown_field(rows.info, name, &path))?);
    }
    if fields.is_empty() {
        fields = match check {
            Check::InactiveValue => rows
                .info
                .fields
                .iter()
                .filter(|field| has_inactive(field))
                .map(|field| field.name.to_string())
                .collect(),
            _ => {
                let required = rows.info.user_defined_fields.iter().filter(|field| field.is_required);
                required.map(|field| path_of(&field.name, true)).collect()
            }
        };
        if fields.is_empty() {
            let message = match check {
                Check::InactiveValue => format!("no list value of {} is inactive", rows.info.name),
                _ => format!("no user-defined field of {} is required", rows.info.name),
            };
            let issue = Issue::notice("quality.nothing_to_check", message)
                .hint("load the metadata of your instance, if it should be");
            return Err(NotRun(vec![issue.at(path)]));
        }
    }
    let (here, absent): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| rows::carries(rows.table, field));
    if here.is_empty() {
        return Err(NotRun(vec![not_carried(rows, &absent.join("`, `")).at(path)]));
    }
    let less = (!absent.is_empty()).then(|| {
        let mut issue = not_carried(rows, &absent.join("`, `"));
        issue.message = format!("`{}` looked at less: {}", rule.id, issue.message);
        issue.at(path)
    });
    match check {
        Check::EmptyRequired => found.retain(|row| here.iter().any(|field| rows::is_blank(rows.table, *row, field))),
        Check::InactiveValue => {
            let inactive: Vec<(&String, FxHashSet<i64>)> =
                here.iter().map(|field| (field, inactive_values(rows.info, field))).collect();
            let is_inactive = |row: u32, (field, values): &(&String, FxHashSet<i64>)| {
                rows::int(rows.table, row, field).is_some_and(|value| values.contains(&value))
            };
            found.retain(|row| inactive.iter().any(|field| is_inactive(*row, field)));
        }
        _ => {
            let fails =
                |row: u32, field: &String| rows::text(rows.table, row, field).is_some_and(|text| check.fails(text));
            found.retain(|row| here.iter().any(|field| fails(*row, field)));
        }
    }
    Ok(less)
}

/// The companies that have one of these problems.
pub(super) fn misplaced(kinds: &[ProblemKind], rows: Rows<'_>, path: String) -> Result<FxHashSet<i64>, NotRun> {
    if rows.info.field("parentCompanyID").is_none() {
        return Err(unknown_field(rows.info, "parentCompanyID", &path));
    }
    carried(rows, "parentCompanyID", &path)?;
    let numbers = rows.table.all();
    let ids: Vec<i64> = numbers.iter().filter_map(|row| rows::id(rows.table, *row)).collect();
    let parents: Vec<Option<i64>> = numbers.iter().map(|row| rows::int(rows.table, *row, "parentCompanyID")).collect();
    // A row that does not say so counts as active, so that it is not blamed for its parent's state.
    let active: Vec<bool> =
        numbers.iter().map(|row| rows::flag(rows.table, *row, "isActive").unwrap_or(true)).collect();
    let problems = Hierarchy::new(&ids, &parents).problems(LEVELS_IN_AUTOTASK, &active);
    let mut found = FxHashSet::default();
    for problem in problems.iter().filter(|problem| kinds.contains(&problem.kind)) {
        // Of an inactive parent it is the child that is to be moved.
        let those = if problem.kind == ProblemKind::InactiveParent { &problem.ids[..1] } else { &problem.ids };
        found.extend(those);
    }
    Ok(found)
}

fn inactive_values(info: &EntityInfo, field: &str) -> FxHashSet<i64> {
    let (name, udf) = crate::table::member_name(field);
    let values = info.find(name, udf).map(|field| &*field.picklist).unwrap_or_default();
    values.iter().filter(|value| !value.is_active).filter_map(|value| value.number()).collect()
}

pub(super) fn carried(rows: Rows<'_>, field: &str, path: &str) -> Result<(), NotRun> {
    let known = rows::known_field(rows.info, field);
    let field = known.as_deref().unwrap_or(field);
    if rows::carries(rows.table, field) { Ok(()) } else { Err(NotRun(vec![not_carried(rows, field).at(path)])) }
}

fn not_carried(rows: Rows<'_>, fields: &str) -> Issue {
    Issue::notice("quality.not_loaded", format!("no row of {} carries `{fields}`", rows.info.name))
        .hint("load the rows with it; what is not there does not count as empty")
}

pub(super) fn unknown_field(info: &EntityInfo, field: &str, path: &str) -> NotRun {
    let (name, udf) = crate::table::member_name(field);
    let kind = if udf { "user-defined field" } else { "field" };
    let issue = Issue::error("filter.unknown_field", format!("unknown {kind} `{name}` on {}", info.name));
    let issue = match info.nearest_field(name, udf) {
        Some(nearest) => issue.hint(format!("did you mean `{nearest}`?")),
        None => issue,
    };
    NotRun(vec![issue.at(path)])
}

/// Issues of a filter at the rule's own path. Their place in the text is of no use beside it.
pub(super) fn not_run(issues: impl Iterator<Item = Issue>, path: &str) -> NotRun {
    let placed = |mut issue: Issue| {
        issue.position = None;
        issue.at(path)
    };
    NotRun(issues.map(placed).collect())
}
