//! The world fits together: every row of every entity, read as a client reads it.

use std::collections::{BTreeMap, HashSet};

use crate::common::{Api, now};
use autotask_core::Instant;
use autotask_core::entities::ALL;
use serde_json::{Value, json};

/// Entities of which a new world has no rows, and why.
const EMPTY: &[(&str, &str)] = &[
    ("CompanyWebhooks", "webhooks are made by whoever listens"),
    ("CompanyWebhookExcludedResources", "webhooks are made by whoever listens"),
    ("CompanyWebhookFields", "webhooks are made by whoever listens"),
    ("CompanyWebhookUdfFields", "webhooks are made by whoever listens"),
    ("ContactWebhooks", "webhooks are made by whoever listens"),
    ("ContactWebhookExcludedResources", "webhooks are made by whoever listens"),
    ("ContactWebhookFields", "webhooks are made by whoever listens"),
    ("ContactWebhookUdfFields", "webhooks are made by whoever listens"),
    ("WebhookEventErrorLogs", "webhooks are made by whoever listens"),
];

/// Fields whose values a new world does not have to know: references to what the API cannot query, or what is gone.
const ELSEWHERE: [(&str, &str); 2] = [("DeletedTicketLogs", "ticketID"), ("DeletedTicketActivityLogs", "ticketID")];

/// The first of two is never after the second.
const ORDER: [(&str, &str); 12] = [
    ("startDate", "endDate"),
    ("startDateTime", "endDateTime"),
    ("fromDate", "toDate"),
    ("effectiveDate", "expirationDate"),
    ("createDate", "lastActivityDate"),
    ("createDate", "lastModifiedDate"),
    ("createDate", "completedDate"),
    ("createDate", "lastActivity"),
    ("createDateTime", "lastModifiedDateTime"),
    ("createDateTime", "lastActivityDateTime"),
    ("createDateTime", "completedDateTime"),
    ("datePurchased", "endDate"),
];

/// Fields that say what has happened already.
const PAST: [&str; 22] = [
    "attachDate",
    "datePurchased",
    "salesOrderDate",
    "statusLastModifiedDate",
    "createDate",
    "createDateTime",
    "lastActivity",
    "lastActivityDate",
    "lastActivityDateTime",
    "lastModifiedDate",
    "lastModifiedDateTime",
    "lastModifiedTime",
    "lastTrackedModificationDateTime",
    "lastTrackedModifiedDateTime",
    "completedDate",
    "completedDateTime",
    "billingApprovalDateTime",
    "firstResponseDateTime",
    "approveAndPostDate",
    "postedDate",
    "closedDate",
    "deletedDateTime",
];

/// Rows of all entities, and what is wrong with them.
pub(crate) struct World {
    rows: BTreeMap<&'static str, Vec<Value>>,
    wrong: Vec<String>,
}

impl World {
    pub(crate) async fn read(api: &Api) -> World {
        let mut rows = BTreeMap::new();
        for info in ALL.iter().filter(|info| info.can_query) {
            rows.insert(info.name, api.everything(info.name).await);
        }
        World { rows, wrong: Vec::new() }
    }

    pub(crate) fn of(&self, entity: &str) -> &[Value] {
        &self.rows[entity]
    }

    pub(crate) fn check(&mut self, is_right: bool, what: impl FnOnce() -> String) {
        if !is_right {
            self.wrong.push(what());
        }
    }

    #[track_caller]
    pub(crate) fn report(self) {
        let first: Vec<&String> = self.wrong.iter().take(20).collect();
        assert!(self.wrong.is_empty(), "{} are wrong, the first: {first:#?}", self.wrong.len());
    }

    fn ids(&self, entity: &str) -> Option<HashSet<i64>> {
        Some(self.rows.get(entity)?.iter().filter_map(|row| row["id"].as_i64()).collect())
    }
}

pub(crate) fn instant(value: &Value) -> Option<Instant> {
    value.as_str().and_then(Instant::parse)
}

#[tokio::test]
async fn every_row_keeps_what_its_fields_promise() {
    let api = Api::new(300);
    let mut world = World::read(&api).await;
    let planted: HashSet<i64> = api.control("GET", "world", Value::Null).await.ok()["planted"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|row| row["kind"] == "orphan")
        .filter_map(|row| row["of"].as_i64())
        .collect();
    let names: Vec<&'static str> = world.rows.keys().copied().collect();
    for entity in names {
        let fields = api.get(&format!("/{entity}/entityInformation/fields")).await.ok();
        let rows = std::mem::take(world.rows.get_mut(entity).expect("it is there"));
        let is_excused = EMPTY.iter().any(|(name, _)| *name == entity);
        world.check(rows.is_empty() == is_excused, || format!("{entity} has {} rows", rows.len()));
        let known = rows.clone();
        *world.rows.get_mut(entity).expect("it is there") = known;
        for field in fields["fields"].as_array().expect("a list") {
            let name = field["name"].as_str().expect("a name");
            let values: HashSet<String> = field["picklistValues"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|value| value["isActive"] == true)
                .map(|value| value["value"].as_str().unwrap_or_default().to_owned())
                .collect();
            let target = ALL
                .iter()
                .find(|info| info.name == entity)
                .and_then(|info| info.field(name))
                .and_then(|field| field.reference.clone())
                .filter(|_| !ELSEWHERE.contains(&(entity, name)));
            let targets = target.as_deref().and_then(|target| world.ids(target));
            for row in &rows {
                let value = &row[name];
                let here = || format!("{entity} {}: {name} is {value}", row["id"]);
                if value.is_null() {
                    world.check(field["isRequired"] != true, || format!("{} and required", here()));
                    continue;
                }
                if field["isPickList"] == true && !value.is_boolean() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    world.check(values.contains(&text), || format!("{}, not in the list {values:?}", here()));
                }
                if let Some(targets) = &targets {
                    let id = value.as_i64().unwrap_or(i64::MIN);
                    world.check(targets.contains(&id) || planted.contains(&id), || format!("{}, no row", here()));
                }
                if PAST.contains(&name) {
                    world.check(instant(value).is_some_and(|moment| moment <= now()), || format!("{}, ahead", here()));
                }
            }
        }
        for row in &rows {
            for (first, second) in ORDER {
                if let (Some(from), Some(to)) = (instant(&row[first]), instant(&row[second])) {
                    world.check(from <= to, || {
                        format!("{entity} {}: {first} {} is after {second} {}", row["id"], row[first], row[second])
                    });
                }
            }
        }
    }
    world.report();
}

#[tokio::test]
async fn a_seed_makes_the_same_rows_of_every_entity() {
    let (one, again) = (World::read(&Api::new(40)).await, World::read(&Api::new(40)).await);
    for (entity, rows) in &one.rows {
        assert!(rows == again.of(entity), "{entity}");
    }
    // Who is in a small world and in a larger one, and planted in neither, has the same tickets in both.
    let larger = World::read(&Api::new(60)).await;
    let tickets = |world: &World, company: &Value| -> Vec<Value> {
        let own = world.of("Tickets").iter().filter(|ticket| ticket["companyID"] == company["id"]);
        own.map(|ticket| json!([ticket["title"], ticket["createDate"], ticket["status"], ticket["resolution"]]))
            .collect()
    };
    let both = one.of("Companies").iter().filter(|company| larger.of("Companies").contains(company));
    let same: Vec<_> = both.map(|company| (tickets(&one, company), tickets(&larger, company))).collect();
    assert!(same.iter().filter(|(small, _)| !small.is_empty()).count() > 10);
    assert!(same.iter().all(|(small, large)| small == large));
}

#[tokio::test]
async fn what_belongs_together_agrees() {
    let mut world = World::read(&Api::new(100)).await;
    tickets(&mut world);
    contracts(&mut world);
    invoices(&mut world);
    world.report();
}

/// Rows by id.
pub(crate) fn by_id(rows: &[Value]) -> BTreeMap<i64, Value> {
    rows.iter().filter_map(|row| Some((row["id"].as_i64()?, row.clone()))).collect()
}

fn tickets(world: &mut World) {
    let tickets = by_id(world.of("Tickets"));
    let contacts = by_id(world.of("Contacts"));
    let sites = by_id(world.of("CompanyLocations"));
    let numbers: HashSet<&str> = tickets.values().filter_map(|row| row["ticketNumber"].as_str()).collect();
    world.check(numbers.len() == tickets.len(), || "ticket numbers repeat".to_owned());
    for (id, ticket) in &tickets {
        let company = &ticket["companyID"];
        for (field, rows) in [("contactID", &contacts), ("companyLocationID", &sites)] {
            if let Some(other) = ticket[field].as_i64() {
                world.check(rows[&other]["companyID"] == *company, || format!("ticket {id}: {field} of another"));
            }
        }
        let is_complete = ticket["status"] == 5;
        world.check(is_complete != ticket["completedDate"].is_null(), || format!("ticket {id}: half complete"));
        world.check(ticket["assignedResourceID"].is_null() == ticket["assignedResourceRoleID"].is_null(), || {
            format!("ticket {id}: half assigned")
        });
    }
    for entry in world.of("TimeEntries").to_vec() {
        let (start, end) = (instant(&entry["startDateTime"]), instant(&entry["endDateTime"]));
        let hours = entry["hoursWorked"].as_f64().expect("hours");
        let seconds = start.zip(end).map(|(start, end)| (end.0 - start.0) / 10_000_000);
        world.check(seconds.is_some_and(|seconds| (hours * 3600.0 - seconds as f64).abs() < 1.0), || {
            format!("time entry {}: {hours} hours", entry["id"])
        });
        let billed = entry["hoursToBill"].as_f64().expect("hours");
        world.check((billed == 0.0) == (entry["isNonBillable"] == true), || format!("time entry {}", entry["id"]));
        if let Some(ticket) = entry["ticketID"].as_i64() {
            let created = instant(&tickets[&ticket]["createDate"]);
            world.check(start >= created, || format!("time entry {} before its ticket", entry["id"]));
            let touched = instant(&tickets[&ticket]["lastActivityDate"]);
            world.check(touched >= instant(&entry["lastModifiedDateTime"]), || format!("ticket {ticket} is stale"));
        }
    }
    for note in world.of("TicketNotes").to_vec() {
        world.check(note["creatorResourceID"].is_null() != note["createdByContactID"].is_null(), || {
            format!("ticket note {}: one author", note["id"])
        });
    }
    let calls = by_id(world.of("ServiceCalls"));
    for link in world.of("ServiceCallTickets").to_vec() {
        let (call, ticket) =
            (link["serviceCallID"].as_i64().expect("an id"), link["ticketID"].as_i64().expect("an id"));
        world.check(calls[&call]["companyID"] == tickets[&ticket]["companyID"], || {
            format!("service call {call}: the ticket is of another company")
        });
    }
}

fn sum(rows: &[&Value], field: &str) -> f64 {
    rows.iter().map(|row| row[field].as_f64().unwrap_or_default()).sum()
}

fn contracts(world: &mut World) {
    let contracts = by_id(world.of("Contracts"));
    let days = |row: &Value| (instant(&row["startDate"]), instant(&row["endDate"]));
    for (entity, line) in
        [("ContractServiceUnits", "contractServiceID"), ("ContractServiceBundleUnits", "contractServiceBundleID")]
    {
        let mut slices: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for slice in world.of(entity) {
            slices.entry(slice[line].as_i64().expect("a line")).or_default().push(slice.clone());
        }
        for (line, slices) in slices {
            let contract = &contracts[&slices[0]["contractID"].as_i64().expect("a contract")];
            let (start, end) = days(contract);
            let all: Vec<_> = slices.iter().map(days).collect();
            let day = 86_400 * 10_000_000;
            let is_whole = all.first().is_some_and(|first| first.0 == start)
                && all.last().is_some_and(|last| last.1 == end)
                && all.windows(2).all(|two| two[0].1.zip(two[1].0).is_some_and(|(end, next)| end.0 + day == next.0));
            world.check(is_whole, || format!("{entity}: slices of {line} do not cover their contract"));
            world.check(slices.iter().all(|s| s["units"].as_i64() >= Some(0)), || format!("{entity}: {line} below 0"));
        }
    }
    for (id, contract) in &contracts {
        let milestones: Vec<&Value> =
            world.rows["ContractMilestones"].iter().filter(|row| row["contractID"] == *id).collect();
        let (sum, revenue) = (sum(&milestones, "amount"), contract["estimatedRevenue"].as_f64().unwrap_or(0.0));
        let is_right = (sum - revenue).abs() < 0.02;
        world.check(is_right, || format!("contract {id}: {revenue}, its milestones {sum}"));
        if let Some(next) = contract["renewedContractID"].as_i64() {
            let is_right = contracts[&next]["companyID"] == contract["companyID"]
                && contracts[&next]["contractType"] == contract["contractType"];
            world.check(is_right, || format!("contract {id} renewed by another's"));
        }
    }
    for entity in ["Tickets", "ConfigurationItems", "Projects"] {
        for row in world.of(entity).to_vec() {
            if let Some(contract) = row["contractID"].as_i64() {
                world.check(contracts[&contract]["companyID"] == row["companyID"], || {
                    format!("{entity} {}: the contract is another company's", row["id"])
                });
            }
        }
    }
}

fn invoices(world: &mut World) {
    let items = world.of("BillingItems").to_vec();
    for item in &items {
        let total = item["extendedPrice"].as_f64().unwrap_or(0.0) + item["taxDollars"].as_f64().unwrap_or(0.0);
        world.check((total - item["totalAmount"].as_f64().unwrap_or(f64::NAN)).abs() < 0.005, || {
            format!("billing item {}", item["id"])
        });
    }
    for invoice in world.of("Invoices").to_vec() {
        let own: Vec<&Value> = items.iter().filter(|item| item["invoiceID"] == invoice["id"]).collect();
        let total = sum(&own, "totalAmount");
        world.check((total - invoice["invoiceTotal"].as_f64().unwrap_or(f64::NAN)).abs() < 0.005, || {
            format!("invoice {}: {}, its items {total}", invoice["id"], invoice["invoiceTotal"])
        });
        let is_own = !own.is_empty() && own.iter().all(|item| item["companyID"] == invoice["companyID"]);
        world.check(is_own, || format!("invoice {}: items of others, or none", invoice["id"]));
    }
}
