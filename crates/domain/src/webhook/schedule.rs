//! When a delivery is tried again.

use std::{fmt, str::FromStr};

use thiserror::Error;
use time::Duration;

use crate::{time::Timestamp, webhook::Profile};

/// The waits between tries: `n` waits mean `n + 1` tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<Duration>);

/// Why a text is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is not a wait such as 30s, 5m, 2h or 1d; a schedule has 1 to 20 of them, at most 7d each")]
pub struct ScheduleError(String);

impl RetrySchedule {
    /// The published schedule of a profile.
    pub fn published(profile: Profile) -> Self {
        let text = match profile {
            Profile::Synaptiq => "1m,5m,30m,2h,24h",
            Profile::Syrus => "30s,2m,10m,1h",
        };
        text.parse().expect("the published schedules are well formed")
    }

    /// How many tries there are in all.
    pub fn tries(&self) -> u32 {
        u32::try_from(self.0.len() + 1).expect("a schedule has at most 20 waits")
    }

    /// When to try again after try number `used` (1, 2, …) ended at `now`; `None` after the last.
    /// A receiver's `Retry-After` may lengthen the wait up to the schedule's next step and never
    /// shortens it.
    pub fn next_try(&self, used: u32, now: Timestamp, retry_after: Option<Duration>) -> Option<Timestamp> {
        let step = used.max(1) as usize - 1;
        let wait = *self.0.get(step)?;
        let longest = self.0.get(step + 1).copied().unwrap_or(wait).max(wait);
        Some(now.plus(retry_after.unwrap_or(wait).clamp(wait, longest)))
    }
}

impl FromStr for RetrySchedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let waits: Vec<Duration> = text.split(',').map(|wait| parse_wait(wait.trim())).collect::<Result<_, _>>()?;
        if (1..=20).contains(&waits.len()) { Ok(Self(waits)) } else { Err(ScheduleError(text.to_owned())) }
    }
}

fn parse_wait(text: &str) -> Result<Duration, ScheduleError> {
    let refuse = || ScheduleError(text.to_owned());
    let unit = text.chars().last().filter(char::is_ascii_alphabetic).ok_or_else(refuse)?;
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| refuse())?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(refuse()),
    };
    let wait = Duration::seconds(i64::from(count) * seconds);
    if wait > Duration::ZERO && wait <= Duration::days(7) { Ok(wait) } else { Err(refuse()) }
}

impl fmt::Display for RetrySchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits: Vec<String> = self
            .0
            .iter()
            .map(|wait| {
                let seconds = wait.whole_seconds();
                [(86_400, 'd'), (3_600, 'h'), (60, 'm')]
                    .into_iter()
                    .find(|(unit, _)| seconds % unit == 0 && (*unit != 86_400 || seconds != 86_400))
                    .map_or(format!("{seconds}s"), |(unit, letter)| format!("{}{letter}", seconds / unit))
            })
            .collect();
        f.write_str(&waits.join(","))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_schedules_have_six_and_five_tries() {
        let synaptiq = RetrySchedule::published(Profile::Synaptiq);
        assert_eq!((synaptiq.tries(), synaptiq.to_string().as_str()), (6, "1m,5m,30m,2h,24h"));
        assert_eq!(RetrySchedule::published(Profile::Syrus).tries(), 5);
    }

    #[test]
    fn texts_that_are_no_schedule_are_refused() {
        for text in ["", "1", "m", "1w", "0s", "8d", "1m,,2m", "-1m", "1m;2m"] {
            assert!(text.parse::<RetrySchedule>().is_err(), "{text:?} was accepted");
        }
    }

    proptest! {
        #[test]
        fn retry_after_only_lengthens_and_only_up_to_the_next_step(used in 1u32..9, after in proptest::option::of(0i64..200_000)) {
            let schedule = RetrySchedule::published(Profile::Synaptiq);
            let now = Timestamp::from_seconds(1_000_000);
            let plain = schedule.next_try(used, now, None);
            let asked = schedule.next_try(used, now, after.map(Duration::seconds));
            prop_assert_eq!(plain.is_some(), used < schedule.tries());
            prop_assert_eq!(asked.is_some(), plain.is_some());
            if let (Some(plain), Some(asked)) = (plain, asked) {
                prop_assert!(asked >= plain);
                let longest = schedule.next_try(used + 1, now, None).unwrap_or(plain);
                prop_assert!(asked <= longest.max(plain));
            }
        }
    }
}
