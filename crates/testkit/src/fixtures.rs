//! Example values: the one place where they live.
//!
//! Most take a number, from which ids, times and addresses follow: two values with different
//! numbers differ wherever a store could confuse them, and a larger number is younger by id and by
//! time alike.

use synaptiq_domain::{
    access::{
        ApiKey, Assistant, KeyKind, KeySecret, Member, PermissionSet, Slug, Tenant, TenantScope, TenantSettings,
        WebOrigin,
    },
    changes::{Change, Changes},
    conversation::{
        BuyingIntent, Channel, Citation, Conversation, ConversationStatus, Intent, KnownFacts, Message, Question, Role,
        SessionHash, SessionSecret, VisitorId,
    },
    event::{Event, EventData, EventKind},
    id::Id,
    knowledge::{Document, DocumentStatus, Passage},
    lead::{Contact, FirstConversation, Grade, Lead, LeadSource, LeadStatus, Score, StatusChange, Tag, Utm},
    money::{JsonMap, Money},
    qualification::{Adjustment, Criterion, Evidence, Topic},
    receipt::{Fingerprint, Receipt, ReceiptKey, ReceiptState},
    text::{Email, Phone},
    time::Timestamp,
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint, Profile, SealedSecret, SignatureScheme},
};

/// The instant so many seconds after the beginning of 2026.
pub const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600 + seconds)
}

/// The `n`th id of a kind. Its upper bits look like a present-day ULID, so that no half is empty.
pub const fn id<K>(n: u32) -> Id<K> {
    Id::from_bits((0x019b_7601_0000_0000_8000_0000_0000_0000_u128 + ((n as u128) << 80)) | n as u128)
}

/// The instant that belongs to the number `n`.
const fn instant(n: u32) -> Timestamp {
    at(n as i64)
}

/// 32 bytes that no other number has.
const fn bytes(n: u32) -> [u8; 32] {
    let mut bytes = [0xa5; 32];
    let number = n.to_be_bytes();
    bytes[28] = number[0];
    bytes[29] = number[1];
    bytes[30] = number[2];
    bytes[31] = number[3];
    bytes
}

/// A JSON object with one key, whose value has every kind of JSON in it.
pub fn json_map(key: &str, n: u32) -> JsonMap {
    let value = serde_json::json!({"n": n, "nested": [1.5, null, true, "Zürich ☕"]});
    [(key.to_owned(), value)].into_iter().collect()
}

/// An address as people write it, with capitals: `Dana.7@Initech.example`.
pub fn email(n: u32) -> Email {
    Email::parse(&format!("Dana.{n}@Initech.example")).expect("an address")
}

/// A tenant with what every tenant has: one assistant and one member.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// The tenant.
    pub tenant: Tenant,
    /// Its default assistant.
    pub assistant: Assistant,
    /// Its first member.
    pub member: Member,
}

impl Company {
    /// The scope of its live data.
    pub const fn scope(&self) -> TenantScope {
        TenantScope::live(self.tenant.id)
    }

    /// The scope of its test keys.
    pub const fn sandbox(&self) -> TenantScope {
        TenantScope::sandbox(self.tenant.sandbox, self.tenant.id)
    }

    /// The changes that found it.
    pub fn founding(&self) -> Changes {
        Changes {
            tenants: vec![Change::created(self.tenant.clone())],
            assistants: vec![Change::created(self.assistant.clone())],
            members: vec![Change::created(self.member.clone())],
            ..Changes::default()
        }
    }
}

/// The `n`th company. Number 1 serves requests that name no tenant.
pub fn company(n: u32) -> Company {
    Company { tenant: tenant(n), assistant: assistant(n), member: member(n) }
}

/// The `n`th tenant. Number 1 is the default one.
pub fn tenant(n: u32) -> Tenant {
    Tenant {
        id: id(n),
        version: 0,
        name: format!("Acme No. {n} Ltd."),
        sandbox: id(1_000_000 + n),
        plan: "business".to_owned(),
        is_default: n == 1,
        settings: TenantSettings {
            allowed_origins: vec![WebOrigin::parse(&format!("https://shop{n}.example")).expect("an origin")],
            price_per_seat: Money::from_major(480 + i64::from(n)),
            ..TenantSettings::default()
        },
        created_at: instant(n),
    }
}

/// The `n`th assistant, a default one.
pub fn assistant(n: u32) -> Assistant {
    Assistant {
        id: id(n),
        version: 0,
        slug: Slug::from_name(&format!("sales-{n}")).expect("a slug"),
        name: format!("Ada {n}"),
        greeting: Some("Hi! What brings you here?".to_owned()),
        language: "en".to_owned(),
        high_value_amount: Money::from_major(10_000),
        is_default: true,
        created_at: instant(n),
    }
}

/// The `n`th member of a team.
pub fn member(n: u32) -> Member {
    Member {
        id: id(n),
        name: format!("Robin Agent {n}"),
        email: Some(format!("robin{n}@acme.example")),
        created_at: instant(n),
    }
}

/// The `n`th key's secret, as its owner would send it.
pub fn key_secret(n: u32) -> KeySecret {
    KeySecret::new(KeyKind::Live.prefix(), bytes(n))
}

/// The `n`th key, of a tenant, with every right.
pub fn key(n: u32, tenant: Id<Tenant>) -> ApiKey {
    let secret = key_secret(n);
    ApiKey {
        id: id(n),
        tenant,
        kind: KeyKind::Live,
        name: format!("CRM sync {n}"),
        permissions: PermissionSet::all(),
        hash: secret.hash(),
        tail: secret.tail(),
        plan: n.is_multiple_of(2).then(|| "enterprise".to_owned()),
        created_at: instant(n),
        last_used_at: None,
        revoked_at: None,
    }
}

/// The `n`th lead: new, with e-mail, phone, name and company.
pub fn lead(n: u32) -> Lead {
    Lead {
        id: id(n),
        version: 0,
        contact: Contact {
            email: Some(email(n)),
            phone: Phone::parse("+41 44 668 18 00").ok(),
            name: Some(format!("Dana Müller {n}")),
            company: Some("Initech GmbH".to_owned()),
            title: Some("Head of IT".to_owned()),
        },
        status: LeadStatus::New,
        status_by_hand: false,
        status_history: vec![StatusChange { status: LeadStatus::New, at: instant(n) }],
        score: Score::clamped(42),
        score_override: None,
        adjustments: vec![Adjustment { reason: "met at a fair".to_owned(), points: -3 }],
        source: LeadSource::Chat,
        source_url: Some("https://shop.example/pricing?plan=pro".to_owned()),
        utm: Utm { source: Some("newsletter".to_owned()), campaign: Some("spring".to_owned()), ..Utm::default() },
        first_conversation: Some(FirstConversation { channel: Channel::WebChat, at: instant(n) }),
        tags: vec![Tag::parse("vip").expect("a label"), Tag::parse("Söhne & Co").expect("a label")],
        custom_fields: json_map("crm", n),
        metadata: json_map("page", n),
        archived: false,
        first_message: Some("Hello, what does it cost for 50 people?".to_owned()),
        estimated_deal_size: Some(Money::from_major(24_000)),
        qualification_reason: None,
        disqualification_reason: None,
        qualified_at: None,
        assigned_to: None,
        merged_into: None,
        first_seen_at: instant(n),
        last_active_at: instant(n),
        created_at: instant(n),
        updated_at: instant(n),
        erased_at: None,
    }
}

/// The secret of the `n`th visitor's session.
pub fn session_secret(n: u32) -> SessionSecret {
    SessionSecret::new(bytes(n))
}

/// The `n`th session as a store keeps it.
pub fn session(n: u32) -> SessionHash {
    session_secret(n).hash()
}

/// The `n`th conversation, with an assistant, active, without a lead or messages.
pub fn conversation(n: u32, assistant: Id<Assistant>) -> Conversation {
    Conversation {
        id: id(n),
        version: 0,
        assistant,
        visitor: VisitorId::parse(&format!("visitor-{n}")).expect("a visitor's id"),
        session: session(n),
        lead: None,
        channel: Channel::WebChat,
        status: ConversationStatus::Active,
        handoff: None,
        assigned_to: None,
        subject: "Pricing for 50 seats".to_owned(),
        summary: "Asked for the price for 50 people.".to_owned(),
        intents: vec![Intent::PricingInquiry],
        lead_score: Score::clamped(13),
        message_count: 0,
        responses: 0,
        response_millis: 0,
        was_handed_off: false,
        language: Some("de".to_owned()),
        facts: KnownFacts {
            budget: Some(Money::from_major(24_000)),
            seats: Some(50),
            asked: vec![Question::About(Criterion::Timeline)],
            pending: Some(Question::TeamSize),
            buying_intent: Some(BuyingIntent { intent: Intent::PricingInquiry, confidence: 0.875 }),
            ..KnownFacts::default()
        },
        source_url: Some("https://shop.example/pricing".to_owned()),
        utm: Utm { medium: Some("cpc".to_owned()), ..Utm::default() },
        first_message: Some("Was kostet das für 50 Leute?".to_owned()),
        metadata: json_map("userAgent", n),
        started_at: instant(n),
        last_message_at: instant(n),
        ended_at: None,
        created_at: instant(n),
        erased_at: None,
    }
}

/// The message at a position of a conversation: odd ones are the visitor's, even ones answers.
pub fn message(conversation: Id<Conversation>, position: u32) -> Message {
    let answer = position.is_multiple_of(2);
    Message {
        id: Id::from_bits((conversation.bits() ^ (1 << 40)).wrapping_add(u128::from(position))),
        conversation,
        position,
        role: if answer { Role::Assistant } else { Role::User },
        content: format!("Message {position} – with *Markdown*, an emoji 🙂 and\ntwo lines"),
        intent: answer.then_some(Intent::PricingInquiry),
        confidence: answer.then_some(0.87),
        language: Some("en".to_owned()),
        citations: answer
            .then(|| Citation {
                document: id(1),
                title: "Prices".to_owned(),
                quote: "A seat costs 40 a month.".to_owned(),
            })
            .into_iter()
            .collect(),
        member: None,
        interrupted: false,
        fell_back: answer,
        created_at: at(i64::from(position)),
    }
}

/// What one message of a conversation says on a criterion: met in full.
pub fn evidence(message: &Message, criterion: Criterion) -> Evidence {
    Evidence {
        topic: Topic::Criterion(criterion),
        grade: Grade::FULL,
        quote: format!("words on {} in message {}", criterion.as_str(), message.position),
        message: message.id,
        conversation: message.conversation,
        at: message.created_at,
    }
}

/// The `n`th document, ready to be answered from.
pub fn document(n: u32) -> Document {
    Document {
        id: id(n),
        title: format!("Prices, edition {n}"),
        label: "faq".to_owned(),
        status: DocumentStatus::Ready,
        content: "Q: What does a seat cost?\nA: A seat costs 40 a month.".to_owned(),
        passage_count: 3,
        created_at: instant(n),
        updated_at: instant(n),
    }
}

/// The passage of a document with this ordinal.
pub fn passage(document: &Document, ordinal: u32) -> Passage {
    Passage {
        document: document.id,
        ordinal,
        title: document.title.clone(),
        heading: (!ordinal.is_multiple_of(2)).then(|| "What does a seat cost?".to_owned()),
        text: format!("A seat costs 40 a month, says paragraph {ordinal}."),
    }
}

/// The `n`th endpoint: active, told of every new and every qualified lead.
pub fn endpoint(n: u32) -> Endpoint {
    Endpoint {
        id: id(n),
        version: 0,
        url: format!("https://crm{n}.example/hooks?from=acme"),
        description: Some("CRM".to_owned()),
        events: vec![EventKind::LeadCreated, EventKind::LeadQualified],
        assistant: None,
        profile: Profile::Synaptiq,
        signature_scheme: SignatureScheme::Timestamped,
        secret: SealedSecret(vec![0, 255, 13, 10, 39]),
        rotation: None,
        active: true,
        disabled_reason: None,
        created_at: instant(n),
        updated_at: instant(n),
    }
}

/// The `n`th event: a lead was created.
pub fn event(n: u32, lead: &Lead) -> Event {
    Event {
        id: id(n),
        kind: EventKind::LeadCreated,
        lead: Some(lead.id),
        conversation: None,
        data: EventData { lead: Some(Box::new(lead.clone())), ..EventData::default() },
        at: instant(n),
    }
}

/// The `n`th delivery, of an event to an endpoint, pending and due at once.
pub fn delivery(n: u32, endpoint: Id<Endpoint>, event: &Event) -> Delivery {
    Delivery {
        id: id(n),
        endpoint,
        event: event.id,
        kind: event.kind,
        lead: event.lead,
        conversation: event.conversation,
        body: format!(r#"{{"type":"lead.created","n":{n},"name":"Müller"}}"#).into_bytes(),
        status: DeliveryStatus::Pending,
        attempts: Vec::new(),
        tries_used: 0,
        next_attempt_at: Some(instant(n)),
        created_at: instant(n),
    }
}

/// A try that ended with an HTTP status.
pub fn attempt(at: Timestamp, status_code: u16) -> Attempt {
    let error = (!(200..300).contains(&status_code)).then(|| format!("the receiver answered {status_code}"));
    Attempt { at, status_code: Some(status_code), error, duration_ms: 25 }
}

/// The receipt of the `n`th write, answered.
pub fn receipt(n: u32) -> Receipt {
    Receipt {
        key: ReceiptKey(bytes(n)),
        fingerprint: Fingerprint::new("POST", "/api/v1/leads", "", &n.to_be_bytes()),
        state: ReceiptState::Answered { sealed: vec![0, 1, 254, 255] },
        lead: None,
        conversation: None,
        part_of: None,
        created_at: instant(n),
    }
}

/// The receipt of the `n`th write while only its first commit is done.
pub fn begun_receipt(n: u32) -> Receipt {
    let state = ReceiptState::Begun { resume: vec![9, 0, 9], owner: 7, lease_until: instant(n).plus(LEASE) };
    Receipt { state, ..receipt(n) }
}

/// How long examples lease something for.
const LEASE: time::Duration = time::Duration::seconds(60);
