//! Rewrite: an answer of Autotask's as an answer of the proxy's. Every address in it names the proxy, and the cursor of a page
//! is signed for whoever asked.
//!
//! Rows are not taken apart: the answer is checked to be JSON, its members are found, and all but the page addresses
//! go on as the text they came in.

use std::sync::Arc;

use autotask_core::request::encode_component;
use autotask_core::route::{Method, Page, Route, below_root, route};
use percent_encoding::percent_decode_str;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::json_pieces::Change;
use crate::outbound::filter_of;
use crate::page_cursor::{Pages, PagesOf};
use crate::upstream_url::UpstreamUrl;

/// The member that says where the next page is.
const PAGE_DETAILS: &str = "pageDetails";

/// What an answer must be and where its addresses lead.
pub(crate) struct Rewrite {
    /// What was asked.
    pub(crate) route: Route,
    /// The proxy's origin, as the caller knows it.
    pub(crate) own_origin: String,
    /// Where Autotask is.
    pub(crate) upstream: Arc<UpstreamUrl>,
    /// Signs the cursors of the caller's pages.
    pub(crate) cursors: PagesOf,
    /// What the caller searches for.
    pub(crate) filter: String,
}

impl Rewrite {
    /// The body for the caller.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that name nothing of it.
    pub(crate) fn apply(&self, status: u16, body: &[u8]) -> Result<String, &'static str> {
        let text = std::str::from_utf8(body).map_err(|_| "it is not UTF-8")?.trim_start_matches('\u{feff}').trim();
        if text.starts_with('<') {
            return Err("an HTML page");
        }
        if text.is_empty() {
            return Err("nothing at all");
        }
        if !text.starts_with('{') {
            let _: &RawValue = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
            return Ok(text.to_owned());
        }
        let Members(members) = serde_json::from_str(text).map_err(|_| "it is not JSON, or only a part of it")?;
        let mut out = String::with_capacity(text.len() + 64);
        for (name, raw) in members {
            out.push(if out.is_empty() { '{' } else { ',' });
            out.push_str(&Value::from(name.as_str()).to_string());
            out.push(':');
            match self.member(status, &name, raw)? {
                Some(changed) => out.push_str(&changed.to_string()),
                None => out.push_str(raw.get()),
            }
        }
        out.push_str(if out.is_empty() { "{}" } else { "}" });
        Ok(out)
    }

    /// What a member becomes, `None` when it stays.
    fn member(&self, status: u16, name: &str, raw: &RawValue) -> Result<Option<Value>, &'static str> {
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        let is_ok = status == 200;
        if is_ok && self.route == Route::Zone && is("url") {
            return Ok(Some(format!("{}/ATServicesRest/", self.own_origin).into()));
        }
        if is_ok && is(PAGE_DETAILS) && self.has_pages() {
            return match serde_json::from_str(raw.get()) {
                Ok(Value::Object(details)) => self.page_details(details).map(Some),
                Ok(Value::Null) => Ok(None),
                _ => Err("its page details cannot be read"),
            };
        }
        // The framework's own message repeats the address that was asked for.
        if !is_ok && (is("Message") || is("MessageDetail")) && raw.get().contains("://") {
            return Ok(Some("No HTTP resource was found that matches the request.".into()));
        }
        Ok(None)
    }

    /// What is changed in a good answer that is too large to be held.
    pub(crate) fn into_change(self) -> Option<(&'static str, Change)> {
        self.has_pages().then(|| {
            let change: Change = Box::new(move |raw| match serde_json::from_slice(raw) {
                Ok(Value::Object(details)) => self.page_details(details).map(|details| details.to_string()),
                _ => Err("its page details cannot be read"),
            });
            (PAGE_DETAILS, change)
        })
    }

    /// Whether an answer to this may be one of several pages.
    fn has_pages(&self) -> bool {
        matches!(self.route, Route::Query(..) | Route::Children(..))
    }

    fn page_details(&self, mut details: Map<String, Value>) -> Result<Value, &'static str> {
        for (name, value) in &mut details {
            if name.eq_ignore_ascii_case("nextPageUrl") || name.eq_ignore_ascii_case("prevPageUrl") {
                *value = match &*value {
                    Value::Null => Value::Null,
                    Value::String(url) if url.is_empty() => Value::Null,
                    Value::String(url) => {
                        self.page_url(url).ok_or("the address of its next page is not one of this query's")?.into()
                    }
                    _ => return Err("the address of its next page is not one of this query's"),
                };
            }
        }
        Ok(Value::Object(details))
    }

    /// The same page at the proxy: only a page of the same entity, only its cursor, signed, and its search.
    fn page_url(&self, url: &str) -> Option<String> {
        let (path, search) = self.upstream.behind_origin(url)?.split_once('?')?;
        // Pages of children are asked for as those of any query.
        let method = match self.route {
            Route::Query(_, method, _) => method,
            _ => Method::Get,
        };
        let route @ Route::Query(entity, _, page @ (Page::Next | Page::Previous)) =
            route(method, below_root(path)?).ok()?
        else {
            return None;
        };
        if Some(entity.name) != self.route.entity().map(|asked| asked.name) {
            return None;
        }
        let parameter = |name: &str| {
            let mut values = search.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
            match (values.next(), values.next()) {
                (Some((_, value)), None) => {
                    let value = value.replace('+', " ");
                    percent_decode_str(&value).decode_utf8().ok().map(|value| Some(value.into_owned()))
                }
                (None, _) => Some(None),
                (Some(_), Some(_)) => None,
            }
        };
        let (cursor, search) = (parameter("paging")??, parameter("search")?);
        // A walk by POST brings its filter along with each page, one by GET has it in the address.
        let filter = match &search {
            _ if method == Method::Post => self.filter.clone(),
            Some(search) => filter_of(entity, search)?,
            None => String::new(),
        };
        let cursor = self.cursors.sign(&Pages { entity, method, page, filter: &filter }, &cursor)?;
        let (_, path) = route.to_request_line();
        let search = search.map(|search| format!("&search={}", encode_component(&search))).unwrap_or_default();
        Some(format!("{}/ATServicesRest{path}?paging={cursor}{search}", self.own_origin))
    }
}

/// An object as its members in order, each as the text it came in.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'a>, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::entity;

    use super::*;
    use crate::Mode;
    use crate::clock::Clock;
    use crate::page_cursor::PageCursors;

    const OWN: &str = "http://localhost:8080";

    #[track_caller]
    fn check(route: Route, status: u16, body: &str, expected: &str) {
        let upstream = UpstreamUrl::parse(Mode::Serve, "https://webservices18.autotask.net").unwrap();
        let rewrite = Rewrite {
            route,
            own_origin: OWN.to_owned(),
            upstream: Arc::new(upstream),
            cursors: cursors().of("ann"),
            filter: "[]".to_owned(),
        };
        let found = rewrite.apply(status, body.as_bytes()).unwrap_or_else(|error| format!("refused: {error}"));
        assert_eq!(found, expected);
    }

    fn cursors() -> PageCursors {
        PageCursors::new([7; 32], Clock::of(|| 1_800_000_000_000))
    }

    fn query(method: Method) -> Route {
        Route::Query(entity("Companies").unwrap(), method, Page::First)
    }

    #[test]
    fn the_zone_is_the_proxy() {
        check(
            Route::Zone,
            200,
            r#"{"zoneName":"America East","url":"https://webservices3.autotask.net/atservicesrest/","webUrl":"https://ww3.autotask.net/","ci":20264}"#,
            r#"{"zoneName":"America East","url":"http://localhost:8080/ATServicesRest/","webUrl":"https://ww3.autotask.net/","ci":20264}"#,
        );
    }

    /// The signed cursor of a next page of companies that Autotask's `{"a":1}` becomes.
    fn signed(method: Method, filter: &str) -> String {
        let pages = Pages { entity: entity("Companies").unwrap(), method, page: Page::Next, filter };
        cursors().of("ann").sign(&pages, r#"{"a":1}"#).unwrap()
    }

    #[test]
    fn pages_are_the_proxys_and_rows_stay_as_they_came() {
        let by_get = signed(Method::Get, r#"[{"field":"id","op":"gte","value":0}]"#);
        check(
            query(Method::Get),
            200,
            "{\"items\":[{\"id\": 1, \"amount\":1.10, \"big\":12345678901234567890123,\"x\":\"\\u00e4\"}] ,\"pageDetails\":{\"count\":1,\"prevPageUrl\":\"\",\"nextPageUrl\":\"https://webservices15.autotask.net/ATServicesRest/V1.0/companies/query/next?paging=%7b%22a%22%3a1%7d&search=%7b%27filter%27%3a%5b%5d%7d&evil=1\"}}",
            &format!(
                "{{\"items\":[{{\"id\": 1, \"amount\":1.10, \"big\":12345678901234567890123,\"x\":\"\\u00e4\"}}],\"pageDetails\":{{\"count\":1,\"prevPageUrl\":null,\"nextPageUrl\":\"http://localhost:8080/ATServicesRest/V1.0/Companies/query/next?paging={by_get}&search=%7B%27filter%27%3A%5B%5D%7D\"}}}}"
            ),
        );
        let by_post = signed(Method::Post, "[]");
        check(
            query(Method::Post),
            200,
            r#"{"pageDetails":{"nextPageUrl":"https://webservices15.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=%7b%22a%22%3a1%7d"}}"#,
            &format!(
                r#"{{"pageDetails":{{"nextPageUrl":"http://localhost:8080/ATServicesRest/V1.0/Companies/query/next?paging={by_post}"}}}}"#
            ),
        );
        check(query(Method::Post), 200, r#"{"items":[],"pageDetails":null}"#, r#"{"items":[],"pageDetails":null}"#);
        check(query(Method::Post), 200, "{}", "{}");
    }

    #[test]
    fn hostile_page_addresses_are_refused() {
        for url in [
            "https://evil.test/ATServicesRest/V1.0/Companies/query/next?paging=1",
            "http://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=1",
            "https://webservices18.autotask.net@evil.test/ATServicesRest/V1.0/Companies/query/next?paging=1",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Contacts/query/next?paging=1",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/5?paging=1",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next/../../5?paging=1",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=1&paging=2",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next?search=1",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=https%3a%2f%2fevil.test",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=a%0d%0ab",
            "https://webservices18.autotask.net/ATServicesRest/V1.0/Companies/query/next?paging=",
            "/ATServicesRest/V1.0/Companies/query/next?paging=1",
            "javascript:alert(1)",
        ] {
            for member in ["nextPageUrl", "PREVPAGEURL"] {
                let body = serde_json::json!({"items": [], "pageDetails": {member: url}}).to_string();
                check(
                    query(Method::Post),
                    200,
                    &body,
                    "refused: the address of its next page is not one of this query's",
                );
            }
        }
        let twice =
            r#"{"pageDetails":{"nextPageUrl":null},"items":[],"PageDetails":{"nextPageUrl":"https://evil.test/a?b"}}"#;
        check(query(Method::Post), 200, twice, "refused: the address of its next page is not one of this query's");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for (body, why) in [
            ("<!DOCTYPE html>", "an HTML page"),
            ("\u{feff} <html>", "an HTML page"),
            ("", "nothing at all"),
            ("hello", "it is not JSON"),
            (r#"{"items":[{"id":1"#, "it is not JSON, or only a part of it"),
            (r#"{"items":[]} trailing"#, "it is not JSON, or only a part of it"),
        ] {
            check(query(Method::Get), 200, body, &format!("refused: {why}"));
        }
        check(Route::Modules, 200, "[1]", "[1]");
    }

    #[test]
    fn an_address_in_a_framework_message_is_not_repeated() {
        check(
            Route::Version,
            404,
            r#"{"Message":"No HTTP resource was found that matches the request URI 'https://webservices3.autotask.net/x'."}"#,
            r#"{"Message":"No HTTP resource was found that matches the request."}"#,
        );
    }
}
