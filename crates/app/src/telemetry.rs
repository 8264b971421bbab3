//! Structured logs on standard error: JSON where nobody looks, text on a terminal (security P4).
//!
//! Lines are written by a thread of their own, many at a time when there are many: no request waits
//! for whoever reads the log. Where the reader stands still, lines beyond a bound are dropped and
//! the server goes on (security P2).

use std::io::{self, BufWriter, IsTerminal as _};

use anyhow::{Context as _, Result};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt};

/// How many lines wait at most.
const WAITING_LINES: usize = 16_384;
/// How many bytes are written at once at most. A quiet log is written line by line.
const BYTES_AT_ONCE: usize = 64 * 1024;

/// Writes what is waiting when it is dropped.
#[must_use]
pub(crate) struct Telemetry {
    _guard: WorkerGuard,
}

/// Starts logging what `filter` lets through.
pub(crate) fn start(filter: &str) -> Result<Telemetry> {
    let filter = EnvFilter::try_new(filter).context("setting log")?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(BufWriter::with_capacity(BYTES_AT_ONCE, io::stderr()));
    let started = if io::stderr().is_terminal() {
        fmt().with_env_filter(filter).with_writer(writer).with_target(false).try_init()
    } else {
        fmt().json().flatten_event(true).with_env_filter(filter).with_writer(writer).try_init()
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))?;
    Ok(Telemetry { _guard: guard })
}
