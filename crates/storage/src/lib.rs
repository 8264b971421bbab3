//! The store: in memory and `SQLite`, and the vault for what it keeps sealed.

pub mod copy;
mod memory;
mod sqlite;
mod vault;

pub use memory::MemoryStore;
pub use sqlite::{
    Access, BackupError, OpenError, OpenOptions, ServerPlace, SqliteRows, SqliteRowsToFill, SqliteStore, verify_file,
};
pub use vault::Vault;
