//! Where other systems want to be told, and of what.

use serde::{Deserialize, Serialize};

use crate::{
    access::Assistant,
    event::EventKind,
    id::{Id, Kind},
    time::Timestamp,
};

/// Whose header names, body and schedule an endpoint gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Endpoints made through v1 or app.
    Synaptiq,
    /// Endpoints made through syrus.
    Syrus,
}

impl Profile {
    /// Every profile there is.
    pub const ALL: [Self; 2] = [Self::Synaptiq, Self::Syrus];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Synaptiq => "synaptiq",
            Self::Syrus => "syrus",
        }
    }

    /// Whether its bodies can tell of such an event (contract § 10).
    pub fn carries(self, kind: EventKind) -> bool {
        match self {
            Self::Synaptiq => true,
            Self::Syrus => kind == EventKind::LeadQualified,
        }
    }
}

/// What `X-Synaptiq-Signature` signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureScheme {
    /// `"<timestamp>.<body>"`: endpoints made through v1.
    #[default]
    Timestamped,
    /// The body alone: endpoints made through app.
    Body,
}

impl SignatureScheme {
    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timestamped => "timestamped",
            Self::Body => "body",
        }
    }
}

/// A secret encrypted with the installation's secret key (security W1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedSecret(pub Vec<u8>);

/// A rotation under way: until `activates_at` the vendor headers are signed with the old secret
/// and `webhook-signature` carries both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRotation {
    /// The secret that takes over.
    pub next: SealedSecret,
    /// When it does.
    pub activates_at: Timestamp,
}

/// Where another system wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: Id<Endpoint>,
    /// Raised by every commit that changes it; 0 before the first.
    pub version: u64,
    /// Where deliveries are posted: http or https, without credentials.
    pub url: String,
    /// What for, in the caller's words.
    pub description: Option<String>,
    /// What it is told of; never empty.
    pub events: Vec<EventKind>,
    /// Only of this assistant's conversations.
    pub assistant: Option<Id<Assistant>>,
    /// Header names, body and schedule.
    pub profile: Profile,
    /// What the vendor's signature signs.
    pub signature_scheme: SignatureScheme,
    /// The secret that signs.
    pub secret: SealedSecret,
    /// A rotation under way.
    pub rotation: Option<SecretRotation>,
    /// Whether it gets deliveries.
    pub active: bool,
    /// Why it was switched off by the product: the receiver answered 410.
    pub disabled_reason: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Kind for Endpoint {
    const PREFIX: &'static str = "wh";
}

impl Endpoint {
    /// The secret that signs the vendor's headers at `now`, and, during a rotation, the one that
    /// signs beside it in `webhook-signature`.
    pub fn secrets_at(&self, now: Timestamp) -> (&SealedSecret, Option<&SealedSecret>) {
        match &self.rotation {
            Some(rotation) if now >= rotation.activates_at => (&rotation.next, None),
            Some(rotation) => (&self.secret, Some(&rotation.next)),
            None => (&self.secret, None),
        }
    }
}

/// What a caller gives to create an endpoint. Parsed; the secret is still in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointDraft {
    /// Checked to be http or https without credentials; where it leads is checked by the use case.
    pub url: String,
    /// At most 500 characters.
    pub description: Option<String>,
    /// At least one.
    pub events: Vec<EventKind>,
    /// Only of this assistant's conversations.
    pub assistant: Option<Id<Assistant>>,
    /// The caller's own secret; generated where there is none.
    pub secret: Option<String>,
    /// By the dialect it is made through.
    pub profile: Profile,
    /// By the dialect it is made through.
    pub signature_scheme: SignatureScheme,
    /// Whether it gets deliveries from the start.
    pub active: bool,
}

/// What a caller asks to change; `None` leaves a field alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointPatch {
    /// The new address.
    pub url: Option<String>,
    /// The inner `None` clears it.
    pub description: Option<Option<String>>,
    /// Replaces the list.
    pub events: Option<Vec<EventKind>>,
    /// Switching on again clears the reason it was switched off for.
    pub active: Option<bool>,
    /// What the vendor's signature signs.
    pub signature_scheme: Option<SignatureScheme>,
}
