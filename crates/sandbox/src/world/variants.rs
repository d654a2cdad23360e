//! Variants: the ways in which the same company or person is entered a second time.

use super::dice::Dice;
use super::names::{Name, plain};

/// A name written another way, and how: by legal form, punctuation, spacing, case or accents.
pub(super) fn company(dice: &mut Dice, name: &Name, number: u32) -> (String, &'static str) {
    let full = name.full();
    let variant = match number % 6 {
        0 => (other_form(name), "legal form"),
        1 => (full.replace([',', '.'], ""), "punctuation"),
        2 => (spaced(&full), "spacing"),
        3 => (full.to_uppercase(), "letter case"),
        4 => (without_accents(&full), "accents"),
        _ => (if full.contains('&') { full.replace('&', "and") } else { name.core.clone() }, "wording"),
    };
    if variant.0 != full {
        return variant;
    }
    // Nothing to change there: a slip of the hand instead.
    if dice.percent(50) { (format!("The {full}"), "wording") } else { (transposed(&full), "typing error") }
}

/// A person's name written another way.
pub(super) fn person(first: &str, last: &str, number: u32) -> (String, String, &'static str) {
    let short = match first {
        "Michael" => "Mike",
        "Robert" => "Bob",
        "Daniel" => "Dan",
        "Abigail" => "Abby",
        "Stephanie" => "Steph",
        "Christoph" => "Chris",
        "Anthony" => "Tony",
        "Patrick" => "Pat",
        "Victor" => "Vic",
        "Andreas" => "Andi",
        _ => "",
    };
    match number % 4 {
        0 if !short.is_empty() => (short.to_owned(), last.to_owned(), "short name"),
        1 if without_accents(last) != last => (first.to_owned(), without_accents(last), "accents"),
        2 => (first.to_uppercase(), last.to_uppercase(), "letter case"),
        3 => (format!("{}.", first.chars().next().unwrap_or('?')), last.to_owned(), "initial"),
        _ => (first.to_owned(), format!("{last} "), "spacing"),
    }
}

/// A phone number with other punctuation.
pub(super) fn phone(text: &str, number: u32) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if text.starts_with(['+', '0']) || digits.len() != 10 {
        return text.replace([' ', '-', '(', ')', '/', '.'], "");
    }
    match number % 3 {
        0 => digits,
        1 => format!("+1-{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]),
        _ => format!("{}.{}.{}", &digits[..3], &digits[3..6], &digits[6..]),
    }
}

fn other_form(name: &Name) -> String {
    const PAIRS: [(&str, &str); 12] = [
        (", Inc.", " Incorporated"),
        (" Inc.", " Inc"),
        (" Inc", ", Inc."),
        (", LLC", " LLC"),
        (" LLC", " L.L.C."),
        (" Corp.", " Corporation"),
        (" Limited", " Ltd"),
        (" Ltd.", " Limited"),
        (" Ltd", " Limited"),
        (" Pty Ltd", " Proprietary Limited"),
        (" GmbH", " Gesellschaft mbH"),
        (" B.V.", " BV"),
    ];
    let form = PAIRS.iter().find(|(from, _)| *from == name.form).map_or("", |(_, to)| *to);
    format!("{}{form}", name.core)
}

fn spaced(full: &str) -> String {
    match full.split_once(' ') {
        Some((first, rest)) => format!("{first}  {rest} "),
        None => format!("{full} "),
    }
}

/// The text with its accents written out.
pub(super) fn without_accents(text: &str) -> String {
    text.chars()
        .map(|c| {
            let folded = autotask_core::text::fold_char(c);
            match plain(folded) {
                "" => c.to_string(),
                plain if folded == c => plain.to_owned(),
                plain => plain.to_uppercase(),
            }
        })
        .collect()
}

fn transposed(full: &str) -> String {
    let mut chars: Vec<char> = full.chars().collect();
    if let Some(at) = (2..chars.len().saturating_sub(1))
        .find(|at| chars[*at].is_alphabetic() && chars[*at + 1].is_alphabetic() && chars[*at] != chars[*at + 1])
    {
        chars.swap(at, at + 1);
    }
    chars.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_differs_from_its_original() {
        for (core, form) in
            [("Keller Dental", " GmbH"), ("Müller & Roth Spedition", " AG"), ("Apex Legal", ", Inc."), ("Summit", "")]
        {
            for number in 0..12 {
                let name = Name { core: core.to_owned(), form: form.to_owned(), segment: 0 };
                let (variant, how) = company(&mut Dice::new(1, u64::from(number)), &name, number);
                assert_ne!(variant, name.full(), "{how}");
            }
        }
        assert_eq!(without_accents("Jürgen Øst"), "Juergen Ost");
        assert_eq!(phone("(518) 555-0100", 0), "5185550100");
        assert_eq!(phone("(518) 555-0100", 1), "+1-518-555-0100");
    }
}
