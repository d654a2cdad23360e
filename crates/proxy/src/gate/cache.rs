//! Cache: what seldom changes is asked for once in a while: fields, picklists, and the lists that everything refers to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use autotask_core::EntityInfo;
use autotask_core::route::{Page, Route};
use bytes::Bytes;
use tokio::time::Instant;

use crate::upstream::Answer;

/// How long the description of an entity is kept: an administrator's new picklist value is there after that time.
const METADATA_AGE_MAX: Duration = Duration::from_secs(10 * 60);
/// How long a list is kept that only Autotask's own screens change.
const LIST_AGE_MAX: Duration = Duration::from_secs(60);
/// Most bytes that are kept; beyond that nothing new is, until something has become too old.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// Lists that everything refers to and that hardly ever change.
const LISTS: [&str; 6] =
    ["ClassificationIcons", "Countries", "Currencies", "Departments", "InvoiceTemplates", "TaxRegions"];

/// Answers that are still good.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<String, Kept>>);

#[derive(Debug)]
struct Kept {
    answer: Answer,
    until: Instant,
    entity: Option<&'static str>,
}

impl Cache {
    /// How long the answer to this may be kept; `None` when it may not.
    pub(crate) fn age_max(route: &Route) -> Option<Duration> {
        match route {
            Route::EntityInformation(_) | Route::Fields(_) | Route::UserDefinedFields(_) => Some(METADATA_AGE_MAX),
            Route::Query(entity, _, Page::First) | Route::Get(entity, _) if LISTS.contains(&entity.name) => {
                Some(LIST_AGE_MAX)
            }
            _ => None,
        }
    }

    /// An answer that is still good.
    pub(crate) fn find(&self, request: &str) -> Option<Answer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(request).filter(|kept| Instant::now() < kept.until).map(|kept| kept.answer.clone())
    }

    /// Keeps a good answer that is there as a whole.
    pub(crate) fn keep(&self, request: String, route: &Route, answer: &Answer) {
        let Some(age) = Cache::age_max(route).filter(|_| answer.status == 200 && answer.tail.is_none()) else { return };
        let now = Instant::now();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, kept| now < kept.until);
        let bytes: usize = all.iter().map(|(request, kept)| request.len() + kept.answer.body.len()).sum();
        if bytes + request.len() + answer.body.len() <= BYTES_MAX {
            let entity = route.entity().map(|entity| entity.name);
            // A copy: what came is a part of the connection's buffer, which would be kept as a whole.
            let answer = Answer { body: Bytes::copy_from_slice(&answer.body), ..answer.clone() };
            all.insert(request, Kept { answer, until: now + age, entity });
        }
    }

    /// Forgets what a write to this entity may have changed.
    pub(crate) fn forget(&self, entity: &EntityInfo) {
        let changes_fields = entity.name.starts_with("UserDefinedField");
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, kept| !changes_fields && kept.entity != Some(entity.name));
    }
}
