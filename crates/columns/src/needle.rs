//! Needle: every place of a few bytes in a stretch of many, 64 at a time.
//!
//! A library's search stops at each hit and starts again, which costs more than the search itself when a third of
//! all rows are hits, as with the first letters that somebody types.

/// How often each byte occurs in what is searched; decides which bytes of a needle are looked at first.
pub type Counts = [u32; 256];

/// How many bytes are looked at in one step.
const BLOCK: usize = 64;

/// Bytes to look for. None are found nowhere.
#[derive(Clone, Debug)]
pub struct Needle {
    bytes: Vec<u8>,
    /// Where its three rarest bytes are; a shorter needle has a place twice. Two would do if letters did not depend on
    /// each other: `d.n` is in every tenth name, `d.nt` in few.
    probes: [usize; 3],
}

impl Needle {
    /// A needle for texts in which bytes occur so often.
    // Never in place: a word makes up to seven of them, and each copy would be downloaded.
    #[inline(never)]
    #[must_use]
    pub fn new(bytes: Vec<u8>, counts: &Counts) -> Needle {
        let first = rarest(&bytes, counts, &[]).unwrap_or_default();
        let second = rarest(&bytes, counts, &[first]).unwrap_or(first);
        let third = rarest(&bytes, counts, &[first, second]).unwrap_or(first);
        Needle { probes: [first, second, third], bytes }
    }

    /// What is sought.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same as [`Needle::scan`] where there are few places: a call for each costs less than one more copy of the scan
    /// in a download.
    pub fn scan_rare(&self, text: &[u8], from: usize, to: usize, found: &mut dyn FnMut(usize)) {
        self.scan(text, from, to, found);
    }

    /// Calls `found` with each place in `text[from..to]` where the needle begins, ascending; they may overlap.
    #[inline]
    pub fn scan(&self, text: &[u8], from: usize, to: usize, mut found: impl FnMut(usize)) {
        let Some(text) = text.get(..to) else { return };
        let needle = self.bytes.as_slice();
        if needle.is_empty() {
            return;
        }
        let [first, second, third] = self.probes;
        let wanted = self.probes.map(|probe| needle[probe]);
        // Bytes that were all seen need no second look.
        let is_seen = needle.len() <= 3;
        let mut at = from;
        while let (Some(one), Some(two), Some(three)) =
            (block(text, at + first), block(text, at + second), block(text, at + third))
        {
            let mut mask = both_equal(one, wanted[0], two, wanted[1]);
            if mask != 0 {
                mask &= equal(three, wanted[2]);
            }
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

/// Calls `found` with each place of this byte directly behind one of the `markers`, ascending. The markers are all bytes
/// from this one on, which is 0x80 at least.
#[inline]
pub fn scan_behind(text: &[u8], markers: u8, byte: u8, mut found: impl FnMut(usize)) {
    let mut at = 0;
    while let (Some(before), Some(bytes)) = (block(text, at), block(text, at + 1)) {
        let mut mask = at_least_and_equal(before, markers, bytes, byte);
        while mask != 0 {
            found(at + mask.trailing_zeros() as usize + 1);
            mask &= mask - 1;
        }
        at += BLOCK;
    }
    while at + 1 < text.len() {
        if text[at] >= markers && text[at + 1] == byte {
            found(at + 1);
        }
        at += 1;
    }
}

/// Whether these bytes stand there.
#[inline]
#[must_use]
pub fn is_at(text: &[u8], at: usize, needle: &[u8]) -> bool {
    // Needles are short: a loop in place is faster than a call.
    text.get(at..at + needle.len()).is_some_and(|there| there.iter().zip(needle).all(|(a, b)| a == b))
}

#[inline(always)]
fn block(text: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    text.get(at..)?.first_chunk()
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_ge, u8x16_splat, v128, v128_and};

    use super::BLOCK;

    #[inline(always)]
    fn mask(holds: impl Fn(usize) -> v128) -> u64 {
        let bits = |part: usize| u64::from(u8x16_bitmask(holds(part)));
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }

    #[inline(always)]
    fn part(block: &[u8; BLOCK], part: usize) -> v128 {
        bytemuck::pod_read_unaligned(&block.as_chunks::<16>().0[part])
    }

    /// Where a block has this byte.
    #[inline(always)]
    pub(crate) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        mask(|at| u8x16_eq(part(block, at), u8x16_splat(byte)))
    }

    /// Where each of two blocks has its byte.
    #[inline(always)]
    pub(crate) fn both_equal(one: &[u8; BLOCK], byte: u8, other: &[u8; BLOCK], other_byte: u8) -> u64 {
        let is_other = |at: usize| u8x16_eq(part(other, at), u8x16_splat(other_byte));
        mask(|at| v128_and(u8x16_eq(part(one, at), u8x16_splat(byte)), is_other(at)))
    }

    /// Where one block has a byte of at least `least`, and the other this byte.
    #[inline(always)]
    pub(crate) fn at_least_and_equal(one: &[u8; BLOCK], least: u8, other: &[u8; BLOCK], byte: u8) -> u64 {
        let is_least = |at: usize| u8x16_ge(part(one, at), u8x16_splat(least));
        mask(|at| v128_and(is_least(at), u8x16_eq(part(other, at), u8x16_splat(byte))))
    }
}

/// Eight bytes at a time within an integer, where there are no vectors to be had without `unsafe`.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes {
    use super::BLOCK;

    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

    #[inline(always)]
    fn mask(holds: impl Fn(usize) -> u64) -> u64 {
        // Each byte's answer is its highest bit; the product gathers the eight in the highest byte.
        let bits = |part: usize| ((holds(part) & !LOW_BITS) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        (0..BLOCK / 8).fold(0, |mask, part| mask | bits(part) << (8 * part))
    }

    #[inline(always)]
    fn part(block: &[u8; BLOCK], part: usize) -> u64 {
        u64::from_le_bytes(block.as_chunks::<8>().0[part])
    }

    #[inline(always)]
    fn is_equal(word: u64, byte: u8) -> u64 {
        let other = word ^ u64::from_le_bytes([byte; 8]);
        !(((other & LOW_BITS) + LOW_BITS) | other)
    }

    /// Where a block has this byte.
    #[inline(always)]
    pub(crate) fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        mask(|at| is_equal(part(block, at), byte))
    }

    /// Where each of two blocks has its byte.
    #[inline(always)]
    pub(crate) fn both_equal(one: &[u8; BLOCK], byte: u8, other: &[u8; BLOCK], other_byte: u8) -> u64 {
        mask(|at| is_equal(part(one, at), byte) & is_equal(part(other, at), other_byte))
    }

    /// Where one block has a byte of at least `least`, from 0x80 on, and the other this byte.
    #[inline(always)]
    pub(crate) fn at_least_and_equal(one: &[u8; BLOCK], least: u8, other: &[u8; BLOCK], byte: u8) -> u64 {
        let missing = u64::from_le_bytes([0x80 - (least & 0x7f); 8]);
        let is_least = |word: u64| ((word & LOW_BITS) + missing) & word;
        mask(|at| is_least(part(one, at)) & is_equal(part(other, at), byte))
    }
}

use lanes::{at_least_and_equal, both_equal, equal};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARKER: u8 = 0xf5;

    proptest! {
        #[test]
        fn a_scan_finds_every_place(
            text in prop::collection::vec(prop_oneof![0_u8..4, Just(MARKER)], 0..300),
            needle in prop::collection::vec(0_u8..4, 0..6),
            from in 0_usize..40,
        ) {
            let mut counts = [0; 256];
            text.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
            let to = text.len().saturating_sub(from / 8).max(from);
            let mut found = Vec::new();
            Needle::new(needle.clone(), &counts).scan(&text, from, to, |at| found.push(at));
            let naive: Vec<usize> =
                (from..to.min(text.len())).filter(|at| text.len() >= to && !needle.is_empty() && text[*at..to].starts_with(&needle)).collect();
            prop_assert_eq!(found, naive);
            let mut leads = Vec::new();
            scan_behind(&text, MARKER, 1, |at| leads.push(at));
            let naive: Vec<usize> = (1..text.len()).filter(|at| text[at - 1] == MARKER && text[*at] == 1).collect();
            prop_assert_eq!(leads, naive);
        }
    }
}
