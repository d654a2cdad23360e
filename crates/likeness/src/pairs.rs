//! Pairs: all that reach the threshold, and the rows that one row may be.

use super::blocks::each_pair;
use super::columns::Columns;
use super::rules::Key;
use super::score::Scorer;
use autotask_columns::order::sort_by_key;

/// Two rows that are duplicates; `one` is the row of the lower id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// A row.
    pub one: u32,
    /// Another one.
    pub other: u32,
    /// 0 to 10,000.
    pub score: u32,
}

/// All pairs that the scorer takes for duplicates, each once, by the ids of their rows.
pub fn pairs(columns: &Columns, keys: &[Key], scorer: &mut Scorer<'_>) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    each_pair(columns, keys, &mut |one, other| {
        if let Some(score) = scorer.score(one, other) {
            let (one, other) = if columns.ids[one] <= columns.ids[other] { (one, other) } else { (other, one) };
            let row = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
            found.push(Pair { one: row(one), other: row(other), score });
        }
    });
    sort_by_key(&mut found, |pair| (columns.ids[pair.one as usize], columns.ids[pair.other as usize], pair.one));
    found.dedup();
    found
}

/// Whether something that identifies agrees, or could: names are always compared.
#[must_use]
pub fn has_occasion(columns: &Columns, row: usize, candidate: usize) -> bool {
    let all = !columns.all.iter().any(|column| column.compare.is_identifying());
    columns.all.iter().any(|column| {
        let (ours, theirs) = (column.values[row], column.values[candidate]);
        let counts = column.names.is_some() || ((all || column.compare.is_identifying()) && ours == theirs);
        ours != 0 && theirs != 0 && counts
    })
}
