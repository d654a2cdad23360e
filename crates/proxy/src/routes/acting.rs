//! Acting: in whose name a write is made at Autotask. Decided here, from who is signed in and from nothing that a request says.

use autotask_core::filter::{Filter, Op};
use autotask_core::request::Query;
use autotask_core::response::read_rows;
use autotask_core::route::Route;
use autotask_core::{EntityInfo, Record, entity};

use crate::access::Caller;
use crate::outbound::Outbound;
use crate::people::{ActAsPerson, Known};
use crate::refusal::Refusal;
use crate::state::State;

/// The licence of users that only programs sign in as: Autotask lets nobody write in their names.
const API_LICENCE: i64 = 7;

/// The resource in whose name this caller's write is made; `None` where the API user writes as itself.
///
/// Who is to be named and cannot be is refused: nothing is written without the name.
pub(super) async fn resource(state: &State, caller: Option<&Caller>, route: &Route) -> Result<Option<i64>, Refusal> {
    let setting = state.config.act_as_person;
    let is_taken = route.entity().is_some_and(EntityInfo::takes_impersonation);
    match setting {
        ActAsPerson::Off => return Ok(None),
        ActAsPerson::WhenMapped if !is_taken => return Ok(None),
        ActAsPerson::WhenMapped | ActAsPerson::Required => {}
    }
    let found = match caller.and_then(|caller| caller.user) {
        Some(user) => match state.people.resource(user).await? {
            Known::Settled(resource) => resource,
            Known::Seek(email) => state.people.keep_resource(user, with_email(state, &email).await?).await?,
        },
        None => None,
    };
    match found {
        None if setting == ActAsPerson::Required => Err(Refusal::NoResource),
        found => Ok(found.filter(|_| is_taken)),
    }
}

/// The one active resource that has this e-mail address, with its name; `None` where there is none, or more than one.
async fn with_email(state: &State, email: &str) -> Result<Option<(i64, String)>, Refusal> {
    // Wider than what counts: what Autotask has may stand between spaces.
    let filter = Filter::and([Filter::condition("email", Op::Contains, email), Filter::eq("isActive", true)]);
    let (rows, is_all) = resources(state, filter).await?;
    let has = |row: &&Record| {
        is_person(row) && row.text("email").is_some_and(|found| found.trim().eq_ignore_ascii_case(email))
    };
    let mut found = rows.iter().filter(has);
    let one = found.next().filter(|_| is_all && found.next().is_none());
    Ok(one.and_then(|row| Some((row.id()?, name(row)))))
}

/// What the resource of this id is called.
pub(super) async fn name_of(state: &State, id: i64) -> Result<String, Refusal> {
    let (rows, _) = resources(state, Filter::and([Filter::eq("id", id)])).await?;
    let found = rows.iter().find(|row| row.id() == Some(id) && is_person(row));
    found.map(name).ok_or(Refusal::Request(
        "Autotask has no active resource of this id in whose name somebody can write; look it up under Resources",
    ))
}

/// Whether somebody can write in the name of this resource.
fn is_person(row: &Record) -> bool {
    row.flag("isActive") == Some(true) && row.int("licenseType") != Some(API_LICENCE)
}

fn name(row: &Record) -> String {
    let names = ["firstName", "lastName"].into_iter().filter_map(|field| row.text(field));
    names.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The resources that match, and whether these are all.
async fn resources(state: &State, filter: Filter) -> Result<(Vec<Record>, bool), Refusal> {
    let resources = entity("Resources").ok_or(Refusal::Fault)?;
    let fields = ["email", "isActive", "licenseType", "firstName", "lastName"].map(str::to_owned);
    let query = Query { include_fields: Some(fields.into()), ..Query::new(resources, filter) };
    let answer = state.upstream.send(&Outbound::query(&query)).await?;
    let rows = read_rows(answer.status, &answer.body).map_err(Refusal::of_look_up)?;
    Ok((rows.items, rows.next_page_url.is_none()))
}
