//! What an import says of itself: while it runs, of each line that it refuses, and in the end.

use serde::Serialize;
use synaptiq_domain::ports::StoreError;
use synaptiq_wire::FieldError;
use thiserror::Error;

use super::lines::ReadError;

/// How many of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Assistants.
    pub assistants: u64,
    /// Conversations.
    pub conversations: u64,
    /// Documents.
    pub documents: u64,
    /// Lines of the activity feed, derived ones included.
    pub events: u64,
    /// Leads.
    pub leads: u64,
    /// Meetings.
    pub meetings: u64,
    /// People of the team.
    pub members: u64,
    /// Messages.
    pub messages: u64,
    /// Visitors of a day.
    pub visits: u64,
    /// Webhook endpoints; they come switched off, each with a new secret.
    pub webhooks: u64,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Lines that were read, blank ones left out.
    pub lines: u64,
    /// What is there now and was not before.
    pub added: Counts,
    /// Lines whose record was there before and stays as it was.
    pub already_there: u64,
    /// Lines of leads without an id that filled empty fields of the lead with their address.
    pub filled: u64,
    /// Lines that were refused and left out.
    pub refused: u64,
    /// Rows of tables that were added.
    pub rows: u64,
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[error("line {line}: {field} {reason}")]
pub struct RefusedLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// The field at fault, or `line`.
    pub field: String,
    /// The rest of a sentence that begins with the field's name.
    pub reason: String,
}

impl RefusedLine {
    pub(crate) fn new(line: u64, error: FieldError) -> Self {
        Self { line, field: error.param, reason: error.message }
    }
}

/// Why an import stopped. What was imported before stays, and is passed over when the file is imported
/// again.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A line is wrong, and such lines are not to be skipped.
    #[error(transparent)]
    Refused(#[from] RefusedLine),
    /// The file cannot be read on.
    #[error("{0}")]
    Unreadable(String),
    /// The list of refused lines cannot be written.
    #[error("the report cannot be written")]
    Report(#[source] std::io::Error),
    /// Another server gave nothing.
    #[error(transparent)]
    Server(#[from] crate::pull::PullError),
    /// There is no such tenant any more.
    #[error("the tenant is gone")]
    NoTenant,
    /// The store failed.
    #[error("the store refused at line {line}")]
    Store {
        /// The last line of the batch.
        line: u64,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// A use case failed.
    #[error("line {line} cannot be stored")]
    UseCase {
        /// The line.
        line: u64,
        /// Why.
        #[source]
        source: synaptiq_domain::use_cases::UseCaseError,
    },
}

impl From<ReadError> for ImportError {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Lines that are stored or refused.
    pub lines: u64,
    /// Rows of tables that were added.
    pub rows: u64,
}
