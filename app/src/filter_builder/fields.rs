//! The fields a rule can be about, as the choices of its picker: the usual ones first.

use autotask_core::{DataType, EntityInfo, FieldInfo, order::sort_by_key, write::path_of};

use crate::components::{choice::Choice, icon::Icon};

/// What people look for most, in this order.
const FREQUENT: [&str; 12] = [
    "companyName",
    "companyType",
    "isActive",
    "ownerResourceID",
    "classification",
    "city",
    "state",
    "phone",
    "parentCompanyID",
    "lastActivityDate",
    "createDate",
    "companyNumber",
];

const ADDRESS: [&str; 8] =
    ["address1", "address2", "additionalAddressInformation", "city", "state", "postalCode", "countryID", "zipCode"];

/// The fields that can be filtered by, in groups.
pub fn choices(info: &EntityInfo) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut own: Vec<&FieldInfo> = info.fields.iter().filter(|f| f.is_queryable).collect();
    sort_by_key(&mut own, |f| autotask_core::text::fold(&f.label));
    let frequent: Vec<&FieldInfo> =
        FREQUENT.iter().filter_map(|name| info.field(name)).filter(|f| f.is_queryable).collect();
    let rest = own.into_iter().filter(|f| !FREQUENT.contains(&&*f.name));
    let (address, rest): (Vec<_>, Vec<_>) = rest.partition(|f| ADDRESS.contains(&&*f.name));
    for (group, fields) in [("Frequent", frequent), ("Address", address), ("More", rest)] {
        choices.extend(fields.into_iter().map(|f| choice(f, group)));
    }
    choices.extend(info.user_defined_fields.iter().filter(|f| f.is_queryable).map(|f| choice(f, "User-defined")));
    choices
}

fn choice(field: &FieldInfo, group: &str) -> Choice {
    // The API's name is worth a look where it is not just the label without its spaces.
    let is_same = field.label.split(' ').collect::<String>().eq_ignore_ascii_case(&field.name);
    let detail = if is_same { "" } else { &*field.name };
    Choice::new(path_of(&field.name, field.is_udf), &*field.label).with_detail(detail).with_group(group)
}

/// The icon of what a field holds.
pub fn icon(field: &FieldInfo) -> Icon {
    match field.data_type {
        _ if field.is_picklist => Icon::Tag,
        _ if field.reference.as_deref() == Some("Resources") => Icon::User,
        _ if field.reference.as_deref() == Some("Companies") => Icon::Company,
        _ if field.reference.as_deref() == Some("Countries") => Icon::Globe,
        _ if field.reference.is_some() => Icon::Tag,
        DataType::Boolean => Icon::Toggle,
        _ if field.is_flag => Icon::Toggle,
        DataType::DateTime => Icon::Calendar,
        _ => Icon::Text,
    }
}
