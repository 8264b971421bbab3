//! What differs between endpoints by whom they were made for: the body's bytes, fixed when the
//! event is written, and the headers of each try (contract § 10).
//!
//! A profile is one file here with one [`Shape`], and one line in [`shape`].

mod synaptiq;
mod syrus;

use synaptiq_domain::{
    event::{Event, EventKind},
    id::Id,
    ports::DeliveryRenderer,
    time::Timestamp,
    webhook::{Delivery, Endpoint, Profile, SignatureScheme},
};

use crate::signing;

/// What one profile sends.
struct Shape {
    /// The body. Pure: the same event gives the same bytes.
    body: fn(&Event) -> Vec<u8>,
    /// The vendor's own headers. Those of Standard Webhooks come with every profile.
    headers: fn(&Try<'_>) -> Vec<(String, String)>,
}

/// Which profile sends what.
const fn shape(profile: Profile) -> &'static Shape {
    match profile {
        Profile::Synaptiq => &synaptiq::SHAPE,
        Profile::Syrus => &syrus::SHAPE,
    }
}

/// One try of a delivery, with the secrets in clear.
pub(crate) struct Try<'a> {
    /// When it begins: what the timestamps say.
    pub(crate) at: Timestamp,
    /// Whose headers.
    pub(crate) profile: Profile,
    /// What the vendor's signature signs.
    pub(crate) scheme: SignatureScheme,
    /// The event's id, the same for every endpoint and in every try.
    pub(crate) event: Id<Event>,
    /// What the event tells.
    pub(crate) kind: EventKind,
    /// The delivery's id, the same in every try.
    pub(crate) delivery: Id<Delivery>,
    /// Which try of the schedule this is, from 1.
    pub(crate) number: u32,
    /// The secret as it is printed.
    pub(crate) secret: &'a [u8],
    /// During a rotation, the one that takes over.
    pub(crate) next_secret: Option<&'a [u8]>,
    /// The bytes that are sent.
    pub(crate) body: &'a [u8],
}

impl Try<'_> {
    /// Every header that the receiver reads.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend((shape(self.profile).headers)(self));
        headers.extend(self.standard_headers());
        headers
    }

    /// The headers of Standard Webhooks. During a rotation the signature is a list of both.
    fn standard_headers(&self) -> [(String, String); 3] {
        let id = self.event.prefixed();
        let signatures: Vec<String> = [Some(self.secret), self.next_secret]
            .into_iter()
            .flatten()
            .map(|secret| signing::standard_signature(secret, &id, self.at, self.body))
            .collect();
        [
            ("webhook-id".to_owned(), id),
            ("webhook-timestamp".to_owned(), self.at.seconds().to_string()),
            ("webhook-signature".to_owned(), signatures.join(" ")),
        ]
    }
}

/// Makes the bodies of deliveries by the endpoint's profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebhookRenderer;

impl DeliveryRenderer for WebhookRenderer {
    fn render(&self, event: &Event, endpoint: &Endpoint) -> Vec<u8> {
        (shape(endpoint.profile).body)(event)
    }
}

#[cfg(test)]
mod tests {
    use synaptiq_testkit::fixtures;

    use super::*;

    fn a_try(next_secret: Option<&[u8]>) -> Try<'_> {
        Try {
            at: Timestamp::from_millis(1_750_000_000_999),
            profile: Profile::Synaptiq,
            scheme: SignatureScheme::Timestamped,
            event: Id::from_bits(2),
            kind: EventKind::LeadQualified,
            delivery: Id::from_bits(3),
            number: 1,
            secret: b"whsec_old",
            next_secret,
            body: b"{}",
        }
    }

    fn value(headers: &[(String, String)], name: &str) -> String {
        let values: Vec<&str> =
            headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect();
        assert_eq!(values.len(), 1, "{name} must be there once");
        values[0].to_owned()
    }

    #[test]
    fn a_try_carries_the_vendors_headers_and_those_of_standard_webhooks() {
        let headers = a_try(None).headers();
        assert_eq!(value(&headers, "content-type"), "application/json");
        assert_eq!(value(&headers, "x-synaptiq-timestamp"), "1750000000");
        assert_eq!(value(&headers, "webhook-timestamp"), "1750000000");
        assert_eq!(value(&headers, "webhook-id"), Id::<Event>::from_bits(2).prefixed());
        assert_eq!(value(&headers, "x-synaptiq-signature").len(), 64);
        assert_eq!(value(&headers, "webhook-signature").split(' ').count(), 1);
    }

    #[test]
    fn a_try_of_profile_syrus_carries_its_five_headers_and_those_of_standard_webhooks() {
        let body = br#"{"event":"lead_qualified"}"#;
        let sent = Try {
            profile: Profile::Syrus,
            number: 4,
            body,
            // No scheme changes what this profile signs.
            scheme: SignatureScheme::Timestamped,
            ..a_try(Some(b"whsec_new"))
        };
        let headers = sent.headers();
        assert_eq!(value(&headers, "x-syrus-event"), "lead_qualified");
        assert_eq!(value(&headers, "x-syrus-timestamp"), "1750000000");
        assert_eq!(value(&headers, "x-syrus-delivery-id"), "00000000-0000-0000-0000-000000000003");
        assert_eq!(value(&headers, "x-syrus-attempt"), "4");
        // Computed with another HMAC implementation.
        assert_eq!(
            value(&headers, "x-syrus-signature-256"),
            "sha256=6cbc9eb6922450cd452c696cba76e6ac98c43b55d37a16efbb128568b31c3965"
        );
        assert_eq!(value(&headers, "webhook-signature").split(' ').count(), 2, "both during a rotation");
        assert!(!headers.iter().any(|(name, _)| name.to_lowercase().starts_with("x-synaptiq")));
    }

    #[test]
    fn a_body_is_the_same_at_each_rendering_and_has_the_id_that_the_headers_have() {
        let (event, endpoint) = (fixtures::event(7, &fixtures::lead(3)), fixtures::endpoint(1));
        let body = WebhookRenderer.render(&event, &endpoint);
        assert_eq!(body, WebhookRenderer.render(&event, &endpoint));
        let record: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let headers = Try { event: event.id, body: &body, ..a_try(None) }.headers();
        assert_eq!(record["id"], value(&headers, "webhook-id"));
        assert_eq!(record["type"], "lead.created");
    }

    #[test]
    fn during_a_rotation_the_vendors_signature_stays_one_and_the_standard_header_has_both() {
        let (plain, rotating) = (a_try(None).headers(), a_try(Some(b"whsec_new")).headers());
        assert_eq!(value(&plain, "x-synaptiq-signature"), value(&rotating, "x-synaptiq-signature"));
        let old = value(&plain, "webhook-signature");
        let new = signing::standard_signature(b"whsec_new", &value(&plain, "webhook-id"), a_try(None).at, b"{}");
        assert_eq!(value(&rotating, "webhook-signature"), format!("{old} {new}"));
    }
}
