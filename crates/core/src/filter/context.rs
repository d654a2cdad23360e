//! Context: what a filter means beside its words. The time, the zone, the person, and what was looked up.

use std::collections::HashMap;

use crate::calendar::{Utc, WeekStart, Zone};
use crate::instant::Instant;
use crate::table::Table;

/// What a filter is read and run with. Everything is given by the caller; core has no clock.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time; without it relative dates are an issue.
    pub now: Option<Instant>,
    /// The zone in which a date is a whole day.
    pub zone: &'a dyn Zone,
    /// The first day of a week.
    pub week_start: WeekStart,
    /// The resource that `me` is.
    pub me: Option<i64>,
    /// Ids of names that were looked up, by the name as it stands in the filter.
    pub resolved: Option<&'a HashMap<String, i64>>,
    /// Rows of other entities with the entity's name, for fields of related rows. Of one entity the last count.
    pub tables: Option<&'a [(String, &'a Table)]>,
}

impl Default for Context<'_> {
    /// No clock, UTC, nobody, nothing looked up.
    fn default() -> Self {
        Context { now: None, zone: &Utc, week_start: WeekStart::default(), me: None, resolved: None, tables: None }
    }
}

impl Context<'_> {
    /// The id of a name that was looked up.
    #[must_use]
    pub fn id_of(&self, name: &str) -> Option<i64> {
        self.resolved?.get(name).copied()
    }

    /// The rows of an entity.
    #[must_use]
    pub fn table(&self, entity: &str) -> Option<&Table> {
        table_among(self.tables?, entity)
    }
}

/// The rows of an entity.
pub(crate) fn table_among<'a>(tables: &[(String, &'a Table)], entity: &str) -> Option<&'a Table> {
    tables.iter().rev().find_map(|(name, table)| (name == entity).then_some(*table))
}
