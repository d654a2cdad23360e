//! The three questions: which pairs are duplicates, which clusters they make, and what a candidate is a duplicate of.

use autotask_likeness::{
    self as likeness, Columns, Pair, Reading, Rows, SCORE_MAX, Scorer, clusters, has_occasion, pairs,
};
use serde::Serialize;

use super::reasons::reasons;
use super::rules::{Key, Rules};
use crate::instant::Instant;
use crate::text::fold_char;

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
    let (columns, keys) = read(rows, rules);
    for pair in all_pairs(&columns, &keys, rules) {
        out.a.push(rows.ids[pair.one as usize]);
        out.b.push(rows.ids[pair.other as usize]);
        out.score.push(share(pair.score) as f32);
    }
    out
}

/// The rows that are duplicates, in clusters, those of the lowest ids first.
#[must_use]
pub fn find_duplicates(rows: &Rows<'_>, rules: &Rules) -> Vec<Cluster> {
    let (columns, keys) = read(rows, rules);
    let mut found: Vec<Cluster> = Vec::new();
    for cluster in clusters(&all_pairs(&columns, &keys, rules), &rows.ids) {
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
        crate::order::sort_by_key(&mut ids, |id| *id);
        let least = cluster.members.iter().map(|(_, score)| *score).min().unwrap_or(SCORE_MAX);
        found.push(Cluster { ids, score: share(least), reasons: why });
    }
    crate::order::sort_by_key(&mut found, |cluster| cluster.ids[0]);
    found
}

/// The rows that a candidate may be an entry of, the likeliest first. The candidate is the last of the rows; where it
/// has the id of another one, it is that one.
#[must_use]
pub fn find_matches(rows: &Rows<'_>, rules: &Rules, candidate_id: Option<i64>) -> Vec<Match> {
    let Some(candidate) = rows.ids.len().checked_sub(1) else { return Vec::new() };
    let (columns, keys) = read(rows, rules);
    let mut scorer = Scorer::new(&columns, &keys, rules.threshold, &rules.not_duplicates);
    let mut found: Vec<(u32, usize)> = Vec::new();
    for row in 0..candidate {
        if candidate_id == Some(rows.ids[row]) {
            found.push((SCORE_MAX + 1, row));
        } else if has_occasion(&columns, row, candidate) {
            found.extend(scorer.score(row, candidate).map(|score| (score, row)));
        }
    }
    crate::order::sort_by_key(&mut found, |(score, row)| (std::cmp::Reverse(*score), rows.ids[*row]));
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

/// A day as a number above 0.
fn day(text: &str) -> Option<u64> {
    const DAY: i64 = 864_000_000_000;
    let instant = Instant::parse(text.trim())?;
    u64::try_from(instant.0.div_euclid(DAY) + 2_000_000).ok()
}

fn read(rows: &Rows<'_>, rules: &Rules) -> (Columns, Vec<likeness::Key>) {
    let key = |key: &Key| likeness::Key { compare: key.compare, weight: key.weight, against: key.against };
    let keys: Vec<likeness::Key> = rules.keys.iter().map(key).collect();
    let place = rules.place.and_then(|place| rules.keys.iter().position(|key| key.field == place));
    (Columns::new(rows, &keys, place, Reading { fold: fold_char, day }), keys)
}

fn all_pairs(columns: &Columns, keys: &[likeness::Key], rules: &Rules) -> Vec<Pair> {
    pairs(columns, keys, &mut Scorer::new(columns, keys, rules.threshold, &rules.not_duplicates))
}

fn share(score: u32) -> f64 {
    f64::from(score) / f64::from(SCORE_MAX)
}
