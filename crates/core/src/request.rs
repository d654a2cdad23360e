//! Request: an operation as method, path and body. No network: the same text in the client, the proxy and npm.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::entity::EntityInfo;
use crate::filter::{Filter, body};
use crate::issue::Issue;
use crate::record::Record;
use crate::route::{Method, Page, Route, below_root, route};

/// Most rows on a page.
pub const PAGE_RECORDS_MAX: u32 = 500;
/// Longest path with query that is sent as GET. IIS answers about 2,048 characters with a 404 page.
pub const GET_PATH_BYTES_MAX: usize = 2_000;

/// The header that carries the key of a create ([`crate::onboarding::Action::Send`]): the proxy answers a repeated key
/// with the outcome of the first sending. Autotask does not know it.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The member of a changed row that says what its caller expects to be there: fields that it changes, with the values that they
/// were read with. The proxy compares them before it sends the change, and takes them out. Autotask does not know it.
pub const EXPECTED: &str = "expected";

/// Everything but letters, digits and `-._~` is escaped, as in `encodeURIComponent`.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a text for a query string.
#[must_use]
pub fn encode_component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// A search.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The entity.
    pub entity: &'static EntityInfo,
    /// Which rows.
    pub filter: Filter,
    /// Rows on a page, 1 to [`PAGE_RECORDS_MAX`]; absent: 500.
    pub max_records: Option<u32>,
    /// Which fields; absent: all. `id` is added, since paging needs it.
    pub include_fields: Option<Vec<String>>,
    /// How it is sent.
    pub verb: Verb,
}

/// How a query is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// GET while the URL is short enough, else POST.
    #[default]
    Auto,
    /// GET.
    Get,
    /// POST: keeps what is searched for out of URLs and logs.
    Post,
}

impl Query {
    /// All rows that match, 500 a page, all fields.
    #[must_use]
    pub fn new(entity: &'static EntityInfo, filter: Filter) -> Query {
        Query { entity, filter, max_records: None, include_fields: None, verb: Verb::Auto }
    }

    /// The query object that Autotask takes.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut map = Map::new();
        if let Some(max) = self.max_records {
            map.insert("MaxRecords".to_owned(), max.into());
        }
        if let Some(fields) = &self.include_fields {
            let mut names: Vec<&str> = Vec::with_capacity(fields.len() + 1);
            if !fields.iter().any(|f| f.eq_ignore_ascii_case("id")) {
                names.push("id");
            }
            names.extend(fields.iter().map(|f| self.entity.field(f).map_or(f.as_str(), |known| &known.name)));
            map.insert("IncludeFields".to_owned(), names.as_slice().into());
        }
        map.insert("filter".to_owned(), Value::from(body::write(&self.filter, self.entity)));
        Value::Object(map)
    }

    fn request(&self, route: impl Fn(Method) -> Route) -> Request {
        let body = crate::json::write(&self.body());
        let (_, path) = route(Method::Get).to_request_line();
        let get = format!("{path}?search={}", encode_component(&body));
        let as_get = match self.verb {
            Verb::Auto => get.len() <= GET_PATH_BYTES_MAX,
            Verb::Get => true,
            Verb::Post => false,
        };
        if as_get {
            Request { method: Method::Get, path: get, body: None }
        } else {
            Request { method: Method::Post, path, body: Some(body) }
        }
    }
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// The first page of a search.
    Query(Query),
    /// The page at a `nextPageUrl`; keeps verb and body of the first one.
    Next {
        /// The search that the walk began with.
        query: Query,
        /// The `nextPageUrl` as it came; only its path and query are used.
        url: String,
    },
    /// How many rows match.
    Count(Query),
    /// One row.
    Get(&'static EntityInfo, i64),
    /// A new row; a child's parent is taken from the row where it is not given.
    Create(&'static EntityInfo, Record, Option<i64>),
    /// Changed fields of the row whose id is in the record.
    Update(&'static EntityInfo, Record, Option<i64>),
    /// All fields of the row whose id is in the record.
    Replace(&'static EntityInfo, Record, Option<i64>),
    /// The end of a row: its parent where it has one, and its id.
    Delete(&'static EntityInfo, Option<i64>, i64),
    /// What can be done with an entity.
    EntityInformation(&'static EntityInfo),
    /// An entity's fields.
    Fields(&'static EntityInfo),
    /// The tenant's own fields of an entity.
    UserDefinedFields(&'static EntityInfo),
    /// The zone of a user.
    Zone(String),
    /// A probe of the credentials that needs no permission.
    Version,
    /// The hourly limit and its use.
    Threshold,
}

/// An HTTP request, below the REST root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query string, from `/V1.0/…` on; goes behind `…/ATServicesRest`.
    pub path: String,
    /// A JSON body.
    pub body: Option<String>,
}

impl Operation {
    /// The operation as an HTTP request.
    ///
    /// # Errors
    ///
    /// `request.not_allowed` when the entity cannot be written so, `request.parent_missing`, `request.id_missing`,
    /// `request.foreign_page` when the next page is not one of this query, `request.max_records`.
    pub fn request(&self) -> Result<Request, Issue> {
        let plain = |route: Route| {
            let (method, path) = route.to_request_line();
            Request { method, path, body: None }
        };
        match self {
            Operation::Query(query) => {
                check_max_records(query)?;
                Ok(query.request(|method| Route::Query(query.entity, method, Page::First)))
            }
            Operation::Count(query) => Ok(query.request(|method| Route::Count(query.entity, method))),
            Operation::Next { query, url } => next(query, url),
            Operation::Get(entity, id) => Ok(plain(Route::Get(entity, *id))),
            Operation::Create(entity, record, parent) => {
                let mut record = record.clone();
                record.remove("id");
                write(entity, entity.can_create, "created", &record, *parent, |parent| Route::Create(entity, parent))
            }
            Operation::Update(entity, record, parent) => {
                has_id(entity, record)?;
                write(entity, entity.can_update, "changed", record, *parent, |parent| Route::Update(entity, parent))
            }
            Operation::Replace(entity, record, parent) => {
                has_id(entity, record)?;
                write(entity, entity.can_update, "changed", record, *parent, |parent| Route::Replace(entity, parent))
            }
            Operation::Delete(entity, parent, id) => {
                if !entity.can_delete {
                    return Err(not_allowed(entity, "deleted"));
                }
                let parent = parent_of(entity, None, *parent)?;
                Ok(plain(Route::Delete(entity, parent, *id)))
            }
            Operation::EntityInformation(entity) => Ok(plain(Route::EntityInformation(entity))),
            Operation::Fields(entity) => Ok(plain(Route::Fields(entity))),
            Operation::UserDefinedFields(entity) => Ok(plain(Route::UserDefinedFields(entity))),
            Operation::Zone(user) => {
                let mut request = plain(Route::Zone);
                request.path = format!("{}?user={}", request.path, encode_component(user));
                Ok(request)
            }
            Operation::Version => Ok(plain(Route::Version)),
            Operation::Threshold => Ok(plain(Route::Threshold)),
        }
    }
}

fn check_max_records(query: &Query) -> Result<(), Issue> {
    match query.max_records {
        Some(max) if max == 0 || max > PAGE_RECORDS_MAX => Err(Issue::error(
            "request.max_records",
            format!("`MaxRecords` is {max}; it is the size of a page, 1 to {PAGE_RECORDS_MAX}"),
        )),
        _ => Ok(()),
    }
}

/// The page after a cursor: same verb, same body, and only a path of this very query.
fn next(query: &Query, url: &str) -> Result<Request, Issue> {
    let foreign = || {
        Issue::error("request.foreign_page", "the address of the next page does not belong to this query")
            .hint("give `nextPageUrl` as it came, with the query that the walk began with")
    };
    let after_host = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map(|at| &rest[at..]).ok_or_else(foreign)?,
        None => url,
    };
    let below = below_root(after_host).unwrap_or(after_host);
    let (path, search) = below.split_once('?').ok_or_else(foreign)?;
    let first = query.request(|method| Route::Query(query.entity, method, Page::First));
    match route(first.method, path) {
        Ok(Route::Query(entity, _, Page::Next | Page::Previous)) if entity.name == query.entity.name => {}
        _ => return Err(foreign()),
    }
    Ok(Request { method: first.method, path: format!("{path}?{search}"), body: first.body })
}

fn write(
    entity: &'static EntityInfo,
    is_allowed: bool,
    done: &str,
    record: &Record,
    parent: Option<i64>,
    route: impl Fn(Option<i64>) -> Route,
) -> Result<Request, Issue> {
    if !is_allowed {
        return Err(not_allowed(entity, done));
    }
    let parent = parent_of(entity, Some(record), parent)?;
    let (method, path) = route(parent).to_request_line();
    let body = crate::json::write(&record.clone().into());
    Ok(Request { method, path, body: Some(body) })
}

fn parent_of(entity: &EntityInfo, record: Option<&Record>, given: Option<i64>) -> Result<Option<i64>, Issue> {
    let Some(parent) = entity.parent else { return Ok(None) };
    let found = given.or_else(|| record.and_then(|r| r.int(parent.field)));
    match found {
        None if parent.writes_only_through_parent => Err(Issue::error(
            "request.parent_missing",
            format!("{} are written below {}; `{}` is missing", entity.name, parent.entity, parent.field),
        )
        .hint(format!("put `{}` into the record", parent.field))
        .at(parent.field)),
        found => Ok(found),
    }
}

fn has_id(entity: &EntityInfo, record: &Record) -> Result<(), Issue> {
    match record.id() {
        Some(_) => Ok(()),
        None => {
            Err(Issue::error("request.id_missing", format!("the {} to change has no `id`", entity.singular)).at("id"))
        }
    }
}

fn not_allowed(entity: &EntityInfo, done: &str) -> Issue {
    let issue = Issue::error("request.not_allowed", format!("{} cannot be {done} through Autotask's API", entity.name));
    match entity.field("isActive") {
        Some(_) if done == "deleted" => issue.hint("set `isActive` to false instead"),
        _ => issue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity;

    fn known(name: &str) -> &'static EntityInfo {
        entity(name).expect("known")
    }

    #[track_caller]
    fn check(operation: Operation, expected: &str) {
        let line = match operation.request() {
            Ok(Request { method, path, body }) => format!("{method} {path} {}", body.unwrap_or_default()),
            Err(issue) => issue.code.to_owned(),
        };
        assert_eq!(line.trim_end(), expected);
    }

    #[test]
    fn queries_go_by_get_while_short_and_by_post_when_long() {
        let short = Query::new(known("Companies"), Filter::and([Filter::eq("companyType", 1)]));
        check(
            Operation::Query(short.clone()),
            "GET /V1.0/Companies/query?search=%7B%22filter%22%3A%5B%7B%22field%22%3A%22companyType%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A1%7D%5D%7D",
        );
        check(
            Operation::Count(Query { verb: Verb::Post, ..short }),
            r#"POST /V1.0/Companies/query/count {"filter":[{"field":"companyType","op":"eq","value":1}]}"#,
        );
        let long = Query::new(known("Companies"), Filter::and([Filter::is_in("id", 0..400_i64)]));
        assert_eq!(Operation::Query(long).request().map(|r| r.method), Ok(Method::Post));
    }

    #[test]
    fn id_is_always_among_the_included_fields() {
        let query = Query {
            include_fields: Some(vec!["COMPANYNAME".to_owned()]),
            max_records: Some(25),
            verb: Verb::Post,
            ..Query::new(known("Companies"), Filter::everything())
        };
        check(
            Operation::Query(query.clone()),
            r#"POST /V1.0/Companies/query {"MaxRecords":25,"IncludeFields":["id","companyName"],"filter":[{"field":"id","op":"gte","value":0}]}"#,
        );
        check(Operation::Query(Query { max_records: Some(501), ..query }), "request.max_records");
    }

    #[test]
    fn a_next_page_keeps_verb_and_body_and_must_be_of_the_same_query() {
        let post = Query { verb: Verb::Post, ..Query::new(known("Tickets"), Filter::everything()) };
        let next = |url: &str| Operation::Next { query: post.clone(), url: url.to_owned() };
        check(
            next("https://webservices18.autotask.net/ATServicesRest/V1.0/Tickets/query/next?paging=%7b%7d"),
            r#"POST /V1.0/Tickets/query/next?paging=%7b%7d {"filter":[{"field":"id","op":"gte","value":0}]}"#,
        );
        check(
            next("/atservicesrest/v1.0/tickets/query/next?paging=1"),
            r#"POST /v1.0/tickets/query/next?paging=1 {"filter":[{"field":"id","op":"gte","value":0}]}"#,
        );
        for foreign in [
            "https://x/ATServicesRest/V1.0/Companies/query/next?paging=1",
            "https://x",
            "/V1.0/Tickets/query?x=1",
            "/V1.0/Tickets/query/next",
            "",
        ] {
            check(next(foreign), "request.foreign_page");
        }
    }

    #[test]
    fn children_are_written_below_their_parent() {
        let contact = Record::new().with("id", 0).with("companyID", 7).with("firstName", "A");
        check(
            Operation::Create(known("Contacts"), contact.clone(), None),
            r#"POST /V1.0/Companies/7/Contacts {"companyID":7,"firstName":"A"}"#,
        );
        check(
            Operation::Update(known("Contacts"), contact.with("id", 9), Some(8)),
            r#"PATCH /V1.0/Companies/8/Contacts {"id":9,"companyID":7,"firstName":"A"}"#,
        );
        check(Operation::Create(known("CompanyLocations"), Record::new(), None), "request.parent_missing");
        check(Operation::Update(known("Companies"), Record::new(), None), "request.id_missing");
        check(Operation::Delete(known("Companies"), None, 5), "request.not_allowed");
        check(Operation::Delete(known("Contacts"), Some(5), 6), "DELETE /V1.0/Companies/5/Contacts/6");
        check(Operation::Zone("a@b c".to_owned()), "GET /V1.0/zoneInformation?user=a%40b%20c");
    }
}
