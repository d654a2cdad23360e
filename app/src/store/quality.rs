//! Quality: all companies, contacts and sites, and what the built-in rules find in them.
//!
//! ```text
//! load ─► metadata ─► counts ─► rows, page after page, entity after entity ─► rule after rule ─► Audit
//! ```

use std::{ops::ControlFlow, sync::Arc};

use autotask_core::{
    EntityInfo, Failure, Filter, Query, Schema, Table, Verb, entity,
    quality::{self, Finding, Input, Report, Rows, Rule, Run},
    title::{title, title_fields},
};
use leptos::{prelude::*, task::spawn_local};

use super::{clock, use_late_store};
use crate::{api::api, filter_builder::context::filter_context};

/// What is read, in this order: the rows that are looked at, and the people who own them.
const READ: [&str; 4] = ["Companies", "Contacts", "CompanyLocations", "Resources"];
/// How long rules may run until the page is drawn again.
const BREATH_MS: f64 = 40.0;

/// The rows of an entity.
pub struct Loaded {
    /// What is known of it, with the instance's own fields.
    pub info: Arc<EntityInfo>,
    /// The rows, with the fields that the rules read and those that name them.
    pub table: Table,
}

/// What was found, and in what.
pub struct Audit {
    /// The rules about what was read.
    pub rules: Vec<Rule>,
    /// The built-in rules about something else.
    pub unread: Vec<Rule>,
    /// What they found.
    pub report: Report,
    /// What was read.
    pub tables: Vec<Loaded>,
    /// When, in milliseconds since 1970.
    pub at_ms: f64,
}

impl Audit {
    /// The rows of an entity.
    pub fn loaded(&self, entity: &str) -> Option<&Loaded> {
        self.tables.iter().find(|loaded| loaded.info.name == entity)
    }

    /// The rule of this id, whether it ran or not.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().chain(&self.unread).find(|rule| rule.id == id)
    }

    /// What the rule of this id found; `None` when it did not run.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.report.rules.iter().find(|finding| finding.rule == id)
    }

    /// What a row is called, if it was read.
    pub fn name(&self, entity: &str, id: i64) -> Option<String> {
        let loaded = self.loaded(entity)?;
        loaded.table.by_id(id).map(|row| title(&loaded.info, &row))
    }

    /// How many rows of an entity were read.
    pub fn count(&self, entity: &str) -> usize {
        self.loaded(entity).map_or(0, |loaded| loaded.table.len())
    }
}

/// What goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It is about to begin.
    Starting,
    /// Rows come in.
    Reading {
        /// Of which entity.
        entity: &'static str,
        /// How many of it are here.
        done: u64,
        /// How many there are.
        total: u64,
        /// 0 to 100, over all entities.
        percent: u8,
    },
    /// Rules run.
    Checking {
        /// How many have run.
        done: usize,
        /// How many there are.
        total: usize,
    },
}

/// The audit and how far it is. Get it with [`use_quality`].
#[derive(Clone, Copy)]
pub struct QualityStore {
    /// The last audit that was finished.
    pub audit: RwSignal<Option<Arc<Audit>>>,
    /// What goes on; `None` when it rests.
    pub activity: RwSignal<Option<Activity>>,
    /// What ended the last attempt.
    pub failure: RwSignal<Option<Failure>>,
    /// How many pages show it: nobody waits for what nobody looks at.
    visitors: StoredValue<usize>,
    /// Which attempt this is.
    round: StoredValue<u64>,
}

impl QualityStore {
    /// On a visit of a page: begins, unless something is there or under way.
    pub fn visit(&self) {
        self.visitors.update_value(|visitors| *visitors += 1);
        let rests = self.activity.with_untracked(Option::is_none);
        if rests && self.audit.with_untracked(Option::is_none) {
            self.load();
        }
    }

    /// A page that showed it is gone.
    pub fn leave(&self) {
        self.visitors.update_value(|visitors| *visitors = visitors.saturating_sub(1));
    }

    /// Reads everything anew; what was found before stays until then.
    pub fn load(&self) {
        let round = self.round.get_value() + 1;
        self.round.set_value(round);
        self.failure.set(None);
        self.activity.set(Some(Activity::Starting));
        let store = *self;
        spawn_local(async move {
            let audit = store.run(round).await;
            if store.round.get_value() != round {
                return;
            }
            match audit {
                Ok(Some(audit)) => store.audit.set(Some(Arc::new(audit))),
                Ok(None) => {}
                Err(failure) => store.failure.set(Some(failure)),
            }
            store.activity.set(None);
            // Somebody came just as it ended because nobody was there.
            if store.visitors.get_value() > 0
                && store.audit.with_untracked(Option::is_none)
                && store.failure.with_untracked(Option::is_none)
            {
                store.load();
            }
        });
    }

    /// Reads and checks; `None` when nobody waits for it any more.
    async fn run(self, round: u64) -> Result<Option<Audit>, Failure> {
        let at_ms = js_sys::Date::now();
        let (rules, unread): (Vec<Rule>, Vec<Rule>) = quality::built_in().into_iter().partition(is_about_what_is_read);
        let mut schema = Schema::new();
        let mut totals = Vec::new();
        for name in READ {
            let Some(info) = entity(name) else { continue };
            // Of people only names and state are read, which every instance has.
            if name != "Resources" {
                api().load_schema(&mut schema, info).await?;
            }
            let query = Query { verb: Verb::Post, ..Query::new(info, Filter::everything()) };
            totals.push((info, api().count(&query).await?));
            if !self.is_wanted(round) {
                return Ok(None);
            }
        }
        let all: u64 = totals.iter().map(|(_, total)| total).sum();
        let mut before = 0;
        let mut tables: Vec<Loaded> = Vec::new();
        for (info, total) in totals {
            let own = schema.entity(info.name).unwrap_or_else(|| Arc::new(info.clone()));
            let mut table = Table::new();
            let query = Query {
                include_fields: Some(fields(&rules, &own)),
                verb: Verb::Post,
                ..Query::new(info, Filter::everything())
            };
            self.reading(info.name, 0, total, before, all);
            let walk = api()
                .walk(&query, |rows| {
                    if !self.is_wanted(round) {
                        return ControlFlow::Break(());
                    }
                    for row in rows {
                        table.put(row);
                    }
                    self.reading(info.name, table.len() as u64, total, before, all);
                    ControlFlow::Continue(())
                })
                .await;
            if let Some(failure) = walk.failure {
                return Err(failure);
            }
            if walk.stopped {
                return Ok(None);
            }
            before += total;
            tables.push(Loaded { info: own, table });
        }
        let Some(report) = self.check(round, &rules, &tables).await else { return Ok(None) };
        Ok(Some(Audit { rules, unread, report, tables, at_ms }))
    }

    async fn check(self, round: u64, rules: &[Rule], tables: &[Loaded]) -> Option<Report> {
        // People are looked up only, no rule is about them.
        let rows: Vec<Rows<'_>> =
            tables.iter().map(|loaded| Rows { info: &loaded.info, table: &loaded.table }).collect();
        let mut run = Run::new(rules, Input { rows: &rows, context: filter_context() });
        let mut drawn = 0.0;
        loop {
            let now = js_sys::Date::now();
            if now - drawn > BREATH_MS {
                self.activity.set(Some(Activity::Checking { done: run.done(), total: rules.len() }));
                clock::sleep(0).await;
                if !self.is_wanted(round) {
                    return None;
                }
                drawn = js_sys::Date::now();
            }
            if !run.step() {
                return Some(run.finish());
            }
        }
    }

    fn reading(self, entity: &'static str, done: u64, total: u64, before: u64, all: u64) {
        let percent = ((before + done) * 100).checked_div(all).unwrap_or(0).min(100) as u8;
        self.activity.set(Some(Activity::Reading { entity, done, total: total.max(done), percent }));
    }

    fn is_wanted(self, round: u64) -> bool {
        self.round.get_value() == round && self.visitors.get_value() > 0
    }
}

fn is_about_what_is_read(rule: &Rule) -> bool {
    let related = [&rule.with, &rule.without].into_iter().flatten().map(|related| related.entity);
    std::iter::once(rule.entity).chain(related).all(|entity| READ.contains(&entity))
}

/// What the rules read of an entity, what its rows are called by, and the fields that the tenant requires.
fn fields(rules: &[Rule], info: &EntityInfo) -> Vec<String> {
    let mut fields = quality::fields(rules, info);
    let required =
        info.user_defined_fields.iter().filter(|field| field.is_required).map(|field| field.name.to_string());
    for name in title_fields(info).into_iter().map(str::to_owned).chain(required) {
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    fields
}

fn new_quality() -> QualityStore {
    QualityStore {
        audit: RwSignal::new(None),
        activity: RwSignal::new(None),
        failure: RwSignal::new(None),
        visitors: StoredValue::new(0),
        round: StoredValue::new(0),
    }
}

/// The audit of the app.
pub fn use_quality() -> QualityStore {
    use_late_store(new_quality)
}

#[cfg(test)]
mod tests {
    use autotask_core::{entity, quality::built_in};

    use super::{fields, is_about_what_is_read};

    #[test]
    fn no_more_is_read_than_rules_and_names_need() {
        let (rules, unread): (Vec<_>, Vec<_>) = built_in().into_iter().partition(is_about_what_is_read);
        assert!(rules.iter().any(|rule| rule.id == "company.noActiveContact"));
        let unread: Vec<_> = unread.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(unread, ["company.noNotes", "opportunity.overdue", "opportunity.inactiveCompany"]);
        let of = |name| fields(&rules, entity(name).expect("known"));
        assert_eq!(of("Resources"), ["id", "isActive", "firstName", "lastName"]);
        assert!(
            ["id", "companyName", "ownerResourceID", "parentCompanyID"]
                .iter()
                .all(|name| of("Companies").contains(&(*name).to_owned()))
        );
        assert!(!of("Companies").contains(&"sicCode".to_owned()));
    }
}
