//! From what went wrong to what is answered.
//!
//! Which error to use where: a decoder's fault and everything before an operation is
//! [`Refused::Undecoded`]; what the operation itself says is [`Refused::Decided`]. The difference
//! matters for kept answers alone (contract § 4): a refusal that the operation decided is kept
//! under the request's `Idempotency-Key`, a request that never reached its operation is not.
//! The operator's text is logged here, once; the caller's text is in the [`Fault`].

use synaptiq_domain::{access::Permission, id::Id, ports::StoreError, use_cases::UseCaseError};
use synaptiq_wire::{Code, Fault, FieldError};

use crate::{admin::AdminTokenError, body::BodyError};

/// Why a request gets no answer of success.
#[derive(Debug)]
pub enum Refused {
    /// It never reached its operation.
    Undecoded(Fault),
    /// Its operation refused it.
    Decided(Fault),
}

impl Refused {
    /// What is told.
    pub fn into_fault(self) -> Fault {
        match self {
            Self::Undecoded(fault) | Self::Decided(fault) => fault,
        }
    }

    /// The fault, if a retry must get the very same: whatever the operation decided, but not what
    /// went wrong on our side, nor that there was too much.
    pub fn kept(&self) -> Option<&Fault> {
        match self {
            Self::Decided(fault) if fault.status < 500 && fault.status != 429 => Some(fault),
            _ => None,
        }
    }

    /// Whether too much was going on.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Decided(fault) if fault.code == Code::ServiceUnavailable)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Undecoded(fault)
    }
}

impl From<FieldError> for Refused {
    fn from(error: FieldError) -> Self {
        Self::Undecoded(error.into())
    }
}

impl From<UseCaseError> for Refused {
    fn from(error: UseCaseError) -> Self {
        match error {
            // Nothing was decided: the key is still the other request's.
            UseCaseError::KeyReused => Self::Undecoded(fault_of(&error)),
            error => Self::Decided(fault_of(&error)),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        UseCaseError::from(error).into()
    }
}

impl From<AdminTokenError> for Refused {
    fn from(error: AdminTokenError) -> Self {
        Self::Undecoded(logged(&error))
    }
}

impl From<BodyError> for Refused {
    fn from(error: BodyError) -> Self {
        Self::Undecoded(match error {
            BodyError::TooLarge => Fault::new(Code::PayloadTooLarge, "the body is larger than allowed"),
            BodyError::TooSlow => Fault::new(Code::InvalidRequest, "the body came too slowly").with_status(408),
            BodyError::Broken => Fault::new(Code::InvalidRequest, "the body ended too early").with_param("body"),
        })
    }
}

/// What a caller is told of an operation's refusal.
pub fn fault_of(error: &UseCaseError) -> Fault {
    match error {
        UseCaseError::NotFound => Fault::new(Code::NotFound, "no such resource"),
        UseCaseError::Invalid { param, message } => {
            Fault::new(Code::InvalidRequest, format!("{param} {message}")).with_param(*param)
        }
        UseCaseError::Conflict { message, existing } => {
            let fault = Fault::new(Code::Conflict, message.clone());
            match existing.as_deref().and_then(Id::parse) {
                Some(lead) => fault.with_existing(lead),
                None => fault,
            }
        }
        UseCaseError::Unprocessable { message, param } => {
            let fault = Fault::new(Code::Unprocessable, message.clone());
            match param {
                Some(param) => fault.with_param(*param),
                None => fault,
            }
        }
        UseCaseError::KeyReused => key_reused(),
        UseCaseError::Forbidden(message) => Fault::new(Code::InsufficientScope, *message),
        UseCaseError::Busy => busy(),
        UseCaseError::StorageFull => Fault::new(Code::StorageFull, "the disk is full; reads go on"),
        UseCaseError::ModelUnavailable => {
            Fault::new(Code::ServiceUnavailable, "the model does not answer").with_retry_after(5)
        }
        UseCaseError::Internal(source) => logged(&**source),
    }
}

/// An `Idempotency-Key` came with another request before.
pub fn key_reused() -> Fault {
    let message = "this Idempotency-Key was used with another request";
    Fault::new(Code::IdempotencyKeyReuse, message).with_param("Idempotency-Key")
}

/// Too much is going on.
pub fn busy() -> Fault {
    Fault::new(Code::ServiceUnavailable, "too busy; try again").with_retry_after(1)
}

/// A scope is missing.
pub fn missing_scope(permission: Permission) -> Fault {
    Fault::new(Code::InsufficientScope, format!("the key lacks the scope {permission}"))
}

/// Logs a failure of ours with its causes, for the operator; the caller learns nothing of it.
fn logged(error: &(dyn std::error::Error + 'static)) -> Fault {
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error = %causes, "a request failed");
    Fault::internal()
}
