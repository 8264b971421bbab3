//! Tables of cases in tests: every row that does not hold is shown, not only the first.

use std::fmt::Debug;

/// Collects the rows that do not hold and fails at the end of the test.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    wrong: Vec<String>,
}

impl Rows {
    /// A row whose two sides must be equal.
    #[expect(clippy::needless_pass_by_value, reason = "rows read better without borrows")]
    pub(crate) fn eq<A: PartialEq<B> + Debug, B: Debug>(&mut self, row: &str, found: A, expected: B) {
        if found != expected {
            self.wrong.push(format!("{row:?}: found {found:?}, expected {expected:?}"));
        }
    }

    /// A row that must hold.
    pub(crate) fn holds(&mut self, row: &str, holds: bool) {
        if !holds {
            self.wrong.push(format!("{row:?}"));
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.wrong.is_empty(), "{} rows do not hold:\n{}", self.wrong.len(), self.wrong.join("\n"));
        }
    }
}
