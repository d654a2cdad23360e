//! Natural key: the search that finds the row which a step has made, or that stands in its place already.

use super::plan::{Step, StepKind};
use super::post;
use crate::entity::entity;
use crate::filter::{Filter, Op};
use crate::instant::Instant;
use crate::record::Record;
use crate::request::Query;

/// A row is looked for from so many seconds before its sending on: clocks differ.
const CLOCKS_DIFFER: i64 = 600;

/// The search by what tells a row from all others; `None` where it has nothing of that. `since` is when it was sent: a
/// name alone does not tell companies apart.
pub(super) fn natural_key(step: &Step, record: &Record, since: Option<Instant>) -> Option<Query> {
    let info = entity(&step.entity)?;
    let text =
        |field: &str| record.text(field).filter(|text| !text.trim().is_empty()).map(|text| Filter::eq(field, text));
    let is = |field: &str| record.int(field).map(|number| Filter::eq(field, number));
    let filter = match (info.name, step.kind) {
        (_, StepKind::Update) => return None,
        ("CompanyLocations", StepKind::Adopt) => Filter::and([is("companyID")?, Filter::eq("isPrimary", true)]),
        (_, StepKind::Adopt) => Filter::and([is("companyID")?]),
        ("Companies", _) => match since {
            None => Filter::and([text("companyName")?]),
            Some(sent) => {
                let from = sent.plus_seconds(-CLOCKS_DIFFER).to_string();
                Filter::and([text("companyName")?, Filter::condition("createDate", Op::Gte, from)])
            }
        },
        ("CompanyLocations", _) => Filter::and([is("companyID")?, text("name")?]),
        ("Contacts", _) => match text("emailAddress") {
            Some(email) => Filter::and([is("companyID")?, email]),
            None => Filter::and([is("companyID")?, text("firstName")?, text("lastName")?]),
        },
        ("Contracts", _) => Filter::and([is("companyID")?, text("contractName")?, text("startDate")?]),
        ("ContractServices", _) => Filter::and([is("contractID")?, is("serviceID")?]),
        // An adjustment leaves no row of its own: the units of the periods are what it makes, one row for each. The
        // one of its first day stands for all of them.
        ("ContractServiceAdjustments", _) => {
            let units = entity("ContractServiceUnits")?;
            let first = record.instant("effectiveDate")?;
            let filter = Filter::and([
                is("contractID")?,
                is("serviceID")?,
                Filter::condition("units", Op::Gt, 0),
                Filter::condition("startDate", Op::Lte, first.to_string()),
                Filter::condition("endDate", Op::Gte, first.to_string()),
            ]);
            return Some(post(units, filter, &["id"]));
        }
        ("CompanyNotes", _) => {
            let words = text("name").or_else(|| is("actionType"))?;
            Filter::and([is("companyID")?, words, text("startDateTime")?])
        }
        ("CompanyToDos", _) => Filter::and([is("companyID")?, is("actionType")?, text("startDateTime")?]),
        ("Opportunities", _) => Filter::and([is("companyID")?, text("title")?, text("startDate")?]),
        _ => return None,
    };
    Some(post(info, filter, &["id"]))
}
