//! Contract tests, fixtures, fakes, a test server. Dev-dependency only.

pub mod contract;
pub mod fixtures;
pub mod left_out;
pub mod scripted;
