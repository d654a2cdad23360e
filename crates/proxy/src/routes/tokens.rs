//! `/api/tokens`: with what other clients of Autotask's sign in as a user, kept by that user.
//!
//! Bodies, refusals and the header as in [`people`](super::people); times are milliseconds since 1970.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /api/tokens` | 200 `{"tokens": [{"id", "name", "role", "createdAt", "expiresAt", "usedAt"}]}`, the last one first; `usedAt` is null or the last use, to the minute |
//! | `POST /api/tokens` `{"name", "days", "role"?}` | 201 with one of these, and `token`, which is shown this once; 1 to 366 days; `role` at most one's own, which it is without |
//! | `DELETE /api/tokens/{id}` | 204; no request is let in with it any more |
//!
//! Making one needs a password of the last five minutes (403 `confirm`). 409 when there are fifty, and where there are no users.
//!
//! A client sends the owner's login as `UserName`, the token as `Secret`, and anything as `ApiIntegrationCode`. It has the lesser
//! of the two roles, and gets Autotask's empty 401 when the token is over or taken back, or its owner is kept out.

use std::sync::Arc;

use axum::extract::{Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::labelled;
use super::runs::{is_short, json_of};
use crate::access::Caller;
use crate::log::Label;
use crate::people::{DAYS_MAX, Role};
use crate::refusal::Refusal;
use crate::state::State;
use crate::store::tokens::TokenRow;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Making {
    name: String,
    days: u32,
    role: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    id: i64,
    name: String,
    role: &'static str,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Token {
    fn of(row: TokenRow, token: Option<String>) -> Token {
        let TokenRow { id, name, role, created_at, expires_at, used_at } = row;
        Token { id, name, role: role.as_str(), created_at, expires_at, used_at, token }
    }
}

/// The caller's tokens.
pub(super) async fn list(state: Extract<Arc<State>>, Extension(caller): Extension<Caller>) -> Response {
    let answer = async {
        let tokens = state.people.tokens(user(&caller)?).await?;
        let tokens: Vec<Token> = tokens.into_iter().map(|row| Token::of(row, None)).collect();
        Ok(Json(json!({ "tokens": tokens })).into_response())
    };
    finish(answer.await)
}

/// Makes one.
pub(super) async fn make(
    state: Extract<Arc<State>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let answer = async {
        let user = user(&caller)?;
        if !caller.is_confirmed {
            return Err(Refusal::Confirm);
        }
        let Making { name, days, role } = json_of(request).await?;
        let name = name.trim().to_owned();
        if is_short(&[&name]).is_err() {
            return Err(Refusal::Request("`name` has 1 to 200 bytes, without control characters"));
        }
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(Refusal::Request("`days` is from 1 to 366; a token does not live for ever"));
        }
        let role = match role {
            None => caller.role,
            Some(role) => role.parse::<Role>().map_err(Refusal::Body)?,
        };
        if role > caller.role {
            return Err(Refusal::Role(
                "a token has at most the role of its owner; ask for yours or a lesser one".to_owned(),
            ));
        }
        let (token, row) = state.people.make_token(user, name, role, days).await?;
        Ok((StatusCode::CREATED, Json(Token::of(row, Some(token.expose().to_owned())))).into_response())
    };
    finish(answer.await)
}

/// Takes one back.
pub(super) async fn drop(
    state: Extract<Arc<State>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let answer = async {
        let unknown = Refusal::NotFound("you have no token of this id");
        let user = user(&caller)?;
        let Ok(id) = id.parse() else { return Err(unknown) };
        match state.people.drop_token(user, id).await? {
            true => Ok(StatusCode::NO_CONTENT.into_response()),
            false => Err(unknown),
        }
    };
    finish(answer.await)
}

fn user(caller: &Caller) -> Result<i64, Refusal> {
    caller.user.ok_or(Refusal::Conflict(
        "tokens belong to users, and this server has none; add one with `autotask-crm user add`",
    ))
}

fn finish(answer: Result<Response, Refusal>) -> Response {
    labelled(answer.unwrap_or_else(IntoResponse::into_response), Label::of("tokens"))
}
