//! Contract tests, fixtures, fakes, a test server. Dev-dependency only.
