//! Kind: what goes wrong.

use std::time::Duration;

use axum::http::StatusCode;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// The write is done, and the connection is cut before any answer.
    CommitThenCut,
    /// The connection is cut at once, and the write is done so many milliseconds later.
    CommitLate { milliseconds: u64 },
    /// An answer of failure without any change.
    FailWithoutCommit { status: StatusCode },
    /// An answer of success without any change.
    SilentlyIgnore,
    /// Who impersonates is refused.
    ImpersonationDenied,
    /// The security level does not permit the entity.
    PermissionDenied { status: StatusCode },
    /// Too many requests at once for the endpoint.
    ThreadRefusal { status: StatusCode },
    /// The hour's limit is reached.
    TooManyRequests { retry_after: RetryAfter },
    /// The user is locked out after so many bad logins, until this is switched off.
    LockAfter { logins: u32 },
    /// A redirect to elsewhere.
    Redirect { status: StatusCode, location: String },
    /// The answer begins late.
    Slow { milliseconds: u64 },
    /// The answer's body takes so long.
    SlowBody { milliseconds: u64 },
    /// The connection is cut after so many bytes of the body, or in its middle.
    CutBody { bytes: Option<usize> },
    /// The body is JSON that breaks off.
    MalformedBody,
    /// A page of the web server instead of an answer.
    HtmlNotFound,
    /// `nextPageUrl` leads elsewhere.
    HostilePageUrl { url: String },
    /// The last page that has rows says there is one more, and that one is empty.
    EmptyLastPage,
    /// Texts in rows are an attack on who shows them.
    HostileText,
    /// A row that is not there is 404 instead of `{"item":null}`.
    AbsentIsNotFound,
    /// The zone's URL has no slash at its end.
    ZoneWithoutSlash,
    /// The zone of the user is not known.
    ZoneUnknown,
    /// The zone is at another address.
    ZoneElsewhere { url: String },
}

impl Kind {
    /// What `fault` says in a rule.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::CommitThenCut => "commitThenCut",
            Kind::CommitLate { .. } => "commitLate",
            Kind::FailWithoutCommit { .. } => "failWithoutCommit",
            Kind::SilentlyIgnore => "silentlyIgnore",
            Kind::ImpersonationDenied => "impersonationDenied",
            Kind::PermissionDenied { .. } => "permissionDenied",
            Kind::ThreadRefusal { .. } => "threadRefusal",
            Kind::TooManyRequests { .. } => "tooManyRequests",
            Kind::LockAfter { .. } => "lockAfter",
            Kind::Redirect { .. } => "redirect",
            Kind::Slow { .. } => "slow",
            Kind::SlowBody { .. } => "slowBody",
            Kind::CutBody { .. } => "cutBody",
            Kind::MalformedBody => "malformedBody",
            Kind::HtmlNotFound => "htmlNotFound",
            Kind::HostilePageUrl { .. } => "hostilePageUrl",
            Kind::EmptyLastPage => "emptyLastPage",
            Kind::HostileText => "hostileText",
            Kind::AbsentIsNotFound => "absentIsNotFound",
            Kind::ZoneWithoutSlash => "zoneWithoutSlash",
            Kind::ZoneUnknown => "zoneUnknown",
            Kind::ZoneElsewhere { .. } => "zoneElsewhere",
        }
    }

    /// Whether it decides what becomes of a request, so that a second one of the kind would have no say.
    pub(crate) fn decides(&self) -> bool {
        match self {
            Kind::CommitThenCut
            | Kind::CommitLate { .. }
            | Kind::FailWithoutCommit { .. }
            | Kind::PermissionDenied { .. }
            | Kind::ThreadRefusal { .. }
            | Kind::TooManyRequests { .. }
            | Kind::Redirect { .. }
            | Kind::SlowBody { .. }
            | Kind::CutBody { .. }
            | Kind::MalformedBody
            | Kind::HtmlNotFound => true,
            Kind::SilentlyIgnore
            | Kind::ImpersonationDenied
            | Kind::LockAfter { .. }
            | Kind::Slow { .. }
            | Kind::HostilePageUrl { .. }
            | Kind::EmptyLastPage
            | Kind::HostileText
            | Kind::AbsentIsNotFound
            | Kind::ZoneWithoutSlash
            | Kind::ZoneUnknown
            | Kind::ZoneElsewhere { .. } => false,
        }
    }

    /// When the write is done that the caller sees cut off, if it is done after that.
    pub(crate) fn commits_after(&self) -> Option<Duration> {
        match self {
            Kind::CommitLate { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        }
    }
}

/// What `Retry-After` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// Nothing: there is no such header.
    Absent,
    /// So many seconds.
    Seconds(u64),
    /// The date so many seconds from now.
    Date(u64),
}

/// A fault as people are told of it.
pub(crate) struct Entry {
    /// What `fault` says in a rule.
    pub(crate) name: &'static str,
    /// What happens.
    pub(crate) meaning: &'static str,
    /// Its own members, with an example for each.
    pub(crate) members: &'static [(&'static str, &'static str)],
}

const fn entry(name: &'static str, meaning: &'static str, members: &'static [(&'static str, &'static str)]) -> Entry {
    Entry { name, meaning, members }
}

/// All faults, in the order in which people are shown them.
pub(crate) const CATALOGUE: [Entry; 22] = [
    entry("commitThenCut", "A write is done, and the connection is cut before any answer.", &[]),
    entry(
        "commitLate",
        "The connection is cut at once, and the write is done some time later.",
        &[("milliseconds", "2000")],
    ),
    entry("failWithoutCommit", "A write is answered with an error, and nothing changes.", &[("status", "500")]),
    entry(
        "silentlyIgnore",
        "A write is answered with success, and nothing changes; the next create gets the id that was answered.",
        &[],
    ),
    entry("impersonationDenied", "A write with ImpersonationResourceId is refused.", &[]),
    entry("permissionDenied", "The security level does not permit the entity.", &[("status", "500")]),
    entry("threadRefusal", "Too many requests at once for the endpoint.", &[("status", "500")]),
    entry(
        "tooManyRequests",
        "429, with or without Retry-After: a number, \"date\", or null for none.",
        &[("retryAfter", "60")],
    ),
    entry("lockAfter", "So many bad logins lock the user out, until this is switched off.", &[("logins", "5")]),
    entry(
        "redirect",
        "A redirect to elsewhere; location must be given.",
        &[("status", "302"), ("location", "\"http://127.0.0.1:9/\"")],
    ),
    entry("slow", "The answer begins late.", &[("milliseconds", "3000")]),
    entry("slowBody", "The answer's body comes in ten pieces over this time.", &[("milliseconds", "3000")]),
    entry("cutBody", "The connection is cut after so many bytes of the body, or in its middle.", &[("bytes", "100")]),
    entry("malformedBody", "A whole answer whose JSON breaks off.", &[]),
    entry("htmlNotFound", "404 with a page of the web server instead of JSON.", &[]),
    entry(
        "hostilePageUrl",
        "nextPageUrl leads elsewhere; url must be given.",
        &[("url", "\"http://127.0.0.1:9/steal\"")],
    ),
    entry("emptyLastPage", "A walk ends with one more page, which is empty.", &[]),
    entry("hostileText", "Every text in rows is an attack on who shows it.", &[]),
    entry("absentIsNotFound", "A row that is not there is 404 instead of {\"item\":null}.", &[]),
    entry("zoneWithoutSlash", "The zone's URL has no slash at its end.", &[]),
    entry("zoneUnknown", "The zone of the user is not known.", &[]),
    entry(
        "zoneElsewhere",
        "The zone is at another address; url must be given.",
        &[("url", "\"http://127.0.0.1:9/ATServicesRest/\"")],
    ),
];
