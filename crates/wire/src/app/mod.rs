//! The app dialect: its envelope, its ids (UUIDs), its shapes.

pub mod analytics;
pub mod auth;
pub mod chat;
pub mod error;
pub mod health;
pub mod knowledge;
pub mod lead;
pub mod schema;
pub mod success;
pub mod transcript;
pub mod webhook;
pub mod widget;
