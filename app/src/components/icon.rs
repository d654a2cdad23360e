//! The icons: one set on a 16 px grid, drawn as strokes in the colour of the text beside them.

use leptos::prelude::*;

/// A drawing that stands beside words and is never read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Alert,
    Arrow,
    Calendar,
    Check,
    Clock,
    Company,
    Copy,
    Down,
    Edit,
    External,
    Filter,
    Globe,
    Info,
    Local,
    Lock,
    Menu,
    More,
    Onboarding,
    Pause,
    People,
    Pin,
    Plus,
    Quality,
    Refresh,
    Right,
    Search,
    Server,
    Settings,
    Skip,
    Spin,
    Tag,
    Text,
    Theme,
    Toggle,
    Tree,
    Undo,
    Up,
    User,
    Warning,
    Close,
}

impl Icon {
    /// The icon as an element; `{Icon::Check.view()}` in a view.
    pub fn view(self) -> AnyView {
        // The half disc of the theme icon is the only filled shape of the set.
        let filled =
            (self == Icon::Theme).then(|| view! { <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11Z" fill="currentcolor" /> });
        let class = if self == Icon::More { "icon icon--dots" } else { "icon" };
        view! {
            <svg class=class viewBox="0 0 16 16" aria-hidden="true">
                <path d=self.path() />
                {filled}
            </svg>
        }
        .into_any()
    }

    fn path(self) -> &'static str {
        match self {
            Icon::Alert => "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0ZM8 5v3.5M8 10.75v.01",
            Icon::Arrow => "M3 8h10M9.25 4.25 13 8l-3.75 3.75",
            Icon::Calendar => {
                "M4 3.75h8a1.25 1.25 0 0 1 1.25 1.25v7a1.25 1.25 0 0 1 -1.25 1.25h-8a1.25 1.25 0 0 1 -1.25 -1.25v-7a1.25 1.25 0 0 1 1.25 -1.25ZM2.75 7h10.5M5.5 2.5v2.25M10.5 2.5v2.25"
            }
            Icon::Check => "M3.5 8.5l3 3 6-6.5",
            Icon::Clock => "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0ZM8 5v3.25l2 1.25",
            Icon::Company => {
                "M3 13.25V3.5A.75.75 0 0 1 3.75 2.75h5A.75.75 0 0 1 9.5 3.5v9.75M9.5 6.75h2.75a.75.75 0 0 1 .75.75v5.75M2 13.25h12M5.25 5.5h2M5.25 8h2M5.25 10.5h2"
            }
            Icon::Copy => {
                "M6.75 5.5h5.25a1.25 1.25 0 0 1 1.25 1.25v5.25a1.25 1.25 0 0 1 -1.25 1.25h-5.25a1.25 1.25 0 0 1 -1.25 -1.25v-5.25a1.25 1.25 0 0 1 1.25 -1.25ZM10.5 5.5V4a1.25 1.25 0 0 0-1.25-1.25H4A1.25 1.25 0 0 0 2.75 4v5.25A1.25 1.25 0 0 0 4 10.5h1.5"
            }
            Icon::Down => "M4 6.25l4 4 4-4",
            Icon::Edit => "M10.5 3 13 5.5 5.75 12.75l-3 .5.5-3Z",
            Icon::External => {
                "M9 2.75h4.25V7M13 3 7.75 8.25M11.5 9.5v2.75a1 1 0 0 1-1 1H3.75a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1H6.5"
            }
            Icon::Filter => "M2.5 4h11M4.5 8h7M6.5 12h3",
            Icon::Globe => {
                "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0ZM2.5 8h11M8 2.5c3.2 3.4 3.2 7.6 0 11-3.2-3.4-3.2-7.6 0-11Z"
            }
            Icon::Info => "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0ZM8 7.5V11M8 5.25v.01",
            Icon::Local => {
                "M4.25 3.5h7.5a1 1 0 0 1 1 1v4.5a1 1 0 0 1 -1 1h-7.5a1 1 0 0 1 -1 -1v-4.5a1 1 0 0 1 1 -1ZM1.75 12.5h12.5"
            }
            Icon::Lock => {
                "M4.5 7.25h7a.75.75 0 0 1 .75.75v4.5a.75.75 0 0 1 -.75.75h-7a.75.75 0 0 1 -.75-.75V8a.75.75 0 0 1 .75-.75ZM5.5 7.25V5.5a2.5 2.5 0 0 1 5 0v1.75"
            }
            Icon::Menu => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
            Icon::More => "M3.75 8v.01M8 8v.01M12.25 8v.01",
            Icon::Onboarding => {
                "M4.25 2.75h7.5a1.5 1.5 0 0 1 1.5 1.5v7.5a1.5 1.5 0 0 1 -1.5 1.5h-7.5a1.5 1.5 0 0 1 -1.5 -1.5v-7.5a1.5 1.5 0 0 1 1.5 -1.5ZM5.5 8.25l1.75 1.75L10.75 6"
            }
            Icon::Pause => "M5.75 3.75v8.5M10.25 3.75v8.5",
            Icon::People => {
                "M3.5 5.25a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0ZM1.75 13c.4-2.4 2-3.75 4.25-3.75S9.85 10.6 10.25 13M10.5 3a2.4 2.4 0 0 1 0 4.5M12 9.75c1.2.5 2 1.6 2.25 3.25"
            }
            Icon::Pin => {
                "M8 14s4.5-4.2 4.5-7.6a4.5 4.5 0 0 0-9 0C3.5 9.8 8 14 8 14ZM6.5 6.5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0Z"
            }
            Icon::Plus => "M8 3.5v9M3.5 8h9",
            Icon::Quality => {
                "M2.75 4.25l1.25 1.25 2-2.5M8.5 4.5h5M2.75 9l1.25 1.25 2-2.5M8.5 9.25h5M8.5 13.25h5M4 13.25v.01"
            }
            Icon::Refresh => "M13 3.5V6.5h-3M3 12.5v-3h3M12.7 6.5A5 5 0 0 0 3.6 5.7M3.3 9.5a5 5 0 0 0 9.1.8",
            Icon::Right => "M6.25 4l4 4-4 4",
            Icon::Search => "M2.75 7a4.25 4.25 0 1 0 8.5 0a4.25 4.25 0 1 0 -8.5 0ZM10.25 10.25l3.25 3.25",
            Icon::Server => {
                "M3.75 3h8.5a1 1 0 0 1 1 1v2a1 1 0 0 1 -1 1h-8.5a1 1 0 0 1 -1 -1v-2a1 1 0 0 1 1 -1ZM3.75 9h8.5a1 1 0 0 1 1 1v2a1 1 0 0 1 -1 1h-8.5a1 1 0 0 1 -1 -1v-2a1 1 0 0 1 1 -1ZM5.25 5v.01M5.25 11v.01"
            }
            Icon::Settings => {
                "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M8.5 5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0ZM4.5 11a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0Z"
            }
            Icon::Skip => "M4 4l5 4-5 4ZM12 4v8",
            Icon::Spin => "M8 2.5A5.5 5.5 0 1 1 2.5 8",
            Icon::Tag => "M2.75 8.25v-5.5h5.5l5 5-5.5 5.5ZM5.5 5.5v.01",
            Icon::Text => "M3 4h10M8 4v8.5",
            Icon::Theme => "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z",
            Icon::Toggle => {
                "M5 4.75h6a3.25 3.25 0 0 1 3.25 3.25v0a3.25 3.25 0 0 1 -3.25 3.25h-6a3.25 3.25 0 0 1 -3.25 -3.25v-0a3.25 3.25 0 0 1 3.25 -3.25ZM9.5 8a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0Z"
            }
            Icon::Tree => {
                "M4 2.75v8.5a1 1 0 0 0 1 1h3M4 6.5h4M9.25 5h3.5a0.75 0.75 0 0 1 0.75 0.75v1.5a0.75 0.75 0 0 1 -0.75 0.75h-3.5a0.75 0.75 0 0 1 -0.75 -0.75v-1.5a0.75 0.75 0 0 1 0.75 -0.75ZM9.25 10.75h3.5a0.75 0.75 0 0 1 0.75 0.75v1.5a0.75 0.75 0 0 1 -0.75 0.75h-3.5a0.75 0.75 0 0 1 -0.75 -0.75v-1.5a0.75 0.75 0 0 1 0.75 -0.75Z"
            }
            Icon::Undo => "M3 6h6.25a3.5 3.5 0 0 1 0 7H6M5.5 3.25 2.75 6 5.5 8.75",
            Icon::Up => "M4 9.75l4-4 4 4",
            Icon::User => {
                "M5.25 5.5a2.75 2.75 0 1 0 5.5 0a2.75 2.75 0 1 0 -5.5 0ZM2.75 13.5c.5-2.7 2.5-4 5.25-4s4.75 1.3 5.25 4"
            }
            Icon::Warning => "M8 2.75 14 13H2ZM8 6.75v2.75M8 11.35v.01",
            Icon::Close => "M4 4l8 8M12 4l-8 8",
        }
    }
}
