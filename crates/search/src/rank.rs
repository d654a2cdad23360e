//! Rank: how well a word fits a place, and the best rows of many.

use std::cmp::Ordering;

use crate::index::{MARKER, SearchIndex};

/// Most that a field can weigh.
pub const WEIGHT_MAX: u8 = 20;

/// How a word stands in a field, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// With one mistake.
    Typo,
    /// Somewhere.
    Substring,
    /// Where a word begins.
    WordPrefix,
    /// Where the field begins.
    Prefix,
    /// As all of it.
    Exact,
}

/// Class before field: 1 to 20 for a typo, up to 81 to 100 for the whole field.
pub(crate) fn score(class: Class, weight: u8) -> u8 {
    class as u8 * WEIGHT_MAX + weight
}

/// What the byte before a place makes of it. A table, since no processor foresees what letter that is.
#[allow(clippy::cast_possible_truncation, reason = "below 256")]
static CLASS_AFTER: [Class; 256] = {
    let mut classes = [Class::Substring; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte >= MARKER as usize {
            classes[byte] = Class::Prefix;
        } else if is_separator(byte as u8) {
            classes[byte] = Class::WordPrefix;
        }
        byte += 1;
    }
    classes
};

/// What is at `start..end` of a text with markers.
#[inline(always)]
pub(crate) fn class_at(text: &[u8], start: usize, end: usize) -> Class {
    let before = start.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(MARKER);
    let class = CLASS_AFTER[usize::from(before)];
    let is_all = class == Class::Prefix && text.get(end).is_none_or(|after| *after >= MARKER);
    if is_all { Class::Exact } else { class }
}

/// Whether a word begins there.
#[inline]
pub(crate) fn is_word_start(text: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|at| text.get(at)).is_none_or(|before| *before >= MARKER || is_separator(*before))
}

/// Letters beyond ASCII are parts of words; so is what is punctuation there, which is rare.
#[inline]
const fn is_separator(byte: u8) -> bool {
    byte < 0x80 && !byte.is_ascii_alphanumeric()
}

/// A row that matches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranked {
    pub(crate) score: u8,
    pub(crate) slot: u32,
}

/// Up to so many rows the best are kept in order; of more all are collected and sorted at the end.
const IN_ORDER_MAX: usize = 500;

/// The best so many of all rows that are offered: by score, then by name, then by id.
pub(crate) struct Top<'a> {
    index: &'a SearchIndex,
    limit: usize,
    best: Vec<Ranked>,
    /// Score and name of the last, once there are enough: most rows come after it.
    last: Option<(u8, &'a [u8])>,
}

impl<'a> Top<'a> {
    pub(crate) fn new(index: &'a SearchIndex, limit: usize) -> Top<'a> {
        Top { index, limit, best: Vec::new(), last: None }
    }

    pub(crate) fn offer(&mut self, ranked: Ranked) {
        if self.limit > IN_ORDER_MAX {
            self.best.push(ranked);
            return;
        }
        if let Some((score, name)) = self.last {
            let is_after = score > ranked.score
                || score == ranked.score && order_of_names(self.index.slot_text(ranked.slot), name).is_gt();
            if is_after {
                return;
            }
        }
        let place = self.best.partition_point(|own| self.order(own, &ranked).is_lt());
        self.best.insert(place, ranked);
        self.best.truncate(self.limit);
        if self.best.len() == self.limit {
            self.last = self.best.last().map(|last| (last.score, self.index.slot_text(last.slot)));
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Ranked> {
        let mut best = std::mem::take(&mut self.best);
        if self.limit > IN_ORDER_MAX {
            autotask_columns::order::sort_by(&mut best, |one, other| self.order(one, other));
            best.truncate(self.limit);
        }
        best
    }

    fn order(&self, one: &Ranked, other: &Ranked) -> Ordering {
        other.score.cmp(&one.score).then_with(|| self.order_by_name(one.slot, other.slot))
    }

    fn order_by_name(&self, one: u32, other: u32) -> Ordering {
        let by_name = order_of_names(self.index.slot_text(one), self.index.slot_text(other));
        by_name.then_with(|| self.index.id_and_row(one).cmp(&self.index.id_and_row(other)))
    }
}

/// Compares two names that begin with a marker and go on until the next; rows without a name come last.
#[inline]
fn order_of_names(one: &[u8], other: &[u8]) -> Ordering {
    match (one.split_first(), other.split_first()) {
        (Some((&MARKER, one)), Some((&MARKER, other))) => {
            for at in 0.. {
                let letter = |name: &[u8]| name.get(at).copied().filter(|byte| *byte < MARKER);
                match (letter(one), letter(other)) {
                    (None, None) => break,
                    (one, other) if one == other => {}
                    (one, other) => return one.cmp(&other),
                }
            }
            Ordering::Equal
        }
        (one, other) => {
            let is_nameless = |first: Option<(&u8, &[u8])>| first.is_none_or(|(first, _)| *first != MARKER);
            is_nameless(one).cmp(&is_nameless(other))
        }
    }
}
