//! Category defaults: what the tenant's categories fill into new companies and opportunities.
//!
//! That they do is documented; where Autotask keeps it no entity shows, so it stands here. Decision: which fields and
//! values is ours.

/// Fields with the values they begin with.
type Defaults = &'static [(&'static str, i64)];

/// The rows of `CompanyCategories` and `OpportunityCategories`, in the order in which the world makes them.
const STANDARD: i64 = 29_682_801;
const CO_MANAGED: i64 = 29_682_802;
const RENEWAL: i64 = 29_682_802;

/// Invoices by e-mail.
const BY_E_MAIL: i64 = 2;
/// Printed and by e-mail.
const BY_BOTH: i64 = 3;

/// What a category of this entity's rows fills in where nothing was sent.
pub(crate) fn of(entity: &str, category: i64) -> Defaults {
    match (entity, category) {
        ("Companies", STANDARD) => &[("invoiceMethod", BY_E_MAIL)],
        ("Companies", CO_MANAGED) => &[("invoiceMethod", BY_BOTH)],
        ("Opportunities", STANDARD) => &[("rating", 2), ("totalAmountMonths", 12)],
        // Hot, and from whom one has already.
        ("Opportunities", RENEWAL) => &[("rating", 1), ("totalAmountMonths", 36), ("leadSource", 29_682_724)],
        _ => &[],
    }
}
