//! `autotask-crm audit`: what was written to Autotask through this server, and whether anybody changed the record of it.
//!
//! ```text
//! $ autotask-crm audit verify
//! intact: 48 entries, 1 to 48
//! head 48:9f2c…
//! ```

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use autotask_core::entity;
use autotask_core::entity::nearest_entity;
use autotask_proxy::audit::{AuditFile, Came, Head, Intact, Item, Wanted};
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::say::say;
use crate::settings;

/// Longest value that is shown, in characters; `--json` shows the whole.
const SHOWN_MAX: usize = 60;
/// The chain is broken.
const BROKEN: u8 = 1;

const EXAMPLES: &str = "Examples:
  autotask-crm audit verify                                    # the store of `serve` in your data folder
  autotask-crm audit verify --config autotask-crm.toml
  autotask-crm audit verify --store workbench.db --head 48:9f2c…   # the head of an earlier time, written down elsewhere
  autotask-crm audit list --entity Companies --id 412
  autotask-crm audit list --since 2026-11-01 --who 'Ada Lind' --json

Both only read, also while the server runs. `verify` ends with 0 when the chain is whole, 1 when it is not, 2 for an error. What
it prints as head proves later that nothing was cut off or made anew: keep it where who can write the store cannot.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Whether every entry is there and unchanged; names the first that is not
    Verify {
        #[command(flatten)]
        place: Place,
        /// The head that an earlier `verify` printed: NUMBER:HASH, or the hash alone
        #[arg(long, value_name = "HEAD")]
        head: Option<Head>,
    },
    /// The writes, the oldest first: who, what, before and after, and what came of it
    List {
        #[command(flatten)]
        place: Place,
        /// Only those of this entity, plural or singular
        #[arg(long, value_name = "NAME")]
        entity: Option<String>,
        /// Only those of the row with this id
        #[arg(long, value_name = "N")]
        id: Option<i64>,
        /// Only those of this day or later, `2026-11-01`, or of an instant, `2026-11-01T09:00:00Z`
        #[arg(long, value_name = "DATE", value_parser = since)]
        since: Option<i64>,
        /// Only those of this person
        #[arg(long, value_name = "NAME")]
        who: Option<String>,
        /// One object of JSON a line
        #[arg(long)]
        json: bool,
    },
}

/// Where the store is.
#[derive(Args)]
struct Place {
    /// The server's settings, as `serve` takes them
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    config: Option<PathBuf>,
    /// The store itself
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Place {
    fn open(self) -> Result<AuditFile> {
        let named = match self.store {
            Some(file) => Some(file),
            None => settings::store(self.config.as_deref(), |name| std::env::var(name).ok())?,
        };
        let Some(file) = settings::store_to_look_at(named) else {
            bail!("there is no home folder with a store in it; name a file with --store");
        };
        Ok(AuditFile::open(&file)?)
    }
}

pub(crate) fn run(options: Options) -> Result<ExitCode> {
    match options.command {
        Command::Verify { place, head } => verify(place.open()?, head),
        Command::List { place, entity, id, since, who, json } => {
            let entity = entity.as_deref().map(entity_name).transpose()?;
            let wanted = Wanted { entity, id, since, who, ..Wanted::default() };
            list(&place.open()?, &wanted, json)
        }
    }
}

fn verify(mut file: AuditFile, head: Option<Head>) -> Result<ExitCode> {
    match file.verify(head)? {
        Ok(Intact { entries: 0, .. }) => {
            say("intact: no entry yet");
            Ok(ExitCode::SUCCESS)
        }
        Ok(Intact { first, entries, open, head }) => {
            let (last, _) =
                head.to_string().split_once(':').map(|(n, h)| (n.to_owned(), h.to_owned())).unwrap_or_default();
            say(&format!("intact: {entries} entries, {first} to {last}"));
            if open > 0 {
                say(&format!(
                    "{open} writes have no outcome: they are under way, or the server ended before an answer came"
                ));
            }
            say(&format!("head {head}"));
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            say(&format!("broken at entry {}: {}", broken.number, broken.what));
            Ok(ExitCode::from(BROKEN))
        }
    }
}

fn list(file: &AuditFile, wanted: &Wanted, json: bool) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    file.each(wanted, |item| {
        let text = if json { serde_json::to_string(&item).unwrap_or_default() } else { told(&item) };
        // Nobody may be reading any more.
        writeln!(out, "{text}").is_ok()
    })?;
    let _ = out.flush();
    Ok(ExitCode::SUCCESS)
}

/// A write for people: a line of what and by whom, and a line for each field.
fn told(item: &Item) -> String {
    let intent = &item.intent;
    let at =
        jiff::Timestamp::from_millisecond(intent.at).map(|at| at.strftime("%F %T Z").to_string()).unwrap_or_default();
    let made = item.outcome.as_ref().filter(|_| intent.operation == "create").and_then(|outcome| outcome.id);
    let mut text = format!("#{} {at}  {}  {} {}", item.number, plain(&intent.who), intent.operation, intent.entity);
    if let Some(id) = intent.id.or(made) {
        text.push_str(&format!(" {id}"));
    }
    if let Some(parent) = intent.parent {
        text.push_str(&format!(" below {parent}"));
    }
    if let Some(resource) = intent.resource {
        text.push_str(&format!(" in the name of resource {resource}"));
    }
    text.push_str(&format!(": {}", came(item)));
    let before = intent.before.as_ref();
    for (name, after) in &intent.after {
        let after = own(name, after);
        let was = before.map(|before| before.get(name).map(|before| own(name, before)).unwrap_or_default());
        for (name, value) in &after {
            let was = match (&was, &intent.unread) {
                // What Autotask does not know could not be asked for.
                (Some(was), _) => format!("{} → ", was.get(name).map_or_else(|| "?".to_owned(), shown)),
                (None, Some(_)) => "? → ".to_owned(),
                (None, None) => String::new(),
            };
            text.push_str(&format!("\n    {}: {was}{}", plain(name), shown(value)));
        }
    }
    if let Some(why) = &intent.unread {
        text.push_str(&format!("\n    what it was before could not be read: {}", plain(why)));
    }
    text
}

/// What came of it, in words.
fn came(item: &Item) -> String {
    let Some(outcome) = &item.outcome else {
        return "no outcome; it is under way, or the server ended before an answer came".to_owned();
    };
    let word = match outcome.came {
        Came::Done => "done",
        Came::Refused => "refused",
        Came::InDoubt => "in doubt",
        Came::NotSent => "not sent",
    };
    let status = outcome.status.map(|status| format!(" {status}")).unwrap_or_default();
    let why = outcome.why.as_deref().map(|why| format!(", {}", plain(why))).unwrap_or_default();
    format!("{word}{status}{why}")
}

/// A field, or each of the tenant's own.
fn own(name: &str, value: &Value) -> Map<String, Value> {
    let one = |field: &Value| Some((field.get("name")?.as_str()?.to_owned(), field.get("value")?.clone()));
    match value.as_array().filter(|_| name == "userDefinedFields") {
        Some(fields) => fields.iter().filter_map(one).collect(),
        None => Map::from_iter([(name.to_owned(), value.clone())]),
    }
}

fn shown(value: &Value) -> String {
    if let (Some(bytes), Some(hash)) = (value.get("bytes"), value.get("sha256").and_then(Value::as_str)) {
        return format!("({bytes} bytes, SHA-256 {}…)", hash.get(..12).unwrap_or_default());
    }
    let text = plain(&value.to_string());
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Without what a terminal would act on.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            true => plain.extend(c.escape_unicode()),
            false => plain.push(c),
        }
    }
    plain
}

fn entity_name(name: &str) -> Result<String> {
    entity(name).map(|entity| entity.name.to_owned()).ok_or_else(|| {
        let hint = nearest_entity(name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        anyhow!("unknown entity `{name}`{hint}")
    })
}

/// The first millisecond of a day on this machine, or an instant.
fn since(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no date; write `2026-11-01`, or an instant such as `2026-11-01T09:00:00Z`");
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    if text.contains(['T', ':', ' ']) {
        return Err(wrong());
    }
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let start = day.to_zoned(TimeZone::system()).map_err(|_| wrong())?;
    Ok(start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(change: impl FnOnce(&mut Value)) -> Item {
        let mut intent = json!({
            "at": 1_795_310_679_000_i64, "request": "r", "who": "Ada", "operation": "update", "entity": "Companies", "id": 412,
            "after": {"city": "Utica", "userDefinedFields": [{"name": "Tier", "value": "A"}]},
            "before": {"city": "Troy", "userDefinedFields": [{"name": "Tier", "value": null}]},
        });
        change(&mut intent);
        Item { number: 12, intent: serde_json::from_value(intent).unwrap(), outcome: None }
    }

    #[test]
    fn a_write_is_told_in_lines() {
        let mut one = item(|_| {});
        one.outcome = serde_json::from_value(
            json!({"intent": 12, "at": 1, "entity": "Companies", "came": "done", "status": 200, "id": 412}),
        )
        .unwrap();
        let expected = "#12 2026-11-22 01:24:39 Z  Ada  update Companies 412: done 200\n    city: \"Troy\" → \"Utica\"\n    Tier: null → \"A\"";
        assert_eq!(told(&one), expected);
        let named = told(&item(|intent| intent["resource"] = json!(29_682_886)));
        assert!(named.contains("update Companies 412 in the name of resource 29682886: no outcome"), "{named}");
        let unread = item(|intent| {
            intent["before"] = Value::Null;
            intent["unread"] = json!("notFound");
        });
        let text = told(&unread);
        assert!(
            text.contains("no outcome") && text.contains("city: ? → \"Utica\"") && text.ends_with("read: notFound"),
            "{text}"
        );
    }

    #[test]
    fn nothing_of_it_commands_the_terminal_and_long_values_are_cut() {
        let text = told(&item(|intent| {
            intent["who"] = json!("\u{1b}[31mAda\n\u{9b}2J\u{202e}");
            intent["after"] = json!({"city": "\u{1b}[2J\u{85}", "note": "é".repeat(500), "data": {"bytes": 4, "sha256": "ab".repeat(32)}});
        }));
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'), "{text:?}");
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() < 160) && text.contains("(4 bytes, SHA-256 abababababab…)"),
            "{text}"
        );
    }

    #[test]
    fn a_date_is_a_day_or_an_instant() {
        assert_eq!(since("2026-11-22T01:24:39Z"), Ok(1_795_310_679_000));
        assert!(since("2026-11-01").is_ok());
        for wrong in ["", "soon", "2026-13-01", "2026-11-01T09:00", "11/01/2026", "9999-99-99"] {
            assert!(since(wrong).unwrap_err().contains("is no date"), "{wrong}");
        }
    }
}
