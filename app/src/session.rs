//! Who is signed in and where writes go. Filled by the first call to the proxy.

use leptos::{prelude::*, task::spawn_local};

/// What stands behind the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The local sandbox with made-up data.
    Demo,
    /// Autotask's own sandbox.
    Sandbox,
    /// The tenant that people work in.
    Production,
}

impl Environment {
    /// The value of `data-env`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// The word on the badge.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Demo => "Demo",
            Self::Sandbox => "Sandbox",
            Self::Production => "Production",
        }
    }

    /// What it means for a write.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Demo => "Made-up data on this machine",
            Self::Sandbox => "Writes go to the Autotask sandbox",
            Self::Production => "Writes go to the production tenant",
        }
    }
}

/// The session; `None` until it is known.
#[derive(Clone, Copy)]
pub struct Session {
    /// Where writes go.
    pub environment: RwSignal<Option<Environment>>,
    /// The signed-in person.
    pub user_name: RwSignal<Option<String>>,
    /// The root of Autotask's own screens, with a slash at the end.
    pub web_url: RwSignal<Option<String>>,
}

/// Makes the session known to everything below, and asks the proxy for it.
pub fn provide_session() {
    let session =
        Session { environment: RwSignal::new(None), user_name: RwSignal::new(None), web_url: RwSignal::new(None) };
    provide_context(session);
    spawn_local(async move {
        // Without an answer the slots stay empty; the page that needs data says what is wrong.
        if let Ok(answer) = crate::api::session().await {
            session.environment.set(Some(match (answer.mode.as_str(), answer.environment.as_str()) {
                ("demo", _) => Environment::Demo,
                (_, "sandbox") => Environment::Sandbox,
                _ => Environment::Production,
            }));
            session.user_name.set(Some(answer.user.name));
            session.web_url.set(answer.web_url);
        }
    });
}

/// The session of the app.
pub fn use_session() -> Session {
    expect_context()
}
