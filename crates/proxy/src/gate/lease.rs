//! Lease: calls are taken from the hour in small lots that are on the disk before their first call, so that a server that
//! ends and starts again knows what it has spent.

use std::time::Duration;

use autotask_core::Instant;
use autotask_core::instant::TICKS_PER_SECOND;
use tokio::sync::Mutex;

use crate::store::Store;

/// Calls in one lot. Of a server that was killed, so many count as made that were not.
const CALLS: u32 = 50;
/// How long a lot is taken from, in ticks: as a call counts from when it was made, an old lot would hide a young call.
const AGE_MAX: i64 = 60 * TICKS_PER_SECOND;

/// Longest wait for the disk.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// The lot that is being taken from.
#[derive(Debug, Default)]
pub(crate) struct Lease(Mutex<Option<Lot>>);

#[derive(Debug)]
struct Lot {
    /// None when it could not be kept: it is taken from all the same, so that the disk is not asked for each call.
    id: Option<i64>,
    at: Instant,
    left: u32,
}

impl Lease {
    /// Whether nothing was taken yet.
    pub(crate) async fn is_new(&self) -> bool {
        self.0.lock().await.is_none()
    }

    /// Takes one call. A disk that fails is told in the log and holds nobody up for long: the hour is in
    /// memory too.
    pub(crate) async fn take(&self, store: &Store, now: Instant) {
        let mut lot = self.0.lock().await;
        if let Some(lot) = lot.as_mut()
            && lot.left > 0
            && (0..AGE_MAX).contains(&now.0.saturating_sub(lot.at.0))
        {
            lot.left -= 1;
            return;
        }
        let spent = lot.take().and_then(|lot| Some((lot.id?, CALLS - lot.left)));
        let kept = tokio::time::timeout(WAIT_MAX, Box::pin(store.lease(now, CALLS, spent))).await;
        *lot = Some(Lot { id: kept.ok().and_then(Result::ok), at: now, left: CALLS - 1 });
    }
}
