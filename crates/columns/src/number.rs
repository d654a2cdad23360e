//! Numbers: as JSON writes them, and as whole numbers or floats where they are exactly the same.

use crate::Cell;

/// Powers of ten that a float holds exactly.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Up to here, 2^53 − 1, a whole number is exact in a float, and no other whole number is rounded to it.
pub const SAFE_MAX: f64 = 9_007_199_254_740_991.0;

/// A float as the whole number that it surely is: within [`SAFE_MAX`] from 0.
///
/// ```
/// use autotask_columns::number::to_whole;
/// assert_eq!((to_whole(-0.0), to_whole(2.5), to_whole(1e16), to_whole(f64::NAN)), (Some(0), None, None, None));
/// ```
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "it is whole and within 2^53")]
pub fn to_whole(number: f64) -> Option<i64> {
    (number.trunc() == number && number.abs() <= SAFE_MAX).then_some(number as i64)
}

/// A whole number as the float that is surely the same: within [`SAFE_MAX`] from 0.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "what is rounded is not answered")]
pub fn to_float(whole: i64) -> Option<f64> {
    let float = whole as f64;
    (float.abs() <= SAFE_MAX).then_some(float)
}

/// Reads the number that a text begins with, and how long it is. `None` for what is no number in JSON, and for a number
/// that neither `i64` nor a finite float can hold.
#[must_use]
pub fn read(text: &str) -> Option<(Cell<'static>, usize)> {
    let bytes = text.as_bytes();
    let negative = usize::from(bytes.first() == Some(&b'-'));
    let mut at = negative;
    let mut digits: i64 = 0;
    while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        digits = digits.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
        at += 1;
    }
    let whole = at - negative;
    if whole == 0 || (whole > 1 && bytes[negative] == b'0') {
        return None;
    }
    let mut places = 0;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            digits = digits.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
            at += 1;
            places += 1;
        }
        if places == 0 {
            return None;
        }
    }
    // Fifteen digits are exact in a float, and so is one division of two exact numbers: the nearest number.
    let is_short = whole + places <= 15;
    if matches!(bytes.get(at), Some(b'e' | b'E')) || !is_short {
        return read_long(text);
    }
    let number = if negative == 1 { -digits } else { digits };
    #[allow(clippy::cast_precision_loss, reason = "at most 15 digits")]
    Some(match places {
        // A float, because whole numbers know no negative zero.
        0 if negative == 1 && digits == 0 => (Cell::Float(-0.0), at),
        0 => (Cell::Int(number), at),
        _ if negative == 1 => (Cell::Float(-(digits as f64 / TENS[places])), at),
        _ => (Cell::Float(digits as f64 / TENS[places]), at),
    })
}

/// What has many digits or an exponent is read as `serde_json` reads it, so that a row is the same by either way.
fn read_long(text: &str) -> Option<(Cell<'static>, usize)> {
    let length =
        text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')).count();
    // As any value, not as a number: a refusal would bring the standard library's way to print one into a download.
    let serde_json::Value::Number(number) = text[..length].parse().ok()? else { return None };
    let cell = match number.as_i64() {
        Some(whole) => Cell::Int(whole),
        None if number.is_u64() => return None,
        None => Cell::Float(number.as_f64().filter(|float| float.is_finite())?),
    };
    Some((cell, length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_number_in_json_is_none() {
        for text in ["", "-", "01", "-01", "1.", ".5", "+1", "1e", "1e999", "NaN", "x", "18446744073709551615", "1.e3"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("12,"), Some((Cell::Int(12), 2)));
        assert_eq!(read("-9223372036854775808]"), Some((Cell::Int(i64::MIN), 20)));
    }

    proptest! {
        #[test]
        fn whole_numbers_and_floats_that_are_the_same(whole in prop_oneof![any::<i64>(), -9..9_i64, (1_i64 << 53) - 2..(1 << 53) + 2], float in any::<f64>()) {
            let is_safe = whole.unsigned_abs() < 1 << 53;
            prop_assert_eq!(to_float(whole).is_some(), is_safe);
            prop_assert_eq!(to_float(whole).and_then(to_whole), is_safe.then_some(whole));
            prop_assert_eq!(to_whole(float).and_then(to_float), to_whole(float).map(|_| float));
            prop_assert_eq!(to_float(i64::MIN), None);
        }

        #[test]
        fn numbers_are_those_of_the_library(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?") {
            let wanted: serde_json::Number = serde_json::from_str(&text).expect("a number");
            match read(&text) {
                Some((Cell::Int(whole), length)) => prop_assert_eq!((wanted.as_i64(), length), (Some(whole), text.len())),
                Some((Cell::Float(float), length)) => {
                    prop_assert!(wanted.is_f64());
                    prop_assert_eq!((wanted.as_f64().map(f64::to_bits), length), (Some(float.to_bits()), text.len()));
                }
                _ => prop_assert!(wanted.is_u64() && !wanted.is_i64()),
            }
        }
    }
}
