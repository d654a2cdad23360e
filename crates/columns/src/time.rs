//! Points in time as Autotask writes them, so that the text can be written again from the number: `2026-11-20T09:30:00`
//! with up to seven digits of fraction, with or without `Z`.

/// Ticks of 100 ns in a second.
const TICKS: i64 = 10_000_000;
/// The bit of a form that says `Z`; the bits below are the digits of the fraction, 0 for none.
const ZULU: u8 = 8;
/// The longest text of this kind.
pub const LONGEST: usize = 28;

/// Reads a text of this kind: its ticks since 1970 in UTC, and its form. `None` for every other text, also for other
/// ways to write a time.
///
/// ```
/// use autotask_columns::time::{read, write};
/// let (ticks, form) = read("1970-01-01T00:00:01.50Z").unwrap();
/// assert_eq!(ticks, 15_000_000);
/// assert_eq!(write(ticks, form, &mut [0; 28]), "1970-01-01T00:00:01.50Z");
/// ```
#[must_use]
pub fn read(text: &str) -> Option<(i64, u8)> {
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_first_chunk::<19>()?;
    let two = |at: usize| digit(head[at]).and_then(|tens| Some(tens * 10 + digit(head[at + 1])?));
    if [head[4], head[7], head[10], head[13], head[16]] != *b"--T::" {
        return None;
    }
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    let days = days(year, month, day)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (tail, zulu) = match tail {
        [rest @ .., b'Z'] => (rest, ZULU),
        rest => (rest, 0),
    };
    let (fraction, places) = match tail {
        [] => (0, 0),
        [b'.', digits @ ..] if (1..=7).contains(&digits.len()) => {
            let mut fraction = 0;
            for &byte in digits {
                fraction = fraction * 10 + digit(byte)?;
            }
            (fraction * 10_i64.pow(7 - u32::try_from(digits.len()).ok()?), u8::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    Some(((((days * 24 + hour) * 60 + minute) * 60 + second) * TICKS + fraction, zulu | places))
}

/// Writes what [`read`] read.
pub fn write(ticks: i64, form: u8, out: &mut [u8; LONGEST]) -> &str {
    *out = *b"0000-00-00T00:00:00.0000000Z";
    let seconds = ticks.div_euclid(TICKS);
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let in_day = seconds.rem_euclid(86_400);
    put(&mut out[..4], year);
    put(&mut out[5..7], month);
    put(&mut out[8..10], day);
    put(&mut out[11..13], in_day / 3600);
    put(&mut out[14..16], in_day / 60 % 60);
    put(&mut out[17..19], in_day % 60);
    put(&mut out[20..27], ticks.rem_euclid(TICKS));
    let places = usize::from(form & 7);
    let mut end = if places == 0 { 19 } else { 20 + places };
    if form & ZULU != 0 {
        out[end] = b'Z';
        end += 1;
    }
    std::str::from_utf8(&out[..end]).unwrap_or_default()
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

fn put(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number.rem_euclid(10)).unwrap_or(0);
        number /= 10;
    }
}

/// Days since 1970 of a date in the years 1 to 9999; `None` where there is no such day.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = LENGTHS.get(usize::try_from(month - 1).ok()?)? + i64::from(is_leap && month == 2);
    if year == 0 || day == 0 || day > length {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of days since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_texts_are_no_times_of_this_kind() {
        for text in [
            "",
            "2026-01-02",
            "2026-02-30T00:00:00",
            "2025-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00",
            "2026-01-01t00:00:00",
            "2026-01-01T24:00:00",
            "2026-01-01T00:60:00",
            "2026-01-01T00:00:60",
            "2026-01-01T00:00:00.",
            "2026-01-01T00:00:00.12345678Z",
            "2026-01-01T00:00:00+02:00",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00ZZ",
            "2026-01-0١T00:00:00",
            " 2026-01-01T00:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2000-02-29T00:00:00").map(|(ticks, _)| ticks), Some(951_782_400 * TICKS));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(days in -719_162_i64..2_932_897, second in 0_i64..86_400, fraction in 0_i64..TICKS, form in 0_u8..16) {
            let places = u32::from(form & 7);
            let fraction = fraction / 10_i64.pow(7 - places) * 10_i64.pow(7 - places);
            let ticks = (days * 86_400 + second) * TICKS + fraction;
            let mut room = [0; LONGEST];
            let text = write(ticks, form, &mut room);
            prop_assert_eq!(read(text), Some((ticks, form)), "{}", text);
        }
    }
}
