//! Dice: what the world is made from. Only `next_u32` of ChaCha8 is used, so that a seed means the same everywhere
//! and for ever.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of numbers.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this number from a seed. Each company has its own, so that a company is the same one in a small
    /// and in a large world.
    pub(crate) fn new(seed: u64, stream: u64) -> Dice {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Dice(rng)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // The bias is below one in a million for what is asked here.
        let product = u64::from(self.0.next_u32()) * u64::from(bound.max(1));
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in so many cases of a hundred.
    pub(super) fn percent(&mut self, cases: u32) -> bool {
        self.below(100) < cases
    }

    /// One of a list, which is not empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        let at = self.below(u32::try_from(list.len()).unwrap_or(u32::MAX));
        list[usize::try_from(at).unwrap_or(0)]
    }

    /// One of a list by weight.
    pub(super) fn weighted<T: Copy>(&mut self, list: &[(u32, T)]) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in list {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        list[list.len() - 1].1
    }

    /// A text with a digit for every `#` and a letter for every `@`.
    pub(super) fn shape(&mut self, pattern: &str) -> String {
        // Letters that no postal service avoids.
        const LETTERS: [char; 18] =
            ['A', 'B', 'E', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'R', 'S', 'T', 'V', 'W', 'X', 'Y'];
        let mut out = String::with_capacity(pattern.len());
        for c in pattern.chars() {
            out.push(match c {
                '#' => char::from_digit(self.below(10), 10).unwrap_or('0'),
                '@' => LETTERS[usize::try_from(self.below(18)).unwrap_or(0)],
                other => other,
            });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_everywhere() {
        let mut dice = Dice::new(1, 7);
        let rolled: Vec<u32> = (0..6).map(|_| dice.below(1000)).collect();
        let mut again = Dice::new(1, 7);
        assert_eq!(rolled, (0..6).map(|_| again.below(1000)).collect::<Vec<_>>());
        assert_ne!(rolled, {
            let mut other = Dice::new(1, 8);
            (0..6).map(|_| other.below(1000)).collect::<Vec<_>>()
        });
        assert_eq!(Dice::new(1, 0).shape("A-1").as_str(), "A-1");
    }
}
