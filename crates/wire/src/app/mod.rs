//! The app dialect: its envelope, its ids (UUIDs) and its public routes. The rest of its routes
//! comes with its own issue.

pub mod auth;
pub mod chat;
pub mod error;
pub mod health;
pub mod lead;
pub mod schema;
pub mod transcript;
