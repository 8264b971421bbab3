//! The published JSON records: per dialect serde shapes, id and time codecs, webhook bodies. No I/O.
//!
//! Requests come in through [`json`] and [`query`], which read strictly and name the field at
//! fault; a dialect's parsers turn them into domain values. Answers go out through a dialect's
//! records, made from domain values by conversions that destructure every field, so that a new
//! field breaks the build here and is decided on. Nothing here decides a business rule.
//!
//! A dialect is one folder ([`v1`], [`app`], [`syrus`]). No dialect imports another; what two of them share is
//! a file beside them. Webhook bodies are in [`webhook`], one file per profile.

pub mod app;
pub mod chat;
pub mod conversation;
pub mod csv;
pub mod cursor;
pub mod document;
pub mod endpoint;
pub mod fault;
pub mod field;
pub mod id;
pub mod json;
pub mod lead;
pub mod number;
pub mod paging;
pub mod query;
#[cfg(test)]
mod samples;
pub mod schema;
pub mod sse;
pub mod syrus;
pub mod time;
pub mod v1;
pub mod webhook;
pub mod words;

pub use fault::{Code, Fault};
pub use field::FieldError;
