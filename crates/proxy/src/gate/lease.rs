//! Lease: calls are taken from the hour in small lots that are on the disk before their first call, so that a server that
//! ends and starts again knows what it has spent.

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;
use tokio::sync::Mutex;

use crate::store::Store;

/// Calls in one lot. Of a server that was killed, so many count as made that were not.
const CALLS: u32 = 50;
/// How long a lot is taken from, in ticks: as a call counts from when it was made, an old lot would hide a young call.
const AGE_MAX: i64 = 60 * TICKS_PER_SECOND;

/// The lot that is being taken from.
#[derive(Debug, Default)]
pub(crate) struct Lease(Mutex<Option<Lot>>);

#[derive(Debug)]
struct Lot {
    id: i64,
    at: Instant,
    left: u32,
}

impl Lease {
    /// Whether nothing was taken yet.
    pub(crate) async fn is_new(&self) -> bool {
        self.0.lock().await.is_none()
    }

    /// Takes one call. A disk that fails is told in the log and holds nobody up: the hour is in memory too.
    pub(crate) async fn take(&self, store: &Store, now: Instant) {
        let mut lot = self.0.lock().await;
        if let Some(lot) = lot.as_mut()
            && lot.left > 0
            && (0..AGE_MAX).contains(&now.0.saturating_sub(lot.at.0))
        {
            lot.left -= 1;
            return;
        }
        let spent = lot.take().map(|lot| (lot.id, CALLS - lot.left));
        if let Ok(id) = store.lease(now, CALLS, spent).await {
            *lot = Some(Lot { id, at: now, left: CALLS - 1 });
        }
    }
}
