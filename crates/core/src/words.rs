//! Words: a field's name in camel case as words, and as the label that people read.
//!
//! The code generator reads this file, too: a label that follows from its name is not written down.

/// `ownerResourceID` → `owner_resource_id`.
pub(crate) fn snake(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut out = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let starts_word = byte.is_ascii_uppercase()
            && at > 0
            && (!bytes[at - 1].is_ascii_uppercase() || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase));
        if starts_word {
            out.push('_');
        }
        out.push(char::from(byte.to_ascii_lowercase()));
    }
    out
}

/// `billToCompanyLocationID` → `Bill to company location`. Names of Autotask's fields are ASCII.
pub(crate) fn label(name: &str) -> String {
    let mut label = String::new();
    for c in snake(name).chars() {
        if c.is_ascii_digit() && !label.ends_with(|last: char| last.is_ascii_digit()) {
            label.push(' ');
        }
        label.push(if c == '_' { ' ' } else { c });
    }
    if name != "id" && (label.ends_with(" id") || label.ends_with(" ids")) {
        label.truncate(label.rfind(' ').unwrap_or(label.len()));
    }
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label
}

#[cfg(test)]
mod tests {
    use super::{label, snake};

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(snake("ownerResourceID"), "owner_resource_id");
        assert_eq!(snake("rmmDeviceUrl"), "rmm_device_url");
        assert_eq!(snake("CompanyToDos"), "company_to_dos");
        assert_eq!(label("billToCompanyLocationID"), "Bill to company location");
        assert_eq!(label("billingAddress1"), "Billing address 1");
        assert_eq!((label("id"), label("")), ("Id".to_owned(), String::new()));
    }
}
