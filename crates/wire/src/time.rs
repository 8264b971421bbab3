//! Times as callers give them (contract § 2): any ISO 8601 date-time, or a date. What is printed is
//! RFC 3339 in UTC, which [`Timestamp`] does by itself.

use synaptiq_domain::time::{Day, Timestamp};
use time::{Date, Duration, Month, Time, Weekday};

/// What to say of a text that is neither a date nor a date-time.
pub(crate) const EXPECTED: &str = "must be an ISO 8601 date or date-time";

/// Reads an instant; a date is its first instant.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    match parse(text)? {
        Moment::Instant(at) => Some(at),
        Moment::Day(day) => Some(day.start()),
    }
}

/// Reads an instant that ends a range; a date includes the whole UTC day.
pub fn parse_instant_as_end(text: &str) -> Option<Timestamp> {
    match parse(text)? {
        Moment::Instant(at) => Some(at),
        Moment::Day(day) => Some(day.end()),
    }
}

/// What a text can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Instant(Timestamp),
    Day(Day),
}

/// Extended and basic forms of calendar, week and ordinal dates; a time of day down to the
/// microsecond after `T` or a blank; any offset, none being UTC.
///
/// Not read: years alone, months alone, years beyond 0–9999, intervals and durations.
fn parse(text: &str) -> Option<Moment> {
    if !text.is_ascii() {
        return None;
    }
    let split = text.find(['T', 't', ' ']);
    let date = parse_date(&text[..split.unwrap_or(text.len())])?;
    let midnight = Timestamp::from_datetime(date.with_time(Time::MIDNIGHT).assume_utc());
    let Some(split) = split else { return Some(Moment::Day(midnight.day())) };
    let (clock, offset) = split_offset(&text[split + 1..]);
    let (since_midnight, is_leap_second) = parse_clock(clock)?;
    let at = midnight.plus(since_midnight - parse_offset(offset)?);
    // A leap second ends a UTC day, and counts as the first second of the next one.
    (!is_leap_second || at.seconds() == at.day().start().seconds()).then_some(Moment::Instant(at))
}

/// A run of ASCII digits as a number.
fn digits<N: std::str::FromStr>(text: &str) -> Option<N> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn parse_date(text: &str) -> Option<Date> {
    let year: i32 = digits(text.get(..4)?)?;
    let rest = &text[4..];
    // With the hyphens that the extended form asks for, or with none at all.
    let (rest, hyphens) = rest.strip_prefix('-').map_or((rest, 0), |rest| (rest, 1));
    if let Some(week) = rest.strip_prefix('W') {
        let (number, day) = if hyphens == 1 { week.split_once('-')? } else { week.split_at_checked(2)? };
        let day = (day.len() == 1 && number.len() == 2).then(|| digits::<u8>(day)).flatten()?;
        let day = (1..=7).contains(&day).then(|| Weekday::Monday.nth_next(day - 1))?;
        return Date::from_iso_week_date(year, digits(number)?, day).ok();
    }
    if rest.len() == 3 {
        return Date::from_ordinal_date(year, digits(rest)?).ok();
    }
    let (month, day) = if hyphens == 1 { rest.split_once('-')? } else { rest.split_at_checked(2)? };
    if month.len() != 2 || day.len() != 2 {
        return None;
    }
    Date::from_calendar_date(year, Month::try_from(digits::<u8>(month)?).ok()?, digits(day)?).ok()
}

/// The time of day and what follows it. A blank before an offset is a `+` that a query string's
/// decoding has swallowed.
fn split_offset(text: &str) -> (&str, &str) {
    text.find(['Z', 'z', '+', '-', ' ']).map_or((text, "Z"), |at| text.split_at(at))
}

/// `hh`, `hh:mm`, `hh:mm:ss` or the basic forms, the seconds with a fraction of any length, of which
/// microseconds are kept; and whether it names a leap second. 24:00 is the end of the day.
fn parse_clock(text: &str) -> Option<(Duration, bool)> {
    let (clock, fraction) = match text.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = if clock.contains(':') {
        clock.split(':').collect()
    } else {
        (0..clock.len()).step_by(2).map(|at| clock.get(at..at + 2)).collect::<Option<_>>()?
    };
    if !(1..=3).contains(&parts.len()) || parts.iter().any(|part| part.len() != 2) {
        return None;
    }
    let part = |index: usize| parts.get(index).map_or(Some(0), |part| digits::<i64>(part));
    let (hour, minute, second) = (part(0)?, part(1)?, part(2)?);
    let microseconds = match fraction {
        None => 0,
        Some(fraction) if parts.len() == 3 => parse_fraction(fraction)?,
        Some(_) => return None,
    };
    let end_of_day = (hour, minute, second, microseconds) == (24, 0, 0, 0);
    (end_of_day || (hour < 24 && minute < 60 && second <= 60)).then(|| {
        let whole = Duration::seconds(hour * 3_600 + minute * 60 + second);
        (whole + Duration::microseconds(microseconds), second == 60)
    })
}

/// The microseconds of a fraction of a second, cut rather than rounded.
fn parse_fraction(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits(&format!("{:0<6}", &text[..text.len().min(6)]))
}

/// `Z`, `±hh`, `±hh:mm` or `±hhmm`.
fn parse_offset(text: &str) -> Option<Duration> {
    let (sign, rest) = text.split_at_checked(1)?;
    let sign = match sign {
        "Z" | "z" => return rest.is_empty().then_some(Duration::ZERO),
        "-" => -1,
        _ => 1,
    };
    let (hours, minutes) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at(2),
        5 => rest.split_once(':').filter(|(hours, _)| hours.len() == 2)?,
        _ => return None,
    };
    let (hours, minutes): (i64, i64) = (digits(hours)?, digits(minutes)?);
    (hours < 24 && minutes < 60).then(|| Duration::minutes(sign * (hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        parse_instant(text).map(Timestamp::rfc3339_millis)
    }

    #[test]
    fn every_form_of_one_instant_reads_alike() {
        for text in [
            "2026-04-01T14:30:00.123Z",
            "2026-04-01t14:30:00.123z",
            "2026-04-01T14:30:00,123Z",
            "2026-04-01 14:30:00.123",
            "2026-04-01T14:30:00.123",
            "2026-04-01T14:30:00.123456789Z",
            "2026-04-01T14:30:00.123000000000000000Z",
            "2026-04-01T16:30:00.123+02:00",
            "2026-04-01T16:30:00.123 02:00",
            "2026-04-01T09:00:00.123-0530",
            "2026-04-01T16:30:00.123+02",
            "20260401T143000.123Z",
            "2026-W14-3T14:30:00.123Z",
            "2026W143T143000.123Z",
            "2026-091T14:30:00.123Z",
            "2026091T14:30:00.123",
        ] {
            assert_eq!(read(text).as_deref(), Some("2026-04-01T14:30:00.123Z"), "{text}");
        }
        assert_eq!(read("2026-04-01T14:30").as_deref(), Some("2026-04-01T14:30:00.000Z"));
        assert_eq!(read("2026-04-01T14").as_deref(), Some("2026-04-01T14:00:00.000Z"));
        assert_eq!(read("2026-04-01T24:00").as_deref(), Some("2026-04-02T00:00:00.000Z"));
        assert_eq!(read("2016-12-31T15:59:60-08:00").as_deref(), Some("2017-01-01T00:00:00.000Z"));
        assert_eq!(read("2016-12-31T23:59:60Z").as_deref(), Some("2017-01-01T00:00:00.000Z"));
        assert_eq!(read("0000-01-01T00:00:00+01:00").as_deref(), Some("0000-01-01T00:00:00.000Z"), "clamped");
    }

    #[test]
    fn a_date_begins_at_midnight_and_as_an_end_includes_its_whole_day() {
        assert_eq!(read("2026-04-01").as_deref(), Some("2026-04-01T00:00:00.000Z"));
        assert_eq!(
            parse_instant_as_end("2026-04-01").map(Timestamp::rfc3339_millis).as_deref(),
            Some("2026-04-01T23:59:59.999Z")
        );
        assert_eq!(
            parse_instant_as_end("20240229").map(Timestamp::rfc3339_millis).as_deref(),
            Some("2024-02-29T23:59:59.999Z")
        );
        assert_eq!(
            parse_instant_as_end("2026-04-01T10:00:00Z").map(Timestamp::rfc3339_millis).as_deref(),
            Some("2026-04-01T10:00:00.000Z"),
            "an instant stays itself"
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            " ",
            "2026",
            "2026-04",
            "2026-4-1",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "26-04-01",
            "+2026-04-01",
            "2026-04-01T",
            "2026-04-01T25:00",
            "2026-04-01T24:01",
            "2026-04-01T10:60",
            "2026-04-01T10:00:61",
            "2026-04-01T10:00:00.",
            "2026-04-01T10:00:00.12x4Z",
            "2026-04-01T10:00:60Z",
            "2026-04-01T23:59:60+01:00",
            "2026-04-01\n",
            " 2026-04-01",
            "2026-04-01T10:00.5Z",
            "2026-04-01T1:00",
            "2026-04-01T10:00:00X",
            "2026-04-01T10:00:00+2",
            "2026-04-01T10:00:00+24:00",
            "2026-04-01T10:00:00ZZ",
            "2026-W54-1",
            "2026-W14-8",
            "2026-W1-3",
            "2026-366",
            "2026-000",
            "yesterday",
            "1743517800",
            "2026-04-01T10:00:00Z/P1D",
            "２０２６-04-01",
            "2026-0401",
            "202604-01",
        ] {
            assert_eq!(read(text), None, "{text} was read");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_as_the_same_instant(millis in -62_167_219_200_000i64..253_402_300_799_999) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(parse_instant(&at.rfc3339_millis()), Some(at));
            prop_assert_eq!(parse_instant_as_end(&at.rfc3339_millis()), Some(at));
            prop_assert_eq!(parse_instant(&at.rfc3339_seconds()), Some(Timestamp::from_seconds(at.seconds())));
        }

        #[test]
        fn whatever_rfc_3339_reads_this_reads_to_the_same_instant(millis in 0i64..4_000_000_000_000, offset in -1439i64..1439, digits in 1usize..=9) {
            let local = Timestamp::from_millis(millis).plus(Duration::minutes(offset));
            let mut text = local.rfc3339_millis();
            text.truncate(19);
            let fraction = "123456789";
            let sign = if offset < 0 { '-' } else { '+' };
            let text = format!("{text}.{}{sign}{:02}:{:02}", &fraction[..digits], offset.abs() / 60, offset.abs() % 60);
            prop_assert_eq!(parse_instant(&text), Timestamp::parse_rfc3339(&text));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9TWZ:.,+ é-]{0,30}") {
            let _ = parse_instant(&text);
            let _ = parse_instant_as_end(&text);
        }
    }
}
