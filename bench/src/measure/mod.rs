//! One run, from an empty folder to the report.

mod comparison;
mod footprint;
mod limiter;
mod machine;
mod moving;
mod past;
mod stage;
mod turns;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{note, report::Report};
use stage::Stage;

/// How long and how often to measure. The defaults are what the published tables are made with.
#[derive(Debug, Clone, Args)]
pub(crate) struct Extent {
    /// Leads that are there before anything is measured.
    #[arg(long, default_value_t = 100_000)]
    leads: u64,
    /// Rounds of each comparison; each measures both contenders.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds that each contender is measured for in a round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Rounds of the chat.
    #[arg(long, default_value_t = 3)]
    chat_rounds: usize,
    /// Seconds of each round of the chat.
    #[arg(long, default_value_t = 20)]
    chat_seconds: u64,
    /// Conversations of the history that is moved in and out.
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u64,
    /// How often the server is started to time it.
    #[arg(long, default_value_t = 9)]
    starts: usize,
}

impl Extent {
    fn round(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Measures everything in a folder that is made for it and removed.
pub(crate) async fn everything(server: &Path, limiter: &Path, folder: &Path, extent: &Extent) -> Result<Report> {
    let server = server.canonicalize().with_context(|| format!("there is no {}", server.display()))?;
    let folder = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(folder)
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    let mut report = Report::default();
    machine::describe(folder.path(), &mut report)?;
    note("filling the database …");
    let stage = Stage::build(&server, folder.path(), extent, &mut report).await?;
    comparison::reads(&stage, extent, &mut report).await?;
    comparison::creates(&stage, extent, &mut report).await?;
    turns::measure(&stage, extent, &mut report).await?;
    footprint::measure(&stage, extent, &mut report).await?;
    let histories = moving::measure(&stage, extent, &mut report).await?;
    past::measure(&stage, extent, &histories, &mut report).await?;
    limiter::measure(limiter, extent, &mut report)?;
    Ok(report)
}
