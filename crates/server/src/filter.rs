//! `autotask-crm filter`: reads a filter, text or JSON, and writes it as Autotask's JSON, as text, or as a plan.
//!
//! ```text
//! $ autotask-crm filter 'companyTipe = Customer and city contains'
//! companyTipe = Customer and city contains
//! ^^^^^^^^^^^ error: unknown field `companyTipe` on Companies; did you mean `companyType`?
//! companyTipe = Customer and city contains
//!                                         ^ error: a value is missing after `contains`
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read;

use anyhow::{Context as _, Result, bail};
use autotask_core::calendar::{WeekStart, Zone};
use autotask_core::entity::nearest_entity;
use autotask_core::filter::body;
use autotask_core::filter::{Context, check, parse, plan, print};
use autotask_core::issue::has_errors;
use autotask_core::{EntityInfo, Filter, Instant, Issue, Position, Severity};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// Longest input that is read, in bytes: JSON may be longer than text, with its own limit.
const INPUT_BYTES_MAX: u64 = 16 << 20;

const EXAMPLES: &str = "Examples:
  autotask-crm filter 'companyType = Customer and city beginsWith \"S\"'
  autotask-crm filter --entity Contacts --to plan 'company.city = Troy and isActive = yes'
  autotask-crm filter --to text '[{\"op\": \"ne\", \"field\": \"city\", \"value\": \"Troy\"}]'

Text: FIELD OPERATOR VALUE, joined by and, or, not and parentheses. Operators: = != > >= < <=, contains, begins with,
ends with, in (…), between … and …, is empty, is not empty. Values: \"text\", numbers, yes, no, labels of a picklist,
#id, 2026-11-21, -30d, startOfMonth, me.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The filter, as text or JSON; without it, or as `-`, standard input
    #[arg(value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// The entity, plural or singular
    #[arg(long, default_value = "Companies")]
    entity: String,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Json)]
    to: To,
    /// Text over several lines, for people
    #[arg(long)]
    pretty: bool,
    /// The zone in which a date is a whole day, such as `Europe/Berlin`; without it this machine's
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
    /// The time that relative dates count from, such as `2026-11-21T09:00:00Z`; without it now
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    /// The id of the resource that `me` is
    #[arg(long, value_name = "ID")]
    me: Option<i64>,
    /// The id of a name that the filter uses; may be given more than once
    #[arg(long, value_name = "NAME=ID", value_parser = name_and_id)]
    name: Vec<(String, i64)>,
}

#[derive(Clone, Copy, ValueEnum)]
enum To {
    /// What Autotask takes
    Json,
    /// Canonical text
    Text,
    /// What Autotask takes, what to look up first, and what is left to do
    Plan,
}

fn name_and_id(text: &str) -> Result<(String, i64), String> {
    let (name, id) = text.rsplit_once('=').ok_or("write it as `Maria Lopez=29682886`")?;
    Ok((name.to_owned(), id.trim().parse().map_err(|_| format!("`{id}` is no id"))?))
}

/// The zones of this machine.
struct Zones(jiff::tz::TimeZone);

impl Zone for Zones {
    fn offset_seconds(&self, instant: Instant) -> i32 {
        let timestamp = jiff::Timestamp::from_second(instant.0.div_euclid(10_000_000));
        timestamp.map_or(0, |timestamp| self.0.to_offset(timestamp).seconds())
    }
}

pub(crate) fn run(options: Options) -> Result<()> {
    let Some(info) = autotask_core::entity(&options.entity) else {
        let hint = nearest_entity(&options.entity).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        bail!("unknown entity `{}`{hint}", options.entity);
    };
    let text = match options.filter.as_deref() {
        None | Some("-") => standard_input()?,
        Some(text) => text.to_owned(),
    };
    let now = match &options.now {
        None => Instant(jiff::Timestamp::now().as_millisecond() * 10_000),
        Some(text) => {
            Instant::parse(text).with_context(|| format!("`{text}` is no instant; write `2026-11-21T09:00:00Z`"))?
        }
    };
    let zone = Zones(match &options.zone {
        None => jiff::tz::TimeZone::system(),
        Some(name) => jiff::tz::TimeZone::get(name)
            .map_err(|_| anyhow::anyhow!("`{name}` is no time zone; write a name such as `Europe/Berlin`"))?,
    });
    let resolved: HashMap<String, i64> = options.name.into_iter().collect();
    let context = Context {
        now: Some(now),
        zone: &zone,
        week_start: WeekStart::Monday,
        me: options.me,
        resolved: Some(&resolved),
        tables: None,
    };
    let (filter, issues) = read(&text, info, &context);
    for issue in &issues {
        eprint!("{}", drawn(&text, issue));
    }
    let Some(filter) = filter else { bail!("the filter cannot be used") };
    let written = match options.to {
        To::Text if options.pretty => print::pretty(&filter, info),
        To::Text => print::print(&filter, info),
        To::Json => {
            let plan = planned(&filter, info, &context)?;
            if plan.place() != plan::Place::Server || plan.queries().len() > 1 {
                let why = plan
                    .nodes
                    .iter()
                    .find_map(|node| node.reason)
                    .map_or("it takes several calls", plan::Reason::words);
                bail!("Autotask cannot run this filter alone: {why}; `--to plan` says what it can do");
            }
            pretty(&Value::from(body::write(&plan.server, info)))
        }
        To::Plan => plan_json(&planned(&filter, info, &context)?, info),
    };
    println!("{written}");
    Ok(())
}

fn standard_input() -> Result<String> {
    let mut bytes = Vec::new();
    let mut input = std::io::stdin().lock().take(INPUT_BYTES_MAX + 1);
    input.read_to_end(&mut bytes).context("cannot read standard input")?;
    if bytes.len() as u64 > INPUT_BYTES_MAX {
        bail!("the filter is longer than {} MiB", INPUT_BYTES_MAX >> 20);
    }
    String::from_utf8(bytes)
        .map_err(|error| anyhow::anyhow!("the filter is not UTF-8: byte {}", error.utf8_error().valid_up_to()))
}

/// JSON if it begins like JSON, else text. The filter is `None` when there is an error.
fn read(text: &str, info: &EntityInfo, context: &Context<'_>) -> (Option<Filter>, Vec<Issue>) {
    let is_address = ["search=", "/", "http", "GET "].iter().any(|lead| text.trim_start().starts_with(lead));
    if !is_address && !text.trim_start().starts_with(['[', '{']) {
        let parsed = parse::read(text, info, context);
        return (parsed.filter().cloned(), parsed.issues);
    }
    let (json, text) = match body::parse(text.as_bytes()) {
        Ok(json) => json,
        Err(issue) => return (None, vec![issue]),
    };
    let read = body::read_and_check(&json, info, |filter| check::check_meaning(filter, info, context));
    let mut issues = read.issues;
    if let Some(text) = text {
        autotask_core::json::place(&mut issues, &text);
    }
    let failed = has_errors(&issues);
    (read.filter.filter(|_| !failed), issues)
}

fn planned(filter: &Filter, info: &EntityInfo, context: &Context<'_>) -> Result<plan::Plan> {
    let plan = plan::plan(filter, info, context);
    match plan.issues.first() {
        None => Ok(plan),
        Some(issue) => bail!("{}{}", issue.message, issue.hint.as_ref().map(|h| format!("; {h}")).unwrap_or_default()),
    }
}

fn plan_json(plan: &plan::Plan, info: &EntityInfo) -> String {
    let lookups: Vec<Value> = plan
        .lookups
        .iter()
        .map(|l| json!({"entity": l.entity.name, "filter": body::write(&l.filter, l.entity), "into": l.into}))
        .collect();
    pretty(&json!({
        "server": body::write(&plan.server, info),
        "lookups": lookups,
        "local": plan.local.as_ref().map(|local| print::print(local, info)),
        "nodes": plan.nodes,
        "conditions": plan.conditions(),
        "udfs": plan.udfs(),
    }))
}

fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

/// The issue under the line that it is about.
fn drawn(text: &str, issue: &Issue) -> String {
    let mut out = String::new();
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let hint = issue.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    match (issue.position, &issue.path) {
        (Some(place), _) => {
            let (line, carets) = place_of(text, place);
            let _ = writeln!(out, "{line}\n{carets} {severity}: {}{hint}", issue.message);
        }
        (None, Some(path)) => {
            let _ = writeln!(out, "{severity}: {path}: {}{hint}", issue.message);
        }
        (None, None) => {
            let _ = writeln!(out, "{severity}: {}{hint}", issue.message);
        }
    }
    out
}

/// The line of a place, with at most so many characters on either side, and the carets under it.
fn place_of(text: &str, place: Position) -> (String, String) {
    const AROUND: usize = 60;
    let line: Vec<char> = text.split('\n').nth(place.line - 1).unwrap_or_default().chars().collect();
    let column = (place.column - 1).min(line.len());
    let marked = text.get(place.start..place.end).and_then(|m| m.split('\n').next()).map_or(0, |m| m.chars().count());
    let marked = marked.clamp(1, AROUND);
    let from = column.saturating_sub(AROUND);
    let until = (column + marked + AROUND).min(line.len()).max(from);
    let cut = |at_end: bool| if at_end { "…" } else { "" };
    let shown: String = line[from..until].iter().map(|c| if *c == '\t' { ' ' } else { *c }).collect();
    let lead = column - from + usize::from(from > 0);
    (
        format!("{}{shown}{}", cut(from > 0), cut(until < line.len())),
        format!("{}{}", " ".repeat(lead), "^".repeat(marked)),
    )
}
