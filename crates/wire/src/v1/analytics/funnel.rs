//! How far visitors come, in v1.

use serde::Serialize;
use synaptiq_domain::analytics::{Decimal, Funnel, Stage, StageCount};
use utoipa::ToSchema;

use crate::{v1::analytics::PeriodRecord, words::StageWord};

/// How far visitors come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Funnel)]
pub struct FunnelAnswer {
    /// In which days.
    pub period: PeriodRecord,
    /// The six stages, in the order in which they are passed.
    #[schema(example = json!([
        {"name": "Visitors", "count": 18420, "conversionToNext": 0.209},
        {"name": "Engaged (Started Chat)", "count": 3847, "conversionToNext": 0.159},
        {"name": "Lead Captured", "count": 612, "conversionToNext": 0.472},
        {"name": "Qualified", "count": 289, "conversionToNext": 0.346},
        {"name": "Demo Booked", "count": 100, "conversionToNext": 0.62},
        {"name": "Converted", "count": 62, "conversionToNext": null},
    ]))]
    pub stages: Vec<StageRecord>,
    /// Customers per visitor: a fraction with five decimals; 0 without visitors.
    #[schema(minimum = 0, example = 0.00337)]
    pub overall_conversion: f64,
    /// Between which stages most are lost, in numbers; null where nobody is.
    #[schema(example = "Visitors -> Engaged (Started Chat)")]
    pub top_dropoff_stage: Option<String>,
}

/// How many came to a stage.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FunnelStage)]
pub struct StageRecord {
    /// The stage's name.
    #[schema(value_type = StageWord)]
    pub name: &'static str,
    /// How many came to it in the period.
    #[schema(minimum = 0, example = 18420)]
    pub count: i64,
    /// How many of them come to the next stage: a fraction with three decimals. Null for the last stage, and
    /// where nobody came to this one.
    #[schema(minimum = 0, example = 0.209)]
    pub conversion_to_next: Option<f64>,
}

impl From<&StageCount> for StageRecord {
    fn from(stage: &StageCount) -> Self {
        let StageCount { stage, count, conversion_to_next } = stage;
        Self { name: stage.as_str(), count: *count, conversion_to_next: conversion_to_next.map(Decimal::value) }
    }
}

impl From<&Funnel> for FunnelAnswer {
    fn from(funnel: &Funnel) -> Self {
        let Funnel { period, stages, overall_conversion, top_dropoff } = funnel;
        let pair = |(from, to): &(Stage, Stage)| format!("{} -> {}", from.as_str(), to.as_str());
        Self {
            period: (*period).into(),
            stages: stages.iter().map(Into::into).collect(),
            overall_conversion: overall_conversion.value(),
            top_dropoff_stage: top_dropoff.as_ref().map(pair),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::analytics::{CounterKey, DayFigures, Figures, FunnelFilter, Period};

    use super::*;
    use crate::samples;

    #[test]
    fn a_funnel_prints_as_published() {
        let day = samples::at("2026-03-01T00:00:00Z").day();
        let period = Period::new(day, day.plus(30)).expect("a period");
        let figures = Figures {
            visitors: 18_420,
            conversations: 3_847,
            leads: 612,
            qualified: 289,
            booked: 100,
            converted: 62,
            ..Figures::default()
        };
        let rows = [DayFigures { key: CounterKey { day, channel: None, source: None }, figures }];
        samples::assert_prints(
            &FunnelAnswer::from(&Funnel::of(period, &rows, FunnelFilter::default())),
            &json!({
                "period": {"startDate": "2026-03-01", "endDate": "2026-03-31"},
                "stages": [
                    {"name": "Visitors", "count": 18420, "conversionToNext": 0.209},
                    {"name": "Engaged (Started Chat)", "count": 3847, "conversionToNext": 0.159},
                    {"name": "Lead Captured", "count": 612, "conversionToNext": 0.472},
                    {"name": "Qualified", "count": 289, "conversionToNext": 0.346},
                    {"name": "Demo Booked", "count": 100, "conversionToNext": 0.620},
                    {"name": "Converted", "count": 62, "conversionToNext": null}
                ],
                "overallConversion": 0.00337,
                "topDropoffStage": "Visitors -> Engaged (Started Chat)"
            }),
        );
    }

    #[test]
    fn a_funnel_of_nothing_has_nulls_where_there_is_no_rate() {
        let day = samples::at("2026-03-01T00:00:00Z").day();
        let period = Period::new(day, day).expect("a period");
        let printed = serde_json::to_value(FunnelAnswer::from(&Funnel::of(period, &[], FunnelFilter::default())));
        let printed = printed.expect("prints");
        assert_eq!(printed["stages"][0], json!({"name": "Visitors", "count": 0, "conversionToNext": null}));
        assert_eq!((&printed["overallConversion"], &printed["topDropoffStage"]), (&json!(0.0), &json!(null)));
    }
}
