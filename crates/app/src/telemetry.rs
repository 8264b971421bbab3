//! Structured logs on standard error: JSON where nobody looks, text on a terminal (security P4).

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging what `filter` lets through.
pub(crate) fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).context("setting log")?;
    let started = if std::io::stderr().is_terminal() {
        fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init()
    } else {
        fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).try_init()
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}
