//! Figures of the present moment in app (contract § 9): current counts, and a month of new leads.

use serde::Serialize;
use synaptiq_domain::{
    analytics::{CurrentOverview, DayCount, StatusCounts},
    lead::LeadStatus,
};
use utoipa::ToSchema;

/// High-level figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Every lead captured, archived ones included.
    #[schema(example = 142)]
    pub total_leads: u64,
    /// Every conversation, whether or not it led to a lead.
    #[schema(example = 310)]
    pub total_conversations: u64,
    /// Messages of both sides per conversation, to one decimal; 0 where there are no conversations.
    #[schema(example = 6.4)]
    pub avg_messages_per_conversation: f64,
    /// The share of leads that ever reached qualified or booked: a fraction with four decimals; 0
    /// where there are no leads.
    #[schema(minimum = 0, maximum = 1, example = 0.3451)]
    pub conversion_rate: f64,
}

impl From<&CurrentOverview> for Overview {
    fn from(overview: &CurrentOverview) -> Self {
        let CurrentOverview { leads, ever_qualified: _, conversations, messages: _ } = overview;
        Self {
            total_leads: *leads,
            total_conversations: *conversations,
            avg_messages_per_conversation: overview.messages_per_conversation(),
            conversion_rate: overview.conversion_rate(),
        }
    }
}

/// How leads are spread over the statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunnelAnswer {
    /// The count of each status; together they are all leads.
    pub funnel: Funnel,
}

/// How many leads are in each of app's six statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Funnel {
    /// Created, no qualification begun.
    #[schema(example = 45)]
    pub new: u64,
    /// In conversation.
    #[schema(example = 32)]
    pub qualifying: u64,
    /// Meeting the criteria, contacted ones included.
    #[schema(example = 28)]
    pub qualified: u64,
    /// With a meeting, converted ones included.
    #[schema(example = 21)]
    pub booked: u64,
    /// Not meeting the criteria, lost ones included.
    #[schema(example = 12)]
    pub disqualified: u64,
    /// Not ready now.
    #[schema(example = 4)]
    pub nurturing: u64,
}

impl From<&StatusCounts> for FunnelAnswer {
    fn from(counts: &StatusCounts) -> Self {
        let shown_as = |word: &str| {
            let statuses = LeadStatus::ALL.into_iter().filter(|status| super::lead::status_word(*status) == word);
            statuses.map(|status| counts.of(status)).sum()
        };
        Self {
            funnel: Funnel {
                new: shown_as("new"),
                qualifying: shown_as("qualifying"),
                qualified: shown_as("qualified"),
                booked: shown_as("booked"),
                disqualified: shown_as("disqualified"),
                nurturing: shown_as("nurturing"),
            },
        }
    }
}

/// How many leads were created on each of the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActivityAnswer {
    /// The UTC days, oldest first and today last; days without leads are there with 0.
    pub activity: Vec<DayActivity>,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayActivity {
    /// The UTC day.
    #[schema(format = Date, example = "2026-03-06")]
    pub date: String,
    /// How many leads were created on it.
    #[schema(example = 3)]
    pub count: u64,
}

impl From<&[DayCount]> for ActivityAnswer {
    fn from(days: &[DayCount]) -> Self {
        let day = |DayCount { day, count }: &DayCount| DayActivity { date: day.iso(), count: *count };
        Self { activity: days.iter().map(day).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::time::Day;

    use super::*;
    use crate::samples;

    #[test]
    fn the_overview_prints_counts_and_rates() {
        let overview = CurrentOverview { leads: 142, ever_qualified: 49, conversations: 20, messages: 81 };
        samples::assert_prints(
            &Overview::from(&overview),
            &json!({
                "totalLeads": 142, "totalConversations": 20, "avgMessagesPerConversation": 4.1, "conversionRate": 0.3451,
            }),
        );
    }

    #[test]
    fn nine_statuses_are_counted_as_six_and_none_is_lost() {
        let counts: StatusCounts = LeadStatus::ALL.into_iter().zip([45, 32, 20, 8, 15, 6, 4, 10, 2]).collect();
        samples::assert_prints(
            &FunnelAnswer::from(&counts),
            &json!({"funnel": {
                "new": 45, "qualifying": 32, "qualified": 28, "booked": 21, "disqualified": 12, "nurturing": 4,
            }}),
        );
    }

    #[test]
    fn activity_prints_dates() {
        let days = [DayCount { day: Day(20_518), count: 3 }, DayCount { day: Day(20_519), count: 0 }];
        samples::assert_prints(
            &ActivityAnswer::from(&days[..]),
            &json!({"activity": [{"date": "2026-03-06", "count": 3}, {"date": "2026-03-07", "count": 0}]}),
        );
    }
}
