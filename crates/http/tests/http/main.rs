//! The HTTP layer on the store in memory: what is promised of every route, and of some alone.

mod access;
mod activity;
mod analytics;
mod app_analytics;
mod app_conversations;
mod app_leads;
mod app_webhooks;
mod chat;
mod cors;
mod cross_dialect;
mod documents;
mod errors;
mod hostile;
mod idempotency;
mod knowledge_files;
mod leads;
mod limiter;
mod limits;
mod login;
mod logs;
mod matrix;
mod sockets;
mod stage;
mod syrus;
mod widget;
