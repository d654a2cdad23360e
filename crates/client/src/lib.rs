//! Async client for Autotask's REST API, over any [`Transport`]: fetch in the browser, reqwest natively.
//!
//! It sends what `autotask_core::request` makes and reads what `autotask_core::response` tells apart; no entity is
//! named in it.

pub mod client;
pub mod edit;
pub mod onboarding;
pub mod transport;

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "native")]
pub mod native;

pub use client::{Client, PAGES_MAX, Walk};
pub use transport::{Answer, Transport};
