//! The store: in memory and SQLite.
