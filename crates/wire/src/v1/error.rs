//! v1's error envelope (contract § 4).

use serde::Serialize;
use utoipa::ToSchema;

use crate::{fault::Fault, words::CodeWord};

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// A word for programs.
    #[schema(value_type = CodeWord)]
    pub code: &'static str,
    /// A sentence for people.
    #[schema(example = "limit must be an integer from 1 to 100")]
    pub message: String,
    /// The field or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "limit")]
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
            error: ErrorDetail {
                code: code.as_str(),
                message: message.clone(),
                param: param.clone(),
                existing_id: existing.map(crate::id::v1),
                request_id: request_id.to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::id::Id;

    use super::*;
    use crate::{fault::Code, field::FieldError};

    #[test]
    fn an_error_names_code_sentence_field_and_request() {
        let fault = Fault::from(FieldError::new("limit", "must be an integer from 1 to 100"));
        assert_eq!(
            serde_json::to_value(ErrorBody::of(&fault, "req_1")).expect("prints"),
            json!({"error": {
                "code": "invalid_request", "message": "limit must be an integer from 1 to 100", "param": "limit", "requestId": "req_1",
            }})
        );
        let fault = Fault::new(Code::Conflict, "this e-mail has a lead").with_existing(Id::from_bits(1));
        assert_eq!(
            serde_json::to_value(ErrorBody::of(&fault, "req_2")).expect("prints"),
            json!({"error": {
                "code": "conflict", "message": "this e-mail has a lead", "existingId": "lead_00000000000000000000000001", "requestId": "req_2",
            }})
        );
    }
}
