//! Return to: the page that is shown after signing in; always one of the app's own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The app's pages as its router has them (`app/src/app.rs`, which a test compares): `:name` is one segment, `*name`
/// some.
const ROUTES: [&str; 12] = [
    "/",
    "/companies",
    "/companies/:id",
    "/hierarchy",
    "/onboarding",
    "/onboarding/new",
    "/onboarding/new/*step",
    "/changes",
    "/settings",
    "/settings/:section",
    "/quality",
    "/quality/:rule",
];

/// Most bytes of a page with its query: filters stand there, and a cookie holds 4,096.
const BYTES_MAX: usize = 1_500;

/// A page of the app, from the root: `/companies?filter=…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct ReturnTo(String);

impl ReturnTo {
    /// The page that a text names, without its query where that cannot be kept; the first page for any text that
    /// names none.
    #[must_use]
    pub fn of(text: &str) -> ReturnTo {
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        if path.len() > BYTES_MAX || !ROUTES.iter().any(|route| is_at(route, path)) {
            return ReturnTo("/".to_owned());
        }
        match query {
            Some(query) if text.len() <= BYTES_MAX && query.bytes().all(is_of_query) => ReturnTo(text.to_owned()),
            _ => ReturnTo(path.to_owned()),
        }
    }

    /// The page as it stands behind the origin; begins with exactly one `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ReturnTo {
    fn from(text: String) -> ReturnTo {
        ReturnTo::of(&text)
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the path is at the route. A segment is letters, digits, `-` and `_`, so that no writing of a host, of a
/// step upwards or of another encoding is one.
fn is_at(route: &str, path: &str) -> bool {
    let is_segment = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let mut segments = path.split('/');
    for wanted in route.split('/') {
        if wanted.starts_with('*') {
            return segments.clone().next().is_some() && segments.all(is_segment);
        }
        let is_same = match segments.next() {
            Some(found) if wanted.starts_with(':') => is_segment(found),
            Some(found) => found == wanted,
            None => false,
        };
        if !is_same {
            return false;
        }
    }
    segments.next().is_none()
}

/// What a query may hold without being read as anything else: RFC 3986, with what browsers leave as it is.
fn is_of_query(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use openidconnect::url::Url;
    use proptest::prelude::*;

    use super::*;

    /// Where a browser at the app's page would go.
    fn place(text: &str) -> Url {
        Url::parse("https://crm.example.com/api/sign-in/callback").unwrap().join(text).unwrap()
    }

    #[track_caller]
    fn check_own(text: &str) {
        let page = ReturnTo::of(text);
        let place = place(page.as_str());
        assert_eq!(place.origin().ascii_serialization(), "https://crm.example.com", "{text:?}");
        assert!(ROUTES.iter().any(|route| is_at(route, place.path())), "{text:?} leads to {place}");
    }

    #[test]
    fn the_routes_are_those_of_the_app() {
        let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/src/app.rs");
        let text = fs::read_to_string(app).unwrap();
        let found: Vec<&str> = text.split("path!(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(found, ROUTES);
    }

    #[test]
    fn pages_of_the_app_are_kept() {
        for page in [
            "/",
            "/?a=b",
            "/companies",
            "/companies?filter=%7B%22op%22%3A%22eq%22%7D&sort=-companyName",
            "/companies?q=a/b//c?d",
            "/companies/29683510",
            "/hierarchy",
            "/onboarding",
            "/onboarding/new",
            "/onboarding/new/contacts",
            "/changes",
            "/settings/audit",
            "/quality",
            "/quality/contact-email_missing",
        ] {
            assert_eq!(ReturnTo::of(page).as_str(), page);
            check_own(page);
        }
    }

    #[test]
    fn a_query_that_cannot_be_kept_is_left_out() {
        for query in ["a b", "a\r\nSet-Cookie: a=b", "a#b", "ä", "a\\b", "<script>", &"a".repeat(BYTES_MAX)] {
            assert_eq!(ReturnTo::of(&format!("/companies?{query}")).as_str(), "/companies");
        }
    }

    #[test]
    fn hostile_texts_lead_to_the_first_page() {
        let hostile = [
            "",
            " ",
            "?",
            "#",
            ".",
            "..",
            "companies",
            "./companies",
            "../companies",
            "//evil.test",
            "//evil.test/companies",
            "///evil.test",
            "////evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "\\/evil.test",
            "/\\/evil.test",
            "\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "/\r/evil.test",
            "\t//evil.test",
            " //evil.test",
            "\u{a0}//evil.test",
            "\0//evil.test",
            "/\0/evil.test",
            "/%09/evil.test",
            "/%0a/evil.test",
            "/%0d%0aLocation:%20https://evil.test",
            "/%2f/evil.test",
            "/%2F%2Fevil.test",
            "%2f%2fevil.test",
            "/%5cevil.test",
            "/%5C%5Cevil.test",
            "/%252f%252fevil.test",
            "https://evil.test",
            "https:/evil.test",
            "https:evil.test",
            "https:\\\\evil.test",
            "HTTPS://EVIL.TEST",
            "http://evil.test",
            "//evil.test:443",
            "//evil.test@crm.example.com",
            "https://crm.example.com@evil.test",
            "https://crm.example.com.evil.test",
            "https://crm.example.com/companies",
            "//crm.example.com/companies",
            "ftp://evil.test",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "javascript://%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:x",
            "file:///etc/passwd",
            "about:blank",
            "mailto:a@evil.test",
            "/companies/../../evil",
            "/companies/..//evil.test",
            "/companies/%2e%2e",
            "/companies/.",
            "/companies/..",
            "/companies/",
            "/companies//",
            "//companies",
            "/companies/1/2",
            "/companies/a b",
            "/companies/ä",
            "/companies\\..\\evil",
            "/companies/1#a",
            "/companies#a",
            "/companies;a=b",
            "/COMPANIES",
            "/hierarchy/1",
            "/onboarding/",
            "/onboarding/new/",
            "/onboarding/new//evil.test",
            "/onboarding/new/../../evil",
            "/api/session",
            "/api/sign-out",
            "/ATServicesRest/V1.0/Companies",
            "/index.html",
            "/changes/1",
            "/quality/a/b",
            "/quality/a.b",
            "/〱evil.test",
            "/／evil.test",
            "／／evil.test",
            "//evil。test",
            "/companies/\u{202e}1",
            "/companies/1\u{0}",
            "/:evil",
            "/@evil.test",
            "/.evil.test",
            "/;//evil.test",
        ];
        assert!(hostile.len() >= 80, "{}", hostile.len());
        for text in hostile {
            let page = ReturnTo::of(text);
            assert_eq!(page.as_str(), "/", "{text:?}");
            check_own(text);
        }
        check_own(&"/companies/1".repeat(1_000));
        check_own(&format!("/companies/{}", "1".repeat(10_000)));
    }

    proptest! {
        #[test]
        fn any_text_leads_to_a_page_of_the_app(text in r"\PC*") {
            check_own(&text);
        }

        #[test]
        fn so_does_any_text_that_looks_like_an_address(text in r"[/\\?#%.:@a-f0-9\t\n ]{0,12}(companies|evil\.test)?[/\\?#%.a-f]{0,6}") {
            check_own(&text);
        }
    }
}
