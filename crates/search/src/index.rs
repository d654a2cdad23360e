//! SearchIndex: the folded texts of all rows one after another, made once and kept up to date row by row.
//!
//! ```text
//! slot 0                                  slot 1
//! F5 acme dental inc F7 2015550100 ...    F5 nova ...      F5 + n marks the beginning of field n
//! ```
//!
//! A row that changes gets a new slot at the end; its old one is passed over until there is more of that than of text.

use autotask_columns::needle::Counts;

use crate::kind::Kind;
use crate::rank::WEIGHT_MAX;

/// Most fields that can be searched: there are so many bytes that UTF-8 does not have.
pub const FIELDS_MAX: usize = 11;

/// Bytes of old slots that are not worth a clean-up.
const DEAD_BYTES_MIN: usize = 1 << 16;

/// The bytes that mark the beginning of a field; UTF-8 has none of them.
pub(crate) const MARKER: u8 = 0xf5;

const NONE: u32 = u32::MAX;

/// A field that is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchField {
    /// What it holds.
    pub kind: Kind,
    /// How much a hit in it counts beside hits of the same class, 1 to 20.
    pub weight: u8,
}

/// The texts of all rows in the form in which they are searched. Takes about their length in memory.
#[derive(Clone, Debug)]
pub struct SearchIndex {
    pub(crate) fields: Vec<SearchField>,
    pub(crate) text: Vec<u8>,
    /// Where each slot begins.
    pub(crate) starts: Vec<u32>,
    row_of: Vec<u32>,
    slot_of: Vec<u32>,
    ids: Vec<i64>,
    len: usize,
    dead: usize,
    pub(crate) counts: Counts,
    /// In how many rows a byte occurs outside of phone numbers.
    pub(crate) rows_with: Counts,
}

impl SearchIndex {
    /// An index without rows over these fields, of which the first is the row's name. They come by descending weight;
    /// one that weighs more than the field before counts as much as that. More than 11 are not searched.
    #[must_use]
    pub fn new(fields: &[SearchField]) -> SearchIndex {
        let mut most = WEIGHT_MAX;
        let fields = fields.iter().take(FIELDS_MAX).map(|field| {
            most = field.weight.clamp(1, most);
            SearchField { weight: most, ..*field }
        });
        SearchIndex {
            fields: fields.collect(),
            text: Vec::new(),
            starts: Vec::new(),
            row_of: Vec::new(),
            slot_of: Vec::new(),
            ids: Vec::new(),
            len: 0,
            dead: 0,
            counts: [0; 256],
            rows_with: [0; 256],
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number after the greatest that a row ever had.
    #[must_use]
    pub fn rows(&self) -> u32 {
        u32::try_from(self.slot_of.len()).unwrap_or(NONE)
    }

    /// Whether the row is there.
    #[must_use]
    pub fn has(&self, row: u32) -> bool {
        self.slot(row).is_some()
    }

    /// Takes a row, or a row's new texts, one for each field. Rows are numbered densely, as in a table: memory is taken
    /// up to the greatest number. `false` when there is no more room: an index holds 4 GiB of text.
    pub fn put<'t>(&mut self, row: u32, id: i64, texts: impl IntoIterator<Item = Option<&'t str>>) -> bool {
        self.remove(row);
        let start = self.text.len();
        for ((marker, field), text) in (MARKER..).zip(&self.fields).zip(texts) {
            let Some(text) = text else { continue };
            let at = self.text.len();
            self.text.push(marker);
            field.kind.write(text, &mut self.text);
            if self.text.len() == at + 1 {
                self.text.pop();
            }
        }
        let (Ok(start), Ok(slot)) = (u32::try_from(start), u32::try_from(self.starts.len())) else {
            self.text.truncate(start);
            return false;
        };
        if self.text.len() >= NONE as usize || row == NONE {
            self.text.truncate(start as usize);
            return false;
        }
        self.starts.push(start);
        self.row_of.push(row);
        let place = row as usize;
        if self.slot_of.len() <= place {
            self.slot_of.resize(place + 1, NONE);
            self.ids.resize(place + 1, 0);
        }
        self.slot_of[place] = slot;
        self.ids[place] = id;
        self.len += 1;
        self.count(slot, |count| *count += 1);
        true
    }

    /// Forgets a row; answers whether it was there.
    pub fn remove(&mut self, row: u32) -> bool {
        let Some(slot) = self.slot(row) else { return false };
        self.count(slot, |count| *count -= 1);
        let (start, end) = self.span(slot);
        self.dead += end - start + 1;
        self.slot_of[row as usize] = NONE;
        self.len -= 1;
        if self.dead > DEAD_BYTES_MIN && self.dead > self.text.len() / 2 {
            self.clean();
        }
        true
    }

    /// Writes the slots of rows that are there one after another.
    fn clean(&mut self) {
        let old = std::mem::take(&mut self.text);
        let starts = std::mem::take(&mut self.starts);
        let rows = std::mem::take(&mut self.row_of);
        self.text.reserve(old.len() - self.dead.min(old.len()));
        for (slot, row) in rows.into_iter().enumerate() {
            let place = &mut self.slot_of[row as usize];
            if *place as usize != slot {
                continue;
            }
            *place = narrow(self.starts.len());
            self.starts.push(narrow(self.text.len()));
            self.row_of.push(row);
            let end = starts.get(slot + 1).map_or(old.len(), |end| *end as usize);
            self.text.extend_from_slice(&old[starts[slot] as usize..end]);
        }
        self.dead = 0;
    }

    fn count(&mut self, slot: u32, change: impl Fn(&mut u32)) {
        let (start, end) = self.span(slot);
        let mut seen = [false; 256];
        let mut is_phone = false;
        for &byte in &self.text[start..end] {
            let place = usize::from(byte);
            change(&mut self.counts[place]);
            if byte >= MARKER {
                is_phone = self.fields[place - usize::from(MARKER)].kind == Kind::Phone;
            } else if !is_phone && !seen[place] {
                seen[place] = true;
                change(&mut self.rows_with[place]);
            }
        }
    }

    pub(crate) fn slot(&self, row: u32) -> Option<u32> {
        self.slot_of.get(row as usize).copied().filter(|slot| *slot != NONE)
    }

    /// Whether the slot holds what its row says now.
    #[inline]
    pub(crate) fn is_current(&self, slot: u32) -> bool {
        self.dead == 0 || self.slot_of[self.row_of[slot as usize] as usize] == slot
    }

    /// Where the slot's text begins and ends.
    pub(crate) fn span(&self, slot: u32) -> (usize, usize) {
        let slot = slot as usize;
        (self.starts[slot] as usize, self.starts.get(slot + 1).map_or(self.text.len(), |end| *end as usize))
    }

    /// The text from the slot's beginning on, where the row's name is if it has one.
    #[inline]
    pub(crate) fn slot_text(&self, slot: u32) -> &[u8] {
        let (start, end) = self.span(slot);
        self.text.get(start..end).unwrap_or_default()
    }

    pub(crate) fn id_and_row(&self, slot: u32) -> (i64, u32) {
        let row = self.row_of[slot as usize];
        (self.ids[row as usize], row)
    }

    /// The field in which this place is, and where its text begins.
    #[inline]
    pub(crate) fn field_at(&self, at: usize) -> (usize, usize) {
        let marker = self.text[..at].iter().rposition(|byte| *byte >= MARKER).unwrap_or_default();
        (usize::from(self.text[marker].wrapping_sub(MARKER)).min(FIELDS_MAX - 1), marker + 1)
    }

    pub(crate) fn weight(&self, field: usize) -> u8 {
        self.fields.get(field).map_or(1, |field| field.weight)
    }
}

/// The index holds less than 4 GiB.
#[allow(clippy::cast_possible_truncation, reason = "offsets and slots of an index are kept as u32 everywhere")]
pub(crate) fn narrow(at: usize) -> u32 {
    at as u32
}
