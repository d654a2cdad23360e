//! Scan: every place of a needle in a stretch of bytes, 16 bytes at a time.
//!
//! A library's search stops at each hit and starts again, which costs more than the search itself when a third of
//! all rows are hits, as with the first letters that somebody types.

/// How often each byte occurs in what is searched; decides which bytes of a needle are looked at first.
pub(crate) type Counts = [u32; 256];

/// The bytes that mark the beginning of a field; UTF-8 has none of them.
pub(crate) const MARKER: u8 = 0xf5;

/// Bytes to look for, not empty.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    pub(crate) bytes: Vec<u8>,
    /// Where its two rarest bytes are, the lower first; the same place twice in a needle of one byte.
    probes: (usize, usize),
}

impl Needle {
    pub(crate) fn new(bytes: Vec<u8>, counts: &Counts) -> Needle {
        let rarest = |but: Option<usize>| {
            (0..bytes.len()).filter(|at| Some(*at) != but).min_by_key(|at| counts[usize::from(bytes[*at])])
        };
        let first = rarest(None).unwrap_or_default();
        let second = rarest(Some(first)).unwrap_or(first);
        Needle { probes: (first.min(second), first.max(second)), bytes }
    }

    /// Calls `found` with each place in `text[from..to]` where the needle begins, ascending; they may overlap.
    #[inline]
    pub(crate) fn scan(&self, text: &[u8], from: usize, to: usize, mut found: impl FnMut(usize)) {
        let Some(text) = text.get(..to) else { return };
        let needle = self.bytes.as_slice();
        let (low, high) = self.probes;
        let (one, other) = (needle[low], needle[high]);
        // Two bytes that were both seen need no second look.
        let is_seen = needle.len() <= 2;
        let mut at = from;
        while let (Some(first), Some(second)) = (block(text, at + low), block(text, at + high)) {
            let mut mask = equal(first, one) & equal(second, other);
            while mask != 0 {
                let place = at + mask.trailing_zeros() as usize;
                mask &= mask - 1;
                if is_seen || is_at(text, place, needle) {
                    found(place);
                }
            }
            at += 16;
        }
        while at + needle.len() <= text.len() {
            if is_at(text, at, needle) {
                found(at);
            }
            at += 1;
        }
    }
}

/// Calls `found` with each place of this byte directly behind a marker, ascending.
pub(crate) fn scan_leads(text: &[u8], byte: u8, mut found: impl FnMut(usize)) {
    let mut at = 0;
    while let (Some(markers), Some(bytes)) = (block(text, at), block(text, at + 1)) {
        let mut mask = at_least(markers, MARKER) & equal(bytes, byte);
        while mask != 0 {
            found(at + mask.trailing_zeros() as usize + 1);
            mask &= mask - 1;
        }
        at += 16;
    }
    while at + 1 < text.len() {
        if text[at] >= MARKER && text[at + 1] == byte {
            found(at + 1);
        }
        at += 1;
    }
}

/// Whether the needle stands there.
#[inline]
pub(crate) fn is_at(text: &[u8], at: usize, needle: &[u8]) -> bool {
    // Needles are short: a loop in place is faster than a call.
    text.get(at..at + needle.len()).is_some_and(|there| there.iter().zip(needle).all(|(a, b)| a == b))
}

#[inline(always)]
fn block(text: &[u8], at: usize) -> Option<&[u8; 16]> {
    text.get(at..)?.first_chunk()
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_ge, u8x16_splat, u64x2, v128};

    #[inline(always)]
    fn load(block: &[u8; 16]) -> v128 {
        let (low, high) = block.split_at(8);
        let half = |bytes: &[u8]| bytes.first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
        u64x2(half(low), half(high))
    }

    #[inline(always)]
    pub(crate) fn equal(block: &[u8; 16], byte: u8) -> u16 {
        u8x16_bitmask(u8x16_eq(load(block), u8x16_splat(byte)))
    }

    #[inline(always)]
    pub(crate) fn at_least(block: &[u8; 16], byte: u8) -> u16 {
        u8x16_bitmask(u8x16_ge(load(block), u8x16_splat(byte)))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    fn mask(block: &[u8; 16], holds: impl Fn(u8) -> bool) -> u16 {
        block.iter().enumerate().fold(0, |mask, (at, byte)| mask | u16::from(holds(*byte)) << at)
    }

    pub(crate) fn equal(block: &[u8; 16], byte: u8) -> u16 {
        mask(block, |own| own == byte)
    }

    pub(crate) fn at_least(block: &[u8; 16], byte: u8) -> u16 {
        mask(block, |own| own >= byte)
    }
}

use lanes::{at_least, equal};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_scan_finds_every_place(
            text in prop::collection::vec(prop_oneof![0_u8..4, Just(MARKER)], 0..90),
            needle in prop::collection::vec(0_u8..4, 1..6),
            from in 0_usize..40,
        ) {
            let mut counts = [0; 256];
            text.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
            let to = text.len().saturating_sub(from / 8).max(from);
            let mut found = Vec::new();
            Needle::new(needle.clone(), &counts).scan(&text, from, to, |at| found.push(at));
            let naive: Vec<usize> =
                (from..to.min(text.len())).filter(|at| text.len() >= to && text[*at..to].starts_with(&needle)).collect();
            prop_assert_eq!(found, naive);
            let mut leads = Vec::new();
            scan_leads(&text, 1, |at| leads.push(at));
            let naive: Vec<usize> = (1..text.len()).filter(|at| text[at - 1] == MARKER && text[*at] == 1).collect();
            prop_assert_eq!(leads, naive);
        }
    }
}
