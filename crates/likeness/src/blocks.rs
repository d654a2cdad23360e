//! Blocks: which pairs of rows are worth comparing. Rows that have a value in common, and names a slip apart.
//!
//! Every list is bounded by the number of rows, and so is the number of pairs: of a value that very many rows have,
//! each row meets only some neighbours.

use super::columns::{BLOCK_MAX, Column, Columns};
use super::misspelt;
use super::rules::Key;

/// How many neighbours a row meets among very many of one name.
const NEIGHBOURS: usize = 8;

/// Calls `pair` with two rows for each pair worth comparing; now and then a pair comes again.
pub(crate) fn each_pair(columns: &Columns, keys: &[Key], pair: &mut dyn FnMut(usize, usize)) {
    let identifying = identifying(columns);
    for (at, key) in identifying.iter().enumerate() {
        let column = &columns.all[*key];
        let earlier = &identifying[..at];
        let is_done = |one, other| earlier.iter().any(|key| columns.all[*key].is_shared(one, other));
        for block in Blocks::of(column, &columns.order).iter() {
            if block.len() <= BLOCK_MAX {
                for (at, one) in block.iter().enumerate() {
                    for other in &block[at + 1..] {
                        let (one, other) = (*one as usize, *other as usize);
                        if !is_done(one, other) {
                            pair(one, other);
                        }
                    }
                }
            } else if column.is_met_by_neighbours() {
                for (at, one) in block.iter().enumerate() {
                    for other in block[at + 1..].iter().take(NEIGHBOURS) {
                        pair(*one as usize, *other as usize);
                    }
                }
            }
        }
    }
    let masks = masks(columns, keys, &identifying);
    for column in columns.all.iter() {
        misspelt::each_pair(column, &columns.order, &masks, pair);
    }
}

/// The keys whose values bring rows together; all of them where none identifies.
fn identifying(columns: &Columns) -> Vec<usize> {
    let wanted = |all: bool| {
        let columns = columns.all.iter().enumerate();
        columns.filter(|(_, column)| all || column.compare.is_identifying()).map(|(key, _)| key).collect::<Vec<_>>()
    };
    let some = wanted(false);
    if some.is_empty() { wanted(true) } else { some }
}

/// For each row a bit for each identifying key, beside names, that it has a telling value of. Two rows that have one
/// in common either agree in it, and have met, or contradict each other.
fn masks(columns: &Columns, keys: &[Key], identifying: &[usize]) -> Vec<u32> {
    let mut masks = vec![0; columns.ids.len()];
    let counted = identifying.iter().filter(|key| columns.all[**key].names.is_none() && keys[**key].against > 0.0);
    for (bit, key) in counted.take(misspelt::BITS).enumerate() {
        let column = &columns.all[*key];
        for (row, mask) in masks.iter_mut().enumerate() {
            let is_telling = column.values[row] != 0 && column.count(row) <= BLOCK_MAX;
            *mask |= u32::from(is_telling) << bit;
        }
    }
    masks
}

impl Column {
    /// Whether very many rows with one value are still compared with some of each other.
    fn is_met_by_neighbours(&self) -> bool {
        self.names.is_some() || matches!(self.compare, super::rules::Compare::Exact)
    }
}

/// Rows by value, those of one value in the order of their ids.
struct Blocks {
    rows: Vec<u32>,
    /// Where each value's rows end.
    ends: Vec<u32>,
}

impl Blocks {
    fn of(column: &Column, order: &[u32]) -> Blocks {
        // Values that one row has make no block, and most do.
        let mut starts = Vec::with_capacity(column.counts.len());
        let mut total = 0_u32;
        for count in &column.counts {
            starts.push(total);
            total += if *count > 1 { *count } else { 0 };
        }
        let mut rows = vec![0; total as usize];
        for row in order {
            let value = column.values[*row as usize] as usize;
            if column.counts[value] > 1 {
                rows[starts[value] as usize] = *row;
                starts[value] += 1;
            }
        }
        Blocks { rows, ends: starts }
    }

    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let block = &self.rows[start..*end as usize];
            start = *end as usize;
            block
        })
    }
}
