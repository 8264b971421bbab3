//! Periods of whole UTC days: which are asked for, what they are divided into, and with what they are
//! compared (contract § 9).

use thiserror::Error;
use time::{Date, Month};

use crate::time::Day;

/// How many days before today a period begins where nothing is said.
pub const DEFAULT_DAYS_BACK: i32 = 30;
/// How far the two ends of a period may be apart, in days.
pub const LONGEST_SPAN: i32 = 365;

/// The days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    first: Day,
    last: Day,
}

/// Why a period cannot be reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PeriodError {
    /// It ends before it begins, both ends being given.
    #[error("must not be after endDate")]
    StartAfterEnd,
    /// It ends before it begins where nothing is said about its beginning.
    #[error("must not be before the start, which is {0} where no startDate is given")]
    EndBeforeDefaultStart(&'static str),
    /// Its ends are too far apart.
    #[error("the range from startDate to endDate exceeds the maximum of {LONGEST_SPAN} days")]
    TooLong,
}

impl PeriodError {
    /// What is wrong with a range whose end is before its start: which start was given, if one was, and
    /// what it is otherwise.
    pub(crate) const fn of_order<T: Copy>(start: Option<T>, default: &'static str) -> Self {
        if start.is_some() { Self::StartAfterEnd } else { Self::EndBeforeDefaultStart(default) }
    }
}

impl Period {
    /// The days from `first` to `last`; `None` if they are the wrong way round.
    pub fn new(first: Day, last: Day) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The period that a caller asks for: from 30 days ago to today where nothing is said, and at most
    /// 365 days from end to end.
    pub fn asked(first: Option<Day>, last: Option<Day>, today: Day) -> Result<Self, PeriodError> {
        let start = first.unwrap_or_else(|| today.plus(-DEFAULT_DAYS_BACK));
        let end = last.unwrap_or(today);
        let period = Self::new(start, end).ok_or(PeriodError::of_order(first, "30 days ago"))?;
        if period.span() > LONGEST_SPAN { Err(PeriodError::TooLong) } else { Ok(period) }
    }

    /// The first day.
    pub const fn first(self) -> Day {
        self.first
    }

    /// The last day.
    pub const fn last(self) -> Day {
        self.last
    }

    /// How many days its ends are apart: 0 for one day.
    pub const fn span(self) -> i32 {
        self.last.0.saturating_sub(self.first.0)
    }

    /// Whether a day belongs to it.
    pub fn contains(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Its parts, which follow one another without a gap.
    ///
    /// Weeks are of seven days counted from the first one, a shorter remainder joining the last of them;
    /// months are the calendar's, cut to the period.
    pub fn parts(self, granularity: Granularity) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut first = self.first;
        while first <= self.last {
            let last = match granularity {
                Granularity::Day => first,
                // Fewer than seven days after this week are no week of their own.
                Granularity::Week if self.last.0 - first.0 < 13 => self.last,
                Granularity::Week => first.plus(6),
                Granularity::Month => last_of_month(first).min(self.last),
            };
            parts.push(Self { first, last });
            first = last.plus(1);
        }
        parts
    }

    /// The period that it is compared with.
    ///
    /// The previous period ends the day before and is as long from end to end, but at least a day; so a month of
    /// 31 days is compared with 30 days, as published. The previous year has the same dates, 28 February for
    /// a 29th that it lacks.
    #[must_use]
    pub fn compared(self, with: CompareWith) -> Self {
        match with {
            CompareWith::PreviousPeriod => {
                Self { first: self.first.plus(-self.span().max(1)), last: self.first.plus(-1) }
            }
            CompareWith::PreviousYear => Self { first: a_year_before(self.first), last: a_year_before(self.last) },
        }
    }
}

fn last_of_month(day: Day) -> Day {
    let date = day.date();
    day.plus(i32::from(date.month().length(date.year())) - i32::from(date.day()))
}

fn a_year_before(day: Day) -> Day {
    let date = day.date();
    let before = date.replace_year(date.year() - 1);
    let last_of_february = || Date::from_calendar_date(date.year() - 1, Month::February, 28);
    Day::of_date(before.or_else(|_| last_of_february()).expect("every year has a 28 February"))
}

/// Into what a period is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Granularity {
    /// Days.
    #[default]
    Day,
    /// Weeks counted from the first day.
    Week,
    /// Months of the calendar.
    Month,
}

impl Granularity {
    /// Every granularity there is.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The published word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// With what a period is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareWith {
    /// The days just before it.
    PreviousPeriod,
    /// The same dates a year earlier.
    PreviousYear,
}

impl CompareWith {
    /// Everything that there is to compare with.
    pub const ALL: [Self; 2] = [Self::PreviousPeriod, Self::PreviousYear];

    /// The published word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreviousPeriod => "previous_period",
            Self::PreviousYear => "previous_year",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::Timestamp;

    fn day(text: &str) -> Day {
        Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).expect("a date").day()
    }

    fn period(first: &str, last: &str) -> Period {
        Period::new(day(first), day(last)).expect("the right way round")
    }

    fn printed(period: Period) -> String {
        format!("{}/{}", period.first().iso(), period.last().iso())
    }

    fn parts(first: &str, last: &str, granularity: Granularity) -> Vec<String> {
        period(first, last).parts(granularity).into_iter().map(printed).collect()
    }

    #[test]
    fn nothing_said_means_from_thirty_days_ago_to_today() {
        let today = day("2026-03-31");
        let asked = |first: Option<&str>, last: Option<&str>| Period::asked(first.map(day), last.map(day), today);
        assert_eq!(asked(None, None), Ok(period("2026-03-01", "2026-03-31")));
        assert_eq!(asked(Some("2026-03-31"), None), Ok(period("2026-03-31", "2026-03-31")));
        assert_eq!(asked(None, Some("2026-03-01")), Ok(period("2026-03-01", "2026-03-01")));
        assert_eq!(
            asked(None, Some("2026-02-28")),
            Err(PeriodError::EndBeforeDefaultStart("30 days ago")),
            "the default start is not moved"
        );
        assert_eq!(asked(Some("2026-04-01"), None), Err(PeriodError::StartAfterEnd));
        assert_eq!(asked(Some("2026-03-02"), Some("2026-03-01")), Err(PeriodError::StartAfterEnd));
    }

    #[test]
    fn the_ends_are_at_most_365_days_apart() {
        let asked = |first, last| Period::asked(Some(day(first)), Some(day(last)), day("2026-01-01"));
        assert_eq!(asked("2025-01-01", "2026-01-01").map(Period::span), Ok(365));
        assert_eq!(asked("2025-01-01", "2026-01-02"), Err(PeriodError::TooLong));
        assert_eq!(asked("2024-01-01", "2024-12-31").map(Period::span), Ok(365), "a leap year fits");
        assert_eq!(asked("2024-01-01", "2025-01-01"), Err(PeriodError::TooLong));
        assert_eq!(asked("0000-01-01", "9999-12-31"), Err(PeriodError::TooLong));
    }

    #[test]
    fn weeks_count_from_the_start_and_a_remainder_joins_the_last() {
        assert_eq!(
            parts("2026-03-01", "2026-03-31", Granularity::Week),
            ["2026-03-01/2026-03-07", "2026-03-08/2026-03-14", "2026-03-15/2026-03-21", "2026-03-22/2026-03-31"]
        );
        assert_eq!(
            parts("2026-03-01", "2026-03-14", Granularity::Week),
            ["2026-03-01/2026-03-07", "2026-03-08/2026-03-14"],
            "no remainder"
        );
        assert_eq!(parts("2026-03-01", "2026-03-13", Granularity::Week), ["2026-03-01/2026-03-13"]);
        assert_eq!(parts("2026-03-01", "2026-03-07", Granularity::Week), ["2026-03-01/2026-03-07"]);
        assert_eq!(parts("2026-03-01", "2026-03-03", Granularity::Week), ["2026-03-01/2026-03-03"], "less than a week");
    }

    #[test]
    fn months_are_the_calendars_cut_to_the_period() {
        assert_eq!(
            parts("2024-01-30", "2024-03-02", Granularity::Month),
            ["2024-01-30/2024-01-31", "2024-02-01/2024-02-29", "2024-03-01/2024-03-02"]
        );
        assert_eq!(parts("2026-03-01", "2026-03-31", Granularity::Month), ["2026-03-01/2026-03-31"]);
        assert_eq!(parts("2026-12-31", "2027-01-01", Granularity::Month).len(), 2);
    }

    #[test]
    fn the_previous_period_ends_the_day_before() {
        let previous = |first, last| printed(period(first, last).compared(CompareWith::PreviousPeriod));
        assert_eq!(previous("2026-03-01", "2026-03-31"), "2026-01-30/2026-02-28");
        assert_eq!(previous("2026-03-01", "2026-03-01"), "2026-02-28/2026-02-28");
        assert_eq!(previous("2026-03-01", "2026-03-02"), "2026-02-28/2026-02-28");
        assert_eq!(previous("2024-03-01", "2024-03-03"), "2024-02-28/2024-02-29", "over a leap day");
    }

    #[test]
    fn the_previous_year_has_the_same_dates() {
        let previous = |first, last| printed(period(first, last).compared(CompareWith::PreviousYear));
        assert_eq!(previous("2026-03-01", "2026-03-31"), "2025-03-01/2025-03-31");
        assert_eq!(previous("2024-02-01", "2024-02-29"), "2023-02-01/2023-02-28");
        assert_eq!(previous("2024-02-29", "2024-02-29"), "2023-02-28/2023-02-28");
        assert_eq!(previous("2025-02-01", "2025-03-01"), "2024-02-01/2024-03-01", "a day longer, in a leap year");
        assert_eq!(previous("0000-01-01", "0000-01-02"), "0000-01-01/0000-01-01", "there is nothing before the year 0");
    }

    proptest! {
        #[test]
        fn parts_follow_one_another_and_make_up_the_period(
            first in -719_000_i32..2_900_000,
            span in 0..=LONGEST_SPAN,
            granularity in prop::sample::select(&Granularity::ALL[..]),
        ) {
            let whole = Period::new(Day(first), Day(first + span)).expect("the right way round");
            let parts = whole.parts(granularity);
            prop_assert_eq!(parts.first().map(|part| part.first()), Some(whole.first()));
            prop_assert_eq!(parts.last().map(|part| part.last()), Some(whole.last()));
            prop_assert!(parts.iter().all(|part| part.first() <= part.last()));
            prop_assert!(parts.windows(2).all(|pair| pair[0].last().plus(1) == pair[1].first()));
            for with in CompareWith::ALL {
                let other = whole.compared(with);
                prop_assert!(other.first() <= other.last() && other.last() < whole.last(), "{other:?}");
            }
        }
    }
}
