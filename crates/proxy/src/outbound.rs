//! Outbound: the request to Autotask, built from nothing.
//!
//! What is taken from the inbound request is read into a type first and written anew: the route, the filter, the
//! cursor out of the one that this server signed, the login of a zone look-up, and of a write the JSON object. Nothing else
//! passes.

use autotask_core::alias::read_record;
use autotask_core::filter::Context;
use autotask_core::filter::body::{self, ReadFilter, Reading};
use autotask_core::filter::plan::{Place, Reason, plan};
use autotask_core::json;
use autotask_core::request::{EXPECTED, Query, encode_component};
use autotask_core::route::{Method, Page, Route};
use autotask_core::{EntityInfo, Issue, Record, Severity};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::page_cursor::{Pages, PagesOf};
use crate::refusal::Refusal;

/// Most bytes of a login in a zone look-up.
const USER_BYTES_MAX: usize = 320;

/// A request to Autotask.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outbound {
    /// What it is for.
    pub(crate) route: Route,
    /// The method.
    pub(crate) method: Method,
    /// Path and query string below the REST root.
    pub(crate) path: String,
    /// A JSON body.
    pub(crate) body: Option<String>,
    /// The resource in whose name a write is made; never taken from a caller's request.
    pub(crate) impersonate: Option<i64>,
    /// What the caller of a change expects to be there; nothing is sent where it is not. Autotask does not get to see it.
    pub(crate) expected: Option<Record>,
}

impl Outbound {
    /// A request without query string and body.
    pub(crate) fn plain(route: Route) -> Outbound {
        let (method, path) = route.to_request_line();
        Outbound { route, method, path, body: None, impersonate: None, expected: None }
    }

    /// The zone of this login.
    pub(crate) fn zone(user: &str) -> Outbound {
        Outbound::plain(Route::Zone).with_query(&[("user", user)])
    }

    /// A search of our own, always by POST.
    pub(crate) fn query(query: &Query) -> Outbound {
        let plain = Outbound::plain(Route::Query(query.entity, Method::Post, Page::First));
        Outbound { body: Some(query.body().to_string()), ..plain }
    }

    /// The request that a caller means, in the words of older texts too.
    ///
    /// `search` is the caller's query string, `bytes` its body, `context` holds the names that were looked up, `cursors` knows
    /// the page cursors of the caller.
    pub(crate) fn build(
        route: Route,
        search: Option<&str>,
        bytes: &[u8],
        context: &Context<'_>,
        cursors: &PagesOf,
    ) -> Result<Built, Refusal> {
        let search = Search::parse(search.unwrap_or_default())?;
        let plain = || Outbound::plain(route);
        match route {
            Route::Zone => {
                let user = search.one("user")?.unwrap_or_default();
                match user.len() <= USER_BYTES_MAX {
                    true => Ok(Built::as_given(plain().with_query(&[("user", &user)]))),
                    false => Err(Refusal::Request("`user` is too long for a login")),
                }
            }
            Route::Query(entity, method, page) => {
                let asked = Asked::read(entity, method, &search, bytes)?;
                let cursor = match page {
                    Page::First => None,
                    Page::Next | Page::Previous => {
                        let cursor =
                            search.one("paging")?.ok_or(Refusal::Request("the page's cursor `paging` is missing"))?;
                        Some(cursors.open(&Pages { entity, method, page, filter: &asked.filter() }, &cursor)?)
                    }
                };
                plain().with_filter(asked, cursor, context)
            }
            Route::Count(entity, method) => {
                plain().with_filter(Asked::read(entity, method, &search, bytes)?, None, context)
            }
            Route::Create(entity, parent) | Route::Update(entity, parent) | Route::Replace(entity, parent) => {
                let Value::Object(row) = parse(bytes)? else {
                    return Err(Refusal::Json(vec!["the body must be a JSON object, one row".to_owned()]));
                };
                write(route, entity, parent, row, context)
            }
            Route::Versions
            | Route::Version
            | Route::Threshold
            | Route::Modules
            | Route::Entities
            | Route::EntityInformation(_)
            | Route::Fields(_)
            | Route::UserDefinedFields(_)
            | Route::Get(..)
            | Route::Children(..)
            | Route::Child(..)
            | Route::Delete(..) => Ok(Built::as_given(plain())),
        }
    }

    fn with_query(mut self, parameters: &[(&str, &str)]) -> Outbound {
        for (index, (name, value)) in parameters.iter().enumerate() {
            self.path.push(if index == 0 { '?' } else { '&' });
            self.path.push_str(name);
            self.path.push('=');
            self.path.push_str(&encode_component(value));
        }
        self
    }

    fn with_filter(self, asked: Asked, cursor: Option<String>, context: &Context<'_>) -> Result<Built, Refusal> {
        let mut parameters: Vec<(&str, &str)> = cursor.iter().map(|cursor| ("paging", cursor.as_str())).collect();
        let filter = asked.filter();
        let Asked { entity, method, read } = asked;
        let is_post = method == Method::Post;
        let Some(read) = read else {
            // Without a body Autotask complains about the missing filter, and so it does about an empty object.
            let body = is_post.then(|| "{}".to_owned());
            return Ok(Built::Ready {
                outbound: Outbound { body, ..self.with_query(&parameters) },
                notices: Vec::new(),
                filter,
            });
        };
        let (query, notices) = match query(read, entity, context)? {
            Wire::Query(query, notices) => (Value::Object(query).to_string(), notices),
            Wire::Names(names) => return Ok(Built::Names(names)),
        };
        let outbound = match is_post {
            true => Outbound { body: Some(query), ..self.with_query(&parameters) },
            false => {
                parameters.push(("search", &query));
                self.with_query(&parameters)
            }
        };
        Ok(Built::Ready { outbound, notices, filter })
    }
}

/// What a caller's request became.
#[derive(Debug)]
pub(crate) enum Built {
    /// It can be sent.
    Ready {
        outbound: Outbound,
        /// What was read otherwise than it was written.
        notices: Vec<Issue>,
        /// What is searched for, before names and dates in it became values, which they may do otherwise on the next page.
        filter: String,
    },
    /// These names, each with its entity, have to be looked up first.
    Names(Vec<(String, String)>),
}

impl Built {
    fn as_given(outbound: Outbound) -> Built {
        Built::Ready { outbound, notices: Vec::new(), filter: String::new() }
    }
}

/// A query as it was asked for.
struct Asked {
    entity: &'static EntityInfo,
    method: Method,
    /// What was understood of it; none where nothing was sent.
    read: Option<ReadFilter>,
}

impl Asked {
    fn read(entity: &'static EntityInfo, method: Method, search: &Search, bytes: &[u8]) -> Result<Asked, Refusal> {
        let read = match method {
            Method::Post if bytes.is_empty() => None,
            Method::Post => Some(read(bytes, entity)?),
            _ => search.one("search")?.map(|text| read(text.as_bytes(), entity)).transpose()?,
        };
        Ok(Asked { entity, method, read })
    }

    fn filter(&self) -> String {
        self.read.as_ref().map(|read| one_spelling(read, self.entity)).unwrap_or_default()
    }
}

/// What a query of Autotask's own page address searches for, in one spelling; `None` when it cannot be read.
pub(crate) fn filter_of(entity: &'static EntityInfo, search: &str) -> Option<String> {
    read(search.as_bytes(), entity).ok().map(|read| one_spelling(&read, entity))
}

fn one_spelling(read: &ReadFilter, entity: &EntityInfo) -> String {
    read.filter.as_ref().map(|filter| Value::from(body::write(filter, entity)).to_string()).unwrap_or_default()
}

/// A row to write, below its parent. What cannot be translated is for Autotask to judge.
fn write(
    route: Route,
    entity: &'static EntityInfo,
    parent: Option<i64>,
    mut row: Map<String, Value>,
    context: &Context<'_>,
) -> Result<Built, Refusal> {
    let expected = match route {
        Route::Update(..) | Route::Replace(..) => row.remove(EXPECTED).map(object).transpose()?,
        _ => None,
    };
    let mut issues = Vec::new();
    let mut names = Vec::new();
    let mut translate = |given: Map<String, Value>| {
        let read = read_record(&Record::from(given), entity, context);
        issues.extend(read.issues);
        names.extend(read.unresolved.into_iter().map(|(_, entity, name)| (entity.to_owned(), name)));
        read.record
    };
    let (record, expected) = (translate(row), expected.map(&mut translate));
    if !names.is_empty() && context.resolved.is_none() {
        return Ok(Built::Names(names));
    }
    let mut errors = issues.iter().filter(|issue| issue.is_error()).peekable();
    if errors.peek().is_some() {
        return Err(Refusal::Json(errors.map(sentence).collect()));
    }
    let parent = parent.or_else(|| record.int(entity.parent?.field));
    if parent.is_none()
        && let Some(above) = entity.parent.filter(|above| above.writes_only_through_parent)
    {
        let (parent, field) = (above.entity, above.field);
        return Err(Refusal::Json(vec![format!(
            "{} are written below {parent}; put `{field}` into the body",
            entity.name
        )]));
    }
    let route = match route {
        Route::Create(..) => Route::Create(entity, parent),
        Route::Update(..) => Route::Update(entity, parent),
        _ => Route::Replace(entity, parent),
    };
    let body = Some(Value::from(record).to_string());
    Ok(Built::Ready {
        outbound: Outbound { body, expected, ..Outbound::plain(route) },
        notices: issues,
        filter: String::new(),
    })
}

fn object(value: Value) -> Result<Map<String, Value>, Refusal> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Refusal::Json(vec![format!(
            "`{EXPECTED}` is an object: the fields that are written, as they were read"
        )])),
    }
}

fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    json::parse(bytes).map_err(|issue| Refusal::Json(vec![sentence(&issue)]))
}

/// A query as it was written, understood as far as it can be; refused where it cannot.
fn read(text: &[u8], entity: &'static EntityInfo) -> Result<ReadFilter, Refusal> {
    let read = body::read(&parse(text)?, Reading::Lenient(entity));
    let mut errors = read.issues.iter().filter(|issue| issue.severity == Severity::Error).peekable();
    match errors.peek() {
        None => Ok(read),
        Some(_) => Err(Refusal::Json(errors.map(sentence).collect())),
    }
}

/// What Autotask gets for a query.
enum Wire {
    /// The query object, and what was read otherwise than it was written.
    Query(Map<String, Value>, Vec<Issue>),
    /// These names, each with its entity, have to be looked up first.
    Names(Vec<(String, String)>),
}

/// The query object in Autotask's own spelling. What Autotask lacks is planned, and refused where it cannot run it alone.
fn query(read: ReadFilter, entity: &EntityInfo, context: &Context<'_>) -> Result<Wire, Refusal> {
    let ReadFilter { filter, max_records, include_fields, issues, .. } = read;
    let mut query = Map::new();
    if let Some(max) = max_records {
        query.insert("MaxRecords".to_owned(), max.into());
    }
    if let Some(fields) = include_fields {
        query.insert("IncludeFields".to_owned(), fields.into());
    }
    if let Some(mut filter) = filter {
        let names = filter.unresolved(entity, context);
        if !names.is_empty() && context.resolved.is_none() {
            return Ok(Wire::Names(names.into_iter().map(|(_, entity, name)| (entity, name)).collect()));
        }
        if !filter.is_wire() {
            let plan = plan(&filter, entity, context);
            if !plan.issues.is_empty() {
                return Err(Refusal::Json(plan.issues.iter().map(sentence).collect()));
            }
            if plan.place() != Place::Server {
                let why = plan.nodes.iter().find_map(|node| node.reason).map_or("", Reason::words);
                return Err(Refusal::Json(vec![format!("Autotask cannot run this filter alone: {why}")]));
            }
            filter = plan.server;
        }
        query.insert("filter".to_owned(), body::write(&filter, entity).into());
    }
    Ok(Wire::Query(query, issues))
}

/// An issue as one sentence: what, where, and what to do.
pub(crate) fn sentence(issue: &Issue) -> String {
    let mut text = issue.message.clone();
    if let Some(path) = &issue.path {
        text.push_str(&format!(" at `{path}`"));
    } else if let Some(position) = issue.position {
        text.push_str(&format!(" at line {}, column {}", position.line, position.column));
    }
    if let Some(hint) = &issue.hint {
        text.push_str(&format!("; {hint}"));
    }
    text
}

/// A query string, decoded.
struct Search(Vec<(String, String)>);

impl Search {
    fn parse(text: &str) -> Result<Search, Refusal> {
        let decode = |part: &str| {
            let spaced = part.replace('+', " ");
            let decoded = percent_decode_str(&spaced).decode_utf8().map(|text| text.into_owned());
            decoded.map_err(|_| Refusal::Request("the query string is not UTF-8"))
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        pairs.collect::<Result<_, _>>().map(Search)
    }

    /// The value of a parameter; given twice it could mean one thing here and another at Autotask.
    fn one(&self, name: &str) -> Result<Option<String>, Refusal> {
        let mut values = self.0.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let first = values.next().cloned();
        match values.next() {
            Some(_) => Err(Refusal::Request("a parameter of the query string came twice")),
            None => Ok(first),
        }
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::entity;
    use autotask_core::route::route;
    use serde_json::json;

    use super::*;
    use crate::clock::Clock;
    use crate::page_cursor::PageCursors;

    /// What becomes of a request of the person who has the cursors below.
    #[track_caller]
    fn check(method: &str, path: &str, body: &str, expected: &str) {
        let (path, search) = path.split_once('?').map_or((path, None), |(path, search)| (path, Some(search)));
        let route = route(Method::parse(method).unwrap(), path).unwrap();
        let cursors = cursors();
        let of = cursors.of("user 1");
        let found = match Outbound::build(route, search, body.as_bytes(), &Context::default(), &of) {
            Ok(Built::Ready { outbound: Outbound { method, path, body, .. }, .. }) => {
                format!("{method} {path} {}", body.unwrap_or_default())
            }
            Ok(Built::Names(names)) => format!("{names:?}"),
            Err(refusal) => format!("{refusal:?}"),
        };
        assert_eq!(found.trim_end(), expected);
    }

    fn cursors() -> PageCursors {
        PageCursors::new([7; 32], Clock::of(|| 1_800_000_000_000))
    }

    /// A cursor for the next page of all tickets.
    fn tickets(method: Method, filter: &str) -> String {
        let pages = Pages { entity: entity("Tickets").unwrap(), method, page: Page::Next, filter };
        cursors().of("user 1").sign(&pages, r#"{"pageSize":500}"#).unwrap()
    }

    #[test]
    fn filters_are_written_anew() {
        check(
            "POST",
            "/v1.0/companies/QUERY?x=1&search=y",
            "{filter:[{op:'BeginsWith',field:'COMPANYNAME',value:'A',evil:1}], maxRecords:'25', includeFields:['id'], Xml:'<x/>'}",
            r#"POST /V1.0/Companies/query {"MaxRecords":25,"IncludeFields":["id"],"filter":[{"field":"companyName","op":"beginsWith","value":"A"}]}"#,
        );
        check(
            "GET",
            "/V1.0/Companies/query/count?search={'filter':[{'op':'exist','field':'id'}]}&callback=x",
            "ignored",
            &format!(
                "GET /V1.0/Companies/query/count?search={}",
                encode_component(r#"{"filter":[{"field":"id","op":"exist"}]}"#)
            ),
        );
        check("GET", "/V1.0/Companies/query", "", "GET /V1.0/Companies/query");
        check("POST", "/V1.0/Companies/query", "", "POST /V1.0/Companies/query {}");
    }

    #[test]
    fn unknown_fields_pass_and_unknown_operators_do_not() {
        check(
            "POST",
            "/V1.0/Companies/query",
            r#"{"filter":[{"op":"eq","field":"nonsense","value":1}]}"#,
            r#"POST /V1.0/Companies/query {"filter":[{"field":"nonsense","op":"eq","value":1}]}"#,
        );
        let json = json!({"filter": [{"op": "beginswit", "field": "id", "value": 1}, {"op": "eq", "field": "id"}]});
        check(
            "POST",
            "/V1.0/Companies/query",
            &json.to_string(),
            r#"Json(["unknown operator `beginswit` at `filter[0].op`; did you mean `beginsWith`?", "`eq` needs a value at `filter[1].value`"])"#,
        );
        check(
            "POST",
            "/V1.0/Companies/query",
            "{",
            r#"Json(["this is not JSON: EOF while parsing an object at line 1, column 1"])"#,
        );
    }

    #[test]
    fn cursors_are_taken_out_of_our_own_and_encoded_anew() {
        let all = r#"[{"field":"id","op":"gte","value":0}]"#;
        let (post, get) = (tickets(Method::Post, all), tickets(Method::Get, ""));
        // However the filter is written, it is the same one.
        for body in [r#"{"filter":[]}"#, r#"{"FILTER":[{"op":"GTE","field":"ID","value":"0"}]}"#, "[]"] {
            check(
                "POST",
                &format!("/V1.0/Tickets/query/next?paging={post}&host=evil.test"),
                body,
                r#"POST /V1.0/Tickets/query/next?paging=%7B%22pageSize%22%3A500%7D {"filter":[{"field":"id","op":"gte","value":0}]}"#,
            );
        }
        check(
            "GET",
            &format!("/V1.0/Tickets/query/next?paging={get}"),
            "",
            "GET /V1.0/Tickets/query/next?paging=%7B%22pageSize%22%3A500%7D",
        );
        for (paging, why) in [
            ("", "the page's cursor `paging` is missing"),
            ("paging=1&Paging=2", "a parameter of the query string came twice"),
            ("paging=%ff", "the query string is not UTF-8"),
        ] {
            check("GET", &format!("/V1.0/Tickets/query/next?{paging}"), "", &format!("Request({why:?})"));
        }
        let Err(nobodys) = cursors().of("user 2").open(
            &Pages { entity: entity("Tickets").unwrap(), method: Method::Post, page: Page::Next, filter: all },
            &post,
        ) else {
            panic!("it is another's");
        };
        for (method, path, cursor, body) in [
            ("POST", "Tickets/query/next", &post, r#"{"filter":[{"op":"gte","field":"id","value":1}]}"#),
            ("POST", "Tickets/query/next", &post, ""),
            ("POST", "Tickets/query/previous", &post, "[]"),
            ("POST", "Companies/query/next", &post, "[]"),
            ("POST", "Tickets/query/next", &get, "[]"),
            ("GET", "Tickets/query/next", &post, ""),
            ("POST", "Tickets/query/next", &"%7B%22pageSize%22%3A500%7D".to_owned(), "[]"),
            ("POST", "Tickets/query/next", &"https://evil.test/".to_owned(), "[]"),
        ] {
            check(method, &format!("/V1.0/{path}?paging={cursor}"), body, &format!("{nobodys:?}"));
        }
    }

    #[test]
    fn rows_pass_as_objects_only() {
        check("POST", "/V1.0/Companies?x=1", "{'companyName':'A',}", r#"POST /V1.0/Companies {"companyName":"A"}"#);
        for body in ["[]", "1", "null"] {
            check("POST", "/V1.0/Companies", body, r#"Json(["the body must be a JSON object, one row"])"#);
        }
        // What a change expects is not Autotask's to see; elsewhere the word means nothing here.
        let both = r#"{"id":5,"city":"A","expected":{"city":"B"}}"#;
        check("PATCH", "/V1.0/Companies", both, r#"PATCH /V1.0/Companies {"id":5,"city":"A"}"#);
        check("PUT", "/V1.0/Companies", both, r#"PUT /V1.0/Companies {"id":5,"city":"A"}"#);
        check("POST", "/V1.0/Companies", both, &format!("POST /V1.0/Companies {both}"));
        check(
            "PATCH",
            "/V1.0/Companies",
            r#"{"id":5,"expected":1}"#,
            r#"Json(["`expected` is an object: the fields that are written, as they were read"])"#,
        );
        check("DELETE", "/V1.0/companies/5/contacts/6?x", "{}", "DELETE /V1.0/Companies/5/Contacts/6");
        check("GET", "/V1.0/zoneInformation?user=a%40b.test&x=y", "", "GET /V1.0/zoneInformation?user=a%40b.test");
    }
}
