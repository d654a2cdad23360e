//! Attachments: files as base64, with Autotask's limits, and their row in `AttachmentInfo`, which has those of all owners.

use rusqlite::types::Value as Cell;

use super::{Context, refused};
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::tenant::Tenant;
use crate::world::lists;
use crate::write::checks::missing;

/// Most bytes of one file. Decision: the documents say 6 to 7 MB; these are 6 MiB.
const FILE_BYTES_MAX: usize = 6 * 1024 * 1024;

/// The type of what has a content.
pub(crate) const FILE: &str = "FILE_ATTACHMENT";

/// What has attachments, and the field that names the owner.
const OWNERS: [(&str, &str, i64); 2] = [
    ("CompanyAttachments", "companyID", lists::ATTACHED_TO_COMPANY),
    ("TicketAttachments", "ticketID", lists::ATTACHED_TO_TICKET),
];

/// Decision: the type is told from the name's ending, since nothing else says it.
const CONTENT_TYPES: [(&str, &str); 12] = [
    ("csv", "text/csv"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("gif", "image/gif"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("txt", "text/plain"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("zip", "application/zip"),
];

/// Decision: the limits are documented, the texts ours.
pub(super) fn before(context: Context<'_>, row: &mut Row<'_>) -> Result<(), Refusal> {
    if !row.is_null("attachedByContactID") && row.int("publish") != Some(lists::PUBLISHED_TO_ALL) {
        return refused("Data violation: An Attachment of a Contact must be published to all Autotask users.");
    }
    let is_file = row.text("attachmentType") == Some(FILE);
    let bytes = match row.text("data").map(str::to_owned) {
        Some(data) if is_file => Some(
            base64_bytes(&data)
                .ok_or_else(|| Refusal::application("Error converting value to type 'System.Byte[]'. Path 'data'."))?,
        ),
        _ if is_file => return Err(missing("data")),
        // Links and folders have no content.
        _ => None,
    };
    if let Some(bytes) = bytes {
        if bytes > FILE_BYTES_MAX {
            return refused(format!("Data violation: A file can have at most {FILE_BYTES_MAX} bytes."));
        }
        if !context.volume.take(context.now, bytes as u64) {
            return refused(
                "Data violation: More than 10000000 bytes of attachments in five minutes. None can be created for five minutes.",
            );
        }
        row.set("fileSize", i64::try_from(bytes).unwrap_or(i64::MAX));
        row.set_text("contentType", content_type(row.text("fullPath").unwrap_or_default()));
    } else {
        row.set("data", Cell::Null);
    }
    own(row);
    row.set_instant("attachDate", context.now);
    if row.is_null("attachedByContactID") {
        row.set("attachedByResourceID", context.resource);
    }
    Ok(())
}

/// Puts the row in `AttachmentInfo` in.
pub(super) fn after(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    if let Some(info) = info(context.tenant, row) {
        rows::insert(context.connection, &info)?;
    }
    Ok(())
}

/// The row in `AttachmentInfo`: what the two have in common.
pub(crate) fn info<'t>(tenant: &'t Tenant, row: &Row<'_>) -> Option<Row<'t>> {
    let (.., kind) = OWNERS.iter().find(|(entity, ..)| *entity == row.table.info.name)?;
    let mut info = Row::new(tenant.named("AttachmentInfo"));
    for (at, field) in info.table.info.fields.iter().enumerate() {
        info.cells[at] = row.get(&field.name).clone();
    }
    info.set("parentType", *kind);
    Some(info)
}

/// Notes the owner where all kinds of owners are noted.
pub(crate) fn own(row: &mut Row<'_>) {
    if let Some((_, owner, _)) = OWNERS.iter().find(|(entity, ..)| *entity == row.table.info.name) {
        row.set("parentID", row.get(owner).clone());
    }
}

/// Ids of attachments are those of `AttachmentInfo`, whatever they hang on.
pub(super) fn next_id(context: Context<'_>, row: &Row<'_>) -> Result<i64, Refusal> {
    let own = rows::next_id(context.connection, row.table)?;
    if !OWNERS.iter().any(|(entity, ..)| *entity == row.table.info.name) {
        return Ok(own);
    }
    Ok(own.max(rows::next_id(context.connection, context.tenant.named("AttachmentInfo"))?))
}

pub(super) fn before_delete(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    rows::delete(context.connection, context.tenant.named("AttachmentInfo"), row.id())?;
    Ok(())
}

/// What kind of file a name is of.
pub(crate) fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    CONTENT_TYPES
        .iter()
        .find(|(known, _)| ending.eq_ignore_ascii_case(known))
        .map_or("application/octet-stream", |(_, kind)| *kind)
}

/// How many bytes a base64 text stands for; `None` when it is none. Spaces between are passed over, as .NET does.
fn base64_bytes(text: &str) -> Option<usize> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = &text[..text.len() - padding];
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let is_whole = text.len().is_multiple_of(4) && padding <= 2 && digits.iter().all(is_digit);
    (is_whole && !digits.is_empty()).then(|| text.len() / 4 * 3 - padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_told_from_other_text() {
        for (text, bytes) in [("VGVzdA==", 4), ("VGVz", 3), ("VGVz\r\n dDE=", 5)] {
            assert_eq!(base64_bytes(text), Some(bytes), "{text}");
        }
        for text in ["", "=", "====", "VGVzdA", "VGVzdA=", "VG=zdA==", "VG-zdA==", "Müll"] {
            assert_eq!(base64_bytes(text), None, "{text}");
        }
    }
}
