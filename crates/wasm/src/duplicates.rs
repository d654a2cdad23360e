//! Duplicates among a table's rows.

use autotask_core::duplicates::{Rules, duplicate_pairs, find_duplicates, matches_of, rows_of};
use autotask_core::{Issue, Record};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::convert::{read_value, refusal, to_json};
use crate::table::Table;

/// Pairs of ids with their scores: three lists of one length.
#[wasm_bindgen]
pub struct Pairs(autotask_core::duplicates::Pairs);

#[wasm_bindgen]
impl Pairs {
    /// The lower id of each pair.
    #[must_use]
    pub fn a(&self) -> Vec<f64> {
        as_floats(&self.0.a)
    }

    /// The other one.
    #[must_use]
    pub fn b(&self) -> Vec<f64> {
        as_floats(&self.0.b)
    }

    /// The scores.
    #[must_use]
    pub fn score(&self) -> Vec<f32> {
        self.0.score.clone()
    }
}

/// The rows that a record may be another entry of.
///
/// # Errors
///
/// The issues of the rules or the record.
#[wasm_bindgen(js_name = findMatches)]
pub fn find_matches_in(table: &Table, candidate: &str, rules: &str) -> Result<String, String> {
    let rules = read_rules(table, rules)?;
    let candidate: Record = match read_value(candidate.as_bytes()) {
        Ok(Value::Object(map)) => map.into(),
        Ok(_) => return Err(refusal(vec![Issue::error("duplicates.candidate", "a candidate is an object")])),
        Err(issue) => return Err(refusal(vec![issue])),
    };
    let rows = table.shared();
    Ok(to_json(&matches_of(&rows.borrow(), &candidate, &rules)))
}

/// The rows that are entries of one thing, in clusters.
///
/// # Errors
///
/// The issues of the rules.
#[wasm_bindgen(js_name = findDuplicates)]
pub fn find_duplicates_in(table: &Table, rules: &str) -> Result<String, String> {
    let rules = read_rules(table, rules)?;
    let rows = table.shared();
    Ok(to_json(&find_duplicates(&rows_of(&rows.borrow(), &rules), &rules)))
}

/// Every pair of rows that are entries of one thing.
///
/// # Errors
///
/// The issues of the rules.
#[wasm_bindgen(js_name = duplicatePairs)]
pub fn duplicate_pairs_in(table: &Table, rules: &str) -> Result<Pairs, String> {
    let rules = read_rules(table, rules)?;
    let rows = table.shared();
    Ok(Pairs(duplicate_pairs(&rows_of(&rows.borrow(), &rules), &rules)))
}

fn read_rules(table: &Table, rules: &str) -> Result<Rules, String> {
    let json = read_value(rules.as_bytes()).map_err(|issue| refusal(vec![issue]))?;
    Rules::read(&json, &table.info()).map_err(refusal)
}

#[allow(clippy::cast_precision_loss, reason = "Autotask's ids stay below 2^53")]
fn as_floats(ids: &[i64]) -> Vec<f64> {
    ids.iter().map(|id| *id as f64).collect()
}
