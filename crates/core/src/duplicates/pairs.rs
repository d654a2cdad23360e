//! The three questions: which pairs are duplicates, which clusters they make, and what a candidate is a duplicate of.

use serde::Serialize;

use super::blocks::each_pair;
use super::clusters::clusters;
use super::columns::{Columns, Rows};
use super::reasons::reasons;
use super::rules::Rules;
use super::score::{SCORE_MAX, Scorer};

/// Two rows that are duplicates; `one` is the row of the lower id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) one: u32,
    pub(super) other: u32,
    /// 0 to 10,000.
    pub(super) score: u32,
}

/// Pairs of ids with their scores: three lists of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The lower id of each pair; ascending.
    pub a: Vec<i64>,
    /// The other one.
    pub b: Vec<i64>,
    /// From the threshold to 1.
    pub score: Vec<f32>,
}

/// Rows that are entries of one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cluster {
    /// Their ids, ascending; two or more.
    pub ids: Vec<i64>,
    /// The least score among them, each beside the one that is most like all others.
    pub score: f64,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// A row that the candidate may be an entry of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// Its id.
    pub id: i64,
    /// From the threshold to 1.
    pub score: f64,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// Every pair of rows that are duplicates.
#[must_use]
pub fn duplicate_pairs(rows: &Rows<'_>, rules: &Rules) -> Pairs {
    let mut out = Pairs::default();
    for pair in pairs(&Columns::new(rows, rules), rules) {
        out.a.push(rows.ids[pair.one as usize]);
        out.b.push(rows.ids[pair.other as usize]);
        out.score.push(share(pair.score) as f32);
    }
    out
}

/// The rows that are duplicates, in clusters, those of the lowest ids first.
#[must_use]
pub fn find_duplicates(rows: &Rows<'_>, rules: &Rules) -> Vec<Cluster> {
    let columns = Columns::new(rows, rules);
    let mut found: Vec<Cluster> = Vec::new();
    for cluster in clusters(&pairs(&columns, rules), &rows.ids) {
        let mut why: Vec<String> = Vec::new();
        for (member, _) in &cluster.members {
            for reason in reasons(&columns, rows, rules, cluster.centre as usize, *member as usize) {
                if why.len() < REASONS_MAX && !why.contains(&reason) {
                    why.push(reason);
                }
            }
        }
        let mut ids: Vec<i64> = cluster.members.iter().map(|(row, _)| rows.ids[*row as usize]).collect();
        ids.push(rows.ids[cluster.centre as usize]);
        ids.sort_unstable();
        let least = cluster.members.iter().map(|(_, score)| *score).min().unwrap_or(SCORE_MAX);
        found.push(Cluster { ids, score: share(least), reasons: why });
    }
    found.sort_unstable_by_key(|cluster| cluster.ids[0]);
    found
}

/// The rows that a candidate may be an entry of, the likeliest first. The candidate is the last of the rows; where it
/// has the id of another one, it is that one.
#[must_use]
pub fn find_matches(rows: &Rows<'_>, rules: &Rules, candidate_id: Option<i64>) -> Vec<Match> {
    let Some(candidate) = rows.ids.len().checked_sub(1) else { return Vec::new() };
    let columns = Columns::new(rows, rules);
    let mut scorer = Scorer::new(&columns, rules);
    let mut found: Vec<(u32, usize)> = Vec::new();
    for row in 0..candidate {
        if candidate_id == Some(rows.ids[row]) {
            found.push((SCORE_MAX + 1, row));
        } else if has_occasion(&columns, row, candidate) {
            found.extend(scorer.score(row, candidate).map(|score| (score, row)));
        }
    }
    found.sort_unstable_by_key(|(score, row)| (std::cmp::Reverse(*score), rows.ids[*row]));
    let matched = |(score, row): (u32, usize)| {
        let mut why = reasons(&columns, rows, rules, row, candidate);
        if score > SCORE_MAX {
            why.insert(0, format!("same id {}", rows.ids[row]));
        }
        Match { id: rows.ids[row], score: share(score.min(SCORE_MAX)), reasons: why }
    };
    found.into_iter().map(matched).collect()
}

/// Most reasons of one cluster.
const REASONS_MAX: usize = 12;

/// Whether something that identifies agrees, or could: names are always compared.
fn has_occasion(columns: &Columns, row: usize, candidate: usize) -> bool {
    let all = !columns.all.iter().any(|column| column.compare.is_identifying());
    columns.all.iter().any(|column| {
        let (ours, theirs) = (column.values[row], column.values[candidate]);
        let counts = column.names.is_some() || ((all || column.compare.is_identifying()) && ours == theirs);
        ours != 0 && theirs != 0 && counts
    })
}

/// All pairs that reach the threshold, each once, by the ids of their rows.
fn pairs(columns: &Columns, rules: &Rules) -> Vec<Pair> {
    let mut scorer = Scorer::new(columns, rules);
    let mut found: Vec<Pair> = Vec::new();
    each_pair(columns, &rules.keys, &mut |one, other| {
        if let Some(score) = scorer.score(one, other) {
            let (one, other) = if columns.ids[one] <= columns.ids[other] { (one, other) } else { (other, one) };
            let row = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
            found.push(Pair { one: row(one), other: row(other), score });
        }
    });
    found.sort_unstable_by_key(|pair| (columns.ids[pair.one as usize], columns.ids[pair.other as usize], pair.one));
    found.dedup();
    found
}

fn share(score: u32) -> f64 {
    f64::from(score) / f64::from(SCORE_MAX)
}
