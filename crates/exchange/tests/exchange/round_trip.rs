//! What is exported reads back to an equal database, whatever people wrote.

use synaptiq_domain::{
    access::{Assistant, Colour, Currency, Member, Slug, WebOrigin, WidgetTheme},
    analytics::Visit,
    changes::{Change, Changes},
    conversation::{
        Channel, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, Intent, KnownFacts,
        VisitorId,
    },
    event::{Activity, ActivityFacts, EventKind},
    history::{Meeting, MeetingStatus, Record},
    id::Id,
    knowledge::DocumentDraft,
    lead::{Lead, LeadSource, LeadStatus, Score, ScoreOverride, StatusChange, Tag, Utm},
    money::{JsonMap, Money},
    qualification::{Criterion, Evidence},
    use_cases::{add_document, create_endpoint},
    webhook::{EndpointDraft, Profile, SignatureScheme},
};
use synaptiq_testkit::fixtures::{self, at, id};

use crate::stage::Stage;

/// Texts that break careless writers and readers.
const HOSTILE: [&str; 14] = [
    "plain",
    "\"quoted\" and \\ back\\slashed",
    "two\nlines\r\nand\ttabs",
    "=HYPERLINK(\"http://evil.example\")",
    "'; DROP TABLE leads; --",
    "<script>alert(1)</script>&amp;",
    "\u{202e}right to left\u{200b}\u{feff}",
    "👩‍👩‍👧‍👦 emoji, Zürich, 東京, ﷽",
    "\u{1}\u{7f}\u{2028}\u{2029} control",
    "{\"object\":\"lead\"}",
    "null",
    " blanks around ",
    "e\u{301} is not é",
    "\u{10ffff}\u{fffd} the last of all",
];

fn text(n: usize) -> String {
    HOSTILE[n % HOSTILE.len()].to_owned()
}

fn free_data(n: usize) -> JsonMap {
    let value = serde_json::json!({
        "z": text(n), "a": [1, 1.5, -0.1, 1e300, 123_456_789_012_345_678_u64, true, null, {"ß": text(n + 1)}],
        "é": {"b": {}, "a": []},
    });
    [(text(n), value), ("plain".to_owned(), 0.1.into())].into_iter().collect()
}

fn lead(n: u32) -> Lead {
    let k = n as usize;
    let mut lead = fixtures::lead(n);
    lead.contact.name = Some(text(k));
    lead.contact.company = Some(text(k + 1));
    lead.contact.title = Some(text(k + 2));
    lead.status = LeadStatus::ALL[k % 9];
    lead.status_by_hand = n.is_multiple_of(2);
    lead.status_history.push(StatusChange { status: LeadStatus::Qualified, at: at(900) });
    lead.status_history.push(StatusChange { status: lead.status, at: at(901) });
    lead.score_override = Some(ScoreOverride { score: Score::clamped(77), at: at(5) }).filter(|_| n.is_multiple_of(3));
    lead.source = LeadSource::ALL[k % 4];
    lead.source_url = Some(text(k + 3));
    lead.utm = Utm { term: Some(text(k + 4)), content: Some(text(k)), ..Utm::default() };
    lead.tags = vec![Tag::parse(&text(k)).expect("short enough"), Tag::parse("a;b").expect("a label")];
    lead.custom_fields = free_data(k);
    lead.metadata = free_data(k + 7);
    lead.archived = n.is_multiple_of(5);
    lead.first_message = Some(text(k + 5));
    lead.estimated_deal_size = Some(Money::from_minor(1_234_567 + i64::from(n)));
    lead.qualification_reason = Some(text(k + 6));
    lead.disqualification_reason = Some(text(k + 6));
    lead.qualified_at = Some(at(900));
    lead.assigned_to = Some(id(7));
    lead
}

fn conversation(n: u32, assistant: Id<Assistant>) -> Record {
    let k = n as usize;
    let mut conversation = Conversation {
        lead: n.is_multiple_of(2).then(|| id(1 + n % 9)),
        channel: Channel::ALL[k % 4],
        status: [ConversationStatus::Closed, ConversationStatus::HandedOff, ConversationStatus::Expired][k % 3],
        handoff: n.is_multiple_of(3).then(|| Handoff {
            reason: HandoffReason::parse(&text(k)).expect("short enough"),
            priority: HandoffPriority::Urgent,
            summary: text(k + 1),
            at: at(44),
        }),
        assigned_to: Some(id(7)),
        subject: text(k),
        summary: text(k + 1),
        intents: vec![Intent::Spam, Intent::DemoRequest],
        message_count: 9,
        responses: 2,
        response_millis: 12_345,
        was_handed_off: n.is_multiple_of(5),
        source_url: Some(text(k + 2)),
        first_message: Some(text(k + 3)),
        metadata: free_data(k),
        ended_at: Some(at(99)),
        visitor: VisitorId::parse(&format!("visitor “{n}” 👩‍👩‍👧‍👦")).expect("an id"),
        ..fixtures::conversation(n, assistant)
    };
    conversation.facts = KnownFacts {
        name: Some(text(k)),
        company: Some(text(k + 1)),
        competitor: Some(text(k + 2)),
        title: Some(text(k + 3)),
        unanswered: n,
        ..conversation.facts
    };
    let mut messages: Vec<_> = (1..=4).map(|position| fixtures::message(conversation.id, position)).collect();
    for message in &mut messages {
        message.content = text(k + message.position as usize);
        message.interrupted = message.position == 4;
        message.member = (message.position == 3).then(|| id(7));
        message.confidence = message.confidence.map(|_| 0.1 + 0.2);
        for citation in &mut message.citations {
            citation.quote = text(k);
            citation.title = text(k + 1);
        }
    }
    let evidence = vec![
        Evidence { quote: text(k), ..fixtures::evidence(&messages[2], Criterion::Timeline) },
        Evidence { quote: text(k + 1), ..fixtures::evidence(&messages[0], Criterion::Need) },
    ];
    Record::Conversation { conversation: Box::new(conversation), messages, evidence }
}

/// Fills a tenant with everything that there is.
async fn fill(stage: &Stage) {
    let (services, scope) = (&stage.services, stage.scope);
    let view = services.store.tenant_view(scope).await.expect("a read").expect("the tenant");
    let mut tenant = view.tenant.clone();
    tenant.name = text(1);
    tenant.settings.currency = Currency::CHF;
    tenant.settings.exchange_rates = vec![(Currency::EUR, 0.95), (Currency::GBP, 1.1)];
    tenant.settings.handoff_notice = Some(text(2));
    tenant.settings.allowed_origins = vec![WebOrigin::parse("https://shop.example").expect("an origin")];
    tenant.settings.allowed_link_hosts = vec!["docs.example".to_owned()];
    tenant.settings.widget.theme = WidgetTheme::Dark;
    tenant.settings.widget.accent = Colour::parse("#01fe99").expect("a colour");
    let second = Assistant {
        slug: Slug::from_name("second").expect("a slug"),
        greeting: Some(text(7)),
        name: text(6),
        is_default: false,
        ..fixtures::assistant(6)
    };
    let changes = Changes {
        tenants: vec![Change::updated(view.tenant.clone(), tenant)],
        assistants: vec![Change::created(second.clone())],
        members: vec![Change::created(Member { name: text(5), ..fixtures::member(7) })],
        ..Changes::default()
    };
    services.store.commit(scope, changes).await.expect("a commit");
    let content = HOSTILE.join("\n\n").repeat(40);
    let draft = DocumentDraft::parse(&text(1), Some("faq"), &content).expect("a document");
    add_document(services, scope, draft, None).await.expect("a document");
    let draft = EndpointDraft {
        url: "https://crm.example/hook?a=b".to_owned(),
        description: Some(text(3)),
        events: vec![EventKind::LeadCreated, EventKind::MeetingBooked],
        assistant: Some(second.id),
        secret: Some("whsec_known to nobody else".replace(' ', "_")),
        profile: Profile::Synaptiq,
        signature_scheme: SignatureScheme::Body,
        active: true,
    };
    create_endpoint(services, scope, draft, None).await.expect("an endpoint");
    let mut records: Vec<Record> = (1..=30).map(|n| Record::Lead(Box::new(lead(n)))).collect();
    let absorbed = Lead { merged_into: Some(id(1)), ..lead(31) };
    records.push(Record::Lead(Box::new(absorbed)));
    records.extend((1..=30).map(|n| conversation(n, if n > 20 { second.id } else { view.assistants[0].id })));
    for n in 1..=14_u32 {
        let page = Some(text(n as usize));
        let visitor = VisitorId::parse(&format!("v{n}")).expect("an id");
        let seen = at(i64::from(n) * 40_000);
        records.push(Record::Visit(Visit { visitor, channel: Channel::Whatsapp, at: seen, page }));
        records.push(Record::Meeting(Meeting {
            id: id(n),
            lead: id(n),
            starts_at: at(90_000),
            ends_at: n.is_multiple_of(2).then(|| at(91_000)),
            status: MeetingStatus::ALL[n as usize % 4],
            booked_at: at(80_000),
        }));
        records.push(Record::Activity(Activity {
            id: id(n),
            kind: EventKind::ALL[n as usize],
            lead: Some(id(n)),
            conversation: n.is_multiple_of(2).then(|| id(n)),
            description: text(n as usize),
            facts: ActivityFacts {
                previous_status: Some(LeadStatus::New),
                score_after: Score::new(61),
                intent: Some(Intent::EnterprisePricing),
                confidence: Some(1.0 / 3.0),
                estimated_deal_size: Some(Money::from_minor(99)),
                changed: vec![text(n as usize)],
                merged_from: n.is_multiple_of(3).then(|| id(31)),
                ..ActivityFacts::default()
            },
            at: at(i64::from(n)),
        }));
    }
    services.store.add_history(scope, records).await.expect("a batch");
}

async fn moves_through(first: Stage, second: Stage) {
    fill(&first).await;
    let exported = first.export().await;
    let summary = second.import(&exported).await.expect("an export is in order");
    assert_eq!((summary.refused, summary.added.leads, summary.added.conversations), (0, 31, 30));
    let again = second.export().await;
    let (exported, again) = (String::from_utf8(exported).expect("UTF-8"), String::from_utf8(again).expect("UTF-8"));
    for (one, other) in exported.lines().zip(again.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(exported.len(), again.len());
    let second_time = second.import(again.as_bytes()).await.expect("an export is in order");
    assert_eq!((second_time.rows, second_time.refused), (0, 0), "the same file twice changes nothing");
    assert_eq!(second.export().await, again.as_bytes());
    let recount = second.services.store.recount(second.scope).await.expect("a read");
    assert_eq!(recount.differences, [], "the counters followed");
    for secret in ["whsec_", "sk_live", "sess_", "session"] {
        assert!(!exported.contains(&format!("\"{secret}")), "{secret} is exported");
    }
    assert_sorted(&exported);
}

/// Every object has its keys in the order of their bytes, and there are no blanks between tokens.
fn assert_sorted(lines: &str) {
    fn sorted(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(map) => map.keys().is_sorted() && map.values().all(sorted),
            serde_json::Value::Array(items) => items.iter().all(sorted),
            _ => true,
        }
    }
    for line in lines.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(sorted(&value), "{line}");
        assert_eq!(serde_json::to_string(&value).expect("prints"), line);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_reads_back_to_equal_bytes_from_memory_to_sqlite() {
    moves_through(Stage::in_memory().await, Stage::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_reads_back_to_equal_bytes_from_sqlite_to_memory() {
    moves_through(Stage::on_sqlite().await, Stage::in_memory().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_webhook_is_switched_off_and_has_a_secret_of_its_own() {
    let (first, second) = (Stage::in_memory().await, Stage::in_memory().await);
    fill(&first).await;
    second.import(&first.export().await).await.expect("an export is in order");
    let old = first.services.store.list_endpoints(first.scope).await.expect("a read").remove(0);
    let new = second.services.store.list_endpoints(second.scope).await.expect("a read").remove(0);
    assert_eq!((old.id, old.url), (new.id, new.url));
    assert!(old.active && !new.active);
    assert_ne!(old.secret, new.secret);
}
