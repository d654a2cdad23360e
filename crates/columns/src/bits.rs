//! Bits: a set of rows or of texts, one bit each.

/// A set of numbers, one bit each. Bits beyond the last word are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
}

/// A word with more ones than this is read bit by bit, else from one to the next.
const DENSE: u32 = 12;

impl Bits {
    /// Room for so many numbers, none of them in the set.
    #[must_use]
    pub fn none(count: usize) -> Bits {
        Bits { words: vec![0; count.div_ceil(64)] }
    }

    /// All numbers below `count`.
    #[must_use]
    pub fn all(count: usize) -> Bits {
        let mut bits = Bits { words: vec![u64::MAX; count.div_ceil(64)] };
        bits.truncate(count);
        bits
    }

    /// The words, the lowest number in the lowest bit of the first.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// A set from its words.
    #[must_use]
    pub fn from_words(words: Vec<u64>) -> Bits {
        Bits { words }
    }

    /// The numbers whose byte is 1; bytes are 0 or 1.
    #[must_use]
    pub fn of_flags(flags: impl Fn(usize, &mut [u8; 64]), count: usize) -> Bits {
        let mut chunk = [0_u8; 64];
        let words = (0..count.div_ceil(64)).map(|word| {
            flags(word * 64, &mut chunk);
            pack(&chunk)
        });
        let mut bits = Bits { words: words.collect() };
        bits.truncate(count);
        bits
    }

    /// Whether the number is in the set.
    #[must_use]
    pub fn get(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Puts a number in, or takes it out.
    pub fn set(&mut self, number: usize, is_in: bool) {
        let (word, bit) = (number / 64, 1_u64 << (number % 64));
        if is_in {
            if word >= self.words.len() {
                self.words.resize(word + 1, 0);
            }
            self.words[word] |= bit;
        } else if let Some(word) = self.words.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Takes out all numbers from `count` on.
    pub fn truncate(&mut self, count: usize) {
        self.words.truncate(count.div_ceil(64));
        if !count.is_multiple_of(64)
            && let Some(last) = self.words.get_mut(count / 64)
        {
            *last &= (1 << (count % 64)) - 1;
        }
    }

    /// Keeps what is in both.
    pub fn and(&mut self, other: &Bits) {
        self.words.truncate(other.words.len());
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds what is in the other.
    pub fn or(&mut self, other: &Bits) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Takes out what is in the other.
    pub fn and_not(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// The numbers below `count` that are not in the set.
    #[must_use]
    pub fn complement(&self, count: usize) -> Bits {
        let mut all = Bits::all(count);
        all.and_not(self);
        all
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many numbers are in the set.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The numbers in the set, ascending.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "rows are counted in 32 bits")]
    pub fn indices(&self) -> Vec<u32> {
        let mut found = Vec::with_capacity(self.count());
        // Eight more than a word can have: each byte writes eight numbers, of which some count.
        let mut chunk = [0_u32; 72];
        for (at, &word) in self.words.iter().enumerate() {
            let base = (at * 64) as u32;
            let mut rest = word;
            if word.count_ones() <= DENSE {
                while rest != 0 {
                    found.push(base + rest.trailing_zeros());
                    rest &= rest - 1;
                }
            } else {
                let mut count = 0;
                for (byte, from) in word.to_le_bytes().into_iter().zip((base..).step_by(8)) {
                    if let Some(eight) = chunk[count..].first_chunk_mut::<8>() {
                        for (slot, bit) in eight.iter_mut().zip(PLACES[byte as usize]) {
                            *slot = from + u32::from(bit);
                        }
                    }
                    count += byte.count_ones() as usize;
                }
                found.extend_from_slice(&chunk[..count]);
            }
        }
        found
    }
}

/// For each byte the places of its ones, lowest first.
const PLACES: [[u8; 8]; 256] = {
    let mut places = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                places[byte][count] = bit;
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    places
};

/// 64 bytes of 0 or 1 as 64 bits: multiplying gathers the lowest bits of eight bytes in the highest byte.
fn pack(flags: &[u8; 64]) -> u64 {
    let mut word = 0;
    for (at, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= gathered << (at * 8);
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_is_what_was_put_in(numbers in proptest::collection::btree_set(0_usize..500, 0..300), cut in 0_usize..600) {
            let mut bits = Bits::default();
            for number in &numbers {
                bits.set(*number, true);
            }
            let indices = |bits: &Bits| bits.indices().into_iter().map(|n| n as usize).collect::<Vec<_>>();
            prop_assert_eq!(indices(&bits), numbers.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits.count(), numbers.len());
            let complement: Vec<usize> = (0..cut).filter(|n| !numbers.contains(n)).collect();
            prop_assert_eq!(indices(&bits.complement(cut)), complement);
            let flags = Bits::of_flags(|from, chunk| {
                for (at, flag) in chunk.iter_mut().enumerate() {
                    *flag = u8::from(numbers.contains(&(from + at)));
                }
            }, cut);
            bits.truncate(cut);
            prop_assert_eq!(indices(&bits), indices(&flags));
            prop_assert_eq!(bits.is_empty(), numbers.iter().all(|n| *n >= cut));
        }
    }
}
