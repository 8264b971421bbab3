//! Webhook bodies, one file per profile (contract § 10). Pure: the same event gives the same bytes.

mod synaptiq;

pub use synaptiq::{API_VERSION, synaptiq_body};
