//! Life: what people of an MSP do to their book, as a seeded stream of writes.
//!
//! Every step is a write of Autotask's API by some resource, through the same checks, rules and stamps, so that it is
//! refused where Autotask would refuse it, and told to webhooks. The same seed does the same to the same book.

use autotask_core::EntityInfo;
use autotask_core::entity;
use autotask_core::route::Route;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::dice::Dice;
use super::{names, places::Country};
use crate::answer::Refusal;
use crate::tenant::Tenant;

/// The stream of the first step; later steps follow it.
const FIRST_STREAM: u64 = 3 << 41;
/// The row of `_ids` that counts the steps.
const COUNTER: &str = "_life";

/// One thing that somebody does.
pub(crate) struct Step {
    /// 1 for the first since the world was made.
    pub(crate) number: u64,
    /// What it is, for people: `a contact leaves`.
    pub(crate) what: &'static str,
    pub(crate) route: Route,
    pub(crate) body: Value,
    /// The resource that does it.
    pub(crate) resource: i64,
}

/// Takes the number of the next step.
pub(crate) fn next_number(connection: &Connection) -> Result<u64, Refusal> {
    connection
        .prepare_cached(
            "INSERT INTO \"_ids\" (\"entity\", \"next\") VALUES (?1, 1) \
             ON CONFLICT (\"entity\") DO UPDATE SET \"next\" = \"next\" + 1",
        )?
        .execute([COUNTER])?;
    let number: i64 = connection
        .prepare_cached("SELECT \"next\" FROM \"_ids\" WHERE \"entity\" = ?1")?
        .query_row([COUNTER], |row| row.get(0))?;
    Ok(u64::try_from(number).unwrap_or(1))
}

/// What happens in a step; `None` in a book that has nothing it could happen to.
pub(crate) fn step(
    connection: &Connection,
    tenant: &Tenant,
    seed: u64,
    number: u64,
    now: autotask_core::Instant,
) -> Result<Option<Step>, Refusal> {
    let mut dice = Dice::new(seed, FIRST_STREAM + number);
    let Some(resource) = any(connection, &mut dice, "Resources", "\"isActive\" = 1 AND \"licenseType\" IS NOT 7")?
    else {
        return Ok(None);
    };
    let mut scene = Scene { connection, tenant, dice, now, resource };
    let done = match scene.dice.below(100) {
        0..18 => scene.new_ticket(),
        18..34 => scene.ticket_moves_on(),
        34..48 => scene.ticket_gets_a_note(),
        48..58 => scene.contact_calls_elsewhere(),
        58..68 => scene.new_contact(),
        68..76 => scene.company_gets_a_note(),
        76..82 => scene.contact_leaves(),
        82..88 => scene.company_moves(),
        88..92 => scene.company_is_renamed(),
        92..96 => scene.new_company(),
        96..98 => scene.location_closes(),
        _ => scene.contact_is_deleted(),
    }?;
    Ok(done.map(|(what, route, body)| Step { number, what, route, body, resource }))
}

/// What it is, where it is written, and what is written.
type Done = (&'static str, Route, Value);

struct Scene<'a> {
    connection: &'a Connection,
    tenant: &'a Tenant,
    dice: Dice,
    now: autotask_core::Instant,
    resource: i64,
}

impl Scene<'_> {
    fn any(&mut self, table: &str, condition: &str) -> Result<Option<i64>, Refusal> {
        any(self.connection, &mut self.dice, table, condition)
    }

    fn column(&self, table: &str, column: &str, id: i64) -> Result<Option<String>, Refusal> {
        let sql = format!("SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\" WHERE \"id\" = ?1");
        Ok(self.connection.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?.flatten())
    }

    fn parent(&self, table: &str, column: &str, id: i64) -> Result<i64, Refusal> {
        Ok(self.column(table, column, id)?.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// One of a field's active values that stand for themselves.
    fn picked(&mut self, entity: &str, field: &str) -> Option<i64> {
        let values: Vec<i64> = self
            .tenant
            .named(entity)
            .info
            .field(field)?
            .picklist
            .iter()
            .filter(|pick| pick.is_active && pick.parent_value.is_empty())
            .filter_map(autotask_core::PicklistValue::number)
            .collect();
        let at = self.dice.below(u32::try_from(values.len()).ok().filter(|count| *count > 0)?);
        values.get(usize::try_from(at).ok()?).copied()
    }

    fn company(&mut self) -> Result<Option<i64>, Refusal> {
        self.any("Companies", "\"isActive\" = 1 AND \"id\" > 0")
    }

    fn new_ticket(&mut self) -> Result<Option<Done>, Refusal> {
        const TITLES: [&str; 8] = [
            "Printer on the second floor prints blank pages",
            "Cannot reach the file share",
            "New starter on Monday: laptop and accounts",
            "Mail to one customer comes back",
            "VPN drops every ten minutes",
            "Screen stays black after the update",
            "Please reset the password of a colleague",
            "Backup of last night failed",
        ];
        let Some(company) = self.any("Companies", "\"isActive\" = 1 AND \"companyType\" = 1")? else { return Ok(None) };
        let (queue, priority) = (self.picked("Tickets", "queueID"), self.picked("Tickets", "priority"));
        let hours = i64::from(self.dice.between(4, 72));
        let body = json!({
            "companyID": company, "title": self.dice.pick(&TITLES), "status": 1, "priority": priority, "queueID": queue,
            "dueDateTime": self.now.plus_seconds(hours * 3_600).to_string(),
        });
        Ok(Some(("a ticket comes in", Route::Create(known("Tickets"), None), body)))
    }

    fn ticket_moves_on(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(ticket) = self.any("Tickets", "\"status\" <> 5")? else { return self.new_ticket() };
        let status = if self.dice.percent(60) { Some(5) } else { self.picked("Tickets", "status") };
        Ok(Some(("a ticket moves on", Route::Update(known("Tickets"), None), json!({"id": ticket, "status": status}))))
    }

    fn ticket_gets_a_note(&mut self) -> Result<Option<Done>, Refusal> {
        const NOTES: [&str; 5] = [
            "Called back, nobody there. Will try tomorrow.",
            "Restarted the service; it has run since.",
            "Waiting for the part, which the supplier promises for Thursday.",
            "Asked for a screenshot.",
            "Done on site. Two more machines show the same: see the list.",
        ];
        let Some(ticket) = self.any("Tickets", "\"status\" <> 5")? else { return self.new_ticket() };
        let (kind, publish) = (self.picked("TicketNotes", "noteType"), self.picked("TicketNotes", "publish"));
        let body = json!({
            "title": "Update", "description": self.dice.pick(&NOTES), "noteType": kind, "publish": publish,
        });
        Ok(Some(("a ticket gets a note", Route::Create(known("TicketNotes"), Some(ticket)), body)))
    }

    fn contact_calls_elsewhere(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(contact) = self.any("Contacts", "\"isActive\" = 1")? else { return Ok(None) };
        let company = self.parent("Contacts", "companyID", contact)?;
        let phone = self.dice.shape("(###) 555-01##");
        let body = json!({"id": contact, "mobilePhone": phone});
        Ok(Some(("a contact has another phone", Route::Update(known("Contacts"), Some(company)), body)))
    }

    fn new_contact(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(company) = self.company()? else { return Ok(None) };
        let (first, last, _) = names::person(&mut self.dice, "US");
        let domain = self.dice.pick(&["example.com", "example.net", "gmail.test"]);
        let email = format!("{}.{}@{domain}", names::slug(first), names::slug(last));
        let body = json!({"firstName": first, "lastName": last, "emailAddress": email, "isActive": 1});
        Ok(Some(("a contact joins", Route::Create(known("Contacts"), Some(company)), body)))
    }

    fn contact_leaves(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(contact) = self.any("Contacts", "\"isActive\" = 1 AND \"primaryContact\" IS NOT 1")? else {
            return self.new_contact();
        };
        let company = self.parent("Contacts", "companyID", contact)?;
        let body = json!({"id": contact, "isActive": 0});
        Ok(Some(("a contact leaves", Route::Update(known("Contacts"), Some(company)), body)))
    }

    fn contact_is_deleted(&mut self) -> Result<Option<Done>, Refusal> {
        let unused = "\"isActive\" = 0 AND \"primaryContact\" IS NOT 1 AND \"id\" NOT IN \
                      (SELECT \"contactID\" FROM \"Tickets\" WHERE \"contactID\" IS NOT NULL)";
        let Some(contact) = self.any("Contacts", unused)? else { return self.contact_leaves() };
        let company = self.parent("Contacts", "companyID", contact)?;
        Ok(Some(("a contact is deleted", Route::Delete(known("Contacts"), Some(company), contact), Value::Null)))
    }

    fn company_gets_a_note(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(company) = self.company()? else { return Ok(None) };
        let body = json!({
            "actionType": self.picked("CompanyNotes", "actionType"), "assignedResourceID": self.resource,
            "startDateTime": self.now.plus_seconds(-1_800).to_string(), "endDateTime": self.now.to_string(),
            "name": "Call", "note": "Talked about the renewal; they want the figures by the end of the month.",
        });
        Ok(Some(("a company gets a note", Route::Create(known("CompanyNotes"), Some(company)), body)))
    }

    fn company_moves(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(company) = self.company()? else { return Ok(None) };
        let country = Country::named("US");
        let place = country.place(&mut self.dice);
        let body = json!({
            "id": company, "address1": country.street(&mut self.dice), "city": place.city, "state": place.state,
            "postalCode": place.postal_code(&mut self.dice), "countryID": country.id,
        });
        Ok(Some(("a company moves", Route::Update(known("Companies"), None), body)))
    }

    fn company_is_renamed(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(company) = self.company()? else { return Ok(None) };
        let name = self.column("Companies", "companyName", company)?.unwrap_or_default();
        let shouted = name.to_uppercase();
        // People tidy up what others shouted, and shout in turn.
        let written = if shouted == name { format!("{} Group", name.trim()) } else { shouted };
        let written: String = written.chars().take(100).collect();
        Ok(Some((
            "a company is renamed",
            Route::Update(known("Companies"), None),
            json!({"id": company, "companyName": written}),
        )))
    }

    fn new_company(&mut self) -> Result<Option<Done>, Refusal> {
        let country = Country::named("US");
        let place = country.place(&mut self.dice);
        let name = names::company(&mut self.dice, country.code, place.city).full();
        let body = json!({
            "companyName": name.chars().take(100).collect::<String>(), "companyType": 3, "phone": place.phone(&mut self.dice),
            "ownerResourceID": self.resource, "city": place.city, "state": place.state, "countryID": country.id,
        });
        Ok(Some(("a prospect comes in", Route::Create(known("Companies"), None), body)))
    }

    fn location_closes(&mut self) -> Result<Option<Done>, Refusal> {
        let Some(location) = self.any("CompanyLocations", "\"isPrimary\" = 0")? else { return self.company_moves() };
        let company = self.parent("CompanyLocations", "companyID", location)?;
        Ok(Some(("a location closes", Route::Delete(known("CompanyLocations"), Some(company), location), Value::Null)))
    }
}

/// Any row that fits: the first one from a random id on, so that large tables are not counted through.
fn any(connection: &Connection, dice: &mut Dice, table: &str, condition: &str) -> Result<Option<i64>, Refusal> {
    let ends: (Option<i64>, Option<i64>) = connection
        .prepare_cached(&format!("SELECT min(\"id\"), max(\"id\") FROM \"{table}\" WHERE \"id\" > 0"))?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(low), Some(high)) = ends else { return Ok(None) };
    let width = u32::try_from(high.saturating_sub(low)).unwrap_or(u32::MAX - 1);
    let from = low + i64::from(dice.below(width + 1));
    let sql = format!("SELECT \"id\" FROM \"{table}\" WHERE {condition} AND \"id\" >= ?1 ORDER BY \"id\" LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = |from: i64| statement.query_row(params![from], |row| row.get(0)).optional();
    match found(from)? {
        Some(id) => Ok(Some(id)),
        None => Ok(found(low)?),
    }
}

/// An entity that this crate names.
fn known(name: &str) -> &'static EntityInfo {
    // INVARIANT: every name above is one of the facts; the fallback is never taken.
    entity(name).unwrap_or(autotask_core::entities::ALL[0])
}
