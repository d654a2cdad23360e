//! Groups: the fields of a company below a few headings, so that what belongs together stands together. Pure.

use autotask_core::{EntityInfo, FieldInfo, Record, order::sort_by_key};

/// A heading of the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// How it is sorted: classification, territory, category.
    Classification,
    /// Where it is and further numbers.
    Address,
    /// Taxes.
    Tax,
    /// Invoices and quotes.
    Billing,
    /// Everything else, and when the record was made.
    Record,
}

impl Group {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Classification, Self::Address, Self::Tax, Self::Billing, Self::Record];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Classification => "Classification",
            Self::Address => "Address and numbers",
            Self::Tax => "Tax",
            Self::Billing => "Billing",
            Self::Record => "Record",
        }
    }

    /// The group of a field. New fields of Autotask's find their place by their first word.
    pub fn of(field: &str) -> Self {
        const STARTS: [(&str, Group); 20] = [
            ("classification", Group::Classification),
            ("companycategory", Group::Classification),
            ("competitor", Group::Classification),
            ("marketsegment", Group::Classification),
            ("territory", Group::Classification),
            ("sic", Group::Classification),
            ("stock", Group::Classification),
            ("assetvalue", Group::Classification),
            ("additionaladdress", Group::Address),
            ("alternatephone", Group::Address),
            ("fax", Group::Address),
            ("tax", Group::Tax),
            ("istaxexempt", Group::Tax),
            ("billto", Group::Billing),
            ("billing", Group::Billing),
            ("invoice", Group::Billing),
            ("quote", Group::Billing),
            ("purchaseorder", Group::Billing),
            ("currency", Group::Billing),
            ("paymentterm", Group::Billing),
        ];
        let field = field.to_ascii_lowercase();
        STARTS.iter().find(|(start, _)| field.starts_with(start)).map_or(Group::Record, |(_, group)| *group)
    }
}

/// What the head, the facts and the hierarchy show already.
const SHOWN_ABOVE: [&str; 9] = [
    "id",
    "companyName",
    "companyNumber",
    "companyType",
    "isActive",
    "lastActivityDate",
    "ownerResourceID",
    "parentCompanyID",
    "phone",
];

/// What is edited first: of what stands above, all that can be written.
pub const BASICS: [&str; 8] = [
    "companyName",
    "companyNumber",
    "companyType",
    "isActive",
    "ownerResourceID",
    "phone",
    "webAddress",
    "parentCompanyID",
];

/// The fields that make one postal address.
#[derive(Clone, Copy, Debug)]
pub struct AddressFields {
    /// What the address is called.
    pub title: &'static str,
    lines: [&'static str; 4],
    code: &'static str,
    city: &'static str,
    state: &'static str,
    /// The country's id.
    pub country: &'static str,
}

/// Where the company is.
pub const ADDRESS: AddressFields = AddressFields {
    title: "Address",
    lines: ["", "address1", "address2", "additionalAddressInformation"],
    code: "postalCode",
    city: "city",
    state: "state",
    country: "countryID",
};

/// Where its invoices go.
pub const BILLING_ADDRESS: AddressFields = AddressFields {
    title: "Bill to",
    lines: ["billToAttention", "billingAddress1", "billingAddress2", "billToAdditionalAddressInformation"],
    code: "billToZipCode",
    city: "billToCity",
    state: "billToState",
    country: "billToCountryID",
};

impl AddressFields {
    /// The fields, in the order in which they are typed.
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        self.lines.into_iter().filter(|name| !name.is_empty()).chain([self.code, self.city, self.state, self.country])
    }
}

/// The further fields of a company, by group, in the order of the metadata.
pub fn further_fields(info: &EntityInfo) -> Vec<(Group, &FieldInfo)> {
    let is_elsewhere = |field: &FieldInfo| {
        let shown = SHOWN_ABOVE.into_iter().chain(ADDRESS.all()).chain(BILLING_ADDRESS.all());
        shown.chain(["webAddress"]).any(|shown| field.is_named(shown))
    };
    let mut fields: Vec<(Group, &FieldInfo)> =
        info.fields.iter().filter(|field| !is_elsewhere(field)).map(|field| (Group::of(&field.name), field)).collect();
    sort_by_key(&mut fields, |(group, _)| *group as usize);
    fields
}

/// The lines of a postal address, without the country. A state is written as in its countries, after the city.
pub fn address_lines(row: &Record, fields: AddressFields) -> Vec<String> {
    let text = |name: &str| row.text(name).map(str::trim).filter(|text| !text.is_empty()).unwrap_or_default();
    let (city, state, code) = (text(fields.city), text(fields.state), text(fields.code));
    let place = if state.is_empty() {
        [code, city].join(" ")
    } else if city.is_empty() {
        [state, code].join(" ")
    } else {
        [city, ", ", state, " ", code].concat()
    };
    fields
        .lines
        .map(text)
        .into_iter()
        .chain([place.trim()])
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ADDRESS, BASICS, Group, address_lines, further_fields};
    use autotask_core::{Record, entity};

    #[test]
    fn every_field_has_its_place() {
        let info = entity("Companies").expect("Companies are among the facts");
        let fields = further_fields(info);
        let group = |name: &str| fields.iter().find(|(_, field)| field.is_named(name)).map(|(group, _)| *group);
        assert_eq!(group("territoryID"), Some(Group::Classification));
        assert_eq!(group("invoiceMethod"), Some(Group::Billing));
        assert_eq!(group("isTaxExempt"), Some(Group::Tax));
        assert_eq!(group("createDate"), Some(Group::Record));
        assert_eq!(group("companyName"), None);
        assert_eq!(fields.len(), info.fields.len() - 25);
        for name in BASICS {
            assert!(info.field(name).is_some_and(|field| !field.is_read_only), "{name}");
        }
        assert!(fields.is_sorted_by_key(|(group, _)| *group as usize));
    }

    #[test]
    fn an_address_reads_as_in_its_country() {
        let row =
            Record::new().with("address1", "Hammerfeldweg 18").with("city", "Schladming").with("postalCode", "8970");
        assert_eq!(address_lines(&row, ADDRESS), ["Hammerfeldweg 18", "8970 Schladming"]);
        let row = Record::new().with("city", "Springfield").with("state", "IL").with("postalCode", "62701");
        assert_eq!(address_lines(&row, ADDRESS), ["Springfield, IL 62701"]);
        assert!(address_lines(&Record::new().with("city", " "), ADDRESS).is_empty());
    }
}
