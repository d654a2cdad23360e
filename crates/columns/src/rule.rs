//! Rule: what a value must be to be fine at a glance.

use crate::Token;

/// What sort of value a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any value that is JSON.
    Any,
    /// Any value but a text.
    NoText,
    /// A text of at most so many characters, 0 for any number.
    Text(u32),
    /// An e-mail address of at most so many characters.
    Email(u32),
    /// A phone number of at most so many characters.
    Phone(u32),
    /// A web address of at most so many characters.
    Web(u32),
    /// `true` or `false`.
    Boolean,
    /// A date and time.
    DateTime,
    /// A number.
    Number,
    /// A whole number up to this one.
    Whole(u64),
    /// One of these, in ascending order.
    OneOf(Vec<u64>),
    /// Nothing: each value must be looked at.
    Doubtful,
}

/// What is wanted of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The sort of its value.
    pub kind: Kind,
    /// Whether null and blank texts are doubtful.
    pub not_blank: bool,
    /// Whether a row without it is doubtful.
    pub is_demanded: bool,
}

impl Rule {
    /// Whether a value is surely fine.
    #[must_use]
    pub fn is_fine(&self, token: Token<'_>) -> bool {
        match token {
            Token::Unusual => false,
            Token::Null => !self.not_blank,
            Token::Text(text) => self.is_fine_text(text),
            Token::Whole(number) => match &self.kind {
                Kind::Any | Kind::NoText | Kind::Number => true,
                Kind::Whole(most) => number <= *most,
                Kind::OneOf(values) => values.binary_search(&number).is_ok(),
                _ => false,
            },
            Token::Number => matches!(self.kind, Kind::Any | Kind::NoText | Kind::Number),
            Token::True | Token::False => matches!(self.kind, Kind::Any | Kind::NoText | Kind::Boolean),
            Token::Nested => matches!(self.kind, Kind::Any | Kind::NoText),
        }
    }

    fn is_fine_text(&self, text: &str) -> bool {
        // A text that begins with a visible character of ASCII is not blank; any other is looked at only if it matters.
        let is_visible = text.as_bytes().first().is_some_and(u8::is_ascii_graphic);
        if !is_visible && text.trim().is_empty() {
            return !self.not_blank && self.kind != Kind::Doubtful;
        }
        let fits = |most: u32| most == 0 || text.len() <= most as usize || text.chars().count() <= most as usize;
        match self.kind {
            Kind::Any => true,
            Kind::Text(most) => fits(most),
            Kind::Email(most) => fits(most) && is_email(text.as_bytes()),
            Kind::Phone(most) => fits(most) && is_phone(text.as_bytes()),
            Kind::Web(most) => fits(most) && is_web(text.as_bytes()),
            Kind::DateTime => is_date_time(text.as_bytes()),
            _ => false,
        }
    }
}

/// The common e-mail addresses: words of ASCII letters, digits, `_`, `+` and `-` with single dots between them, and a host.
fn is_email(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| *byte == b'@') else { return false };
    let (local, host) = (&text[..at], &text[at + 1..]);
    let mut last = b'.';
    for byte in local {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-') || (*byte == b'.' && last != b'.')) {
            return false;
        }
        last = *byte;
    }
    last != b'.' && local.len() <= 64 && text.len() <= 254 && is_host(host)
}

/// A host of at least two labels of ASCII letters, digits and inner hyphens, each of at most 63 bytes.
fn is_host(host: &[u8]) -> bool {
    let (mut last, mut length, mut dots) = (b'.', 0, 0);
    for byte in host {
        match byte {
            b'.' if last == b'.' || last == b'-' => return false,
            b'.' => {
                dots += 1;
                length = 0;
            }
            b'-' if last == b'.' => return false,
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => length += 1,
            _ => return false,
        }
        if length > 63 {
            return false;
        }
        last = *byte;
    }
    dots > 0 && last != b'.' && last != b'-' && host.len() <= 253
}

/// A host, perhaps with `http://` or `https://` before it and a plain path behind.
fn is_web(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"https://").or_else(|| text.strip_prefix(b"http://")).unwrap_or(text);
    let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
    is_host(&rest[..end]) && rest[end..].iter().all(|byte| byte.is_ascii_graphic() && *byte != b':')
}

/// At least three digits, and spaces, hyphens, dots, slashes, parentheses and plus signs.
fn is_phone(text: &[u8]) -> bool {
    let mut digits = 0;
    for byte in text {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'+' | b'-' | b'(' | b')' | b'.' | b'/' => {}
            _ => return false,
        }
    }
    digits >= 3
}

/// `2026-11-20T09:30:00Z`, with a fraction of up to seven digits; days that every month has.
fn is_date_time(text: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else { return false };
    let is_shaped = start.iter().zip(b"0000-00-00T00:00:00").all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    });
    let number = |at: usize| (start[at] - b'0') * 10 + (start[at + 1] - b'0');
    let is_end = match rest {
        b"Z" | b"" => true,
        [b'.', digits @ .., b'Z'] => (1..=7).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    is_shaped
        && is_end
        && !start.starts_with(b"0000")
        && (1..=12).contains(&number(5))
        && (1..=28).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
}
