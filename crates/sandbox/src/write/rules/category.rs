//! Category: a new company or opportunity has one, and what it fills in where nothing was sent.

use super::Context;
use crate::answer::Refusal;
use crate::store::rows::{self, Row};
use crate::store::sql::Where;
use crate::world::category_defaults;

/// What has a category: the field that names it, and the entity of the categories.
const CATEGORIZED: [(&str, &str, &str); 2] = [
    ("Companies", "companyCategoryID", "CompanyCategories"),
    ("Opportunities", "opportunityCategoryID", "OpportunityCategories"),
];

/// Gives a new row the default category, unless it has one, and then that category's defaults.
pub(super) fn fill(context: Context<'_>, row: &mut Row<'_>) -> Result<(), Refusal> {
    let name = row.table.info.name;
    let Some((_, field, categories)) = CATEGORIZED.iter().find(|(entity, ..)| *entity == name) else { return Ok(()) };
    if row.is_null(field) {
        let table = context.tenant.named(categories);
        let found = rows::select(context.connection, table, &Where::equals("isGlobalDefault", 1))?;
        row.set(field, found.first().map(Row::id));
    }
    for (field, value) in row.int(field).map_or(&[][..], |category| category_defaults::of(name, category)) {
        if row.is_null(field) {
            row.set(field, *value);
        }
    }
    Ok(())
}
