//! What went wrong, before any dialect has worded it (contract §§ 3, 4).
//!
//! Every error code is in the one table below. A [`Fault`] is what a caller may know; internal
//! detail is logged where it is handled and never put into one. A dialect prints a fault with its
//! own envelope and, where its source has other words, its own codes.

use synaptiq_domain::{id::Id, lead::Lead};

use crate::field::FieldError;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal $word:literal,)*) => {
        /// What kind of thing went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The native word, which v1 and app print.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

codes! {
    /// A field or parameter is missing or wrong, or the body cannot be read.
    InvalidRequest = 400 "invalid_request",
    /// No credential was sent.
    MissingCredential = 401 "unauthorized",
    /// The credential is not one of ours.
    InvalidCredential = 401 "unauthorized",
    /// The credential was revoked.
    RevokedCredential = 401 "unauthorized",
    /// The credential may not do this, or not from this origin.
    InsufficientScope = 403 "insufficient_scope",
    /// There is no such route, or nothing with this id that the caller may see.
    NotFound = 404 "not_found",
    /// The route exists, but not with this method.
    MethodNotAllowed = 405 "method_not_allowed",
    /// No form of answer that the caller accepts.
    NotAcceptable = 406 "not_acceptable",
    /// Something that exists stands against it.
    Conflict = 409 "conflict",
    /// The body is larger than the route allows.
    PayloadTooLarge = 413 "payload_too_large",
    /// The body is of another content type than the route reads.
    UnsupportedMediaType = 415 "unsupported_media_type",
    /// Well formed, but it cannot be done.
    Unprocessable = 422 "unprocessable",
    /// The idempotency key was used with another request.
    IdempotencyKeyReuse = 422 "idempotency_key_reuse",
    /// Too many requests.
    RateLimited = 429 "rate_limited",
    /// A failure of ours.
    Internal = 500 "internal",
    /// Busy, shutting down, or something that is needed cannot be reached.
    ServiceUnavailable = 503 "service_unavailable",
    /// The disk is full: reads go on.
    StorageFull = 503 "storage_full",
}

/// What went wrong, in terms that a caller may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status: the code's own, unless a caller of [`Fault::with_status`] knows a closer one.
    pub status: u16,
    /// What kind of thing it is.
    pub code: Code,
    /// One sentence for a person.
    pub message: String,
    /// The field or parameter at fault.
    pub param: Option<String>,
    /// The lead that stands against it, for [`Code::Conflict`].
    pub existing: Option<Id<Lead>>,
    /// After how many seconds a retry can succeed.
    pub retry_after: Option<u32>,
}

impl Fault {
    /// A fault with the code's own status.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { status: code.status(), code, message: message.into(), param: None, existing: None, retry_after: None }
    }

    /// Nothing there, or nothing that the caller may see: the two are told alike (security T3).
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("no such {what}"))
    }

    /// The fault that tells a caller nothing about a failure of ours.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "something went wrong on our side; the request id helps to find it")
    }

    /// The same fault with a closer status, such as 408 for a body that did not arrive in time.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same fault, naming the field or parameter at fault.
    #[must_use]
    pub fn with_param(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The same fault, naming the lead that stands against it.
    #[must_use]
    pub fn with_existing(self, lead: Id<Lead>) -> Self {
        Self { existing: Some(lead), ..self }
    }

    /// The same fault, saying when a retry can succeed.
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

/// A wrong field is a 400 whose sentence begins with the field's name.
impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        let message = error.to_string();
        Self::new(Code::InvalidRequest, message).with_param(error.param)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_an_error_and_only_the_credentials_share_a_word() {
        for (index, code) in Code::ALL.iter().enumerate() {
            assert!((400..=599).contains(&code.status()), "{code:?}");
            let twin = Code::ALL[..index].iter().find(|other| other.as_str() == code.as_str());
            assert!(twin.is_none() || code.as_str() == "unauthorized", "{code:?} has the word of {twin:?}");
        }
    }

    #[test]
    fn a_wrong_field_becomes_a_400_that_names_it() {
        let fault = Fault::from(FieldError::new("leads[3].email", "must be a string"));
        assert_eq!(
            (fault.status, fault.code, fault.param.as_deref()),
            (400, Code::InvalidRequest, Some("leads[3].email"))
        );
        assert_eq!(fault.message, "leads[3].email must be a string");
    }
}
