//! The built app: from a folder, or from inside of this binary.

use std::path::Path;

use autotask_proxy::{Assets, Error};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The app of the folder that was named; else the one that was there when this binary was built; else none.
pub(crate) fn load(dir: Option<&Path>) -> Result<Assets, Error> {
    match dir {
        Some(dir) => Assets::from_dir(dir),
        None => Ok(Assets::from_files(embedded::FILES.iter().copied())),
    }
}
