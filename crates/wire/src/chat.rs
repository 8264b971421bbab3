//! What a chat asks (contract § 7). The native and the public chat take the same body and differ
//! only in what they insist on.

use std::borrow::Cow;

use serde::Deserialize;
use synaptiq_domain::{
    access::{Assistant, Tenant},
    conversation::{Channel, VisitorId},
    id::Id,
    money::JsonMap,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{Schema, Type},
    },
};

use crate::{
    field::{FieldError, Fields, Given},
    words::{ChannelWord, LanguageText},
};

/// The most characters of a message.
pub const MAX_MESSAGE_CHARACTERS: usize = 4_000;

/// One message of a visitor with what was sent along.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// 1 to 4,000 characters, as they were sent.
    pub message: String,
    /// The site's name for the visitor; only the public chat may leave it out.
    pub visitor: Option<VisitorId>,
    /// The session secret as it was sent. One that is not ours begins a new conversation.
    pub session: Option<String>,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// Whatever the page sent along.
    pub metadata: JsonMap,
    /// The visitor's language, ISO 639-1 in lower case.
    pub language: Option<String>,
    /// Where it takes place, where the body says so.
    pub channel: Option<Channel>,
    /// The tenant that the public chat names.
    pub tenant: Option<Id<Tenant>>,
    /// The assistant asked for.
    pub agent: Option<Id<Assistant>>,
}

/// Whether a body without a visitor is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    /// Chat with a key: the caller names its visitor.
    MustBeNamed,
    /// Public chat: one is issued.
    MayBeIssued,
}

impl ChatRequest {
    /// Reads a body.
    pub fn read(body: &JsonMap, visitor: Visitor) -> Result<Self, FieldError> {
        let fields = Fields::of_body(body);
        let name = |given: Given<'_>| given.parsed(VisitorId::parse);
        Ok(Self {
            message: fields.required("message", |given| given.verbatim(MAX_MESSAGE_CHARACTERS))?,
            visitor: match visitor {
                Visitor::MustBeNamed => Some(fields.required("visitorId", name)?),
                Visitor::MayBeIssued => fields.optional("visitorId", name)?,
            },
            session: fields.optional("sessionId", |given| given.text().map(str::to_owned))?,
            stream: fields.optional("stream", |given| given.boolean())?.unwrap_or(false),
            metadata: fields.optional("metadata", |given| given.free_data())?.unwrap_or_default(),
            language: fields.optional("language", |given| language(&given))?,
            channel: fields.optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?,
            tenant: fields.optional("tenantId", |given| given.id())?,
            agent: fields.optional("agentId", |given| given.id())?,
        })
    }
}

/// An ISO 639-1 code in either case; what follows a hyphen (`de-CH`) is dropped.
fn language(given: &Given<'_>) -> Result<String, FieldError> {
    let text = given.text()?.trim();
    let code = text.split('-').next().unwrap_or(text).to_ascii_lowercase();
    let known = code.len() == 2 && LANGUAGES.split(' ').any(|known| known == code);
    if known { Ok(code) } else { Err(given.error("must be an ISO 639-1 code such as en")) }
}

/// Every code of ISO 639-1.
pub(crate) const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
     dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is \
     it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na \
     nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr \
     ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// The body of a chat request, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "described, and read field by field by `ChatRequest::read`")]
pub struct ChatRequestBody {
    /// What the visitor says.
    #[schema(
        max_length = 4000,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "What does the Pro plan cost?"
    )]
    message: String,
    /// The site's name for the visitor. The public chat issues one where it is left out.
    #[schema(
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*\
                   [^\\x00- \\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]\
                   [^\\x00-\\x1f\\x7f-\\x9f]*$",
        example = "visitor_web_9a8b7c6d"
    )]
    visitor_id: Option<String>,
    /// The session of the conversation to go on with.
    session_id: Option<String>,
    /// Whether the answer is to be streamed as server-sent events.
    stream: Option<bool>,
    /// Whatever is to be kept with the conversation: at most 16 KiB, nested at most 8 deep.
    #[schema(value_type = Option<Object>)]
    metadata: Option<JsonMap>,
    /// The visitor's language, ISO 639-1.
    #[schema(value_type = Option<LanguageText>)]
    language: Option<String>,
    /// Where it takes place: `web_chat`, `api`, `whatsapp` or `slack`.
    #[schema(value_type = Option<ChannelWord>)]
    channel: Option<String>,
    /// Public chat: the tenant, as the widget's `data-tenant` names it.
    tenant_id: Option<String>,
    /// Public chat: the assistant's id.
    agent_id: Option<String>,
}

/// The body of a chat with a key, for the published description: its visitor has to be named.
#[derive(Debug)]
pub struct KeyChatRequestBody;

impl ToSchema for KeyChatRequestBody {
    fn name() -> Cow<'static, str> {
        "ChatRequest".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ChatRequestBody::schemas(schemas);
    }
}

impl PartialSchema for KeyChatRequestBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = ChatRequestBody::schema();
        if let RefOr::T(Schema::Object(body)) = &mut schema {
            body.required.push("visitorId".to_owned());
            if let Some(RefOr::T(Schema::Object(visitor))) = body.properties.get_mut("visitorId") {
                visitor.schema_type = Type::String.into();
            }
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &serde_json::Value, visitor: Visitor) -> Result<ChatRequest, FieldError> {
        ChatRequest::read(body.as_object().expect("an object"), visitor)
    }

    #[test]
    fn a_whole_body_is_read() {
        let body = json!({
            "message": " Hi \n", "visitorId": "v1", "sessionId": "sess_x", "stream": true, "metadata": {"page": "/pricing"},
            "language": "de-CH", "channel": "slack", "tenantId": "00000000-0000-0000-0000-000000000001", "agentId": "nonsense", "unknown": [],
        });
        let read = read(&body, Visitor::MustBeNamed).expect("complete");
        assert_eq!(
            read,
            ChatRequest {
                message: " Hi \n".to_owned(),
                visitor: Some(VisitorId::parse("v1").expect("valid")),
                session: Some("sess_x".to_owned()),
                stream: true,
                metadata: json!({"page": "/pricing"}).as_object().expect("an object").clone(),
                language: Some("de".to_owned()),
                channel: Some(Channel::Slack),
                tenant: Some(Id::from_bits(1)),
                agent: Some(Id::from_bits(0)),
            }
        );
    }

    #[test]
    fn a_visitor_with_a_control_character_is_told_so() {
        let body = json!({"message": "Hi", "visitorId": "a\u{5}b"});
        let refused = read(&body, Visitor::MustBeNamed).expect_err("a control character");
        assert_eq!(refused.to_string(), "visitorId must not contain control characters");
    }

    #[test]
    fn the_visitor_of_a_chat_with_a_key_is_described_as_required() {
        let schema = serde_json::to_value(KeyChatRequestBody::schema()).expect("prints");
        assert_eq!(schema["required"], json!(["message", "visitorId"]));
        assert_eq!(schema["properties"]["visitorId"]["type"], "string");
    }

    #[test]
    fn only_the_public_chat_may_leave_the_visitor_out() {
        let body = json!({"message": "Hi", "sessionId": null});
        assert_eq!(read(&body, Visitor::MustBeNamed).expect_err("no visitor").to_string(), "visitorId is required");
        let public = read(&body, Visitor::MayBeIssued).expect("complete");
        assert_eq!((public.visitor, public.session, public.stream), (None, None, false));
    }

    #[test]
    fn i1_every_wrong_field_is_named() {
        for (field, wrong) in [
            ("message", json!(null)),
            ("message", json!("")),
            ("message", json!(" \n ")),
            ("message", json!(7)),
            ("message", json!("x".repeat(4_001))),
            ("visitorId", json!(7)),
            ("visitorId", json!("a\nb")),
            ("visitorId", json!("x".repeat(201))),
            ("sessionId", json!(7)),
            ("stream", json!("true")),
            ("metadata", json!("x")),
            ("language", json!("english")),
            ("language", json!("xx")),
            ("channel", json!("fax")),
            ("tenantId", json!(1)),
            ("agentId", json!({})),
        ] {
            let mut body = json!({"message": "Hi", "visitorId": "v1"});
            body[field] = wrong.clone();
            assert_eq!(read(&body, Visitor::MustBeNamed).expect_err(field).param, field, "for {wrong}");
        }
        let longest = json!({"message": "é".repeat(4_000), "visitorId": "v1"});
        assert!(read(&longest, Visitor::MustBeNamed).is_ok(), "4,000 characters, not bytes");
    }
}
