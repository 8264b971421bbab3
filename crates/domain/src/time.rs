//! Instants and UTC days as integers, so that they compare, store and serialise exactly.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, UtcDateTime, format_description::well_known::Rfc3339};

/// An instant in UTC, in microseconds since 1970. Clocks hand out whole milliseconds, so that what
/// is printed (contract § 2) is what is stored and a printed bound includes its instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The last instant that RFC 3339 can print: the end of the year 9999.
const LAST: i64 = 253_402_300_799_999_999;
/// The first instant that RFC 3339 can print: the beginning of the year 0.
const FIRST: i64 = -62_167_219_200_000_000;

impl Timestamp {
    /// The instant so many microseconds after 1970, clamped to the years 0–9999.
    pub const fn from_micros(micros: i64) -> Self {
        Self(if micros > LAST {
            LAST
        } else if micros < FIRST {
            FIRST
        } else {
            micros
        })
    }

    /// The instant so many milliseconds after 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(1_000))
    }

    /// The instant so many seconds after 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The same instant cut to whole milliseconds.
    #[must_use]
    pub const fn whole_millis(self) -> Self {
        Self::from_millis(self.millis())
    }

    /// The instant so much later (or earlier, for a negative duration).
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.whole_microseconds()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// How long after `earlier` this is; negative if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::microseconds(self.0.saturating_sub(earlier.0))
    }

    /// The UTC day of this instant.
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(86_400_000_000)).expect("a clamped instant has a day in i32"))
    }

    /// The same instant as the `time` crate has it.
    pub fn utc(self) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000).expect("a clamped instant is a date")
    }

    /// The instant of a date-time of the `time` crate, clamped to the years 0–9999.
    pub fn from_datetime(datetime: OffsetDateTime) -> Self {
        Self::from_micros(i64::try_from(datetime.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX))
    }

    /// RFC 3339 in UTC with milliseconds and `Z`.
    pub fn rfc3339_millis(self) -> String {
        let at = self.utc();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )
    }

    /// RFC 3339 in UTC with whole seconds and `Z`.
    pub fn rfc3339_seconds(self) -> String {
        let mut text = self.rfc3339_millis();
        text.replace_range(19..23, "");
        text
    }

    /// Reads RFC 3339 with an offset; `None` for anything else.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::from_datetime)
    }
}

/// An instant of a clock that only goes forward, in microseconds since a moment that the clock
/// chooses: for telling how much time has passed, whatever the machine's clock is set to meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Steady(u64);

impl Steady {
    /// The instant so many microseconds after the clock's beginning.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The instant so many microseconds later.
    #[must_use]
    pub const fn plus(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// How many microseconds after `earlier` this is; none if it is before.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A UTC calendar day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The first instant of the day.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0 as i64 * 86_400)
    }

    /// The last whole millisecond of the day: what a date given as an end includes.
    pub const fn end(self) -> Timestamp {
        Timestamp::from_millis((self.0 as i64 + 1) * 86_400_000 - 1)
    }

    /// The day so many days later (or earlier, for a negative number).
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The calendar date, clamped to the years 0–9999.
    pub fn date(self) -> Date {
        self.start().utc().date()
    }

    /// The day of a calendar date, clamped to the years 0–9999.
    pub fn of_date(date: Date) -> Self {
        Timestamp::from_datetime(date.midnight().assume_utc()).day()
    }

    /// ISO 8601: `2026-03-01`.
    pub fn iso(self) -> String {
        let mut text = self.start().rfc3339_millis();
        text.truncate(10);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_milliseconds_or_seconds_and_a_z() {
        let at = Timestamp::from_millis(1_743_517_800_123);
        assert_eq!(at.rfc3339_millis(), "2025-04-01T14:30:00.123Z");
        assert_eq!(at.rfc3339_seconds(), "2025-04-01T14:30:00Z");
        assert_eq!(Timestamp::parse_rfc3339("2025-04-01T16:30:00.123+02:00"), Some(at));
    }

    #[test]
    fn a_day_reaches_from_midnight_to_its_last_millisecond() {
        let day = Timestamp::from_millis(1_743_517_800_123).day();
        assert_eq!(day.start().rfc3339_millis(), "2025-04-01T00:00:00.000Z");
        assert_eq!(day.end().rfc3339_millis(), "2025-04-01T23:59:59.999Z");
    }

    #[test]
    fn a_day_is_a_date_of_the_calendar() {
        for text in ["2024-02-29", "1970-01-01", "1969-12-31", "0000-01-01", "9999-12-31"] {
            let day = Timestamp::parse_rfc3339(&format!("{text}T12:00:00Z")).expect("an instant").day();
            assert_eq!((day.iso().as_str(), Day::of_date(day.date())), (text, day));
        }
        assert_eq!(Day(i32::MAX).plus(1).iso(), "9999-12-31", "what has no date has the nearest");
        assert_eq!(Day(0).plus(-1), Day(-1));
    }

    #[test]
    fn instants_before_1970_have_their_own_day() {
        assert_eq!(Timestamp::from_millis(-1).day(), Day(-1));
        assert_eq!(Timestamp::from_millis(-1).rfc3339_millis(), "1969-12-31T23:59:59.999Z");
    }
}
