//! Payload: the body of a delivery.

use std::fmt::Write;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};

use autotask_core::Instant;

use super::Kind;
use super::changes::{Action, Change};
use crate::store::rows;
use crate::store::sql::Where;
use crate::tenant::{Table, Tenant};
use crate::write::Context;

/// Ticks in a second: the recorded `EventTime` has no fraction.
const TICKS_PER_SECOND: i64 = 10_000_000;

/// What a webhook sends of a row.
pub(super) struct Sent {
    parts: Vec<Part>,
}

struct Part {
    place: Place,
    is_subscribed: bool,
    is_always: bool,
}

enum Place {
    Field(usize),
    Udf(usize),
}

impl Sent {
    /// What this webhook is set up to send.
    pub(super) fn of(connection: &Connection, tenant: &Tenant, kind: &Kind, hook: i64) -> rusqlite::Result<Sent> {
        let table = tenant.named(kind.entity);
        let mut parts = Vec::new();
        for (entity, number) in [(kind.fields, "fieldID"), (kind.udf_fields, "udfFieldID")] {
            for row in rows::select(connection, tenant.named(entity), &Where::equals("webhookID", hook))? {
                let place = row.int(number).and_then(|id| match number {
                    "fieldID" => field_place(tenant.named(entity), table, id),
                    _ => table.definitions.iter().position(|known| *known == id).map(Place::Udf),
                });
                parts.extend(place.map(|place| Part {
                    place,
                    is_subscribed: row.is_true("isSubscribedField"),
                    is_always: row.is_true("isDisplayAlwaysField"),
                }));
            }
        }
        Ok(Sent { parts })
    }

    /// The member `Fields`; `None` for an update that changed nothing the webhook is subscribed to.
    ///
    /// Decision: an update sends the subscribed fields that changed, and the display-always fields. A create sends all
    /// that is set up and has a value, a delete the display-always fields as they last were; for these two the papers
    /// say nothing. Keys are spelled as in rows, as the papers' delivery has them; the recorded list of `fieldID` and an
    /// example in a third party's manual begin them with a capital, so a receiver does well to take either. Values are
    /// as rows have them: a picklist's number, not its label. A user-defined field stands beside the others under its
    /// name.
    pub(super) fn fields(&self, change: &Change<'_>) -> Option<Map<String, Value>> {
        let row = change.row();
        let before = change.before();
        let mut has_changed = before.is_none();
        let mut out = Map::new();
        for part in &self.parts {
            let (name, value, changed) = match part.place {
                Place::Field(at) => {
                    let field = &row.table.info.fields[at];
                    let value = rows::to_json(ValueRef::from(&row.cells[at]), field.data_type);
                    (&field.name, value, before.is_some_and(|old| old.cells[at] != row.cells[at]))
                }
                Place::Udf(at) => {
                    let value = row.udfs[at].clone().map_or(Value::Null, Value::String);
                    let field = &row.table.info.user_defined_fields[at];
                    (&field.name, value, before.is_some_and(|old| old.udfs[at] != row.udfs[at]))
                }
            };
            has_changed |= part.is_subscribed && changed;
            let is_sent = match change.action() {
                Action::Create => part.is_always || part.is_subscribed && !value.is_null(),
                Action::Update => part.is_always || part.is_subscribed && changed,
                Action::Delete => part.is_always,
            };
            if is_sent {
                out.insert(name.to_string(), value);
            }
        }
        has_changed.then_some(out)
    }
}

/// The field that a number of the list `fieldID` means, if the entity has it: the list is longer than the entity.
fn field_place(list: &Table, watched: &Table, id: i64) -> Option<Place> {
    let picks = &list.info.field("fieldID")?.picklist;
    let name = picks.iter().find(|pick| *pick.value == id.to_string()).map(|pick| &pick.label)?;
    watched.info.fields.iter().position(|field| field.is_named(name)).map(Place::Field)
}

/// The message about a row.
pub(super) fn event(
    change: &Change<'_>,
    fields: Map<String, Value>,
    guid: &str,
    sequence: i64,
    context: Context<'_>,
) -> Value {
    json!({
        "Action": change.action().as_str(),
        "Guid": guid,
        "EntityType": change.kind.legacy,
        "Id": change.id,
        "Fields": fields,
        "EventTime": event_time(context.now),
        "SequenceNumber": sequence,
        "PersonID": context.resource,
    })
}

/// The message that a webhook is off.
///
/// Decision: all that is known is that it has no `EntityType`; what is about a row is left out with it.
pub(super) fn deactivated(guid: &str, now: Instant) -> Value {
    json!({ "Action": "Deactivated", "Guid": guid, "EventTime": event_time(now) })
}

fn event_time(now: Instant) -> String {
    Instant(now.0 - now.0.rem_euclid(TICKS_PER_SECOND)).to_string()
}

/// A body as text, with everything escaped that may not stand in a page: `& < > ' " + `` ` `` and what is not ASCII, as
/// `\uXXXX` with capitals.
///
/// Decision: these are the bytes that are signed, and those that are sent. It is how the JSON writer of .NET escapes
/// unless told otherwise, and it explains the record that signatures fit only after just these characters are escaped:
/// that receiver's framework had read the body and written it again, without the escapes. One that checks the bytes as
/// they came need not know. [`WebhookBody`](crate::WebhookBody) has the other reading.
pub(super) fn to_text(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// The same body as a library would write it that escapes no more than JSON asks for.
pub(super) fn unescaped(body: &str) -> String {
    serde_json::from_str::<Value>(body).map_or_else(|_| body.to_owned(), |value| value.to_string())
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => write_text(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(out, index);
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                separate(out, index);
                write_text(out, name);
                out.push(':');
                write_value(out, member);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(out, "{value}");
        }
    }
}

fn separate(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' if !matches!(c, '&' | '<' | '>' | '\'' | '"' | '`' | '+') => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let value = json!({ "t": text });
        let written = to_text(&value);
        assert_eq!(written, format!("{{\"t\":\"{expected}\"}}"));
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value, "it reads as what it was");
    }

    #[test]
    fn what_may_not_stand_in_a_page_is_escaped_with_capitals() {
        check("a&b<c>d'e\"f`g+h", "a\\u0026b\\u003Cc\\u003Ed\\u0027e\\u0022f\\u0060g\\u002Bh");
        check("Müller", "M\\u00FCller");
        check("🙂", "\\uD83D\\uDE42");
        check("\u{7f}\u{1}", "\\u007F\\u0001");
    }

    #[test]
    fn everything_else_stands_as_it_is() {
        check("A/B (c) #1 ~ |{}[]=?!", "A/B (c) #1 ~ |{}[]=?!");
        check("back\\slash\r\n\t", "back\\\\slash\\r\\n\\t");
        assert_eq!(to_text(&json!([null, true, -1, 1.5, {}, [], ""])), "[null,true,-1,1.5,{},[],\"\"]");
    }
}
