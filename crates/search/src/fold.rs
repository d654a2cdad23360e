//! Folding for searches: letter case and accents gone, spaces single, each byte still knowing where it came from.
//!
//! Filters compare as Autotask does, with accents (`autotask_columns::fold`); people who search leave them out. The tables of
//! Unicode's decomposition take more room than all of the search, and Latin letters need 656 bytes.

use std::ops::Range;

use autotask_columns::fold_char;

/// Most bytes of one text that are searched; what comes behind is not found.
pub const TEXT_BYTES_MAX: usize = 4096;

/// The plain letter of U+00C0 to U+024F; a dot where there is none.
#[rustfmt::skip]
static LATIN: &[u8; 400] = b"\
aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.yaaaaaaccccccccddddeeeeeeeeeegggg\
gggghhhhiiiiiiiiii..jjkkkllllllllllnnnnnnnnnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs\
b................ff....i........oo.............uu....zz......................aaiioouuuuuuuuuu.aa\
aa..ggggkkoooo..j...gg..nnaa..ooaaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............\
................";

/// The same for U+1E00 to U+1EFF: Vietnamese, Welsh and others.
#[rustfmt::skip]
static LATIN_ADDITIONAL: &[u8; 256] = b"\
aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr\
ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyas....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

/// What a character means to a search.
enum Plain {
    /// Nothing: a mark on the letter before, or a character without width.
    Mark,
    Space,
    One(char),
    Two([u8; 2]),
}

fn plain(c: char) -> Plain {
    let code = u32::from(c);
    let letter = match code {
        0xc0..=0x24f => LATIN[(code - 0xc0) as usize],
        0x1e00..=0x1eff => LATIN_ADDITIONAL[(code - 0x1e00) as usize],
        _ => b'.',
    };
    if letter != b'.' {
        return Plain::One(char::from(letter));
    }
    match c {
        'æ' | 'Æ' | 'ǣ' | 'Ǣ' | 'ǽ' | 'Ǽ' => Plain::Two(*b"ae"),
        'œ' | 'Œ' => Plain::Two(*b"oe"),
        'ß' | 'ẞ' => Plain::Two(*b"ss"),
        'þ' | 'Þ' => Plain::Two(*b"th"),
        'ĳ' | 'Ĳ' => Plain::Two(*b"ij"),
        'Ǆ'..='ǆ' | 'Ǳ'..='ǳ' => Plain::Two(*b"dz"),
        'Ǉ'..='ǉ' => Plain::Two(*b"lj"),
        'Ǌ'..='ǌ' => Plain::Two(*b"nj"),
        // Combining marks; soft hyphen, joiners, marks of direction and of byte order.
        '\u{300}'..='\u{36f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{feff}' => Plain::Mark,
        c if c.is_whitespace() => Plain::Space,
        '‘' | '’' | 'ʼ' | '´' | '`' => Plain::One('\''),
        '“' | '”' => Plain::One('"'),
        '‐'..='―' | '−' => Plain::One('-'),
        'ά' => Plain::One('α'),
        'έ' => Plain::One('ε'),
        'ή' => Plain::One('η'),
        'ί' | 'ϊ' | 'ΐ' => Plain::One('ι'),
        'ό' => Plain::One('ο'),
        'ύ' | 'ϋ' | 'ΰ' => Plain::One('υ'),
        'ώ' => Plain::One('ω'),
        'ё' => Plain::One('е'),
        'й' => Plain::One('и'),
        'ї' => Plain::One('і'),
        'ў' => Plain::One('у'),
        // Full-width forms.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).map_or(Plain::One(c), plain),
        // What a letter folds to is folded already, so this goes one step deep.
        c => match fold_char(c) {
            folded if folded == c => Plain::One(c),
            folded => plain(folded),
        },
    }
}

/// Folded text of which each byte knows the bytes of the original that it stands for.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The folded text, valid UTF-8.
    pub bytes: Vec<u8>,
    /// For each byte where its character began in the original.
    starts: Vec<u32>,
    /// For each byte where its character ended, marks included.
    ends: Vec<u32>,
}

impl Folded {
    /// Folds a text; only its first 4,096 folded bytes count.
    #[must_use]
    pub fn of(text: &str) -> Folded {
        let mut folded = Folded::default();
        walk(text, &mut folded);
        folded
    }

    /// The bytes of the original that these folded bytes, at least one, stand for.
    #[must_use]
    pub fn original(&self, folded: Range<usize>) -> Range<usize> {
        let start = self.starts.get(folded.start).copied().unwrap_or_default();
        let end = folded.end.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(start);
        start as usize..end as usize
    }

    /// Keeps only the bytes for which this holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(u8) -> bool) {
        let kept: Vec<usize> = (0..self.bytes.len()).filter(|at| keep(self.bytes[*at])).collect();
        self.bytes = kept.iter().map(|at| self.bytes[*at]).collect();
        self.starts = kept.iter().map(|at| self.starts[*at]).collect();
        self.ends = kept.iter().map(|at| self.ends[*at]).collect();
    }

    /// Keeps only this part.
    pub(crate) fn cut(&mut self, part: Range<usize>) {
        for list in [&mut self.starts, &mut self.ends] {
            list.truncate(part.end);
            list.drain(..part.start);
        }
        self.bytes.truncate(part.end);
        self.bytes.drain(..part.start);
    }
}

/// Takes folded characters one after another.
trait Sink {
    fn put(&mut self, bytes: &[u8], start: u32, end: u32);
    /// The character before goes on until here.
    fn widen(&mut self, end: u32);
    fn len(&self) -> usize;
}

impl Sink for Folded {
    fn put(&mut self, bytes: &[u8], start: u32, end: u32) {
        self.bytes.extend_from_slice(bytes);
        self.starts.resize(self.bytes.len(), start);
        self.ends.resize(self.bytes.len(), end);
    }

    fn widen(&mut self, end: u32) {
        let Some(&last) = self.ends.last() else { return };
        let start = self.starts.last().copied();
        for (own, from) in self.ends.iter_mut().rev().zip(self.starts.iter().rev()) {
            if *own != last || Some(*from) != start {
                break;
            }
            *own = end;
        }
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Without the places: what the index keeps.
struct Bare<'a> {
    bytes: &'a mut Vec<u8>,
    from: usize,
}

impl Sink for Bare<'_> {
    fn put(&mut self, bytes: &[u8], _: u32, _: u32) {
        self.bytes.extend_from_slice(bytes);
    }

    fn widen(&mut self, _: u32) {}

    fn len(&self) -> usize {
        self.bytes.len() - self.from
    }
}

/// Appends the folded text.
pub(crate) fn fold_into(text: &str, bytes: &mut Vec<u8>) {
    let from = bytes.len();
    walk(text, &mut Bare { bytes, from });
}

/// Spaces are written when something follows, so that none stands at an end and no two together.
#[allow(clippy::cast_possible_truncation, reason = "the walk ends long before 4 GiB: TEXT_BYTES_MAX, and marks below")]
fn walk(text: &str, sink: &mut impl Sink) {
    let mut space: Option<usize> = None;
    for (at, c) in text.char_indices() {
        // The second bound is for a text of nothing but marks.
        if sink.len() + 5 > TEXT_BYTES_MAX || at > 64 * TEXT_BYTES_MAX {
            break;
        }
        let end = at + c.len_utf8();
        let mut room = [0; 4];
        let bytes: &[u8] = if c.is_ascii() && !c.is_ascii_whitespace() && c != '\u{b}' && c != '`' {
            room[0] = (c as u8).to_ascii_lowercase();
            &room[..1]
        } else {
            match plain(c) {
                Plain::Mark => {
                    if space.is_none() {
                        sink.widen(end as u32);
                    }
                    continue;
                }
                Plain::Space => {
                    space.get_or_insert(at);
                    continue;
                }
                Plain::One(one) => one.encode_utf8(&mut room).as_bytes(),
                Plain::Two(two) => {
                    room[..2].copy_from_slice(&two);
                    &room[..2]
                }
            }
        };
        if let Some(from) = space.take()
            && sink.len() > 0
        {
            sink.put(b" ", from as u32, at as u32);
        }
        sink.put(bytes, at as u32, end as u32);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(text: &str) -> String {
        String::from_utf8(Folded::of(text).bytes).expect("UTF-8")
    }

    #[test]
    fn accents_case_and_spaces_do_not_count() {
        for (text, folded) in [
            ("Bäckerei Straße", "backerei strasse"),
            ("ŁÓDŹ Ærø Œuvre", "lodz aero oeuvre"),
            ("İstanbul ılıca", "istanbul ilica"),
            ("e\u{301}cole É", "ecole e"),
            ("Nguyễn Ðặng", "nguyen dang"),
            ("ΆΛΦΑ ά", "αλφα α"),
            ("ЁЛКА Йод", "елка иод"),
            ("ＡＣＭＥ　１２", "acme 12"),
            ("  a \t\u{a0} b  ", "a b"),
            ("O’Brien – `x`", "o'brien - 'x'"),
            ("Þór", "thor"),
            ("北浜 🙂", "北浜 🙂"),
            ("a\0b", "a\0b"),
            ("\u{301}", ""),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn each_byte_knows_its_place() {
        let folded = Folded::of("  Stra\u{301}ße  X");
        assert_eq!(folded.bytes, b"strasse x");
        assert_eq!(folded.original(0..1), 2..3);
        assert_eq!(folded.original(3..4), 5..8, "with its mark");
        assert_eq!(folded.original(4..5), 8..10, "half of ß is all of it");
        assert_eq!(folded.original(6..9), 10..14);
    }

    #[test]
    fn a_long_text_is_cut() {
        assert!(fold(&"ab".repeat(1_000_000)).len() <= TEXT_BYTES_MAX);
        assert_eq!(fold(&"\u{301}".repeat(1_000_000)), "");
    }

    proptest! {
        #[test]
        fn folding_is_stable_and_places_are_within_the_text(text in "\\PC{0,40}|[a-zß\u{301}é \\t]{0,40}") {
            let folded = Folded::of(&text);
            let once = String::from_utf8(folded.bytes.clone()).expect("UTF-8");
            prop_assert_eq!(&fold(&once), &once);
            let mut bare = b"before".to_vec();
            fold_into(&text, &mut bare);
            prop_assert_eq!(&bare[6..], once.as_bytes());
            for at in 0..once.len() {
                let place = folded.original(at..at + 1);
                prop_assert!(text.get(place.clone()).is_some_and(|slice| !slice.is_empty()), "{:?}", place);
            }
        }
    }
}
