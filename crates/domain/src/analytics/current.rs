//! Figures of the present moment: what there is now, not what happened in a period.
//!
//! Absorbed leads are counted with their survivor, and deleted ones not at all. Archived leads count:
//! archiving puts a lead out of sight, but it was captured, and a figure must not fall because
//! somebody tidied up.

use crate::{
    analytics::Decimal,
    lead::LeadStatus,
    time::{Day, Timestamp},
};

/// How many days of activity are shown, the present one included.
pub const ACTIVITY_DAYS: u16 = 30;

/// What leads and conversations come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CurrentOverview {
    /// Leads.
    pub leads: u64,
    /// Those of them that have ever qualified, or reached anything beyond it.
    pub ever_qualified: u64,
    /// Conversations, whether or not they led to a lead.
    pub conversations: u64,
    /// The messages of all conversations, of both sides.
    pub messages: u64,
}

impl CurrentOverview {
    /// The share of leads that have ever qualified, to 4 decimals; 0 where there are no leads.
    pub fn conversion_rate(&self) -> f64 {
        Decimal::quotient(self.ever_qualified, self.leads, 4).map_or(0.0, Decimal::value)
    }

    /// Messages per conversation, to 1 decimal; 0 where there are no conversations.
    pub fn messages_per_conversation(&self) -> f64 {
        Decimal::quotient(self.messages, self.conversations, 1).map_or(0.0, Decimal::value)
    }
}

/// How many leads are in each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusCounts([u64; LeadStatus::ALL.len()]);

impl StatusCounts {
    /// How many leads are in a status.
    pub const fn of(&self, status: LeadStatus) -> u64 {
        self.0[status as usize]
    }

    /// All leads.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// Counts that are said one by one add up.
impl FromIterator<(LeadStatus, u64)> for StatusCounts {
    fn from_iter<I: IntoIterator<Item = (LeadStatus, u64)>>(counts: I) -> Self {
        let mut all = Self::default();
        for (status, count) in counts {
            all.0[status as usize] += count;
        }
        all
    }
}

/// How often something happened on a UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub day: Day,
    /// How often.
    pub count: u64,
}

/// The days whose activity is shown at an instant, oldest first.
pub fn activity_days(now: Timestamp) -> impl Iterator<Item = Day> {
    let today = now.day().0;
    (0..i32::from(ACTIVITY_DAYS)).rev().map(move |back| Day(today - back))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview(leads: u64, ever_qualified: u64, conversations: u64, messages: u64) -> CurrentOverview {
        CurrentOverview { leads, ever_qualified, conversations, messages }
    }

    #[test]
    fn rates_and_averages_are_rounded_half_up_and_zero_over_nothing() {
        for (counts, rate, average) in [
            (overview(0, 0, 0, 0), 0.0, 0.0),
            (overview(3, 1, 3, 10), 0.3333, 3.3),
            (overview(3, 2, 4, 9), 0.6667, 2.3),
            (overview(142, 49, 20, 81), 0.3451, 4.1),
            (overview(20_000, 1, 1, u64::from(u32::MAX)), 0.0001, 4_294_967_295.0),
            (overview(7, 7, 1, 0), 1.0, 0.0),
        ] {
            assert_eq!((counts.conversion_rate(), counts.messages_per_conversation()), (rate, average), "{counts:?}");
        }
    }

    #[test]
    fn the_days_of_activity_are_thirty_and_end_today() {
        let now = Timestamp::parse_rfc3339("2026-04-01T00:00:00Z").expect("an instant");
        let days: Vec<Day> = activity_days(now).collect();
        assert_eq!(days.len(), 30);
        assert!(days.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0), "{days:?}");
        assert_eq!(days[0].start().rfc3339_millis(), "2026-03-03T00:00:00.000Z");
        assert_eq!(days[29], now.day());
    }

    #[test]
    fn every_status_has_a_count_of_its_own() {
        let counts: StatusCounts = (1..).zip(LeadStatus::ALL).map(|(count, status)| (status, count)).collect();
        for (count, status) in (1..).zip(LeadStatus::ALL) {
            assert_eq!(counts.of(status), count);
        }
        assert_eq!(counts.total(), 45);
    }
}
