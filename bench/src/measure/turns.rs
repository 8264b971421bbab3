//! Chat turns with the built-in assistant, as visitors come: by the clock.

use std::time::Duration;

use anyhow::Result;

use crate::{
    load::Open,
    material::Visitors,
    measure::{Extent, comparison::quantile, stage::Stage},
    note,
    report::{Figure, Line, Report, Target},
    spread::Spread,
};

/// Turns a second.
const PER_SECOND: u32 = 200;
/// Connections that they come over.
const CONNECTIONS: u64 = 32;
/// What is not counted: the index is built, caches fill.
const WARM_UP: Duration = Duration::from_secs(5);

/// Measures turns.
pub(super) async fn measure(stage: &Stage, extent: &Extent, report: &mut Report) -> Result<()> {
    let server = stage.start_product(&stage.folder_with_copy("turns")?).await?;
    let visitors = |round: usize| {
        (0..CONNECTIONS).map(move |client| {
            Visitors::new(&format!("r{round}c{client}v"), round as u64 * CONNECTIONS + client, &stage.key)
        })
    };
    let open = |duration| Open { address: server.address, per_second: PER_SECOND, duration, status: 200 };
    open(WARM_UP).run(visitors(0)).await?;
    let (mut p50, mut p99, mut longest, mut processor, mut rate) = (vec![], vec![], 0.0_f64, vec![], vec![]);
    for round in 1..=extent.chat_rounds {
        let duration = Duration::from_secs(extent.chat_seconds);
        let before = server.processor_time()?;
        let latencies = open(duration).run(visitors(round)).await?;
        #[expect(clippy::cast_precision_loss, reason = "some thousand")]
        let turns = latencies.len() as f64;
        processor.push((server.processor_time()? - before) * 1e6 / turns);
        rate.push(turns / duration.as_secs_f64());
        p50.push(quantile(&latencies, 0.5));
        p99.push(quantile(&latencies, 0.99));
        longest = longest.max(quantile(&latencies, 1.0));
        note(&format!("turns round {round}: p99 {:.2} ms", quantile(&latencies, 0.99)));
    }
    server.end().await?;
    let name = format!("POST /api/v1/chat, open loop of {PER_SECOND}/s over {CONNECTIONS} connections");
    report.figures.push(Figure {
        name: format!("{name}: p99"),
        measured: Spread::of(p99.iter().copied()),
        digits: 2,
        unit: "ms",
        target: Target::AtMost(25.0),
    });
    report.lines.push(Line {
        name,
        per_second: Spread::of(rate),
        p50: Spread::of(p50),
        p99: Spread::of(p99),
        longest,
        processor: Spread::of(processor),
    });
    Ok(())
}
