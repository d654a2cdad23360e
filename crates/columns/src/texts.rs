//! Texts: a column of texts, one after another in one buffer, so that all of them are searched in one go.
//!
//! While few different texts come, each is kept once and rows hold its number (its code). Where most differ, as names
//! do, looking each up costs more than it saves: then row and text have the same number.

use std::hash::Hasher;
use std::sync::OnceLock;

use rustc_hash::FxHasher;

use crate::lookup::Lookup;
use crate::needle::Needle;
use crate::order::sort_pairs;
use crate::{Bits, Misfit, fold_char};

/// After so many rows it is looked whether most of them differ.
const TRIAL: usize = 1024;
/// The most bytes a column holds, so that places are numbers of 32 bits also after folding.
const BYTES_MAX: usize = 1 << 30;
/// How many bytes tell which ones are rare.
const SAMPLE: usize = 1 << 10;
/// Stands between folded texts; no byte of UTF-8 has this value.
const BORDER: u8 = 0xff;

/// Which texts are sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The text is this one; spaces at its end do not count.
    Equal,
    /// It begins with this.
    Begin,
    /// It ends with this.
    End,
    /// It contains this.
    Contain,
}

/// A column of texts by row.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Every text, one after another.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    rows: Rows,
    folded: OnceLock<Folded>,
    ranks: OnceLock<Vec<u32>>,
}

/// Which text a row has.
#[derive(Clone, Debug)]
enum Rows {
    /// By code; a text that comes again is found in the table.
    Coded(Vec<u32>, Lookup),
    /// The text with the row's number.
    Same,
    /// By code, without a table: texts of rows that were changed come at the end.
    Loose(Vec<u32>),
}

impl Default for Rows {
    fn default() -> Rows {
        Rows::Coded(Vec::new(), Lookup::default())
    }
}

#[derive(Clone, Debug)]
struct Folded {
    /// A border, then each text and a border.
    bytes: Vec<u8>,
    /// Where each text begins; one more for the end.
    starts: Vec<u32>,
}

impl Folded {
    fn get(&self, entry: usize) -> &[u8] {
        &self.bytes[self.starts[entry] as usize..self.starts[entry + 1] as usize - 1]
    }
}

#[allow(clippy::cast_possible_truncation, reason = "rows and bytes are below 2^32")]
fn code(number: usize) -> u32 {
    number as u32
}

/// The text of a number among entries that end at `ends`.
fn entry_in<'a>(text: &'a str, ends: &[u32], entry: usize) -> &'a str {
    let start = entry.checked_sub(1).map_or(0, |before| ends[before]);
    text.get(start as usize..ends[entry] as usize).unwrap_or_default()
}

/// The number of a text among the entries that end at `ends`. If it is none of them it gets the next number, and is to be
/// written behind the last.
fn number(table: &mut Lookup, all: &str, ends: &[u32], text: &str) -> u32 {
    let get = |entry: u32| entry_in(all, ends, entry as usize);
    let hashed = hash(text);
    if let Some(entry) = table.find(hashed, |entry| get(entry) == text) {
        return entry;
    }
    let entry = code(ends.len());
    table.add(hashed, entry, &|entry| hash(get(entry)));
    entry
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl Texts {
    /// How many texts there are; rows may share them.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.ends.len()
    }

    /// The text of this number.
    #[must_use]
    pub fn entry(&self, entry: usize) -> &str {
        entry_in(&self.text, &self.ends, entry)
    }

    /// The number of a row's text. A row without a value may have any, or none.
    #[must_use]
    pub fn entry_of(&self, row: usize) -> Option<usize> {
        match &self.rows {
            Rows::Coded(codes, _) | Rows::Loose(codes) => codes.get(row).map(|code| *code as usize),
            Rows::Same => (row < self.ends.len()).then_some(row),
        }
    }

    /// How many rows there is room for.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.rows {
            Rows::Coded(codes, _) | Rows::Loose(codes) => codes.len(),
            Rows::Same => self.ends.len(),
        }
    }

    /// Sets the text of a row. Rows before it that have none yet get an empty one, which nobody sees.
    ///
    /// # Errors
    ///
    /// [`Misfit`] when the column is full: a gibibyte.
    pub fn put(&mut self, row: usize, text: &str) -> Result<(), Misfit> {
        if self.text.len() + text.len() > BYTES_MAX {
            self.compact();
            if self.text.len() + text.len() > BYTES_MAX {
                return Err(Misfit);
            }
        }
        // Asking first: a load touches this for every cell.
        if self.folded.get().is_some() || self.ranks.get().is_some() {
            self.folded = OnceLock::new();
            self.ranks = OnceLock::new();
        }
        if matches!(self.rows, Rows::Same) && row < self.ends.len() {
            self.rows = Rows::Loose((0..code(self.ends.len())).collect());
        }
        match &mut self.rows {
            Rows::Same => {
                self.ends.resize(row, code(self.text.len()));
                self.text.push_str(text);
                self.ends.push(code(self.text.len()));
            }
            Rows::Coded(codes, table) => {
                let entry = number(table, &self.text, &self.ends, text);
                if entry as usize == self.ends.len() {
                    self.text.push_str(text);
                    self.ends.push(code(self.text.len()));
                }
                set(codes, row, entry);
                if codes.len() == TRIAL && self.ends.len() > TRIAL / 2 {
                    self.spread();
                }
            }
            Rows::Loose(codes) => {
                let entry = code(self.ends.len());
                self.text.push_str(text);
                self.ends.push(code(self.text.len()));
                set(codes, row, entry);
            }
        }
        // Texts that no row has any more may not outnumber the others.
        if self.ends.len() > 2 * self.rows() + TRIAL {
            self.compact();
        }
        Ok(())
    }

    /// Forgets the rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.folded = OnceLock::new();
        self.ranks = OnceLock::new();
        match &mut self.rows {
            Rows::Coded(codes, _) | Rows::Loose(codes) => codes.truncate(rows),
            Rows::Same => {
                self.ends.truncate(rows);
                self.text.truncate(self.ends.last().map_or(0, |end| *end as usize));
            }
        }
    }

    /// Gives every row its own text.
    fn spread(&mut self) {
        let rows = self.rows();
        let mut spread = Texts { rows: Rows::Same, ..Texts::default() };
        spread.text.reserve(self.text.len() * 2);
        for row in 0..rows {
            spread.text.push_str(self.entry_of(row).map_or("", |entry| self.entry(entry)));
            spread.ends.push(code(spread.text.len()));
        }
        *self = spread;
    }

    /// Drops the texts that no row has.
    fn compact(&mut self) {
        if matches!(self.rows, Rows::Coded(..)) {
            let mut kept = Texts::default();
            for row in 0..self.rows() {
                let text = self.entry_of(row).map_or("", |entry| self.entry(entry));
                let Rows::Coded(codes, table) = &mut kept.rows else { break };
                let entry = number(table, &kept.text, &kept.ends, text);
                if entry as usize == kept.ends.len() {
                    kept.text.push_str(text);
                    kept.ends.push(code(kept.text.len()));
                }
                codes.push(entry);
            }
            *self = kept;
        } else {
            self.spread();
        }
    }

    /// The texts, as codes by row, for who writes them away: empty where row and text have the same number.
    #[must_use]
    pub fn parts(&self) -> (&str, &[u32], &[u32]) {
        let codes = match &self.rows {
            Rows::Coded(codes, _) | Rows::Loose(codes) => codes.as_slice(),
            Rows::Same => &[],
        };
        (&self.text, &self.ends, codes)
    }

    /// A column from what [`Texts::parts`] gave; `None` when the parts contradict each other.
    #[must_use]
    pub fn from_parts(text: String, ends: Vec<u32>, codes: Vec<u32>) -> Option<Texts> {
        let is_ordered = ends.is_sorted() && ends.last().map_or(0, |end| *end as usize) == text.len();
        let on_borders = ends.iter().all(|end| text.is_char_boundary(*end as usize));
        let known = codes.iter().all(|code| (*code as usize) < ends.len());
        if !is_ordered || !on_borders || !known || text.len() > BYTES_MAX {
            return None;
        }
        let rows = if codes.is_empty() { Rows::Same } else { Rows::Loose(codes) };
        let mut texts = Texts { text, ends, rows, ..Texts::default() };
        if let Rows::Loose(codes) = &texts.rows
            && texts.ends.len() <= codes.len() / 2
        {
            // Few texts: the table comes back, so that what is added later is kept once too.
            let mut table = Lookup::with_capacity(texts.ends.len());
            for entry in 0..texts.ends.len() {
                number(&mut table, &texts.text, &texts.ends[..entry], texts.entry(entry));
            }
            let Rows::Loose(codes) = std::mem::take(&mut texts.rows) else { return None };
            texts.rows = Rows::Coded(codes, table);
        }
        Some(texts)
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| {
            let mut bytes = Vec::with_capacity(self.text.len() + self.ends.len() + 1);
            let mut starts = Vec::with_capacity(self.ends.len() + 1);
            bytes.push(BORDER);
            let mut from = 0;
            for &end in &self.ends {
                starts.push(code(bytes.len()));
                let text = &self.text[from..end as usize];
                if text.is_ascii() {
                    let at = bytes.len();
                    bytes.extend_from_slice(text.as_bytes());
                    bytes[at..].make_ascii_lowercase();
                } else {
                    let mut room = [0; 4];
                    for c in text.chars() {
                        bytes.extend_from_slice(fold_char(c).encode_utf8(&mut room).as_bytes());
                    }
                }
                bytes.push(BORDER);
                from = end as usize;
            }
            starts.push(code(bytes.len()));
            Folded { bytes, starts }
        })
    }

    /// The texts that match a folded one.
    #[must_use]
    pub fn matching(&self, kind: Match, sought: &str) -> Bits {
        let folded = self.folded();
        let mut found = Bits::none(self.entries());
        let mut needle = Vec::with_capacity(sought.len() + 1);
        if matches!(kind, Match::Begin | Match::Equal) {
            needle.push(BORDER);
        }
        needle.extend_from_slice(sought.as_bytes());
        if kind == Match::End {
            needle.push(BORDER);
        }
        if needle.is_empty() {
            return Bits::all(self.entries());
        }
        let is_led = needle[0] == BORDER;
        let mut counts = [0; 256];
        folded.bytes.iter().take(SAMPLE).for_each(|byte| counts[usize::from(*byte)] += 1);
        let (mut from, mut entry) = (0, 0);
        Needle::new(needle, &counts).scan_rare(&folded.bytes, 0, folded.bytes.len(), &mut |hit| {
            // The border before a text belongs to the hit; the last border begins no text.
            let at = hit + usize::from(is_led);
            if at < from {
                return;
            }
            entry = next_entry(&folded.starts, entry, at);
            if entry >= self.entries() {
                return;
            }
            let next = folded.starts[entry + 1] as usize;
            let is_hit =
                kind != Match::Equal || folded.bytes[at + sought.len()..next - 1].iter().all(|byte| *byte == b' ');
            if is_hit {
                found.set(entry, true);
            }
            from = next;
        });
        found
    }

    /// The texts of which a test of the folded text says yes.
    #[must_use]
    pub fn testing(&self, mut test: impl FnMut(&str) -> bool) -> Bits {
        let folded = self.folded();
        let mut found = Bits::none(self.entries());
        for entry in 0..self.entries() {
            if std::str::from_utf8(folded.get(entry)).is_ok_and(&mut test) {
                found.set(entry, true);
            }
        }
        found
    }

    /// The rows whose text is one of these.
    #[must_use]
    pub fn rows_of(&self, entries: &Bits, rows: usize) -> Bits {
        let codes = match &self.rows {
            Rows::Same => {
                let mut found = entries.clone();
                found.truncate(rows);
                return found;
            }
            Rows::Coded(codes, _) | Rows::Loose(codes) => codes,
        };
        let words = entries.words();
        let codes = &codes[..codes.len().min(rows)];
        let found = codes.chunks(64).map(|chunk| {
            let mut word = 0_u64;
            for (bit, code) in chunk.iter().enumerate() {
                let is_in = words.get((code >> 6) as usize).map_or(0, |word| word >> (code & 63) & 1);
                word |= is_in << bit;
            }
            word
        });
        Bits::from_words(found.collect())
    }

    /// The place of each text in the order of folded texts; equal ones share theirs.
    #[must_use]
    pub fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| {
            let folded = self.folded();
            // The first eight bytes decide most comparisons without a look at the text.
            let mut order: Vec<(u64, u32)> =
                (0..self.entries()).map(|entry| (lead(folded.get(entry)), code(entry))).collect();
            sort_pairs(&mut order, &|one, other| {
                one.0.cmp(&other.0).then_with(|| folded.get(one.1 as usize).cmp(folded.get(other.1 as usize)))
            });
            let mut ranks = vec![0; self.entries()];
            let mut rank = 0;
            for (place, (_, entry)) in order.iter().enumerate() {
                let before = place.checked_sub(1).map(|before| order[before].1);
                if before.is_some_and(|before| folded.get(before as usize) != folded.get(*entry as usize)) {
                    rank += 1;
                }
                ranks[*entry as usize] = rank;
            }
            ranks
        })
    }
}

/// The first eight bytes as a number that sorts as they do.
fn lead(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(8);
    first[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(first)
}

fn set(codes: &mut Vec<u32>, row: usize, entry: u32) {
    if row == codes.len() {
        codes.push(entry);
    } else {
        if row > codes.len() {
            // Any text will do: these rows have no value.
            codes.resize(row + 1, 0);
        }
        codes[row] = entry;
    }
}

/// The text in which a place lies, at or behind `entry`: steps that double, for hits are often near each other.
fn next_entry(starts: &[u32], entry: usize, at: usize) -> usize {
    let mut step = 1;
    let mut low = entry;
    while starts.get(low + step).is_some_and(|start| *start as usize <= at) {
        low += step;
        step *= 2;
    }
    let high = (low + step).min(starts.len());
    low + starts[low..high].partition_point(|start| *start as usize <= at) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![4 => "[aAbB ]{0,5}", 1 => "[äÄßẞa ]{0,4}", 1 => "\\PC{0,5}"]
    }

    fn naive(kind: Match, text: &str, sought: &str) -> bool {
        let text: String = text.chars().map(fold_char).collect();
        match kind {
            Match::Equal => text.trim_end_matches(' ') == sought,
            Match::Begin => text.starts_with(sought),
            Match::End => text.ends_with(sought),
            Match::Contain => text.contains(sought),
        }
    }

    fn get(texts: &Texts, row: usize) -> Option<&str> {
        texts.entry_of(row).map(|entry| texts.entry(entry))
    }

    #[test]
    fn many_different_texts_lose_their_codes_and_keep_their_rows() {
        let mut texts = Texts::default();
        for row in 0..3 * TRIAL {
            texts.put(row, &format!("text {row}")).expect("room");
        }
        assert!(matches!(texts.rows, Rows::Same));
        texts.put(7, "other").expect("room");
        assert_eq!((get(&texts, 6), get(&texts, 7), get(&texts, 8)), (Some("text 6"), Some("other"), Some("text 8")));
        for round in 0..20 * TRIAL {
            texts.put(round % 5, &format!("again {round}")).expect("room");
        }
        assert!(texts.entries() < 8 * TRIAL, "texts of nobody are dropped: {}", texts.entries());
        let few = (0..5 * TRIAL).fold(Texts::default(), |mut texts, row| {
            texts.put(row, ["a", "b", "c"][row % 3]).expect("room");
            texts
        });
        assert_eq!((few.entries(), few.rows()), (3, 5 * TRIAL));
    }

    proptest! {
        #[test]
        fn every_way_to_search_is_the_naive_one(
            rows in proptest::collection::vec((0_usize..60, word()), 0..80),
            sought in word(),
            cut in 0_usize..70,
            is_spread in any::<bool>(),
        ) {
            let mut texts = Texts::default();
            if is_spread {
                texts.rows = Rows::Same;
            }
            let mut wanted: Vec<Option<String>> = Vec::new();
            for (row, text) in rows {
                texts.put(row, &text).expect("room");
                wanted.resize(wanted.len().max(row + 1), None);
                wanted[row] = Some(text);
            }
            texts.truncate(cut);
            wanted.truncate(cut);
            let sought: String = sought.trim_end_matches(' ').chars().map(fold_char).collect();
            let (text, ends, codes) = texts.parts();
            let again = Texts::from_parts(text.to_owned(), ends.to_vec(), codes.to_vec()).expect("its own parts");
            for texts in [&texts, &again] {
                for kind in [Match::Equal, Match::Begin, Match::End, Match::Contain] {
                    let rows = texts.rows_of(&texts.matching(kind, &sought), wanted.len());
                    for (row, text) in wanted.iter().enumerate() {
                        if let Some(text) = text {
                            prop_assert_eq!(get(texts, row), Some(text.as_str()));
                            prop_assert_eq!(rows.get(row), naive(kind, text, &sought), "{:?} {:?} in {:?}", kind, sought, text);
                        }
                    }
                }
                let ranks = texts.ranks();
                let folded = |entry: usize| texts.entry(entry).chars().map(fold_char).collect::<String>();
                for one in 0..texts.entries() {
                    for other in 0..texts.entries() {
                        prop_assert_eq!(ranks[one].cmp(&ranks[other]), folded(one).cmp(&folded(other)));
                    }
                }
            }
        }
    }

    #[test]
    fn parts_that_contradict_each_other_are_refused() {
        for (text, ends, codes) in [
            ("ab", vec![3], vec![]),
            ("ab", vec![2, 1], vec![]),
            ("ä", vec![1, 2], vec![]),
            ("ab", vec![2], vec![1]),
            ("ab", vec![], vec![]),
        ] {
            assert!(Texts::from_parts(text.to_owned(), ends, codes).is_none());
        }
    }
}
