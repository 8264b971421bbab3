//! Telling a person at a terminal how far a command is.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long a command runs before it says anything.
const QUIET: Duration = Duration::from_secs(1);

/// One line on standard error that is written over and over; nothing where that is no terminal.
pub(super) struct ProgressLine {
    began: Instant,
    is_seen: bool,
    is_begun: Mutex<bool>,
}

impl ProgressLine {
    pub(super) fn begin() -> Self {
        Self { began: Instant::now(), is_seen: std::io::stderr().is_terminal(), is_begun: Mutex::new(false) }
    }

    /// Says how many lines and rows are done.
    pub(super) fn tell(&self, lines: u64, rows: u64) {
        let elapsed = self.began.elapsed();
        if !self.is_seen || elapsed < QUIET {
            return;
        }
        *self.is_begun.lock().unwrap_or_else(PoisonError::into_inner) = true;
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "\r\x1b[K{lines} lines, {rows} rows, {} rows/s", per_second(rows, elapsed));
        let _ = out.flush();
    }

    /// Ends the line, so that what follows has one of its own.
    pub(super) fn end(&self) {
        if *self.is_begun.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(std::io::stderr());
        }
    }

    /// How long the command has run.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// How many a second that is.
pub(super) fn per_second(count: u64, elapsed: Duration) -> u64 {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000) / millis
}
