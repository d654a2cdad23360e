//! How alike rows are: the part of finding duplicates that meets every row, compiled for speed.
//!
//! ```text
//! Rows (texts) ──► Columns (equal values, equal numbers) ──► blocks: a value in common · names a slip apart
//!                                                                     │ pairs worth comparing
//!                                                                     ▼
//!                                                       Scorer: for ÷ (for + against) ──► pairs ──► clusters
//! ```
//!
//! Which fields there are and what they weigh, reasons in words, and JSON are the core's.

// The npm package is built without what `{:?}` writes; it would trap.
#![cfg_attr(not(test), warn(clippy::use_debug))]

mod blocks;
mod clusters;
mod columns;
mod keys;
mod legal_form;
mod misspelt;
mod names;
mod osa;
mod pairs;
mod rules;
mod score;
mod short_names;
mod words;

pub use clusters::{Cluster, clusters};
pub use columns::{Columns, Rows, Values};
pub use keys::{domain_in, email_in};
pub use legal_form::is_legal_form;
pub use names::ALIKE;
pub use pairs::{Pair, has_occasion, pairs};
pub use rules::{Compare, Key, Reading};
pub use score::{SCORE_MAX, Scorer};
pub use words::{write_name_key, write_words};

/// Makes a small letter of one that is not ASCII.
pub(crate) type Fold = fn(char) -> char;
