//! Fields: what rules read of an entity, so that no more has to be loaded.

use super::checks::Check;
use super::rows::known_field;
use super::rule::{Rule, Same};
use crate::duplicates::{Key, Rules};
use crate::entity::{EntityInfo, entity};
use crate::field::FieldInfo;
use crate::filter::{Context, parse};
use crate::table::member_name;

/// The fields of Autotask's own that these rules read of an entity, with its id and what says whose row it is; each
/// once. User-defined fields are not among them.
///
/// ```
/// use autotask_core::{entity, quality};
/// let fields = quality::fields(&quality::built_in(), entity("Resources").unwrap());
/// assert_eq!(fields, ["id", "isActive"]);
/// ```
#[must_use]
pub fn fields(rules: &[Rule], info: &EntityInfo) -> Vec<String> {
    let mut found = Found { info, names: Vec::new() };
    for name in ["id", "companyID", "ownerResourceID"] {
        if info.name != "Resources" {
            found.take(name);
        }
    }
    found.take("id");
    for rule in rules {
        let own = rule.entity == info.name;
        for text in [&rule.scope, &rule.filter].into_iter().flatten() {
            found.of_filter(rule.entity, text);
        }
        for related in [&rule.with, &rule.without].into_iter().flatten() {
            if related.entity == info.name {
                found.take(&related.field);
            }
            if let Some(text) = &related.filter {
                found.of_filter(related.entity, text);
            }
        }
        if !own {
            continue;
        }
        match &rule.same {
            Some(Same::Fields(keys)) => keys.iter().for_each(|key| found.take(&key.field)),
            Some(Same::Duplicates) => found.of_duplicates(),
            None => {}
        }
        if !rule.hierarchy.is_empty() {
            found.take("parentCompanyID");
            found.take("isActive");
        }
        if let Some(check) = &rule.check {
            for field in &check.fields {
                found.take(field);
            }
            if check.check == Check::InactiveValue && check.fields.is_empty() {
                for field in info.fields.iter().filter(|field| has_inactive(field)) {
                    found.take(&field.name);
                }
            }
        }
    }
    found.names
}

/// Whether values of a picklist were made inactive.
pub(super) fn has_inactive(field: &FieldInfo) -> bool {
    field.is_picklist && field.picklist.iter().any(|value| !value.is_active)
}

struct Found<'a> {
    info: &'a EntityInfo,
    names: Vec<String>,
}

impl Found<'_> {
    fn take(&mut self, name: &str) {
        if let Some(name) = known_field(self.info, name).filter(|name| !member_name(name).1)
            && !self.names.contains(&name)
        {
            self.names.push(name);
        }
    }

    /// The fields that tell duplicates.
    fn of_duplicates(&mut self) {
        let Ok(rules) = Rules::of(self.info) else { return };
        for (name, is_udf) in rules.keys.iter().flat_map(Key::members) {
            if !is_udf {
                self.take(name);
            }
        }
        if let Some(parent) = rules.parent {
            self.take(parent);
        }
    }

    /// The fields that a filter on rows of some entity reads here.
    fn of_filter(&mut self, of: &str, text: &str) {
        // The instance's own fields count where the filter is on this very entity.
        let Some(of) = (if of == self.info.name { Some(self.info) } else { entity(of) }) else { return };
        let parsed = parse::read(text, of, &Context::default());
        for condition in parsed.filter.conditions().filter(|condition| !condition.udf) {
            match of.relation(&condition.field) {
                Some(relation) if of.field(&condition.field).is_none() => {
                    if of.name == self.info.name {
                        self.take(&relation.field.name);
                    }
                    if relation.entity.name == self.info.name {
                        self.take(&relation.rest);
                    }
                }
                _ if of.name == self.info.name => self.take(&condition.field),
                _ => {}
            }
        }
    }
}
