//! What a period came to, in v1.

use serde::Serialize;
use synaptiq_domain::analytics::{Compared, Comparison, Decimal, Overview, Part, Period, Summary};
use utoipa::ToSchema;

/// What a period came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Overview)]
pub struct OverviewAnswer {
    /// Which days it is of.
    pub period: PeriodRecord,
    /// The figures of the whole period.
    pub summary: SummaryRecord,
    /// The figures of another period, if it was compared with one.
    pub comparison: Option<ComparisonRecord>,
    /// The figures of each part of the period, in the order of time.
    pub time_series: Vec<PartRecord>,
}

/// UTC days, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Period)]
pub struct PeriodRecord {
    /// The first day.
    #[schema(format = Date, example = "2026-03-01")]
    pub start_date: String,
    /// The last day.
    #[schema(format = Date, example = "2026-03-31")]
    pub end_date: String,
}

impl From<Period> for PeriodRecord {
    fn from(period: Period) -> Self {
        Self { start_date: period.first().iso(), end_date: period.last().iso() }
    }
}

/// The figures of a period. Averages and rates over nothing are 0.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Summary)]
pub struct SummaryRecord {
    /// Conversations begun.
    #[schema(minimum = 0, example = 3847)]
    pub total_conversations: i64,
    /// Leads captured.
    #[schema(minimum = 0, example = 612)]
    pub total_leads: i64,
    /// Leads that reached qualified.
    #[schema(minimum = 0, example = 289)]
    pub qualified_leads: i64,
    /// Leads that qualified per conversation: a fraction with four decimals.
    #[schema(minimum = 0, example = 0.0751)]
    pub conversion_rate: f64,
    /// The average score of the leads captured, with one decimal.
    #[schema(minimum = 0, maximum = 100, example = 54.3)]
    pub avg_lead_score: f64,
    /// The average time to an answer in seconds, with one decimal.
    #[schema(minimum = 0, example = 1.2)]
    pub avg_response_time: f64,
    /// The average number of messages of a conversation, with one decimal.
    #[schema(minimum = 0, example = 8.4)]
    pub avg_messages_per_conversation: f64,
    /// The share of conversations handed off to a person: a fraction with two decimals.
    #[schema(minimum = 0, maximum = 1, example = 0.12)]
    pub handoff_rate: f64,
    /// The deals in sight of the leads that qualified, in the tenant's currency, with two decimals.
    #[schema(minimum = 0, example = 847_500.00)]
    pub total_revenue_pipeline: f64,
}

impl From<&Summary> for SummaryRecord {
    fn from(summary: &Summary) -> Self {
        let Summary {
            conversations,
            leads,
            qualified,
            conversion_rate,
            average_score,
            average_response,
            average_messages,
            handoff_rate,
            pipeline,
        } = summary;
        Self {
            total_conversations: *conversations,
            total_leads: *leads,
            qualified_leads: *qualified,
            conversion_rate: conversion_rate.value(),
            avg_lead_score: average_score.value(),
            avg_response_time: average_response.value(),
            avg_messages_per_conversation: average_messages.value(),
            handoff_rate: handoff_rate.value(),
            total_revenue_pipeline: pipeline.major(),
        }
    }
}

/// The figures of another period, and by how much those of this one differ.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Comparison, example = json!({
    "period": {"startDate": "2026-01-30", "endDate": "2026-02-28"},
    "totalConversations": {"value": 3102, "change": 0.24},
    "totalLeads": {"value": 498, "change": 0.23},
    "qualifiedLeads": {"value": 221, "change": 0.31},
    "conversionRate": {"value": 0.0712, "change": 0.055},
}))]
pub struct ComparisonRecord {
    /// The other period.
    pub period: PeriodRecord,
    /// Conversations begun in it; the change has two decimals.
    pub total_conversations: ComparedCount,
    /// Leads captured in it; the change has two decimals.
    pub total_leads: ComparedCount,
    /// Leads that reached qualified in it; the change has two decimals.
    pub qualified_leads: ComparedCount,
    /// Leads that qualified per conversation in it; the change has three decimals.
    pub conversion_rate: ComparedRate,
}

/// A count of another period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparedCount {
    /// The count.
    #[schema(minimum = 0)]
    pub value: i64,
    /// By which share of it this period has more: 0.24 is 24 % more. Null where the count is 0.
    pub change: Option<f64>,
}

/// A rate of another period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparedRate {
    /// The rate: a fraction with four decimals.
    #[schema(minimum = 0)]
    pub value: f64,
    /// By which share of it this period's is higher. Null where the rate is 0.
    pub change: Option<f64>,
}

impl From<&Comparison> for ComparisonRecord {
    fn from(comparison: &Comparison) -> Self {
        let Comparison { period, conversations, leads, qualified, conversion_rate } = comparison;
        let count = |Compared { value, change }: &Compared<i64>| ComparedCount {
            value: *value,
            change: change.map(Decimal::value),
        };
        let Compared { value: rate, change } = conversion_rate;
        Self {
            period: (*period).into(),
            total_conversations: count(conversations),
            total_leads: count(leads),
            qualified_leads: count(qualified),
            conversion_rate: ComparedRate { value: rate.value(), change: change.map(Decimal::value) },
        }
    }
}

/// The figures of a part of a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PeriodPart)]
pub struct PartRecord {
    /// Its first and its last day, both included.
    #[schema(example = "2026-03-01/2026-03-07")]
    pub period: String,
    /// Conversations begun.
    #[schema(minimum = 0, example = 892)]
    pub conversations: i64,
    /// Leads captured.
    #[schema(minimum = 0, example = 143)]
    pub leads: i64,
    /// Leads that reached qualified.
    #[schema(minimum = 0, example = 67)]
    pub qualified_leads: i64,
    /// Leads that qualified per conversation: a fraction with four decimals.
    #[schema(minimum = 0, example = 0.0751)]
    pub conversion_rate: f64,
}

impl From<&Part> for PartRecord {
    fn from(part: &Part) -> Self {
        let Part { period, conversations, leads, qualified, conversion_rate } = part;
        Self {
            period: format!("{}/{}", period.first().iso(), period.last().iso()),
            conversations: *conversations,
            leads: *leads,
            qualified_leads: *qualified,
            conversion_rate: conversion_rate.value(),
        }
    }
}

impl From<&Overview> for OverviewAnswer {
    fn from(overview: &Overview) -> Self {
        let Overview { period, summary, comparison, series } = overview;
        Self {
            period: (*period).into(),
            summary: summary.into(),
            comparison: comparison.as_ref().map(Into::into),
            time_series: series.iter().map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::{
        analytics::{CompareWith, CounterKey, DayFigures, Figures},
        time::Day,
    };

    use super::*;
    use crate::samples;

    fn figures(day: Day, figures: Figures) -> DayFigures {
        DayFigures { key: CounterKey { day, channel: None, source: None }, figures }
    }

    #[test]
    fn an_overview_prints_as_published() {
        let first = samples::at("2026-03-01T00:00:00Z").day();
        let period = Period::new(first, first.plus(30)).expect("a period");
        let now = Figures {
            conversations: 3_847,
            messages: 32_315,
            responses: 10,
            response_millis: 12_000,
            handoffs: 462,
            leads: 612,
            score_sum: 33_232,
            qualified: 289,
            pipeline: 84_750_000,
            ..Figures::default()
        };
        let then = Figures { conversations: 3_102, leads: 498, qualified: 221, ..Figures::default() };
        let other = period.compared(CompareWith::PreviousPeriod);
        let overview = Overview::of(period, &[figures(first, now)], &[period]);
        let mut printed = json!({
            "period": {"startDate": "2026-03-01", "endDate": "2026-03-31"},
            "summary": {
                "totalConversations": 3847,
                "totalLeads": 612,
                "qualifiedLeads": 289,
                "conversionRate": 0.0751,
                "avgLeadScore": 54.3,
                "avgResponseTime": 1.2,
                "avgMessagesPerConversation": 8.4,
                "handoffRate": 0.12,
                "totalRevenuePipeline": 847_500.00
            },
            "comparison": null,
            "timeSeries": [{
                "period": "2026-03-01/2026-03-31",
                "conversations": 3847,
                "leads": 612,
                "qualifiedLeads": 289,
                "conversionRate": 0.0751
            }]
        });
        samples::assert_prints(&OverviewAnswer::from(&overview), &printed);
        printed["comparison"] = json!({
            "period": {"startDate": "2026-01-30", "endDate": "2026-02-28"},
            "totalConversations": {"value": 3102, "change": 0.24},
            "totalLeads": {"value": 498, "change": 0.23},
            "qualifiedLeads": {"value": 221, "change": 0.31},
            "conversionRate": {"value": 0.0712, "change": 0.055}
        });
        let compared = overview.beside(other, &[figures(other.first(), then)]);
        samples::assert_prints(&OverviewAnswer::from(&compared), &printed);
    }
}
