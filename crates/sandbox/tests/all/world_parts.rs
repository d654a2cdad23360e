//! What hangs on tickets, companies and projects fits its owner: attachments, charges, second hands and notes.

use std::collections::{BTreeMap, HashSet};

use crate::common::{Api, now};
use crate::world_consistency::{World, by_id, instant};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn id(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap_or_else(|| panic!("{field} of {row}"))
}

/// The first bytes by which a kind of file is known.
fn begins_right(content_type: &str, bytes: &[u8]) -> bool {
    match content_type {
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "application/pdf" => bytes.starts_with(b"%PDF-1.4\n") && bytes.ends_with(b"%%EOF\n"),
        "text/plain" | "text/csv" => std::str::from_utf8(bytes).is_ok_and(|text| text.ends_with("\r\n")),
        _ => false,
    }
}

#[tokio::test]
async fn attachments_belong_to_their_owners_and_are_whole_files() {
    let api = Api::new(120);
    let mut world = World::read(&api).await;
    let info = by_id(world.of("AttachmentInfo"));
    let notes = by_id(world.of("TicketNotes"));
    let mut kinds = HashSet::new();
    let mut count = 0;
    for (entity, parent, owner, created, path, kind) in [
        ("TicketAttachments", "Tickets", "ticketID", "createDate", "Tickets", 4),
        ("CompanyAttachments", "Companies", "companyID", "createDate", "Companies", 1),
    ] {
        let owners = by_id(world.of(parent));
        let rows = world.of(entity).to_vec();
        assert!(rows.len() > 20, "{entity}: {}", rows.len());
        count += rows.len();
        for row in rows {
            let here = || format!("{entity} {}", row["id"]);
            let owner_row = &owners[&id(&row, owner)];
            let at = instant(&row["attachDate"]);
            world.check(at >= instant(&owner_row[created]) && at <= Some(now()), || format!("{}: {at:?}", here()));
            world.check(row["parentID"] == row[owner], || format!("{}: two owners", here()));
            if entity == "TicketAttachments" {
                let touched = instant(&owner_row["lastActivityDate"]);
                world.check(at <= touched, || format!("{}: its ticket is stale", here()));
            }
            world.check(row["attachedByResourceID"].is_null() != row["attachedByContactID"].is_null(), || {
                format!("{}: one author", here())
            });
            let by_contact = !row["attachedByContactID"].is_null();
            world.check((row["creatorType"] == 2) == by_contact, || format!("{}: creatorType", here()));
            world.check(!by_contact || row["publish"] == 1, || format!("{}: a contact's, and internal", here()));
            if let Some(note) = row["ticketNoteID"].as_i64() {
                let note = &notes[&note];
                let is_right = note["ticketID"] == row["ticketID"]
                    && note["createdByContactID"] == row["attachedByContactID"]
                    && note["createDateTime"] == row["attachDate"];
                world.check(is_right, || format!("{}: another note's", here()));
            }
            // The same in the list of all owners, as far as that has the field.
            let common = info.get(&id(&row, "id"));
            world.check(common.is_some_and(|common| common["parentType"] == kind), || format!("{}: no info", here()));
            for (field, value) in common.and_then(Value::as_object).into_iter().flatten() {
                let is_same = row.get(field).is_none_or(|own| own == value);
                world.check(is_same, || format!("{}: {field} is {value} in AttachmentInfo", here()));
            }
            // Lists leave the content out; by its id it is there.
            world.check(row["data"].is_null(), || format!("{}: data in a list", here()));
            let whole = api.row(entity, id(&row, "id")).await;
            let nested = api.get(&format!("/{path}/{}/Attachments/{}", row[owner], row["id"])).await.items();
            world.check(nested == [whole.clone()], || format!("{}: not the same below its owner", here()));
            kinds.insert(row["attachmentType"].as_str().expect("a type").to_owned());
            let is_file = row["attachmentType"] == "FILE_ATTACHMENT";
            world.check(is_file != whole["data"].is_null(), || format!("{}: data", here()));
            let Some(data) = whole["data"].as_str() else { continue };
            let bytes = STANDARD.decode(data).expect("base64");
            kinds.insert(row["contentType"].as_str().expect("a type").to_owned());
            world.check(bytes.len() == usize::try_from(id(&row, "fileSize")).expect("small"), || {
                format!("{}: {} bytes, and {} are said", here(), bytes.len(), row["fileSize"])
            });
            let is_right = begins_right(row["contentType"].as_str().unwrap_or_default(), &bytes);
            world.check(is_right && bytes.len() < 6 * 1024 * 1024, || format!("{}: spoilt", here()));
        }
    }
    world.check(count == info.len(), || format!("{count} attachments, {} in the list of all", info.len()));
    for note in notes.values().filter(|note| note["description"] == "Screenshot attached, this is what I see.") {
        let is_kept = world.of("TicketAttachments").iter().any(|row| row["ticketNoteID"] == note["id"]);
        world.check(is_kept, || format!("ticket note {}: no screenshot", note["id"]));
    }
    let expected: HashSet<String> = [
        "FILE_ATTACHMENT",
        "URL",
        "FILE_LINK",
        "FOLDER_LINK",
        "image/png",
        "application/pdf",
        "text/plain",
        "text/csv",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(kinds, expected);
    world.report();
    // Whoever adds one gets the next id, whatever it hangs on.
    let last = *info.keys().next_back().expect("some");
    let company = api.company("Later", json!({})).await;
    let body = json!({"attachmentType": "URL", "fullPath": "https://example.com", "title": "t", "publish": 1});
    assert_eq!(api.post(&format!("/Companies/{company}/Attachments"), body).await.item_id(), last + 1);
}

#[tokio::test]
async fn charges_agree_with_their_tickets_and_their_items() {
    let mut world = World::read(&Api::new(300)).await;
    let tickets = by_id(world.of("Tickets"));
    let products = by_id(world.of("Products"));
    let charges = by_id(world.of("TicketCharges"));
    let items: BTreeMap<i64, Value> = world
        .of("BillingItems")
        .iter()
        .filter_map(|row| Some((row["ticketChargeID"].as_i64()?, row.clone())))
        .collect();
    assert!(charges.len() > 100 && items.len() > 30, "{} charges, {} items", charges.len(), items.len());
    let is_near = |one: &Value, other: f64| (one.as_f64().unwrap_or(f64::NAN) - other).abs() < 0.005;
    for (charge, row) in &charges {
        let here = |what: &str| format!("charge {charge}: {what}");
        let ticket = &tickets[&id(row, "ticketID")];
        let (from, until) = (instant(&ticket["createDate"]), instant(&ticket["completedDate"]).or(Some(now())));
        let made = instant(&row["createDate"]);
        world.check(made >= from && made <= until, || here("outside of its ticket"));
        let bought = row["datePurchased"].as_str().unwrap_or_default();
        let day = row["createDate"].as_str().unwrap_or_default();
        world.check(bought.get(..10) == day.get(..10) && bought.ends_with("T00:00:00Z"), || here("another day"));
        let quantity = row["unitQuantity"].as_f64().expect("a quantity");
        for (sum, each) in [("billableAmount", "unitPrice"), ("extendedCost", "unitCost")] {
            world.check(is_near(&row[sum], quantity * row[each].as_f64().expect("a price")), || here(sum));
        }
        if let Some(product) = row["productID"].as_i64() {
            let product = &products[&product];
            let is_same = ["unitPrice", "unitCost", "name"].iter().all(|field| product[*field] == row[*field]);
            world.check(is_same, || here("another product"));
        }
        let is_delivered = row["status"] == 3;
        world.check(is_delivered == (ticket["status"] == 5), || here("delivered, or not"));
        world.check(row["isBilled"] == false || row["isBillableToCompany"] == true && is_delivered, || here("billed"));
        // What was billed more than a year ago is on invoices of the program before.
        let changed = instant(&row["statusLastModifiedDate"]).expect("an instant");
        let is_recent = changed >= now().plus_seconds(-364 * 86_400);
        world.check(row["isBilled"] == false || items.contains_key(charge) || !is_recent, || here("no item"));
    }
    for (charge, item) in &items {
        let row = &charges[charge];
        let is_right = row["isBilled"] == true
            && item["billingItemType"] == 3
            && item["ticketID"] == row["ticketID"]
            && item["companyID"] == tickets[&id(row, "ticketID")]["companyID"]
            && item["extendedPrice"] == row["billableAmount"]
            && item["itemName"] == row["name"]
            && instant(&item["postedDate"]) >= instant(&row["statusLastModifiedDate"]);
        world.check(is_right, || format!("item {} is not that of charge {charge}", item["id"]));
    }
    world.report();
}

#[tokio::test]
async fn second_hands_notes_and_billing_by_user_fit() {
    let mut world = World::read(&Api::new(300)).await;
    let tickets = by_id(world.of("Tickets"));
    let mut seen = HashSet::new();
    let secondary = world.of("TicketSecondaryResources").to_vec();
    assert!(secondary.len() > 20);
    for row in secondary {
        let (ticket, resource) = (id(&row, "ticketID"), id(&row, "resourceID"));
        world.check(seen.insert((ticket, resource)), || format!("ticket {ticket}: {resource} twice"));
        let primary = tickets[&ticket]["assignedResourceID"].as_i64();
        world.check(primary.is_some_and(|primary| primary != resource), || format!("ticket {ticket}: {primary:?}"));
    }
    let projects = by_id(world.of("Projects"));
    let notes = world.of("ProjectNotes").to_vec();
    assert!(notes.len() > 50);
    for note in notes {
        let project = &projects[&id(&note, "projectID")];
        let at = instant(&note["createDateTime"]);
        let is_within = at >= instant(&project["createDateTime"]) && at <= instant(&project["lastActivityDateTime"]);
        world.check(is_within, || format!("project note {}: {at:?}", note["id"]));
    }
    let contacts = by_id(world.of("Contacts"));
    let associations = world.of("ContactBillingProductAssociations").to_vec();
    assert!(associations.len() > 20);
    let mut seen = HashSet::new();
    for row in associations {
        let contact = &contacts[&id(&row, "contactID")];
        let is_right = contact["isActive"] == 1
            && instant(&row["effectiveDate"]) >= instant(&contact["createDate"])
            && seen.insert(id(&row, "contactID"));
        world.check(is_right, || format!("association {}", row["id"]));
    }
    world.report();
}
