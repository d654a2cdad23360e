//! Duplicates: which rows are entries of one company, person, site or opportunity, and why.
//!
//! ```text
//! Table ──► Rows (a value for each key) ──► Columns (equal values, equal numbers)
//!                                               │
//!                blocks: rows with a value in common · names a slip apart
//!                                               ▼
//!                              score: for ÷ (for + against) ──► pairs ──► clusters, with reasons in words
//! ```
//!
//! Nothing is learnt from the data. Which fields count, how they are compared and how much is data: [`Rules`].

mod blocks;
mod clusters;
mod columns;
mod default_rules;
mod keys;
mod legal_form;
mod misspelt;
mod name;
mod names;
mod osa;
mod pairs;
mod read_rules;
mod reasons;
mod rows;
mod rules;
mod score;
mod short_names;
#[cfg(test)]
mod tests;

pub use columns::{Rows, Values};
pub use name::{is_same_name, name_key, search_word};
pub use pairs::{Cluster, Match, Pairs, duplicate_pairs, find_duplicates, find_matches};
pub use rows::matches_of;
pub use rules::{Compare, KEYS_MAX, Key, Rules, THRESHOLD, WEIGHT_MAX};
