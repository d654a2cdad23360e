//! Search as one types over the rows of a [`Table`](crate::Table): which members are searched, and what to highlight.
//!
//! How texts are folded, found and ranked is `autotask-search`'s.

mod fields;
mod table_index;

pub use autotask_search::{Options, Query};
pub use fields::{SearchedText, searched_texts};
pub use table_index::{Answer, Hit, Mark, TableIndex, Units};
