//! One line on a terminal that says how far something is. Where nobody looks nothing is written.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    time::Duration,
};

use tokio::time::Instant;

/// How often the line changes at most.
const OFTEN: Duration = Duration::from_millis(200);
/// How long something takes before the line appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line that is written over and over.
pub(super) struct Progress {
    is_seen: bool,
    next: Instant,
    shown: bool,
}

impl Progress {
    /// Something begins.
    pub(super) fn begin() -> Self {
        Self { is_seen: stderr().is_terminal(), next: Instant::now() + PATIENCE, shown: false }
    }

    /// Shows how far it is.
    pub(super) fn show(&mut self, text: &str) {
        if self.is_seen && Instant::now() >= self.next {
            let _ = write!(stderr(), "\r\x1b[K{text}");
            let _ = stderr().flush();
            self.next = Instant::now() + OFTEN;
            self.shown = true;
        }
    }

    /// Takes the line away.
    pub(super) fn end(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
            let _ = stderr().flush();
        }
    }
}
