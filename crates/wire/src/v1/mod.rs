//! The native dialect, v1: camelCase, prefixed ids, times in milliseconds.

pub mod analytics;
pub mod chat;
pub mod conversation;
pub mod deleted;
pub mod erasure;
pub mod error;
pub mod key;
pub mod knowledge;
pub mod lead;
pub mod schema;
pub mod webhook;
