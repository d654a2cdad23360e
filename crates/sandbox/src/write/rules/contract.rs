//! Contracts: what their type asks for, and which children it allows.

use super::{Context, refused, service_lines};
use crate::answer::Refusal;
use crate::periods::PeriodType;
use crate::store::rows::Row;
use crate::write::checks::missing;

const FIXED_PRICE: i64 = 3;
const BLOCK_HOURS: i64 = 4;
const RETAINER: i64 = 6;
pub(super) const RECURRING_SERVICE: i64 = 7;
/// `billingPreference` where nothing was sent, as documented: reconcile billing.
const RECONCILE: i64 = 2;

/// Children that contracts of one type have.
const OF_TYPE: [(&str, i64); 7] = [
    ("ContractBlocks", BLOCK_HOURS),
    ("ContractMilestones", FIXED_PRICE),
    ("ContractRetainers", RETAINER),
    ("ContractServices", RECURRING_SERVICE),
    ("ContractServiceBundles", RECURRING_SERVICE),
    ("ContractServiceAdjustments", RECURRING_SERVICE),
    ("ContractServiceBundleAdjustments", RECURRING_SERVICE),
];

/// Decision: the rules are documented, the text of the second is ours.
pub(super) fn before(row: &mut Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    let is_recurring = row.int("contractType") == Some(RECURRING_SERVICE);
    if old.is_none() && is_recurring && row.int("contractPeriodType").and_then(PeriodType::of).is_none() {
        return Err(missing("contractPeriodType"));
    }
    if row.int("startDate") > row.int("endDate") {
        return refused("Data violation: The startDate of a Contract must be before its endDate.");
    }
    if old.is_none() && row.is_null("billingPreference") {
        row.set("billingPreference", RECONCILE);
    }
    Ok(())
}

/// A contract that ends at another time has other periods.
pub(super) fn after(context: Context<'_>, row: &Row<'_>, old: Option<&Row<'_>>) -> Result<(), Refusal> {
    match old {
        Some(old) if ["startDate", "endDate"].iter().any(|field| old.get(field) != row.get(field)) => {
            service_lines::renew(context, row)
        }
        _ => Ok(()),
    }
}

/// Refuses a new child of a contract whose type has none such. Decision: the rule is documented, the texts are ours.
pub(super) fn allows(context: Context<'_>, row: &Row<'_>) -> Result<(), Refusal> {
    let entity = row.table.info.name;
    let Some(contract) = row.int("contractID").map(|id| context.get("Contracts", id)).transpose()?.flatten() else {
        return Ok(());
    };
    let kind = contract.int("contractType").unwrap_or_default();
    let wanted = OF_TYPE.iter().find(|(child, _)| *child == entity).map(|(_, wanted)| *wanted);
    let label = |kind: i64| {
        let field = contract.table.info.field("contractType");
        field.and_then(|field| field.picklist_label(kind)).unwrap_or_default().to_owned()
    };
    match wanted {
        Some(wanted) if wanted != kind => refused(format!(
            "Data violation: A {} can only be added to a Contract of type {}.",
            row.table.info.singular,
            label(wanted)
        )),
        None if entity == "ContractRates" && [RECURRING_SERVICE, BLOCK_HOURS].contains(&kind) => {
            refused(format!("Data violation: A ContractRate cannot be added to a Contract of type {}.", label(kind)))
        }
        _ => Ok(()),
    }
}
