//! The store: in memory and `SQLite`.

pub mod memory;

pub use memory::MemoryStore;
