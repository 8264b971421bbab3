//! The store: in memory and `SQLite`.

pub mod memory;
