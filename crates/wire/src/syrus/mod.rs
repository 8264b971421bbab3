//! syrus: `snake_case`, UUIDs, times in seconds.

pub mod error;
