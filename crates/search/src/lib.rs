//! Search as one types: names, numbers, phone digits, e-mail and web addresses, cities; accents and letter case aside.
//!
//! ```text
//! rows ──put──► SearchIndex ──search──► Found { hits: best rows, total }
//!                     ▲
//! text ──of──► Query ─┘
//! ```
//!
//! Every word has to be somewhere in the row. A whole field comes before the beginning of a field, that before the
//! beginning of a word, that before any other place; one mistake in a word is forgiven when too few rows match without.
//!
//! It is a crate of its own because its loops are compiled for speed, where the rest of the wasm is compiled for size;
//! which members of which entity are searched is said in `autotask_core::search`.
//!
//! ```
//! use autotask_search::{Kind, Options, Query, SearchField, SearchIndex};
//!
//! let fields = [SearchField { kind: Kind::Name, weight: 20 }, SearchField { kind: Kind::Phone, weight: 14 }];
//! let mut index = SearchIndex::new(&fields);
//! index.put(0, 174, [Some("Müller & Söhne"), Some("(555) 010-99")]);
//! index.put(1, 175, [Some("Acme Dental"), None]);
//! let ids = |text: &str| {
//!     index.search(&Query::of(text), Options::default()).hits.iter().map(|hit| hit.id).collect::<Vec<_>>()
//! };
//! assert_eq!(ids("sohne mul"), [174]);
//! assert_eq!(ids("555-010"), [174]);
//! assert_eq!(ids("dentla"), [175]);
//! ```

// The npm package is built without what `{:?}` writes; it would trap.
#![cfg_attr(not(test), warn(clippy::use_debug))]

mod find;
mod fold;
mod gather;
mod index;
mod kind;
mod pattern;
mod query;
mod rank;
#[cfg(test)]
mod tests;
mod typo;

pub use find::{Found, LIMIT_DEFAULT, Match, Options, Span};
pub use fold::{Folded, TEXT_BYTES_MAX};
pub use index::{FIELDS_MAX, SearchField, SearchIndex};
pub use kind::Kind;
pub use query::{QUERY_CHARS_MAX, Query};
pub use rank::{Class, WEIGHT_MAX};
