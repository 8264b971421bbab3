//! What has to be known of the machine to read the figures; nothing that tells which one it is.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{report::Report, spread::Spread};

/// How often the disk is asked.
const SYNCS: usize = 200;

/// Adds cores and how long the disk takes to have something for good.
pub(super) fn describe(folder: &Path, report: &mut Report) -> Result<()> {
    let cores = available_parallelism().map_or(1, std::num::NonZero::get);
    report.facts.push(format!("{cores} cores, shared by the server and the load"));
    let fsync = fsync_milliseconds(folder).context("the disk cannot be measured")?;
    report.facts.push(format!("one fsync of 4 KiB at the end of a file: {} ms", fsync.print(2)));
    Ok(())
}

fn fsync_milliseconds(folder: &Path) -> std::io::Result<Spread> {
    let mut file = File::create(folder.join("fsync"))?;
    let mut taken = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&[7; 4_096])?;
        let begun = Instant::now();
        file.sync_data()?;
        taken.push(milliseconds(begun.elapsed()));
    }
    Ok(Spread::of(taken))
}

/// A duration in milliseconds.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
