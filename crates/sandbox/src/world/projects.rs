//! Projects of a customer: phases, their tasks, the work on them and the visits for them.

use autotask_core::Instant;

use super::book::{Book, Client, Stream};
use super::contracts::{Agreement, FIXED_PRICE};
use super::deleted::Kept;
use super::dice::Dice;
use super::invoices::Items;
use super::times::{DAY, HOUR, midnight, seconds_between};
use super::{Maker, calls, entries, project_notes};
use crate::store::rows::Row;

/// A name, and the phases by title with the titles of their tasks.
type Plan = (&'static str, &'static [(&'static str, &'static [&'static str])]);

/// What projects are about, each with its phases and their tasks.
const PLANS: [Plan; 4] = [
    (
        "Move to Microsoft 365",
        &[
            ("Preparation", &["Inventory of mailboxes", "Plan of the migration"]),
            ("Migration", &["Pilot group", "All mailboxes", "Shared folders"]),
            ("Hand-over", &["Training of users", "Documentation"]),
        ],
    ),
    (
        "Server replacement",
        &[
            ("Preparation", &["Sizing", "Order hardware"]),
            ("Installation", &["Rack and cabling", "Install hosts", "Move machines"]),
            ("Hand-over", &["Acceptance test", "Documentation"]),
        ],
    ),
    (
        "Network renewal",
        &[
            ("Survey", &["Measure wireless", "Draw the plan"]),
            ("Installation", &["Switches", "Access points", "Firewall"]),
        ],
    ),
    (
        "Onboarding",
        &[
            ("Discovery", &["Collect credentials", "Audit of devices"]),
            ("Rollout", &["Install agents", "Set up backup", "Set up monitoring"]),
        ],
    ),
];

const COMPLETE: i64 = 5;

/// Where a project stands.
struct Course {
    created: Instant,
    completed: Option<Instant>,
}

/// Hours and tasks of a project, summed up.
#[derive(Default)]
struct Sums {
    estimated: f64,
    actual: f64,
    billed: f64,
    tasks: u32,
    complete: u32,
    touched: Option<Instant>,
}

/// Makes the projects of a customer.
pub(super) fn all<'a>(
    maker: &mut Maker<'a>,
    book: &mut Book,
    client: &Client<'_, '_>,
    contracts: &[Agreement],
    items: &mut Items<'a>,
) -> rusqlite::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    let mut dice = Stream::Projects.dice(maker, client.number);
    let mut notes = Stream::ProjectNotes.dice(maker, client.number);
    for _ in 0..dice.weighted(&[(62, 0_u32), (30, 1), (8, 2)]) {
        one(maker, book, client, contracts, (&mut dice, &mut notes), (items, &mut kept))?;
    }
    Ok(kept)
}

fn one<'a>(
    maker: &mut Maker<'a>,
    book: &mut Book,
    client: &Client<'_, '_>,
    contracts: &[Agreement],
    (dice, notes): (&mut Dice, &mut Dice),
    (items, kept): (&mut Items<'a>, &mut Vec<Kept>),
) -> rusqlite::Result<()> {
    let (name, phases) = PLANS[usize::try_from(dice.below(4)).unwrap_or(0)];
    let ago = dice.between(0, client.company.age.min(500));
    let created = maker.days_ago(dice, ago).max(super::tickets::created_of(client));
    let start = midnight(created).plus_seconds(i64::from(dice.between(1, 14)) * DAY + 8 * HOUR);
    let end = start.plus_seconds(i64::from(dice.between(20, 120)) * DAY + 9 * HOUR);
    let is_done = end <= maker.now && (dice.percent(88) || !client.is_active());
    let course = Course { created, completed: is_done.then_some(end) };
    let lead = book.catalog.technicians[usize::try_from(dice.below(4)).unwrap_or(0) % book.catalog.technicians.len()];
    let mut row = maker.row("Projects");
    row.set("id", maker.next_id(row.table));
    let id = row.id();
    let number = book.numbers.next_project(created);
    row.set_text("projectNumber", &number);
    row.set_cut("projectName", Some(&format!("{name}, {}", client.company.name.core)));
    row.set("companyID", client.company.id);
    row.set("companyOwnerResourceID", client.company.row.get("ownerResourceID").clone());
    row.set("projectType", 5_i64);
    row.set("department", book.catalog.project_department);
    row.set("projectLeadResourceID", lead);
    row.set("creatorResourceID", lead);
    row.set(
        "contractID",
        contracts.iter().find(|c| c.kind == FIXED_PRICE && c.covers(start)).map(|contract| contract.id),
    );
    row.set_instant("createDateTime", created);
    row.set_instant("startDateTime", start);
    row.set_instant("endDateTime", end);
    row.set("duration", seconds_between(start, end).div_euclid(DAY) + 1);

    let mut sums = Sums::default();
    let parts = i64::try_from(phases.len()).unwrap_or(1);
    let length = seconds_between(start, end) / parts;
    for (index, (title, tasks)) in (0_i64..).zip(phases) {
        let from = start.plus_seconds(index * length);
        let until = from.plus_seconds(length);
        let mut phase = maker.row("Phases");
        phase.set("id", maker.next_id(phase.table));
        phase.set("projectID", id);
        phase.set_text("title", title);
        phase.set_text("phaseNumber", &format!("{number}.{}", index + 1));
        phase.set_instant("startDate", midnight(from));
        phase.set_instant("dueDate", midnight(until));
        phase.set("isScheduled", true);
        phase.set("creatorResourceID", lead);
        phase.set_instant("createDate", created);
        phase.set_instant("lastActivityDateTime", created);
        let mut estimated = 0.0;
        for (position, title) in (1..).zip(*tasks) {
            let mut task = maker.row("Tasks");
            task.set("projectID", id);
            task.set("phaseID", phase.id());
            task.set_text("title", title);
            task.set_text("taskNumber", &format!("{number}.{}.{position}", index + 1));
            estimated += self::task(maker, book, client, dice, &course, (from, until), &mut task, (&mut sums, items))?;
            kept.push(Kept {
                entity: "Tasks",
                id: task.id(),
                number: task.text("taskNumber").unwrap_or_default().to_owned(),
                touched: Instant(task.int("lastActivityDateTime").unwrap_or_default()),
            });
            maker.insert(task)?;
        }
        phase.set("estimatedHours", estimated);
        maker.insert(phase)?;
    }
    row.set("estimatedTime", sums.estimated);
    row.set("actualHours", sums.actual);
    row.set("actualBilledHours", sums.billed);
    row.set("laborEstimatedRevenue", sums.estimated * 180.0);
    row.set("laborEstimatedCosts", sums.estimated * 80.0);
    row.set("originalEstimatedRevenue", sums.estimated * 180.0);
    row.set("completedPercentage", i64::from(sums.complete * 100 / sums.tasks.max(1)));
    row.set("status", if is_done { COMPLETE } else { i64::from(start <= maker.now) + 1 });
    if let Some(completed) = course.completed {
        row.set_instant("completedDateTime", completed);
    }
    let touched = sums.touched.into_iter().chain(course.completed).max().unwrap_or(created);
    row.set_instant("statusDateTime", course.completed.unwrap_or(created));
    row.set_instant("lastActivityDateTime", touched);
    row.set("lastActivityResourceID", lead);
    row.set("lastActivityPersonType", 1_i64);
    project_notes::of(maker, notes, &row, (created, touched))?;
    maker.insert(row)?;
    Ok(())
}

/// Completes the row of a task, and makes the work on it; answers its estimated hours.
#[allow(clippy::too_many_arguments, reason = "one caller, and all of it is about this task")]
fn task<'a>(
    maker: &mut Maker<'a>,
    book: &mut Book,
    client: &Client<'_, '_>,
    dice: &mut Dice,
    course: &Course,
    (from, until): (Instant, Instant),
    row: &mut Row<'_>,
    (sums, items): (&mut Sums, &mut Items<'a>),
) -> rusqlite::Result<f64> {
    let technicians: Vec<&i64> = book.catalog.technicians.iter().collect();
    let technician = *dice.pick(&technicians);
    let role = book.catalog.roles[1 + usize::try_from(dice.below(2)).unwrap_or(0)];
    let quarters = dice.between(4, 40);
    let estimated = f64::from(quarters) / 4.0;
    let completed = match course.completed {
        Some(_) => Some(until.min(maker.now)),
        None => Some(until).filter(|until| *until <= maker.now && dice.percent(85)),
    };
    row.set("id", maker.next_id(row.table));
    let worked_until = completed.unwrap_or(maker.now.min(until));
    let mut actual = 0.0;
    let mut touched = completed.unwrap_or(course.created);
    if worked_until > from {
        for _ in 0..dice.between(0, 3) {
            let part = dice.between(1, quarters.div_ceil(2));
            let Some(start) = entries::start_between(dice, from, worked_until, part) else { continue };
            let mut entry = maker.row("TimeEntries");
            entry.set("taskID", row.id());
            entry.set("timeEntryType", 6_i64);
            entry.set("resourceID", technician);
            entry.set("roleID", role.0);
            entry.set("billingCodeID", book.catalog.code("Project Work"));
            entry.set_text("summaryNotes", row.text("title").unwrap_or_default());
            touched = touched.max(entries::spend(maker, dice, &mut entry, start, part));
            actual += f64::from(part) / 4.0;
            if !entry.is_true("isNonBillable") {
                sums.billed += f64::from(part) / 4.0;
            }
            entry.set("id", maker.next_id(entry.table));
            items.labor(maker, &entry, role.1, false, row.int("projectID"));
            maker.insert(entry)?;
        }
    }
    for (field, value) in [("taskType", 1), ("taskCategoryID", 2), ("creatorType", 1), ("lastActivityPersonType", 1)] {
        row.set(field, value);
    }
    row.set("status", if completed.is_some() { COMPLETE } else { if actual > 0.0 { 8 } else { 1 } });
    row.set("priority", 0_i64);
    row.set("assignedResourceID", technician);
    row.set("assignedResourceRoleID", role.0);
    row.set("billingCodeID", book.catalog.code("Project Work"));
    row.set("departmentID", book.catalog.project_department);
    row.set("companyLocationID", client.company.sites[0]);
    row.set("isTaskBillable", true);
    row.set("isVisibleInClientPortal", true);
    row.set("canClientPortalUserCompleteTask", false);
    row.set("estimatedHours", estimated);
    row.set("hoursToBeScheduled", estimated);
    row.set("remainingHours", if completed.is_some() { 0.0 } else { (estimated - actual).max(0.0) });
    row.set("creatorResourceID", technician);
    row.set("lastActivityResourceID", technician);
    row.set_instant("createDateTime", course.created);
    row.set_instant("startDateTime", from);
    row.set_instant("endDateTime", until);
    row.set_instant("lastActivityDateTime", touched);
    if let Some(completed) = completed {
        row.set_instant("completedDateTime", completed);
        row.set("completedByResourceID", technician);
        row.set("completedByType", 1_i64);
    }
    if dice.percent(15) {
        calls::of_task(maker, book, dice, client, row, (course.created, from))?;
    }
    sums.estimated += estimated;
    sums.actual += actual;
    sums.tasks += 1;
    sums.complete += u32::from(completed.is_some());
    sums.touched = sums.touched.max(Some(touched));
    Ok(estimated)
}
