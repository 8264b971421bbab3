//! Copying a whole installation from one database into another, row by row as the databases hold them:
//! keys, secrets and counters included.
//!
//! Written over what a database can do with rows of any table ([`Rows`], [`RowsToFill`]), so that each
//! database says it once and every pair of them works. Memory is bounded by a batch. A copy is proved by
//! counts and digests of every table, which do not depend on the order of rows, because databases order
//! text in their own ways.

mod digest;
mod run;

use thiserror::Error;

pub use digest::TableDigest;
pub use run::{COPY_SETTING, CopyOutcome, CopyReport, copy, unfinished};

/// One value of a row, in the kinds that every database has. Booleans are 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A table with its columns, in the order in which their values come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The names of its columns.
    pub columns: Vec<String>,
}

/// Takes rows as they are read, in batches.
pub type RowSink<'a> = dyn FnMut(Vec<Vec<Cell>>) -> Result<(), CopyError> + 'a;

/// Why there is no copy. Each prints one line that says what to do about it.
#[derive(Debug, Error)]
pub enum CopyError {
    /// One of the databases could not be opened.
    #[error(transparent)]
    Open(#[from] crate::sqlite::OpenError),
    /// One of the databases refused.
    #[error("{0}")]
    Refused(String),
    /// The two do not have the same tables.
    #[error("the databases have different schemas: run `synaptiq migrate` on the one that is older")]
    OtherSchema,
    /// There is nothing to copy.
    #[error("there is no installation to copy: it was never served or migrated")]
    NoInstallation,
    /// The target has rows of its own.
    #[error("the target is not empty, and it is no copy of this installation")]
    NotEmpty,
    /// The target was copied into, and worked with since.
    #[error("the target is a copy of this installation that was worked with since: it is not replaced")]
    WorkedWith,
    /// What was written is not what was read.
    #[error("table {table} of the copy differs from the original: run the copy again")]
    Differs {
        /// Which.
        table: String,
    },
}

/// A database to be copied, as of one moment.
pub trait Rows {
    /// Every table that belongs to the installation, in a fixed order.
    fn tables(&mut self) -> Result<Vec<Table>, CopyError>;

    /// Reads every row of a table.
    fn read(&mut self, table: &Table, sink: &mut RowSink<'_>) -> Result<(), CopyError>;
}

/// A database to be filled. Nobody else writes to it meanwhile.
pub trait RowsToFill: Rows {
    /// Adds rows. What they refer to may come later.
    fn add(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), CopyError>;

    /// Deletes every row of a table.
    fn clear(&mut self, table: &Table) -> Result<(), CopyError>;

    /// Checks that whatever is referred to is there, and that all of it is on disk.
    fn finish(&mut self) -> Result<(), CopyError>;
}
