//! Why an operation was refused. One enum for all of them, because every caller does the same with
//! each variant: it becomes a status and a code of the dialect.

use thiserror::Error;

use crate::{
    ports::{IndexError, StoreError},
    text::TextError,
};

/// Why an operation was refused.
#[derive(Debug, Error)]
pub enum UseCaseError {
    /// What the id names is not there, or not this tenant's: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// A field has a wrong value.
    #[error("{param} {message}")]
    Invalid {
        /// The field, by v1's name.
        param: &'static str,
        /// Ends a sentence that begins with the field's name.
        message: String,
    },
    /// It clashes with something that is there.
    #[error("{message}")]
    Conflict {
        /// What clashes.
        message: String,
        /// The id of what is there, in v1's form.
        existing: Option<String>,
    },
    /// The values are right, but they do not go together or with the state.
    #[error("{message}")]
    Unprocessable {
        /// What is wrong.
        message: String,
        /// The field, where one is at fault.
        param: Option<&'static str>,
    },
    /// The caller's `Idempotency-Key` belongs to another request, which has begun and not ended.
    #[error("this Idempotency-Key was used with another request")]
    KeyReused,
    /// The scope does not allow it: a test key changes no content.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Too much is going on: try again after a second.
    #[error("too busy")]
    Busy,
    /// There is no room on the disk.
    #[error("the disk is full")]
    StorageFull,
    /// The tenant demands the model and it does not answer.
    #[error("the model is not available")]
    ModelUnavailable,
    /// Anything else; logged where it is handled.
    #[error("internal failure")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl UseCaseError {
    /// A field with a wrong value.
    pub fn invalid(param: &'static str, error: &TextError) -> Self {
        Self::Invalid { param, message: error.to_string() }
    }
}

impl From<StoreError> for UseCaseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale | StoreError::Busy => Self::Busy,
            StoreError::Full => Self::StorageFull,
            StoreError::Failed(source) => Self::Internal(source),
        }
    }
}

impl From<IndexError> for UseCaseError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Store(error) => error.into(),
            IndexError::Broken(source) => Self::Internal(source),
        }
    }
}
