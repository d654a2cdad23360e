//! Names a slip apart: two names are, exactly when leaving out one letter of one, or of both, makes them equal.
//!
//! Only rows that nothing else contradicts are looked up: of two companies with different phone numbers and names
//! that differ by a letter, neither is a copy. So the names of the rows that lack something go into an index, and
//! the others ask it.

use super::columns::{Column, spread};
use super::names::Names;
use autotask_columns::order::{Pair, sort_pairs};

/// How many keys can contradict; the rest is not looked at here.
pub(crate) const BITS: usize = 8;
/// Shorter names than this are abbreviations, where every letter counts.
const LETTERS_MIN: usize = 5;
/// Most rows that are met through one misspelling.
const CHAIN_MAX: usize = 64;
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Calls `pair` for each pair of rows whose names are a slip apart and whose masks have no bit in common.
pub(crate) fn each_pair(column: &Column, order: &[u32], masks: &[u32], pair: &mut dyn FnMut(usize, usize)) {
    let Some(names) = &column.names else { return };
    let (indexed, asking) = sides(masks);
    let is_on = |side: &[bool], row: &u32| {
        side[masks[*row as usize] as usize] && names.at(*row as usize).letters.len() >= LETTERS_MIN
    };
    let rows: Vec<u32> = order.iter().copied().filter(|row| is_on(&indexed, row)).collect();
    if rows.is_empty() {
        return;
    }
    let index = Index::of(&rows, names);
    let mut found: Vec<Pair> = Vec::new();
    for one in order.iter().filter(|row| is_on(&asking, row)) {
        let mask = masks[*one as usize];
        each_misspelling(names.at(*one as usize).letters, &mut |hash| {
            for other in index.rows(hash).take(CHAIN_MAX) {
                let is_equal = column.values[*one as usize] == column.values[other as usize];
                if *one != other && !is_equal && mask & masks[other as usize] == 0 {
                    found.push(((*one).min(other).into(), (*one).max(other)));
                }
            }
        });
    }
    sort_pairs(&mut found, &Pair::cmp);
    found.dedup();
    for (one, other) in found {
        pair(usize::try_from(one).unwrap_or(usize::MAX), other as usize);
    }
}

/// By mask: whether rows of it are put into the index, and whether they ask it. Of two masks that go together the
/// one of fewer rows is indexed.
fn sides(masks: &[u32]) -> (Vec<bool>, Vec<bool>) {
    let mut counts = vec![0_usize; 1 << BITS];
    for mask in masks {
        counts[*mask as usize] += 1;
    }
    let there: Vec<usize> = (0..counts.len()).filter(|mask| counts[*mask] > 0).collect();
    let (mut indexed, mut asking) = (vec![false; counts.len()], vec![false; counts.len()]);
    for one in &there {
        for other in there.iter().filter(|other| *other & one == 0) {
            let (few, many) = if counts[*one] <= counts[*other] { (*one, *other) } else { (*other, *one) };
            indexed[few] = true;
            asking[many] = true;
        }
    }
    (indexed, asking)
}

/// Rows by the misspellings of their names.
struct Index {
    /// The first entry of each place, counted from 1; 0 where there is none.
    heads: Vec<u32>,
    entries: Vec<Entry>,
    shift: u32,
    /// A bit for each misspelling, so that most questions end here, in memory that is near.
    filter: Vec<u64>,
    filter_shift: u32,
}

struct Entry {
    /// Part of the hash, to tell entries of one place apart.
    tag: u32,
    row: u32,
    next: u32,
}

impl Index {
    fn of(rows: &[u32], names: &Names) -> Index {
        let count: usize = rows.iter().map(|row| names.at(*row as usize).letters.len() + 1).sum();
        let places = count.next_power_of_two().max(16);
        let shift = 64 - places.trailing_zeros();
        let bits = places * 16;
        let mut index = Index {
            heads: vec![0; places],
            entries: Vec::with_capacity(count),
            shift,
            filter: vec![0; bits / 64],
            filter_shift: 64 - bits.trailing_zeros(),
        };
        // Backwards, since the last one put in is met first: rows are met in the order of their ids.
        for row in rows.iter().rev() {
            each_misspelling(names.at(*row as usize).letters, &mut |hash| index.put(hash, *row));
        }
        index
    }

    fn put(&mut self, hash: u64, row: u32) {
        let bit = spread(hash, self.filter_shift);
        self.filter[bit / 64] |= 1 << (bit % 64);
        let head = &mut self.heads[spread(hash, self.shift)];
        self.entries.push(Entry { tag: tag(hash), row, next: *head });
        *head = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
    }

    fn rows(&self, hash: u64) -> impl Iterator<Item = u32> {
        let bit = spread(hash, self.filter_shift);
        let is_there = self.filter[bit / 64] >> (bit % 64) & 1 == 1;
        let mut next = if is_there { self.heads[spread(hash, self.shift)] } else { 0 };
        std::iter::from_fn(move || {
            while next != 0 {
                let entry = &self.entries[next as usize - 1];
                next = entry.next;
                if entry.tag == tag(hash) {
                    return Some(entry.row);
                }
            }
            None
        })
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a part of the hash is what is wanted")]
fn tag(hash: u64) -> u32 {
    (hash >> 7) as u32
}

/// Calls `take` with a hash of the letters, and of the letters with each of them left out.
fn each_misspelling(letters: &[u8], take: &mut impl FnMut(u64)) {
    let value = |letter: u8| u64::from(letter) + 1;
    let whole = letters.iter().fold(0_u64, |hash, letter| hash.wrapping_mul(BASE).wrapping_add(value(*letter)));
    take(whole);
    // hash = Σ letter × BASE^(letters behind it): what stands before a left-out letter moves by one power.
    let (mut behind, mut power) = (0_u64, 1_u64);
    let mut before = whole;
    for (at, letter) in letters.iter().enumerate().rev() {
        // `before` is that of the letters up to this one, in their own powers.
        before = before.wrapping_sub(value(*letter)).wrapping_mul(BASE_INVERSE);
        // Of equal neighbours it does not matter which one is left out.
        if at == 0 || letters[at - 1] != *letter {
            take(before.wrapping_mul(power).wrapping_add(behind));
        }
        behind = behind.wrapping_add(value(*letter).wrapping_mul(power));
        power = power.wrapping_mul(BASE);
    }
}

/// What undoes a multiplication by [`BASE`], which is odd.
const BASE_INVERSE: u64 = {
    let mut inverse = BASE;
    let mut step = 0;
    while step < 6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(BASE.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn hashes(letters: &str) -> HashSet<u64> {
        let mut all = HashSet::new();
        each_misspelling(letters.as_bytes(), &mut |hash| {
            all.insert(hash);
        });
        all
    }

    proptest! {
        #[test]
        fn names_a_slip_apart_have_a_misspelling_in_common(word in "[a-d]{5,64}", at in 0_usize..64, with in "[a-d]", how in 0..4) {
            let at = at % word.len();
            let mut other = word.clone();
            match how {
                0 => { other.remove(at); }
                1 => other.insert_str(at, &with),
                2 => other.replace_range(at..=at, &with),
                _ if at > 0 => { let c = other.remove(at); other.insert(at - 1, c); }
                _ => {}
            }
            prop_assert!(!hashes(&word).is_disjoint(&hashes(&other)), "{word} {other}");
        }

        #[test]
        fn a_misspelling_is_the_name_without_a_letter(word in "[a-d]{1,20}") {
            let mut expected: HashSet<u64> = HashSet::new();
            let plain = |text: &str| text.bytes().fold(0_u64, |h, b| h.wrapping_mul(BASE).wrapping_add(u64::from(b) + 1));
            expected.insert(plain(&word));
            for at in 0..word.len() {
                let mut shorter = word.clone();
                shorter.remove(at);
                expected.insert(plain(&shorter));
            }
            prop_assert_eq!(hashes(&word), expected);
        }
    }
}
