//! Editing: rows changed in place, wherever a page shows them.
//!
//! ```text
//! a field is opened ──► Pending (kept by the browser) ──► look · PATCH · read back ──► Entry in the Changes list
//!                                                            │                              │
//!                                                            └── conflict: a person decides ◄── undo
//! ```

pub mod bar;
pub mod change_list;
pub mod conflict;
mod control;
mod flow;
pub mod line;
pub mod row_form;
pub mod session;
pub mod words;

pub use bar::EditBar;
pub use conflict::ConflictDialog;
pub use session::Editing;
