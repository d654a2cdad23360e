//! Scan: every place of a needle in a stretch of bytes, 64 bytes at a time.
//!
//! A library's search stops at each hit and starts again, which costs more than the search itself when a third of
//! all rows are hits, as with the first letters that somebody types.

/// How often each byte occurs in what is searched; decides which bytes of a needle are looked at first.
pub(crate) type Counts = [u32; 256];

/// How many bytes are looked at in one step.
const BLOCK: usize = 64;

/// The bytes that mark the beginning of a field; UTF-8 has none of them.
pub(crate) const MARKER: u8 = 0xf5;

/// Bytes to look for, not empty.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    pub(crate) bytes: Vec<u8>,
    /// Where its three rarest bytes are; a shorter needle has a place twice. Two would do if letters did not depend on
    /// each other: `d.n` is in every tenth name, `d.nt` in few.
    probes: [usize; 3],
}

impl Needle {
    // Never in place: a word makes up to seven of them, and each copy would be downloaded.
    #[inline(never)]
    pub(crate) fn new(bytes: Vec<u8>, counts: &Counts) -> Needle {
        let first = rarest(&bytes, counts, &[]).unwrap_or_default();
        let second = rarest(&bytes, counts, &[first]).unwrap_or(first);
        let third = rarest(&bytes, counts, &[first, second]).unwrap_or(first);
        Needle { probes: [first, second, third], bytes }
    }

    /// The same as [`Needle::scan`] where there are few places: a call for each costs less than one more copy of the scan
    /// in a download.
    pub(crate) fn scan_rare(&self, text: &[u8], from: usize, to: usize, found: &mut dyn FnMut(usize)) {
        self.scan(text, from, to, found);
    }

    /// Calls `found` with each place in `text[from..to]` where the needle begins, ascending; they may overlap.
    #[inline]
    pub(crate) fn scan(&self, text: &[u8], from: usize, to: usize, mut found: impl FnMut(usize)) {
        let Some(text) = text.get(..to) else { return };
        let needle = self.bytes.as_slice();
        let [first, second, third] = self.probes;
        let wanted = (needle[first], needle[second], needle[third]);
        // Bytes that were all seen need no second look.
        let is_seen = needle.len() <= 3;
        let mut at = from;
        while let (Some(one), Some(two), Some(three)) =
            (block(text, at + first), block(text, at + second), block(text, at + third))
        {
            let mut mask = equal(one, wanted.0) & equal(two, wanted.1) & equal(three, wanted.2);
            while mask != 0 {
                let place = at + mask.trailing_zeros() as usize;
                mask &= mask - 1;
                if is_seen || is_at(text, place, needle) {
                    found(place);
                }
            }
            at += BLOCK;
        }
        while at + needle.len() <= text.len() {
            if is_at(text, at, needle) {
                found(at);
            }
            at += 1;
        }
    }
}

/// Where the rarest byte is, but for some places.
// Never in place: three copies would be downloaded.
#[inline(never)]
fn rarest(bytes: &[u8], counts: &Counts, but: &[usize]) -> Option<usize> {
    (0..bytes.len()).filter(|at| !but.contains(at)).min_by_key(|at| counts[usize::from(bytes[*at])])
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
        at += BLOCK;
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
fn block(text: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    text.get(at..)?.first_chunk()
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_ge, u8x16_splat, u64x2, v128};

    use super::BLOCK;

    #[inline(always)]
    fn mask(block: &[u8; BLOCK], holds: impl Fn(v128) -> v128) -> u64 {
        let (parts, _) = block.as_chunks::<8>();
        bits(&parts[0], &parts[1], &holds)
            | bits(&parts[2], &parts[3], &holds) << 16
            | bits(&parts[4], &parts[5], &holds) << 32
            | bits(&parts[6], &parts[7], &holds) << 48
    }

    #[inline(always)]
    fn bits(low: &[u8; 8], high: &[u8; 8], holds: &impl Fn(v128) -> v128) -> u64 {
        let lanes = u64x2(u64::from_le_bytes(*low), u64::from_le_bytes(*high));
        u64::from(u8x16_bitmask(holds(lanes)))
    }

    #[inline(always)]
    pub(crate) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        mask(block, |lanes| u8x16_eq(lanes, u8x16_splat(byte)))
    }

    #[inline(always)]
    pub(crate) fn at_least(block: &[u8; BLOCK], byte: u8) -> u64 {
        mask(block, |lanes| u8x16_ge(lanes, u8x16_splat(byte)))
    }
}

/// Eight bytes at a time within an integer, where there are no vectors to be had without `unsafe`.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    use super::BLOCK;

    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

    #[inline(always)]
    fn mask(block: &[u8; BLOCK], holds: impl Fn(u64) -> u64) -> u64 {
        let (words, _) = block.as_chunks::<8>();
        let mut mask = 0;
        for (number, word) in words.iter().enumerate() {
            // Each byte's answer is its highest bit; the product gathers the eight in the highest byte.
            let bits = holds(u64::from_le_bytes(*word)) & !LOW_BITS;
            mask |= (bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (8 * number);
        }
        mask
    }

    #[inline(always)]
    pub(crate) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        let wanted = u64::from_le_bytes([byte; 8]);
        mask(block, |word| {
            let other = word ^ wanted;
            !(((other & LOW_BITS) + LOW_BITS) | other)
        })
    }

    /// For a byte from 0x80 on.
    #[inline(always)]
    pub(crate) fn at_least(block: &[u8; BLOCK], byte: u8) -> u64 {
        let missing = u64::from_le_bytes([0x80 - (byte & 0x7f); 8]);
        mask(block, |word| ((word & LOW_BITS) + missing) & word)
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
            text in prop::collection::vec(prop_oneof![0_u8..4, Just(MARKER)], 0..300),
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
