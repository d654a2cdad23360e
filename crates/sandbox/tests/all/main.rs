//! The sandbox over its API, as a client of Autotask meets it.
//!
//! One program for all of them: a program each would be linked, and stored, as many times.

mod attachments;
mod common;
mod companies;
mod contracts;
mod duplicates;
mod exchanges;
mod faults;
mod input;
mod life;
mod limits;
mod metadata;
mod opening;
mod paging;
mod receiver;
mod routes;
mod sql_eval;
mod tickets;
mod webhooks;
mod world;
mod world_consistency;
mod world_parts;
mod writes;
