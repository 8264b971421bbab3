//! A clock that stands still until it is told to go on.

use std::sync::atomic::{AtomicI64, Ordering};

use synaptiq_domain::{ports::Clock, time::Timestamp};
use time::Duration;

use crate::fixtures;

/// A clock that stands still. It begins a day after the first of the fixtures' instants.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// A clock that shows an instant.
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.whole_millis().micros()))
    }

    /// Shows another instant, later or earlier, cut to whole milliseconds.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.whole_millis().micros(), Ordering::SeqCst);
    }

    /// Goes on by so much, or back for a negative duration.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::at(fixtures::at(86_400))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_still_until_told_and_shows_whole_milliseconds() {
        let clock = FakeClock::default();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(Duration::microseconds(1_999));
        assert_eq!(clock.now(), start.plus(Duration::milliseconds(1)));
        clock.advance(Duration::seconds(-5));
        assert!(clock.now() < start, "a machine's clock can go backwards");
    }
}
