//! A webhook endpoint without its secret. Whether it is switched on is not moved either: a copy that
//! told receivers of everything a second time would be worse than one that has to be switched on.

use serde::Serialize;
use synaptiq_domain::{
    access::Assistant,
    event::EventKind,
    id::Id,
    time::Timestamp,
    webhook::{Endpoint, Profile, SealedSecret, SignatureScheme},
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
};

use super::{
    Naming,
    field::{self, MAX_ITEMS, MAX_URL, maybe_at, maybe_id, maybe_text},
};
use crate::canonical::{At, Name};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    assistant_id: Option<Name<Assistant>>,
    created_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    events: Vec<&'static str>,
    id: Name<Endpoint>,
    object: &'static str,
    profile: &'static str,
    signature_scheme: &'static str,
    updated_at: At,
    url: &'a str,
}

impl<'a> From<&'a Endpoint> for EndpointLine<'a> {
    fn from(endpoint: &'a Endpoint) -> Self {
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
            rotation: _,
            active: _,
            disabled_reason: _,
            created_at,
            updated_at,
        } = endpoint;
        Self {
            assistant_id: assistant.map(Name),
            created_at: At(*created_at),
            description: description.as_deref(),
            events: events.iter().copied().map(EventKind::as_str).collect(),
            id: Name(*id),
            object: "webhook",
            profile: profile.as_str(),
            signature_scheme: signature_scheme.as_str(),
            updated_at: At(*updated_at),
            url,
        }
    }
}

/// An endpoint as a line describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookLine {
    /// Its id.
    pub id: Id<Endpoint>,
    url: String,
    description: Option<String>,
    events: Vec<EventKind>,
    /// The assistant whose conversations alone it is told of.
    pub assistant: Option<Id<Assistant>>,
    profile: Profile,
    signature_scheme: SignatureScheme,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl WebhookLine {
    /// The endpoint with a secret of its own, switched off.
    pub fn endpoint(self, secret: SealedSecret) -> Endpoint {
        let Self { id, url, description, events, assistant, profile, signature_scheme, created_at, updated_at } = self;
        Endpoint {
            id,
            version: 0,
            url,
            description,
            events,
            assistant,
            profile,
            signature_scheme,
            secret,
            rotation: None,
            active: false,
            disabled_reason: None,
            created_at,
            updated_at,
        }
    }
}

/// Reads an endpoint. Where its address leads is checked when it is switched on and at each delivery.
pub(super) fn read(fields: &Fields<'_>, naming: &mut Naming<'_>) -> Result<WebhookLine, FieldError> {
    let created_at = fields.required("createdAt", |given| field::at(&given))?;
    let profile = fields.optional("profile", |given| given.one_of(&Profile::ALL, Profile::as_str))?;
    let schemes = [SignatureScheme::Timestamped, SignatureScheme::Body];
    Ok(WebhookLine {
        id: naming.id(fields, created_at)?,
        url: fields.required("url", |given| read_url(&given))?,
        description: maybe_text(fields, "description", MAX_URL)?,
        events: fields.required("events", |given| read_events(&given))?,
        assistant: maybe_id(fields, "assistantId")?,
        profile: profile.unwrap_or(Profile::Synaptiq),
        signature_scheme: fields
            .optional("signatureScheme", |given| given.one_of(&schemes, SignatureScheme::as_str))?
            .unwrap_or_default(),
        updated_at: maybe_at(fields, "updatedAt")?.unwrap_or(created_at),
        created_at,
    })
}

fn read_url(given: &Given<'_>) -> Result<String, FieldError> {
    let url = given.verbatim(MAX_URL)?;
    let has_scheme = ["http://", "https://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme));
    if has_scheme { Ok(url) } else { Err(given.error("must be an http or https address")) }
}

fn read_events(given: &Given<'_>) -> Result<Vec<EventKind>, FieldError> {
    let mut kinds = Vec::new();
    for item in given.items(MAX_ITEMS)? {
        let kind = EventKind::parse(item.text()?).ok_or_else(|| item.error("is no kind of event"))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() { Err(given.error("must have at least 1 item")) } else { Ok(kinds) }
}
