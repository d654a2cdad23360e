//! The pages, one file each.

mod age;
pub mod changes;
pub mod companies;
pub mod company;
mod editing;
mod faces;
mod failed;
pub mod hierarchy;
pub mod lazy;
mod load;
pub mod not_found;
mod nouns;
pub mod onboarding;
pub mod onboarding_new;
pub mod quality;
pub mod reading;
pub mod settings;
pub mod sign_in;
