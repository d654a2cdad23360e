//! Volume: how many bytes of attachments came in the last minutes. Beyond Autotask's limit it takes none for a while.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use autotask_core::Instant;

/// Most bytes of five minutes, as documented.
const BYTES_MAX: u64 = 10_000_000;
const WINDOW_SECONDS: i64 = 5 * 60;

/// The attachments of the last five minutes.
#[derive(Default)]
pub(crate) struct Volume {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: VecDeque<(Instant, u64)>,
    refused_until: Option<Instant>,
}

impl Volume {
    /// Counts an attachment in, or says that it is too much. Then none is taken for five minutes from now on.
    ///
    /// Decision: the one that would be beyond the limit is the first that is refused.
    pub(crate) fn take(&self, now: Instant, bytes: u64) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.refused_until.is_some_and(|until| now < until) {
            return false;
        }
        state.refused_until = None;
        let since = now.plus_seconds(-WINDOW_SECONDS);
        while state.taken.front().is_some_and(|(at, _)| *at <= since) {
            state.taken.pop_front();
        }
        let sum: u64 = state.taken.iter().map(|(_, bytes)| bytes).sum();
        if sum.saturating_add(bytes) > BYTES_MAX {
            state.refused_until = Some(now.plus_seconds(WINDOW_SECONDS));
            return false;
        }
        state.taken.push_back((now, bytes));
        true
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_ten_million_bytes_none_is_taken_for_five_minutes() {
        let volume = Volume::default();
        let at = |seconds| Instant(0).plus_seconds(seconds);
        assert!(volume.take(at(0), 6_000_000));
        assert!(volume.take(at(10), 4_000_000));
        assert!(!volume.take(at(20), 1));
        assert!(!volume.take(at(319), 1), "the first left the window, and still");
        assert!(volume.take(at(320), 10_000_000));
        assert!(!volume.take(at(330), 1));
        volume.clear();
        assert!(volume.take(at(331), 10_000_000));
        assert!(volume.take(at(331 + 300), 10_000_000), "those of five minutes ago do not count");
    }
}
