//! The HTTP layer on the store in memory: what is promised of every route, and of some alone.

mod access;
mod chat;
mod cors;
mod documents;
mod errors;
mod hostile;
mod idempotency;
mod leads;
mod login;
mod logs;
mod sockets;
mod stage;
