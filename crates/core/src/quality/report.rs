//! Report: what an audit found, and the scores.
//!
//! A row begins with 100 points. Each error takes 50 of them, each warning 20, each notice 5, until none is left. The
//! score of an entity, and of an owner, is the mean of its rows; only rows that at least one rule is about count. The
//! score over all is the mean of the entities' scores, so that many contacts do not drown a few companies.

use serde::Serialize;

use crate::issue::{Issue, Severity};

/// What a row without findings has.
pub const POINTS_MAX: u32 = 100;

/// The points that a finding takes from its row.
#[must_use]
pub fn points(severity: Severity) -> u32 {
    match severity {
        Severity::Error => 50,
        Severity::Warning => 20,
        Severity::Notice => 5,
    }
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The mean of the entities' scores, 0 to 100, cut to one digit; `None` when no rule was about any row.
    pub score: Option<f64>,
    /// One for each rule that ran, in the order of the rules.
    pub rules: Vec<Finding>,
    /// By entity, in the order of the tables; only entities of which rules ran.
    pub entities: Vec<EntityScore>,
    /// By owner, most points lost first. A contact or a site belongs to the owner of its company.
    pub owners: Vec<OwnerScore>,
    /// Why rules did not run or looked at less; the path begins with the rule's id.
    pub issues: Vec<Issue>,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// Whose rows.
    pub entity: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How many rows were found.
    pub count: usize,
    /// How many rows the rule is about.
    pub of: usize,
    /// The ids of the rows found, in the order of the table.
    #[serde(skip)]
    pub ids: Vec<i64>,
    /// For a rule about rows that are the same: which ones. A row may stand in several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Vec<i64>>,
}

/// The score of an entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityScore {
    /// The entity.
    pub entity: &'static str,
    /// Counts and score.
    #[serde(flatten)]
    pub tally: Tally,
}

/// The score of somebody's rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerScore {
    /// The id of the resource; `None` for rows whose owner is not known.
    pub owner: Option<i64>,
    /// Counts and score.
    #[serde(flatten)]
    pub tally: Tally,
}

/// Counts and score of some rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Rows that at least one rule is about.
    pub rows: usize,
    /// Those of them without any finding.
    pub clean: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notices.
    pub notices: usize,
    /// 0 to 100, cut to one digit so that only all clean rows have 100; `None` without rows.
    pub score: Option<f64>,
    /// Points that are left, over all rows.
    #[serde(skip)]
    pub(super) left: u64,
}

/// How many findings of each severity a row has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RowTally {
    /// Whether a rule is about it.
    pub is_seen: bool,
    errors: u16,
    warnings: u16,
    notices: u16,
}

impl RowTally {
    pub(super) fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Notice => &mut self.notices,
        };
        *count = count.saturating_add(1);
    }

    fn left(self) -> u32 {
        let lost = u32::from(self.errors) * points(Severity::Error)
            + u32::from(self.warnings) * points(Severity::Warning)
            + u32::from(self.notices) * points(Severity::Notice);
        POINTS_MAX.saturating_sub(lost)
    }
}

impl Tally {
    pub(super) fn add(&mut self, row: RowTally) {
        self.rows += 1;
        self.clean += usize::from(row.left() == POINTS_MAX);
        self.errors += usize::from(row.errors);
        self.warnings += usize::from(row.warnings);
        self.notices += usize::from(row.notices);
        self.left += u64::from(row.left());
    }

    /// Works out the score, now that all rows are in.
    pub(super) fn finish(&mut self) {
        let tenths = (self.left * 10).checked_div(self.rows as u64);
        self.score = tenths.map(in_tenths);
    }

    /// Points that were taken, over all rows.
    pub(super) fn lost(&self) -> u64 {
        (self.rows as u64 * u64::from(POINTS_MAX)).saturating_sub(self.left)
    }

    /// All findings.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.errors + self.warnings + self.notices
    }
}

/// The mean of scores, cut to one digit.
pub(super) fn mean(entities: &[EntityScore]) -> Option<f64> {
    let scored = entities.iter().filter(|entity| entity.tally.rows > 0);
    // In ten-thousandths of a point, so that cutting each score first does not add up.
    let parts: Vec<u64> = scored.map(|entity| entity.tally.left * 10_000 / entity.tally.rows as u64).collect();
    let sum: u64 = parts.iter().sum();
    sum.checked_div(parts.len() as u64).map(|mean| in_tenths(mean / 1_000))
}

#[allow(clippy::cast_precision_loss, reason = "at most 1,000")]
fn in_tenths(tenths: u64) -> f64 {
    tenths as f64 / 10.0
}
