//! Names of companies: what of a name identifies the company, however it is written.

use autotask_likeness::{is_legal_form, write_name_key};

use crate::text::{fold, fold_char};

/// The words of a name that identify the company: folded, accents and punctuation gone, legal forms cut from the
/// end, `and` for `&`.
///
/// ```
/// use autotask_core::duplicates::name_key;
/// assert_eq!(name_key("Acme, Inc."), name_key("ACME"));
/// assert_eq!(name_key("Bäckerei Rosenthal & Co. KG"), "backerei rosenthal");
/// ```
#[must_use]
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    write_name_key(name, fold_char, &mut key);
    key
}

/// Whether two names mean one company.
#[must_use]
pub fn is_same_name(a: &str, b: &str) -> bool {
    let key = name_key(a);
    !key.is_empty() && key == name_key(b)
}

/// The longest word of the name that every likely spelling contains: what to ask the server for. `None` when the
/// name has no word of plain ASCII letters or digits.
#[must_use]
pub fn search_word(name: &str) -> Option<String> {
    let folded = fold(name);
    let mut words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.is_ascii() && !w.is_empty() && !is_legal_form(w))
        .collect();
    crate::order::sort_by_key(&mut words, |w| std::cmp::Reverse(w.len()));
    words.first().map(|w| (*w).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        for (a, b) in [
            ("Acme, Inc.", "ACME"),
            ("Acme Inc", "Acme Incorporated"),
            ("Müller & Söhne GmbH & Co. KG", "MULLER AND SOHNE"),
            ("O'Brien & Daughters Ltd", "O’Brien and Daughters Limited"),
            ("The Springfield Clinic LLC", "Springfield  Clinic"),
            ("Lac Léman Fiduciaire Sàrl", "Lac Leman Fiduciaire"),
            ("Alpha S.A.", "Alpha SA"),
            ("Żółta Łódź Żegluga Sp. z o.o.", "Zolta Lodz Zegluga"),
            ("Keller Gesellschaft mbH", "Keller GmbH"),
            ("Opal Proprietary Limited", "Opal Pty Ltd"),
            ("株式会社さくら工業", "さくら工業"),
            ("東京データサービス株式会社", "東京データサービス"),
            ("Mu\u{308}ller", "Müller"),
            ("ООО Восток", "восток"),
        ] {
            assert!(is_same_name(a, b), "{a} / {b}");
        }
        for (a, b) in [("Acme East", "Acme West"), ("Inc.", "Ltd."), ("", ""), ("北浜システム", "南浜システム")]
        {
            assert!(!is_same_name(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn the_word_to_search_for_survives_other_spellings() {
        assert_eq!(search_word("Bäckerei Rosenthal & Co. KG").as_deref(), Some("rosenthal"));
        assert_eq!(search_word("O'Brien Ltd").as_deref(), Some("brien"));
        assert_eq!(search_word("Ünï"), None);
    }
}
