//! Project notes: what those who lead a project wrote about it.

use autotask_core::Instant;

use super::Maker;
use super::dice::Dice;
use super::times::seconds_between;
use crate::store::rows::Row;

/// The value of `noteType`, the title and the text.
const NOTES: [(i64, &str, &str); 7] = [
    (5, "Scope", "Scope and acceptance as in the offer; working hours 8 to 18, changes after 18 only."),
    (6, "Kick-off", "Met with the client: contacts named, dates agreed on, risks listed."),
    (7, "Access", "Remote access tested from our office, admin account handed over in person."),
    (6, "Status", "On schedule. Next week: the pilot group."),
    (6, "Delay", "Delivery of the hardware is a week late; the client knows and agrees."),
    (7, "Lessons", "Ask for the list of shared mailboxes before the offer next time."),
    (5, "Acceptance", "The client has tested and accepted. Documentation handed over."),
];

/// Makes the notes of a project, in their order, from its creation to the last thing that happened.
pub(super) fn of(
    maker: &mut Maker<'_>,
    dice: &mut Dice,
    project: &Row<'_>,
    (created, touched): (Instant, Instant),
) -> rusqlite::Result<()> {
    let count = dice.weighted(&[(15, 0_usize), (25, 1), (30, 3), (20, 5), (10, 7)]);
    let room = u32::try_from(seconds_between(created, touched)).unwrap_or(0);
    let mut after: Vec<u32> = (0..count).map(|_| dice.below(room.saturating_add(1))).collect();
    after.sort_unstable();
    for (seconds, (kind, title, text)) in after.into_iter().zip(NOTES) {
        let at = created.plus_seconds(i64::from(seconds));
        let mut row = maker.row("ProjectNotes");
        row.set("projectID", project.id());
        row.set("noteType", kind);
        row.set_text("title", title);
        row.set_text("description", text);
        row.set("publish", dice.weighted(&[(60, 1_i64), (40, 2)]));
        row.set("isAnnouncement", dice.percent(10));
        row.set("creatorResourceID", project.get("projectLeadResourceID").clone());
        row.set_instant("createDateTime", at);
        row.set_instant("lastActivityDate", at);
        maker.insert(row)?;
    }
    Ok(())
}
