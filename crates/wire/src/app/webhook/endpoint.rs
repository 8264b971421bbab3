//! A webhook endpoint as app prints it. Its secret is shown once.

use serde::Serialize;
use synaptiq_domain::{
    event::EventKind,
    use_cases::{CreatedEndpoint, RotatedSecret},
    webhook::{Endpoint, Profile, SecretRotation},
};
use utoipa::ToSchema;

use crate::words::{EventWord, ProfileWord, SignatureSchemeWord};

/// A webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub struct EndpointRecord {
    /// Its id.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// Where deliveries are posted.
    #[schema(example = "https://example.com/webhooks/synaptiq")]
    pub url: String,
    /// What for, in the caller's words.
    pub description: Option<String>,
    /// What it is told of.
    #[schema(value_type = Vec<EventWord>, example = json!(["lead.created", "lead.qualified"]))]
    pub events: Vec<&'static str>,
    /// The assistant whose conversations alone it is told of, if there is one.
    pub assistant_id: Option<String>,
    /// Whether it gets deliveries.
    pub active: bool,
    /// Why the product switched it off, if it did.
    pub disabled_reason: Option<String>,
    /// What `X-Synaptiq-Signature` signs: `body`, or `timestamped` (`"<timestamp>.<body>"`).
    #[schema(value_type = SignatureSchemeWord)]
    pub signature_scheme: &'static str,
    /// Whose headers and body it gets: `synaptiq` or `syrus`.
    #[schema(value_type = ProfileWord)]
    pub profile: &'static str,
    /// From when on a new secret signs alone, if one was asked for.
    #[schema(format = "date-time")]
    pub secret_activates_at: Option<String>,
    /// When it was created.
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = "date-time")]
    pub updated_at: String,
    /// The secret, in the answer to a rotation and, if it was generated, to the creation; never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

impl From<&Endpoint> for EndpointRecord {
    fn from(endpoint: &Endpoint) -> Self {
        let Endpoint {
            id,
            version: _,
            url,
            description,
            events,
            assistant,
            profile,
            signature_scheme,
            secret: _,
            rotation,
            active,
            disabled_reason,
            created_at,
            updated_at,
        } = endpoint;
        let activates_at = rotation.as_ref().map(|SecretRotation { next: _, activates_at }| activates_at);
        Self {
            id: id.uuid(),
            url: url.clone(),
            description: description.clone(),
            events: events.iter().copied().map(EventKind::as_str).collect(),
            assistant_id: assistant.map(crate::id::uuid),
            active: *active,
            disabled_reason: disabled_reason.clone(),
            signature_scheme: signature_scheme.as_str(),
            profile: match profile {
                Profile::Synaptiq => "synaptiq",
                Profile::Syrus => "syrus",
            },
            secret_activates_at: activates_at.map(|at| at.rfc3339_millis()),
            created_at: created_at.rfc3339_millis(),
            updated_at: updated_at.rfc3339_millis(),
            secret: None,
        }
    }
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookAnswer)]
pub struct EndpointAnswer {
    /// The endpoint.
    pub webhook: EndpointRecord,
}

impl From<&Endpoint> for EndpointAnswer {
    fn from(endpoint: &Endpoint) -> Self {
        Self { webhook: endpoint.into() }
    }
}

impl From<&CreatedEndpoint> for EndpointAnswer {
    fn from(created: &CreatedEndpoint) -> Self {
        let CreatedEndpoint { endpoint, generated_secret } = created;
        Self { webhook: EndpointRecord { secret: generated_secret.clone(), ..endpoint.into() } }
    }
}

impl From<&RotatedSecret> for EndpointAnswer {
    fn from(rotated: &RotatedSecret) -> Self {
        // The record tells from when on it signs.
        let RotatedSecret { endpoint, secret, activates_at: _ } = rotated;
        Self { webhook: EndpointRecord { secret: Some(secret.clone()), ..endpoint.into() } }
    }
}

/// Every endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookList)]
pub struct EndpointList {
    /// Newest first.
    pub webhooks: Vec<EndpointRecord>,
}

impl From<&[Endpoint]> for EndpointList {
    fn from(endpoints: &[Endpoint]) -> Self {
        Self { webhooks: endpoints.iter().map(EndpointRecord::from).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::samples;

    #[test]
    fn an_endpoint_prints_everything_but_its_secret() {
        samples::assert_prints(
            &EndpointList::from(&[samples::endpoint()][..]),
            &json!({"webhooks": [{
                "id": "00000000-0000-0000-0000-00000000000a",
                "url": "https://example.com/hook",
                "description": "CRM",
                "events": ["lead.created", "lead.qualified"],
                "assistantId": "00000000-0000-0000-0000-000000000008",
                "active": true,
                "disabledReason": null,
                "signatureScheme": "timestamped",
                "profile": "synaptiq",
                "secretActivatesAt": null,
                "createdAt": "2026-04-01T09:00:00.000Z",
                "updatedAt": "2026-04-01T09:00:00.000Z",
            }]}),
        );
    }

    #[test]
    fn a_secret_is_shown_once_and_on_creation_only_if_it_was_generated() {
        let secret = |answer: EndpointAnswer| {
            let printed = serde_json::to_value(answer).expect("prints");
            printed["webhook"].get("secret").cloned()
        };
        let created = |generated: Option<&str>| CreatedEndpoint {
            endpoint: samples::endpoint(),
            generated_secret: generated.map(str::to_owned),
        };
        assert_eq!(secret((&created(Some("whsec_x"))).into()), Some(Value::from("whsec_x")));
        assert_eq!(secret((&created(None)).into()), None);
        assert_eq!(secret((&samples::endpoint()).into()), None);
        let activates_at = samples::at("2026-04-02T09:00:00Z");
        let rotated = RotatedSecret { endpoint: samples::endpoint(), secret: "whsec_y".to_owned(), activates_at };
        assert_eq!(secret((&rotated).into()), Some(Value::from("whsec_y")));
    }
}
