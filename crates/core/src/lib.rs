//! What Autotask's CRM is, without any I/O: no sockets, no clock, no environment, no randomness.
//!
//! ```text
//!    text ──parse──► Filter ──body──► JSON for the API          answers ──► Plan ──► next action
//!      ▲               │                                                (onboarding)
//!      └─────print─────┤
//!                      ├──check──► issues  (with EntityInfo)    (id, parent) ──► Hierarchy
//!                      ├──eval───► bool    (with a Record)
//!                      └──sql────► WHERE   (in the sandbox)     Operation ◄──► Request / Response
//! ```

// The npm package is built without what `{:?}` writes; it would trap.
#![cfg_attr(not(test), warn(clippy::use_debug))]

pub mod alias;
pub mod calendar;
pub mod display;
pub mod duplicates;
#[rustfmt::skip] // generated
pub mod entities;
pub mod entity;
pub mod field;
pub mod fields;
pub mod filter;
pub mod fingerprint;
pub mod hierarchy;
pub mod instant;
pub mod issue;
pub mod json;
pub mod limits;
pub mod number;
pub mod onboarding;
pub mod quality;
pub mod record;
pub mod request;
pub mod response;
pub mod rights;
pub mod route;
mod rows;
pub mod schema;
pub mod search;
pub mod table;
pub mod text;
pub mod title;
pub mod validate;
pub mod validate_bytes;
mod words;
pub mod write;

pub use autotask_columns::order;
pub use entities::{Company, CompanyLocation, Contact, Resource};
pub use entity::{EntityInfo, ParentInfo, entity, entity_names};
pub use field::{DataType, FieldInfo, Format, PicklistValue};
pub use filter::{Condition, Filter, FilterValue, Op};
pub use hierarchy::Hierarchy;
pub use instant::Instant;
pub use issue::{Issue, Position, Severity};
pub use record::Record;
pub use request::{Operation, Query, Request, Verb};
pub use response::{Failure, FailureKind};
pub use schema::Schema;
pub use table::Table;
