//! Sorting with one compiled sort for all types: each call of the standard library's compiles its own, and pages
//! have to download them all. Pairs of numbers go through it as they are, all else by its places in the list.

use std::cmp::Ordering;

/// A number to sort by, and what it belongs to.
pub type Pair = (u64, u32);

/// Sorts pairs where there may be a million of them.
pub fn sort_pairs(pairs: &mut [Pair], compare: &dyn Fn(&Pair, &Pair) -> Ordering) {
    pairs.sort_unstable_by(compare);
}

/// Sorts by a comparison; equal items keep their order.
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let swaps = swaps(list.len(), &|one, other| compare(&list[one], &list[other]));
    swap_all(list, swaps);
}

/// Sorts by a key that is made once for each item; equal items keep their order.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    let keys: Vec<K> = list.iter().map(key).collect();
    swap_all(list, swaps(keys.len(), &|one, other| keys[one].cmp(&keys[other])));
}

/// All that is compiled for each type of item.
fn swap_all<T>(list: &mut [T], swaps: Vec<[usize; 2]>) {
    for [one, other] in swaps {
        list.swap(one, other);
    }
}

/// Which places are to swap their items, one pair after the other, to sort so many of them.
fn swaps(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<[usize; 2]> {
    let mut order: Vec<Pair> = (0_u32..).take(count).map(|at| (0, at)).collect();
    sort_pairs(&mut order, &|(_, one), (_, other)| compare(*one as usize, *other as usize).then(one.cmp(other)));
    let mut order: Vec<usize> = order.into_iter().map(|(_, at)| at as usize).collect();
    let mut swaps = Vec::new();
    for start in 0..count {
        // What has to move forms circles: each place takes the item of the next.
        let mut place = start;
        loop {
            let next = std::mem::replace(&mut order[place], place);
            if next == start {
                break;
            }
            swaps.push([place, next]);
            place = next;
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sorting_is_stable_and_loses_nothing() {
        let words = || ["pear", "fig", "apple", "kiwi", "date"].map(str::to_owned).to_vec();
        let mut by_length = words();
        sort_by_key(&mut by_length, String::len);
        assert_eq!(by_length, ["fig", "pear", "kiwi", "date", "apple"]);
        let mut backwards = words();
        sort_by(&mut backwards, |one, other| other.cmp(one));
        assert_eq!(backwards, ["pear", "kiwi", "fig", "date", "apple"]);
        let mut none: Vec<String> = Vec::new();
        sort_by_key(&mut none, String::len);
        assert!(none.is_empty());
    }

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(list in prop::collection::vec((0..20_u8, any::<u8>()), 0..200)) {
            let (mut ours, mut theirs) = (list.clone(), list);
            sort_by_key(&mut ours, |(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(ours, theirs);
        }
    }
}
