//! Rows of JSON kept in columns, to be compared and searched without making a row again; or checked where they stand.
//!
//! ```text
//!   text ──Scanner──► Token ──Checker──► fine, or doubtful
//!             │
//!             └─────► Cell ──┐
//!                            ├─put─► Frame (Columns, Shapes) ──matching──► Bits ──indices──► row numbers
//!   Cell ────────────────────┘         │
//!                                      └──with──► Cell
//! ```
//!
//! Nothing here knows Autotask: what a field is comes from `autotask-core`.

// The npm package is built without what `{:?}` writes; it would trap.
#![cfg_attr(not(test), warn(clippy::use_debug))]

pub mod bits;
pub mod cell;
pub mod checker;
pub mod column;
pub mod fold;
mod folding;
pub mod frame;
mod lookup;
pub mod needle;
pub mod number;
pub mod order;
pub mod rule;
pub mod scan;
pub mod shape;
pub mod texts;
pub mod time;

pub use bits::Bits;
pub use cell::{Cell, Misfit};
pub use checker::{Checker, Meaning, Verdict};
pub use column::{Column, Data};
pub use fold::fold_char;
pub use frame::{Frame, Member, Next};
pub use rule::{Kind, Rule};
pub use scan::{Place, Scanner, Token};
pub use shape::{Item, Key};
pub use texts::Texts;
