//! What a period came to: in sum, part by part, and beside another period (contract § 9).

use crate::{
    analytics::{DayFigures, Decimal, Figures, Period},
    money::Money,
};

/// What a period came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The period.
    pub period: Period,
    /// In sum.
    pub summary: Summary,
    /// Beside another period, if one was asked for.
    pub comparison: Option<Comparison>,
    /// Part by part.
    pub series: Vec<Part>,
}

/// The figures of a whole period. Averages and rates over nothing are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Conversations begun.
    pub conversations: i64,
    /// Leads created.
    pub leads: i64,
    /// Leads that qualified.
    pub qualified: i64,
    /// Leads that qualified per conversation begun, four places.
    pub conversion_rate: Decimal,
    /// The mean score of the leads created, one place.
    pub average_score: Decimal,
    /// The mean time to an answer in seconds, one place.
    pub average_response: Decimal,
    /// The mean number of messages of the conversations begun, one place.
    pub average_messages: Decimal,
    /// The share of the conversations begun of which a person was ever asked for, two places.
    pub handoff_rate: Decimal,
    /// The deals in sight of the leads that qualified.
    pub pipeline: Money,
}

/// The figures of a part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The part.
    pub period: Period,
    /// Conversations begun.
    pub conversations: i64,
    /// Leads created.
    pub leads: i64,
    /// Leads that qualified.
    pub qualified: i64,
    /// Leads that qualified per conversation begun, four places; 0 over nothing.
    pub conversion_rate: Decimal,
}

/// The figures of another period, and how those of this one differ from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The other period.
    pub period: Period,
    /// Conversations begun; the change has two places.
    pub conversations: Compared<i64>,
    /// Leads created; the change has two places.
    pub leads: Compared<i64>,
    /// Leads that qualified; the change has two places.
    pub qualified: Compared<i64>,
    /// Leads that qualified per conversation begun; the change is that of the rounded rates, with three
    /// places.
    pub conversion_rate: Compared<Decimal>,
}

/// A figure of another period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared<T> {
    /// The figure.
    pub value: T,
    /// By which share of it this period has more, or less; `None` where it is 0.
    pub change: Option<Decimal>,
}

impl Overview {
    /// The overview of a period, `figures` being those of its days.
    pub fn of(period: Period, figures: &[DayFigures], parts: &[Period]) -> Self {
        let days = per_day(period, figures);
        let series = parts.iter().map(|part| Part::of(*part, &total(days_of(period, &days, *part))));
        Self { period, summary: Summary::of(&total(&days)), comparison: None, series: series.collect() }
    }

    /// The same beside another period, `figures` being those of that one's days.
    #[must_use]
    pub fn beside(self, other: Period, figures: &[DayFigures]) -> Self {
        let then = figures.iter().filter(|row| other.contains(row.key.day)).map(|row| &row.figures);
        let comparison = Comparison::of(other, &Summary::of(&total(then)), &self.summary);
        Self { comparison: Some(comparison), ..self }
    }
}

fn total<'a>(figures: impl IntoIterator<Item = &'a Figures>) -> Figures {
    figures.into_iter().fold(Figures::default(), |mut sum, figures| {
        sum += figures;
        sum
    })
}

/// The figures of each day of a period, so that no row is looked at once for each part.
fn per_day(period: Period, figures: &[DayFigures]) -> Vec<Figures> {
    let length = usize::try_from(period.span()).expect("a period does not end before it begins") + 1;
    let mut days = vec![Figures::default(); length];
    for DayFigures { key, figures } in figures {
        let at = usize::try_from(key.day.0.saturating_sub(period.first().0)).ok();
        if let Some(day) = at.and_then(|at| days.get_mut(at)) {
            *day += figures;
        }
    }
    days
}

/// The days of a part, of all days of the period that it is part of.
fn days_of(period: Period, days: &[Figures], part: Period) -> &[Figures] {
    let at = |day: crate::time::Day| usize::try_from(day.0.saturating_sub(period.first().0)).unwrap_or(0);
    days.get(at(part.first())..=at(part.last())).unwrap_or_default()
}

fn average(sum: impl Into<i128>, count: impl Into<i128>, places: u32) -> Decimal {
    Decimal::quotient(sum, count, places).unwrap_or(Decimal::zero(places))
}

impl Summary {
    fn of(sum: &Figures) -> Self {
        let Figures {
            visitors: _,
            conversations,
            messages,
            responses,
            response_millis,
            handoffs,
            leads,
            score_sum,
            qualified,
            pipeline,
            booked: _,
            converted: _,
        } = *sum;
        Self {
            conversations,
            leads,
            qualified,
            conversion_rate: average(qualified, conversations, 4),
            average_score: average(score_sum, leads, 1),
            average_response: average(response_millis, i128::from(responses) * 1_000, 1),
            average_messages: average(messages, conversations, 1),
            handoff_rate: average(handoffs, conversations, 2),
            pipeline: Money::from_minor(pipeline),
        }
    }
}

impl Part {
    fn of(period: Period, sum: &Figures) -> Self {
        let Summary { conversations, leads, qualified, conversion_rate, .. } = Summary::of(sum);
        Self { period, conversations, leads, qualified, conversion_rate }
    }
}

impl Comparison {
    fn of(period: Period, then: &Summary, now: &Summary) -> Self {
        let count = |then: i64, now: i64| Compared {
            value: then,
            change: Decimal::quotient(now.saturating_sub(then), then, 2),
        };
        let (rate_then, rate_now) = (then.conversion_rate.steps(), now.conversion_rate.steps());
        Self {
            period,
            conversations: count(then.conversations, now.conversations),
            leads: count(then.leads, now.leads),
            qualified: count(then.qualified, now.qualified),
            conversion_rate: Compared {
                value: then.conversion_rate,
                change: Decimal::quotient(rate_now.saturating_sub(rate_then), rate_then, 3),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analytics::{CompareWith, CounterKey, Granularity},
        conversation::Channel,
        lead::LeadSource,
        time::{Day, Timestamp},
    };

    fn day(text: &str) -> Day {
        Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).expect("a date").day()
    }

    fn march() -> Period {
        Period::new(day("2026-03-01"), day("2026-03-31")).expect("a period")
    }

    fn row(text: &str, channel: Option<Channel>, source: Option<LeadSource>, figures: Figures) -> DayFigures {
        DayFigures { key: CounterKey { day: day(text), channel, source }, figures }
    }

    /// The published counts, each week's on one of its days, and spread over several counters.
    fn published() -> Vec<DayFigures> {
        let weeks = [
            ("2026-03-01", 892, 143, 67),
            ("2026-03-14", 1_021, 168, 82),
            ("2026-03-21", 978, 152, 71),
            ("2026-03-31", 956, 149, 69),
        ];
        let mut rows: Vec<DayFigures> = weeks
            .into_iter()
            .flat_map(|(at, conversations, leads, qualified)| {
                let began = Figures { conversations, ..Figures::default() };
                let captured = Figures { leads: leads - 1, ..Figures::default() };
                let late = Figures { leads: 1, qualified, ..Figures::default() };
                [
                    row(at, Some(Channel::WebChat), None, began),
                    row(at, Some(Channel::WebChat), Some(LeadSource::Chat), captured),
                    row(at, None, Some(LeadSource::Import), late),
                ]
            })
            .collect();
        let rest = Figures {
            messages: 32_315,
            responses: 14_000,
            response_millis: 16_800_000,
            handoffs: 462,
            score_sum: 33_232,
            pipeline: 84_750_000,
            ..Figures::default()
        };
        rows.push(row("2026-03-20", Some(Channel::Api), None, rest));
        rows
    }

    fn before() -> Vec<DayFigures> {
        let figures = Figures { conversations: 3_102, leads: 498, qualified: 221, ..Figures::default() };
        vec![row("2026-01-30", Some(Channel::WebChat), None, figures)]
    }

    fn printed(decimals: impl IntoIterator<Item = Decimal>) -> Vec<String> {
        decimals.into_iter().map(|decimal| decimal.to_string()).collect()
    }

    #[test]
    fn every_published_figure_comes_out_of_its_counts() {
        let overview = Overview::of(march(), &published(), &march().parts(Granularity::Week));
        let Summary { conversations, leads, qualified, pipeline, .. } = overview.summary;
        assert_eq!((conversations, leads, qualified), (3_847, 612, 289));
        assert_eq!(pipeline, Money::from_minor(84_750_000));
        let summary = overview.summary;
        assert_eq!(
            printed([
                summary.conversion_rate,
                summary.average_score,
                summary.average_response,
                summary.average_messages,
                summary.handoff_rate,
            ]),
            ["0.0751", "54.3", "1.2", "8.4", "0.12"]
        );
        let series: Vec<(i64, i64, i64)> =
            overview.series.iter().map(|part| (part.conversations, part.leads, part.qualified)).collect();
        assert_eq!(series, [(892, 143, 67), (1_021, 168, 82), (978, 152, 71), (956, 149, 69)]);
        assert_eq!(
            printed(overview.series.iter().map(|part| part.conversion_rate)),
            ["0.0751", "0.0803", "0.0726", "0.0722"]
        );
        assert_eq!(overview.comparison, None);
    }

    #[test]
    fn every_published_change_comes_out_of_its_counts() {
        let other = march().compared(CompareWith::PreviousPeriod);
        let overview = Overview::of(march(), &published(), &[]).beside(other, &before());
        let Comparison { period, conversations, leads, qualified, conversion_rate } =
            overview.comparison.expect("a comparison");
        assert_eq!((period.first().iso(), period.last().iso()), ("2026-01-30".to_owned(), "2026-02-28".to_owned()));
        assert_eq!((conversations.value, leads.value, qualified.value), (3_102, 498, 221));
        assert_eq!(conversion_rate.value.to_string(), "0.0712");
        assert_eq!(
            printed(
                [conversations.change, leads.change, qualified.change, conversion_rate.change].into_iter().flatten()
            ),
            ["0.24", "0.23", "0.31", "0.055"]
        );
    }

    #[test]
    fn a_change_is_negative_where_there_is_less_and_nothing_over_zero() {
        let now = Figures { conversations: 3, leads: 1, ..Figures::default() };
        let then = Figures { conversations: 8, qualified: 2, ..Figures::default() };
        let (now, then) = (row("2026-03-01", None, None, now), row("2026-02-28", None, None, then));
        let one_day = Period::new(day("2026-03-01"), day("2026-03-01")).expect("a period");
        let other = one_day.compared(CompareWith::PreviousPeriod);
        let overview = Overview::of(one_day, &[now], &[]).beside(other, &[then]);
        let comparison = overview.comparison.expect("a comparison");
        assert_eq!(comparison.conversations.change.map(Decimal::value), Some(-0.63), "-0.625, halves away from zero");
        assert_eq!(comparison.leads, Compared { value: 0, change: None });
        assert_eq!(comparison.qualified.change.map(Decimal::value), Some(-1.0));
        assert_eq!(comparison.conversion_rate.change.map(Decimal::value), Some(-1.0));
    }

    #[test]
    fn a_period_without_anything_is_zeros_and_every_part_is_there() {
        let overview = Overview::of(march(), &[], &march().parts(Granularity::Day));
        assert_eq!(overview.summary, Summary::of(&Figures::default()));
        assert_eq!(overview.summary.conversion_rate, Decimal::zero(4));
        assert_eq!(overview.series.len(), 31);
        assert_eq!(overview.series[30].period, Period::new(day("2026-03-31"), day("2026-03-31")).expect("a day"));
        let compared = overview.beside(march().compared(CompareWith::PreviousYear), &[]).comparison;
        let compared = compared.expect("a comparison");
        assert_eq!((compared.conversations.change, compared.conversion_rate.change), (None, None));
    }

    #[test]
    fn days_outside_the_period_do_not_count() {
        let one = Figures { conversations: 1, leads: 1, ..Figures::default() };
        let rows: Vec<DayFigures> =
            ["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"].map(|at| row(at, None, None, one)).into();
        let overview = Overview::of(march(), &rows, &march().parts(Granularity::Month));
        assert_eq!((overview.summary.conversations, overview.series[0].leads), (2, 2));
    }
}
