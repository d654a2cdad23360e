//! The proxy between a browser and an upstream, over HTTP.
//!
//! One program for all of them: a program each would be linked, and stored, as many times.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod acting;
mod administration;
mod audit;
mod common;
mod cors;
mod cursors;
mod doctor;
mod expected;
mod gate;
mod headers;
mod hosts_and_origins;
mod large;
mod oidc;
mod older_texts;
mod once;
mod people;
mod permissions;
mod rewriting;
mod roles;
mod runs;
mod sandbox;
mod secrets;
mod session;
mod static_files;
mod tokens;
mod upstream_failures;
mod zone;
