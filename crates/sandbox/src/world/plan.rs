//! Plan: which companies are in trees, and where the planted ones stand.

use std::collections::{HashMap, HashSet};

use super::dice::Dice;

/// Companies in a row from which one tree is made.
const BLOCK: u32 = 20;
/// Planted duplicates of companies; as many of contacts.
const DUPLICATES: u32 = 24;
/// A world smaller than this has nothing planted in it.
const PLANTED_FROM: u32 = 20;

/// What is special about a company.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Special {
    /// It is the same company as that of this number, entered a second time.
    Duplicate(u32),
    /// Its parent is the company of this number, which goes round in a circle.
    Cycle(u32),
    /// Its parent does not exist.
    Orphan,
    /// It has one of the strange names.
    Strange(usize),
}

/// The plan of a world of so many companies, numbered from 1.
pub(super) struct Plan {
    specials: HashMap<u32, Special>,
    /// The contact, by company and position, that is entered a second time at that company.
    pub(super) contact_duplicates: HashMap<u32, u32>,
    parents: HashMap<u32, u32>,
    kept: HashSet<u32>,
}

impl Plan {
    pub(super) fn new(seed: u64, companies: u32) -> Plan {
        let mut specials = HashMap::new();
        let mut contact_duplicates = HashMap::new();
        if companies >= PLANTED_FROM {
            let tail = [companies - 7, companies - 5, companies - 3];
            for (at, next) in [(tail[0], tail[1]), (tail[1], tail[2]), (tail[2], tail[0])] {
                specials.insert(at, Special::Cycle(next));
            }
            specials.insert(companies - 1, Special::Orphan);
            let duplicates = DUPLICATES.min(companies / 10);
            for number in 0..duplicates {
                // Spread over the book, each some way behind its original.
                let of = 2 + number * (companies - 10) / (duplicates + 1) / 2;
                let mut at = (number + 1) * (companies - 10) / (duplicates + 1) + 1;
                while specials.contains_key(&at) || at <= of {
                    at += 1;
                }
                specials.insert(at, Special::Duplicate(of));
                contact_duplicates.insert(1 + number * (companies - 8) / duplicates, number);
            }
        }
        let strange = u32::try_from(super::names::STRANGE.len()).unwrap_or(0);
        if companies >= strange * 8 {
            for number in 0..strange {
                let mut at = 5 + number * (companies / (strange + 1));
                while specials.contains_key(&at) {
                    at += 1;
                }
                specials.insert(at, Special::Strange(usize::try_from(number).unwrap_or(0)));
            }
        }
        let parents = trees(seed, companies, &specials);
        let mut kept: HashSet<u32> = parents.values().copied().collect();
        kept.extend(specials.values().filter_map(|special| match special {
            Special::Duplicate(of) => Some(*of),
            _ => None,
        }));
        Plan { specials, contact_duplicates, parents, kept }
    }

    pub(super) fn special(&self, number: u32) -> Option<Special> {
        self.specials.get(&number).copied()
    }

    /// The parent of a company in a tree.
    pub(super) fn parent(&self, number: u32) -> Option<u32> {
        self.parents.get(&number).copied()
    }

    /// Whether something will need to know this company later: it has children or a duplicate.
    pub(super) fn is_kept(&self, number: u32) -> bool {
        self.kept.contains(&number)
    }
}

/// One tree in every block: about a fifth of the companies, up to three levels.
fn trees(seed: u64, companies: u32, specials: &HashMap<u32, Special>) -> HashMap<u32, u32> {
    let mut parents = HashMap::new();
    for block in 0..companies.div_ceil(BLOCK) {
        let mut dice = Dice::new(seed, (1 << 40) + u64::from(block));
        let free: Vec<u32> = (block * BLOCK + 1..=(block * BLOCK + BLOCK).min(companies))
            .filter(|number| !specials.contains_key(number))
            .collect();
        let size =
            usize::try_from(dice.weighted(&[(20, 2_u32), (25, 3), (20, 4), (15, 5), (12, 6), (8, 8)])).unwrap_or(2);
        let start = usize::try_from(dice.below(8)).unwrap_or(0);
        let Some(members) = free.get(start..start + size) else { continue };
        let root = members[0];
        let mut middle = root;
        for (index, member) in members.iter().enumerate().skip(1) {
            // The second is below the root; later ones below the root or below that second.
            let below_middle = index >= 2 && dice.percent(40);
            parents.insert(*member, if below_middle { middle } else { root });
            if index == 1 {
                middle = *member;
            }
        }
    }
    parents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_a_fifth_is_in_trees_of_at_most_three_levels() {
        let plan = Plan::new(1, 2000);
        let roots: HashSet<u32> = plan.parents.values().copied().collect();
        let members: HashSet<u32> = plan.parents.keys().copied().chain(roots).collect();
        assert!((300..500).contains(&members.len()), "{}", members.len());
        let depth = |mut number: u32| {
            let mut levels = 1;
            while let Some(parent) = plan.parent(number) {
                assert!(parent < number);
                number = parent;
                levels += 1;
            }
            levels
        };
        assert_eq!((1..=2000).map(depth).max(), Some(3));
    }

    #[test]
    fn what_is_planted_is_there_once() {
        for companies in [20, 40, 50, 100, 137, 500, 2000, 100_000] {
            let plan = Plan::new(1, companies);
            let count = |test: fn(&Special) -> bool| plan.specials.values().filter(|special| test(special)).count();
            assert_eq!(count(|s| matches!(s, Special::Cycle(_))), 3, "{companies}");
            assert_eq!(count(|s| matches!(s, Special::Orphan)), 1, "{companies}");
            let duplicates = usize::try_from(24.min(companies / 10)).expect("small");
            assert_eq!(count(|s| matches!(s, Special::Duplicate(_))), duplicates, "{companies}");
            assert_eq!(plan.contact_duplicates.len(), duplicates, "{companies}");
            for (at, special) in &plan.specials {
                assert!((1..=companies).contains(at), "{companies}: {at}");
                if let Special::Duplicate(of) = special {
                    assert!(
                        of < at
                            && !matches!(
                                plan.special(*of),
                                Some(Special::Duplicate(_) | Special::Cycle(_) | Special::Orphan)
                            ),
                        "{companies}: {of} → {at}"
                    );
                }
            }
        }
        assert!(Plan::new(1, 5).specials.is_empty());
    }
}
