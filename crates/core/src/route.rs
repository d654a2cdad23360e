//! Route: which URLs exist, for the sandbox that serves them and the proxy that lets them through.
//!
//! Routing is exact: a path that exists for no verb is 404, one that exists for another verb is 405. Paths match
//! in any letter case, with or without a slash at the end. Everything follows from the entity data:
//!
//! ```text
//! E/query  E/query/count  E/query/next  E/query/previous      GET, POST      every entity that can be queried
//! E/{id}                                                      GET [, DELETE]
//! E                                                           POST, PUT, PATCH where written at the top level
//! P/{pid}/C                                                   GET, POST, PUT, PATCH   children
//! P/{pid}/C/{id}                                              GET, DELETE
//! E/entityInformation[/fields | /userDefinedFields]           GET, below P/{pid}/C too
//! ```
//!
//! Source: the route table of the vendor's Swagger, with the recorded 404 and 405 answers.

use std::fmt;

use crate::entities::ALL;
use crate::entity::{EntityInfo, entity};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// The method's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Reads a method's name; `None` for those that Autotask knows nothing of.
    #[must_use]
    pub fn parse(name: &str) -> Option<Method> {
        [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete].into_iter().find(|m| m.as_str() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Route {
    /// The zone of a user; needs no credentials.
    Zone,
    /// The versions of the API; needs no credentials.
    Versions,
    /// The build behind the API.
    Version,
    /// The hourly limit and its use.
    Threshold,
    /// The modules that are switched on.
    Modules,
    /// What can be done with every entity.
    Entities,
    /// What can be done with the entity.
    EntityInformation(&'static EntityInfo),
    /// The entity's fields.
    Fields(&'static EntityInfo),
    /// The tenant's own fields of the entity.
    UserDefinedFields(&'static EntityInfo),
    /// A page of rows.
    Query(&'static EntityInfo, Method, Page),
    /// How many rows.
    Count(&'static EntityInfo, Method),
    /// One row.
    Get(&'static EntityInfo, i64),
    /// All rows below a parent.
    Children(&'static EntityInfo, i64),
    /// One row below a parent.
    Child(&'static EntityInfo, i64, i64),
    /// A new row, below the parent of this id where written there.
    Create(&'static EntityInfo, Option<i64>),
    /// Changed fields of a row; its id is in the body.
    Update(&'static EntityInfo, Option<i64>),
    /// All fields of a row; its id is in the body.
    Replace(&'static EntityInfo, Option<i64>),
    /// The end of a row.
    Delete(&'static EntityInfo, Option<i64>, i64),
}

/// Which page of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The first.
    First,
    /// The one after a cursor.
    Next,
    /// The one before a cursor.
    Previous,
}

/// Why there is no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// No verb has this path: 404.
    NotFound,
    /// Another verb has this path: 405.
    MethodNotAllowed,
    /// An id in the path is not a number: 400.
    BadId,
}

/// The route of a request. `path` is what follows the REST root: `/V1.0/Companies/query`, without a query string.
///
/// # Errors
///
/// [`RouteError`], by the rule above.
///
/// ```
/// use autotask_core::route::{Method, Route, RouteError, route};
/// assert!(matches!(route(Method::Post, "/v1.0/companies/12/contacts/"), Ok(Route::Create(e, Some(12))) if e.name == "Contacts"));
/// assert_eq!(route(Method::Post, "/V1.0/Contacts"), Err(RouteError::NotFound));
/// assert_eq!(route(Method::Patch, "/V1.0/Companies/12"), Err(RouteError::MethodNotAllowed));
/// ```
pub fn route(method: Method, path: &str) -> Result<Route, RouteError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let get = |route: Route| if method == Method::Get { Ok(route) } else { Err(RouteError::MethodNotAllowed) };
    let is = |segment: &str, word: &str| segment.eq_ignore_ascii_case(word);
    let below = match segments.as_slice() {
        [only] if is(only, "versioninformation") => return get(Route::Versions),
        [version, below @ ..] if is(version, "v1.0") => below,
        _ => return Err(RouteError::NotFound),
    };
    if let [only] = below {
        for (word, route) in [
            ("zoneInformation", Route::Zone),
            ("Version", Route::Version),
            ("ThresholdInformation", Route::Threshold),
            ("Modules", Route::Modules),
            ("EntityInformation", Route::Entities),
        ] {
            if is(only, word) {
                return get(route);
            }
        }
    }
    if let [parent, parent_id, child, rest @ ..] = below
        // `CompanyWebhooks/entityInformation/fields` is about the webhooks, not below one of them.
        && !is(parent_id, "entityInformation")
        && let Some(entity) = child_of(parent, child)
    {
        if let Some(information) = information(entity, rest) {
            return get(information);
        }
        let parent_id = id(parent_id)?;
        return match rest {
            [] => collection(method, entity, Some(parent_id)),
            [row] => item(method, entity, Some(parent_id), row),
            _ => Err(RouteError::NotFound),
        };
    }
    let [name, rest @ ..] = below else { return Err(RouteError::NotFound) };
    // Only the plural is a path.
    let Some(entity) = entity(name).filter(|e| e.name.eq_ignore_ascii_case(name) && exists(e)) else {
        return Err(RouteError::NotFound);
    };
    if let Some(information) = information(entity, rest) {
        return get(information);
    }
    match rest {
        [] => collection(method, entity, None),
        [query] if is(query, "query") => query_route(method, entity, Route::Query(entity, method, Page::First)),
        [query, what] if is(query, "query") => {
            let route = match what.to_ascii_lowercase().as_str() {
                "count" => Route::Count(entity, method),
                "next" => Route::Query(entity, method, Page::Next),
                "previous" => Route::Query(entity, method, Page::Previous),
                _ => return Err(RouteError::NotFound),
            };
            query_route(method, entity, route)
        }
        [row] => item(method, entity, None, row),
        _ => Err(RouteError::NotFound),
    }
}

/// The write that older texts send to the path of a child entity, `POST /V1.0/Contacts`: Autotask has no such route, the
/// parent's id stands in the body.
///
/// ```
/// use autotask_core::route::{Method, Route, flat_route};
/// assert!(matches!(flat_route(Method::Post, "/v1.0/Contacts"), Some(Route::Create(e, None)) if e.name == "Contacts"));
/// assert_eq!(flat_route(Method::Post, "/V1.0/Companies"), None);
/// ```
#[must_use]
pub fn flat_route(method: Method, path: &str) -> Option<Route> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (version, name) = path.strip_prefix('/').unwrap_or(path).split_once('/')?;
    let found = entity(name).filter(|e| e.name.eq_ignore_ascii_case(name) && !is_written_at_top(e))?;
    if !version.eq_ignore_ascii_case("v1.0") {
        return None;
    }
    match method {
        Method::Post if found.can_create => Some(Route::Create(found, None)),
        Method::Patch if found.can_update => Some(Route::Update(found, None)),
        Method::Put if found.can_update => Some(Route::Replace(found, None)),
        _ => None,
    }
}

fn query_route(method: Method, entity: &EntityInfo, route: Route) -> Result<Route, RouteError> {
    match method {
        _ if !entity.can_query => Err(RouteError::NotFound),
        Method::Get | Method::Post => Ok(route),
        _ => Err(RouteError::MethodNotAllowed),
    }
}

/// Whether anything at all can be done with it through the API.
fn exists(entity: &EntityInfo) -> bool {
    entity.can_query || entity.can_create || entity.can_update || entity.can_delete
}

fn is_written_at_top(entity: &EntityInfo) -> bool {
    entity.parent.is_none_or(|parent| !parent.writes_only_through_parent)
}

fn child_of(parent_path: &str, child_path: &str) -> Option<&'static EntityInfo> {
    ALL.iter().copied().find(|e| {
        e.parent
            .is_some_and(|p| p.path.eq_ignore_ascii_case(parent_path) && p.child_path.eq_ignore_ascii_case(child_path))
    })
}

fn information(entity: &'static EntityInfo, rest: &[&str]) -> Option<Route> {
    let [first, rest @ ..] = rest else { return None };
    if !first.eq_ignore_ascii_case("entityInformation") {
        return None;
    }
    match rest {
        [] => Some(Route::EntityInformation(entity)),
        [what] if what.eq_ignore_ascii_case("fields") => Some(Route::Fields(entity)),
        // Attachments have no such route; everything else answers, with an empty list where there are none.
        [what] if what.eq_ignore_ascii_case("userDefinedFields") && !entity.name.ends_with("Attachments") => {
            Some(Route::UserDefinedFields(entity))
        }
        _ => None,
    }
}

/// A collection of rows: at the top level, or below a parent.
fn collection(method: Method, entity: &'static EntityInfo, parent: Option<i64>) -> Result<Route, RouteError> {
    let written = parent.is_some() || is_written_at_top(entity);
    let verbs = [
        (Method::Get, parent.is_some() && entity.can_query, parent.map(|p| Route::Children(entity, p))),
        (Method::Post, written && entity.can_create, Some(Route::Create(entity, parent))),
        (Method::Patch, written && entity.can_update, Some(Route::Update(entity, parent))),
        (Method::Put, written && entity.can_update, Some(Route::Replace(entity, parent))),
    ];
    choose(method, verbs)
}

/// One row: at the top level, or below a parent.
fn item(method: Method, entity: &'static EntityInfo, parent: Option<i64>, row: &str) -> Result<Route, RouteError> {
    // There is no query below a parent, and the recorded answer is that of a path that does not exist.
    if parent.is_some() && row.eq_ignore_ascii_case("query") {
        return Err(RouteError::NotFound);
    }
    let row = id(row)?;
    let written = parent.is_some() || is_written_at_top(entity);
    let get = parent.map_or(Route::Get(entity, row), |parent| Route::Child(entity, parent, row));
    let verbs = [
        (Method::Get, entity.can_query, Some(get)),
        (Method::Delete, written && entity.can_delete, Some(Route::Delete(entity, parent, row))),
    ];
    choose(method, verbs)
}

fn choose<const N: usize>(method: Method, verbs: [(Method, bool, Option<Route>); N]) -> Result<Route, RouteError> {
    if verbs.iter().all(|(_, there, _)| !there) {
        return Err(RouteError::NotFound);
    }
    verbs
        .into_iter()
        .find(|(verb, there, _)| *there && *verb == method)
        .and_then(|(_, _, route)| route)
        .ok_or(RouteError::MethodNotAllowed)
}

fn id(segment: &str) -> Result<i64, RouteError> {
    segment.parse().map_err(|_| RouteError::BadId)
}

/// Takes the path of a request apart: what follows `…/ATServicesRest`, in any letter case; `None` when it is not
/// below the REST root.
#[must_use]
pub fn below_root(path: &str) -> Option<&str> {
    const ROOT: &str = "/ATServicesRest";
    let (root, rest) = path.split_at_checked(ROOT.len())?;
    (root.eq_ignore_ascii_case(ROOT) && (rest.is_empty() || rest.starts_with('/'))).then_some(rest)
}

impl Route {
    /// The entity, where there is one.
    #[must_use]
    pub fn entity(&self) -> Option<&'static EntityInfo> {
        match *self {
            Route::Zone | Route::Versions | Route::Version | Route::Threshold | Route::Modules | Route::Entities => {
                None
            }
            Route::EntityInformation(e)
            | Route::Fields(e)
            | Route::UserDefinedFields(e)
            | Route::Query(e, ..)
            | Route::Count(e, _)
            | Route::Get(e, _)
            | Route::Children(e, _)
            | Route::Child(e, ..)
            | Route::Create(e, _)
            | Route::Update(e, _)
            | Route::Replace(e, _)
            | Route::Delete(e, ..) => Some(e),
        }
    }

    /// Whether it changes anything.
    #[must_use]
    pub fn is_write(&self) -> bool {
        matches!(self, Route::Create(..) | Route::Update(..) | Route::Replace(..) | Route::Delete(..))
    }

    /// The method and canonical path below the REST root, without a query string.
    #[must_use]
    pub fn to_request_line(&self) -> (Method, String) {
        let collection = |e: &EntityInfo, parent: Option<i64>| match (e.parent, parent) {
            (Some(p), Some(parent)) => format!("/V1.0/{}/{parent}/{}", p.path, p.child_path),
            _ => format!("/V1.0/{}", e.name),
        };
        match *self {
            Route::Zone => (Method::Get, "/V1.0/zoneInformation".to_owned()),
            Route::Versions => (Method::Get, "/versioninformation".to_owned()),
            Route::Version => (Method::Get, "/V1.0/Version".to_owned()),
            Route::Threshold => (Method::Get, "/V1.0/ThresholdInformation".to_owned()),
            Route::Modules => (Method::Get, "/V1.0/Modules".to_owned()),
            Route::Entities => (Method::Get, "/V1.0/EntityInformation".to_owned()),
            Route::EntityInformation(e) => (Method::Get, format!("/V1.0/{}/entityInformation", e.name)),
            Route::Fields(e) => (Method::Get, format!("/V1.0/{}/entityInformation/fields", e.name)),
            Route::UserDefinedFields(e) => {
                (Method::Get, format!("/V1.0/{}/entityInformation/userDefinedFields", e.name))
            }
            Route::Query(e, method, Page::First) => (method, format!("/V1.0/{}/query", e.name)),
            Route::Query(e, method, Page::Next) => (method, format!("/V1.0/{}/query/next", e.name)),
            Route::Query(e, method, Page::Previous) => (method, format!("/V1.0/{}/query/previous", e.name)),
            Route::Count(e, method) => (method, format!("/V1.0/{}/query/count", e.name)),
            Route::Get(e, id) => (Method::Get, format!("/V1.0/{}/{id}", e.name)),
            Route::Children(e, parent) => (Method::Get, collection(e, Some(parent))),
            Route::Child(e, parent, id) => (Method::Get, format!("{}/{id}", collection(e, Some(parent)))),
            Route::Create(e, parent) => (Method::Post, collection(e, parent)),
            Route::Update(e, parent) => (Method::Patch, collection(e, parent)),
            Route::Replace(e, parent) => (Method::Put, collection(e, parent)),
            Route::Delete(e, parent, id) => (Method::Delete, format!("{}/{id}", collection(e, parent))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, path: &str, expected: &str) {
        let method = Method::parse(method).expect("a method");
        let found = match route(method, path) {
            Ok(route) => {
                let (m, p) = route.to_request_line();
                format!("{m} {p}")
            }
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(found, expected, "{method} {path}");
    }

    #[test]
    fn paths_match_in_any_case_and_with_a_slash() {
        check("GET", "/V1.0/companies/QUERY/", "GET /V1.0/Companies/query");
        check("POST", "/v1.0/Tickets/query/count", "POST /V1.0/Tickets/query/count");
        check("GET", "/v1.0/zoneinformation", "GET /V1.0/zoneInformation");
        check("GET", "/VersionInformation", "GET /versioninformation");
        assert_eq!(below_root("/atservicesrest/v1.0/x"), Some("/v1.0/x"));
        assert_eq!(below_root("/ATServicesRestX/v1.0"), None);
    }

    #[test]
    fn the_route_table() {
        check("POST", "/V1.0/Companies", "POST /V1.0/Companies");
        check("GET", "/V1.0/Companies", "MethodNotAllowed");
        check("DELETE", "/V1.0/Companies/5", "MethodNotAllowed");
        check("PATCH", "/V1.0/Companies/5", "MethodNotAllowed");
        check("POST", "/V1.0/Contacts", "NotFound");
        check("GET", "/V1.0/Contacts", "NotFound");
        check("PATCH", "/V1.0/Companies/5/Contacts", "PATCH /V1.0/Companies/5/Contacts");
        check("PATCH", "/V1.0/Companies/5/Contacts/6", "MethodNotAllowed");
        check("DELETE", "/V1.0/Companies/5/Contacts/6", "DELETE /V1.0/Companies/5/Contacts/6");
        check("DELETE", "/V1.0/Contacts/6", "MethodNotAllowed");
        check("POST", "/V1.0/Companies/5/Locations", "POST /V1.0/Companies/5/Locations");
        check("POST", "/V1.0/CompanyToDos", "NotFound");
        check("POST", "/V1.0/Companies/5/Teams", "POST /V1.0/Companies/5/Teams");
        check("PATCH", "/V1.0/Companies/5/Teams", "MethodNotAllowed");
        check("POST", "/V1.0/Companies/5/SiteConfigurations", "MethodNotAllowed");
        check("DELETE", "/V1.0/Tickets/43180", "MethodNotAllowed");
        check("POST", "/V1.0/Companies/5/Contacts/query", "NotFound");
        check("GET", "/V1.0/Companies/5/Contacts/x", "BadId");
        check("POST", "/V1.0/TicketSecondaryResources", "NotFound");
        check("DELETE", "/V1.0/Tickets/5/SecondaryResources/6", "DELETE /V1.0/Tickets/5/SecondaryResources/6");
        check("DELETE", "/V1.0/TicketAttachments/6", "MethodNotAllowed");
        check("GET", "/V1.0/AttachmentInfo/6", "GET /V1.0/AttachmentInfo/6");
        check("POST", "/V1.0/AttachmentInfo", "NotFound");
        check("GET", "/V1.0/Companies/x", "BadId");
        check("GET", "/V1.0/Companies/5/Widgets", "NotFound");
        check("GET", "/V1.0/Company/5", "NotFound");
        check("GET", "/V1.0/Queues/query", "NotFound");
        check("PUT", "/V1.0/Companies/query", "MethodNotAllowed");
        check("POST", "/V1.0/UserDefinedFields/5/ListItems", "POST /V1.0/UserDefinedFields/5/ListItems");
        check("PATCH", "/V1.0/SalesOrders", "PATCH /V1.0/SalesOrders");
        check(
            "GET",
            "/V1.0/Companies/x/Contacts/entityInformation/fields",
            "GET /V1.0/Contacts/entityInformation/fields",
        );
        check("GET", "/V1.0/CompanyAttachments/entityInformation/userDefinedFields", "NotFound");
        check("PUT", "/V1.0/CompanyWebhooks/4/UdfFields", "PUT /V1.0/CompanyWebhooks/4/UdfFields");
        check(
            "DELETE",
            "/V1.0/ContactWebhooks/4/ExcludedResources/9",
            "DELETE /V1.0/ContactWebhooks/4/ExcludedResources/9",
        );
        check("PATCH", "/V1.0/ContactWebhooks/4/ExcludedResources", "MethodNotAllowed");
        check("POST", "/V1.0/CompanyWebhookFields", "NotFound");
        check("DELETE", "/V1.0/WebhookEventErrorLogs/4", "DELETE /V1.0/WebhookEventErrorLogs/4");
    }

    #[test]
    fn a_child_called_fields_does_not_hide_what_is_said_about_its_parent() {
        check(
            "GET",
            "/V1.0/CompanyWebhooks/entityInformation/fields",
            "GET /V1.0/CompanyWebhooks/entityInformation/fields",
        );
        check("GET", "/V1.0/CompanyWebhooks/4/Fields", "GET /V1.0/CompanyWebhooks/4/Fields");
        check(
            "GET",
            "/V1.0/CompanyWebhooks/4/Fields/entityInformation/fields",
            "GET /V1.0/CompanyWebhookFields/entityInformation/fields",
        );
    }

    #[test]
    fn every_route_finds_its_own_path_again() {
        for entity in ALL.iter().copied().filter(|e| exists(e)) {
            let parent = entity.parent.map(|_| 7);
            let mut routes = vec![Route::Fields(entity)];
            if entity.can_query {
                routes.extend([
                    Route::Get(entity, 3),
                    Route::Count(entity, Method::Post),
                    Route::Query(entity, Method::Get, Page::Next),
                ]);
            }
            if entity.can_create {
                routes.push(Route::Create(entity, parent));
            }
            if entity.can_delete {
                routes.push(Route::Delete(entity, parent, 4));
            }
            for expected in routes {
                let (method, path) = expected.to_request_line();
                assert_eq!(route(method, &path), Ok(expected), "{method} {path}");
            }
        }
    }
}
