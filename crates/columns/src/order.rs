//! Sorting with one compiled sort for all types: each call of the standard library's compiles its own, and pages
//! have to download them all. Where a million rows are sorted, the standard library's is the faster one.

use std::cmp::Ordering;

/// A number to sort by, and what it belongs to.
pub type Pair = (u64, u32);

/// Sorts pairs where there may be a million of them: the one other sort that is compiled.
pub fn sort_pairs(pairs: &mut [Pair], compare: &dyn Fn(&Pair, &Pair) -> Ordering) {
    pairs.sort_unstable_by(compare);
}

/// Sorts by a comparison; equal items keep their order.
pub fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = order_of(list.len(), &|one, other| compare(&list[one], &list[other]));
    rearrange(list, order);
}

/// Sorts by a key that is made once for each item; equal items keep their order.
pub fn sort_by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let keys: Vec<K> = list.iter().map(key).collect();
    rearrange(list, order_of(keys.len(), &|one, other| keys[one].cmp(&keys[other])));
}

fn order_of(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

fn rearrange<T>(list: &mut Vec<T>, order: Vec<usize>) {
    let mut items: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(order.into_iter().filter_map(|index| items[index].take()));
}

#[cfg(test)]
mod tests {
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
}
