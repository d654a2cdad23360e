//! EntityInfo: what Autotask says about an entity, and the look-up by name.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::entities::ALL;
use crate::field::FieldInfo;
use crate::fields::Fields;
use crate::text::{fold, nearest};

/// Where a child entity is written: under its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentInfo {
    /// The parent entity: `Companies`.
    pub entity: &'static str,
    /// The parent's segment in the child's URL; not always the entity's name.
    pub path: &'static str,
    /// The child's segment below the parent: `Locations`.
    pub child_path: &'static str,
    /// The child's field that holds the parent's id: `companyID`.
    pub field: &'static str,
    /// Whether writes at the top level do not exist.
    pub writes_only_through_parent: bool,
}

/// A field of the row that a reference points at.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation<'a> {
    /// The reference: `companyID`.
    pub field: &'a FieldInfo,
    /// Where it points.
    pub entity: &'static EntityInfo,
    /// The field there, as written.
    pub rest: String,
}

/// What Autotask says about an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityInfo {
    /// The plural name, which is also its path: `Companies`.
    pub name: &'static str,
    /// The model's name, as metadata and error texts use it: `Company`.
    pub singular: &'static str,
    /// Whether rows can be created.
    pub can_create: bool,
    /// Whether rows can be changed.
    pub can_update: bool,
    /// Whether rows can be deleted.
    pub can_delete: bool,
    /// Whether it can be read at all; `Queues` for one exists only as a picklist.
    pub can_query: bool,
    /// Whether tenants can add fields.
    pub has_user_defined_fields: bool,
    /// Where it is written, when that is under another entity.
    pub parent: Option<ParentInfo>,
    /// Its fields, in the order of the facts.
    pub fields: Fields,
    /// The tenant's own fields; empty until an instance's metadata is loaded.
    pub user_defined_fields: Fields,
}

/// Fields that the metadata calls read-only, and that a create takes nevertheless.
///
/// Source: SERVICE_NOTES.md, "Non-required read-only fields that create nevertheless accepts".
const TAKEN_AT_CREATE: [(&str, &str); 2] = [("Contracts", "contractPeriodType"), ("ContractServices", "unitPrice")];

impl EntityInfo {
    /// Whether a write to it can be made in another resource's name, by the header `ImpersonationResourceId`; elsewhere Autotask
    /// silently passes the header over (protocol.md §2.3). Rows say so themselves: they have a field for who stood behind it.
    #[must_use]
    pub fn takes_impersonation(&self) -> bool {
        self.field("impersonatorCreatorResourceID").is_some()
    }

    /// The field of this name, in any letter case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        // Most are passed by at their length.
        self.fields.iter().find(|f| f.name.len() == name.len() && f.is_named(name))
    }

    /// The user-defined field of this name, in any letter case.
    #[must_use]
    pub fn user_defined_field(&self, name: &str) -> Option<&FieldInfo> {
        self.user_defined_fields.iter().find(|f| f.is_named(name))
    }

    /// The field that a filter condition or a form means.
    #[must_use]
    pub fn find(&self, name: &str, udf: bool) -> Option<&FieldInfo> {
        if udf { self.user_defined_field(name) } else { self.field(name) }
    }

    /// Whether a field that cannot be changed is given at create.
    #[must_use]
    pub fn is_given_at_create(&self, field: &FieldInfo) -> bool {
        field.is_required || TAKEN_AT_CREATE.contains(&(self.name, &*field.name))
    }

    /// The reference field that a short form means: `owner` is `ownerResourceID`, `company` is `companyID`. `None` where
    /// several could be meant.
    #[must_use]
    pub fn short_field(&self, word: &str) -> Option<&FieldInfo> {
        let means = |field: &&FieldInfo| {
            let rest = field.name.get(word.len()..).filter(|_| field.name.is_char_boundary(word.len()));
            field.name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                && rest.is_some_and(|rest| {
                    ["ID", "ResourceID", "CompanyID"].iter().any(|end| rest.eq_ignore_ascii_case(end))
                })
        };
        let mut found = self.fields.iter().filter(means);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The shortest word that [`EntityInfo::short_field`] reads as this field; its name if there is none.
    #[must_use]
    pub fn short_name<'n>(&self, name: &'n str) -> &'n str {
        ["ResourceID", "CompanyID", "ID"]
            .iter()
            .filter_map(|end| name.strip_suffix(end).filter(|short| !short.is_empty()))
            .find(|short| self.field(short).is_none() && self.short_field(short).is_some_and(|f| f.is_named(name)))
            .unwrap_or(name)
    }

    /// What `company.city` means: a field of the row that a reference points at.
    #[must_use]
    pub fn relation(&self, name: &str) -> Option<Relation<'_>> {
        let (word, rest) = name.split_once('.')?;
        let field = self.field(word).or_else(|| self.short_field(word))?;
        let entity = entity(field.reference.as_deref()?)?;
        (!rest.contains('.')).then(|| Relation { field, entity, rest: rest.to_owned() })
    }

    /// The field name nearest to a mistyped one.
    #[must_use]
    pub fn nearest_field(&self, name: &str, udf: bool) -> Option<&str> {
        let fields = if udf { &self.user_defined_fields } else { &self.fields };
        let whole = || {
            // `name` for `companyName`: the only field whose name ends so.
            let ends = |field: &&FieldInfo| name.len() > 2 && fold(&field.name).ends_with(&fold(name));
            let mut found = fields.iter().filter(ends);
            found.next().filter(|_| found.next().is_none()).map(|field| &*field.name)
        };
        nearest(name, fields.iter().map(|f| &*f.name)).or_else(whole)
    }
}

/// The entity of this name: plural or singular, in any letter case.
///
/// ```
/// assert_eq!(autotask_core::entity("company").unwrap().name, "Companies");
/// assert!(autotask_core::entity("Widgets").is_none());
/// ```
#[must_use]
pub fn entity(name: &str) -> Option<&'static EntityInfo> {
    ALL.iter().copied().find(|e| e.name.eq_ignore_ascii_case(name) || e.singular.eq_ignore_ascii_case(name))
}

/// All entity names, plural, in alphabetical order.
#[must_use]
pub fn entity_names() -> Vec<&'static str> {
    ALL.iter().map(|e| e.name).collect()
}

/// The entity name nearest to a mistyped one; what was called an account is a company today.
#[must_use]
pub fn nearest_entity(name: &str) -> Option<&'static str> {
    if name.eq_ignore_ascii_case("account") || name.eq_ignore_ascii_case("accounts") {
        return Some("Companies");
    }
    nearest(name, ALL.iter().map(|e| e.name))
}

impl Serialize for ParentInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("entity", self.entity)?;
        map.serialize_entry("field", self.field)?;
        map.serialize_entry("childPath", self.child_path)?;
        map.end()
    }
}

impl Serialize for EntityInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("path", self.name)?;
        map.serialize_entry("singular", self.singular)?;
        map.serialize_entry("canCreate", &self.can_create)?;
        map.serialize_entry("canUpdate", &self.can_update)?;
        map.serialize_entry("canDelete", &self.can_delete)?;
        map.serialize_entry("canQuery", &self.can_query)?;
        map.serialize_entry("hasUserDefinedFields", &self.has_user_defined_fields)?;
        if let Some(parent) = &self.parent {
            map.serialize_entry("parent", parent)?;
        }
        map.serialize_entry("fields", &self.fields)?;
        map.serialize_entry("userDefinedFields", &self.user_defined_fields)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_is_found_by_plural_and_singular_in_any_case() {
        assert_eq!(ALL.len(), 80);
        for info in ALL {
            for name in [info.name.to_owned(), info.singular.to_uppercase(), info.name.to_lowercase()] {
                assert_eq!(entity(&name).map(|e| e.name), Some(info.name), "{name}");
            }
        }
    }

    #[test]
    fn references_and_parents_point_at_entities_or_are_known_to_be_elsewhere() {
        for info in ALL {
            if let Some(parent) = info.parent {
                assert!(entity(parent.entity).is_some(), "{}", info.name);
                assert!(info.field(parent.field).is_some(), "{}.{}", info.name, parent.field);
            }
        }
    }

    #[test]
    fn impersonation_is_taken_where_the_vendors_list_has_it_and_by_its_attachments() {
        let taken: Vec<&str> = ALL.iter().filter(|info| info.takes_impersonation()).map(|info| info.name).collect();
        // Of the list in protocol.md those that are known here; a file of a company or a ticket is an AttachmentInfo there.
        let mut listed = vec![
            "AttachmentInfo",
            "Companies",
            "CompanyNotes",
            "CompanyToDos",
            "Contacts",
            "ContractNotes",
            "ConfigurationItems",
            "Opportunities",
            "Products",
            "Projects",
            "ProjectNotes",
            "Quotes",
            "SalesOrders",
            "ServiceCalls",
            "Tickets",
            "TicketNotes",
            "TimeEntries",
            "CompanyAttachments",
            "TicketAttachments",
        ];
        listed.sort_unstable();
        assert_eq!(taken, listed);
    }

    #[test]
    fn a_mistyped_entity_gets_a_suggestion() {
        assert_eq!(nearest_entity("Compnies"), Some("Companies"));
        assert_eq!(nearest_entity("Account"), Some("Companies"));
    }
}
