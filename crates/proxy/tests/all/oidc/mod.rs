//! Signing in at a provider of our own, honest and not.

mod attacks;
mod discovery;
mod forged;
mod honest;
mod keys;
mod routes;
mod signers;
mod silence;
mod table;
