//! Names of companies: what of a name identifies the company, however it is written.

use super::legal_form::{cut_legal_forms, is_legal_form};
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
    write_words(name, &mut key);
    let (start, end) = cut_legal_forms(&key);
    key.truncate(end);
    key.drain(..start);
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

/// Replaces what `out` holds by the words of a text: folded, without accents and punctuation, one space between them.
pub(super) fn write_words(text: &str, out: &mut String) {
    out.clear();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
            continue;
        }
        match c {
            '&' => {
                space(out);
                out.push_str("and ");
            }
            // `S.A.` and `O'Brien` are one word each.
            '.' | '\'' | '’' | '`' => {}
            c if c.is_ascii() => space(out),
            c => write_letter(fold_char(c), out),
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

fn write_letter(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        // An accent that stands behind its letter, as macOS writes them.
        '\u{300}'..='\u{36f}' => {}
        c if c.is_alphanumeric() => out.push(without_accent(c)),
        _ => space(out),
    }
}

/// Ends a word, unless none has begun.
fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The letter without its accent, for the Latin letters that have one.
fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
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
