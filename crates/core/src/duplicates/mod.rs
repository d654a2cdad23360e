//! Duplicates: which rows are entries of one company, person, site or opportunity, and why.
//!
//! ```text
//! Table ──► Rows (a value for each key) ──autotask_likeness──► pairs ──► clusters, with reasons in words
//! ```
//!
//! Nothing is learnt from the data. Which fields count, how they are compared and how much is data: [`Rules`].

mod default_rules;
mod name;
mod pairs;
mod read_rules;
mod reasons;
mod rows;
mod rules;
#[cfg(test)]
mod tests;

pub use autotask_likeness::{Rows, Values};
pub use name::{is_same_name, name_key, search_word};
pub use pairs::{Cluster, Match, Pairs, duplicate_pairs, find_duplicates, find_matches};
pub use rows::{matches_of, rows_among, rows_of};
pub use rules::{Compare, KEYS_MAX, Key, Rules, THRESHOLD, WEIGHT_MAX};
