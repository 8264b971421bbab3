//! The store in one `SQLite` file: one writer thread that commits in groups, and a few read-only
//! connections beside it.

mod backup;
mod cache;
mod dialect;
mod open;
mod pool;
mod rows;
mod schema;
mod store;
mod wipe;
mod writer;

// The queries are the same text for every database; each mounts them beside its own schema.
#[path = "../sql/mod.rs"]
mod sql;

pub use backup::{BackupError, verify_file};
pub use open::{Access, OpenError, OpenOptions, ServerPlace};
pub use rows::{SqliteRows, SqliteRowsToFill};
pub use store::SqliteStore;

#[cfg(test)]
mod tests;
