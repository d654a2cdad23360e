//! The binary as people and scripts run it.
//!
//! One program for all of them: a program each would be linked, and stored, as many times.

mod common;
mod kill;
mod onboard;
mod onboard_kill;
mod start;
mod users;
