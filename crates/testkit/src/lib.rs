//! Contract tests, fixtures, fakes, a test server. Dev-dependency only.
//!
//! Fakes come before mocks: a fake keeps its port's promises and shows what was asked of it;
//! [`mocks`] are for misbehaviour alone.

pub mod contract;
pub mod fakes;
pub mod fixtures;
pub mod left_out;
pub mod mocks;
pub mod scripted;
