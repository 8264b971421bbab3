//! Every field that holds text keeps any text to the letter (security I2).

use serde_json::json;
use synaptiq_domain::{
    access::{ApiKey, Assistant, Member, SystemScope, Tenant},
    changes::{Change, Changes},
    conversation::{Citation, Conversation, Handoff, HandoffPriority, HandoffReason, KnownFacts, Message, VisitorId},
    knowledge::{Document, Passage},
    lead::{Contact, Lead, Tag, Utm},
    money::JsonMap,
    ports::store::{
        AccessStore as _, ConversationStore as _, KnowledgeStore as _, LeadKey, LeadStore as _, SystemStore as _,
        UnitOfWork as _, WebhookStore as _,
    },
    qualification::{Adjustment, Criterion, Evidence},
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint},
};
use synaptiq_storage::{Access, OpenOptions, SqliteStore};
use synaptiq_testkit::fixtures;

const HOSTILE: &[&str] = &[
    "'); DROP TABLE leads; --",
    "\" OR \"\"=\"",
    "back\\slash \\u0000 \\' \\\"",
    "% _ * ? [a-z] ${x} {{x}} $1 ?1 :a @a",
    "line\r\nbreaks\n\nand\ttabs",
    "\u{1}\u{8}\u{1b}[31m\u{7f}\u{85}\u{2028}",
    "\u{feff}bom \u{202e}left\u{202c} \u{200b}zero\u{200d}",
    "👩‍👩‍👧‍👦 e\u{301} Ångström ẞ ı İ 日本語 العربية",
    "\u{10ffff}\u{fffd}\u{fffe}",
    "NULL",
    "null",
    "{\"a\": [1, \"x\"]}",
    "<script>alert(1)</script>",
    "=1+1",
    "0.1e400",
    " ",
];

fn free(text: &str) -> JsonMap {
    [(text.to_owned(), json!({text: [text, 0.1, 1e300, -7, null, true]}))].into_iter().collect()
}

fn utm(text: &str) -> Utm {
    let [source, medium, campaign, term, content] = [(); 5].map(|()| Some(text.to_owned()));
    Utm { source, medium, campaign, term, content }
}

fn tag(text: &str) -> Tag {
    Tag::parse(&format!("t{text}t")).expect("a label")
}

#[tokio::test]
async fn i2_every_text_field_keeps_hostile_text_to_the_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let store = SqliteStore::open(&options).expect("a new database");
    let company = fixtures::company(1);
    let scope = company.scope();
    store.commit(scope, company.founding()).await.expect("committed");
    let mut tenant = Tenant { version: 1, ..company.tenant };
    for (n, text) in (10..).zip(HOSTILE) {
        let words = || (*text).to_owned();
        let lead = Lead {
            contact: Contact {
                name: Some(words()),
                company: Some(words()),
                title: Some(words()),
                ..fixtures::lead(n).contact
            },
            adjustments: vec![Adjustment { reason: words(), points: -100 }],
            source_url: Some(words()),
            utm: utm(text),
            tags: vec![tag(text)],
            custom_fields: free(text),
            metadata: free(text),
            first_message: Some(words()),
            qualification_reason: Some(words()),
            disqualification_reason: Some(words()),
            ..fixtures::lead(n)
        };
        let facts = KnownFacts {
            competitor: Some(words()),
            name: Some(words()),
            company: Some(words()),
            title: Some(words()),
            ..KnownFacts::default()
        };
        let reason = HandoffReason::parse(&format!("r{text}r")).expect("a reason");
        let handoff = Handoff { reason, priority: HandoffPriority::Urgent, summary: words(), at: fixtures::at(1) };
        let printable: String = text.chars().filter(|character| !character.is_control()).collect();
        let conversation = Conversation {
            visitor: VisitorId::parse(&format!("v{printable}v")).expect("a visitor"),
            lead: Some(lead.id),
            handoff: Some(handoff),
            subject: words(),
            summary: words(),
            language: Some(words()),
            facts,
            source_url: Some(words()),
            utm: utm(text),
            first_message: Some(words()),
            metadata: free(text),
            ..fixtures::conversation(n, company.assistant.id)
        };
        let message = Message {
            content: words(),
            language: Some(words()),
            confidence: Some(0.1 + 0.2),
            citations: vec![Citation { document: fixtures::id(n), title: words(), quote: words() }],
            ..fixtures::message(conversation.id, 1)
        };
        let evidence = Evidence { quote: words(), ..fixtures::evidence(&message, Criterion::Budget) };
        let document = Document { title: words(), label: words(), content: words(), ..fixtures::document(n) };
        let passage =
            Passage { title: words(), heading: Some(words()), text: words(), ..fixtures::passage(&document, 0) };
        let endpoint = Endpoint {
            url: words(),
            description: Some(words()),
            disabled_reason: Some(words()),
            ..fixtures::endpoint(n)
        };
        let attempt = Attempt { at: fixtures::at(1), status_code: None, error: Some(words()), duration_ms: u32::MAX };
        let delivery = Delivery {
            body: text.as_bytes().to_vec(),
            status: DeliveryStatus::Failed,
            attempts: vec![attempt],
            ..fixtures::delivery(n, endpoint.id, &fixtures::event(n, &lead))
        };
        let key = ApiKey { name: words(), tail: words(), plan: Some(words()), ..fixtures::key(n, company.tenant.id) };
        let assistant = Assistant {
            name: words(),
            greeting: Some(words()),
            language: words(),
            is_default: false,
            ..fixtures::assistant(n)
        };
        let member = Member { name: words(), email: Some(words()), ..fixtures::member(n) };
        let mut renamed = Tenant { name: words(), plan: words(), ..tenant.clone() };
        renamed.settings.allowed_link_hosts = vec![words()];
        renamed.settings.handoff_notice = Some(words());
        let changes = Changes {
            tenants: vec![Change::updated(tenant.clone(), renamed.clone())],
            assistants: vec![Change::created(assistant.clone())],
            members: vec![Change::created(member.clone())],
            keys: vec![Change::created(key.clone())],
            leads: vec![Change::created(lead.clone())],
            conversations: vec![Change::created(conversation.clone())],
            messages: vec![message.clone()],
            evidence: vec![evidence.clone()],
            documents: vec![Change::created(document.clone())],
            passages: vec![passage.clone()],
            endpoints: vec![Change::created(endpoint.clone())],
            events: vec![fixtures::event(n, &lead)],
            deliveries: vec![Change::created(delivery.clone())],
            ..Changes::default()
        };
        store.commit(scope, changes).await.expect("committed");
        tenant = Tenant { version: tenant.version + 1, ..renamed };
        let file = store.load_lead(scope, &LeadKey::Id(lead.id)).await.expect("a read").expect("the lead");
        assert_eq!(file.lead, Lead { version: 1, ..lead.clone() });
        assert_eq!(file.evidence, [evidence]);
        let found = store.find_conversation(scope, conversation.id).await.expect("a read");
        assert_eq!(found, Some(Conversation { version: 1, ..conversation.clone() }));
        assert_eq!(store.messages_after(scope, conversation.id, 0, 9).await.expect("a read"), [message]);
        assert_eq!(store.find_document(scope, document.id).await.expect("a read"), Some(document.clone()));
        assert_eq!(store.find_passages(scope, &[(document.id, 0)]).await.expect("a read"), [passage]);
        let found = store.find_endpoint(scope, endpoint.id).await.expect("a read");
        assert_eq!(found, Some(Endpoint { version: 1, ..endpoint.clone() }));
        let found = store.find_delivery(scope, endpoint.id, delivery.id).await.expect("a read");
        assert_eq!(found, Some(delivery));
        assert_eq!(store.find_key(SystemScope::assume(), key.id).await.expect("a read"), Some(key));
        let view = store.tenant_view(scope).await.expect("a read").expect("the tenant");
        assert_eq!(view.tenant, tenant);
        assert_eq!(view.assistants.last(), Some(&Assistant { version: 1, ..assistant }));
        assert_eq!(view.members.last(), Some(&member));
        let setting = format!("name {text}");
        store.put_setting(SystemScope::assume(), &setting, text).await.expect("committed");
        let found = store.find_setting(SystemScope::assume(), &setting).await.expect("a read");
        assert_eq!(found.as_deref(), Some(*text));
    }
    store.integrity().await.expect("the file is sound");
}
