//! The app dialect: its envelope, its ids (UUIDs), its lists in parts, and its records.

pub mod analytics;
pub mod auth;
pub mod chat;
pub mod conversation;
pub mod error;
pub mod health;
pub mod knowledge;
pub mod lead;
pub mod part;
pub mod schema;
pub mod success;
pub mod transcript;
pub mod visit;
pub mod webhook;
pub mod widget;
