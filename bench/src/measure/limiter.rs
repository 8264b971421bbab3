//! What limits cost a request. The one figure that the binary cannot be asked for over a socket,
//! where it would drown in everything else: a program that the product's own crate brings along
//! decides a million times and prints what one decision took.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{
    measure::Extent,
    note,
    report::{Figure, Report, Target},
    spread::Spread,
};

/// Runs the program once a round.
pub(super) fn measure(program: &Path, extent: &Extent, report: &mut Report) -> Result<()> {
    let mut measured: Vec<(String, Vec<f64>)> = Vec::new();
    for _ in 0..extent.rounds {
        let output = Command::new(program).output().context("the limiter's program cannot be started")?;
        if !output.status.success() {
            bail!("the limiter's program failed");
        }
        for (name, microseconds) in read(&String::from_utf8_lossy(&output.stdout))? {
            note(&format!("{name}: {microseconds:.2} µs"));
            match measured.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.push(microseconds),
                None => measured.push((name, vec![microseconds])),
            }
        }
    }
    for (name, all) in measured {
        report.figures.push(Figure {
            name,
            measured: Spread::of(all),
            digits: 2,
            unit: "µs",
            target: Target::AtMost(5.0),
        });
    }
    Ok(())
}

/// Lines of who asks, how many threads do, and the nanoseconds of a decision.
fn read(printed: &str) -> Result<Vec<(String, f64)>> {
    printed
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            let (who, threads, nanoseconds) = (words.next(), words.next(), words.next());
            let nanoseconds: f64 = nanoseconds.and_then(|text| text.parse().ok()).context("no such line")?;
            let who = match who {
                Some("key") => "a key's request (2 limits)",
                Some("visitor") => "a visitor's message (3 limits)",
                _ => bail!("the limiter's program printed '{line}'"),
            };
            let threads = if threads == Some("1") { "one thread asks" } else { "two threads ask at once" };
            Ok((format!("limits of {who}, 200,000 live buckets, {threads}"), nanoseconds / 1_000.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_prints_is_read_as_microseconds() {
        let read = read("key 1 850\nvisitor 2 1200\n").expect("readable");
        assert_eq!(read.iter().map(|(_, microseconds)| *microseconds).collect::<Vec<_>>(), [0.85, 1.2]);
        assert!(super::read("nonsense").is_err());
    }
}
