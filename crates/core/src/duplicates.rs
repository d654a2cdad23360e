//! Duplicates: whether two names mean one company. For now by name alone; scores and further keys come on top.

use crate::text::fold;

/// Legal forms, folded, without punctuation. A name that ends with one means the same company without it.
const LEGAL_FORMS: [&str; 47] = [
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "eg",
    "egen",
    "ek",
    "eurl",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "pllc",
    "pty",
    "sa",
    "sas",
    "sarl",
    "se",
    "sl",
    "slu",
    "spa",
    "sro",
    "srl",
    "ug",
    "ulc",
    "zrt",
    "aps",
    "doo",
    "kk",
];

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
    let mut plain = String::with_capacity(name.len());
    for c in fold(name).chars() {
        match c {
            '&' => plain.push_str(" and "),
            // `S.A.` and `O'Brien` are one word each.
            '.' | '\'' | '’' | '`' => {}
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            c if c.is_alphanumeric() => plain.push(without_accent(c)),
            _ => plain.push(' '),
        }
    }
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|w| LEGAL_FORMS.contains(w) || *w == "and") {
        words.pop();
    }
    if words.len() > 1 && words[0] == "the" {
        words.remove(0);
    }
    words.join(" ")
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
        .filter(|w| w.is_ascii() && !w.is_empty() && !LEGAL_FORMS.contains(w))
        .collect();
    crate::order::sort_by_key(&mut words, |w| std::cmp::Reverse(w.len()));
    words.first().map(|w| (*w).to_owned())
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
