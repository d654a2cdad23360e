//! Trees over arrays of numbers: the passes over all rows that a hierarchy is made of.
//!
//! ```text
//! ids ──► Index ──► Links (parents' rows) ──peel──► Peeled (children first, cycles) ──► Shape (order, depth)
//!                                                      └──► roll_up (sums, maxima, counts)
//! ```
//!
//! Nothing here recurses, and nothing knows Autotask: what a row is and what is wrong with it is told by
//! `autotask-core`. Functions are not generic, so that they are compiled here, for speed.

// The npm package is built without what `{:?}` writes; it would trap.
#![cfg_attr(not(test), warn(clippy::use_debug))]

pub mod index;
pub mod links;
pub mod peel;
pub mod roll;
pub mod shape;

pub use index::Index;
pub use links::Links;
pub use peel::{Peeled, peel};
pub use roll::{Fold, roll_up};
pub use shape::Shape;

/// Most rows of a forest. Greater numbers say why a row has no parent.
pub const ROWS_MAX: usize = 1 << 30;

/// The link of a row that names no parent. Links that are no rows are greater than any row.
pub const TOP: u32 = u32::MAX;
/// The link of a row whose parent is not among the rows.
pub const ORPHAN: u32 = u32::MAX - 1;
/// The link of the members of the first cycle; those of the others are counted down from it.
pub const CYCLE: u32 = u32::MAX - 2;
