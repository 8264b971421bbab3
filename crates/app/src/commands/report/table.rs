//! A report as text: the summary, the series, the funnel.

use std::fmt::Write as _;

use synaptiq_domain::{
    analytics::{Compared, Decimal, Funnel, Overview, Part, Period, Summary},
    money::Money,
};

use super::grouped;

/// How many characters the longest bar has.
const BAR: i64 = 30;

/// The whole report.
pub(super) fn report(tenant: &str, overview: &Overview, funnel: &Funnel) -> String {
    let mut text = String::new();
    let days = overview.period.span() + 1;
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let _ = writeln!(text, "{tenant}: {} ({days}, UTC)\n", printed(overview.period));
    summary(&mut text, overview);
    series(&mut text, &overview.series);
    stages(&mut text, funnel);
    text
}

fn printed(period: Period) -> String {
    if period.first() == period.last() {
        period.first().iso()
    } else {
        format!("{} to {}", period.first().iso(), period.last().iso())
    }
}

/// A share in percent, with two places fewer than it has as a fraction.
fn percent(share: Decimal) -> String {
    format!("{} %", share.percent())
}

fn summary(text: &mut String, overview: &Overview) {
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
    } = &overview.summary;
    let then = overview.comparison.as_ref();
    let count = |compared: &Compared<i64>| (grouped(compared.value), change(compared.change));
    let rows = [
        ("Conversations", grouped(*conversations), then.map(|then| count(&then.conversations))),
        ("New leads", grouped(*leads), then.map(|then| count(&then.leads))),
        ("Qualified leads", grouped(*qualified), then.map(|then| count(&then.qualified))),
        (
            "Conversion rate",
            percent(*conversion_rate),
            then.map(|then| (percent(then.conversion_rate.value), change(then.conversion_rate.change))),
        ),
        ("Average lead score", average_score.to_string(), None),
        ("Average response time", format!("{average_response} s"), None),
        ("Messages per conversation", average_messages.to_string(), None),
        ("Handed off to a person", percent(*handoff_rate), None),
        ("Pipeline", money(*pipeline), None),
    ];
    match then {
        None => text.push_str("Summary\n"),
        Some(then) => {
            let other = printed(then.period);
            let _ = writeln!(text, "{:<27}{:>14}{other:>28}{:>10}", "Summary", "now", "change");
        }
    }
    for (name, now, then) in rows {
        let _ = match then {
            None => writeln!(text, "  {name:<25}{now:>14}"),
            Some((then, change)) => writeln!(text, "  {name:<25}{now:>14}{then:>28}{change:>10}"),
        };
    }
    text.push('\n');
}

fn change(change: Option<Decimal>) -> String {
    let sign = |change: Decimal| if change.steps() > 0 { "+" } else { "" };
    change.map_or_else(|| "-".to_owned(), |change| format!("{}{}", sign(change), percent(change)))
}

/// Whole units and cents.
fn money(amount: Money) -> String {
    format!("{}.{:02}", grouped(amount.minor() / 100), amount.minor().unsigned_abs() % 100)
}

fn series(text: &mut String, parts: &[Part]) {
    let most = parts.iter().map(|part| part.conversations).max().unwrap_or(0);
    let _ =
        writeln!(text, "{:<27}{:>14}{:>8}{:>11}{:>12}", "Series", "conversations", "leads", "qualified", "conversion");
    for part in parts {
        let row = format!(
            "  {:<25}{:>14}{:>8}{:>11}{:>12}  {}",
            printed(part.period),
            grouped(part.conversations),
            grouped(part.leads),
            grouped(part.qualified),
            percent(part.conversion_rate),
            bar(part.conversations, most),
        );
        let _ = writeln!(text, "{}", row.trim_end());
    }
    text.push('\n');
}

fn stages(text: &mut String, funnel: &Funnel) {
    let most = funnel.stages.iter().map(|stage| stage.count).max().unwrap_or(0);
    let _ = writeln!(text, "{:<27}{:>14}{:>19}", "Funnel", "reached", "come to the next");
    for stage in &funnel.stages {
        let next = stage.conversion_to_next.map_or_else(|| "-".to_owned(), percent);
        let (name, count) = (stage.stage.as_str(), grouped(stage.count));
        let row = format!("  {name:<25}{count:>14}{next:>19}  {}", bar(stage.count, most));
        let _ = writeln!(text, "{}", row.trim_end());
    }
    let _ = writeln!(text, "  {:<25}{:>14}", "Overall", percent(funnel.overall_conversion));
    if let Some((from, to)) = funnel.top_dropoff {
        let _ = writeln!(text, "  Most are lost between {} and {}.", from.as_str(), to.as_str());
    }
}

/// A bar in proportion to the largest figure; whatever is not nothing can be seen.
fn bar(count: i64, most: i64) -> String {
    let length = if count > 0 { (count.saturating_mul(BAR) / most.max(1)).max(1) } else { 0 };
    "█".repeat(usize::try_from(length).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::{
        analytics::{CompareWith, CounterKey, DayFigures, Figures, FunnelFilter, Granularity},
        time::Timestamp,
    };

    use super::*;

    fn row(day: synaptiq_domain::time::Day, figures: Figures) -> DayFigures {
        DayFigures { key: CounterKey { day, channel: None, source: None }, figures }
    }

    #[test]
    fn a_report_says_what_came_how_it_changed_and_where_it_was_lost() {
        let first = Timestamp::parse_rfc3339("2026-03-01T00:00:00Z").expect("an instant").day();
        let period = Period::new(first, first.plus(30)).expect("a period");
        let now = Figures {
            visitors: 18_420,
            conversations: 3_847,
            messages: 32_315,
            responses: 10,
            response_millis: 12_000,
            handoffs: 462,
            leads: 612,
            score_sum: 33_232,
            qualified: 289,
            pipeline: 84_750_050,
            booked: 100,
            converted: 62,
        };
        let then = Figures { conversations: 3_102, leads: 700, ..Figures::default() };
        let other = period.compared(CompareWith::PreviousPeriod);
        let rows = [row(first, now)];
        let overview =
            Overview::of(period, &rows, &period.parts(Granularity::Week)).beside(other, &[row(other.first(), then)]);
        let funnel = Funnel::of(period, &rows, FunnelFilter::default());
        let report = report("Acme", &overview, &funnel);
        let lines: Vec<String> =
            report.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for expected in [
            "Acme: 2026-03-01 to 2026-03-31 (31 days, UTC)",
            "Summary now 2026-01-30 to 2026-02-28 change",
            "Conversations 3,847 3,102 +24 %",
            "New leads 612 700 -13 %",
            "Qualified leads 289 0 -",
            "Conversion rate 7.51 % 0.00 % -",
            "Average lead score 54.3",
            "Average response time 1.2 s",
            "Handed off to a person 12 %",
            "Pipeline 847,500.50",
            "2026-03-01 to 2026-03-07 3,847 612 289 7.51 % ██████████████████████████████",
            "2026-03-22 to 2026-03-31 0 0 0 0.00 %",
            "Visitors 18,420 20.9 % ██████████████████████████████",
            "Converted 62 - █",
            "Overall 0.337 %",
            "Most are lost between Visitors and Engaged (Started Chat).",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{expected:?} is not in\n{report}");
        }
        assert!(report.lines().all(|line| line == line.trim_end()), "no line ends with blanks");
    }
}
