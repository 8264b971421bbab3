//! A webhook endpoint as syrus prints it. Its secret is shown once, and never by this record alone.

use serde::Serialize;
use synaptiq_domain::{use_cases::CreatedEndpoint, webhook::Endpoint};
use utoipa::ToSchema;

use crate::{syrus::webhook::event_word, words::SyrusEventWord};

/// A webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct EndpointRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// The chatbot whose leads alone it is told of; null where it is told of all.
    pub chatbot_id: Option<String>,
    /// Where deliveries are posted.
    #[schema(example = "https://crm.example.com/webhook")]
    pub url: String,
    /// What it is told of.
    #[schema(value_type = Vec<SyrusEventWord>, example = json!(["lead_qualified"]))]
    pub events: Vec<&'static str>,
    /// Whether it gets deliveries.
    pub active: bool,
    /// When it was created.
    #[schema(format = "date-time", example = "2026-04-19T12:34:56Z")]
    pub created_at: String,
}

impl From<&Endpoint> for EndpointRecord {
    fn from(endpoint: &Endpoint) -> Self {
        let Endpoint {
            id,
            version: _,
            url,
            // What v1 can change of an endpoint, v1 shows.
            description: _,
            events,
            assistant,
            profile: _,
            signature_scheme: _,
            secret: _,
            rotation: _,
            active,
            disabled_reason: _,
            created_at,
            updated_at: _,
        } = endpoint;
        Self {
            id: crate::id::uuid(*id),
            chatbot_id: assistant.map(crate::id::uuid),
            url: url.clone(),
            events: events.iter().copied().map(event_word).collect(),
            active: *active,
            created_at: created_at.rfc3339_seconds(),
        }
    }
}

/// An endpoint with its secret, for the one time that it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub struct EndpointWithSecret {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: EndpointRecord,
    /// The secret that signs, if it was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

impl From<&CreatedEndpoint> for EndpointWithSecret {
    fn from(created: &CreatedEndpoint) -> Self {
        let CreatedEndpoint { endpoint, generated_secret } = created;
        Self { endpoint: endpoint.into(), secret: generated_secret.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::event::EventKind;

    use super::*;
    use crate::samples;

    #[test]
    fn an_endpoint_prints_its_secret_once_and_only_if_it_was_generated() {
        let endpoint = Endpoint { events: vec![EventKind::LeadQualified], ..samples::endpoint() };
        let record = json!({
            "id": "00000000-0000-0000-0000-00000000000a",
            "chatbot_id": "00000000-0000-0000-0000-000000000008",
            "url": "https://example.com/hook",
            "events": ["lead_qualified"],
            "active": true,
            "created_at": "2026-04-01T09:00:00Z",
        });
        samples::assert_prints(&EndpointRecord::from(&endpoint), &record);
        let created = |generated: Option<&str>| {
            let created =
                CreatedEndpoint { endpoint: endpoint.clone(), generated_secret: generated.map(str::to_owned) };
            serde_json::to_value(EndpointWithSecret::from(&created)).expect("prints")
        };
        assert_eq!(created(Some("whsec_x"))["secret"], "whsec_x");
        assert_eq!(created(None), record);
    }
}
