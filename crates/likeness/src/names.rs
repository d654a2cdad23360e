//! Names as they are compared: letters without spaces, where words begin, and how alike two of them are.

use super::Fold;
use super::osa::{Distance, LETTERS_MAX};
use super::short_names::is_short_for;
use super::words::{write_name_key, write_words};

/// All of a likeness.
pub const ALIKE: u32 = 1000;
/// What each slip of the hand takes off.
const SLIP: u32 = 80;
/// Most words of a name that are looked at one by one.
const WORDS_MAX: usize = 10;

/// The names of one column.
pub(crate) struct Names {
    /// One byte a letter: ASCII as it is, others by a hash; at most 64 of a name.
    letters: Vec<u8>,
    /// Where each row's letters end.
    ends: Vec<u32>,
    /// Where its words begin, a bit for each letter.
    words: Vec<u64>,
}

/// One name.
#[derive(Clone, Copy)]
pub(crate) struct Name<'a> {
    pub(crate) letters: &'a [u8],
    words: u64,
}

impl Names {
    pub(crate) fn with_capacity(rows: usize) -> Names {
        Names {
            letters: Vec::with_capacity(rows * 20),
            ends: Vec::with_capacity(rows),
            words: Vec::with_capacity(rows),
        }
    }

    pub(crate) fn at(&self, row: usize) -> Name<'_> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        Name { letters: &self.letters[start as usize..self.ends[row] as usize], words: self.words[row] }
    }

    /// Adds a company's name without its legal forms; answers what it is numbered by.
    pub(crate) fn push_company(&mut self, text: &str, fold: Fold, scratch: &mut String) -> Option<u64> {
        write_name_key(text, fold, scratch);
        self.push(scratch)
    }

    /// Adds a person's name: first names are one word, and the last name another.
    pub(crate) fn push_person(&mut self, text: &str, fold: Fold, scratch: &mut String) -> Option<u64> {
        let text = text.trim();
        let (first, last) = text.rsplit_once(['\n', ',']).or_else(|| text.rsplit_once(' ')).unwrap_or(("", text));
        write_words(first, fold, scratch);
        let mut whole: String = scratch.split(' ').collect();
        write_words(last, fold, scratch);
        whole.push(' ');
        whole.extend(scratch.split(' '));
        self.push(whole.trim())
    }

    /// Adds words with one space between them.
    fn push(&mut self, words: &str) -> Option<u64> {
        let start = self.letters.len();
        let (mut begins, mut is_first, mut hash) = (0_u64, true, 0xcbf2_9ce4_8422_2325_u64);
        for c in words.chars() {
            if c == ' ' {
                is_first = true;
                continue;
            }
            hash = (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3);
            let at = self.letters.len() - start;
            if at < LETTERS_MAX {
                begins |= u64::from(is_first) << at;
                is_first = false;
                self.letters.push(letter(c));
            }
        }
        self.ends.push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
        self.words.push(begins);
        (!words.is_empty()).then(|| hash.max(1))
    }
}

/// A letter in one byte. Others than ASCII may meet in one; only likeness is lost by that, never equality.
fn letter(c: char) -> u8 {
    if c.is_ascii() { c as u8 } else { 0x80 | (u32::from(c).wrapping_mul(0x9e37_79b1) >> 25) as u8 }
}

impl<'a> Name<'a> {
    /// The words, at most ten; the last one has the rest.
    fn words(self) -> ([&'a [u8]; WORDS_MAX], usize) {
        let mut words: [&[u8]; WORDS_MAX] = [&[]; WORDS_MAX];
        let (mut begins, mut count) = (self.words, 0);
        while begins != 0 && count < WORDS_MAX {
            let start = begins.trailing_zeros() as usize;
            begins &= begins - 1;
            let is_last = count == WORDS_MAX - 1 || begins == 0;
            let end = if is_last { self.letters.len() } else { begins.trailing_zeros() as usize };
            words[count] = &self.letters[start..end];
            count += 1;
        }
        (words, count)
    }

    /// A person's first and last name.
    fn first_and_last(self) -> (&'a [u8], &'a [u8]) {
        let begins = self.words & self.words.wrapping_sub(1);
        if begins == 0 { (&[], self.letters) } else { self.letters.split_at(begins.trailing_zeros() as usize) }
    }
}

/// How alike two names of companies are that are not equal: 0 to [`ALIKE`]. The same either way round.
pub(crate) fn companies_alike(one: Name<'_>, other: Name<'_>, distance: &mut Distance) -> u32 {
    if one.letters == other.letters && one.letters.len() < LETTERS_MAX {
        return ALIKE;
    }
    // In a fixed order, so that words find their partners the same way for both.
    let (one, other) = if one.letters <= other.letters { (one, other) } else { (other, one) };
    let ((ours, our_count), (theirs, their_count)) = (one.words(), other.words());
    let (ours, theirs) = (&ours[..our_count], &theirs[..their_count]);
    let (mut met_ours, mut met_theirs, mut slips) = (0_u32, 0_u32, 0_u32);
    // Equal words first, so that none of them is taken for a misspelt other one.
    for is_exact in [true, false] {
        for (at, word) in ours.iter().enumerate() {
            for (with, partner) in theirs.iter().enumerate() {
                if met_ours >> at & 1 == 1 || met_theirs >> with & 1 == 1 {
                    continue;
                }
                let between =
                    if is_exact { (word == partner).then_some(0) } else { slips_between(word, partner, distance) };
                if let Some(between) = between {
                    slips += between;
                    met_ours |= 1 << at;
                    met_theirs |= 1 << with;
                }
            }
        }
    }
    let (left, right) = (Rest::of(ours, met_ours), Rest::of(theirs, met_theirs));
    let all = weight(ours) + weight(theirs);
    let shared = (all - left.weight - right.weight) * ALIKE / all.max(1);
    let alike = match (left.weight > 0, right.weight > 0) {
        (false, false) => ALIKE,
        // Both have words of their own: two companies of one trade, or of one family.
        (true, true) => shared * shared / ALIKE,
        _ if left.has_digits || right.has_digits => shared / 2,
        _ => shared * 85 / 100,
    };
    if our_count != their_count && !left.has_digits && !right.has_digits {
        // A slip that hit a space joins two words, or parts one.
        let between = distance.between(one.letters, other.letters);
        if between <= 2 && one.letters.len().min(other.letters.len()) >= 8 {
            return alike.max(ALIKE - SLIP * between).saturating_sub(SLIP);
        }
    }
    alike.saturating_sub(SLIP * slips)
}

/// The words that found no partner.
struct Rest {
    weight: u32,
    has_digits: bool,
}

impl Rest {
    fn of(words: &[&[u8]], met: u32) -> Rest {
        let mut rest = Rest { weight: 0, has_digits: false };
        for (_, word) in words.iter().enumerate().filter(|(at, _)| met >> at & 1 == 0) {
            rest.weight += weight(&[word]);
            rest.has_digits |= word.iter().any(u8::is_ascii_digit);
        }
        rest
    }
}

fn weight(words: &[&[u8]]) -> u32 {
    words.iter().map(|word| u32::try_from(word.len()).unwrap_or(0) + 1).sum()
}

/// How many slips lie between two words, when they are few enough for one word to be the other misspelt.
fn slips_between(one: &[u8], other: &[u8], distance: &mut Distance) -> Option<u32> {
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    let most = match long {
        0..=2 => 0,
        3..=6 => 1,
        7..=10 => 2,
        _ => 3,
    };
    // `Store 12` is not `Store 13`.
    let has_digits = || one.iter().chain(other).any(u8::is_ascii_digit);
    if long - short > most || letters_in(one, other) as usize > 2 * most || has_digits() {
        return None;
    }
    Some(distance.between(one, other)).filter(|between| *between as usize <= most)
}

/// How many letters are in only one of two words, whatever their order: at most twice the slips between them.
fn letters_in(one: &[u8], other: &[u8]) -> u32 {
    let bits = |word: &[u8]| word.iter().fold(0_u32, |bits, letter| bits | 1 << (letter & 31));
    (bits(one) ^ bits(other)).count_ones()
}

/// How alike two names of people are: 0 to [`ALIKE`]. The same either way round.
pub(crate) fn people_alike(one: Name<'_>, other: Name<'_>, distance: &mut Distance) -> u32 {
    let ((our_first, our_last), (their_first, their_last)) = (one.first_and_last(), other.first_and_last());
    if !our_first.is_empty() && our_first == their_last && our_last == their_first {
        return ALIKE - SLIP / 2;
    }
    let last = if our_last == their_last { ALIKE } else { misspelt(our_last, their_last, distance) };
    let is_initial = |one: &[u8], other: &[u8]| one.len().min(other.len()) == 1 && one[0] == other[0];
    let first = if our_first == their_first {
        ALIKE
    } else if our_first.is_empty() || their_first.is_empty() {
        600
    } else if is_initial(our_first, their_first) {
        800
    } else if is_short_for(our_first, their_first) {
        900
    } else {
        misspelt(our_first, their_first, distance)
    };
    match (first, last) {
        // Colleagues of one first name; the family.
        (_, 0) => first / 5,
        (0, _) => last / 4,
        _ => (first * 45 + last * 55) / 100,
    }
}

fn misspelt(one: &[u8], other: &[u8], distance: &mut Distance) -> u32 {
    slips_between(one, other, distance).map_or(0, |slips| ALIKE - 100 * slips)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alike(one: &str, other: &str, is_person: bool) -> u32 {
        let mut names = Names::with_capacity(2);
        let mut scratch = String::new();
        let fold: Fold = |c| c.to_lowercase().next().unwrap_or(c);
        let mut push = |text: &str| {
            if is_person {
                names.push_person(text, fold, &mut scratch)
            } else {
                names.push_company(text, fold, &mut scratch)
            }
        };
        let (a, b) = (push(one), push(other));
        if a == b && a.is_some() {
            return ALIKE;
        }
        let compare = if is_person { people_alike } else { companies_alike };
        let (there, back) = (
            compare(names.at(0), names.at(1), &mut Distance::new()),
            compare(names.at(1), names.at(0), &mut Distance::new()),
        );
        assert_eq!(there, back, "{one} / {other}");
        there
    }

    #[test]
    fn one_company_in_other_words() {
        for (a, b) in [
            ("Acme, Inc.", "ACME"),
            ("Keller Dental GmbH", "Kellre Dental"),
            ("Müller Spedition", "Mueller Spedition"),
            ("Data Net Systems", "DataNet Systems"),
            ("Data Net Systems", "Datannet Systems"),
            ("Summit Legal Partners", "Summit Partners Legal"),
        ] {
            assert!(alike(a, b, false) >= 840, "{a} / {b}: {}", alike(a, b, false));
        }
    }

    #[test]
    fn other_companies_of_like_names() {
        for (a, b) in [
            ("Keller East", "Keller West"),
            ("Store 12", "Store 13"),
            ("Store 12 Albany", "Store Albany"),
            ("Springfield Dental", "Springfield Medical"),
            ("Acme Bako Dental", "Acme Zuto Dental"),
            ("A", "B"),
        ] {
            assert!(alike(a, b, false) <= 550, "{a} / {b}: {}", alike(a, b, false));
        }
    }

    #[test]
    fn people() {
        for (a, b) in [
            ("Anna\nKeller", "ANNA\nKELLER"),
            ("Michael\nKeller", "Mike\nKeller"),
            ("Daniel\nKeller", "Dan\nKeller"),
            ("D.\nKeller", "Daniel\nKeller"),
            ("Anna\nMüller", "Anna\nMuller"),
            ("Anna\nKeller", "Keller\nAnna"),
            ("Anna Keller", "Anna Keler"),
        ] {
            assert!(alike(a, b, true) >= 850, "{a} / {b}: {}", alike(a, b, true));
        }
        for (a, b) in [("Anna\nKeller", "Peter\nKeller"), ("Anna\nKeller", "Anna\nSchmidt"), ("Anna\nCo", "Anna\nSa")] {
            assert!(alike(a, b, true) <= 250, "{a} / {b}: {}", alike(a, b, true));
        }
    }

    proptest! {
        #[test]
        fn any_names_can_be_compared(a in ".{0,90}|[a-c &.]{0,40}", b in ".{0,90}|[a-c &.]{0,40}") {
            prop_assert!(alike(&a, &b, false) <= ALIKE);
            prop_assert!(alike(&a, &b, true) <= ALIKE);
        }
    }
}
