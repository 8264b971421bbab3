//! syrus: `snake_case`, UUIDs, times in whole seconds.
//!
//! What it calls a chatbot is an assistant. It shows whether a lead has ever qualified rather than
//! its status, and of the events it knows one.

pub mod conversation;
pub mod deleted;
pub mod error;
pub mod lead;
pub mod list;
pub mod schema;
pub mod webhook;
