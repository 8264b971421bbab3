//! Contract tests, fixtures, fakes, a test server. Dev-dependency only.

pub mod left_out;
