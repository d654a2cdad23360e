//! Typing errors between two short words: letters changed, added, left out or swapped with their neighbour.
//!
//! Bit-parallel (Hyyrö 2003), so that a pair of names costs some 20 steps and no allocation.

/// Most letters that are looked at; the bits of one machine word.
pub(crate) const LETTERS_MAX: usize = 64;

/// Compares words; keeps the table that each comparison needs.
pub(crate) struct Distance {
    /// For each letter, where the first word has it.
    places: [u64; 256],
}

impl Distance {
    pub(crate) fn new() -> Distance {
        Distance { places: [0; 256] }
    }

    /// How many slips lie between two words (optimal string alignment). Only the first 64 letters count.
    pub(crate) fn between(&mut self, one: &[u8], other: &[u8]) -> u32 {
        let one = &one[..one.len().min(LETTERS_MAX)];
        let other = &other[..other.len().min(LETTERS_MAX)];
        // What begins and ends alike costs nothing.
        let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
        let (one, other) = (&one[same..], &other[same..]);
        let same = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
        let (one, other) = (&one[..one.len() - same], &other[..other.len() - same]);
        let (Some(last), false) = (one.len().checked_sub(1), other.is_empty()) else {
            return u32::try_from(one.len() + other.len()).unwrap_or(u32::MAX);
        };
        for (at, letter) in one.iter().enumerate() {
            self.places[usize::from(*letter)] |= 1 << at;
        }
        let mut distance = u32::try_from(one.len()).unwrap_or(u32::MAX);
        let (mut plus, mut minus, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
        for letter in other {
            let here = self.places[usize::from(*letter)];
            let swapped = (((!diagonal) & here) << 1) & before;
            diagonal = ((here & plus).wrapping_add(plus) ^ plus) | here | minus | swapped;
            let up = minus | !(diagonal | plus);
            let down = diagonal & plus;
            distance += u32::from(up >> last & 1 == 1);
            distance -= u32::from(down >> last & 1 == 1);
            let up = up << 1 | 1;
            plus = down << 1 | !(diagonal | up);
            minus = diagonal & up;
            before = here;
        }
        for letter in one {
            self.places[usize::from(*letter)] = 0;
        }
        distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_what_the_library_says(a in "[a-d]{0,12}|[a-z ]{0,64}", b in "[a-d]{0,12}|[a-z ]{0,64}") {
            let mut distance = Distance::new();
            let expected = u32::try_from(strsim::osa_distance(&a, &b)).expect("small");
            prop_assert_eq!(distance.between(a.as_bytes(), b.as_bytes()), expected);
            prop_assert_eq!(distance.between(b.as_bytes(), a.as_bytes()), expected, "either way round, the table clean");
        }
    }

    #[test]
    fn words_of_any_length_are_taken() {
        let long = "x".repeat(1000);
        assert_eq!(Distance::new().between(long.as_bytes(), b""), 64);
        assert_eq!(Distance::new().between(long.as_bytes(), &[b'x'; 64]), 0, "cut");
        assert_eq!(Distance::new().between(b"", b""), 0);
    }
}
