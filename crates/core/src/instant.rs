//! Instant: a point in time as Autotask stores it, in UTC, as whole ticks of 100 ns since 1970.

use std::fmt;

use jiff_core::civil::{Date, UnixEpochDay};

/// Ticks in a second. Autotask sends at most seven digits of fraction, which is one tick.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time: ticks of 100 ns since 1970-01-01T00:00:00Z, in the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Reads a date (`2026-11-20`, midnight UTC) or a date and time (`2026-11-20T09:30`, `…:00`, `…:00.1234567`,
    /// each with or without `Z`). A missing `Z` means UTC; other offsets are applied.
    ///
    /// Answers `None` for anything else, a day that does not exist, or a year outside 1 to 9999.
    ///
    /// ```
    /// use autotask_core::Instant;
    /// assert_eq!(Instant::parse("1970-01-01T00:00:01.5Z"), Some(Instant(15_000_000)));
    /// assert_eq!(Instant::parse("2026-02-30"), None);
    /// ```
    ///
    /// Source: recorded answers carry `…:25.000Z`, `…:00Z` and `.13Z`; filters take all of the forms above.
    #[must_use]
    pub fn parse(text: &str) -> Option<Instant> {
        let text = text.trim_matches(' ');
        let (date, rest) = text.split_at_checked(10)?;
        let seconds = day_seconds(date)?;
        if rest.is_empty() {
            return Some(Instant(seconds * TICKS_PER_SECOND));
        }
        let time = rest.strip_prefix(['T', 't', ' '])?;
        let (time, offset_seconds) = split_offset(time)?;
        let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
        let mut parts = whole.split(':');
        let hour = digits(parts.next()?, 2)?;
        let minute = digits(parts.next()?, 2)?;
        let second = parts.next().map_or(Some(0), |s| digits(s, 2))?;
        if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        if time.contains('.') && (fraction.is_empty() || fraction.len() > 9) {
            return None;
        }
        let ticks = if fraction.is_empty() {
            0
        } else {
            // Digits beyond the seventh are below a tick and are cut off.
            let kept = &fraction[..fraction.len().min(7)];
            let all = digits(fraction, fraction.len()).and(digits(kept, kept.len()))?;
            all * 10_i64.pow(7 - u32::try_from(kept.len()).ok()?)
        };
        let seconds = seconds + hour * 3600 + minute * 60 + second - offset_seconds;
        let instant = Instant(seconds * TICKS_PER_SECOND + ticks);
        instant.civil_date().is_some().then_some(instant)
    }

    /// Midnight UTC of a civil date, `None` if there is no such day.
    #[must_use]
    pub fn from_date(year: i16, month: i8, day: i8) -> Option<Instant> {
        let date = Date::new(year, month, day).ok().filter(|d| d.year() > 0)?;
        Some(Instant(epoch_days(date) * SECONDS_PER_DAY * TICKS_PER_SECOND))
    }

    /// The day in UTC as `2026-11-20`.
    #[must_use]
    pub fn date_text(self) -> String {
        let mut text = self.to_string();
        text.truncate(text.find('T').unwrap_or(text.len()));
        text
    }

    /// Writes what `Display` shows. Digit by digit: a page of 500 rows has thousands of instants, and formatting
    /// machinery costs ten times this.
    pub fn write_to(self, out: &mut Vec<u8>) {
        let Some(date) = self.civil_date() else {
            out.extend_from_slice(b"out of range");
            return;
        };
        let in_day = self.0.rem_euclid(SECONDS_PER_DAY * TICKS_PER_SECOND);
        let (seconds, ticks) = (in_day / TICKS_PER_SECOND, in_day % TICKS_PER_SECOND);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put_date(&mut text, date);
        put_two(&mut text, 11, seconds / 3600);
        put_two(&mut text, 14, seconds / 60 % 60);
        put_two(&mut text, 17, seconds % 60);
        match ticks {
            0 => {
                out.extend_from_slice(&text[..19]);
                out.push(b'Z');
            }
            _ => {
                put_two(&mut text, 20, ticks / 100_000);
                text[22] = digit(ticks / 10_000);
                out.extend_from_slice(&text);
            }
        }
    }

    /// This instant moved by whole seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(TICKS_PER_SECOND)))
    }

    fn civil_date(self) -> Option<Date> {
        let days = self.0.div_euclid(SECONDS_PER_DAY * TICKS_PER_SECOND);
        date_of_epoch_day(days).filter(|d| d.year() > 0)
    }
}

/// Writes `2026-11-20T09:30:00Z`, with three digits of fraction where there is one, as Autotask does.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(24);
        self.write_to(&mut text);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Writes a date to the places of its digits at the beginning of `0000-00-00`.
fn put_date(text: &mut [u8; 24], date: Date) {
    put_two(text, 0, i64::from(date.year()) / 100);
    put_two(text, 2, date.year().into());
    put_two(text, 5, date.month().into());
    put_two(text, 8, date.day().into());
}

/// Writes the last two digits of a number that is not negative to a place.
fn put_two(text: &mut [u8; 24], at: usize, number: i64) {
    text[at] = digit(number / 10);
    text[at + 1] = digit(number);
}

/// The last digit of a number that is not negative.
fn digit(number: i64) -> u8 {
    b'0' + number.rem_euclid(10).to_le_bytes()[0]
}

fn day_seconds(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (parts.next().is_none() && year > 0).then(|| epoch_days(date) * SECONDS_PER_DAY)
}

/// Exactly `count` ASCII digits as a number.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Splits `09:30:00+02:00` into the time and the offset in seconds.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (time, offset) = time.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some((time, if offset.starts_with('-') { -seconds } else { seconds }))
}

fn epoch_days(date: Date) -> i64 {
    i64::from(date.to_unix_epoch_day().day())
}

fn date_of_epoch_day(days: i64) -> Option<Date> {
    let day = UnixEpochDay::new(i32::try_from(days).ok()?).ok()?;
    Some(day.to_date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_recorded_form_is_read() {
        let noon = Instant::parse("2026-11-20T12:00:00Z").expect("valid");
        for text in [
            "2026-11-20T12:00",
            "2026-11-20T12:00:00",
            "2026-11-20T12:00:00.000Z",
            "2026-11-20t12:00:00z",
            "2026-11-20T14:00:00+02:00",
            "2026-11-20 12:00:00",
        ] {
            assert_eq!(Instant::parse(text), Some(noon), "{text}");
        }
        assert_eq!(Instant::parse("2026-11-20T12:00:00.1234567Z"), Some(Instant(noon.0 + 1_234_567)));
        assert_eq!(Instant::parse("2026-11-20T12:00:00.13Z"), Some(Instant(noon.0 + 1_300_000)));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2025-02-29",
            "0000-01-01",
            "2026-11-20T",
            "2026-11-20T25:00",
            "2026-11-20T12:00:00.Z",
            "2026-11-20T12:00:00.x",
            "2026-11-20T12",
            "2026-11-20Tü2:00",
            "10000-01-01",
            "2026-1-2",
            "٢٠٢٦-11-20",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_written_as_autotask_writes_it() {
        assert_eq!(Instant(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Instant(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Instant::from_date(2026, 11, 20).map(Instant::date_text).as_deref(), Some("2026-11-20"));
    }

    proptest! {
        #[test]
        fn written_milliseconds_are_read_back(ms in -62_135_596_800_000_i64..253_402_300_800_000) {
            let instant = Instant(ms * 10_000);
            prop_assert_eq!(Instant::parse(&instant.to_string()), Some(instant));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = Instant::parse(&text);
        }
    }
}
