//! Under way: the keys of the writes that are being sent at this moment.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The keys that are in use.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnderWay {
    keys: Arc<Mutex<HashSet<String>>>,
}

/// A key that is in use until this is dropped, also when the request is.
#[derive(Debug)]
pub(crate) struct Guard {
    all: UnderWay,
    key: String,
}

impl UnderWay {
    /// Takes a key; `None` when it is in use.
    pub(crate) fn begin(&self, key: &str) -> Option<Guard> {
        let is_free = self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        is_free.then(|| Guard { all: self.clone(), key: key.to_owned() })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.all.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
