//! What is true: leads, conversations, scoring, events, webhooks; the ports and the use cases. No framework.

pub mod access;
pub mod changes;
pub mod conversation;
pub mod event;
pub mod id;
pub mod knowledge;
pub mod lead;
pub mod money;
pub mod paging;
pub mod ports;
pub mod qualification;
pub mod receipt;
pub mod text;
pub mod time;
pub mod use_cases;
pub mod webhook;
