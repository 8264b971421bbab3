//! What was measured, as the tables that `docs/benchmarks.md` shows.

use crate::spread::Spread;

/// A figure that has a target.
pub(crate) struct Figure {
    /// What it is.
    pub(crate) name: String,
    /// What was measured, in the target's unit.
    pub(crate) measured: Spread,
    /// How many digits behind the point are worth printing.
    pub(crate) digits: usize,
    /// Its unit; empty for a ratio.
    pub(crate) unit: &'static str,
    /// What it ought to be.
    pub(crate) target: Target,
}

/// What a figure ought to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Nothing: it stands beside another figure that has a target.
    Nothing,
}

impl Target {
    fn is_met_by(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(least) => measured >= least,
            Self::AtMost(most) => measured <= most,
            Self::Nothing => true,
        }
    }

    fn print(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
            Self::Nothing => String::new(),
        }
    }
}

/// One contender's part of a comparison, or of a loop.
pub(crate) struct Line {
    /// What was measured, of whom.
    pub(crate) name: String,
    /// Requests a second.
    pub(crate) per_second: Spread,
    /// Median latency in milliseconds.
    pub(crate) p50: Spread,
    /// The latency that one request in a hundred exceeds, in milliseconds.
    pub(crate) p99: Spread,
    /// The longest latency in milliseconds.
    pub(crate) longest: f64,
    /// Processor time of the server for one request, in microseconds.
    pub(crate) processor: Spread,
}

/// Everything.
#[derive(Default)]
pub(crate) struct Report {
    /// What has to be known of the machine and the run.
    pub(crate) facts: Vec<String>,
    /// The figures with their targets.
    pub(crate) figures: Vec<Figure>,
    /// Where they come from.
    pub(crate) lines: Vec<Line>,
}

impl Report {
    /// The tables.
    pub(crate) fn to_markdown(&self) -> String {
        let mut lines: Vec<String> = self.facts.iter().map(|fact| format!("- {fact}")).collect();
        lines.extend(["", "Median (smallest–largest) of the rounds.", ""].map(str::to_owned));
        lines.extend(["| figure | measured | target | |", "|---|---|---|---|"].map(str::to_owned));
        for Figure { name, measured, digits, unit, target } in &self.figures {
            let verdict = if target.is_met_by(measured.median) { "ok" } else { "missed" };
            let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
            let measured = measured.print(*digits);
            lines.push(match target {
                Target::Nothing => format!("| {name} | {measured}{unit} | | |"),
                target => format!("| {name} | {measured}{unit} | {}{unit} | {verdict} |", target.print()),
            });
        }
        lines.push(String::new());
        lines.push("| load | requests/s | p50 ms | p99 ms | longest ms | server's CPU µs/request |".to_owned());
        lines.push("|---|---|---|---|---|---|".to_owned());
        for Line { name, per_second, p50, p99, longest, processor } in &self.lines {
            lines.push(format!(
                "| {name} | {} | {} | {} | {longest:.1} | {} |",
                per_second.print(0),
                p50.print(2),
                p99.print(2),
                processor.print(0)
            ));
        }
        lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(target: Target, measured: f64) -> String {
        let figure = Figure { name: "it".to_owned(), measured: Spread::of([measured]), digits: 2, unit: "ms", target };
        let report = Report { figures: vec![figure], ..Report::default() };
        let line = report.to_markdown().lines().find(|line| line.starts_with("| it")).map(str::to_owned);
        line.expect("the figure is printed")
    }

    #[test]
    fn a_missed_target_is_called_missed() {
        assert_eq!(verdict(Target::AtLeast(0.6), 0.6), "| it | 0.60 (0.60–0.60) ms | ≥ 0.6 ms | ok |");
        assert_eq!(verdict(Target::AtLeast(0.6), 0.59), "| it | 0.59 (0.59–0.59) ms | ≥ 0.6 ms | missed |");
        assert_eq!(verdict(Target::AtMost(25.0), 26.0), "| it | 26.00 (26.00–26.00) ms | ≤ 25 ms | missed |");
    }
}
