//! Reasons: in words, what two rows have in common and what speaks against it.

use autotask_likeness::{ALIKE, Columns, Rows, domain_in, email_in, write_words};

use super::name::name_key;
use super::rules::{Compare, Key, Rules};
use crate::text::{fold, fold_char};

/// Longest value that is quoted, in characters.
const QUOTED_MAX: usize = 60;

/// Why two rows are taken for one; what speaks for it first.
pub(super) fn reasons(columns: &Columns, rows: &Rows<'_>, rules: &Rules, one: usize, other: usize) -> Vec<String> {
    let (mut agree, mut differ) = (Vec::new(), Vec::new());
    for (at, key) in rules.keys.iter().enumerate() {
        if !columns.are_known(at, one, other) || key.weight == 0.0 {
            continue;
        }
        let text = |row: usize| rows.values[at][row].as_deref().unwrap_or_default().trim();
        let (a, b) = (text(one), text(other));
        let noun = noun(key);
        match columns.alike(at, one, other) {
            ALIKE => agree.push(same(key, &noun, a, b)),
            700.. => agree.push(format!("similar {noun} ({} / {})", quoted(a), quoted(b))),
            _ if key.against > 0.0 => differ.push(format!("but another {noun} ({} / {})", quoted(a), quoted(b))),
            _ => {}
        }
    }
    agree.extend(differ);
    agree
}

fn same(key: &Key, noun: &str, a: &str, b: &str) -> String {
    match key.compare {
        Compare::Name | Compare::Person => same_name(key, noun, a, b),
        Compare::Domain => format!("same {noun} {}", domain_in(a).unwrap_or(a).to_ascii_lowercase()),
        Compare::Email => format!("same {noun} {}", email_in(a).unwrap_or(a).to_ascii_lowercase()),
        Compare::Date => format!("same {noun} {}", a.get(..10).unwrap_or(a)),
        _ if a == b => format!("same {noun} {}", quoted(a)),
        _ => format!("same {noun} ({} / {})", quoted(a), quoted(b)),
    }
}

fn same_name(key: &Key, noun: &str, a: &str, b: &str) -> String {
    let (shown_a, shown_b) = (quoted(a), quoted(b));
    if a == b {
        return format!("same {noun} {shown_a}");
    }
    let words = |text: &str| {
        let mut words = String::new();
        write_words(text, fold_char, &mut words);
        words
    };
    let but = if fold(a) == fold(b) {
        "letter case"
    } else if words(a) == words(b) {
        "accents and punctuation"
    } else if key.compare == Compare::Name && name_key(a) == name_key(b) {
        "the legal form"
    } else {
        "spaces"
    };
    format!("same {noun} but for {but} ({shown_a} / {shown_b})")
}

/// What people call the field: `phone number`, `web domain`, `tax id`.
fn noun(key: &Key) -> String {
    let field = key.members().next().map_or("", |(name, _)| name);
    let has = |word: &str| fold(field).contains(word);
    match key.compare {
        Compare::Person => "name".to_owned(),
        Compare::Name if has("name") => "name".to_owned(),
        Compare::Domain => "web domain".to_owned(),
        Compare::Email => "e-mail address".to_owned(),
        Compare::Digits if has("mobile") => "mobile number".to_owned(),
        Compare::Digits if has("fax") => "fax number".to_owned(),
        Compare::Digits if has("phone") => "phone number".to_owned(),
        _ if has("address") => "address".to_owned(),
        _ => spaced(field),
    }
}

/// `postalCode` as `postal code`, `companyID` as `company`.
fn spaced(field: &str) -> String {
    let stem = field.strip_suffix("ID").filter(|stem| !stem.is_empty() && *stem != "tax").unwrap_or(field);
    let mut words = String::new();
    let mut was_small = false;
    for c in stem.chars() {
        if c.is_uppercase() && was_small {
            words.push(' ');
        }
        was_small = c.is_lowercase();
        words.push(fold_char(c));
    }
    words
}

/// A value as it is shown: on one line, cut where it is long.
fn quoted(text: &str) -> String {
    let line: String = text.replace('\n', " ");
    match line.char_indices().nth(QUOTED_MAX) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
