//! A budget by the UTC day.

use crate::time::{Day, Timestamp};

/// How many were admitted on one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    day: Day,
    count: u32,
}

impl Default for DayCount {
    fn default() -> Self {
        Self { day: Day(i32::MIN), count: 0 }
    }
}

impl DayCount {
    /// How many were admitted on the day of `now`. A clock that was set back into the day before
    /// gives no second budget.
    pub fn count(&mut self, now: Timestamp) -> u32 {
        let today = now.day();
        if today > self.day {
            *self = Self { day: today, count: 0 };
        }
        self.count
    }

    /// Notes an admission.
    pub fn admit(&mut self, now: Timestamp) {
        self.count = self.count(now) + 1;
    }

    /// When the next day begins, and with it the next budget.
    pub fn next_day(&self) -> Timestamp {
        Day(self.day.0.saturating_add(1)).start()
    }

    /// Takes another count in; of two days the later one counts.
    pub fn absorb(&mut self, other: Self) {
        if other.day == self.day {
            self.count = self.count.saturating_add(other.count);
        } else if other.day > self.day {
            *self = other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_begins_anew_at_midnight_and_not_when_the_clock_is_set_back() {
        let midnight = Day(20_000).start();
        let before = Timestamp::from_micros(midnight.micros() - 1);
        let mut count = DayCount::default();
        count.admit(before);
        count.admit(before);
        assert_eq!((count.count(before), count.next_day()), (2, midnight));
        count.admit(midnight);
        assert_eq!(count.count(midnight), 1);
        assert_eq!(count.count(before), 1, "set back, it is still the later day");
        assert_eq!(count.next_day(), Day(20_001).start());
    }

    #[test]
    fn of_two_counts_the_later_day_remains() {
        let count = |day, admissions| {
            let mut count = DayCount::default();
            (0..admissions).for_each(|_| count.admit(Day(day).start()));
            count
        };
        let mut sum = count(7, 2);
        sum.absorb(count(6, 5));
        assert_eq!(sum, count(7, 2));
        sum.absorb(count(7, 3));
        assert_eq!(sum, count(7, 5));
        sum.absorb(count(8, 1));
        assert_eq!(sum, count(8, 1));
    }
}
