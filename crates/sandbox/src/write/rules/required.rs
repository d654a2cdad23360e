//! Required: fields that other fields, or settings of the instance, make required beyond what the metadata says.

use crate::answer::Refusal;
use crate::store::rows::Row;
use crate::write::checks::{is_empty, missing};

/// Refuses a row without what its other fields ask for.
pub(super) fn check(row: &Row<'_>) -> Result<(), Refusal> {
    let needs = |field: &str| if is_empty(row.get(field)) { Err(missing(field)) } else { Ok(()) };
    match row.table.info.name {
        // Recorded: the ticket categories of this instance ask for titles, which the metadata does not say.
        "TicketNotes" => needs("title"),
        "Tasks" if !row.is_null("assignedResourceID") => {
            let missing = ["billingCodeID", "departmentID"].into_iter().filter(|field| row.is_null(field));
            let texts: Vec<String> = missing
                .map(|field| {
                    format!("{field} is a required field when a Resource (primary/secondary) is assigned to a Task")
                })
                .collect();
            if texts.is_empty() { Ok(()) } else { Err(Refusal::Several(texts)) }
        }
        _ => Ok(()),
    }
}
