//! Who is signed in and where writes go. Filled by the first call to the proxy.

use std::cell::Cell;

use autotask_core::Failure;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{
    api::{self, SessionAnswer},
    store::kept,
};

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
    /// That person's login; `None` where nobody signs in, and so nobody signs out.
    pub login: RwSignal<Option<String>>,
    /// That person's role; empty until it is known.
    pub role: RwSignal<String>,
    /// What that role is let do, as the server says.
    may: RwSignal<Value>,
    /// Whether somebody has to sign in first.
    pub is_out: RwSignal<bool>,
    /// The root of Autotask's own screens, with a slash at the end.
    pub web_url: RwSignal<Option<String>>,
}

/// Makes the session known to everything below, and asks the proxy for it.
pub fn provide_session() {
    let session = Session {
        environment: RwSignal::new(None),
        user_name: RwSignal::new(None),
        login: RwSignal::new(None),
        role: RwSignal::default(),
        may: RwSignal::default(),
        is_out: RwSignal::new(false),
        web_url: RwSignal::new(None),
    };
    provide_context(session);
    IS_OUT.set(Some(session.is_out));
    spawn_local(async move {
        match api::session().await {
            Ok(answer) => session.take(answer),
            // Other failures are told by the page that needs data.
            Err(failure) => note_status(failure.status),
        }
    });
}

thread_local! {
    /// For calls that are made outside of any view.
    static IS_OUT: Cell<Option<RwSignal<bool>>> = const { Cell::new(None) };
}

/// Looks at the status of an answer: the server says 401 only to who is not signed in, or not any more.
pub fn note_status(status: u16) {
    if status == 401
        && let Some(is_out) = IS_OUT.get()
    {
        is_out.set(true);
    }
}

impl Session {
    /// Takes over what the server says.
    fn take(self, answer: SessionAnswer) {
        self.environment.set(Some(match (answer.mode.as_str(), answer.environment.as_str()) {
            ("demo", _) => Environment::Demo,
            (_, "sandbox") => Environment::Sandbox,
            _ => Environment::Production,
        }));
        self.user_name.set(Some(answer.user.name));
        self.login.set(answer.user.login);
        self.role.set(answer.user.role);
        self.may.set(answer.may);
        self.web_url.set(answer.web_url);
        self.is_out.set(false);
    }

    /// Whether the server lets this person do something: `create`, `update` or `delete` with an entity, `readApi` or
    /// `changeApi` with the first word of an address below `/api`. What is not known yet is not forbidden: the server
    /// refuses by itself. Reactive.
    pub fn may(self, what: &str, name: &str) -> bool {
        self.may.with(|may| match may.get(what).and_then(Value::as_array) {
            Some(names) => names.iter().any(|known| known.as_str() == Some(name)),
            None => true,
        })
    }

    /// Signs in; the page that was asked for is drawn anew.
    ///
    /// # Errors
    ///
    /// Any [`Failure`] of [`api::sign_in`].
    pub async fn sign_in(self, login: &str, password: &str) -> Result<(), Failure> {
        self.take(api::sign_in(login, password).await?);
        Ok(())
    }

    /// Signs out, and forgets what this browser kept of people's data.
    ///
    /// # Errors
    ///
    /// Any [`Failure`] of [`api::sign_out`]; then nothing is forgotten.
    pub async fn sign_out(self) -> Result<(), Failure> {
        api::sign_out().await?;
        kept::clear();
        // A new page: rows that are in memory go as well.
        let _ = window().location().set_href("/");
        Ok(())
    }
}

/// The session of the app.
pub fn use_session() -> Session {
    expect_context()
}
