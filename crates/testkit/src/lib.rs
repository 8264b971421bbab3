//! Contract tests, fixtures, fakes, a test server. Dev-dependency only.

pub mod contract;
pub mod fixtures;
