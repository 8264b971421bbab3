//! The two stores side by side: whatever is done to both, both say the same and hold the same.

use proptest::prelude::*;
use synaptiq_domain::{
    access::{SystemScope, TenantScope},
    changes::{Change, Changes},
    conversation::{Conversation, ConversationQuery, ConversationSort, ConversationStatus, MessageRange},
    id::Id,
    knowledge::{Document, DocumentStatus},
    lead::{Lead, LeadMerge, LeadQuery, LeadSort, LeadStatus, Score, Tag},
    paging::{Order, Paging},
    ports::{
        Store, StoreError,
        store::{LeadKey, Settlement, TurnKey},
    },
    qualification::Criterion,
    receipt::Receipt,
    text::Email,
    time::Day,
    webhook::{Delivery, DeliveryQuery, DeliveryStatus},
};
use synaptiq_storage::{Access, MemoryStore, OpenOptions, SqliteStore};
use synaptiq_testkit::fixtures;

/// How many of each thing a script knows: few, so that its steps meet.
const FEW: u32 = 5;

/// One thing done to a store. Numbers name things; `stale` says that a wrong version is used.
#[derive(Debug, Clone)]
enum Step {
    PutLead { n: u32, email: Option<u32>, text: String, tags: Vec<String>, stale: bool },
    DeleteLead { n: u32 },
    Merge { from: u32, into: u32, mark: bool },
    PutConversation { n: u32, lead: Option<u32>, idle: bool, closed: bool, stale: bool },
    Speak { n: u32, position: u32, quote: String },
    DeleteConversation { n: u32, and_lead: Option<u32> },
    PutDocument { n: u32, ready: bool, passages: u32 },
    DeleteDocument { n: u32 },
    PutEndpoint { n: u32 },
    DeleteEndpoint { n: u32 },
    PutDelivery { n: u32, endpoint: u32, status: usize },
    Claim { at: u32, limit: u32, per_endpoint: u32 },
    Settle { n: u32, status: usize, disables: bool },
    Keep { n: u32, begun: bool },
    Sweep { before: u32, limit: u32 },
}

fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "'; DROP TABLE leads; --",
        "\"quoted\" and \\ back\\\\slashed\\",
        "x\",\"vip",
        "[\"vip\"]",
        "vip",
        "VIP",
        "100 % of _ and *",
        "línea\r\nnueva\ttab",
        "Ｆｕｌｌ STRASSE ß ς",
        "\u{202e}backwards\u{200b} 👩‍👩‍👧 e\u{301}",
        "\u{1}\u{7f}\u{85}\u{feff}",
        "null",
        "?1 :name $1 @x",
    ]);
    prop_oneof![nasty.prop_map(str::to_owned), "[^\\x00]{1,12}"]
        .prop_filter("labels are not blank", |text| !text.trim().is_empty())
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 1..=FEW;
    prop_oneof![
        4 => (n(), prop::option::of(n()), text(), prop::collection::vec(text(), 0..3), prop::bool::weighted(0.1))
            .prop_map(|(n, email, text, tags, stale)| Step::PutLead { n, email, text, tags, stale }),
        1 => n().prop_map(|n| Step::DeleteLead { n }),
        1 => (n(), n(), any::<bool>()).prop_map(|(from, into, mark)| Step::Merge { from, into, mark }),
        4 => (n(), prop::option::of(n()), any::<bool>(), any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(n, lead, idle, closed, stale)| Step::PutConversation { n, lead, idle, closed, stale }),
        4 => (n(), 1u32..4, text()).prop_map(|(n, position, quote)| Step::Speak { n, position, quote }),
        1 => (n(), prop::option::of(n())).prop_map(|(n, and_lead)| Step::DeleteConversation { n, and_lead }),
        2 => (n(), any::<bool>(), 0u32..3).prop_map(|(n, ready, passages)| Step::PutDocument { n, ready, passages }),
        1 => n().prop_map(|n| Step::DeleteDocument { n }),
        2 => n().prop_map(|n| Step::PutEndpoint { n }),
        1 => n().prop_map(|n| Step::DeleteEndpoint { n }),
        4 => (n(), n(), 0usize..4).prop_map(|(n, endpoint, status)| Step::PutDelivery { n, endpoint, status }),
        3 => (0u32..9, 1u32..5, 1u32..4)
            .prop_map(|(at, limit, per_endpoint)| Step::Claim { at, limit, per_endpoint }),
        3 => (n(), 0usize..4, prop::bool::weighted(0.2))
            .prop_map(|(n, status, disables)| Step::Settle { n, status, disables }),
        2 => (n(), any::<bool>()).prop_map(|(n, begun)| Step::Keep { n, begun }),
        1 => (0u32..9, 0u32..4).prop_map(|(before, limit)| Step::Sweep { before, limit }),
    ]
}

/// What a step said, in words that both stores must agree on.
fn said<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(StoreError::Stale) => "stale".to_owned(),
        Err(error) => panic!("neither done nor stale: {error:?}"),
    }
}

fn scope() -> TenantScope {
    fixtures::company(1).scope()
}

/// The change from what the store has now, or from another version of it.
fn change<T: Clone>(stored: Option<T>, after: T, stale: bool, spoil: impl Fn(&mut T)) -> Change<T> {
    match stored {
        Some(mut before) => {
            if stale {
                spoil(&mut before);
            }
            Change::updated(before, after)
        }
        None if stale => Change::updated(after.clone(), after),
        None => Change::created(after),
    }
}

async fn run(store: &dyn Store, step: &Step) -> String {
    let (scope, system) = (scope(), SystemScope::assume());
    let lead_of = |n: u32| fixtures::id::<Lead>(n);
    // An absorbed lead answers as its survivor, so that its own state is not to be had.
    let stored_lead = |n: u32| async move {
        store.find_lead(scope, lead_of(n)).await.expect("a read").filter(|lead| lead.id == lead_of(n))
    };
    let stored_conversation =
        |n: u32| async move { store.find_conversation(scope, fixtures::id(n)).await.expect("a read") };
    let mut changes = Changes::default();
    match step.clone() {
        Step::PutLead { n, email, text, tags, stale } => {
            let mut after = fixtures::lead(n);
            after.contact.email = email.map(fixtures::email);
            after.contact.name = Some(text.clone());
            after.first_message = Some(text.clone());
            after.tags = tags.iter().filter_map(|tag| Tag::parse(tag).ok()).collect();
            after.custom_fields.insert(text, serde_json::json!({"n": 0.1 + f64::from(n), "big": 1e300, "deep": [[]]}));
            after.score = Score::clamped(i64::from(n * 7 % 50));
            after.status = if n % 2 == 0 { LeadStatus::Qualified } else { LeadStatus::New };
            after.qualified_at = (n % 2 == 0).then(|| fixtures::at(5));
            changes.leads.push(change(stored_lead(n).await, after, stale, |lead| lead.version += 1));
        }
        Step::DeleteLead { n } => match stored_lead(n).await {
            Some(lead) => changes.leads.push(Change::deleted(lead)),
            None => changes.leads.push(Change::deleted(Lead { version: 1, ..fixtures::lead(n) })),
        },
        Step::Merge { from, into, mark } => {
            if let (Some(absorbed), true) = (stored_lead(from).await, mark && from != into) {
                let after = Lead { merged_into: Some(lead_of(into)), ..absorbed.clone() };
                changes.leads.push(Change::updated(absorbed, after));
            }
            changes.merges.push(LeadMerge { from: lead_of(from), into: lead_of(into) });
        }
        Step::PutConversation { n, lead, idle, closed, stale } => {
            let mut after = fixtures::conversation(n, fixtures::id(1));
            after.lead = lead.map(lead_of);
            after.last_message_at = fixtures::at(if idle { -99 } else { i64::from(n) });
            after.status = if closed { ConversationStatus::Closed } else { ConversationStatus::Active };
            let stored = stored_conversation(n).await;
            changes.conversations.push(change(stored, after, stale, |conversation| conversation.version += 1));
        }
        Step::Speak { n, position, quote } => {
            let mut message = fixtures::message(fixtures::id(n), position);
            message.content.clone_from(&quote);
            let mut evidence = fixtures::evidence(&message, Criterion::Need);
            evidence.quote = quote;
            changes.messages.push(message);
            changes.evidence.push(evidence);
        }
        Step::DeleteConversation { n, and_lead } => {
            let stored = stored_conversation(n).await;
            let before = stored.unwrap_or(Conversation { version: 1, ..fixtures::conversation(n, fixtures::id(1)) });
            changes.conversations.push(Change::deleted(before));
            if let Some(n) = and_lead
                && let Some(lead) = stored_lead(n).await
            {
                changes.leads.push(Change::deleted(lead));
            }
        }
        Step::PutDocument { n, ready, passages } => {
            let status = if ready { DocumentStatus::Ready } else { DocumentStatus::Processing };
            let after = Document { status, ..fixtures::document(n) };
            let stored = store.find_document(scope, after.id).await.expect("a read");
            changes.passages = (0..passages).map(|ordinal| fixtures::passage(&after, ordinal)).collect();
            changes.documents.push(change(stored, after, false, |_| {}));
        }
        Step::DeleteDocument { n } => changes.documents.push(Change::deleted(fixtures::document(n))),
        Step::PutEndpoint { n } => {
            let after = fixtures::endpoint(n);
            let stored = store.find_endpoint(scope, after.id).await.expect("a read");
            changes.endpoints.push(change(stored, after, false, |_| {}));
        }
        Step::DeleteEndpoint { n } => {
            let stored = store.find_endpoint(scope, fixtures::id(n)).await.expect("a read");
            changes.endpoints.push(Change::deleted(stored.unwrap_or_else(|| fixtures::endpoint(n))));
        }
        Step::PutDelivery { n, endpoint, status } => {
            let event = fixtures::event(n, &fixtures::lead(n));
            let after = Delivery {
                status: DeliveryStatus::ALL[status],
                ..fixtures::delivery(n, fixtures::id(endpoint), &event)
            };
            let mut stored = None;
            for endpoint in 1..=FEW {
                let found = store.find_delivery(scope, fixtures::id(endpoint), after.id).await.expect("a read");
                stored = stored.or(found);
            }
            changes.deliveries.push(change(stored, after, false, |_| {}));
        }
        Step::Claim { at, limit, per_endpoint } => {
            let (now, until) = (fixtures::at(i64::from(at)), fixtures::at(i64::from(at) + 3));
            return said(store.claim_deliveries(system, now, until, limit, per_endpoint).await);
        }
        Step::Settle { n, status, disables } => {
            let mut delivery = None;
            for endpoint in 1..=FEW {
                let found = store.find_delivery(scope, fixtures::id(endpoint), fixtures::id(n)).await.expect("a read");
                delivery = delivery.or(found);
            }
            let Some(mut delivery) = delivery else { return "none".to_owned() };
            delivery.attempts.push(fixtures::attempt(fixtures::at(i64::from(n)), 500));
            delivery.status = DeliveryStatus::ALL[status];
            delivery.next_attempt_at = Some(fixtures::at(i64::from(n) + 1));
            let settlement = Settlement { delivery, disable_endpoint: disables.then(|| "410".to_owned()) };
            return said(store.settle_delivery(system, scope, settlement).await);
        }
        Step::Keep { n, begun } => {
            let receipt: Receipt = if begun { fixtures::begun_receipt(n) } else { fixtures::receipt(n) };
            changes.receipt = Some(receipt);
        }
        Step::Sweep { before, limit } => {
            let before = fixtures::at(i64::from(before));
            // Which of several are swept first is open: either all, or none.
            let limit = if limit == 0 { 0 } else { 99 };
            let receipts = store.sweep_receipts(system, before, limit).await;
            let deliveries = store.sweep_deliveries(system, before, before, limit).await;
            return format!("{} {}", said(receipts), said(deliveries));
        }
    }
    said(store.commit(scope, changes).await)
}

/// Everything that can be read, in words.
async fn dump(store: &dyn Store, steps: &[Step]) -> Vec<String> {
    let (scope, system) = (scope(), SystemScope::assume());
    let mut words = Vec::new();
    for n in 1..=FEW {
        let mut file = store.load_lead(scope, &LeadKey::Id(fixtures::id(n))).await.expect("a read");
        if let Some(file) = &mut file {
            file.evidence.sort_by(|a, b| (a.message, &a.quote).cmp(&(b.message, &b.quote)));
        }
        words.push(format!("{file:?}"));
        let turn = TurnKey {
            session: Some(fixtures::session(n)),
            email: Some(fixtures::email(n)),
            history: 2,
            ..TurnKey::default()
        };
        let mut turn = store.load_turn(scope, &turn).await.expect("a read");
        if let Some(file) = &mut turn.conversation {
            file.evidence.sort_by(|a, b| (a.message, &a.quote).cmp(&(b.message, &b.quote)));
        }
        if let Some(file) = &mut turn.by_email {
            file.evidence.sort_by(|a, b| (a.message, &a.quote).cmp(&(b.message, &b.quote)));
        }
        words.push(format!("{turn:?}"));
        let range = MessageRange { offset: 1, limit: 2, order: Order::Descending };
        words.push(said(store.list_messages(scope, fixtures::id(n), range).await));
        words.push(said(store.find_document(scope, fixtures::id(n)).await));
        let query = DeliveryQuery { status: None, paging: Paging::Page { page: 1, limit: 3 } };
        words.push(said(store.list_deliveries(scope, fixtures::id(n), &query).await));
        words.push(said(store.find_receipt(scope, fixtures::receipt(n).key).await));
    }
    for sort in [LeadSort::CreatedAt, LeadSort::UpdatedAt, LeadSort::Score] {
        for order in [Order::Ascending, Order::Descending] {
            let query = LeadQuery { sort, order, paging: Paging::Page { page: 1, limit: 2 }, ..LeadQuery::default() };
            let first = store.list_leads(scope, &query).await.expect("a read");
            if let Some(position) = first.next {
                let query = LeadQuery { paging: Paging::After { position, limit: 9 }, ..query };
                words.push(said(store.list_leads(scope, &query).await));
            }
            words.push(format!("{first:?}"));
        }
    }
    for step in steps {
        let Step::PutLead { text, tags, .. } = step else { continue };
        let by_words = LeadQuery { words: LeadQuery::words_of(text), ..LeadQuery::default() };
        words.push(said(store.list_leads(scope, &by_words).await));
        for tag in tags.iter().filter_map(|tag| Tag::parse(tag).ok()) {
            let by_tag = LeadQuery { tag: Some(tag), ..LeadQuery::default() };
            words.push(said(store.list_leads(scope, &by_tag).await));
        }
    }
    let filters = LeadQuery {
        statuses: vec![LeadStatus::Qualified],
        min_score: Score::new(10),
        created_after: Some(fixtures::at(2)),
        ever_qualified: Some(true),
        email: Email::parse("DANA.4@initech.EXAMPLE").ok(),
        ..LeadQuery::default()
    };
    words.push(said(store.list_leads(scope, &filters).await));
    for sort in [ConversationSort::StartedAt, ConversationSort::LastMessageAt, ConversationSort::MessageCount] {
        for status in [None, Some(ConversationStatus::Active), Some(ConversationStatus::Expired)] {
            let query = ConversationQuery { sort, status, idle_since: fixtures::at(0), ..ConversationQuery::default() };
            words.push(said(store.list_conversations(scope, &query).await));
        }
    }
    let idle = store.idle_conversations(system, fixtures::at(0), 9).await;
    words.push(said(idle));
    words.push(said(store.list_documents(scope).await));
    words.push(said(store.passages_after(scope, Some((fixtures::id(2), 0)), 9).await));
    let keys: Vec<_> = (1..=FEW).rev().map(|n| (fixtures::id(n), n % 3)).collect();
    words.push(said(store.find_passages(scope, &keys).await));
    words.push(said(store.knowledge_generation(scope).await));
    words.push(said(store.tenant_view(scope).await));
    words.push(said(store.list_endpoints(scope).await));
    words.push(said(store.next_delivery_at(system).await));
    words.push(said(store.daily_figures(scope, Day(i32::MIN), Day(i32::MAX)).await));
    let found = store.recount(scope).await.expect("a read");
    assert_eq!(found.differences, [], "whatever was written");
    words.push(format!("{found:?}"));
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_script_gives_the_same_answers_and_the_same_rows(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("synaptiq.db");
            let options = OpenOptions { path, access: Access::Server, create: true };
            let (memory, sqlite) = (MemoryStore::new(), SqliteStore::open(&options).expect("a new database"));
            let stores: [&dyn Store; 2] = [&memory, &sqlite];
            for store in stores {
                store.commit(scope(), fixtures::company(1).founding()).await.expect("committed");
            }
            for (at, step) in steps.iter().enumerate() {
                let (left, right) = (run(stores[0], step).await, run(stores[1], step).await);
                prop_assert_eq!(left, right, "step {}: {:?}", at, step);
            }
            let (left, right) = (dump(stores[0], &steps).await, dump(stores[1], &steps).await);
            for (left, right) in left.into_iter().zip(right) {
                prop_assert_eq!(left, right);
            }
            Ok(())
        })?;
    }
}

/// Ids sort as text as they sort as numbers: lists and passages rest on it.
#[test]
fn ids_sort_alike_as_text_and_as_numbers() {
    proptest!(|(a: u128, b: u128)| {
        let (a, b) = (Id::<Lead>::from_bits(a), Id::<Lead>::from_bits(b));
        prop_assert_eq!(a.cmp(&b), a.ulid().cmp(&b.ulid()));
    });
}
