//! Fields: which members of an entity's rows are searched, as what, and how much each counts.

use autotask_search::{FIELDS_MAX, Kind, SearchField, WEIGHT_MAX};

use crate::entity::EntityInfo;
use crate::title::title_fields;

/// A searched text of a row: one member, or several that people write as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchedText {
    /// The members whose texts are joined by a space: `firstName`, `lastName`.
    pub members: Vec<&'static str>,
    /// What it holds, and how much it counts.
    pub field: SearchField,
}

/// Members beside the title, by descending weight, for every entity that has them.
const MEMBERS: [(&str, Kind, u8); 33] = [
    ("title", Kind::Name, 19),
    ("name", Kind::Name, 19),
    ("companyNumber", Kind::Number, 18),
    ("ticketNumber", Kind::Number, 18),
    ("taskNumber", Kind::Number, 18),
    ("projectNumber", Kind::Number, 18),
    ("contractNumber", Kind::Number, 18),
    ("invoiceNumber", Kind::Number, 18),
    ("quoteNumber", Kind::Number, 18),
    ("serialNumber", Kind::Number, 18),
    ("referenceNumber", Kind::Number, 17),
    ("referenceTitle", Kind::Name, 17),
    ("purchaseOrderNumber", Kind::Number, 17),
    ("vendorProductNumber", Kind::Number, 17),
    ("sku", Kind::Number, 17),
    ("emailAddress", Kind::Email, 16),
    ("email", Kind::Email, 16),
    ("phone", Kind::Phone, 14),
    ("mobilePhone", Kind::Phone, 14),
    ("officePhone", Kind::Phone, 14),
    ("homePhone", Kind::Phone, 14),
    ("emailAddress2", Kind::Email, 13),
    ("emailAddress3", Kind::Email, 13),
    ("email2", Kind::Email, 13),
    ("email3", Kind::Email, 13),
    ("alternatePhone", Kind::Phone, 12),
    ("alternatePhone1", Kind::Phone, 12),
    ("alternatePhone2", Kind::Phone, 12),
    ("webAddress", Kind::Web, 12),
    ("userName", Kind::Name, 11),
    ("fax", Kind::Phone, 10),
    ("faxNumber", Kind::Phone, 10),
    ("city", Kind::City, 8),
];

/// What is searched in rows of this entity, the title first; nothing where rows have none of these members.
///
/// ```
/// use autotask_core::entity;
/// use autotask_core::search::searched_texts;
/// let texts = searched_texts(entity("Contacts").unwrap());
/// assert_eq!(texts[0].members, ["firstName", "lastName"]);
/// assert!(texts.iter().any(|text| text.members == ["emailAddress"]));
/// ```
#[must_use]
pub fn searched_texts(info: &EntityInfo) -> Vec<SearchedText> {
    let title = title_fields(info);
    // Of a person it is what they do, which many do.
    let is_person = title.len() > 1;
    let name = SearchField { kind: Kind::Name, weight: WEIGHT_MAX };
    let others = MEMBERS
        .into_iter()
        .filter(|(member, ..)| info.field(member).is_some() && !title.contains(member))
        .filter(|(member, ..)| !(is_person && *member == "title"))
        .map(|(member, kind, weight)| SearchedText { members: vec![member], field: SearchField { kind, weight } });
    let first = (!title.is_empty()).then_some(SearchedText { members: title.clone(), field: name });
    first.into_iter().chain(others).take(FIELDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entity, entity_names};

    fn members(name: &str) -> Vec<&'static str> {
        searched_texts(entity(name).expect("known")).into_iter().flat_map(|text| text.members).collect()
    }

    #[test]
    fn what_people_search_for_is_searched() {
        assert_eq!(
            members("Companies"),
            [
                "companyName",
                "companyNumber",
                "phone",
                "alternatePhone1",
                "alternatePhone2",
                "webAddress",
                "fax",
                "city"
            ]
        );
        assert_eq!(
            members("Contacts"),
            [
                "firstName",
                "lastName",
                "emailAddress",
                "phone",
                "mobilePhone",
                "emailAddress2",
                "emailAddress3",
                "alternatePhone",
                "faxNumber",
                "city"
            ]
        );
        assert_eq!(members("CompanyLocations")[0], "name");
        assert_eq!(members("Opportunities"), ["title"]);
        assert_eq!(members("Tickets"), ["ticketNumber", "title", "purchaseOrderNumber"]);
    }

    #[test]
    fn weights_descend_and_fit() {
        assert!(MEMBERS.windows(2).all(|pair| pair[0].2 >= pair[1].2));
        for name in entity_names() {
            assert!(searched_texts(entity(name).expect("known")).len() <= FIELDS_MAX, "{name}");
        }
    }
}
