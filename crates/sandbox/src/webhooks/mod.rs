//! Webhooks: what other systems are told of changes to companies and contacts.
//!
//! ```text
//! write ──► setup: the rules of the set-up calls          ┐
//!       └─► changes ──payload──► queue (_webhook_events)  ┘ one transaction with the write itself
//!                                   │
//!                    delivery ◄─────┘ a task: in order for each webhook, signed, five attempts
//! ```
//!
//! Everything waits in the table and by the sandbox's clock, so that nothing is lost when the process ends and tests
//! move the clock instead of waiting.

mod changes;
mod delivery;
mod payload;
mod queue;
mod setup;
mod signature;

use std::borrow::Cow;

use autotask_core::{EntityInfo, FieldInfo, PicklistValue, entity};

use crate::Inner;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::sql::Where;
use crate::tenant::{Definition, UDF_TYPES};
use crate::write::Context;

pub(crate) use delivery::Worker;
pub(crate) use queue::state;

/// Deliveries that go together: the entity that is watched and the entities that say how.
pub(crate) struct Kind {
    /// Whose rows are watched.
    pub(crate) entity: &'static str,
    /// The webhooks themselves.
    pub(crate) hooks: &'static str,
    /// The fields that they send.
    pub(crate) fields: &'static str,
    /// The user-defined fields that they send.
    pub(crate) udf_fields: &'static str,
    /// Whose changes they do not tell.
    pub(crate) excluded: &'static str,
    /// What payloads call the entity: its name in the older API.
    pub(crate) legacy: &'static str,
    /// The field of `WebhookEventErrorLogs` that names the webhook.
    pub(crate) log_field: &'static str,
}

/// What there are webhooks for. Autotask has them for configuration items, tickets and their notes as well.
pub(crate) static KINDS: [Kind; 2] = [
    Kind {
        entity: "Companies",
        hooks: "CompanyWebhooks",
        fields: "CompanyWebhookFields",
        udf_fields: "CompanyWebhookUdfFields",
        excluded: "CompanyWebhookExcludedResources",
        legacy: "Account",
        log_field: "accountWebhookID",
    },
    Kind {
        entity: "Contacts",
        hooks: "ContactWebhooks",
        fields: "ContactWebhookFields",
        udf_fields: "ContactWebhookUdfFields",
        excluded: "ContactWebhookExcludedResources",
        legacy: "Contact",
        log_field: "contactWebhookID",
    },
];

/// The statements that make the tables of the queue.
pub(crate) fn tables() -> String {
    [changes::TABLES, queue::TABLES].concat()
}

/// The statements that make the triggers, which come after the rows of a new world.
pub(crate) fn triggers() -> String {
    changes::triggers()
}

/// What a write means for webhooks, before it is committed: the rules of their set-up, and the events for the rows that
/// changed in this transaction, whoever changed them.
pub(crate) fn after_write(
    inner: &Inner,
    context: Context<'_>,
    old: Option<&Row<'_>>,
    new: Option<&Row<'_>>,
) -> Result<(), Refusal> {
    setup::after_write(inner, context, old, new)?;
    for change in changes::take(context.connection, context.tenant)? {
        tell(context, &change)?;
    }
    Ok(())
}

/// Puts a change into the queue of every webhook that wants it.
fn tell(context: Context<'_>, change: &changes::Change<'_>) -> Result<(), Refusal> {
    let Context { connection, tenant, .. } = context;
    let is_live = Where { sql: "\"isActive\" = 1 AND \"isReady\" = 1".to_owned(), values: Vec::new() };
    for hook in rows::select(connection, tenant.named(change.kind.hooks), &is_live)? {
        let excluded = Where {
            sql: "\"webhookID\" = ? AND \"resourceID\" = ?".to_owned(),
            values: vec![hook.id().into(), context.resource.into()],
        };
        if !hook.is_true(change.action().subscription())
            || rows::exists(connection, tenant.named(change.kind.excluded), &excluded)?
        {
            continue;
        }
        let sent = payload::Sent::of(connection, tenant, change.kind, hook.id())?;
        let Some(fields) = sent.fields(change) else { continue };
        let sequence = queue::next_sequence(connection, change.kind, hook.id())?;
        let guid = hook.text("webhookGUID").unwrap_or_default();
        let event = payload::event(change, fields, guid, sequence, context);
        let body = payload::to_text(&event);
        queue::add(connection, change, hook.id(), sequence, &body, context.now)?;
    }
    Ok(())
}

/// Whether a webhook of its entity can send the field; `None` where the facts have no list of such fields.
pub(crate) fn supports(info: &EntityInfo, field: &FieldInfo) -> Option<bool> {
    let kind = KINDS.iter().find(|kind| kind.entity == info.name)?;
    let list = &entity(kind.fields)?.field("fieldID")?.picklist;
    Some(list.iter().any(|pick| field.is_named(&pick.label)))
}

/// The list of `udfFieldID`: the instance's own fields of the entity that is watched.
pub(crate) fn udf_fields(entity: &str, definitions: &[Definition]) -> Option<Vec<PicklistValue>> {
    let kind = KINDS.iter().find(|kind| kind.udf_fields == entity)?;
    let (udf_type, _) = UDF_TYPES.iter().find(|(_, name)| *name == kind.entity)?;
    let own = definitions.iter().filter(|definition| definition.udf_type == *udf_type);
    let pick = |(index, definition): (usize, &Definition)| PicklistValue {
        value: Cow::Owned(definition.id.to_string()),
        label: Cow::Owned(definition.name.clone()),
        parent_value: Cow::Borrowed(""),
        sort_order: i32::try_from(index).unwrap_or(0),
        is_active: true,
        is_system: false,
        is_default: false,
    };
    Some(own.enumerate().map(pick).collect())
}
