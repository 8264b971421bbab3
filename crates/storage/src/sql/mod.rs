//! The queries, in plain diesel, written once. Each database mounts this folder beside its own
//! `schema` and `dialect`, so that the same text compiles against either; the files mirror those of
//! the domain's `ports/store`.
//!
//! Functions take a connection and trust whoever calls them to have begun what they need: a
//! snapshot for reads of more than one statement, a savepoint for writes.

pub(super) mod access;
pub(super) mod activity;
pub(super) mod analytics;
pub(super) mod codec;
pub(super) mod commit;
pub(super) mod conversations;
pub(super) mod counters;
pub(super) mod erasure;
pub(super) mod evidence;
pub(super) mod fault;
pub(super) mod history;
pub(super) mod knowledge;
pub(super) mod leads;
pub(super) mod meetings;
pub(super) mod messages;
pub(super) mod operator_sessions;
pub(super) mod paging;
pub(super) mod receipts;
pub(super) mod system;
pub(super) mod visits;
pub(super) mod webhooks;

use super::{dialect, dialect::Connection, schema};
use fault::{Fault, Outcome};
