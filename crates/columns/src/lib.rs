//! Rows of JSON kept in columns, to be compared and searched without making a row again.
//!
//! ```text
//!   text ──Scanner──► Cell ──┐
//!                            ├─put─► Frame (Columns, Shapes) ──matching──► Bits ──indices──► row numbers
//!   Cell ────────────────────┘         │
//!                                      └──with──► Cell
//! ```
//!
//! Nothing here knows Autotask: what a field is, and how letters fold, comes from `autotask-core`.

pub mod bits;
pub mod cell;
pub mod column;
pub mod frame;
pub mod number;
pub mod order;
pub mod scan;
pub mod shape;
pub mod texts;
pub mod time;

pub use bits::Bits;
pub use cell::{Cell, Misfit};
pub use column::{Column, Data};
pub use frame::{Frame, Member, Next};
pub use scan::Scanner;
pub use shape::{Item, Key};
pub use texts::Texts;
