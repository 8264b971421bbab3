//! What callers send to create an endpoint, and to list those of one chatbot.

use serde::Deserialize;
use synaptiq_domain::{
    access::Assistant,
    event::EventKind,
    id::Id,
    money::JsonMap,
    webhook::{EndpointDraft, Profile, SignatureScheme},
};
use utoipa::ToSchema;

use crate::{
    field::{FieldError, Fields, Given},
    query::Query,
    syrus::webhook::LEAD_QUALIFIED,
    words::SyrusEventWord,
};

const MAX_URL: usize = 2_000;
const MAX_SECRET: usize = 255;
/// More than there are, so that a list with repetitions is read too.
const MAX_EVENTS: usize = 50;

/// Reads `{chatbot_id?, url, events, secret?}`. Whether there is such a chatbot, and where the
/// address leads, is checked by the operation.
pub fn read_draft(body: &JsonMap) -> Result<EndpointDraft, FieldError> {
    let fields = Fields::of_body(body);
    Ok(EndpointDraft {
        url: fields.required("url", |given| given.bounded(MAX_URL))?,
        description: None,
        events: fields.required("events", |given| events(&given))?,
        assistant: fields.optional("chatbot_id", |given| given.id())?,
        secret: fields.optional("secret", |given| given.bounded(MAX_SECRET))?,
        profile: Profile::Syrus,
        signature_scheme: SignatureScheme::Body,
        active: true,
    })
}

/// At least one name, of which there is one.
fn events(given: &Given<'_>) -> Result<Vec<EventKind>, FieldError> {
    let items = given.items(MAX_EVENTS)?;
    for item in &items {
        if item.text()? != LEAD_QUALIFIED {
            return Err(item.error(format!("must be {LEAD_QUALIFIED}")));
        }
    }
    if items.is_empty() { Err(given.error("must have at least 1 item")) } else { Ok(vec![EventKind::LeadQualified]) }
}

/// Reads the list's `chatbot_id`.
pub fn read_chatbot(query: &Query) -> Result<Option<Id<Assistant>>, FieldError> {
    Ok(query.get("chatbot_id")?.map(|given| given.id()))
}

/// The body of a creation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WebhookCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_draft`")]
pub struct EndpointCreateBody {
    /// Only the leads of this chatbot; of all where nothing is said.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    chatbot_id: Option<String>,
    /// http or https, without credentials; it must not lead to a private or reserved address.
    #[schema(max_length = 2000, example = "https://crm.example.com/webhook")]
    url: String,
    /// `lead_qualified`.
    #[schema(value_type = Vec<SyrusEventWord>, min_items = 1, max_items = 50, example = json!(["lead_qualified"]))]
    events: Vec<String>,
    /// Your own secret, 8 to 255 printable characters; one is generated where there is none.
    #[schema(min_length = 8, max_length = 255, pattern = "^[!-~]*$")]
    secret: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn map(body: &Value) -> &JsonMap {
        body.as_object().expect("an object")
    }

    #[test]
    fn the_published_body_is_read() {
        let body = json!({
            "chatbot_id": "00000000-0000-0000-0000-000000000008", "url": "https://crm.tuo.tld/webhook",
            "events": ["lead_qualified"],
        });
        let draft = EndpointDraft {
            url: "https://crm.tuo.tld/webhook".to_owned(),
            description: None,
            events: vec![EventKind::LeadQualified],
            assistant: Some(Id::from_bits(8)),
            secret: None,
            profile: Profile::Syrus,
            signature_scheme: SignatureScheme::Body,
            active: true,
        };
        assert_eq!(read_draft(map(&body)), Ok(draft.clone()));
        let body = json!({
            "url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified", "lead_qualified"], "secret": "s3cret-s3cret",
        });
        let secret = Some("s3cret-s3cret".to_owned());
        assert_eq!(read_draft(map(&body)), Ok(EndpointDraft { assistant: None, secret, ..draft }));
    }

    #[test]
    fn i1_every_wrong_field_is_named() {
        for (field, wrong, param) in [
            ("url", json!(null), "url"),
            ("url", json!(7), "url"),
            ("url", json!("x".repeat(2_001)), "url"),
            ("events", json!(null), "events"),
            ("events", json!("lead_qualified"), "events"),
            ("events", json!([]), "events"),
            ("events", json!(["lead_qualified", "lead.qualified"]), "events[1]"),
            ("events", json!([7]), "events[0]"),
            ("chatbot_id", json!(7), "chatbot_id"),
            ("secret", json!(7), "secret"),
            ("secret", json!("x".repeat(256)), "secret"),
        ] {
            let mut body = json!({"url": "https://a.io", "events": ["lead_qualified"]});
            body[field] = wrong.clone();
            assert_eq!(read_draft(map(&body)).expect_err("wrong").param, param, "{wrong}");
        }
        assert_eq!(read_draft(map(&json!({}))).expect_err("nothing").param, "url");
        assert_eq!(read_chatbot(&Query::of("chatbot_id=%ff")).expect_err("no text").param, "chatbot_id");
    }
}
