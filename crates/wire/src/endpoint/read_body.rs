//! What callers send to create and change endpoints and to rotate their secrets.

use serde::Deserialize;
use synaptiq_domain::{
    event::EventKind,
    money::JsonMap,
    time::Timestamp,
    webhook::{EndpointDraft, EndpointPatch, Profile, SignatureScheme},
};
use utoipa::ToSchema;

use crate::{
    field::{FieldError, Fields, Given},
    words::{SignatureSchemeWord, SubscriptionWord, TimeOrNow},
};

const MAX_URL: usize = 2_000;
const MAX_DESCRIPTION: usize = 500;
const MAX_SECRET: usize = 255;
/// More than there are kinds, so that a list with repetitions is read too.
const MAX_EVENTS: usize = 50;
const SCHEMES: [SignatureScheme; 2] = [SignatureScheme::Timestamped, SignatureScheme::Body];

/// Reads the body of a creation. `unless_told` is what signatures cover where the body says nothing
/// (contract § 1). Where the address leads is checked by the use case.
pub fn read_draft(body: &JsonMap, unless_told: SignatureScheme) -> Result<EndpointDraft, FieldError> {
    let fields = Fields::of_body(body);
    let scheme = |given: Given<'_>| given.one_of(&SCHEMES, SignatureScheme::as_str);
    Ok(EndpointDraft {
        url: fields.required("url", |given| given.bounded(MAX_URL))?,
        description: fields.optional("description", |given| given.bounded(MAX_DESCRIPTION))?,
        events: fields.required("events", |given| events(&given))?,
        assistant: fields.optional("assistantId", |given| given.id())?,
        secret: fields.optional("secret", |given| given.bounded(MAX_SECRET))?,
        profile: Profile::Synaptiq,
        signature_scheme: fields.optional("signatureScheme", scheme)?.unwrap_or(unless_told),
        active: fields.optional("active", |given| given.boolean())?.unwrap_or(true),
    })
}

/// Reads the body of a change. What is absent stays; only the description can be cleared.
pub fn read_patch(body: &JsonMap) -> Result<EndpointPatch, FieldError> {
    let fields = Fields::of_body(body);
    let scheme = |given: Given<'_>| given.one_of(&SCHEMES, SignatureScheme::as_str);
    Ok(EndpointPatch {
        url: fields.present("url", |given| given.bounded(MAX_URL))?,
        description: fields.nullable("description", |given| given.bounded(MAX_DESCRIPTION))?,
        events: fields.present("events", |given| events(&given))?,
        active: fields.present("active", |given| given.boolean())?,
        signature_scheme: fields.present("signatureScheme", scheme)?,
    })
}

/// At least one kind, each once.
fn events(given: &Given<'_>) -> Result<Vec<EventKind>, FieldError> {
    let mut kinds = Vec::new();
    for item in given.items(MAX_EVENTS)? {
        let kind = EventKind::parse(item.text()?).ok_or_else(|| {
            let words: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            item.error(format!("must be one of {}", words.join(", ")))
        })?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() { Err(given.error("must have at least 1 item")) } else { Ok(kinds) }
}

/// How a secret is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RotateRequest {
    /// The caller's own secret; generated where there is none.
    pub secret: Option<String>,
    /// From when on it signs alone; a time that has passed means at once, and `None` after the overlap.
    pub activates_at: Option<Timestamp>,
}

/// Reads `{secret?, activateAt?}`; `activateAt` is a time or the word `now`.
pub fn read_rotation(body: &JsonMap) -> Result<RotateRequest, FieldError> {
    let fields = Fields::of_body(body);
    let time = |given: Given<'_>| match given.text()? {
        "now" => Ok(Timestamp::default()),
        _ => given.instant(),
    };
    Ok(RotateRequest {
        secret: fields.optional("secret", |given| given.bounded(MAX_SECRET))?,
        activates_at: fields.optional("activateAt", time)?,
    })
}

/// The body of a creation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookCreate)]
#[expect(dead_code, reason = "described, and read field by field by `read_draft`")]
pub struct EndpointCreateBody {
    /// http or https, without credentials; it must not lead to a private or reserved address.
    #[schema(max_length = 2000, example = "https://example.com/webhooks/synaptiq")]
    url: String,
    /// What for.
    #[schema(max_length = 500, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    description: Option<String>,
    /// Kinds of events, at least one.
    #[schema(value_type = Vec<SubscriptionWord>, min_items = 1, max_items = 50, example = json!(["lead.created", "lead.qualified"]))]
    events: Vec<String>,
    /// Only of this assistant's conversations.
    assistant_id: Option<String>,
    /// Your own secret, 8 to 255 printable characters; one is generated where there is none.
    #[schema(min_length = 8, max_length = 255, pattern = "^[!-~]*$")]
    secret: Option<String>,
    /// `timestamped` or `body`; where nothing is said, what the receivers in this API's documentation expect.
    #[schema(value_type = Option<SignatureSchemeWord>)]
    signature_scheme: Option<String>,
    /// Whether it gets deliveries from the start; true where nothing is said.
    active: Option<bool>,
}

/// The body of a change, for the published description. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookPatch)]
#[expect(dead_code, reason = "described, and read field by field by `read_patch`")]
pub struct EndpointPatchBody {
    /// The new address.
    #[schema(max_length = 2000, nullable = false)]
    url: Option<String>,
    /// `null` clears it.
    #[schema(max_length = 500, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    description: Option<String>,
    /// Replaces the list.
    #[schema(value_type = Option<Vec<SubscriptionWord>>, nullable = false, min_items = 1, max_items = 50)]
    events: Option<Vec<String>>,
    /// Switching on again clears the reason it was switched off for.
    #[schema(nullable = false)]
    active: Option<bool>,
    /// `timestamped` or `body`.
    #[schema(value_type = Option<SignatureSchemeWord>, nullable = false)]
    signature_scheme: Option<String>,
}

/// The body of a rotation, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookRotate)]
#[expect(dead_code, reason = "described, and read field by field by `read_rotation`")]
pub struct RotateBody {
    /// Your own secret; one is generated where there is none.
    #[schema(min_length = 8, max_length = 255, pattern = "^[!-~]*$")]
    secret: Option<String>,
    /// From when on it signs alone: a time, or `now`. After 24 hours where nothing is said.
    #[schema(value_type = Option<TimeOrNow>)]
    activate_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use synaptiq_domain::id::Id;

    use super::*;
    use crate::samples;

    fn read_draft(body: &JsonMap) -> Result<EndpointDraft, FieldError> {
        super::read_draft(body, SignatureScheme::Timestamped)
    }

    fn map(body: &Value) -> &JsonMap {
        body.as_object().expect("an object")
    }

    #[test]
    fn whole_bodies_are_read() {
        let body = json!({
            "url": "https://example.com/hook", "description": "CRM", "events": ["lead.created", "conversion.completed", "lead.converted"],
            "assistantId": "asst_00000000000000000000000008", "secret": "s3cret-s3cret", "signatureScheme": "body", "active": false,
        });
        assert_eq!(
            read_draft(map(&body)),
            Ok(EndpointDraft {
                url: "https://example.com/hook".to_owned(),
                description: Some("CRM".to_owned()),
                events: vec![EventKind::LeadCreated, EventKind::LeadConverted],
                assistant: Some(Id::from_bits(8)),
                secret: Some("s3cret-s3cret".to_owned()),
                profile: Profile::Synaptiq,
                signature_scheme: SignatureScheme::Body,
                active: false,
            })
        );
        let least = read_draft(map(&json!({"url": "https://a.io", "events": ["message.sent"]}))).expect("complete");
        assert_eq!((least.active, least.signature_scheme, least.secret), (true, SignatureScheme::Timestamped, None));

        let unsaid =
            super::read_draft(map(&json!({"url": "https://a.io", "events": ["message.sent"]})), SignatureScheme::Body);
        assert_eq!(unsaid.expect("complete").signature_scheme, SignatureScheme::Body);

        assert_eq!(read_patch(map(&json!({}))), Ok(EndpointPatch::default()));
        let patch =
            read_patch(map(&json!({"description": null, "active": true, "events": ["lead.deleted"]}))).expect("valid");
        assert_eq!(
            (patch.description, patch.active, patch.events),
            (Some(None), Some(true), Some(vec![EventKind::LeadDeleted]))
        );

        assert_eq!(read_rotation(map(&json!({}))), Ok(RotateRequest::default()));
        let rotation = read_rotation(map(&json!({"secret": "12345678", "activateAt": "2026-04-02"}))).expect("valid");
        assert_eq!(rotation.activates_at, Some(samples::at("2026-04-02T00:00:00Z")));
        let now = read_rotation(map(&json!({"activateAt": "now"}))).expect("valid");
        assert_eq!(now.activates_at, Some(Timestamp::default()), "long passed: at once");
    }

    #[test]
    fn i1_every_wrong_field_is_named() {
        for (field, wrong, param) in [
            ("url", json!(null), "url"),
            ("url", json!(7), "url"),
            ("url", json!("x".repeat(2_001)), "url"),
            ("description", json!(7), "description"),
            ("events", json!(null), "events"),
            ("events", json!("lead.created"), "events"),
            ("events", json!([]), "events"),
            ("events", json!(["lead.created", "lead.born"]), "events[1]"),
            ("events", json!([7]), "events[0]"),
            ("assistantId", json!(7), "assistantId"),
            ("secret", json!(7), "secret"),
            ("secret", json!("x".repeat(256)), "secret"),
            ("signatureScheme", json!("none"), "signatureScheme"),
            ("active", json!("yes"), "active"),
        ] {
            let mut body = json!({"url": "https://a.io", "events": ["lead.created"]});
            body[field] = wrong.clone();
            assert_eq!(read_draft(map(&body)).expect_err("wrong").param, param, "{wrong}");
        }
        for body in [
            json!({"url": null}),
            json!({"description": 1}),
            json!({"events": []}),
            json!({"active": null}),
            json!({"signatureScheme": null}),
        ] {
            let field = map(&body).keys().next().expect("one field").clone();
            assert_eq!(read_patch(map(&body)).expect_err("wrong").param, field);
        }
        for body in [json!({"secret": {}}), json!({"activateAt": "tomorrow"}), json!({"activateAt": 1})] {
            let field = map(&body).keys().next().expect("one field").clone();
            assert_eq!(read_rotation(map(&body)).expect_err("wrong").param, field);
        }
    }
}
