//! Domain values for the tests of shapes: every field set to something that can be told apart.

use serde::Serialize;
use serde_json::{Value, json};
use synaptiq_domain::{
    access::{Assistant, Slug},
    conversation::{
        Channel, Citation, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, Intent,
        KnownFacts, Message, Role, SessionHash, VisitorId,
    },
    event::{Event, EventData, EventKind},
    id::Id,
    knowledge::{Document, DocumentStatus},
    lead::{Contact, FirstConversation, Lead, LeadSource, LeadStatus, Score, StatusChange, Tag, Utm},
    money::{JsonMap, Money},
    text::{Email, Phone},
    time::Timestamp,
    use_cases::ChatOutcome,
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint, Profile, SealedSecret, SignatureScheme},
};

/// Compares a record with what it must print, the order of the fields included.
#[track_caller]
pub(crate) fn assert_prints(record: &impl Serialize, expected: &Value) {
    let printed = serde_json::to_string_pretty(record).expect("prints");
    let expected = serde_json::to_string_pretty(expected).expect("prints");
    assert!(printed == expected, "printed\n{printed}\nexpected\n{expected}");
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a valid instant")
}

fn map(value: &Value) -> JsonMap {
    value.as_object().expect("an object").clone()
}

pub(crate) fn lead() -> Lead {
    Lead {
        id: Id::from_bits(1),
        version: 3,
        contact: Contact {
            email: Some(Email::parse("ada@example.com").expect("valid")),
            phone: Some(Phone::parse("+44 20 7946 0018").expect("valid")),
            name: Some("Ada Byron".to_owned()),
            company: Some("Engines Ltd".to_owned()),
            title: Some("Head of Sales".to_owned()),
        },
        status: LeadStatus::Qualified,
        status_by_hand: false,
        status_history: vec![StatusChange { status: LeadStatus::New, at: at("2026-04-01T09:15:30.25Z") }],
        score: Score::clamped(82),
        score_override: None,
        adjustments: Vec::new(),
        source: LeadSource::Chat,
        source_url: Some("/pricing".to_owned()),
        utm: Utm { source: Some("newsletter".to_owned()), campaign: Some("spring".to_owned()), ..Utm::default() },
        first_conversation: Some(FirstConversation { channel: Channel::WebChat, at: at("2026-04-01T09:15:00Z") }),
        tags: vec![Tag::parse("inbound").expect("valid"), Tag::parse("saas").expect("valid")],
        custom_fields: map(&json!({"teamSize": "100-250", "industry": "Machines"})),
        metadata: map(&json!({"crm": 7})),
        archived: false,
        first_message: Some("What does Pro cost?".to_owned()),
        estimated_deal_size: Some(Money::from_major(30_000)),
        qualification_reason: Some("budget “we have 30k” (+25)".to_owned()),
        disqualification_reason: None,
        qualified_at: Some(at("2026-04-01T09:20:00Z")),
        assigned_to: Some(Id::from_bits(5)),
        merged_into: None,
        first_seen_at: at("2026-04-01T09:15:00Z"),
        last_active_at: at("2026-04-01T09:20:00Z"),
        created_at: at("2026-04-01T09:15:30.25Z"),
        updated_at: at("2026-04-01T09:20:00Z"),
        erased_at: None,
    }
}

pub(crate) fn conversation() -> Conversation {
    Conversation {
        id: Id::from_bits(2),
        version: 4,
        assistant: Id::from_bits(8),
        visitor: VisitorId::parse("visitor_web_1").expect("valid"),
        session: SessionHash([7; 32]),
        lead: Some(Id::from_bits(1)),
        channel: Channel::WebChat,
        status: ConversationStatus::Active,
        handoff: None,
        assigned_to: None,
        subject: "Pricing inquiry".to_owned(),
        summary: "Asked about Pro.".to_owned(),
        intents: vec![Intent::PricingInquiry, Intent::DemoRequest],
        lead_score: Score::clamped(82),
        message_count: 4,
        responses: 2,
        response_millis: 1_840,
        was_handed_off: false,
        language: Some("en".to_owned()),
        facts: KnownFacts::default(),
        source_url: Some("/pricing".to_owned()),
        utm: Utm::default(),
        first_message: Some("What does Pro cost?".to_owned()),
        metadata: map(&json!({"userAgent": "Test/1.0", "referrer": "https://example.com"})),
        started_at: at("2026-04-01T09:15:00Z"),
        last_message_at: at("2026-04-01T09:20:00Z"),
        ended_at: None,
        created_at: at("2026-04-01T09:15:00Z"),
        erased_at: None,
    }
}

pub(crate) fn handoff() -> Handoff {
    Handoff {
        reason: HandoffReason::visitor_asked(),
        priority: HandoffPriority::High,
        summary: "Asked about Pro.".to_owned(),
        at: at("2026-04-01T09:18:00Z"),
    }
}

pub(crate) fn question() -> Message {
    Message {
        id: Id::from_bits(3),
        conversation: Id::from_bits(2),
        position: 1,
        role: Role::User,
        content: "What does Pro cost?".to_owned(),
        intent: None,
        confidence: None,
        language: None,
        citations: Vec::new(),
        member: None,
        interrupted: false,
        fell_back: false,
        created_at: at("2026-04-01T09:15:00Z"),
    }
}

pub(crate) fn reply() -> Message {
    Message {
        id: Id::from_bits(4),
        position: 2,
        role: Role::Assistant,
        content: "Pro is **$149** a month.".to_owned(),
        intent: Some(Intent::PricingInquiry),
        confidence: Some(0.956_4),
        language: Some("en".to_owned()),
        citations: vec![citation()],
        created_at: at("2026-04-01T09:15:02Z"),
        ..question()
    }
}

fn citation() -> Citation {
    Citation { document: Id::from_bits(6), title: "Plans".to_owned(), quote: "Pro is $149 a month.".to_owned() }
}

pub(crate) fn outcome() -> ChatOutcome {
    let conversation = Conversation {
        lead: None,
        lead_score: Score::clamped(12),
        status: ConversationStatus::HandedOff,
        ..conversation()
    };
    ChatOutcome {
        message: reply(),
        content: "Pro is **$149** a month.".to_owned(),
        session: "sess_secret".to_owned(),
        conversation,
        intent: Intent::PricingInquiry,
        confidence: 0.956_4,
        language: "en".to_owned(),
        citations: vec![citation()],
        suggested_replies: vec!["Show me a demo".to_owned()],
        handoff: Some(handoff()),
    }
}

pub(crate) fn assistant() -> Assistant {
    Assistant {
        id: Id::from_bits(8),
        version: 1,
        slug: Slug::from_name("demo-bot").expect("valid"),
        name: "Demo".to_owned(),
        greeting: None,
        language: "it".to_owned(),
        high_value_amount: Money::from_major(10_000),
        is_default: true,
        created_at: at("2026-04-01T09:00:00Z"),
    }
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        id: Id::from_bits(10),
        version: 1,
        url: "https://example.com/hook".to_owned(),
        description: Some("CRM".to_owned()),
        events: vec![EventKind::LeadCreated, EventKind::LeadQualified],
        assistant: Some(Id::from_bits(8)),
        profile: Profile::Synaptiq,
        signature_scheme: SignatureScheme::Timestamped,
        secret: SealedSecret(vec![1]),
        rotation: None,
        active: true,
        disabled_reason: None,
        created_at: at("2026-04-01T09:00:00Z"),
        updated_at: at("2026-04-01T09:00:00Z"),
    }
}

pub(crate) fn delivery() -> Delivery {
    Delivery {
        id: Id::from_bits(12),
        endpoint: Id::from_bits(10),
        event: Id::from_bits(9),
        kind: EventKind::LeadQualified,
        lead: Some(Id::from_bits(1)),
        conversation: None,
        body: b"{}".to_vec(),
        status: DeliveryStatus::Pending,
        attempts: vec![Attempt {
            at: at("2026-04-01T09:20:01Z"),
            status_code: Some(500),
            error: Some("the receiver answered 500".to_owned()),
            duration_ms: 41,
        }],
        tries_used: 1,
        next_attempt_at: Some(at("2026-04-01T09:21:01Z")),
        created_at: at("2026-04-01T09:20:00Z"),
    }
}

pub(crate) fn document() -> Document {
    Document {
        id: Id::from_bits(6),
        title: "Plans".to_owned(),
        label: "faq".to_owned(),
        status: DocumentStatus::Ready,
        content: "Pro is $149 a month.".to_owned(),
        passage_count: 1,
        created_at: at("2026-04-01T09:00:00Z"),
        updated_at: at("2026-04-01T09:00:00Z"),
    }
}

pub(crate) fn event(kind: EventKind, data: EventData) -> Event {
    Event {
        id: Id::from_bits(9),
        kind,
        lead: data.lead.as_ref().map(|lead| lead.id),
        conversation: data.conversation.as_ref().map(|conversation| conversation.id),
        data,
        at: at("2026-04-01T09:20:00.5Z"),
    }
}
