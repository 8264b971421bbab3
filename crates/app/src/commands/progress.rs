//! One line on a terminal that says how far something is. Where nobody looks nothing is written.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often the line changes at most.
const OFTEN: Duration = Duration::from_millis(200);
/// How long something takes before the line appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line that is written over and over.
pub(super) struct Progress {
    began: Instant,
    is_seen: bool,
    /// When the line was last written, if it was.
    shown: Mutex<Option<Instant>>,
}

impl Progress {
    /// Something begins.
    pub(super) fn begin() -> Self {
        Self { began: Instant::now(), is_seen: stderr().is_terminal(), shown: Mutex::new(None) }
    }

    /// Shows how far it is.
    pub(super) fn show(&self, text: &str) {
        if !self.is_seen || self.began.elapsed() < PATIENCE {
            return;
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.is_none_or(|last| last.elapsed() >= OFTEN) {
            // A closed standard error is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[K{text}");
            let _ = stderr().flush();
            *shown = Some(Instant::now());
        }
    }

    /// Shows how many lines and rows are moved.
    pub(super) fn tell(&self, lines: u64, rows: u64) {
        self.show(&format!("{lines} lines, {rows} rows, {} rows/s", per_second(rows, self.elapsed())));
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self.shown.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
            let _ = stderr().flush();
        }
    }

    /// How long it has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// How many a second that is.
pub(super) fn per_second(count: u64, elapsed: Duration) -> u64 {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000) / millis
}
