//! Quality: rules about what good rows look like, as data, and the audit that runs them over tables.
//!
//! ```text
//! rules.json ─┐
//! own rules ──┴─read──► Rule ──┐
//!                              ├─audit──► Report: findings by rule, scores by entity and owner, what could not run
//!          tables, Context ────┘
//! ```
//!
//! A rule is mostly text of the filter language. What a filter cannot say it names: a check of texts
//! ([`checks::Check`]), rows of another entity that must or must not be there, rows that are the same, the hierarchy.

pub mod checks;
mod fields;
mod narrow;
mod read;
mod report;
mod rows;
mod rule;
mod run;
mod same;

pub use fields::fields;
pub use read::{RULES_MAX, ReadRules, read};
pub use report::{EntityScore, Finding, OwnerScore, POINTS_MAX, Report, points};
pub use rule::{Fix, NamedCheck, Related, Rule, Same, SameKey};
pub use run::{Input, Rows, Run, audit};
pub use same::Compare;

/// The built-in rules: the best practices of the CRM texts, and what else makes rows useless in daily work.
///
/// ```
/// let rules = autotask_core::quality::built_in();
/// assert!(rules.iter().any(|rule| rule.id == "company.owner"));
/// ```
#[must_use]
pub fn built_in() -> Vec<Rule> {
    // That all of it can be read is a test.
    crate::json::parse(include_bytes!("rules.json")).map(|rules| read(&rules).rules).unwrap_or_default()
}
