//! The store: in memory and `SQLite`, and the vault for what it keeps sealed.

mod memory;
mod sqlite;
mod vault;

pub use memory::MemoryStore;
pub use sqlite::{Access, BackupError, OpenError, OpenOptions, ServerPlace, SqliteStore, verify_file};
pub use vault::Vault;
