//! Permissions: which role may do what, in two tables. What is in neither is refused.
//!
//! `docs/permissions.md` shows what comes of them; a test asks the router for all of it.

use autotask_core::entity_names;
use autotask_core::route::Route;
use http::Method;
use serde::Serialize;

use super::Role;
use crate::refusal::Refusal;
use Role::{Administrator, Editor, Viewer};

/// What is done with rows of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Says what the entity is made of.
    Describe,
    /// Reads rows, one or many, or counts them.
    Read,
    /// Makes a row.
    Create,
    /// Changes a row.
    Update,
    /// Takes a row away.
    Delete,
    /// Adds a file.
    Attach,
}

impl Operation {
    /// What a route does; `None` where it is about no entity.
    fn of(route: &Route) -> Option<Operation> {
        Some(match route {
            Route::Zone | Route::Versions | Route::Version | Route::Threshold | Route::Modules | Route::Entities => {
                return None;
            }
            Route::EntityInformation(_) | Route::Fields(_) | Route::UserDefinedFields(_) => Operation::Describe,
            Route::Query(..) | Route::Count(..) | Route::Get(..) | Route::Children(..) | Route::Child(..) => {
                Operation::Read
            }
            Route::Create(entity, _) => Operation::making(entity.name),
            Route::Update(..) | Route::Replace(..) => Operation::Update,
            Route::Delete(..) => Operation::Delete,
        })
    }

    /// What makes a row of this entity.
    fn making(entity: &str) -> Operation {
        if entity.ends_with("Attachments") { Operation::Attach } else { Operation::Create }
    }

    /// The word in Autotask's own sentence about missing permissions.
    fn word(self) -> &'static str {
        match self {
            Operation::Describe | Operation::Read => "query",
            Operation::Create | Operation::Attach => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
        }
    }
}

/// Entities that go together, and the least role for each operation; `None` is for nobody.
struct Area {
    entities: &'static [&'static str],
    describe: Option<Role>,
    read: Option<Role>,
    create: Option<Role>,
    update: Option<Role>,
    delete: Option<Role>,
    attach: Option<Role>,
}

impl Area {
    fn least(&self, operation: Operation) -> Option<Role> {
        match operation {
            Operation::Describe => self.describe,
            Operation::Read => self.read,
            Operation::Create => self.create,
            Operation::Update => self.update,
            Operation::Delete => self.delete,
            Operation::Attach => self.attach,
        }
    }
}

/// Read by all, and written by none: each area says what else there is.
const READ_ONLY: Area = Area {
    entities: &[],
    describe: Some(Viewer),
    read: Some(Viewer),
    create: None,
    update: None,
    delete: None,
    attach: None,
};

/// Every entity, once.
const AREAS: [Area; 5] = [
    // Daily work: customers, what is sold to them and done for them.
    Area {
        entities: &[
            "Companies",
            "CompanyAlerts",
            "CompanyAttachments",
            "CompanyLocations",
            "CompanyNotes",
            "CompanySiteConfigurations",
            "CompanyTeams",
            "CompanyToDos",
            "ConfigurationItems",
            "ContactBillingProductAssociations",
            "ContactGroupContacts",
            "ContactGroups",
            "Contacts",
            "Opportunities",
            "Phases",
            "ProjectNotes",
            "Projects",
            "Quotes",
            "SalesOrders",
            "ServiceCallTaskResources",
            "ServiceCallTasks",
            "ServiceCallTicketResources",
            "ServiceCallTickets",
            "ServiceCalls",
            "Tasks",
            "TicketAttachments",
            "TicketCharges",
            "TicketNotes",
            "TicketSecondaryResources",
            "Tickets",
            "TimeEntries",
        ],
        create: Some(Editor),
        update: Some(Editor),
        delete: Some(Editor),
        attach: Some(Editor),
        ..READ_ONLY
    },
    // What clients are billed by: nothing of it is taken away in passing.
    Area {
        entities: &[
            "ContractBlocks",
            "ContractExclusionBillingCodes",
            "ContractMilestones",
            "ContractNotes",
            "ContractRates",
            "ContractRetainers",
            "ContractServiceAdjustments",
            "ContractServiceBundleAdjustments",
            "ContractServiceBundleUnits",
            "ContractServiceBundles",
            "ContractServiceUnits",
            "ContractServices",
            "Contracts",
        ],
        create: Some(Editor),
        update: Some(Editor),
        delete: Some(Administrator),
        ..READ_ONLY
    },
    // What was billed, and what everybody's work is set up with.
    Area {
        entities: &[
            "ActionTypes",
            "BillingCodes",
            "BillingItems",
            "ClassificationIcons",
            "CompanyCategories",
            "ConfigurationItemTypes",
            "Countries",
            "Currencies",
            "Departments",
            "InvoiceTemplates",
            "Invoices",
            "OpportunityCategories",
            "PaymentTerms",
            "Products",
            "Queues",
            "Resources",
            "Roles",
            "ServiceBundles",
            "Services",
            "TaxCategories",
            "TaxRegions",
            "UserDefinedFieldDefinitions",
            "UserDefinedFieldListItems",
        ],
        create: Some(Administrator),
        update: Some(Administrator),
        delete: Some(Administrator),
        ..READ_ONLY
    },
    // What Autotask writes by itself.
    Area {
        entities: &["AttachmentInfo", "DeletedTaskActivityLogs", "DeletedTicketActivityLogs", "DeletedTicketLogs"],
        ..READ_ONLY
    },
    // A webhook sends every change to an address that its maker chose, past this server and its permissions, and its row
    // holds the key that deliveries are signed with.
    Area {
        entities: &[
            "CompanyWebhookExcludedResources",
            "CompanyWebhookFields",
            "CompanyWebhookUdfFields",
            "CompanyWebhooks",
            "ContactWebhookExcludedResources",
            "ContactWebhookFields",
            "ContactWebhookUdfFields",
            "ContactWebhooks",
            "WebhookEventErrorLogs",
        ],
        read: None,
        ..READ_ONLY
    },
];

/// What who asks for what nobody may is told.
const KEPT_OUT: &str = "webhooks are not reached through this proxy, since they send what changes to an address of \
                        their maker's choice; set them up with Autotask itself";

/// The first word of each address below `/api`, and the least role that reads there and that changes something. What is not
/// listed is for administrators.
const API: [(&str, Role, Role); 10] = [
    // Names of people and what they wrote.
    ("audit", Editor, Administrator),
    ("budget", Viewer, Administrator),
    // It names the API user's rights, and has credentials tried.
    ("doctor", Administrator, Administrator),
    ("drafts", Viewer, Editor),
    ("health", Viewer, Administrator),
    ("people", Administrator, Administrator),
    ("runs", Viewer, Editor),
    // Everybody signs in and out.
    ("session", Viewer, Viewer),
    ("sign-in", Viewer, Viewer),
    // Everybody's own, with the own role at most.
    ("tokens", Viewer, Viewer),
];

/// What a role may do, out of the same tables: the app shows nothing that would be refused. Autotask may refuse still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct May {
    /// The entities whose rows it makes.
    create: Vec<&'static str>,
    /// The entities whose rows it changes.
    update: Vec<&'static str>,
    /// The entities whose rows it takes away.
    delete: Vec<&'static str>,
    /// The first words of the addresses below `/api` where it reads.
    read_api: Vec<&'static str>,
    /// And of those where it changes something.
    change_api: Vec<&'static str>,
}

/// What a role may do.
pub(crate) fn may(role: Role) -> May {
    let with = |operation: fn(&str) -> Operation| {
        let is_allowed = |name: &&str| {
            let area = AREAS.iter().find(|area| area.entities.contains(name));
            area.and_then(|area| area.least(operation(name))).is_some_and(|least| least <= role)
        };
        entity_names().into_iter().filter(is_allowed).collect()
    };
    let words = |least: fn(&(&'static str, Role, Role)) -> Role| {
        API.iter().filter(|listed| least(listed) <= role).map(|(word, ..)| *word).collect()
    };
    May {
        create: with(Operation::making),
        update: with(|_| Operation::Update),
        delete: with(|_| Operation::Delete),
        read_api: words(|(_, read, _)| *read),
        change_api: words(|(.., change)| *change),
    }
}

/// Whether a role may take this route of Autotask's.
pub(crate) fn check(role: Role, route: &Route) -> Result<(), Refusal> {
    let Some((entity, operation)) = route.entity().zip(Operation::of(route)) else { return Ok(()) };
    let area = AREAS.iter().find(|area| area.entities.contains(&entity.name));
    match area.map(|area| (area.least(operation), area.read)) {
        Some((Some(least), _)) if least <= role => Ok(()),
        Some((None, None)) => Err(Refusal::Json(vec![KEPT_OUT.to_owned()])),
        // In Autotask's words, which its clients know; theirs is a sentence about the API user.
        _ => Err(Refusal::Role(format!(
            "the role {role} does not have the adequate permissions to {} {}; ask an administrator of this server",
            operation.word(),
            entity.name
        ))),
    }
}

/// Whether a role may call an address below `/api`.
pub(crate) fn check_api(role: Role, method: &Method, path: &str) -> Result<(), Refusal> {
    let word = path.trim_start_matches("/api").trim_matches('/').split('/').next().unwrap_or_default();
    let listed = API.iter().find(|(known, ..)| *known == word);
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let least = listed.map_or(Administrator, |(_, read, change)| if is_read { *read } else { *change });
    match least <= role {
        true => Ok(()),
        false => Err(Refusal::Role(format!(
            "the role {role} does not have the adequate permissions for this; ask an administrator of this server"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::entity_names;

    use super::*;

    #[test]
    fn every_entity_is_in_one_area() {
        let mut listed: Vec<&str> = AREAS.iter().flat_map(|area| area.entities).copied().collect();
        listed.sort_unstable();
        let mut all = entity_names();
        all.sort_unstable();
        assert_eq!(listed, all, "a new entity is for nobody until it is in an area");
    }

    #[test]
    fn what_is_secret_or_gives_rights_is_in_the_area_that_nobody_reaches() {
        let closed = |name: &str| AREAS.iter().any(|area| area.read.is_none() && area.entities.contains(&name));
        for name in entity_names() {
            assert_eq!(closed(name), name.contains("Webhook"), "{name}");
        }
    }
}
