//! Relative: a day or an instant said from now on, such as `-30d` or `startOfQuarter-1q`.
//!
//! ```text
//! relative := "now" [ shift ] | "today" | "yesterday" | "tomorrow" | shift | ("startOf" | "endOf") period [ shift ]
//! shift    := ("+" | "-") digits ("h" | "d" | "w" | "m" | "q" | "y")     "h" counts from now, the others from a day
//! period   := "Week" | "Month" | "Quarter" | "Year"
//! ```
//!
//! The tree keeps this form; it becomes a day or an instant when the filter runs or is sent.

use std::fmt;

use super::Context;
use crate::calendar::{Day, Unit};
use crate::instant::Instant;

const SECONDS_PER_HOUR: i64 = 3600;
/// Nobody means more, and every count up to here stays a day that exists or is refused when it is resolved.
const COUNT_MAX: i32 = 99_999;

/// A day or an instant said from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relative {
    /// So many hours from now; an instant.
    Hours(i32),
    /// So many units from today; a day.
    Days(i32, Unit),
    /// So many units from the first day of the current week, month, quarter or year.
    StartOf(Unit, i32, Unit),
    /// The same from its last day.
    EndOf(Unit, i32, Unit),
}

/// What a relative value is at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day in the person's zone.
    Day(Day),
    /// A point in time.
    Instant(Instant),
}

const PERIODS: [(&str, Unit); 4] =
    [("Week", Unit::Week), ("Month", Unit::Month), ("Quarter", Unit::Quarter), ("Year", Unit::Year)];
const LETTERS: [(char, Unit); 5] =
    [('d', Unit::Day), ('w', Unit::Week), ('m', Unit::Month), ('q', Unit::Quarter), ('y', Unit::Year)];

impl Relative {
    /// The words that stand alone, for completion.
    pub const WORDS: [&'static str; 12] = [
        "today",
        "yesterday",
        "tomorrow",
        "now",
        "startOfWeek",
        "startOfMonth",
        "startOfQuarter",
        "startOfYear",
        "endOfWeek",
        "endOfMonth",
        "endOfQuarter",
        "endOfYear",
    ];

    /// Reads the grammar above, in any letter case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Relative> {
        let at = text.find(['+', '-']).unwrap_or(text.len());
        let (word, shift) = text.split_at(at);
        let shift = if shift.is_empty() { None } else { Some(read_shift(shift)?) };
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        if is("now") {
            return match shift {
                None => Some(Relative::Hours(0)),
                Some((count, None)) => Some(Relative::Hours(count)),
                Some((_, Some(_))) => None,
            };
        }
        if word.is_empty() {
            let (count, unit) = shift?;
            return Some(unit.map_or(Relative::Hours(count), |unit| days(count, unit)));
        }
        if let Some(count) = [("yesterday", -1), ("today", 0), ("tomorrow", 1)].iter().find(|(w, _)| is(w)) {
            return match (count.1, shift) {
                (count, None) => Some(Relative::Days(count, Unit::Day)),
                (0, Some((count, Some(unit)))) => Some(days(count, unit)),
                _ => None,
            };
        }
        let (count, unit) = match shift {
            None => (0, Unit::Day),
            Some((count, unit)) => (count, unit?),
        };
        let unit = if count == 0 { Unit::Day } else { unit };
        PERIODS.into_iter().find_map(|(name, period)| {
            if is(&["startOf", name].concat()) {
                Some(Relative::StartOf(period, count, unit))
            } else if is(&["endOf", name].concat()) {
                Some(Relative::EndOf(period, count, unit))
            } else {
                None
            }
        })
    }

    /// What it is now; `None` without a clock, or beyond the years 1 to 9999.
    #[must_use]
    pub fn resolve(self, context: &Context<'_>) -> Option<Moment> {
        let now = context.now?;
        let today = || Day::of(now, context.zone);
        let start = |period| today()?.start_of(period, context.week_start);
        let day = match self {
            Relative::Hours(count) => {
                return Some(Moment::Instant(now.plus_seconds(i64::from(count) * SECONDS_PER_HOUR)));
            }
            Relative::Days(count, unit) => today()?.plus(count, unit)?,
            Relative::StartOf(period, count, unit) => start(period)?.plus(count, unit)?,
            // The period is moved, then its end is looked for: a quarter before June 30 ends on March 31.
            Relative::EndOf(period, count, unit) => {
                let last = |first: Day| first.plus(1, period)?.plus(-1, Unit::Day);
                let first = start(period)?;
                match unit {
                    Unit::Day | Unit::Week => last(first)?.plus(count, unit)?,
                    _ => last(first.plus(count, unit)?)?,
                }
            }
        };
        Some(Moment::Day(day))
    }
}

/// So many units from today, with today and its neighbours in one form only.
fn days(count: i32, unit: Unit) -> Relative {
    Relative::Days(count, if count == 0 { Unit::Day } else { unit })
}

/// Reads `-30d`; no unit means hours.
fn read_shift(text: &str) -> Option<(i32, Option<Unit>)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let letter = rest.chars().next_back()?.to_ascii_lowercase();
    let digits = &rest[..rest.len() - letter.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count = digits.parse::<i32>().ok().filter(|count| *count <= COUNT_MAX)? * sign;
    let unit = LETTERS.into_iter().find(|(l, _)| *l == letter).map(|(_, unit)| unit);
    (unit.is_some() || letter == 'h').then_some((count, unit))
}

/// Writes the form that [`Relative::parse`] reads.
impl fmt::Display for Relative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |unit: Unit| LETTERS.into_iter().find(|(_, u)| *u == unit).map_or('d', |(letter, _)| letter);
        let period = |unit: Unit| PERIODS.into_iter().find(|(_, u)| *u == unit).map_or("Day", |(name, _)| name);
        match *self {
            Relative::Hours(0) => f.write_str("now"),
            Relative::Hours(count) => write!(f, "{count:+}h"),
            Relative::Days(0, _) => f.write_str("today"),
            Relative::Days(-1, Unit::Day) => f.write_str("yesterday"),
            Relative::Days(1, Unit::Day) => f.write_str("tomorrow"),
            Relative::Days(count, unit) => write!(f, "{count:+}{}", letter(unit)),
            Relative::StartOf(unit, 0, _) => write!(f, "startOf{}", period(unit)),
            Relative::EndOf(unit, 0, _) => write!(f, "endOf{}", period(unit)),
            Relative::StartOf(of, count, unit) => write!(f, "startOf{}{count:+}{}", period(of), letter(unit)),
            Relative::EndOf(of, count, unit) => write!(f, "endOf{}{count:+}{}", period(of), letter(unit)),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, canonical: &str, at_noon: &str) {
        let relative = Relative::parse(text).unwrap_or_else(|| panic!("{text} is relative"));
        assert_eq!(relative.to_string(), canonical);
        let context = Context { now: Instant::parse("2026-11-21T12:00:00Z"), ..Context::default() };
        let moment = match relative.resolve(&context).expect("in range") {
            Moment::Day(day) => day.to_string(),
            Moment::Instant(instant) => instant.to_string(),
        };
        assert_eq!(moment, at_noon, "{text}");
    }

    #[test]
    fn every_form_is_read_written_and_resolved() {
        check("NOW", "now", "2026-11-21T12:00:00Z");
        check("now-3h", "-3h", "2026-11-21T09:00:00Z");
        check("+36H", "+36h", "2026-11-23T00:00:00Z");
        check("today", "today", "2026-11-21");
        check("-1d", "yesterday", "2026-11-20");
        check("today+1d", "tomorrow", "2026-11-22");
        check("-0w", "today", "2026-11-21");
        check("-12m", "-12m", "2025-11-21");
        check("+2w", "+2w", "2026-12-05");
        check("startofmonth", "startOfMonth", "2026-11-01");
        check("startOfQuarter-1q", "startOfQuarter-1q", "2026-07-01");
        check("endOfQuarter-1q", "endOfQuarter-1q", "2026-09-30");
        check("endOfMonth-9m", "endOfMonth-9m", "2026-02-28");
        check("endOfWeek+1d", "endOfWeek+1d", "2026-11-23");
        check("endOfYear", "endOfYear", "2026-12-31");
    }

    #[test]
    fn what_is_not_relative_is_refused() {
        for text in
            ["", "-", "-d", "-30", "-30x", "+-3d", "now-3d", "yesterday-1d", "startOfDay", "todayd", "-100000d", "-3ö"]
        {
            assert_eq!(Relative::parse(text), None, "{text}");
        }
        assert_eq!(Relative::Days(-1, Unit::Day).resolve(&Context::default()), None, "there is no clock");
    }

    pub(crate) fn relative() -> impl Strategy<Value = Relative> {
        let unit =
            || prop_oneof![Just(Unit::Day), Just(Unit::Week), Just(Unit::Month), Just(Unit::Quarter), Just(Unit::Year)];
        let period = || prop_oneof![Just(Unit::Week), Just(Unit::Month), Just(Unit::Quarter), Just(Unit::Year)];
        let shift =
            || (-400_i32..400, unit()).prop_map(|(count, unit)| (count, if count == 0 { Unit::Day } else { unit }));
        prop_oneof![
            (-400_i32..400).prop_map(Relative::Hours),
            shift().prop_map(|(count, unit)| Relative::Days(count, unit)),
            (period(), shift()).prop_map(|(of, (count, unit))| Relative::StartOf(of, count, unit)),
            (period(), shift()).prop_map(|(of, (count, unit))| Relative::EndOf(of, count, unit)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(relative in relative()) {
            prop_assert_eq!(Relative::parse(&relative.to_string()), Some(relative));
        }

        #[test]
        fn no_text_panics(text in "(now|today|startOfMonth|endOfYear)?[+-]?[0-9]{0,7}[hdwmqyxö]?") {
            let _ = Relative::parse(&text);
        }
    }
}
