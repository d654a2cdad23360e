//! Calendar: days without a time, and the time zones that turn them into instants. No clock: what now is, is given.

use std::fmt;

use jiff_core::civil::{Date, UnixEpochDay};

use crate::instant::{Instant, TICKS_PER_SECOND};

const SECONDS_PER_DAY: i64 = 86_400;

/// A day of the calendar, in the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A span of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks of seven days.
    Week,
    /// Months.
    Month,
    /// Quarters of three months, from January.
    Quarter,
    /// Years.
    Year,
}

/// The day a week begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WeekStart {
    /// Monday, as in ISO 8601.
    #[default]
    Monday,
    /// Sunday, as in North America.
    Sunday,
}

/// A time zone: how far its clocks are ahead of UTC.
pub trait Zone {
    /// Seconds ahead of UTC at this instant; negative where they are behind.
    fn offset_seconds(&self, instant: Instant) -> i32;
}

/// The zone of UTC itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utc;

impl Zone for Utc {
    fn offset_seconds(&self, _: Instant) -> i32 {
        0
    }
}

impl Day {
    /// Reads `2026-11-20`. `None` for anything else, a day that does not exist, or a year outside 1 to 9999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Day> {
        (text.len() == 10).then(|| Instant::parse(text)).flatten().and_then(|midnight| Day::of(midnight, &Utc))
    }

    /// The day that this instant lies in.
    #[must_use]
    pub fn of(instant: Instant, zone: &dyn Zone) -> Option<Day> {
        let local = instant.plus_seconds(i64::from(zone.offset_seconds(instant)));
        let days = local.0.div_euclid(SECONDS_PER_DAY * TICKS_PER_SECOND);
        Day::from_date(UnixEpochDay::new(i32::try_from(days).ok()?).ok()?.to_date())
    }

    /// The instant at which the day begins. Where clocks skip midnight, the first one that the day has.
    #[must_use]
    pub fn start(self, zone: &dyn Zone) -> Instant {
        let midnight = Instant(i64::from(self.0) * SECONDS_PER_DAY * TICKS_PER_SECOND);
        // No zone is a day away from UTC, and changes of offset are months apart: these are all there are.
        let before = zone.offset_seconds(midnight.plus_seconds(-SECONDS_PER_DAY));
        let after = zone.offset_seconds(midnight.plus_seconds(SECONDS_PER_DAY));
        let midnight_at = |offset: i32| midnight.plus_seconds(-i64::from(offset));
        let (first, second) = (midnight_at(before.max(after)), midnight_at(before.min(after)));
        if zone.offset_seconds(first) == before.max(after) {
            first
        } else if zone.offset_seconds(second) == before.min(after) {
            second
        } else {
            // Clocks skip midnight: the day begins where the new offset does.
            first_with(zone, first, second, after)
        }
    }

    /// This day moved by so many units. A day that a shorter month does not have becomes that month's last.
    /// `None` beyond the years 1 to 9999.
    #[must_use]
    pub fn plus(self, count: i32, unit: Unit) -> Option<Day> {
        let date = self.date()?;
        let months = |per_unit: i32| -> Option<Day> {
            let month = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
            let month = month.checked_add(count.checked_mul(per_unit)?)?;
            let year = i16::try_from(month.div_euclid(12)).ok()?;
            let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
            let last = Date::new(year, month, 1).ok()?.days_in_month();
            Day::from_date(Date::new(year, month, date.day().min(last)).ok()?)
        };
        match unit {
            Unit::Day => Day::from_epoch_day(self.0.checked_add(count)?),
            Unit::Week => Day::from_epoch_day(self.0.checked_add(count.checked_mul(7)?)?),
            Unit::Month => months(1),
            Unit::Quarter => months(3),
            Unit::Year => months(12),
        }
    }

    /// The days from this one to another: 1 to the next day, less than 0 to one before.
    #[must_use]
    pub fn days_until(self, other: Day) -> i32 {
        other.0 - self.0
    }

    /// The first day of the week, month, quarter or year that this day lies in.
    #[must_use]
    pub fn start_of(self, unit: Unit, week_start: WeekStart) -> Option<Day> {
        let date = self.date()?;
        let first_of = |month: i8| Day::from_date(Date::new(date.year(), month, 1).ok()?);
        match unit {
            Unit::Day => Some(self),
            Unit::Week => {
                // 1970-01-01 was a Thursday.
                let since_monday = (self.0 + 3).rem_euclid(7);
                let back = match week_start {
                    WeekStart::Monday => since_monday,
                    WeekStart::Sunday => (since_monday + 1).rem_euclid(7),
                };
                self.plus(-back, Unit::Day)
            }
            Unit::Month => first_of(date.month()),
            Unit::Quarter => first_of((date.month() - 1) / 3 * 3 + 1),
            Unit::Year => first_of(1),
        }
    }

    fn date(self) -> Option<Date> {
        Some(UnixEpochDay::new(self.0).ok()?.to_date())
    }

    fn from_date(date: Date) -> Option<Day> {
        (date.year() > 0).then(|| Day(date.to_unix_epoch_day().day()))
    }

    fn from_epoch_day(days: i32) -> Option<Day> {
        Day::from_date(UnixEpochDay::new(days).ok()?.to_date())
    }
}

/// The first whole minute from `low` on, and before `high`, at which the zone has this offset; `high` if there is none.
fn first_with(zone: &dyn Zone, low: Instant, high: Instant, offset: i32) -> Instant {
    let minutes = (high.0 - low.0) / (60 * TICKS_PER_SECOND);
    // At most a day of minutes: bisect, since the offset changes once in between.
    let (mut without, mut with) = (0, minutes.max(0));
    while without < with {
        let middle = without + (with - without) / 2;
        if zone.offset_seconds(low.plus_seconds(middle * 60)) == offset {
            with = middle;
        } else {
            without = middle + 1;
        }
    }
    low.plus_seconds(with * 60)
}

/// Writes `2026-11-20`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start(&Utc).date_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap_or_else(|| panic!("{text} is a day"))
    }

    /// Clocks that go forward or back at one instant.
    struct Change {
        at: &'static str,
        before: i32,
        after: i32,
    }

    impl Zone for Change {
        fn offset_seconds(&self, instant: Instant) -> i32 {
            if instant < Instant::parse(self.at).expect("valid") { self.before } else { self.after }
        }
    }

    #[test]
    fn months_end_where_they_end() {
        let plus = |text: &str, count, unit| day(text).plus(count, unit).map(|d| d.to_string()).unwrap_or_default();
        assert_eq!(plus("2026-01-31", 1, Unit::Month), "2026-02-28");
        assert_eq!(plus("2024-02-29", -1, Unit::Year), "2023-02-28");
        assert_eq!(plus("2026-11-20", -12, Unit::Month), "2025-11-20");
        assert_eq!(plus("2026-11-30", 1, Unit::Quarter), "2027-02-28");
        assert_eq!(plus("2026-03-01", -1, Unit::Day), "2026-02-28");
        assert_eq!(plus("9999-12-31", 1, Unit::Day), "");
        assert_eq!(plus("0001-01-01", -1, Unit::Week), "");
        assert_eq!(plus("2026-01-01", i32::MIN, Unit::Year), "");
    }

    #[test]
    fn days_are_counted_between_days() {
        assert_eq!(day("2024-02-28").days_until(day("2024-03-01")), 2);
        assert_eq!(day("2026-03-01").days_until(day("2026-02-28")), -1);
        assert_eq!(day("0001-01-01").days_until(day("9999-12-31")), 3_652_058);
    }

    #[test]
    fn weeks_months_quarters_and_years_begin() {
        let start = |unit, week_start| day("2026-11-21").start_of(unit, week_start).map(|d| d.to_string());
        // A Saturday.
        assert_eq!(start(Unit::Week, WeekStart::Monday).as_deref(), Some("2026-11-16"));
        assert_eq!(start(Unit::Week, WeekStart::Sunday).as_deref(), Some("2026-11-15"));
        assert_eq!(start(Unit::Month, WeekStart::Monday).as_deref(), Some("2026-11-01"));
        assert_eq!(start(Unit::Quarter, WeekStart::Monday).as_deref(), Some("2026-10-01"));
        assert_eq!(start(Unit::Year, WeekStart::Monday).as_deref(), Some("2026-01-01"));
        let sunday = day("2026-11-22").start_of(Unit::Week, WeekStart::Sunday);
        assert_eq!(sunday, Some(day("2026-11-22")));
    }

    #[test]
    fn a_day_begins_at_its_midnight() {
        let berlin = Change { at: "2026-03-29T01:00:00Z", before: 3600, after: 7200 };
        assert_eq!(day("2026-03-29").start(&berlin).to_string(), "2026-03-28T23:00:00Z");
        assert_eq!(day("2026-03-30").start(&berlin).to_string(), "2026-03-29T22:00:00Z");
        assert_eq!(day("1970-01-01").start(&Utc), Instant(0));
    }

    #[test]
    fn a_skipped_midnight_begins_the_day_later_and_a_double_one_at_the_first() {
        // As in Santiago: at 24:00 clocks go to 1:00, and months later back to 23:00.
        let forward = Change { at: "2026-09-06T04:00:00Z", before: -14_400, after: -10_800 };
        assert_eq!(day("2026-09-06").start(&forward).to_string(), "2026-09-06T04:00:00Z");
        let back = Change { at: "2026-04-05T03:00:00Z", before: -10_800, after: -14_400 };
        assert_eq!(day("2026-04-05").start(&back).to_string(), "2026-04-05T04:00:00Z");
        // As in Havana: at 1:00 clocks go back to 0:00, so that midnight comes twice.
        let twice = Change { at: "2026-11-01T05:00:00Z", before: -14_400, after: -18_000 };
        assert_eq!(day("2026-11-01").start(&twice).to_string(), "2026-11-01T04:00:00Z");
    }

    proptest! {
        #[test]
        fn a_day_begins_in_itself_and_right_after_the_day_before(
            days in -700_000_i32..2_900_000, change in 0_i64..172_800, before in -14_i32..14, step in -2_i32..2,
        ) {
            struct Somewhere { at: Instant, before: i32, after: i32 }
            impl Zone for Somewhere {
                fn offset_seconds(&self, instant: Instant) -> i32 {
                    if instant < self.at { self.before } else { self.after }
                }
            }
            let Some(day) = Day::from_epoch_day(days) else { return Ok(()) };
            let at = day.start(&Utc).plus_seconds((change - 86_400) / 60 * 60);
            let zone = Somewhere { at, before: before * 3600, after: (before + step) * 3600 };
            let start = day.start(&zone);
            prop_assert_eq!(Day::of(start, &zone), Some(day));
            let just_before = Day::of(start.plus_seconds(-1), &zone);
            prop_assert!(just_before.is_none_or(|d| d < day) , "{:?}", just_before);
        }

        #[test]
        fn what_is_written_is_read_again(days in -700_000_i32..2_900_000) {
            if let Some(day) = Day::from_epoch_day(days) {
                prop_assert_eq!(Day::parse(&day.to_string()), Some(day));
            }
        }
    }
}
