//! That somebody has opened a page (contract § 12).

use serde::Deserialize;
use synaptiq_domain::{
    access::{Assistant, Tenant},
    conversation::{Channel, VisitorId},
    id::Id,
    money::JsonMap,
};
use utoipa::ToSchema;

use crate::{
    field::{FieldError, Fields},
    words::ChannelWord,
};

/// The most characters of a page's address.
pub const MAX_PAGE_CHARACTERS: usize = 2_000;

/// That somebody has opened a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisitRequest {
    /// The site's name for the visitor, once there is one.
    pub visitor: Option<VisitorId>,
    /// Which page.
    pub page: Option<String>,
    /// Where, where the body says so.
    pub channel: Option<Channel>,
    /// The tenant that is named.
    pub tenant: Option<Id<Tenant>>,
    /// The assistant that is named.
    pub agent: Option<Id<Assistant>>,
}

impl VisitRequest {
    /// Reads a body.
    pub fn read(body: &JsonMap) -> Result<Self, FieldError> {
        let fields = Fields::of_body(body);
        Ok(Self {
            visitor: fields.optional("visitorId", |given| given.parsed(VisitorId::parse))?,
            page: fields.optional("page", |given| given.bounded(MAX_PAGE_CHARACTERS))?,
            channel: fields.optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?,
            tenant: fields.optional("tenantId", |given| given.id())?,
            agent: fields.optional("agentId", |given| given.id())?,
        })
    }
}

/// The body of a visit, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VisitRequest)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "described, and read field by field by `VisitRequest::read`")]
pub struct VisitRequestBody {
    /// The site's name for the visitor. Without one the visitor is counted by address and browser, for that day alone.
    #[schema(
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00- \x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\x00-\x1f\x7f-\x9f]*$",
        example = "visitor_web_9a8b7c6d"
    )]
    visitor_id: Option<String>,
    /// The page's address. It is kept only of a visitor with a name.
    #[schema(
        max_length = 2000,
        pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        example = "https://www.acme.example/pricing"
    )]
    page: Option<String>,
    /// Where it takes place: `web_chat` where nothing is said, `api`, `whatsapp` or `slack`.
    #[schema(value_type = Option<ChannelWord>)]
    channel: Option<String>,
    /// The tenant, as the widget's `data-tenant` names it; the default one where nothing is said.
    tenant_id: Option<String>,
    /// The tenant, by one of its assistants.
    agent_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: &Value) -> Result<VisitRequest, FieldError> {
        VisitRequest::read(body.as_object().expect("an object"))
    }

    #[test]
    fn a_whole_body_is_read_and_nothing_in_it_has_to_be_there() {
        let whole = json!({
            "visitorId": "v1", "page": " /pricing ", "channel": "slack",
            "tenantId": "00000000-0000-0000-0000-000000000001", "agentId": "nonsense", "unknown": [],
        });
        let expected = VisitRequest {
            visitor: VisitorId::parse("v1").ok(),
            page: Some("/pricing".to_owned()),
            channel: Some(Channel::Slack),
            tenant: Some(Id::from_bits(1)),
            agent: Some(Id::from_bits(0)),
        };
        assert_eq!(read(&whole).expect("readable"), expected);
        assert_eq!(read(&json!({})).expect("readable"), VisitRequest::default());
        assert_eq!(read(&json!({"visitorId": null, "page": null})).expect("readable"), VisitRequest::default());
    }

    #[test]
    fn i1_every_wrong_field_is_named() {
        for (field, wrong) in [
            ("visitorId", json!("")),
            ("visitorId", json!("a\u{5}b")),
            ("visitorId", json!("x".repeat(201))),
            ("page", json!(7)),
            ("page", json!(" ")),
            ("page", json!("x".repeat(2_001))),
            ("channel", json!("fax")),
            ("tenantId", json!(1)),
            ("agentId", json!([])),
        ] {
            let body = Value::Object([(field.to_owned(), wrong.clone())].into_iter().collect());
            assert_eq!(read(&body).expect_err(field).param, field, "for {wrong}");
        }
        assert!(read(&json!({"page": "é".repeat(2_000)})).is_ok(), "characters, not bytes");
    }
}
