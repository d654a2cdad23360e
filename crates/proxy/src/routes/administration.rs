//! `/api/people`: who works here and what they may do, for administrators.
//!
//! Bodies, refusals and the header as in [`people`](super::people); times are milliseconds since 1970.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /api/people` | 200 `{"people": [{"id", "name", "login", "role", "isDisabled", "hasPassword", "createdAt", "resource"}]}`, by login |
//! | `POST /api/people` `{"login", "name", "role"}` | 201 with that one, and `password`, which was made here and is shown this once |
//! | `PATCH /api/people/{id}` `{"role"?, "isDisabled"?, "resource"?}` | 200 with that one as it is then; it holds at once, for sessions and tokens |
//! | `DELETE /api/people/{id}/sessions` | 204: that one is signed out everywhere, and may sign in again; tokens stay |
//!
//! `resource` is the one at Autotask in whose name this person's writes are made, as far as the server's `act_as_person` says so:
//! `{"id", "name", "from", "soughtAt"}`. `from` is `email` where the login is sought among the e-mail addresses there (`id` is null
//! as long as it was not, and where not exactly one active resource has it), `administrator` where somebody said so, and `unproven`
//! where the login is an address that an identity provider does not vouch for. It is changed by an id, which is looked up at
//! Autotask (400 when there is none to write for), or by `"byEmail"` or `"none"`.
//!
//! `hasPassword` is false for who signs in with an identity provider. Who came from there for the first time is disabled until
//! somebody lets them in. A change needs a password of the last five minutes (403 `confirm`). 409 for changing oneself: so there is
//! always an administrator left; for a login that is taken; and for adding somebody where there are no users, since everybody
//! would have to sign in from then on. 404 when there is no such user.

use std::sync::Arc;

use axum::extract::{Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::runs::json_of;
use super::{acting, labelled};
use crate::access::Caller;
use crate::log::Label;
use crate::people::{PersonResource, ResourceChoice, Role};
use crate::refusal::Refusal;
use crate::state::State;
use crate::store::people::{UserChange, UserRow};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    role: Option<String>,
    is_disabled: Option<bool>,
    resource: Option<Chosen>,
}

/// Which resource somebody is to be.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`resource` is the id of a resource, `\"byEmail\"` or `\"none\"`")]
enum Chosen {
    Id(i64),
    Word(Word),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Word {
    ByEmail,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Adding {
    login: String,
    name: String,
    role: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: i64,
    name: String,
    login: String,
    role: &'static str,
    is_disabled: bool,
    has_password: bool,
    created_at: i64,
    resource: Resource,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: Option<i64>,
    name: Option<String>,
    from: &'static str,
    sought_at: Option<i64>,
}

impl From<UserRow> for Person {
    fn from(row: UserRow) -> Person {
        let UserRow { id, name, login, role, is_disabled, has_password, created_at, resource } = row;
        let PersonResource { id: resource, name: resource_name, from, sought_at } = resource;
        let resource = Resource { id: resource, name: resource_name, from: from.as_str(), sought_at };
        Person { id, name, login, role: role.as_str(), is_disabled, has_password, created_at, resource, password: None }
    }
}

/// Everybody.
pub(super) async fn list(state: Extract<Arc<State>>) -> Response {
    let answer = async {
        let people: Vec<Person> = state.people.users().await?.into_iter().map(Person::from).collect();
        Ok(Json(json!({ "people": people })).into_response())
    };
    finish(answer.await)
}

/// Adds somebody, with a password that is made here.
pub(super) async fn add(
    state: Extract<Arc<State>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        if caller.user.is_none() {
            return Err(Refusal::Conflict(
                "this server has no users; the first one is added with `autotask-crm user add`",
            ));
        }
        if !caller.is_confirmed {
            return Err(Refusal::Confirm);
        }
        let Adding { login, name, role } = json_of(request).await?;
        let role = role.parse::<Role>().map_err(Refusal::Body)?;
        let (added, password) = state.people.add_user(&login, &name, role).await?;
        tracing::info!(by = caller.user, user = added.id, role = %added.role, "a user was added");
        let person = Person { password: Some(password.expose().to_owned()), ..Person::from(added) };
        Ok((StatusCode::CREATED, Json(person)).into_response())
    };
    finish(answer.await)
}

/// Ends all sessions of somebody, oneself too.
pub(super) async fn sign_out(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let answer = async {
        let unknown = Refusal::NotFound("there is no user of this id");
        let Ok(id) = id.parse::<i64>() else { return Err(unknown) };
        if !caller.is_confirmed {
            return Err(Refusal::Confirm);
        }
        if !state.people.end_sessions(id).await? {
            return Err(unknown);
        }
        tracing::info!(by = caller.user, user = id, "a user was signed out everywhere");
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    finish(answer.await)
}

/// Changes what somebody may do.
pub(super) async fn change(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        let unknown = Refusal::NotFound("there is no user of this id");
        let Ok(id) = id.parse::<i64>() else { return Err(unknown) };
        if caller.user == Some(id) {
            return Err(Refusal::Conflict("nobody changes what they may do themselves; ask another administrator"));
        }
        if !caller.is_confirmed {
            return Err(Refusal::Confirm);
        }
        let Change { role, is_disabled, resource } = json_of(request).await?;
        let role = role.map(|role| role.parse::<Role>()).transpose().map_err(Refusal::Body)?;
        if role.is_none() && is_disabled.is_none() && resource.is_none() {
            return Err(Refusal::Request("there is nothing to change; send `role`, `isDisabled` or `resource`"));
        }
        let resource = match resource {
            None => None,
            Some(Chosen::Id(id)) => Some(ResourceChoice::Is(id, Some(acting::name_of(&state, id).await?))),
            Some(Chosen::Word(Word::ByEmail)) => Some(ResourceChoice::ByEmail),
            Some(Chosen::Word(Word::None)) => Some(ResourceChoice::Nobody),
        };
        let changed = state.people.change_user(id, UserChange { role, is_disabled, resource }).await?.ok_or(unknown)?;
        let resource = changed.resource.id;
        tracing::info!(
            by = caller.user, user = id, role = %changed.role, is_disabled = changed.is_disabled, resource,
            "a user was changed"
        );
        Ok(Json(Person::from(changed)).into_response())
    };
    finish(answer.await)
}

fn finish(answer: Result<Response, Refusal>) -> Response {
    labelled(answer.unwrap_or_else(IntoResponse::into_response), Label::of("people"))
}
