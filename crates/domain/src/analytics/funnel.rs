//! How far visitors come, stage by stage (contract § 9).

use crate::{
    analytics::{DayFigures, Decimal, Figures, Period},
    conversation::Channel,
    lead::LeadSource,
};

/// A stage on the way from a visitor to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Distinct visitors of each day.
    Visitors,
    /// Conversations begun.
    Engaged,
    /// Leads created.
    Captured,
    /// Leads that qualified.
    Qualified,
    /// Leads that booked a meeting.
    Booked,
    /// Leads that bought.
    Converted,
}

impl Stage {
    /// Every stage, in the order in which they are passed.
    pub const ALL: [Self; 6] =
        [Self::Visitors, Self::Engaged, Self::Captured, Self::Qualified, Self::Booked, Self::Converted];

    /// The published name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visitors => "Visitors",
            Self::Engaged => "Engaged (Started Chat)",
            Self::Captured => "Lead Captured",
            Self::Qualified => "Qualified",
            Self::Booked => "Demo Booked",
            Self::Converted => "Converted",
        }
    }

    /// Whether what is counted is a lead, which has a source.
    const fn is_of_leads(self) -> bool {
        !matches!(self, Self::Visitors | Self::Engaged)
    }

    const fn count(self, figures: &Figures) -> i64 {
        match self {
            Self::Visitors => figures.visitors,
            Self::Engaged => figures.conversations,
            Self::Captured => figures.leads,
            Self::Qualified => figures.qualified,
            Self::Booked => figures.booked,
            Self::Converted => figures.converted,
        }
    }
}

/// Whom a funnel counts; nothing said counts all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FunnelFilter {
    /// What came through this channel, in every stage: a visit's, a conversation's, that of a lead's first
    /// conversation.
    pub channel: Option<Channel>,
    /// Leads from this source. Visitors and conversations have none, and are all counted.
    pub source: Option<LeadSource>,
}

/// How far visitors come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funnel {
    /// In which period.
    pub period: Period,
    /// Every stage in its order.
    pub stages: [StageCount; 6],
    /// Customers per visitor, five places; 0 without visitors.
    pub overall_conversion: Decimal,
    /// The stage after which most are lost, with the one that follows it; `None` where nobody is. Of several, the
    /// first.
    pub top_dropoff: Option<(Stage, Stage)>,
}

/// How many came to a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageCount {
    /// The stage.
    pub stage: Stage,
    /// How many came to it in the period.
    pub count: i64,
    /// How many of them come to the next one, three places; `None` over zero and for the last stage.
    pub conversion_to_next: Option<Decimal>,
}

impl Funnel {
    /// The funnel of a period, `figures` being those of its days.
    pub fn of(period: Period, figures: &[DayFigures], filter: FunnelFilter) -> Self {
        let counts = Stage::ALL.map(|stage| {
            let rows = figures.iter().filter(|row| {
                period.contains(row.key.day)
                    && filter.channel.is_none_or(|channel| row.key.channel == Some(channel))
                    && (!stage.is_of_leads() || filter.source.is_none_or(|source| row.key.source == Some(source)))
            });
            (stage, rows.map(|row| stage.count(&row.figures)).sum::<i64>())
        });
        let mut next = counts.iter().skip(1).map(|(_, count)| *count);
        let stages = counts.map(|(stage, count)| {
            let conversion_to_next = next.next().and_then(|next| Decimal::quotient(next, count, 3));
            StageCount { stage, count, conversion_to_next }
        });
        let [(_, visitors), .., (_, converted)] = counts;
        Self {
            period,
            stages,
            overall_conversion: Decimal::quotient(converted, visitors, 5).unwrap_or(Decimal::zero(5)),
            top_dropoff: top_dropoff(&counts),
        }
    }
}

fn top_dropoff(counts: &[(Stage, i64)]) -> Option<(Stage, Stage)> {
    let losses = counts.windows(2).map(|pair| (pair[0].1 - pair[1].1, (pair[0].0, pair[1].0)));
    // The first of equal losses: later ones have to be larger.
    let largest = losses.reduce(|most, other| if other.0 > most.0 { other } else { most });
    largest.filter(|(loss, _)| *loss > 0).map(|(_, stages)| stages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analytics::CounterKey, time::Day};

    const TODAY: Day = Day(20_513);

    fn row(channel: Option<Channel>, source: Option<LeadSource>, figures: Figures) -> DayFigures {
        DayFigures { key: CounterKey { day: TODAY, channel, source }, figures }
    }

    fn funnel(rows: &[DayFigures], filter: FunnelFilter) -> Funnel {
        Funnel::of(Period::new(TODAY, TODAY).expect("a day"), rows, filter)
    }

    fn counts(funnel: &Funnel) -> [i64; 6] {
        funnel.stages.map(|stage| stage.count)
    }

    fn seen(visitors: i64, conversations: i64) -> Figures {
        Figures { visitors, conversations, ..Figures::default() }
    }

    fn won(leads: i64, qualified: i64, booked: i64, converted: i64) -> Figures {
        Figures { leads, qualified, booked, converted, ..Figures::default() }
    }

    #[test]
    fn every_published_figure_comes_out_of_its_counts() {
        let rows = [
            row(Some(Channel::WebChat), None, seen(18_420, 3_847)),
            row(Some(Channel::WebChat), Some(LeadSource::Chat), won(600, 280, 99, 62)),
            row(None, Some(LeadSource::Import), won(12, 9, 1, 0)),
        ];
        let funnel = funnel(&rows, FunnelFilter::default());
        assert_eq!(counts(&funnel), [18_420, 3_847, 612, 289, 100, 62]);
        let rates = funnel.stages.map(|stage| stage.conversion_to_next.map(|rate| rate.to_string()));
        assert_eq!(
            rates.each_ref().map(Option::as_deref),
            [Some("0.209"), Some("0.159"), Some("0.472"), Some("0.346"), Some("0.620"), None]
        );
        assert_eq!(funnel.overall_conversion.to_string(), "0.00337");
        let (from, to) = funnel.top_dropoff.expect("a loss");
        assert_eq!(format!("{} -> {}", from.as_str(), to.as_str()), "Visitors -> Engaged (Started Chat)");
    }

    #[test]
    fn a_channel_filters_every_stage_and_a_source_only_leads() {
        let rows = [
            row(Some(Channel::WebChat), None, seen(100, 40)),
            row(Some(Channel::Slack), None, seen(7, 5)),
            row(Some(Channel::WebChat), Some(LeadSource::Chat), won(10, 5, 2, 1)),
            row(Some(Channel::Slack), Some(LeadSource::Chat), won(3, 2, 1, 0)),
            row(None, Some(LeadSource::Form), won(20, 1, 0, 0)),
        ];
        let of = |channel, source| counts(&funnel(&rows, FunnelFilter { channel, source }));
        assert_eq!(of(None, None), [107, 45, 33, 8, 3, 1]);
        assert_eq!(of(Some(Channel::Slack), None), [7, 5, 3, 2, 1, 0]);
        assert_eq!(of(None, Some(LeadSource::Chat)), [107, 45, 13, 7, 3, 1]);
        assert_eq!(of(None, Some(LeadSource::Form)), [107, 45, 20, 1, 0, 0], "leads without a conversation too");
        assert_eq!(of(Some(Channel::WebChat), Some(LeadSource::Chat)), [100, 40, 10, 5, 2, 1]);
        assert_eq!(of(Some(Channel::Whatsapp), Some(LeadSource::Form)), [0; 6], "filters that match nothing");
    }

    #[test]
    fn nothing_over_zero_and_no_dropoff_without_a_loss() {
        let empty = funnel(&[], FunnelFilter::default());
        assert!(empty.stages.iter().all(|stage| stage.conversion_to_next.is_none()));
        assert_eq!((empty.overall_conversion.value(), empty.top_dropoff), (0.0, None));

        // More leads than conversations: they were imported.
        let grown = funnel(&[row(None, None, seen(0, 2)), row(None, None, won(5, 5, 5, 5))], FunnelFilter::default());
        let rates = grown.stages.map(|stage| stage.conversion_to_next.map(Decimal::value));
        assert_eq!(rates, [None, Some(2.5), Some(1.0), Some(1.0), Some(1.0), None]);
        assert_eq!(grown.top_dropoff, None, "nobody is lost");
    }

    #[test]
    fn the_top_dropoff_is_the_largest_loss_in_numbers_and_the_first_of_equals() {
        // 90 of 1,000 are lost first, then all of 10: the larger share is the smaller loss.
        let rows = [row(None, None, seen(1_000, 910)), row(None, None, won(905, 10, 0, 0))];
        assert_eq!(funnel(&rows, FunnelFilter::default()).top_dropoff, Some((Stage::Captured, Stage::Qualified)));
        let rows = [row(None, None, seen(10, 5)), row(None, None, won(0, 0, 0, 0))];
        assert_eq!(funnel(&rows, FunnelFilter::default()).top_dropoff, Some((Stage::Visitors, Stage::Engaged)));
    }

    #[test]
    fn days_outside_the_period_do_not_count() {
        let mut early = row(None, None, seen(5, 1));
        early.key.day = TODAY.plus(-1);
        assert_eq!(counts(&funnel(&[early], FunnelFilter::default())), [0; 6]);
    }
}
