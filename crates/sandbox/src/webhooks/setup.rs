//! Setup: the rules of the calls that set webhooks up, and the end of a webhook.
//!
//! Lengths, required fields and lists are in the entities' facts. These rules run after the row is written and before
//! the commit: a refusal takes the row with it.

use axum::http::Uri;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rusqlite::Connection;

use super::{KINDS, Kind, queue};
use crate::Inner;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::schema::quoted;
use crate::store::sql::Where;
use crate::write::Context;

/// The three callout types.
const SUBSCRIPTIONS: [&str; 3] =
    ["isSubscribedToCreateEvents", "isSubscribedToUpdateEvents", "isSubscribedToDeleteEvents"];

/// The rules for whatever was written.
pub(super) fn after_write(
    inner: &Inner,
    context: Context<'_>,
    old: Option<&Row<'_>>,
    new: Option<&Row<'_>>,
) -> Result<(), Refusal> {
    let Some(row) = new.or(old) else { return Ok(()) };
    let entity = row.table.info.name;
    if entity == "Resources" {
        return owner(context, old, new);
    }
    for kind in &KINDS {
        if entity == kind.hooks {
            return webhook(inner, context, kind, old, new);
        }
        if [kind.fields, kind.udf_fields, kind.excluded].contains(&entity) {
            unique(context.connection, row, new.is_some())?;
            return ready(context, kind, row.int("webhookID").unwrap_or_default());
        }
    }
    Ok(())
}

/// A webhook was made, changed, or is gone.
fn webhook(
    inner: &Inner,
    context: Context<'_>,
    kind: &Kind,
    old: Option<&Row<'_>>,
    new: Option<&Row<'_>>,
) -> Result<(), Refusal> {
    let Context { connection, tenant, now, .. } = context;
    if let Some(new) = new {
        addresses(new)?;
        duplicates(connection, new)?;
    }
    match (old, new) {
        (None, Some(new)) => {
            let mut row = new.clone();
            row.set_text("webhookGUID", &guid(inner.config.seed, kind, row.id(), now.0));
            row.set("ownerResourceID", context.resource);
            rows::update(connection, &row)?;
        }
        (Some(old), Some(new)) if old.is_true("isActive") && !new.is_true("isActive") => {
            queue::deactivated(connection, kind, new, now)?;
        }
        (Some(old), None) => {
            for entity in [kind.fields, kind.udf_fields, kind.excluded] {
                let table = tenant.named(entity);
                for child in rows::select(connection, table, &Where::equals("webhookID", old.id()))? {
                    rows::delete(connection, table, child.id())?;
                }
            }
            queue::deactivated(connection, kind, old, now)?;
        }
        _ => {}
    }
    Ok(())
}

/// Where callouts go: HTTPS on port 443.
///
/// Decision: this machine's own addresses are taken too, by plain HTTP and on any port, so that a receiver can be
/// developed against the sandbox. The text is ours.
fn addresses(row: &Row<'_>) -> Result<(), Refusal> {
    for field in ["webhookUrl", "deactivationUrl"] {
        if !is_allowed(row.text(field).unwrap_or_default()) {
            return Err(Refusal::Application(format!(
                "Data violation: {field} must be an HTTPS address on port 443. This sandbox also takes HTTP addresses \
                 of its own machine, such as http://127.0.0.1:8090/hook."
            )));
        }
    }
    Ok(())
}

fn is_allowed(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => !host.is_empty() && (is_loopback || matches!(uri.port_u16(), None | Some(443))),
        Some("http") => is_loopback,
        _ => false,
    }
}

/// Decision: refused; the papers say "refused or ignored". The text is ours.
fn duplicates(connection: &Connection, row: &Row<'_>) -> Result<(), Refusal> {
    let same = Where {
        sql: "\"webhookUrl\" = ? AND \"id\" <> ?".to_owned(),
        values: vec![row.get("webhookUrl").clone(), row.id().into()],
    };
    let overlaps = |other: &Row<'_>| SUBSCRIPTIONS.iter().any(|field| row.is_true(field) && other.is_true(field));
    if rows::select(connection, row.table, &same)?.iter().any(overlaps) {
        return Err(Refusal::Application(format!(
            "Data violation: A {} with the same webhookUrl and callout type already exists.",
            row.table.info.singular
        )));
    }
    Ok(())
}

/// A webhook has a field, and excludes a resource, once. Decision: the papers do not say; the text is ours.
fn unique(connection: &Connection, row: &Row<'_>, is_there: bool) -> Result<(), Refusal> {
    for field in ["fieldID", "udfFieldID", "resourceID"] {
        if !is_there || row.is_null(field) {
            continue;
        }
        let condition = Where {
            sql: format!("\"webhookID\" = ? AND {} = ? AND \"id\" <> ?", quoted(field)),
            values: vec![row.get("webhookID").clone(), row.get(field).clone(), row.id().into()],
        };
        if rows::exists(connection, row.table, &condition)? {
            return Err(Refusal::Application(format!(
                "Data violation: A {} with the same webhookID and {field} already exists.",
                row.table.info.singular
            )));
        }
    }
    Ok(())
}

/// A webhook is ready while it is subscribed to a field. Decision: it stops being so with its last one.
fn ready(context: Context<'_>, kind: &Kind, hook: i64) -> Result<(), Refusal> {
    let Context { connection, tenant, .. } = context;
    let Some(mut row) = context.get(kind.hooks, hook)? else { return Ok(()) };
    let subscribed =
        Where { sql: "\"webhookID\" = ? AND \"isSubscribedField\" = 1".to_owned(), values: vec![hook.into()] };
    let mut is_ready = false;
    for entity in [kind.fields, kind.udf_fields] {
        is_ready |= rows::exists(connection, tenant.named(entity), &subscribed)?;
    }
    if row.is_true("isReady") != is_ready {
        row.set("isReady", is_ready);
        rows::update(connection, &row)?;
    }
    Ok(())
}

/// The webhooks of a resource go off with it.
fn owner(context: Context<'_>, old: Option<&Row<'_>>, new: Option<&Row<'_>>) -> Result<(), Refusal> {
    let (Some(old), Some(new)) = (old, new) else { return Ok(()) };
    if !old.is_true("isActive") || new.is_true("isActive") {
        return Ok(());
    }
    let Context { connection, tenant, now, .. } = context;
    let own = Where { sql: "\"ownerResourceID\" = ? AND \"isActive\" = 1".to_owned(), values: vec![new.id().into()] };
    for kind in &KINDS {
        for mut hook in rows::select(connection, tenant.named(kind.hooks), &own)? {
            hook.set("isActive", false);
            rows::update(connection, &hook)?;
            queue::deactivated(connection, kind, &hook, now)?;
        }
    }
    Ok(())
}

/// A GUID of version 4. Decision: made from the world's seed, the webhook's id and the time, so that the same calls make
/// the same ones.
fn guid(seed: u64, kind: &Kind, id: i64, now: i64) -> String {
    let mut key = [0; 32];
    let parts = [seed.to_le_bytes(), id.to_le_bytes(), now.to_le_bytes()].concat();
    let name = kind.hooks.bytes();
    for (to, from) in key.iter_mut().zip(parts.into_iter().chain(name)) {
        *to = from;
    }
    let mut rng = ChaCha8Rng::from_seed(key);
    let number = (0..4).fold(0_u128, |number, _| number << 32 | u128::from(rng.next_u32()));
    // The version and the variant of RFC 9562.
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_on_443_or_of_this_machine() {
        for url in [
            "https://example.test/hook",
            "https://example.test:443/hook?code=1",
            "http://127.0.0.1:8090/hook",
            "http://localhost:1",
            "http://[::1]:8090/",
            "https://127.0.0.1:8443/hook",
        ] {
            assert!(is_allowed(url), "{url}");
        }
        for url in [
            "http://example.test/hook",
            "https://example.test:8443/hook",
            "http://127.0.0.1.example.test/hook",
            "http://127.0.0.1@example.test/hook",
            "ftp://127.0.0.1/hook",
            "/hook",
            "example.test",
            "https://",
            "",
        ] {
            assert!(!is_allowed(url), "{url}");
        }
    }

    #[test]
    fn guids_differ_and_are_of_version_4() {
        let [first, second] = [1, 2].map(|id| guid(1, &KINDS[0], id, 0));
        assert_ne!(first, second);
        assert_ne!(first, guid(1, &KINDS[1], 1, 0));
        assert_eq!(first, guid(1, &KINDS[0], 1, 0));
        assert_eq!(first.len(), 36);
        assert_eq!(&first[14..15], "4");
        assert!(["8", "9", "a", "b"].contains(&&first[19..20]), "{first}");
    }
}
