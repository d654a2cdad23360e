//! Columns: the rows' values as numbers that are equal where the values are, made once before rows are compared.

use autotask_columns::order::sort_by_key;
use std::borrow::Cow;

use super::keys;
use super::names::Names;
use super::rules::{Compare, Key, Reading};

/// The values of one key, one for each row; absent where a row has none.
pub type Values<'a> = Vec<Option<Cow<'a, str>>>;

/// Most rows with one value that are all compared with each other. Of more, each is compared with its neighbours by
/// id where the value is a name, and the others are left to other keys: a switchboard's number identifies nobody.
pub(crate) const BLOCK_MAX: usize = 100;

/// One key's values.
pub(crate) struct Column {
    pub(crate) compare: Compare,
    /// Which value a row has, numbered from 1; 0 where it has none. Where rows are not brought together by this key
    /// it is any number that stands for the value.
    pub(crate) values: Vec<u32>,
    /// How many rows have it, by number; empty where values are not numbered.
    pub(crate) counts: Vec<u32>,
    /// What names look like, where they are names.
    pub(crate) names: Option<Names>,
}

impl Column {
    /// Reads the values of so many rows; a row without an entry has no value.
    pub(crate) fn new(
        compare: Compare,
        texts: &[Option<Cow<'_, str>>],
        count: usize,
        is_numbered: bool,
        reading: Reading,
    ) -> Column {
        let mut scratch = String::new();
        let mut names = compare.is_name().then(|| Names::with_capacity(count));
        let mut numbers = Numbers::new(if is_numbered { count } else { 0 });
        let mut values = Vec::with_capacity(count);
        for row in 0..count {
            let text = texts.get(row).and_then(|text| text.as_deref()).unwrap_or("");
            let hash = match (&mut names, compare) {
                (Some(names), Compare::Name) => names.push_company(text, reading.fold, &mut scratch),
                (Some(names), _) => names.push_person(text, reading.fold, &mut scratch),
                (None, _) if text.is_empty() => None,
                (None, Compare::Digits) => keys::digits(text),
                (None, Compare::Domain) => keys::domain(text),
                (None, Compare::Email) => keys::email(text),
                (None, Compare::Text) => keys::text(text, reading.fold, &mut scratch),
                (None, Compare::Date) => (reading.day)(text),
                (None, _) => keys::exact(text),
            };
            values.push(match hash {
                None => 0,
                Some(hash) if is_numbered => numbers.number(hash),
                Some(hash) => standing_for(hash),
            });
        }
        Column { compare, values, counts: numbers.counts, names }
    }

    /// How many rows have this row's value.
    pub(crate) fn count(&self, row: usize) -> usize {
        self.counts[self.values[row] as usize] as usize
    }

    /// Whether two rows have the same value, and it is one that few have.
    pub(crate) fn is_shared(&self, one: usize, other: usize) -> bool {
        self.values[one] != 0 && self.values[one] == self.values[other] && self.count(one) <= BLOCK_MAX
    }
}

/// All that is compared.
pub struct Columns {
    pub(crate) ids: Vec<i64>,
    pub(crate) all: Vec<Column>,
    /// The row's parent, where rows have one.
    pub(crate) parents: Vec<Option<i64>>,
    /// The column by which children of one parent differ.
    pub(crate) place: Option<usize>,
    /// Rows by id, so that no answer depends on the order in which they came.
    pub(crate) order: Vec<u32>,
}

impl Columns {
    /// Reads the rows by keys; `place` is the key by which children of one parent differ.
    #[must_use]
    pub fn new(rows: &Rows<'_>, keys: &[Key], place: Option<usize>, reading: Reading) -> Columns {
        let none_identifies = !keys.iter().any(|key| key.compare.is_identifying());
        let column = |(key, values): (&Key, &Values<'_>)| {
            let is_numbered = none_identifies || key.compare.is_identifying();
            Column::new(key.compare, values, rows.ids.len(), is_numbered, reading)
        };
        let all = keys.iter().zip(&rows.values).map(column).collect();
        let mut order: Vec<u32> = (0..u32::try_from(rows.ids.len()).unwrap_or(u32::MAX)).collect();
        if !rows.ids.is_sorted() {
            sort_by_key(&mut order, |row| (rows.ids[*row as usize], *row));
        }
        let place = place.filter(|place| *place < rows.values.len().min(keys.len()));
        Columns { ids: rows.ids.clone(), all, parents: rows.parents.clone(), place, order }
    }
}

impl Columns {
    /// Whether both rows have a value of this key.
    #[must_use]
    pub fn are_known(&self, key: usize, one: usize, other: usize) -> bool {
        self.all.get(key).is_some_and(|column| column.values[one] != 0 && column.values[other] != 0)
    }
}

/// What rows are compared by: ids, and for each key of the rules one value a row.
#[derive(Clone, Debug, Default)]
pub struct Rows<'a> {
    /// The rows' ids, each once.
    pub ids: Vec<i64>,
    /// For each key of the rules the value of every row, in the order of `ids`.
    pub values: Vec<Values<'a>>,
    /// The ids of the rows' parents; empty where rows have none.
    pub parents: Vec<Option<i64>>,
}

/// Numbers hashes in the order in which they come, from 1. Open addressing: half a million look-ups must not each
/// go through a general hash.
struct Numbers {
    /// The number at each place, 0 where it is free.
    slots: Vec<u32>,
    hashes: Vec<u64>,
    counts: Vec<u32>,
    shift: u32,
}

impl Numbers {
    fn new(rows: usize) -> Numbers {
        let slots = (rows * 2).next_power_of_two().max(16);
        let mut hashes = Vec::with_capacity(rows + 1);
        let mut counts = Vec::with_capacity(rows + 1);
        hashes.push(0);
        counts.push(0);
        Numbers { slots: vec![0; slots], hashes, counts, shift: 64 - slots.trailing_zeros() }
    }

    fn number(&mut self, hash: u64) -> u32 {
        let mut at = spread(hash, self.shift);
        loop {
            let number = self.slots[at];
            if number == 0 {
                let number = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
                self.slots[at] = number;
                self.hashes.push(hash);
                self.counts.push(1);
                return number;
            }
            if self.hashes[number as usize] == hash {
                self.counts[number as usize] += 1;
                return number;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

/// A number above 0 for a hash: in four thousand million pairs one may agree by chance, in a key that decides nothing.
#[allow(clippy::cast_possible_truncation, reason = "mixed before it is cut")]
fn standing_for(hash: u64) -> u32 {
    ((hash ^ hash >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32 | 1
}

/// The upper bits of a hash, mixed; as many as `shift` leaves.
pub(crate) fn spread(hash: u64, shift: u32) -> usize {
    usize::try_from((hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift).unwrap_or(0)
}
