//! The binary as people and scripts run it.
//!
//! One program for all of them: a program each would be linked, and stored, as many times.

mod audit;
mod audit_kill;
mod common;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod disk_faults;
#[cfg(unix)]
mod disk_full;
mod doctor;
mod edit;
mod kill;
#[cfg(target_os = "linux")]
mod large;
mod malformed;
mod metrics;
mod onboard;
mod onboard_kill;
mod overload;
mod slow;
mod smuggling;
mod start;
mod users;
