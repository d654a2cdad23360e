//! Gate: what every call to Autotask passes, so that the tenant's limits hold whoever asks.
//!
//! ```text
//! reads ─► cache ─► flights ─► retries ─┐
//!                                       ├─► login ─► turns ─► lease ─► Autotask
//! writes ───────────────────────────────┘
//! ```
//!
//! Turns keep the rolling hour and the calls at once, login stops after a refused one, a lease puts what is spent on the
//! disk before it is spent.

mod cache;
mod flights;
mod lease;
mod login;
mod retries;
mod turns;

pub(crate) use cache::Cache;
pub(crate) use flights::Flights;
pub(crate) use lease::Lease;
pub(crate) use login::Login;
pub(crate) use retries::Retries;
pub(crate) use turns::{Held, Pass, Standing, Turns};
