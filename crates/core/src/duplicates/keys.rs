//! Keys: what of a value counts when two of its kind are compared, as a number. Equal numbers mean equal values.

use super::name::write_words;
use crate::instant::Instant;

/// Fewest digits of a phone number or tax number; less identifies nobody.
const DIGITS_MIN: usize = 7;
/// How many digits count, from the end: whether `+1`, `0` or nothing stands before an area code must not matter.
const DIGITS_COUNTED: u64 = 1_000_000_000;

/// Mail domains that anybody can have an address at, and sites where anybody can have a page.
const PUBLIC_DOMAINS: [&str; 44] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.de",
    "hotmail.com",
    "hotmail.co.uk",
    "hotmail.fr",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.de",
    "yahoo.fr",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "gmx.net",
    "gmx.de",
    "gmx.com",
    "gmx.at",
    "gmx.ch",
    "web.de",
    "t-online.de",
    "freenet.de",
    "mail.com",
    "mail.ru",
    "yandex.ru",
    "qq.com",
    "163.com",
    "proton.me",
    "protonmail.com",
    "zoho.com",
    "comcast.net",
    "verizon.net",
    "att.net",
    "sbcglobal.net",
    "btinternet.com",
    "orange.fr",
    "wanadoo.fr",
    "bluewin.ch",
    "facebook.com",
    "linkedin.com",
];

/// Their hashes, ascending.
static PUBLIC: [u64; PUBLIC_DOMAINS.len()] = {
    let mut all = [0; PUBLIC_DOMAINS.len()];
    let mut at = 0;
    while at < all.len() {
        let number = hash_of(PUBLIC_DOMAINS[at].as_bytes());
        let mut place = at;
        while place > 0 && all[place - 1] > number {
            all[place] = all[place - 1];
            place -= 1;
        }
        all[place] = number;
        at += 1;
    }
    all
};

/// FNV-1a over bytes whose ASCII letters are taken as small ones; never 0.
const fn hash_of(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at].to_ascii_lowercase() as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    if hash == 0 { 1 } else { hash }
}

/// The text as it is written, without spaces around it.
pub(super) fn exact(text: &str) -> Option<u64> {
    let text = text.trim();
    let mut hash = hash_of(text.as_bytes());
    // Letter case counts here: which letters are capitals goes in as well.
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_uppercase() {
            hash = (hash ^ (at as u64 + 1)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    (!text.is_empty()).then_some(hash.max(1))
}

/// The words of a text, however they are spelled and separated; `scratch` holds them afterwards.
pub(super) fn text(text: &str, scratch: &mut String) -> Option<u64> {
    write_words(text, scratch);
    (!scratch.is_empty()).then(|| hash_of(scratch.as_bytes()))
}

/// The last nine digits before an extension; nothing where there are fewer than seven, or all are one digit.
pub(super) fn digits(text: &str) -> Option<u64> {
    let (mut number, mut count, mut mixed, mut first) = (0_u64, 0_usize, false, None);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                number = (number * 10 + u64::from(byte - b'0')) % DIGITS_COUNTED;
                count += 1;
                mixed |= *first.get_or_insert(byte) != byte;
            }
            // An extension, a second number.
            b'x' | b'X' | b'#' | b';' | b',' if count >= DIGITS_MIN => break,
            b'e' | b'E' if count >= DIGITS_MIN => break,
            _ => {}
        }
    }
    (count >= DIGITS_MIN && mixed).then_some(number + 1)
}

/// The domain within a web address or an e-mail address; nothing where it says nothing about a company.
pub(super) fn domain_in(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.find("://").map_or(text, |at| &text[at + 3..]);
    let end = text.find(['/', '?', '#', '\\']).unwrap_or(text.len());
    let host = &text[..end];
    let host = host.rfind('@').map_or(host, |at| &host[at + 1..]);
    let host = &host[..host.find(':').unwrap_or(host.len())];
    let host = match host.split_at_checked(4) {
        Some((www, rest)) if www.eq_ignore_ascii_case("www.") => rest,
        _ => host,
    };
    let host = host.trim_end_matches('.');
    let is_domain = host.bytes().any(|b| b == b'.') && !host.starts_with('.') && !host.contains(char::is_whitespace);
    is_domain.then_some(host)
}

/// The domain; public ones are none.
pub(super) fn domain(text: &str) -> Option<u64> {
    let hash = hash_of(domain_in(text)?.as_bytes());
    PUBLIC.binary_search(&hash).is_err().then_some(hash)
}

/// The address without what may stand around it.
pub(super) fn email_in(text: &str) -> Option<&str> {
    let text = text.trim().trim_start_matches("mailto:");
    let (name, host) = text.split_once('@')?;
    let is_address = !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace);
    is_address.then_some(text)
}

/// The address, in any letter case.
pub(super) fn email(text: &str) -> Option<u64> {
    email_in(text).map(|address| hash_of(address.as_bytes()))
}

/// The day, counted from 1970 on and kept above 0.
pub(super) fn date(text: &str) -> Option<u64> {
    const DAY: i64 = 864_000_000_000;
    let instant = Instant::parse(text.trim())?;
    u64::try_from(instant.0.div_euclid(DAY) + 2_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let number = digits("(518) 555-0100");
        assert!(number.is_some());
        for written in ["+1 518.555.0100", "5185550100", "1-518-555-0100 x12", "+15185550100 ext. 7", "518/555 0100 #3"]
        {
            assert_eq!(digits(written), number, "{written}");
        }
        assert_eq!(digits("+44 (0)20 7946 0958"), digits("020 7946 0958"));
        assert_eq!(digits("DE 123 456 789"), digits("123456789"));
        assert_ne!(digits("518 555 0101"), number);
        for nobody in ["", "000-000-0000", "12345", "n/a", "9999999"] {
            assert_eq!(digits(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn a_domain_is_the_same_in_every_address() {
        for written in
            ["https://www.Acme.com/", "acme.com", "WWW.ACME.COM.", "http://acme.com:8080/x?y", "info@acme.com"]
        {
            assert_eq!(domain_in(written).map(str::to_ascii_lowercase).as_deref(), Some("acme.com"), "{written}");
            assert_eq!(domain(written), domain("acme.com"), "{written}");
        }
        for none in ["under construction", "", "localhost", "https://", ".", "www.", "see our site."] {
            assert_eq!(domain(none), None, "{none}");
        }
        for public in PUBLIC_DOMAINS {
            assert_eq!(domain(&format!("someone@{public}")), None, "{public}");
        }
    }

    #[test]
    fn addresses_texts_dates_and_exact_values() {
        assert_eq!(email(" Anna@Acme.com "), email("mailto:anna@acme.COM"));
        assert_eq!((email("anna"), email("@acme.com"), email("anna at acme.com")), (None, None, None));
        let mut scratch = String::new();
        assert_eq!(text("12, Main-Street", &mut scratch), text("12 MAIN street.", &mut scratch));
        assert_eq!(text("--", &mut scratch), None);
        assert_eq!(exact(" Acme "), exact("Acme"));
        assert_ne!(exact("Acme"), exact("ACME"));
        assert_eq!(exact("  "), None);
        assert_eq!(date("2026-03-01T00:00:00Z"), date("2026-03-01"));
        assert_eq!(date("2026-03-02").zip(date("2026-02-28")).map(|(a, b)| a - b), Some(2));
        assert_eq!(date("soon"), None);
    }
}
