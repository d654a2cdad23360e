//! Metadata: the instance's own fields and picklists. Until they have come, the vanilla facts stand in.

use std::collections::HashMap;
use std::sync::Arc;

use autotask_core::{EntityInfo, Failure, Schema, entity};
use leptos::{prelude::*, task::spawn_local};

use crate::api::api;

/// How far an entity's metadata is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum MetadataState {
    /// Asked for.
    #[default]
    Loading,
    /// Here.
    Ready,
    /// It did not come; the vanilla facts stand in.
    Failed(Failure),
}

/// The metadata of the instance. Get it with [`use_metadata`].
#[derive(Clone, Copy)]
pub struct Metadata {
    schema: RwSignal<Schema>,
    states: RwSignal<HashMap<&'static str, MetadataState>>,
}

impl Metadata {
    /// An entity with the instance's fields; asks for them on first use. Reactive.
    pub fn entity(&self, name: &'static str) -> Arc<EntityInfo> {
        self.ask_once(name);
        self.schema.with(|schema| schema.entity(name)).unwrap_or_else(|| vanilla(name))
    }

    /// The same without being told of changes.
    pub fn entity_untracked(&self, name: &'static str) -> Arc<EntityInfo> {
        self.schema.with_untracked(|schema| schema.entity(name)).unwrap_or_else(|| vanilla(name))
    }

    /// How far the entity's metadata is. Reactive.
    pub fn state(&self, name: &'static str) -> MetadataState {
        self.ask_once(name);
        self.states.with(|states| states.get(name).cloned()).unwrap_or_default()
    }

    /// The whole schema, for checks that need several entities. Reactive.
    pub fn schema(&self) -> Schema {
        self.schema.get()
    }

    /// Asks again, after a failure.
    pub fn reload(&self, name: &'static str) {
        self.states.update(|states| drop(states.remove(name)));
        self.ask_once(name);
    }

    fn ask_once(&self, name: &'static str) {
        if self.states.with_untracked(|states| states.contains_key(name)) {
            return;
        }
        let Some(info) = entity(name) else { return };
        self.states.update_untracked(|states| drop(states.insert(name, MetadataState::Loading)));
        let store = *self;
        spawn_local(async move {
            let mut loaded = Schema::new();
            let state = match api().load_schema(&mut loaded, info).await {
                Ok(_) => MetadataState::Ready,
                Err(failure) => MetadataState::Failed(failure),
            };
            if state == MetadataState::Ready {
                store.schema.update(|schema| schema.take(&loaded, name));
            }
            store.states.update(|states| drop(states.insert(name, state)));
        });
    }
}

fn vanilla(name: &str) -> Arc<EntityInfo> {
    // INVARIANT: the app asks for entities of the facts only.
    Arc::new(entity(name).or_else(|| entity("Companies")).expect("Companies are among the facts").clone())
}

/// Makes the metadata known to everything below.
pub fn provide_metadata() {
    provide_context(Metadata { schema: RwSignal::new(Schema::new()), states: RwSignal::default() });
}

/// The metadata of the instance.
pub fn use_metadata() -> Metadata {
    expect_context()
}
