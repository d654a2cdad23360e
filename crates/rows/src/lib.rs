//! Rows of JSON, checked where they stand.
//!
//! ```text
//! text ──Scanner──► Token ──Rule──► fine, or doubtful
//! ```
//!
//! A row that is found fine is fine. A doubtful one may be: it is for the caller to make a value of it and to look
//! closely. So everything unusual (escapes, exponents, long numbers) is simply doubtful, and nothing is judged here that
//! cannot be judged at a glance.

pub mod checker;
pub mod rule;
pub mod scan;

pub use checker::{Checker, Member, Verdict};
pub use rule::{Kind, Rule};
pub use scan::{Scanner, Token};
