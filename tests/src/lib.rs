//! End-to-end tests that drive the real server over HTTP.
