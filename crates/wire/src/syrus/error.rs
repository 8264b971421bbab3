//! syrus' error envelope and its own words for what went wrong (contract §§ 3, 4).

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    fault::{Code, Fault},
    words::SyrusCodeWord,
};

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
    /// The id of the request, also in `X-Request-Id`.
    pub request_id: String,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// A word for programs.
    #[schema(value_type = SyrusCodeWord)]
    pub code: &'static str,
    /// A sentence for people. It begins with the field or parameter at fault, where there is one.
    #[schema(example = "per_page must be an integer from 1 to 4294967295")]
    pub message: String,
}

/// The published words where there are some; the native ones otherwise.
pub(crate) const fn word(code: Code) -> &'static str {
    match code {
        Code::InvalidRequest => "bad_request",
        Code::MissingCredential => "missing_bearer_token",
        Code::InvalidCredential => "invalid_api_key",
        Code::RevokedCredential => "api_key_revoked",
        other => other.as_str(),
    }
}

impl ErrorBody {
    /// The body that tells of `fault`. Status and `Retry-After` are the header's.
    pub fn of(fault: &Fault, request_id: &str) -> Self {
        // The sentence names the field; nothing that syrus does conflicts with a lead.
        let Fault { status: _, code, message, param: _, existing: _, retry_after: _ } = fault;
        Self { error: ErrorDetail { code: word(*code), message: message.clone() }, request_id: request_id.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{field::FieldError, samples};

    #[test]
    fn an_error_is_a_code_and_a_sentence_beside_the_request() {
        let fault = Fault::from(FieldError::new("since", "must be an ISO 8601 date or date-time"));
        samples::assert_prints(
            &ErrorBody::of(&fault, "req_1"),
            &json!({
                "error": {"code": "bad_request", "message": "since must be an ISO 8601 date or date-time"},
                "request_id": "req_1",
            }),
        );
    }

    #[test]
    fn the_published_words_are_used_and_the_others_are_the_same_in_every_dialect() {
        let published = [
            (400, "bad_request"),
            (401, "missing_bearer_token"),
            (401, "invalid_api_key"),
            (401, "api_key_revoked"),
            (403, "insufficient_scope"),
            (404, "not_found"),
            (429, "rate_limited"),
        ];
        let words: Vec<(u16, &str)> = Code::ALL.iter().map(|code| (code.status(), word(*code))).collect();
        for pair in published {
            assert!(words.contains(&pair), "{pair:?} in {words:?}");
        }
        for code in Code::ALL.iter().filter(|code| ![400, 401].contains(&code.status())) {
            assert_eq!(word(*code), code.as_str());
        }
    }
}
