//! More lists: the instance's own picklists of the entities that reports are made from.

/// Values and labels of a field's list.
type List = &'static [(i64, &'static str)];

const SERVICE_LEVELS: List = &[(29_682_701, "Standard"), (29_682_702, "Premium"), (29_682_703, "Servers, 24/7")];
const CREATOR_TYPES: List = &[(1, "Resource"), (2, "Contact")];
const SOURCES: List =
    &[(-1, "Other"), (2, "Insourced"), (4, "Phone"), (6, "E-mail"), (8, "Monitoring Alert"), (11, "Client Portal")];
const CONTRACT_CATEGORIES: List =
    &[(29_682_711, "Managed Services"), (29_682_712, "Projects"), (29_682_713, "Break-fix")];
const PAYMENT_TYPES: List = &[(29_682_715, "Check"), (29_682_716, "Bank Transfer"), (29_682_717, "Credit Card")];
/// The ids of `Departments`.
const DEPARTMENTS: List =
    &[(29_682_801, "Service"), (29_682_802, "Projects"), (29_682_803, "Sales"), (29_682_804, "Administration")];
const LEAD_SOURCES: List =
    &[(29_682_721, "Referral"), (29_682_722, "Website"), (29_682_723, "Trade Show"), (29_682_724, "Existing Customer")];
const RATINGS: List = &[(1, "Hot"), (2, "Warm"), (3, "Cold")];
const LOSS_REASONS: List = &[(29_682_731, "Price"), (29_682_732, "Timing"), (29_682_733, "Competitor")];
const WIN_REASONS: List = &[(29_682_736, "Quality"), (29_682_737, "Price")];
const ORDER_STATUSES: List = &[(1, "Open"), (2, "In Progress"), (3, "Fulfilled"), (4, "Canceled")];
/// The ids of `OpportunityCategories`.
const OPPORTUNITY_CATEGORIES: List = &[(29_682_801, "Standard"), (29_682_802, "Renewal")];
/// The ids of `PaymentTerms`.
const PAYMENT_TERMS: List = &[
    (29_682_801, "Due on receipt"),
    (29_682_802, "Net 10"),
    (29_682_803, "Net 15"),
    (29_682_804, "Net 30"),
    (29_682_805, "Net 60"),
];
/// The ids of `ConfigurationItemTypes`.
pub(super) const ITEM_TYPES: List =
    &[(29_682_801, "Workstation"), (29_682_802, "Server"), (29_682_803, "Network Device"), (29_682_804, "Peripheral")];
const PRODUCT_CATEGORIES: List =
    &[(29_682_741, "Workstations"), (29_682_742, "Servers"), (29_682_743, "Networking"), (29_682_744, "Peripherals")];
const BILLING_SUB_TYPES: List = &[(1, "Labor"), (3, "Charge"), (6, "Service"), (7, "Service Bundle"), (8, "Milestone")];
const SYMBOLS: List = &[(1, "Currency Code"), (2, "Currency Symbol")];
const DEFAULTS: List = &[(1, "Default")];
const RETAINER_STATUSES: List = &[(0, "Inactive"), (1, "Active")];

/// The list of a field, where core's facts have none or too few.
///
/// Decision: none of these numbers is recorded but those of `source` that core's facts have as well.
pub(super) fn of(entity: &str, field: &str) -> Option<List> {
    Some(match (entity, field) {
        (_, "serviceLevelAgreementID") => SERVICE_LEVELS,
        ("Tickets" | "Tasks" | "ConfigurationItems", "creatorType" | "lastActivityPersonType" | "completedByType") => {
            CREATOR_TYPES
        }
        ("Tickets", "source") => SOURCES,
        ("Projects", "department") | ("Tasks", "departmentID") => DEPARTMENTS,
        ("Opportunities", "leadSource") => LEAD_SOURCES,
        ("Opportunities", "rating") => RATINGS,
        ("Opportunities", "lossReason") => LOSS_REASONS,
        ("Opportunities", "winReason") => WIN_REASONS,
        ("Opportunities", "opportunityCategoryID") => OPPORTUNITY_CATEGORIES,
        ("SalesOrders", "status") => ORDER_STATUSES,
        ("Quotes" | "Invoices", "paymentTerm") => PAYMENT_TERMS,
        ("ConfigurationItems", "configurationItemType") => ITEM_TYPES,
        ("Products", "productCategory") => PRODUCT_CATEGORIES,
        ("BillingItems", "subType") => BILLING_SUB_TYPES,
        ("Currencies", "displaySymbol") => SYMBOLS,
        (
            "InvoiceTemplates",
            "dateFormat"
            | "groupBy"
            | "itemizeItemsInEachGroup"
            | "numberFormat"
            | "pageLayout"
            | "pageNumberFormat"
            | "sortBy"
            | "timeFormat",
        ) => DEFAULTS,
        ("Contracts", "contractCategory") => CONTRACT_CATEGORIES,
        ("ContractBlocks", "paymentType") | ("ContractRetainers", "paymentID") => PAYMENT_TYPES,
        ("ContractRetainers", "status") => RETAINER_STATUSES,
        _ => return None,
    })
}
