//! Doctor: whether this server reaches Autotask and may do there what the workbench does, in words for its administrator.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use autotask_core::display::grouped;
use autotask_core::limits::read_threshold;
use autotask_core::rights::{Access, read_rights};
use autotask_core::route::Route;
use autotask_core::{EntityInfo, entity, response};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::Mode;
use crate::outbound::Outbound;
use crate::refusal::Refusal;
use crate::state::State;
use crate::upstream::Answer;
use crate::zone;

/// How far the clocks may differ: sessions and signed tokens are taken for so long.
const CLOCK_DIFFERENCE_MAX: u64 = 120;

/// What the workbench does with each entity; without a right that is missing, a part of it does not work.
const NEEDS: [(&str, &[Need]); 11] = [
    ("Companies", &[Need::Query, Need::Create, Need::Update]),
    ("CompanyLocations", &[Need::Query, Need::Create, Need::Update]),
    ("Contacts", &[Need::Query, Need::Create, Need::Update]),
    ("CompanyNotes", &[Need::Query, Need::Create]),
    ("CompanyToDos", &[Need::Query, Need::Create]),
    ("Opportunities", &[Need::Query, Need::Create]),
    ("CompanySiteConfigurations", &[Need::Query, Need::Update]),
    ("Contracts", &[Need::Query, Need::Create]),
    ("ContractServices", &[Need::Query, Need::Create]),
    ("Resources", &[Need::Query]),
    ("Tickets", &[Need::Query]),
];

#[derive(Clone, Copy)]
enum Need {
    Query,
    Create,
    Update,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Health {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work.
    Failed,
    /// It could not be checked, because of what failed before.
    Skipped,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name for programs: `reach`, `zone`, `clock`, `credentials`, `limit`, `rights`, `store`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found.
    pub detail: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Check {
    fn ok(id: &'static str, title: &'static str, detail: impl Into<String>) -> Check {
        Check { id, title, health: Health::Ok, detail: detail.into(), advice: None }
    }

    fn skipped(id: &'static str, title: &'static str) -> Check {
        Check {
            id,
            title,
            health: Health::Skipped,
            detail: "not checked, because of the above".to_owned(),
            advice: None,
        }
    }

    fn advising(self, health: Health, advice: impl Into<String>) -> Check {
        Check { health, advice: Some(advice.into()), ..self }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing failed.
    pub ok: bool,
    /// Every check, in the order in which they build on one another.
    pub checks: Vec<Check>,
}

/// Looks at everything, with about four calls to Autotask.
pub(crate) async fn examine(state: &State) -> Report {
    let mut checks = Vec::new();
    let started = Instant::now();
    let answer = state.upstream.send(&Outbound::plain(Route::Versions)).await.and_then(good);
    let reached = match &answer {
        Ok(answer) => {
            let url = state.upstream.url();
            let reach = format!("{} answers in {}", url.origin(), in_words(started.elapsed()));
            checks.push(Check::ok("reach", "Autotask answers", reach));
            checks.push(clock(answer));
            true
        }
        Err(refusal) => {
            checks.push(refused("reach", "Autotask answers", refusal));
            checks.push(Check::skipped("clock", "Clock"));
            false
        }
    };
    checks.push(if reached { zone(state).await } else { Check::skipped("zone", "Zone") });
    let told = match reached {
        true => Some(state.upstream.send(&Outbound::plain(Route::Threshold)).await.and_then(good)),
        false => None,
    };
    match told {
        Some(Ok(answer)) => {
            checks.push(Check::ok("credentials", "Credentials", "Autotask takes them"));
            checks.push(limit(&answer));
            checks.push(rights(state).await);
        }
        not_told => {
            checks.push(match not_told {
                Some(Err(refusal)) => refused("credentials", "Credentials", &refusal),
                _ => Check::skipped("credentials", "Credentials"),
            });
            checks.push(Check::skipped("limit", "Calls this hour"));
            checks.push(Check::skipped("rights", "Rights"));
        }
    }
    checks.push(store(state).await);
    Report { ok: checks.iter().all(|check| matches!(check.health, Health::Ok | Health::Warning)), checks }
}

/// What is wrong with this machine's clock, as far as Autotask tells what time it is; for one call that is not counted.
pub(crate) async fn clock_warning(state: &State) -> Option<String> {
    let answer = state.upstream.send(&Outbound::plain(Route::Versions)).await.ok()?;
    let Check { detail, advice, .. } = clock(&answer);
    advice.map(|advice| format!("{detail}; {advice}"))
}

fn good(answer: Answer) -> Result<Answer, Refusal> {
    match answer.status {
        200 => Ok(answer),
        401 => Err(Refusal::Credentials),
        status => {
            let said = response::read(status, &answer.body).err().map(|failure| failure.messages);
            Err(Refusal::Json(said.unwrap_or_else(|| vec!["an answer that is not Autotask's".to_owned()])))
        }
    }
}

/// A check that failed: the refusal's sentence says what and what to do, in two parts.
fn refused(id: &'static str, title: &'static str, refusal: &Refusal) -> Check {
    let sentence = refusal.messages().join("; ");
    let (what, advice) = sentence.split_once("; ").unwrap_or((&sentence, ""));
    Check {
        id,
        title,
        health: Health::Failed,
        detail: what.to_owned(),
        advice: Some(advice.to_owned()).filter(|advice| !advice.is_empty()),
    }
}

fn clock(answer: &Answer) -> Check {
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let Some(theirs) = answer.at else {
        return Check::ok("clock", "Clock", "Autotask does not say what time it is");
    };
    let difference = ours.abs_diff(theirs);
    let shown = in_words(Duration::from_secs(difference));
    let what = match difference {
        0..2 => return Check::ok("clock", "Clock", "as at Autotask"),
        _ if ours > theirs => format!("{shown} ahead of Autotask's"),
        _ => format!("{shown} behind Autotask's"),
    };
    let check = Check::ok("clock", "Clock", what);
    match difference {
        0..=CLOCK_DIFFERENCE_MAX => check,
        _ => check.advising(
            Health::Failed,
            "set this machine's clock, best by a time service: signing in and relative dates depend on it",
        ),
    }
}

/// Whether the API user is at home where the calls go.
async fn zone(state: &State) -> Check {
    let (id, title) = ("zone", "Zone");
    let here = state.upstream.url().origin().to_owned();
    if state.config.mode() == Mode::Demo {
        return Check::ok(id, title, format!("a sandbox, {here}"));
    }
    let asked = Outbound::zone(state.config.credentials.user_name.expose());
    match state.upstream.send(&asked).await.and_then(good).map(|answer| zone::of_answer(&answer.body, Mode::Serve)) {
        Ok(Ok(found)) if found.origin() == here => Check::ok(id, title, format!("the API user is at home at {here}")),
        Ok(Ok(found)) => {
            Check::ok(id, title, format!("calls go to {here}, the API user is at home at {}", found.origin()))
                .advising(Health::Failed, "take `url` out of the settings, then the zone is looked up, or correct it")
        }
        Ok(Err(error)) => {
            Check::ok(id, title, "not known for the API user").advising(Health::Failed, error.to_string())
        }
        Err(refusal) => refused(id, title, &refusal),
    }
}

fn limit(answer: &Answer) -> Check {
    let (id, title) = ("limit", "Calls this hour");
    let told = serde_json::from_slice(&answer.body).ok();
    let Some((used, limit)) = told.as_ref().and_then(read_threshold) else {
        return Check::ok(id, title, "Autotask does not say").advising(
            Health::Warning,
            "calls are counted here all the same, against 10,000 an hour; those of other integrations are not known",
        );
    };
    let check = Check::ok(
        id,
        title,
        format!("{} of {} are used, by all integrations", grouped(&used.to_string()), grouped(&limit.to_string())),
    );
    match u64::from(used) * 100 / u64::from(limit.max(1)) {
        0..50 => check,
        50..75 => check.advising(Health::Warning, "Autotask answers half a second later from half of them on"),
        _ => check.advising(
            Health::Warning,
            "Autotask answers a second later, and not at all when all are used: look which integrations take most",
        ),
    }
}

async fn rights(state: &State) -> Check {
    let (id, title) = ("rights", "Rights");
    // All at once where the instance has that call, and one after the other what is not in there.
    let all = state.upstream.send(&Outbound::plain(Route::Entities)).await.and_then(good);
    let all = all.ok().and_then(|answer| serde_json::from_slice::<Value>(&answer.body).ok());
    let listed = |wanted: &EntityInfo| {
        let all = all.as_ref()?.get("entityDescriptions")?.as_array()?;
        let name =
            |item: &Value| entity(item.get("info").unwrap_or(item).get("name")?.as_str()?).map(|found| found.name);
        read_rights(all.iter().find(|item| name(item) == Some(wanted.name))?)
    };
    let mut lacking = Vec::new();
    for (name, needs) in NEEDS {
        let Some(info) = entity(name) else { continue };
        let told = match listed(info) {
            Some(rights) => Ok(Some(rights)),
            None => {
                let asked = state.upstream.send(&Outbound::plain(Route::EntityInformation(info))).await.and_then(good);
                asked.map(|answer| serde_json::from_slice::<Value>(&answer.body).ok().as_ref().and_then(read_rights))
            }
        };
        match told {
            Ok(Some(rights)) => {
                for need in needs {
                    let (word, access) = match need {
                        Need::Query => ("read", rights.query),
                        Need::Create => ("create", rights.create),
                        Need::Update => ("change", rights.update),
                    };
                    match access {
                        Access::All => {}
                        Access::Restricted => lacking.push(format!("{word} {name} (some only)")),
                        Access::None => lacking.push(format!("{word} {name}")),
                    }
                }
            }
            Ok(None) => lacking.push(format!("{name} (Autotask does not say)")),
            Err(refusal) if refusal.was_not_sent() || matches!(refusal, Refusal::Unreachable(_)) => {
                return refused(id, title, &refusal);
            }
            Err(refusal) => lacking.push(format!("{name} ({})", refusal.messages().join("; "))),
        }
    }
    if lacking.is_empty() {
        let entities = NEEDS.len();
        return Check::ok(id, title, format!("everything that the workbench does, with {entities} entities"));
    }
    let what = format!("the API user may not, or not fully: {}", lacking.join(", "));
    Check::ok(id, title, what).advising(
        Health::Warning,
        "give the API user's security level these rights in Autotask (Admin > Security Levels), or go without that part",
    )
}

async fn store(state: &State) -> Check {
    let (id, title) = ("store", "Store");
    let kept = match state.config.store {
        Some(_) => "runs, drafts and outcomes are in a file",
        None => "runs, drafts and outcomes are in memory, and gone when this server ends",
    };
    match state.store.probe().await {
        Ok(()) => Check::ok(id, title, kept),
        Err(refusal) => refused(id, title, &refusal),
    }
}

/// A span of time for people: `140 ms`, `3 s`, `5 minutes`, `2 hours`.
fn in_words(span: Duration) -> String {
    match span.as_secs() {
        0 => format!("{} ms", span.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3_600),
    }
}
