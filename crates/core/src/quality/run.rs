//! Run: rules over tables, one rule a step, so that a page can draw between two of them.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::narrow::{NotRun, carried, check_fields, misplaced, not_run, unknown_field};
use super::report::{EntityScore, Finding, OwnerScore, Report, RowTally, Tally, mean};
use super::rows;
use super::rule::{Related, Rule};
use super::same;
use crate::entity::EntityInfo;
use crate::filter::context::table_among;
use crate::filter::{Context, Typed, parse};
use crate::issue::{Issue, has_errors};
use crate::order::sort_by;
use crate::table::Table;
use crate::write::path_of;

/// The rows of an entity.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// What is known of the entity, with the instance's own fields where they were loaded.
    pub info: &'a EntityInfo,
    /// The rows: all of the entity, or what `without`, `same` and `hierarchy` say of them is not true.
    pub table: &'a Table,
}

/// What an audit looks at.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// One for each entity; of two for one entity the first counts.
    pub rows: &'a [Rows<'a>],
    /// The time, the zone, and tables for fields of related rows beside those of `rows`.
    pub context: Context<'a>,
}

/// Runs all rules. What cannot run is among the issues.
#[must_use]
pub fn audit(rules: &[Rule], input: &Input<'_>) -> Report {
    let mut run = Run::new(rules, *input);
    while run.step() {}
    run.finish()
}

/// An audit that goes on rule by rule.
pub struct Run<'a> {
    rules: &'a [Rule],
    input: Input<'a>,
    tables: Vec<(String, &'a Table)>,
    /// How many rules were tried.
    done: usize,
    findings: Vec<Finding>,
    issues: Vec<Issue>,
    /// By entity, then by row number.
    tallies: Vec<(Rows<'a>, Vec<RowTally>)>,
    /// Rows by entity and filter text: many rules share a scope.
    matching: Vec<(&'static str, String, Rc<Vec<u32>>)>,
}

/// What a rule found.
struct Found {
    of: Rc<Vec<u32>>,
    rows: Vec<u32>,
    groups: Vec<Vec<i64>>,
}

impl<'a> Run<'a> {
    /// An audit of which nothing has run yet.
    #[must_use]
    pub fn new(rules: &'a [Rule], input: Input<'a>) -> Run<'a> {
        let mut tables = input.context.tables.unwrap_or_default().to_vec();
        let mut issues = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for rows in input.rows {
            if seen.contains(&rows.info.name) {
                let message = format!("there are two tables of {}; the first counts", rows.info.name);
                issues.push(Issue::warning("quality.two_tables", message));
                continue;
            }
            seen.push(rows.info.name);
            tables.push((rows.info.name.to_owned(), rows.table));
        }
        let (tallies, matching) = (Vec::new(), Vec::new());
        Run { rules, input, tables, done: 0, findings: Vec::new(), issues, tallies, matching }
    }

    /// Runs the next rule; `false` when all have run.
    pub fn step(&mut self) -> bool {
        let rules = self.rules;
        let Some(rule) = rules.get(self.done) else { return false };
        self.done += 1;
        let Some(rows) = self.rows_of(rule.entity) else {
            let message = format!("`{}` did not run: there are no rows of {}", rule.id, rule.entity);
            self.issues.push(Issue::notice("quality.no_table", message).at(rule.id.as_str()));
            return true;
        };
        match self.rule(rule, rows) {
            Ok(found) => self.take(rule, rows, found),
            Err(NotRun(issues)) => self.issues.extend(issues.into_iter().map(|mut issue| {
                issue.message = format!("`{}` did not run: {}", rule.id, issue.message);
                issue
            })),
        }
        true
    }

    /// How many rules were tried.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done
    }

    /// The report on what has run.
    #[must_use]
    pub fn finish(self) -> Report {
        let mut entities = Vec::new();
        let mut owners: Vec<OwnerScore> = Vec::new();
        // Rows whose owner is not known go by the lowest number, which no resource has.
        let mut place_of: FxHashMap<i64, u32> = FxHashMap::default();
        let companies = self.table("Companies");
        for (rows, tallies) in &self.tallies {
            let mut entity = EntityScore { entity: rows.info.name, tally: Tally::default() };
            for (row, tally) in (0_u32..).zip(tallies).filter(|(_, tally)| tally.is_seen) {
                entity.tally.add(*tally);
                let owner = owner(*rows, row, companies);
                let next = u32::try_from(owners.len()).unwrap_or(u32::MAX);
                let place = *place_of.entry(owner.unwrap_or(i64::MIN)).or_insert(next);
                if place == next {
                    owners.push(OwnerScore { owner, tally: Tally::default() });
                }
                owners[place as usize].tally.add(*tally);
            }
            entity.tally.finish();
            entities.push(entity);
        }
        // In the order of the tables, not of the rules.
        let place = |entity: &str| self.input.rows.iter().position(|rows| rows.info.name == entity);
        sort_by(&mut entities, |one, other| place(one.entity).cmp(&place(other.entity)));
        owners.iter_mut().for_each(|score| score.tally.finish());
        sort_by(&mut owners, |one, other| {
            other.tally.lost().cmp(&one.tally.lost()).then_with(|| one.owner.cmp(&other.owner))
        });
        Report { score: mean(&entities), rules: self.findings, entities, owners, issues: self.issues }
    }

    fn table(&self, entity: &str) -> Option<&'a Table> {
        table_among(&self.tables, entity)
    }

    fn rows_of(&self, entity: &str) -> Option<Rows<'a>> {
        self.input.rows.iter().find(|rows| rows.info.name == entity).copied()
    }

    fn take(&mut self, rule: &Rule, rows: Rows<'a>, found: Found) {
        let at = self.tallies.iter().position(|(known, _)| known.info.name == rows.info.name);
        let at = at.unwrap_or_else(|| {
            self.tallies.push((rows, Vec::new()));
            self.tallies.len() - 1
        });
        let tallies = &mut self.tallies[at].1;
        let end = found.of.last().map_or(0, |last| *last as usize + 1);
        if tallies.len() < end {
            tallies.resize(end, RowTally::default());
        }
        for row in found.of.iter() {
            tallies[*row as usize].is_seen = true;
        }
        for row in &found.rows {
            tallies[*row as usize].add(rule.severity);
        }
        let ids: Vec<i64> = found.rows.iter().filter_map(|row| rows::id(rows.table, *row)).collect();
        self.findings.push(Finding {
            rule: rule.id.clone(),
            entity: rule.entity,
            severity: rule.severity,
            count: ids.len(),
            of: found.of.len(),
            ids,
            groups: found.groups,
        });
    }

    /// Every condition narrows what the ones before have left, the cheapest first.
    fn rule(&mut self, rule: &Rule, rows: Rows<'a>) -> Result<Found, NotRun> {
        let path = |member: &str| [&rule.id, ".", member].concat();
        let of = self.matching(rows, rule.scope.as_deref().unwrap_or_default(), path("scope"))?;
        let mut found: Vec<u32> = match &rule.filter {
            Some(filter) => both(&of, &self.matching(rows, filter, path("filter"))?),
            None => of.to_vec(),
        };
        for (related, must_be, member) in [(&rule.with, true, "with"), (&rule.without, false, "without")] {
            let Some(related) = related else { continue };
            let pointed_at = self.pointed_at(related, path(member))?;
            found.retain(|row| rows::id(rows.table, *row).is_some_and(|id| pointed_at.contains(&id)) == must_be);
        }
        if let Some(check) = &rule.check {
            self.issues.extend(check_fields(rule, check, rows, &mut found)?);
        }
        if !rule.hierarchy.is_empty() {
            let misplaced = misplaced(&rule.hierarchy, rows, path("hierarchy"))?;
            found.retain(|row| rows::id(rows.table, *row).is_some_and(|id| misplaced.contains(&id)));
        }
        let groups = match &rule.same {
            Some(same) => same::narrow(same, rows, &mut found, &path("same"))?,
            None => Vec::new(),
        };
        Ok(Found { of, rows: found, groups })
    }

    /// The rows that match a filter text, ascending.
    fn matching(&mut self, rows: Rows<'a>, text: &str, path: String) -> Result<Rc<Vec<u32>>, NotRun> {
        let known = self.matching.iter().find(|(entity, known, _)| *entity == rows.info.name && known == text);
        if let Some((.., known)) = known {
            return Ok(Rc::clone(known));
        }
        let context = Context { tables: Some(&self.tables), ..self.input.context };
        let parsed = parse::read(text, rows.info, &context);
        if has_errors(&parsed.issues) {
            return Err(not_run(parsed.issues.into_iter().filter(Issue::is_error), &path));
        }
        for condition in parsed.filter.conditions() {
            let name = path_of(&condition.field, condition.udf);
            match rows.info.relation(&name).filter(|_| !condition.udf && rows.info.field(&name).is_none()) {
                None => carried(rows, &name, &path)?,
                Some(relation) => {
                    carried(rows, &relation.field.name, &path)?;
                    if let Some(table) = self.table(relation.entity.name) {
                        carried(Rows { info: relation.entity, table }, &relation.rest, &path)?;
                    }
                }
            }
        }
        let typed = Typed::with(&parsed.filter, rows.info, &context)
            .map_err(|problems| not_run(problems.iter().map(crate::filter::typed::Problem::issue), &path))?;
        let found = Rc::new(rows.table.filter(&typed));
        self.matching.push((rows.info.name, text.to_owned(), Rc::clone(&found)));
        Ok(found)
    }

    /// The ids that rows of another entity point at.
    fn pointed_at(&mut self, related: &Related, path: String) -> Result<FxHashSet<i64>, NotRun> {
        let static_info = crate::entity::entity(related.entity);
        let from_context = || Some(Rows { info: static_info?, table: self.table(related.entity)? });
        let Some(rows) = self.rows_of(related.entity).or_else(from_context) else {
            let issue = Issue::notice("quality.no_table", format!("there are no rows of {}", related.entity));
            return Err(NotRun(vec![issue.at(path)]));
        };
        let Some(field) = rows::known_field(rows.info, &related.field) else {
            return Err(unknown_field(rows.info, &related.field, &path));
        };
        carried(rows, &field, &path)?;
        let those = self.matching(rows, related.filter.as_deref().unwrap_or_default(), [&path, ".filter"].concat())?;
        Ok(those.iter().filter_map(|row| rows::int(rows.table, *row, &field)).collect())
    }
}

/// Whose row it is: its own owner, or that of its company.
fn owner(rows: Rows<'_>, row: u32, companies: Option<&Table>) -> Option<i64> {
    match rows.info.field("ownerResourceID") {
        Some(_) => rows::int(rows.table, row, "ownerResourceID"),
        None => {
            let company = companies?.row_with(rows::int(rows.table, row, "companyID")?)?;
            rows::int(companies?, company, "ownerResourceID")
        }
    }
}

/// The numbers that are in both of two ascending lists.
fn both(one: &[u32], other: &[u32]) -> Vec<u32> {
    let mut rest = other;
    let mut found = Vec::new();
    for row in one {
        let skip = rest.iter().take_while(|candidate| *candidate < row).count();
        rest = &rest[skip..];
        if rest.first() == Some(row) {
            found.push(*row);
        }
    }
    found
}
