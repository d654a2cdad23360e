//! Words of a text as they are compared: folded, without accents and punctuation.

use crate::legal_form::cut_legal_forms;

/// Replaces what `out` holds by the words of a text: folded, without accents and punctuation, one space between them.
/// `fold` makes small letters of those that are not ASCII.
pub fn write_words(text: &str, fold: fn(char) -> char, out: &mut String) {
    out.clear();
    out.reserve(text.len());
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
            c => write_letter(fold(c), out),
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

/// Replaces what `out` holds by the words of a company's name that identify it: without legal forms.
pub fn write_name_key(name: &str, fold: fn(char) -> char, out: &mut String) {
    write_words(name, fold, out);
    let (start, end) = cut_legal_forms(out);
    out.truncate(end);
    out.drain(..start);
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
