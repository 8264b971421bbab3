//! What the server takes before anyone asks it anything: memory, time to start, space on disk.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};

use crate::{
    measure::{Extent, machine::milliseconds, stage::Stage},
    note,
    report::{Figure, Report, Target},
    spread::Spread,
};

pub(super) const MEGABYTE: f64 = 1_000_000.0;
/// How long after the start its memory is looked at.
const SETTLED: Duration = Duration::from_secs(2);
/// How often its memory is looked at.
const IDLE_STARTS: usize = 3;

/// Measures memory, start and size.
pub(super) async fn measure(stage: &Stage, extent: &Extent, report: &mut Report) -> Result<()> {
    let small = stage.folder_of("new")?;
    stage.new_key(&small).await?;
    let filled = stage.folder_with_copy("idle")?;
    for (folder, which) in [(&small, "on a new database"), (&filled, "on the filled database")] {
        let resident = idle_memory(stage, folder).await?;
        report.figures.push(Figure {
            name: format!("resident memory, idle, 2 s after the start {which}"),
            measured: Spread::of(resident),
            digits: 1,
            unit: "MB",
            target: Target::AtMost(40.0),
        });
    }
    for (folder, which) in [(&small, "on a small database"), (&filled, "on the filled database")] {
        let starts = starts(stage, folder, extent.starts).await?;
        report.figures.push(Figure {
            name: format!("from the start of the process until it listens, {which}"),
            measured: Spread::of(starts),
            digits: 0,
            unit: "ms",
            target: Target::AtMost(300.0),
        });
    }
    let size = fs::metadata(&stage.program).context("there is no binary")?.len();
    #[expect(clippy::cast_precision_loss, reason = "some million")]
    report.figures.push(Figure {
        name: "release binary".to_owned(),
        measured: Spread::of([size as f64 / MEGABYTE]),
        digits: 1,
        unit: "MB",
        target: Target::AtMost(30.0),
    });
    Ok(())
}

async fn idle_memory(stage: &Stage, folder: &Path) -> Result<Vec<f64>> {
    let mut measured = Vec::new();
    for _ in 0..IDLE_STARTS {
        let server = stage.start_product(folder).await?;
        tokio::time::sleep(SETTLED).await;
        #[expect(clippy::cast_precision_loss, reason = "some million")]
        measured.push(server.resident()? as f64 / MEGABYTE);
        server.end().await?;
    }
    note(&format!("idle memory: {} MB", Spread::of(measured.iter().copied()).print(1)));
    Ok(measured)
}

async fn starts(stage: &Stage, folder: &Path, count: usize) -> Result<Vec<f64>> {
    let mut measured = Vec::new();
    for _ in 0..count {
        let server = stage.start_product(folder).await?;
        measured.push(milliseconds(server.started_in));
        server.end().await?;
    }
    note(&format!("start: {} ms", Spread::of(measured.iter().copied()).print(0)));
    Ok(measured)
}
