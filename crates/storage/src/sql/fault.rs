//! What can go wrong with a query, and what the domain is told of it.

use diesel::result::{DatabaseErrorKind, Error};
use synaptiq_domain::ports::StoreError;
use thiserror::Error;

/// What a query gives.
pub(crate) type Outcome<T> = Result<T, Fault>;

/// Why a query gave nothing.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    /// A version, or an existence, is not what was read.
    #[error("the state changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Database(#[from] Error),
    /// A stored value is not what this version writes.
    #[error("{column} holds {value:?}, which cannot be read")]
    Corrupt {
        /// Where it is.
        column: &'static str,
        /// What it is, cut short.
        value: String,
    },
    /// The file has grown beyond what can be wiped page by page.
    #[error("a file of {pages} pages cannot be wiped")]
    TooLarge {
        /// How many pages it has.
        pages: i64,
    },
    /// A value cannot be written as JSON.
    #[error("{column} cannot be written")]
    Unwritable {
        /// Where it should have gone.
        column: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl Fault {
    /// A stored value that cannot be read. Only its beginning is kept: it may be anyone's words.
    pub(super) fn corrupt(column: &'static str, value: &str) -> Self {
        Self::Corrupt { column, value: value.chars().take(32).collect() }
    }

    /// Whether a stored value is the reason, which no retry mends.
    pub(super) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::Database(Error::DeserializationError(_)))
    }

    /// Whether the transaction around it is intact: only the unit itself is refused.
    pub(crate) fn leaves_the_transaction_whole(&self) -> bool {
        match self {
            Self::Stale | Self::Corrupt { .. } | Self::TooLarge { .. } | Self::Unwritable { .. } => true,
            Self::Database(error) => breaks_a_rule(error) || self.is_unreadable(),
        }
    }

    /// What the domain is told.
    pub(crate) fn into_store_error(self) -> StoreError {
        match self {
            Self::Stale => StoreError::Stale,
            Self::Database(error) if breaks_a_rule(&error) => StoreError::Stale,
            Self::Database(error) => super::dialect::store_error(error),
            fault => StoreError::Failed(Box::new(fault)),
        }
    }
}

/// Whether a row broke a unique rule or refers to one that is gone.
fn breaks_a_rule(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation, _)
    )
}
