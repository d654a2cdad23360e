//! Keys: what of a value counts when two of its kind are compared, as a number. Equal numbers mean equal values.

use crate::words::write_words;

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
pub(crate) fn exact(text: &str) -> Option<u64> {
    let text = text.trim_ascii();
    let mut hash = hash_of(text.as_bytes());
    // Letter case counts here: which letters are capitals goes in as well.
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_uppercase() {
            hash = (hash ^ (at as u64 + 1)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    (!text.is_empty()).then_some(hash.max(1))
}

/// The words of a text, however they are spelled and separated.
pub(crate) fn text(text: &str, fold: fn(char) -> char, scratch: &mut String) -> Option<u64> {
    if !text.is_ascii() {
        write_words(text, fold, scratch);
        return (!scratch.is_empty()).then(|| hash_of(scratch.as_bytes()));
    }
    // The same words without writing them down: most texts are ASCII, and there are many.
    let (mut hash, mut is_empty, mut is_apart) = (0xcbf2_9ce4_8422_2325_u64, true, false);
    let mut take = |byte: u8| hash = (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3);
    for byte in text.bytes() {
        match byte {
            b'.' | b'\'' | b'`' => {}
            byte if byte.is_ascii_alphanumeric() || byte == b'&' => {
                if !is_empty && (is_apart || byte == b'&') {
                    take(b' ');
                }
                (is_empty, is_apart) = (false, byte == b'&');
                if byte == b'&' { b"and".iter().for_each(|byte| take(*byte)) } else { take(byte) }
            }
            _ => is_apart = true,
        }
    }
    (!is_empty).then_some(hash.max(1))
}

/// The last nine digits before an extension; nothing where there are fewer than seven, or all are one digit.
pub(crate) fn digits(text: &str) -> Option<u64> {
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
pub fn domain_in(text: &str) -> Option<&str> {
    let text = text.trim_ascii();
    let bytes = text.as_bytes();
    let mut start = bytes
        .iter()
        .take(8)
        .position(|byte| *byte == b':')
        .map_or(0, |at| if bytes[at..].starts_with(b"://") { at + 3 } else { 0 });
    // One pass: this is read for every row of a table.
    let (mut end, mut port, mut dots) = (bytes.len(), None, false);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'/' | b'?' | b'#' | b'\\' => {
                end = at;
                break;
            }
            b'@' => (start, port, dots) = (at + 1, None, false),
            b':' => port = port.or(Some(at)),
            b'.' => dots = true,
            b if b.is_ascii_whitespace() => return None,
            _ => {}
        }
    }
    let host = text.get(start..port.unwrap_or(end))?;
    let host = match host.split_at_checked(4) {
        Some((www, rest)) if www.eq_ignore_ascii_case("www.") => rest,
        _ => host,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_domain = dots && !host.starts_with('.') && host.bytes().any(|byte| byte == b'.');
    is_domain.then_some(host)
}

/// The domain; public ones are none.
pub(crate) fn domain(text: &str) -> Option<u64> {
    let hash = hash_of(domain_in(text)?.as_bytes());
    PUBLIC.binary_search(&hash).is_err().then_some(hash)
}

/// The address without what may stand around it.
pub fn email_in(text: &str) -> Option<&str> {
    let text = text.trim_ascii();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let at = text.bytes().position(|byte| byte == b'@')?;
    let has_dot = text.as_bytes()[at..].contains(&b'.');
    let is_address = at > 0 && has_dot && !text.bytes().any(|byte| byte.is_ascii_whitespace());
    is_address.then_some(text)
}

/// The address, in any letter case.
pub(crate) fn email(text: &str) -> Option<u64> {
    email_in(text).map(|address| hash_of(address.as_bytes()))
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
    fn addresses_texts_and_exact_values() {
        assert_eq!(email(" Anna@Acme.com "), email("mailto:anna@acme.COM"));
        assert_eq!((email("anna"), email("@acme.com"), email("anna at acme.com")), (None, None, None));
        let mut scratch = String::new();
        assert_eq!(text("12, Main-Street", |c| c, &mut scratch), text("12 MAIN street.", |c| c, &mut scratch));
        assert_eq!(text("--", |c| c, &mut scratch), None);
        assert_eq!(exact(" Acme "), exact("Acme"));
        assert_ne!(exact("Acme"), exact("ACME"));
        assert_eq!(exact("  "), None);
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_hashed_as_its_words_are(one in "[a-cA-C.&' -]{0,12}") {
            let mut words = String::new();
            write_words(&one, |c| c, &mut words);
            let expected = (!words.is_empty()).then(|| hash_of(words.as_bytes()));
            proptest::prop_assert_eq!(text(&one, |c| c, &mut String::new()), expected);
        }
    }
}
