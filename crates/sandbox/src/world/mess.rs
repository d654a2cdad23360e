//! Mess: what real books have beside planted mistakes: names that shout, phones in ten formats, websites long dead.

use super::dice::Dice;
use crate::store::rows::Row;

/// The streams begin here.
const STREAMS: u64 = 5 << 41;

/// Makes a company's row as untidy as a few are. Only how it is written changes: letter case and punctuation.
pub(super) fn company(seed: u64, number: u32, row: &mut Row<'_>) {
    let mut dice = Dice::new(seed, STREAMS + u64::from(number));
    if dice.percent(4) {
        let shouted = row.text("companyName").map(str::to_uppercase);
        row.set_cut("companyName", shouted.as_deref());
    }
    if dice.percent(12) {
        let written = row.text("phone").and_then(|phone| reformatted(phone, dice.below(10)));
        if let Some(written) = written {
            row.set_cut("phone", Some(&written));
        }
    }
    if dice.percent(4) {
        let dead = row.text("webAddress").map(|address| {
            let domain = address.rsplit('/').next().unwrap_or(address).trim_start_matches("www.");
            let name = domain.split('.').next().unwrap_or(domain);
            match dice.below(3) {
                0 => format!("http://{name}.homepage.invalid/index.htm"),
                1 => format!("http://www.{name}-old.invalid"),
                _ => "under construction".to_owned(),
            }
        });
        row.set_cut("webAddress", dead.as_deref());
    }
}

/// A North American number in one of ten formats; others are left as they are.
fn reformatted(phone: &str, format: u32) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&digits);
    if digits.len() != 10 || phone.starts_with('0') {
        return None;
    }
    let (area, exchange, line) = (&digits[..3], &digits[3..6], &digits[6..]);
    Some(match format {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("{area}-{exchange}-{line}"),
        2 => format!("{area}.{exchange}.{line}"),
        3 => format!("{area} {exchange} {line}"),
        4 => digits.to_owned(),
        5 => format!("+1 {area} {exchange} {line}"),
        6 => format!("+1{digits}"),
        7 => format!("1-{area}-{exchange}-{line}"),
        8 => format!("({area}){exchange}-{line}"),
        _ => format!("{area}/{exchange}-{line}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_ten_ways_and_stays_the_same() {
        let written: std::collections::HashSet<String> =
            (0..10).filter_map(|format| reformatted("(518) 555-0100", format)).collect();
        assert_eq!(written.len(), 10);
        assert!(written.iter().all(|one| one.len() <= 25));
        assert_eq!(reformatted("+1 518 555 0100", 4).as_deref(), Some("5185550100"));
        assert_eq!(reformatted("031 024 87 94", 4), None);
        assert_eq!(reformatted("+44 1245 496 2705", 4), None);
    }
}
