//! The operator's login: a token in, a cookie out. The body says nothing that gives a right.

use serde::{Deserialize, Serialize};
use synaptiq_domain::{access::OperatorSession, money::JsonMap};
use utoipa::ToSchema;

use crate::field::{FieldError, Fields};

/// The most characters of an admin token.
const MOST_CHARACTERS: usize = 1_000;

/// What logs in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LoginBody {
    /// The admin token.
    #[schema(min_length = 1, max_length = 1000, example = "your-admin-token")]
    pub token: String,
}

/// The token in a login's body.
pub fn read_token(body: &JsonMap) -> Result<String, FieldError> {
    Fields::of_body(body).required("token", |given| given.verbatim(MOST_CHARACTERS))
}

/// The answer to a login. What gives the right is in the cookie alone, where scripts cannot read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    /// Always true.
    pub success: bool,
    /// When the session ends by itself.
    #[schema(format = "date-time", example = "2026-04-08T14:30:00.000Z")]
    pub expires_at: String,
}

impl From<&OperatorSession> for LoggedIn {
    fn from(session: &OperatorSession) -> Self {
        let OperatorSession { hash: _, token: _, created_at: _, expires_at } = session;
        Self { success: true, expires_at: expires_at.rfc3339_millis() }
    }
}

/// The answer to a logout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LoggedOut {
    /// Always true.
    pub success: bool,
}

impl LoggedOut {
    /// The session is over.
    pub const DONE: Self = Self { success: true };
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::time::Timestamp;

    use super::*;

    #[test]
    fn a_login_answers_when_it_ends_and_nothing_that_gives_a_right() {
        let (_, session) = OperatorSession::begin([7; 32], [1; 32], Timestamp::from_micros(0));
        let printed = serde_json::to_value(LoggedIn::from(&session)).expect("prints");
        assert_eq!(printed, json!({"success": true, "expiresAt": "1970-01-08T00:00:00.000Z"}));
    }

    #[test]
    fn a_token_is_a_text_as_it_was_sent() {
        let read = |body: serde_json::Value| read_token(body.as_object().expect("an object"));
        assert_eq!(read(json!({"token": "correct horse"})), Ok("correct horse".to_owned()));
        for body in [
            json!({}),
            json!({"token": null}),
            json!({"token": 7}),
            json!({"token": " "}),
            json!({"token": "x".repeat(1001)}),
        ] {
            assert_eq!(read(body.clone()).expect_err("refused").param, "token", "{body}");
        }
    }
}
