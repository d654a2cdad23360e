//! Kind: how a field's text is brought into the form in which it is searched.

use std::ops::Range;

use crate::fold::{Folded, TEXT_BYTES_MAX, fold_into};

/// What a searched field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or title.
    Name,
    /// A number that people give: of a company, a ticket, an invoice.
    Number,
    /// A phone number, of which only the digits count.
    Phone,
    /// An e-mail address.
    Email,
    /// A web address, of which scheme, `www.` and a slash at the end do not count.
    Web,
    /// A place.
    City,
}

impl Kind {
    /// Appends the text in the form in which it is searched.
    pub(crate) fn write(self, text: &str, bytes: &mut Vec<u8>) {
        let from = bytes.len();
        fold_into(text, bytes);
        match self {
            Kind::Phone => {
                let mut kept = from;
                for at in from..bytes.len() {
                    if bytes[at].is_ascii_digit() {
                        bytes[kept] = bytes[at];
                        kept += 1;
                    }
                }
                bytes.truncate(kept);
            }
            Kind::Web => {
                let part = web_part(&bytes[from..]);
                bytes.truncate(from + part.end);
                bytes.drain(from..from + part.start);
            }
            Kind::Name | Kind::Number | Kind::Email | Kind::City => {}
        }
    }

    /// The same, each byte knowing its place in the original.
    #[must_use]
    pub fn read(self, text: &str) -> Folded {
        let mut folded = Folded::of(text);
        match self {
            Kind::Phone => folded.retain(|byte| byte.is_ascii_digit()),
            Kind::Web => {
                let part = web_part(&folded.bytes);
                folded.cut(part);
            }
            Kind::Name | Kind::Number | Kind::Email | Kind::City => {}
        }
        folded
    }

    /// Where a place in the form in which it is searched is in the text itself, in bytes.
    #[must_use]
    pub fn original(self, text: &str, place: Range<usize>) -> Range<usize> {
        let keeps_places = !matches!(self, Kind::Phone | Kind::Web) && is_plain(text);
        if keeps_places && place.end <= text.len() { place } else { self.read(text).original(place) }
    }
}

/// Whether folding changes letters only: ASCII without spaces that would be left out.
fn is_plain(text: &str) -> bool {
    let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == 0xb;
    let bytes = text.as_bytes();
    text.is_ascii()
        && bytes.len() < TEXT_BYTES_MAX / 2
        && !bytes.first().is_some_and(|first| is_space(*first))
        && !bytes.windows(2).any(|pair| is_space(pair[0]) && is_space(pair[1]))
}

/// The part of a folded web address that tells it from others.
pub(crate) fn web_part(text: &[u8]) -> Range<usize> {
    let mut start = 0;
    for lead in [&b"https://"[..], b"http://", b"www."] {
        if text[start..].starts_with(lead) {
            start += lead.len();
        }
    }
    let slashes = text[start..].iter().rev().take_while(|byte| **byte == b'/').count();
    start..text.len() - slashes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_ways_give_the_same() {
        for (kind, text, folded) in [
            (Kind::Phone, "+1 (555) 010-99 ext. 7", "1555010997"),
            (Kind::Phone, "none", ""),
            (Kind::Phone, "５５５", "555"),
            (Kind::Web, "HTTPS://www.Acme.com/", "acme.com"),
            (Kind::Web, "acme.com/shop//", "acme.com/shop"),
            (Kind::Web, "http://", ""),
            (Kind::Web, "www.www.de", "www.de"),
            (Kind::Email, "Ann@Acme.com", "ann@acme.com"),
        ] {
            let mut bytes = b"x".to_vec();
            kind.write(text, &mut bytes);
            assert_eq!(&bytes[1..], folded.as_bytes(), "{text}");
            assert_eq!(kind.read(text).bytes, folded.as_bytes(), "{text}");
        }
        assert_eq!(Kind::Phone.original("(555) 01", 0..5), 1..8);
        assert_eq!(Kind::Name.original("  a  B", 0..3), 2..6);
        assert_eq!(Kind::Web.read("https://www.Acme.com/").original(0..4), 12..16);
    }

    proptest! {
        #[test]
        fn the_short_way_to_a_place_is_the_long_one(text in "[a-zA-Z. \\t\u{b}é`]{0,12}", from in 0_usize..12, length in 1_usize..5) {
            for kind in [Kind::Name, Kind::Number, Kind::Phone, Kind::Email, Kind::Web, Kind::City] {
                let folded = kind.read(&text);
                let place = from..from + length;
                if place.end <= folded.bytes.len() {
                    prop_assert_eq!(kind.original(&text, place.clone()), folded.original(place));
                }
            }
        }
    }
}
