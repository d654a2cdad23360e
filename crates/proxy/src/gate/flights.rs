//! Flights: reads that are the same at the same time are one call, and everybody gets its answer.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::refusal::Refusal;
use crate::upstream::Answer;

type Flight = Shared<BoxFuture<'static, Result<Answer, Refusal>>>;

/// What tells a read from all others: which writes it comes after, and the request.
type Key = (u64, String);

/// The reads that are under way.
#[derive(Clone, Default)]
pub(crate) struct Flights {
    under_way: Arc<Mutex<HashMap<Key, Flight>>>,
    /// Grows with the beginning and the end of every write: who reads after a write must not get what was read before it.
    writes: Arc<AtomicU64>,
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flights")
    }
}

impl Flights {
    /// The answer to a read: of one that is under way, or of `start`. Of one that is too large to be held everybody gets the
    /// beginning, and one the tail.
    ///
    /// The call is a task of its own: whoever asked first may leave without taking the answer from the others.
    pub(crate) async fn join(
        &self,
        request: String,
        start: impl Future<Output = Result<Answer, Refusal>> + Send + 'static,
    ) -> Result<Answer, Refusal> {
        let key = (self.writes.load(Ordering::Acquire), request);
        let flight = {
            let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.get(&key) {
                Some(flight) => flight.clone(),
                None => {
                    let landed = Landed { under_way: Arc::clone(&self.under_way), key: key.clone() };
                    let task = tokio::spawn(async move {
                        let _landed = landed;
                        start.await
                    });
                    let flight = async { task.await.unwrap_or(Err(Refusal::Fault)) }.boxed().shared();
                    under_way.insert(key, flight.clone());
                    flight
                }
            }
        };
        flight.await
    }

    /// A write begins or has ended.
    pub(crate) fn note_write(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }
}

/// Takes a flight out when its task ends, however it does.
struct Landed {
    under_way: Arc<Mutex<HashMap<Key, Flight>>>,
    key: Key,
}

impl Drop for Landed {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
