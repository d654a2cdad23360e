//! Typo: a word that is there but for one mistake: a letter wrong, missing, too many, or two neighbours exchanged.
//!
//! One mistake leaves one half of the word as it was, or exchanges the two letters at the middle. So the halves are
//! scanned for, and around each place the other half is compared with one mistake allowed.

use autotask_columns::needle::{Counts, Needle, is_at};

use crate::index::MARKER;
use crate::rank::is_word_start;

/// A word of at least three characters with its halves.
#[derive(Clone, Debug)]
pub(crate) struct Mistyped {
    left: Vec<u8>,
    right: Vec<u8>,
    needles: Needles,
    /// Whether letters may be wrong or missing.
    is_long: bool,
}

#[derive(Clone, Debug)]
enum Needles {
    /// Three letters: only two of them can have been exchanged.
    Short { swapped: Needle, first: Needle },
    /// The halves, and the word with the letters at the middle exchanged.
    Halves { left: Needle, right: Needle, swapped: Option<Needle> },
}

impl Mistyped {
    /// `None` where the word is too short for a mistake to be told from another word: three letters may be
    /// exchanged, among four one of the text's may also be left out, from five on all mistakes are looked for.
    pub(crate) fn of(word: &[u8], counts: &Counts) -> Option<Mistyped> {
        let chars: Vec<char> = std::str::from_utf8(word).ok()?.chars().collect();
        let bytes_of = |chars: &[char]| chars.iter().collect::<String>().into_bytes();
        let swapped = |at: usize| {
            let mut chars = chars.clone();
            chars.swap(at, at + 1);
            (chars[at] != chars[at + 1]).then(|| Needle::new(bytes_of(&chars), counts))
        };
        let (left, right) = chars.split_at(chars.len().div_ceil(2));
        let needles = match chars.len() {
            ..3 => return None,
            3 => {
                let plain = || Needle::new(word.to_vec(), counts);
                Needles::Short { first: swapped(0).unwrap_or_else(plain), swapped: swapped(1).unwrap_or_else(plain) }
            }
            _ => Needles::Halves {
                left: Needle::new(bytes_of(left), counts),
                right: Needle::new(bytes_of(right), counts),
                swapped: swapped(left.len() - 1),
            },
        };
        Some(Mistyped { left: bytes_of(left), right: bytes_of(right), needles, is_long: chars.len() > 4 })
    }

    /// Calls `found` with start and end of each place; not in order, and a place may come twice. A match begins with
    /// the word's first letter, or where a word begins.
    pub(crate) fn scan(&self, text: &[u8], from: usize, to: usize, found: &mut dyn FnMut(usize, usize)) {
        match &self.needles {
            Needles::Short { swapped, first } => {
                swapped.scan_rare(text, from, to, &mut |at| found(at, at + swapped.bytes().len()));
                first.scan_rare(text, from, to, &mut |at| {
                    if is_word_start(text, at) {
                        found(at, at + first.bytes().len());
                    }
                });
            }
            Needles::Halves { left, right, swapped } => {
                let text = text.get(..to).unwrap_or(text);
                left.scan_rare(text, from, to, &mut |at| {
                    if let Some(end) = self.forward(text, at + self.left.len()) {
                        found(at, end);
                    }
                });
                right.scan_rare(text, from, to, &mut |at| {
                    if let Some(start) = self.backward(text, from, at) {
                        found(start, at + self.right.len());
                    }
                });
                if let Some(swapped) = swapped {
                    swapped.scan_rare(text, from, to, &mut |at| found(at, at + swapped.bytes().len()));
                }
            }
        }
    }

    /// Where the right half ends that begins here with a mistake.
    fn forward(&self, text: &[u8], at: usize) -> Option<usize> {
        let word = self.right.as_slice();
        let mut same = word.iter().zip(text.get(at..)?).take_while(|(a, b)| a == b).count();
        while same < word.len() && is_inner(word[same]) {
            same -= 1;
        }
        let (here, rest) = (at + same, word.get(same..).filter(|rest| !rest.is_empty())?);
        let one = char_len(rest[0]);
        if let Some(next) = rest.get(one).map(|byte| one + char_len(*byte))
            && is_at(text, here, &rest[one..next])
            && is_at(text, here + next - one, &rest[..one])
            && is_at(text, here + next, &rest[next..])
        {
            return Some(here + rest.len());
        }
        let there = text.get(here).copied().filter(|byte| is_letter(*byte)).map(char_len);
        if self.is_long {
            if let Some(there) = there.filter(|there| is_at(text, here + there, &rest[one..])) {
                return Some(here + there + rest.len() - one);
            }
            if is_at(text, here, &rest[one..]) {
                return Some(here + rest.len() - one);
            }
        }
        there.filter(|there| is_at(text, here + there, rest)).map(|there| here + there + rest.len())
    }

    /// Where the left half begins that ends here with a mistake.
    fn backward(&self, text: &[u8], from: usize, at: usize) -> Option<usize> {
        let word = self.left.as_slice();
        let before = text.get(from..at)?;
        let mut same = word.iter().rev().zip(before.iter().rev()).take_while(|(a, b)| a == b).count();
        while same > 0 && is_inner(word[word.len() - same]) {
            same -= 1;
        }
        let (before, rest) = (&before[..before.len() - same], &word[..word.len() - same]);
        if rest.is_empty() {
            return None;
        }
        let one = last_char(rest);
        let lead = &rest[..rest.len() - one];
        let start = |length: usize| from + before.len() - length;
        let letter = &word[..char_len(word[0])];
        let placed = |length: usize| {
            let start = start(length);
            (is_at(text, start, letter) || is_word_start(text, start)).then_some(start)
        };
        if !lead.is_empty() {
            let other = last_char(lead);
            let (lead, swapped) = lead.split_at(lead.len() - other);
            if before.ends_with(swapped)
                && before[..before.len() - other].ends_with(&rest[rest.len() - one..])
                && before[..before.len() - other - one].ends_with(lead)
                && let Some(start) = placed(rest.len())
            {
                return Some(start);
            }
        }
        let there = last_char(before);
        let there = Some(there).filter(|there| *there > 0 && is_letter(before[before.len() - there]));
        if self.is_long {
            if let Some(there) = there.filter(|there| before[..before.len() - there].ends_with(lead))
                && let Some(start) = placed(lead.len() + there)
            {
                return Some(start);
            }
            if before.ends_with(lead)
                && let Some(start) = placed(lead.len())
            {
                return Some(start);
            }
        }
        there.filter(|there| before[..before.len() - there].ends_with(rest)).map(|there| start(rest.len() + there))
    }
}

/// Whether the byte is within a character of UTF-8.
fn is_inner(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Letters, digits and the apostrophe: what can have been typed in place of a letter.
fn is_letter(byte: u8) -> bool {
    byte < MARKER && (byte.is_ascii_alphanumeric() || byte == b'\'' || byte >= 0x80)
}

/// How many bytes the character has that begins with this one.
fn char_len(lead: u8) -> usize {
    match lead {
        ..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

/// How many bytes the last character has; 0 where there is none.
fn last_char(text: &[u8]) -> usize {
    text.iter().rposition(|byte| !is_inner(*byte)).map_or(0, |at| text.len() - at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places(word: &str, text: &str) -> Vec<(usize, usize)> {
        let mut bytes = vec![MARKER];
        bytes.extend_from_slice(text.as_bytes());
        let mut found = Vec::new();
        if let Some(word) = Mistyped::of(word.as_bytes(), &[0; 256]) {
            word.scan(&bytes, 1, bytes.len(), &mut |start, end| found.push((start - 1, end - 1)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The same by trying every stretch of the text.
    fn is_there(word: &str, text: &str) -> bool {
        let edges: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        edges.iter().enumerate().any(|(index, start)| {
            edges[index..].iter().any(|end| {
                let slice = &text[*start..*end];
                let starts = slice.chars().next() == word.chars().next() || *start == 0;
                starts && strsim::osa_distance(word, slice) == 1
            })
        })
    }

    #[test]
    fn each_mistake_is_found() {
        for text in
            ["north", "nrth", "nortth", "norht", "nxrth", "onrth", "orth", "xorth", "norxth", "my north", "nort"]
        {
            assert!(!places("north", text).is_empty() || text.contains("north"), "{text}");
        }
        assert!(places("north", "nxrxh").is_empty());
        assert!(places("north", "my enorxth").contains(&(4, 10)));
        assert!(places("north", "forth").contains(&(0, 5)), "where a word begins, its first letter may be wrong");
        assert!(places("north", "aforth").is_empty(), "within a word it must be right");
    }

    #[test]
    fn short_words_must_be_nearly_right() {
        assert_eq!(places("abc", "acb"), [(0, 3)]);
        assert_eq!(places("abc", "bac"), [(0, 3)]);
        assert!(places("abc", "xbac").is_empty() && places("abc", "abx").is_empty());
        assert_eq!(places("abcd", "abxcd"), [(0, 5)]);
        assert!(places("abcd", "abd").is_empty());
        assert!(places("ab", "ba").is_empty());
    }

    #[test]
    fn characters_of_several_bytes_are_letters_too() {
        assert_eq!(places("елкин", "еокин"), [(0, 10)]);
        assert_eq!(places("елкин", "елкн"), [(0, 8)]);
        assert!(places("елкин", "елбкин").contains(&(0, 12)));
    }

    proptest! {
        #[test]
        fn what_is_one_mistake_away_is_found_and_nothing_else(word in "[abé]{5,8}", text in "[abé]{0,12}") {
            let found = places(&word, &text);
            for (start, end) in &found {
                let slice = text.get(*start..*end);
                prop_assert!(slice.is_some_and(|s| strsim::osa_distance(&word, s) <= 1), "{:?}", slice);
            }
            if !text.contains(&word) {
                prop_assert_eq!(!found.is_empty(), is_there(&word, &text));
            }
        }
    }
}
