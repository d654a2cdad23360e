//! Periods: the billing periods of a contract, and the units of a line in slices of them. Pure: days in, days out.
//!
//! ```text
//! contract   2026-01-31 ──────────────────────────────► 2026-04-15, monthly
//! periods    │ 31 Jan – 27 Feb │ 28 Feb – 30 Mar │ 31 Mar – 15 Apr │
//! changes      +5                      10 Mar +2
//! slices     │ 5               │ 5     │ 7       │ 7               │
//! ```

use autotask_core::calendar::{Day, Unit};

/// Most periods of one contract: a hundred years of months. A contract that is longer has none beyond.
pub(crate) const PERIODS_MAX: i32 = 1_200;

/// How long a billing period is; the numbers are those of `Contracts.contractPeriodType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeriodType {
    Monthly = 1,
    Quarterly = 2,
    SemiAnnual = 3,
    Yearly = 4,
}

impl PeriodType {
    /// The period type of a picklist value.
    pub(crate) fn of(value: i64) -> Option<PeriodType> {
        [PeriodType::Monthly, PeriodType::Quarterly, PeriodType::SemiAnnual, PeriodType::Yearly]
            .into_iter()
            .find(|kind| *kind as i64 == value)
    }

    /// Its months.
    pub(crate) fn months(self) -> i32 {
        match self {
            PeriodType::Monthly => 1,
            PeriodType::Quarterly => 3,
            PeriodType::SemiAnnual => 6,
            PeriodType::Yearly => 12,
        }
    }
}

/// One billing period, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) start: Day,
    /// Its last day; the contract's where that comes first.
    pub(crate) end: Day,
    /// The days it would have if the contract did not end in it.
    pub(crate) whole_days: i32,
}

/// The periods of a contract that runs from `start` to `end`, both included; none when it ends before it starts.
///
/// Each begins so many months after the contract does, and not after the period before it: of a contract from
/// 31 January, the third monthly period begins on 31 March again.
pub(crate) fn periods(start: Day, end: Day, kind: PeriodType) -> impl Iterator<Item = Period> {
    let start_of = move |index: i32| start.plus(index * kind.months(), Unit::Month);
    (0..PERIODS_MAX).map_while(move |index| {
        let first = start_of(index).filter(|first| *first <= end)?;
        // Beyond the year 9999 there are no days, so the period ends with them.
        let last = start_of(index + 1).and_then(|next| next.plus(-1, Unit::Day)).unwrap_or(end);
        Some(Period { start: first, end: last.min(end), whole_days: first.days_until(last) + 1 })
    })
}

/// A change of a line's quantity: from this day on, so many more or fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) from: Day,
    pub(crate) units: i64,
}

/// A part of a period in which the quantity does not change, both days included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slice {
    pub(crate) start: Day,
    pub(crate) end: Day,
    pub(crate) units: i64,
    /// The part of its whole period that it is: 1 for a whole period, less where it was split or cut.
    pub(crate) share: f64,
}

/// The quantity over the periods. A change inside a period splits it; there are no slices before the first change.
/// Changes outside all periods, and several on one day, count as they should: what came before the first period is
/// there when it begins.
///
/// A quantity that came down to nothing keeps its slices, with 0 units: who looks for the quantity of a day takes the
/// latest slice, and would find the old one otherwise.
pub(crate) fn slices(periods: impl IntoIterator<Item = Period>, changes: &[Change]) -> Vec<Slice> {
    let mut changes = changes.to_vec();
    changes.sort_by_key(|change| change.from);
    let units_on = |day: Day| changes.iter().take_while(|change| change.from <= day).map(|change| change.units).sum();
    let Some(first) = changes.first().map(|change| change.from) else { return Vec::new() };
    let mut out = Vec::new();
    for period in periods.into_iter().skip_while(|period| period.end < first) {
        let mut start = period.start.max(first);
        loop {
            let next = changes.iter().map(|change| change.from).find(|from| *from > start && *from <= period.end);
            let end = next.and_then(|next| next.plus(-1, Unit::Day)).unwrap_or(period.end);
            let share = f64::from(start.days_until(end) + 1) / f64::from(period.whole_days);
            out.push(Slice { start, end, units: units_on(start), share });
            match next {
                Some(next) => start = next,
                None => break,
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap_or_else(|| panic!("{text} is a day"))
    }

    #[track_caller]
    fn check_periods(start: &str, end: &str, kind: PeriodType, expected: &[(&str, &str, i32)]) {
        let found: Vec<_> = periods(day(start), day(end), kind)
            .map(|period| (period.start.to_string(), period.end.to_string(), period.whole_days))
            .collect();
        let found: Vec<_> = found.iter().map(|(start, end, days)| (start.as_str(), end.as_str(), *days)).collect();
        assert_eq!(found, expected);
    }

    /// `changes` are days and units; the answer is start, end, units and share in percent.
    fn sliced(start: &str, end: &str, changes: &[(&str, i64)]) -> Vec<(String, String, i64, i64)> {
        let changes: Vec<_> = changes.iter().map(|(from, units)| Change { from: day(from), units: *units }).collect();
        let percent = |share: f64| format!("{:.0}", share * 100.0).parse().expect("a number");
        slices(periods(day(start), day(end), PeriodType::Monthly), &changes)
            .into_iter()
            .map(|slice| (slice.start.to_string(), slice.end.to_string(), slice.units, percent(slice.share)))
            .collect()
    }

    fn slice(start: &str, end: &str, units: i64, percent: i64) -> (String, String, i64, i64) {
        (start.to_owned(), end.to_owned(), units, percent)
    }

    #[test]
    fn months_that_begin_on_the_31st_end_where_months_end() {
        check_periods(
            "2026-01-31",
            "2026-05-30",
            PeriodType::Monthly,
            &[
                ("2026-01-31", "2026-02-27", 28),
                ("2026-02-28", "2026-03-30", 31),
                ("2026-03-31", "2026-04-29", 30),
                ("2026-04-30", "2026-05-30", 31),
            ],
        );
    }

    #[test]
    fn a_leap_year_has_its_day() {
        check_periods(
            "2024-02-29",
            "2026-02-27",
            PeriodType::Yearly,
            &[("2024-02-29", "2025-02-27", 365), ("2025-02-28", "2026-02-27", 365)],
        );
        check_periods(
            "2024-01-31",
            "2024-03-30",
            PeriodType::Monthly,
            &[("2024-01-31", "2024-02-28", 29), ("2024-02-29", "2024-03-30", 31)],
        );
    }

    #[test]
    fn each_period_type_has_its_months() {
        for (kind, count) in [
            (PeriodType::Monthly, 12),
            (PeriodType::Quarterly, 4),
            (PeriodType::SemiAnnual, 2),
            (PeriodType::Yearly, 1),
        ] {
            let found: Vec<_> = periods(day("2026-01-01"), day("2026-12-31"), kind).collect();
            assert_eq!((found.len(), PeriodType::of(kind as i64)), (count, Some(kind)));
            assert_eq!(found.last().map(|period| period.end), Some(day("2026-12-31")));
        }
        assert_eq!(PeriodType::of(0), None);
        assert_eq!(PeriodType::of(5), None);
    }

    #[test]
    fn the_end_of_the_contract_cuts_the_last_period() {
        check_periods("2026-01-01", "2026-01-10", PeriodType::Monthly, &[("2026-01-01", "2026-01-10", 31)]);
        check_periods("2026-01-01", "2026-01-01", PeriodType::Yearly, &[("2026-01-01", "2026-01-01", 365)]);
        check_periods("2026-01-02", "2026-01-01", PeriodType::Monthly, &[]);
        check_periods(
            "2026-01-01",
            "2026-02-01",
            PeriodType::Monthly,
            &[("2026-01-01", "2026-01-31", 31), ("2026-02-01", "2026-02-01", 28)],
        );
    }

    #[test]
    fn a_contract_without_end_has_a_bounded_number_of_periods() {
        let found = periods(day("2026-01-01"), day("9999-12-31"), PeriodType::Monthly).count();
        assert_eq!(i32::try_from(found), Ok(PERIODS_MAX));
        let last = periods(day("9999-01-01"), day("9999-12-31"), PeriodType::Yearly).last();
        assert_eq!(last.map(|period| (period.end, period.whole_days)), Some((day("9999-12-31"), 365)));
    }

    #[test]
    fn a_change_on_the_first_day_of_a_period_splits_nothing() {
        let found = sliced("2026-01-01", "2026-02-28", &[("2026-01-01", 5), ("2026-02-01", 2)]);
        assert_eq!(found, [slice("2026-01-01", "2026-01-31", 5, 100), slice("2026-02-01", "2026-02-28", 7, 100)]);
    }

    #[test]
    fn a_change_inside_a_period_splits_it_at_its_day() {
        let found = sliced("2026-04-01", "2026-05-31", &[("2026-04-01", 5), ("2026-04-16", -3), ("2026-04-16", 1)]);
        assert_eq!(
            found,
            [
                slice("2026-04-01", "2026-04-15", 5, 50),
                slice("2026-04-16", "2026-04-30", 3, 50),
                slice("2026-05-01", "2026-05-31", 3, 100),
            ]
        );
        // On the last day of a period, the slice has this one day.
        let found = sliced("2026-04-01", "2026-04-30", &[("2026-04-30", 1), ("2026-04-01", 1)]);
        assert_eq!(found, [slice("2026-04-01", "2026-04-29", 1, 97), slice("2026-04-30", "2026-04-30", 2, 3)]);
    }

    #[test]
    fn slices_begin_with_the_first_change_and_stay_when_nothing_is_left() {
        assert_eq!(sliced("2026-01-01", "2026-12-31", &[]), []);
        let found = sliced("2026-01-01", "2026-03-31", &[("2026-02-15", 4), ("2026-03-01", -4)]);
        assert_eq!(found, [slice("2026-02-15", "2026-02-28", 4, 50), slice("2026-03-01", "2026-03-31", 0, 100)]);
    }

    #[test]
    fn changes_outside_the_contract() {
        let found = sliced("2026-01-01", "2026-01-31", &[("2025-06-01", 4), ("2026-02-01", 9)]);
        assert_eq!(found, [slice("2026-01-01", "2026-01-31", 4, 100)]);
    }
}
