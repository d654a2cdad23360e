//! Queue: what waits to be delivered, in the table `_webhook_events`, and what came of it.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use autotask_core::Instant;

use super::changes::Change;
use super::payload;
use super::{KINDS, Kind};
use crate::store::rows::{self, Row};
use crate::tenant::Tenant;

/// How often an event is tried before it is dropped.
pub(super) const ATTEMPTS_MAX: i64 = 5;
/// Seconds from one attempt to the next.
pub(super) const RETRY_SECONDS: i64 = 30;
/// Events in a row that are dropped before the webhook is switched off.
pub(super) const FAILURES_MAX: i64 = 25;
/// Days that `WebhookEventErrorLogs` keeps a row.
const LOG_DAYS: i64 = 30;
/// Ended events that are kept for `GET /_sandbox/webhooks`.
const ENDED_MAX: u32 = 200;

/// The events, and what is counted for each webhook.
///
/// The address and the secret are those of the webhook at the time of an attempt, so that a corrected address helps
/// what already waits. Only the last message of a webhook carries its own, in `url` and `secret`: the webhook may be
/// gone by then.
pub(super) const TABLES: &str = "\
    CREATE TABLE \"_webhook_events\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT, \"hooks\" TEXT NOT NULL, \
    \"webhook\" INTEGER NOT NULL, \"action\" TEXT NOT NULL, \"row\" INTEGER, \"sequence\" INTEGER, \
    \"body\" TEXT NOT NULL, \"url\" TEXT, \"secret\" TEXT, \"made\" INTEGER NOT NULL, \"due\" INTEGER NOT NULL, \
    \"attempts\" INTEGER NOT NULL DEFAULT 0, \"state\" TEXT NOT NULL DEFAULT 'pending', \"tried\" INTEGER, \
    \"status\" INTEGER, \"error\" TEXT);\n\
    CREATE INDEX \"_webhook_events.state\" ON \"_webhook_events\" (\"state\", \"hooks\", \"webhook\");\n\
    CREATE TABLE \"_webhook_counts\" (\"hooks\" TEXT NOT NULL, \"webhook\" INTEGER NOT NULL, \
    \"sequence\" INTEGER NOT NULL DEFAULT 0, \"failures\" INTEGER NOT NULL DEFAULT 0, \
    PRIMARY KEY (\"hooks\", \"webhook\")) WITHOUT ROWID;\n";

/// An event whose turn it is.
#[derive(Clone)]
pub(super) struct Due {
    pub(super) id: i64,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) body: String,
    attempts: i64,
}

/// What is to be done now.
#[derive(Default)]
pub(super) struct Work {
    pub(super) due: Vec<Due>,
    /// Whether anything waits, now or later.
    pub(super) is_waiting: bool,
}

/// What an attempt ended with: the status of an answer, or why there was none.
pub(super) type Attempt = Result<u16, &'static str>;

/// The next `SequenceNumber` of a webhook.
pub(super) fn next_sequence(connection: &Connection, kind: &Kind, hook: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO \"_webhook_counts\" (\"hooks\", \"webhook\", \"sequence\") VALUES (?1, ?2, 1) \
             ON CONFLICT DO UPDATE SET \"sequence\" = \"sequence\" + 1 RETURNING \"sequence\"",
        )?
        .query_row(params![kind.hooks, hook], |row| row.get(0))
}

/// Puts an event about a row at the end of its webhook's queue.
pub(super) fn add(
    connection: &Connection,
    change: &Change<'_>,
    hook: i64,
    sequence: i64,
    body: &str,
    now: Instant,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO \"_webhook_events\" (\"hooks\", \"webhook\", \"action\", \"row\", \"sequence\", \"body\", \
             \"made\", \"due\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        )?
        .execute(params![change.kind.hooks, hook, change.action().as_str(), change.id, sequence, body, now.0])?;
    Ok(())
}

/// A webhook went off or away: what waits is dropped, and its `deactivationUrl` is told.
///
/// Decision: whether Autotask still delivers what waits is not known; "no callouts will occur if a webhook is inactive"
/// reads as if it did not. The message is tried as often as any other, and no failure of it counts.
pub(super) fn deactivated(connection: &Connection, kind: &Kind, hook: &Row<'_>, now: Instant) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE \"_webhook_events\" SET \"state\" = 'dropped', \"error\" = 'the webhook is off' \
             WHERE \"state\" = 'pending' AND \"hooks\" = ?1 AND \"webhook\" = ?2 AND \"url\" IS NULL",
        )?
        .execute(params![kind.hooks, hook.id()])?;
    let guid = hook.text("webhookGUID").unwrap_or_default();
    let body = payload::to_text(&payload::deactivated(guid, now));
    let (url, secret) = (hook.text("deactivationUrl"), hook.text("secretKey").unwrap_or_default());
    connection
        .prepare_cached(
            "INSERT INTO \"_webhook_events\" (\"hooks\", \"webhook\", \"action\", \"body\", \"url\", \"secret\", \
             \"made\", \"due\") VALUES (?1, ?2, 'Deactivated', ?3, ?4, ?5, ?6, ?6)",
        )?
        .execute(params![kind.hooks, hook.id(), body, url.unwrap_or_default(), secret, now.0])?;
    forget_failures(connection, kind, hook.id())
}

/// Counts failures from zero again.
fn forget_failures(connection: &Connection, kind: &Kind, hook: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE \"_webhook_counts\" SET \"failures\" = 0 WHERE \"hooks\" = ?1 AND \"webhook\" = ?2")?
        .execute(params![kind.hooks, hook])?;
    Ok(())
}

/// The first event of each queue, as far as it is due: the ones behind it wait until it is delivered or dropped.
pub(super) fn work(connection: &Connection, tenant: &Tenant, now: Instant) -> rusqlite::Result<Work> {
    struct Head {
        due_at: i64,
        hooks: String,
        webhook: i64,
        own: Option<(String, String)>,
        due: Due,
    }
    let heads: Vec<Head> = connection
        .prepare_cached(
            "SELECT \"id\", \"hooks\", \"webhook\", \"url\", \"secret\", \"body\", \"attempts\", \"due\" \
             FROM \"_webhook_events\" WHERE \"id\" IN (SELECT min(\"id\") FROM \"_webhook_events\" \
             WHERE \"state\" = 'pending' GROUP BY \"hooks\", \"webhook\", \"url\" IS NULL) ORDER BY \"id\"",
        )?
        .query_map([], |row| {
            let (url, secret): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
            Ok(Head {
                due_at: row.get(7)?,
                hooks: row.get(1)?,
                webhook: row.get(2)?,
                own: url.zip(secret),
                due: Due {
                    id: row.get(0)?,
                    url: String::new(),
                    secret: String::new(),
                    body: row.get(5)?,
                    attempts: row.get(6)?,
                },
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut work = Work { due: Vec::new(), is_waiting: !heads.is_empty() };
    for head in heads.into_iter().filter(|head| head.due_at <= now.0) {
        let (url, secret) = match head.own {
            Some(own) => own,
            None => {
                let Some(table) = tenant.find(&head.hooks) else { continue };
                let hook = rows::get(connection, table, head.webhook)?;
                let text = |field| hook.as_ref().and_then(|hook| hook.text(field)).unwrap_or_default().to_owned();
                (text("webhookUrl"), text("secretKey"))
            }
        };
        work.due.push(Due { url, secret, ..head.due });
    }
    Ok(work)
}

/// Writes down what an attempt ended with: delivered, again in 30 seconds, or dropped and logged, and with the 25th
/// event that is dropped in a row the end of the webhook.
pub(super) fn finish(
    connection: &Connection,
    tenant: &Tenant,
    due: &Due,
    attempt: Attempt,
    started: Instant,
) -> rusqlite::Result<()> {
    let error = match attempt {
        Ok(status) if (200..300).contains(&status) => None,
        Ok(status) => Some(format!("the answer was {status}")),
        Err(why) => Some(why.to_owned()),
    };
    let attempts = due.attempts + 1;
    let state = match &error {
        None => "delivered",
        Some(_) if attempts < ATTEMPTS_MAX => "pending",
        Some(_) => "dropped",
    };
    // The body is compared since after a reset the same number is another event's.
    let found: Option<(String, i64, Option<i64>, String)> = connection
        .prepare_cached(
            "UPDATE \"_webhook_events\" SET \"attempts\" = ?2, \"state\" = ?3, \"due\" = ?4, \"tried\" = ?5, \
             \"status\" = ?6, \"error\" = ?7, \"secret\" = CASE ?3 WHEN 'pending' THEN \"secret\" END WHERE \"id\" = ?1 AND \"state\" = 'pending' AND \"body\" = ?8 \
             RETURNING \"hooks\", \"webhook\", \"sequence\", \"action\"",
        )?
        .query_row(
            params![
                due.id,
                attempts,
                state,
                started.plus_seconds(RETRY_SECONDS).0,
                started.0,
                attempt.ok(),
                error,
                due.body
            ],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let Some((hooks, webhook, sequence, action)) = found else { return Ok(()) };
    let Some(kind) = KINDS.iter().find(|kind| kind.hooks == hooks) else { return Ok(()) };
    if state != "pending" {
        forget_ended(connection)?;
    }
    if state == "dropped" {
        log(connection, tenant, kind, webhook, sequence, &due.body, error.as_deref().unwrap_or_default(), started)?;
    }
    match (state, &*action) {
        (_, "Deactivated") | ("pending", _) => Ok(()),
        ("delivered", _) => forget_failures(connection, kind, webhook),
        _ => count_failure(connection, tenant, kind, webhook, started),
    }
}

fn count_failure(
    connection: &Connection,
    tenant: &Tenant,
    kind: &Kind,
    webhook: i64,
    now: Instant,
) -> rusqlite::Result<()> {
    let failures: i64 = connection
        .prepare_cached(
            "UPDATE \"_webhook_counts\" SET \"failures\" = \"failures\" + 1 WHERE \"hooks\" = ?1 AND \"webhook\" = ?2 \
             RETURNING \"failures\"",
        )?
        .query_row(params![kind.hooks, webhook], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    if failures < FAILURES_MAX {
        return Ok(());
    }
    let Some(mut hook) = rows::get(connection, tenant.named(kind.hooks), webhook)? else { return Ok(()) };
    hook.set("isActive", false);
    rows::update(connection, &hook)?;
    deactivated(connection, kind, &hook, now)
}

/// A row of `WebhookEventErrorLogs`.
#[expect(clippy::too_many_arguments, reason = "they are the columns")]
fn log(
    connection: &Connection,
    tenant: &Tenant,
    kind: &Kind,
    webhook: i64,
    sequence: Option<i64>,
    body: &str,
    error: &str,
    now: Instant,
) -> rusqlite::Result<()> {
    let table = tenant.named("WebhookEventErrorLogs");
    let oldest = now.plus_seconds(-LOG_DAYS * 86_400);
    connection
        .prepare_cached("DELETE FROM \"WebhookEventErrorLogs\" WHERE \"createDateTime\" < ?1")?
        .execute([oldest.0])?;
    let mut row = Row::new(table);
    row.set("id", rows::next_id(connection, table)?);
    row.set(kind.log_field, webhook);
    row.set("sequenceNumber", sequence.map_or(rusqlite::types::Value::Null, Into::into));
    row.set_cut("payload", Some(body));
    row.set_cut("errorMessage", Some(error));
    row.set_instant("createDateTime", now);
    rows::insert(connection, &row)
}

fn forget_ended(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM \"_webhook_events\" WHERE \"state\" <> 'pending' AND \"id\" NOT IN (SELECT \"id\" FROM \
             \"_webhook_events\" WHERE \"state\" <> 'pending' ORDER BY \"id\" DESC LIMIT ?1)",
        )?
        .execute([ENDED_MAX])?;
    Ok(())
}

/// What `GET /_sandbox/webhooks` shows: webhooks, what waits, and what came of the last events. No secret is in it:
/// bodies stay out, and of addresses what follows the path.
pub(crate) fn state(connection: &Connection, tenant: &Tenant) -> rusqlite::Result<Value> {
    let mut webhooks = Vec::new();
    for kind in &KINDS {
        for hook in rows::select(connection, tenant.named(kind.hooks), &crate::store::sql::Where::everything())? {
            let count = |sql: &str| -> rusqlite::Result<i64> {
                let found = connection
                    .prepare_cached(sql)?
                    .query_row(params![kind.hooks, hook.id()], |row| row.get(0))
                    .optional()?;
                Ok(found.unwrap_or_default())
            };
            webhooks.push(json!({
                "entity": kind.hooks,
                "id": hook.id(),
                "name": hook.text("name"),
                "isActive": hook.is_true("isActive"),
                "isReady": hook.is_true("isReady"),
                "webhookUrl": hook.text("webhookUrl").map(without_secrets),
                "waiting": count(
                    "SELECT count(*) FROM \"_webhook_events\" WHERE \"state\" = 'pending' AND \"hooks\" = ?1 AND \
                     \"webhook\" = ?2",
                )?,
                "failuresInARow": count(
                    "SELECT \"failures\" FROM \"_webhook_counts\" WHERE \"hooks\" = ?1 AND \"webhook\" = ?2",
                )?,
            }));
        }
    }
    let events = |condition: &str, order: &str| -> rusqlite::Result<Vec<Value>> {
        let instant = |ticks: Option<i64>| ticks.map(|ticks| Instant(ticks).to_string());
        connection
            .prepare_cached(&format!(
                "SELECT \"hooks\", \"webhook\", \"action\", \"row\", \"sequence\", \"state\", \"attempts\", \"status\", \
                 \"error\", \"made\", \"tried\", \"due\" FROM \"_webhook_events\" WHERE \"state\" {condition} \
                 ORDER BY \"id\" {order} LIMIT {ENDED_MAX}"
            ))?
            .query_map([], |row| {
                let state: String = row.get(5)?;
                let next = (state == "pending").then(|| row.get::<_, i64>(11)).transpose()?;
                Ok(json!({
                    "entity": row.get::<_, String>(0)?,
                    "webhookID": row.get::<_, i64>(1)?,
                    "action": row.get::<_, String>(2)?,
                    "id": row.get::<_, Option<i64>>(3)?,
                    "sequenceNumber": row.get::<_, Option<i64>>(4)?,
                    "state": state,
                    "attempts": row.get::<_, i64>(6)?,
                    "status": row.get::<_, Option<i64>>(7)?,
                    "error": row.get::<_, Option<String>>(8)?,
                    "made": instant(row.get(9)?),
                    "lastAttempt": instant(row.get(10)?),
                    "nextAttempt": instant(next),
                }))
            })?
            .collect()
    };
    Ok(json!({
        "webhooks": webhooks,
        "waiting": events("= 'pending'", "ASC")?,
        "ended": events("<> 'pending'", "DESC")?,
    }))
}

/// An address without what often carries a token: its query, its fragment, and a user before the host.
fn without_secrets(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (scheme, rest) = url[..end].split_once("://").unwrap_or(("", &url[..end]));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_tokens() {
        for (url, shown) in [
            ("https://example.test/hook?code=secret#x", "https://example.test/hook"),
            ("https://me:secret@example.test/hook/1", "https://example.test/hook/1"),
            ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
            ("https://example.test?code=secret", "https://example.test"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
