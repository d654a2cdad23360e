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
//! Nothing here knows Autotask: what a field is, and how letters fold, comes from `autotask-core`.

pub mod bits;
pub mod cell;
pub mod checker;
pub mod column;
pub mod frame;
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
pub use frame::{Frame, Member, Next};
pub use rule::{Kind, Rule};
pub use scan::{Place, Scanner, Token};
pub use shape::{Item, Key};
pub use texts::Texts;
