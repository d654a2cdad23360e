//! Owners: which resources may own a company. API users log in as programs and own nothing.

use std::collections::HashSet;

use autotask_core::{Filter, Query, Verb, entity};
use leptos::{prelude::*, task::spawn_local};

use crate::api::api;

/// `licenseType` of a resource that is an API user.
const API_USER: i64 = 7;

/// Who may own a company. Forms find it as context.
#[derive(Clone, Copy)]
pub struct Owners {
    api_users: RwSignal<HashSet<i64>>,
}

impl Owners {
    /// Asks for the API users; until they are known nobody is left out.
    pub fn load() -> Self {
        let owners = Self { api_users: RwSignal::default() };
        let Some(info) = entity("Resources") else { return owners };
        let query = Query {
            include_fields: Some(vec!["id".to_owned()]),
            verb: Verb::Post,
            ..Query::new(info, Filter::and([Filter::eq("licenseType", API_USER)]))
        };
        spawn_local(async move {
            if let Ok(rows) = api().rows(&query).await {
                // The form may be closed by now.
                owners.api_users.try_set(rows.iter().filter_map(autotask_core::Record::id).collect());
            }
        });
        owners
    }

    /// Whether this resource may own a company. Reactive.
    pub fn may_own(&self, id: i64) -> bool {
        !self.api_users.with(|ids| ids.contains(&id))
    }
}
