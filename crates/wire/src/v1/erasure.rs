//! Removing a person everywhere: what is asked, and what was removed.

use serde::{Deserialize, Serialize};
use synaptiq_domain::{
    erasure::{Erased, Person},
    money::JsonMap,
};
use utoipa::ToSchema;

use crate::field::{FieldError, Fields};

/// What was removed. Nothing, if nothing was known of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Erasure)]
#[serde(rename_all = "camelCase")]
pub struct ErasureRecord {
    /// Leads that were emptied, absorbed ones included.
    pub leads: u64,
    /// Conversations that were emptied.
    pub conversations: u64,
    /// Messages that lost their words.
    pub messages: u64,
    /// Messages whose words are quoted as evidence no more.
    pub quotes: u64,
    /// Lines of the activity feed that lost their sentence.
    pub events: u64,
    /// Webhook deliveries that lost their body; pending ones were cancelled.
    pub deliveries: u64,
    /// Kept answers to requests with an `Idempotency-Key` that were deleted.
    pub answers: u64,
    /// Visits that name nobody any more.
    pub visits: u64,
}

impl From<&Erased> for ErasureRecord {
    fn from(erased: &Erased) -> Self {
        let Erased { leads, conversations, messages, quotes, events, deliveries, answers, visits } = *erased;
        Self { leads, conversations, messages, quotes, events, deliveries, answers, visits }
    }
}

/// Reads `{person}`.
pub fn read(body: &JsonMap) -> Result<Person, FieldError> {
    Fields::of_body(body)
        .required("person", |given| Person::parse(given.text()?).map_err(|error| given.error(error.to_string())))
}

/// The body of an erasure, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ErasureRequest)]
#[expect(dead_code, reason = "described, and read by `read`")]
pub struct ErasureBody {
    /// An e-mail address, a phone number, a lead's id or a visitor's id.
    #[schema(
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00- \x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\x00-\x1f\x7f-\x9f]*$",
        example = "ada@example.com"
    )]
    person: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_count_is_told() {
        let erased = Erased { leads: 1, conversations: 2, messages: 3, quotes: 4, events: 5, ..Erased::default() };
        let printed = serde_json::to_value(ErasureRecord::from(&erased)).expect("prints");
        let expected = json!({
            "leads": 1, "conversations": 2, "messages": 3, "quotes": 4, "events": 5, "deliveries": 0, "answers": 0, "visits": 0,
        });
        assert_eq!(printed, expected);
    }

    #[test]
    fn i1_a_person_must_be_named() {
        let read = |body: &Value| read(body.as_object().expect("an object"));
        for body in [json!({}), json!({"person": ""}), json!({"person": 7}), json!({"person": "x".repeat(255)})] {
            assert_eq!(read(&body).expect_err("wrong").param, "person", "{body}");
        }
        assert!(read(&json!({"person": "ada@example.com"})).expect("a person").email.is_some());
    }
}
