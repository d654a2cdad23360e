//! An order of functions that compresses well: each stands where it finds most of itself shortly before.

use std::collections::HashMap;

/// How far back gzip looks, in bytes.
const WINDOW: usize = 32 * 1024;

/// The length of the pieces by which functions are compared, in bytes: about two instructions.
const PIECE: usize = 6;

/// A piece that stands in more than one of this many functions is met in any order.
const COMMON: usize = 30;

/// Short functions would always win by the little that they hold; as if each held this many pieces more.
const MORE_PIECES: usize = 20;

/// The indices of the functions in their new order. Greedy: next comes what shares most of its pieces, rare ones counting
/// more, with what the window holds by then.
pub(super) fn by_likeness(functions: &[&[u8]]) -> Vec<usize> {
    let pieces = Pieces::of(functions);
    let mut window = vec![0_u32; pieces.holders.len()];
    // For each function the weight of its pieces that are in the window.
    let mut shared = vec![0_u64; functions.len()];
    let mut left: Vec<usize> = (0..functions.len()).collect();
    let mut order = Vec::with_capacity(functions.len());
    let (mut oldest, mut size) = (0, 0);
    while !left.is_empty() {
        let share = |at: usize| shared[left[at]] as f64 / (pieces.counts[left[at]] + MORE_PIECES) as f64;
        let best = (0..left.len()).fold(0, |best, at| if share(at) > share(best) { at } else { best });
        let next = left.remove(best);
        order.push(next);
        size += functions[next].len();
        for &piece in &pieces.of[next] {
            window[piece] += 1;
            if window[piece] == 1 {
                pieces.holders[piece].iter().for_each(|&function| shared[function] += pieces.weight(piece));
            }
        }
        while size > WINDOW && oldest + 1 < order.len() {
            let gone = order[oldest];
            oldest += 1;
            size -= functions[gone].len();
            for &piece in &pieces.of[gone] {
                window[piece] -= 1;
                if window[piece] == 0 {
                    pieces.holders[piece].iter().for_each(|&function| shared[function] -= pieces.weight(piece));
                }
            }
        }
    }
    order
}

/// The different pieces of all functions, numbered.
struct Pieces {
    /// The functions that hold a piece.
    holders: Vec<Vec<usize>>,
    /// The pieces of a function that tell it from others without being its alone.
    of: Vec<Vec<usize>>,
    /// How many different pieces a function has, those included that are its alone.
    counts: Vec<usize>,
}

impl Pieces {
    fn of(functions: &[&[u8]]) -> Self {
        let mut numbers = HashMap::new();
        let mut holders: Vec<Vec<usize>> = Vec::new();
        for (function, bytes) in functions.iter().enumerate() {
            for piece in bytes.windows(PIECE) {
                let number = *numbers.entry(piece).or_insert(holders.len());
                if number == holders.len() {
                    holders.push(Vec::new());
                }
                if holders[number].last() != Some(&function) {
                    holders[number].push(function);
                }
            }
        }
        let mut of = vec![Vec::new(); functions.len()];
        let mut counts = vec![0; functions.len()];
        for (piece, holders) in holders.iter().enumerate() {
            for &function in holders {
                counts[function] += 1;
                if holders.len() > 1 && holders.len() <= functions.len().div_ceil(COMMON).max(2) {
                    of[function].push(piece);
                }
            }
        }
        Self { holders, of, counts }
    }

    /// A whole number, so that nothing is left of it after a piece has come and gone.
    fn weight(&self, piece: usize) -> u64 {
        (65_536.0 / (self.holders[piece].len() as f64).sqrt()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::gzip_size;

    /// Bytes that repeat nothing.
    fn noise(seed: u32, length: usize) -> Vec<u8> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(next).collect()
    }

    #[test]
    fn what_is_alike_becomes_neighbours() {
        // Two of each kind, too far from each other for gzip to see.
        let kinds: Vec<Vec<u8>> = (0..10).map(|seed| noise(seed, 9_000)).collect();
        let functions: Vec<&[u8]> = kinds.iter().chain(&kinds).map(Vec::as_slice).collect();
        let order = by_likeness(&functions);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..functions.len()), "each once: {order:?}");
        let ordered: Vec<u8> = order.iter().flat_map(|function| functions[*function]).copied().collect();
        let (before, after) = (gzip_size(&functions.concat()).unwrap(), gzip_size(&ordered).unwrap());
        assert!(after < before * 6 / 10, "{before} bytes, {after} in order");
    }

    #[test]
    fn functions_shorter_than_a_piece_have_a_place() {
        assert!(by_likeness(&[]).is_empty());
        assert_eq!(by_likeness(&[b"", b"abc"]), [0, 1]);
    }
}
