//! actix-web: route tables of the dialects, chat stream, `OpenAPI`.
//!
//! Read [`route`] first: everything served is a row of a table. [`pipeline`] then walks one request
//! from its head to its answer, and [`dialect`] has the tables and their handlers, each of which
//! decodes, calls one use case and encodes. [`server`] starts and stops it all.

pub mod address;
pub mod admin;
pub mod answer;
pub mod auth;
pub mod body;
pub mod chat;
pub mod connection;
mod cors;
mod csrf;
pub mod dialect;
pub mod docs_page;
pub mod fault;
pub mod feed;
pub mod front;
pub mod idempotency;
pub mod limits;
pub mod openapi;
pub mod operation;
mod origin;
pub mod pipeline;
mod remembered;
pub mod request;
pub mod request_id;
pub mod route;
pub mod route_table;
pub mod server;
mod session;
pub mod sse;
pub mod stream;
mod stream_places;
pub mod tasks;
pub mod upload;
