//! Client: the operations, over any entity.

use std::ops::ControlFlow;

use autotask_core::response::{self, Rows};
use autotask_core::{EntityInfo, Failure, FailureKind, Issue, Operation, Query, Record, Schema};
use serde_json::Value;

use crate::transport::{Answer, Transport};

/// Most pages that one walk follows: 5,000,000 rows. A cursor that goes round in circles must end somewhere.
pub const PAGES_MAX: usize = 10_000;

/// Calls Autotask through a transport.
#[derive(Clone, Debug)]
pub struct Client<T> {
    transport: T,
}

/// How following all pages of a query went.
#[derive(Debug, Default)]
pub struct Walk {
    /// How many rows came.
    pub rows: usize,
    /// Rows that could not be read.
    pub issues: Vec<Issue>,
    /// What ended the walk early; the rows so far are good, but not all.
    pub failure: Option<Failure>,
    /// Whether the caller ended it.
    pub stopped: bool,
}

impl<T: Transport> Client<T> {
    /// A client over this transport.
    pub fn new(transport: T) -> Client<T> {
        Client { transport }
    }

    /// Whether a change may say what it expects to be there.
    #[must_use]
    pub fn compares(&self) -> bool {
        self.transport.compares()
    }

    async fn send(&self, operation: &Operation) -> Result<Answer, Failure> {
        let request = operation.request().map_err(refused)?;
        self.transport.send(&request, None).await.map_err(Failure::unreachable)
    }

    /// One page of rows: the first with [`Operation::Query`], a further one with [`Operation::Next`].
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    pub async fn page(&self, operation: &Operation) -> Result<Rows, Failure> {
        let answer = self.send(operation).await?;
        response::read_rows(answer.status, &answer.body)
    }

    /// All rows that match, page after page, in ascending order of id. `on_page` takes each page as it comes and may
    /// end the walk. A failure in the middle says so; the rows so far are the caller's already.
    pub async fn walk(&self, query: &Query, mut on_page: impl FnMut(Vec<Record>) -> ControlFlow<()>) -> Walk {
        let mut walk = Walk::default();
        let mut operation = Operation::Query(query.clone());
        for _ in 0..PAGES_MAX {
            match self.page(&operation).await {
                Ok(page) => {
                    walk.rows += page.items.len();
                    walk.issues.extend(page.issues);
                    if on_page(page.items).is_break() {
                        walk.stopped = true;
                        return walk;
                    }
                    match page.next_page_url {
                        Some(url) => operation = Operation::Next { query: query.clone(), url },
                        None => return walk,
                    }
                }
                Err(failure) => {
                    walk.failure = Some(failure);
                    return walk;
                }
            }
        }
        walk.failure =
            Some(Failure::new(FailureKind::Malformed, 200, vec![format!("more than {PAGES_MAX} pages came")]));
        walk
    }

    /// All rows that match, or the failure; for look-ups where a part is of no use.
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    pub async fn rows(&self, query: &Query) -> Result<Vec<Record>, Failure> {
        let mut rows = Vec::new();
        let collect = |page: Vec<Record>| {
            rows.extend(page);
            ControlFlow::Continue(())
        };
        let walk = self.walk(query, collect).await;
        walk.failure.map_or(Ok(rows), Err)
    }

    /// How many rows match.
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    pub async fn count(&self, query: &Query) -> Result<u64, Failure> {
        let answer = self.send(&Operation::Count(query.clone())).await?;
        response::read_count(answer.status, &answer.body)
    }

    /// One row, `None` when there is none with this id.
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    pub async fn get(&self, entity: &'static EntityInfo, id: i64) -> Result<Option<Record>, Failure> {
        let answer = self.send(&Operation::Get(entity, id)).await?;
        response::read_item(answer.status, &answer.body)
    }

    /// A write: create, update, replace or delete. Answers the row's id.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]. After `Unreachable`, `Fault` or `Malformed` it may have been written all the same: look
    /// before sending it again.
    pub async fn write(&self, operation: &Operation) -> Result<i64, Failure> {
        let answer = self.send(operation).await?;
        response::read_item_id(answer.status, &answer.body)
    }

    /// A write that whoever keeps outcomes, as the proxy does, makes at most once for this key.
    ///
    /// # Errors
    ///
    /// As [`Client::write`].
    pub async fn write_once(&self, operation: &Operation, key: &str) -> Result<i64, Failure> {
        let request = operation.request().map_err(refused)?;
        let answer = self.transport.send(&request, Some(key)).await.map_err(Failure::unreachable)?;
        response::read_item_id(answer.status, &answer.body)
    }

    /// Loads the instance's metadata of an entity into a schema.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; what could not be read of an answer that came is in the issues.
    pub async fn load_schema(&self, schema: &mut Schema, entity: &'static EntityInfo) -> Result<Vec<Issue>, Failure> {
        let fields = self.json(&Operation::Fields(entity)).await?;
        let mut issues = schema.load_fields(entity.name, &fields);
        if entity.has_user_defined_fields {
            let fields = self.json(&Operation::UserDefinedFields(entity)).await?;
            issues.extend(schema.load_user_defined_fields(entity.name, &fields));
        }
        Ok(issues)
    }

    /// An answer that is not rows: metadata, the zone, the threshold, the version.
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    pub async fn json(&self, operation: &Operation) -> Result<Value, Failure> {
        let answer = self.send(operation).await?;
        response::read(answer.status, &answer.body)
    }
}

/// An operation that cannot be sent at all.
fn refused(issue: Issue) -> Failure {
    let mut failure = Failure::new(FailureKind::Validation, 0, vec![issue.message.clone()]);
    if let Some(hint) = &issue.hint {
        failure.advice.clone_from(hint);
    }
    failure.issues = vec![issue];
    failure
}
