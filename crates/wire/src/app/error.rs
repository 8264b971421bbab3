//! app's error envelope (contract § 4): a sentence in `error`, with ours beside it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{fault::Fault, words::CodeWord};

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What went wrong, for people.
    #[schema(example = "message is required")]
    pub error: String,
    /// A word for programs.
    #[schema(value_type = CodeWord)]
    pub code: &'static str,
    /// The field or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// The lead that stands against it, on a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing_id: Option<String>,
    /// The id of the request, also in `X-Request-Id`.
    pub request_id: String,
}

impl ErrorBody {
    /// The body that tells of `fault`. Status and `Retry-After` are the header's.
    pub fn of(fault: &Fault, request_id: &str) -> Self {
        let Fault { status: _, code, message, param, existing, retry_after: _ } = fault;
        Self {
            error: message.clone(),
            code: code.as_str(),
            param: param.clone(),
            existing_id: existing.map(crate::id::uuid),
            request_id: request_id.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::id::Id;

    use super::*;
    use crate::{fault::Code, samples};

    #[test]
    fn an_error_is_a_sentence_with_a_code_and_the_request() {
        let fault = Fault::new(Code::RateLimited, "too many requests").with_retry_after(3);
        samples::assert_prints(
            &ErrorBody::of(&fault, "req_1"),
            &json!({"error": "too many requests", "code": "rate_limited", "requestId": "req_1"}),
        );
        let fault = Fault::new(Code::Conflict, "taken").with_existing(Id::from_bits(1)).with_param("email");
        samples::assert_prints(
            &ErrorBody::of(&fault, "req_2"),
            &json!({
                "error": "taken", "code": "conflict", "param": "email", "existingId": "00000000-0000-0000-0000-000000000001",
                "requestId": "req_2",
            }),
        );
    }
}
