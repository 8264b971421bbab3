//! A webhook endpoint as v1 prints it. Its secret is shown once, and never by this record alone.

use serde::Serialize;
use synaptiq_domain::{
    event::EventKind,
    use_cases::{CreatedEndpoint, RotatedSecret},
    webhook::{Endpoint, SecretRotation},
};
use utoipa::ToSchema;

use crate::words::{EventWord, ProfileWord, SignatureSchemeWord};

/// A webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub struct EndpointRecord {
    /// Its id.
    #[schema(example = "wh_01HQ7ABC2DEF3GH14JK15MN06P")]
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
    /// What `X-Synaptiq-Signature` signs: `timestamped` (`"<timestamp>.<body>"`) or `body`.
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
            id: id.prefixed(),
            url: url.clone(),
            description: description.clone(),
            events: events.iter().copied().map(EventKind::as_str).collect(),
            assistant_id: assistant.map(crate::id::v1),
            active: *active,
            disabled_reason: disabled_reason.clone(),
            signature_scheme: signature_scheme.as_str(),
            profile: profile.as_str(),
            secret_activates_at: activates_at.map(|at| at.rfc3339_millis()),
            created_at: created_at.rfc3339_millis(),
            updated_at: updated_at.rfc3339_millis(),
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
    /// The secret. On creation only if it was generated.
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

impl From<&RotatedSecret> for EndpointWithSecret {
    fn from(rotated: &RotatedSecret) -> Self {
        // The record tells from when on it signs.
        let RotatedSecret { endpoint, secret, activates_at: _ } = rotated;
        Self { endpoint: endpoint.into(), secret: Some(secret.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::webhook::SealedSecret;

    use super::*;
    use crate::samples;

    #[test]
    fn an_endpoint_prints_everything_but_its_secret() {
        let mut endpoint = samples::endpoint();
        let rotation =
            SecretRotation { next: SealedSecret(vec![2]), activates_at: samples::at("2026-04-02T09:00:00Z") };
        endpoint.rotation = Some(rotation);
        samples::assert_prints(
            &EndpointRecord::from(&endpoint),
            &json!({
                "id": "wh_0000000000000000000000000A",
                "url": "https://example.com/hook",
                "description": "CRM",
                "events": ["lead.created", "lead.qualified"],
                "assistantId": "asst_00000000000000000000000008",
                "active": true,
                "disabledReason": null,
                "signatureScheme": "timestamped",
                "profile": "synaptiq",
                "secretActivatesAt": "2026-04-02T09:00:00.000Z",
                "createdAt": "2026-04-01T09:00:00.000Z",
                "updatedAt": "2026-04-01T09:00:00.000Z",
            }),
        );
    }

    #[test]
    fn a_secret_is_shown_once_and_on_creation_only_if_it_was_generated() {
        let created = |generated: Option<&str>| {
            let generated_secret = generated.map(str::to_owned);
            let created = CreatedEndpoint { endpoint: samples::endpoint(), generated_secret };
            serde_json::to_value(EndpointWithSecret::from(&created)).expect("prints")
        };
        assert_eq!(created(Some("whsec_x"))["secret"], "whsec_x");
        assert_eq!(created(None).get("secret"), None);
        let at = samples::at("2026-04-02T09:00:00Z");
        let rotated = RotatedSecret { endpoint: samples::endpoint(), secret: "whsec_y".to_owned(), activates_at: at };
        assert_eq!(EndpointWithSecret::from(&rotated).secret.as_deref(), Some("whsec_y"));
    }
}
