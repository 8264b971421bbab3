//! The store: in memory and `SQLite`, and the vault for what it keeps sealed.

pub mod memory;
pub mod sqlite;
mod vault;

pub use memory::MemoryStore;
pub use vault::Vault;
