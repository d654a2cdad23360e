//! Index: the row of an id. Ids that lie close together index an array; others are hashed.

use autotask_columns::number::{SAFE_MAX, to_whole};

/// No row.
const NONE: u32 = u32::MAX;
/// Ids whose range is at most so many times their number index an array.
const SPREAD_MAX: usize = 4;
/// A look-up that takes more steps than this meets ids that were chosen to collide: then they are sorted.
const STEPS_MAX: usize = 128;

/// Finds rows by id; of several with one id the first. Look-ups take the ids it was made of.
#[derive(Clone, Debug)]
pub struct Index(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// A slot for each id from the first on.
    Dense { first: i64, rows: Vec<u32> },
    /// Open addressing; the number of slots is a power of two.
    Hashed { shift: u32, rows: Vec<u32> },
    /// By id, then by row.
    Sorted(Vec<u32>),
}

impl Index {
    /// The index of these ids.
    #[must_use]
    pub fn new(ids: &[i64]) -> Index {
        let (first, last) = ids.iter().fold((i64::MAX, i64::MIN), |(low, high), id| (low.min(*id), high.max(*id)));
        let range = last.checked_sub(first).and_then(|range| usize::try_from(range).ok());
        match range.filter(|range| *range < ids.len().saturating_mul(SPREAD_MAX)) {
            Some(range) => Index::dense(ids, first, range + 1),
            None => Index::hashed(ids).unwrap_or_else(|| Index::sorted(ids)),
        }
    }

    /// The ids, and their index; `None` when one is not a whole number within 2^53.
    ///
    /// Ids that lie close together are told by their distance from the first: a difference of two such numbers is
    /// exact, and one that stays the same as 32 bits is whole and in range.
    #[must_use]
    pub fn of_numbers(numbers: &[f64]) -> Option<(Vec<i64>, Index)> {
        let mut first = f64::INFINITY;
        let mut last = f64::NEG_INFINITY;
        for number in numbers {
            first = if *number < first { *number } else { first };
            last = if *number > last { *number } else { last };
        }
        let slots = last - first + 1.0;
        let near = (SPREAD_MAX * numbers.len()) as f64;
        let Some((start, slots)) = to_whole(first).zip(near_slot(slots)).filter(|_| slots <= near && last <= SAFE_MAX)
        else {
            let ids = numbers.iter().map(|number| to_whole(*number)).collect::<Option<Vec<i64>>>()?;
            let index = Index::new(&ids);
            return Some((ids, index));
        };
        let mut rows = vec![NONE; slots as usize];
        let mut ids = vec![0_i64; numbers.len()];
        // Backwards, so that of two rows with one id the first stays.
        let count = u32::try_from(numbers.len()).ok()?;
        for ((row, number), id) in (0..count).zip(numbers).zip(&mut ids).rev() {
            let slot = near_slot(*number - first)?;
            *id = start + i64::from(slot);
            if let Some(place) = rows.get_mut(slot as usize) {
                *place = row;
            }
        }
        Some((ids, Index(Kind::Dense { first: start, rows })))
    }

    /// The row of an id that is a number; none for what is no id.
    #[must_use]
    pub fn row_of_number(&self, ids: &[i64], number: f64) -> Option<u32> {
        match &self.0 {
            Kind::Dense { first, rows } => {
                let slot = near_slot(number - *first as f64)?;
                rows.get(slot as usize).copied().filter(|row| *row != NONE)
            }
            _ => self.row(ids, to_whole(number)?),
        }
    }

    fn dense(ids: &[i64], first: i64, slots: usize) -> Index {
        let mut rows = vec![NONE; slots];
        for (row, id) in (0_u32..).zip(ids) {
            if let Some(slot) = rows.get_mut(offset(*id, first)).filter(|slot| **slot == NONE) {
                *slot = row;
            }
        }
        Index(Kind::Dense { first, rows })
    }

    fn hashed(ids: &[i64]) -> Option<Index> {
        let slots = (ids.len() * 2).next_power_of_two().max(2);
        let shift = 64 - slots.trailing_zeros();
        let mut rows = vec![NONE; slots];
        for (row, id) in (0_u32..).zip(ids) {
            let mut slot = hash(*id, shift);
            let mut steps = 0;
            while rows[slot] != NONE && ids[rows[slot] as usize] != *id {
                slot = (slot + 1) & (slots - 1);
                steps += 1;
                if steps > STEPS_MAX {
                    return None;
                }
            }
            if rows[slot] == NONE {
                rows[slot] = row;
            }
        }
        Some(Index(Kind::Hashed { shift, rows }))
    }

    fn sorted(ids: &[i64]) -> Index {
        let mut rows: Vec<u32> = (0..).take(ids.len()).collect();
        autotask_columns::order::sort_by_key(&mut rows, |row| (ids[*row as usize], *row));
        Index(Kind::Sorted(rows))
    }

    /// The row of an id; of several with that id the first.
    #[must_use]
    pub fn row(&self, ids: &[i64], id: i64) -> Option<u32> {
        match &self.0 {
            Kind::Dense { first, rows } => rows.get(offset(id, *first)).copied().filter(|row| *row != NONE),
            Kind::Hashed { shift, rows } => {
                let mut slot = hash(id, *shift);
                // Half of the slots are empty, so that this ends.
                while rows[slot] != NONE && ids[rows[slot] as usize] != id {
                    slot = (slot + 1) & (rows.len() - 1);
                }
                Some(rows[slot]).filter(|row| *row != NONE)
            }
            Kind::Sorted(rows) => {
                let at = rows.partition_point(|row| ids[*row as usize] < id);
                rows.get(at).copied().filter(|row| ids[*row as usize] == id)
            }
        }
    }
}

/// A difference as a slot, when it is a whole number of 32 bits.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what was cut off is found by comparing")]
fn near_slot(difference: f64) -> Option<u32> {
    let slot = difference as u32;
    (f64::from(slot) == difference).then_some(slot)
}

/// The slot of an id; of one outside of the range none that there is.
fn offset(id: i64, first: i64) -> usize {
    usize::try_from(id.wrapping_sub(first).cast_unsigned()).unwrap_or(usize::MAX)
}

/// Fibonacci hashing: the upper bits of a product depend on all bits of the id.
#[allow(clippy::cast_possible_truncation, reason = "at most as many bits as there are slots are left")]
fn hash(id: i64, shift: u32) -> usize {
    (id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(index: &Index, ids: &[i64]) {
        for id in ids.iter().flat_map(|id| [*id, id.wrapping_add(1), id.wrapping_sub(1)]) {
            let expected = ids.iter().position(|other| *other == id).and_then(|row| u32::try_from(row).ok());
            assert_eq!(index.row(ids, id), expected, "{id}");
        }
    }

    #[test]
    fn ids_near_and_far_and_at_the_ends() {
        for ids in [
            &[][..],
            &[5],
            &[7, 5, 6, 5],
            &[i64::MIN, i64::MAX, 0, -1],
            &[i64::MAX - 1, i64::MAX],
            &[0, 1_000_000, 0, 9_007_199_254_740_991],
        ] {
            check(&Index::new(ids), ids);
        }
    }

    #[test]
    fn ids_that_collide_by_design_are_sorted() {
        // Multiples of the factor's inverse: their products are 0, 1, 2 … and all fall into the first slot.
        let mut inverse = 1_u64;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(inverse)));
        }
        let ids: Vec<i64> = (0..1000_u64).map(|n| n.wrapping_mul(inverse).cast_signed()).collect();
        let index = Index::new(&ids);
        assert!(matches!(index.0, Kind::Sorted(_)));
        check(&index, &ids);
    }

    proptest! {
        #[test]
        fn each_sort_of_index_finds_the_first(ids in prop::collection::vec(-30_i64..30, 0..40), scale in 1_i64..1000) {
            let ids: Vec<i64> = ids.iter().map(|id| id * scale).collect();
            for index in [Some(Index::new(&ids)), Index::hashed(&ids), Some(Index::sorted(&ids))].into_iter().flatten() {
                check(&index, &ids);
            }
        }
    }
}
