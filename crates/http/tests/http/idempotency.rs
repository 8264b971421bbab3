//! `Idempotency-Key`: one write, however often it is sent (security P6).

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::join_all;
use serde_json::{Value, json};
use synaptiq_domain::{
    changes::Changes,
    erasure::Trace,
    ports::{Model, ModelError, ModelStream, Prompt, Purpose, Vault as _},
    receipt::{Fingerprint, Receipt, ReceiptKey, ReceiptState},
};
use synaptiq_http::dialect::{ALL, Dialect};
use synaptiq_testkit::fakes::{ClearVault, FakeModel, ModelStep};

use crate::stage::{Seen, Setting, Stage};

async fn post(stage: &Stage, path: &str, key: &str, body: &Value) -> Seen {
    stage.ask("POST", path).header("idempotency-key", key).json(body).seen().await
}

async fn count(stage: &Stage, path: &str) -> Value {
    stage.ask("GET", path).seen().await.json()["pagination"]["total"].clone()
}

#[actix_web::test]
async fn p6_a_hundred_twins_at_once_make_one_object() {
    let stage = Stage::new().await;
    for (path, body) in [
        ("/api/v1/leads", json!({"phone": "+1-555-0100"})),
        ("/api/v1/chat", json!({"message": "hi", "visitorId": "v1"})),
        ("/api/v1/webhooks", json!({"url": "https://example.com/h", "events": ["lead.created"]})),
        ("/api/v1/keys", json!({"name": "CRM", "scopes": ["read"]})),
        ("/api/v1/leads/bulk", json!({"leads": [{"phone": "+1-555-0101"}, {"phone": "+1-555-0102"}]})),
    ] {
        let answers = join_all((0..100).map(|_| post(&stage, path, path, &body))).await;
        let first = &answers[0];
        assert!(first.status < 300, "{path}: {}", first.text());
        assert!(answers.iter().all(|seen| (seen.status, &seen.body) == (first.status, &first.body)), "{path}");
        let replayed = answers.iter().filter(|seen| seen.header("idempotent-replayed") == Some("true")).count();
        assert_eq!(replayed, 99, "{path}");
    }
    assert_eq!(count(&stage, "/api/v1/leads").await, 3);
    assert_eq!(count(&stage, "/api/v1/conversations").await, 1);
    assert_eq!(stage.ask("GET", "/api/v1/webhooks").seen().await.json()["data"].as_array().map(Vec::len), Some(1));
}

#[actix_web::test]
async fn p6_the_same_key_with_another_body_path_or_query_is_refused() {
    let stage = Stage::new().await;
    let body = json!({"email": "a@example.com"});
    assert_eq!(post(&stage, "/api/v1/leads", "k", &body).await.status, 201);
    let again = post(&stage, "/api/v1/leads", "k", &body).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert!(again.header("location").is_some(), "headers are kept too");
    for (path, body) in [
        ("/api/v1/leads", json!({"email": "b@example.com"})),
        ("/api/v1/leads?onDuplicate=error", body.clone()),
        ("/api/v1/leads/bulk", body.clone()),
    ] {
        let seen = post(&stage, path, "k", &body).await;
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (422, &json!("idempotency_key_reuse")), "{path}");
    }
    assert_eq!(count(&stage, "/api/v1/leads").await, 1);
}

#[actix_web::test]
async fn p6_keys_are_scoped_to_the_credential_and_the_tenant() {
    let stage = Stage::new().await;
    let stranger = stage.another_key().await;
    let colleague = stage.key_with(synaptiq_domain::access::KeyKind::Live, "write").await;
    let body = json!({"phone": "+1-555-0100"});
    let first = post(&stage, "/api/v1/leads", "k", &body).await.json();
    for key in [stranger, colleague] {
        let asking = stage.ask_publicly("POST", "/api/v1/leads").header("idempotency-key", "k").json(&body);
        let seen = asking.header("authorization", &format!("Bearer {key}")).seen().await;
        assert_eq!((seen.status, seen.header("idempotent-replayed")), (201, None));
        assert_ne!(seen.json()["id"], first["id"]);
    }
}

#[actix_web::test]
async fn p6_the_keys_of_visitors_with_a_pages_key_are_scoped_to_session_or_address() {
    let stage = Stage::new().await;
    let page = stage.key_with(synaptiq_domain::access::KeyKind::Publishable, "chat:write").await;
    let say = |body: &Value, address: [u8; 4]| {
        let asking = stage.ask_publicly("POST", "/api/v1/chat").header("idempotency-key", "k").json(body);
        asking.header("authorization", &format!("Bearer {page}")).from(address)
    };
    let body = json!({"message": "hi", "visitorId": "v1"});
    let (here, there) = ([192, 0, 2, 7], [192, 0, 2, 8]);
    let first = say(&body, here).seen().await;
    let again = say(&body, here).seen().await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), (Some("true"), &first.body));
    let other = say(&body, there).seen().await;
    assert_eq!((other.status, other.header("idempotent-replayed")), (200, None), "{}", other.text());
    assert_ne!(other.json()["sessionId"], first.json()["sessionId"], "nobody gets another's session");
    let said = |text: &str, of: &Seen| json!({"message": text, "visitorId": "v1", "sessionId": of.json()["sessionId"]});
    for (text, of) in [("one", &first), ("two", &other)] {
        let seen = say(&said(text, of), here).seen().await;
        assert_eq!((seen.status, seen.header("idempotent-replayed")), (200, None), "{}", seen.text());
        let moved = say(&said(text, of), there).seen().await;
        assert_eq!((moved.header("idempotent-replayed"), &moved.body), (Some("true"), &seen.body), "wherever it is");
    }
}

#[actix_web::test]
async fn the_kept_answer_of_a_bulk_is_found_by_every_lead_that_it_tells_of() {
    let stage = Stage::new().await;
    let body = json!({"leads": [{"phone": "+1-555-0101"}, {"email": "no address"}, {"phone": "+1-555-0102"}]});
    assert_eq!(post(&stage, "/api/v1/leads/bulk", "k", &body).await.status, 200);
    let credential = stage.services.store.list_keys(stage.scope).await.expect("keys")[0].id;
    let whole = ReceiptKey::new(&format!("key:{credential}"), "k");
    let kept = stage.services.store.find_receipt(stage.scope, whole).await.expect("a read").expect("it is kept");
    assert!(matches!(kept.state, ReceiptState::Answered { .. }));
    let leads = stage.ask("GET", "/api/v1/leads").seen().await.json();
    let leads = leads["data"].as_array().expect("a list").clone();
    assert_eq!(leads.len(), 2);
    for lead in leads {
        let id = synaptiq_domain::id::Id::parse(lead["id"].as_str().expect("an id")).expect("an id");
        let told = stage.services.store.traces(stage.scope, &Trace::Lead(id), 10).await.expect("a read");
        assert_eq!(told.receipts.len(), 2, "its row's and the whole: {told:?}");
        assert!(told.receipts.contains(&whole));
    }
}

#[actix_web::test]
async fn p6_refusals_of_the_operation_are_kept_and_those_before_it_are_not() {
    let stage = Stage::new().await;
    let body = json!({"email": "a@example.com"});
    let path = "/api/v1/leads?onDuplicate=error";
    assert_eq!(post(&stage, path, "first", &body).await.status, 201);
    let refused = post(&stage, path, "second", &body).await;
    assert_eq!(refused.status, 409);
    let lead =
        stage.ask("GET", "/api/v1/leads").seen().await.json()["data"][0]["id"].as_str().expect("an id").to_owned();
    stage.ask("DELETE", &format!("/api/v1/leads/{lead}")).seen().await;
    let kept = post(&stage, path, "second", &body).await;
    assert_eq!((kept.status, kept.header("idempotent-replayed")), (409, Some("true")));
    // Neither a body that could not be read nor a missing key uses the caller's key up.
    assert_eq!(post(&stage, path, "third", &json!({"email": 7})).await.status, 400);
    let public = stage.ask_publicly("POST", path).header("idempotency-key", "third").json(&body).seen().await;
    assert_eq!(public.status, 401);
    assert_eq!(post(&stage, path, "third", &body).await.status, 201);
}

#[actix_web::test]
async fn p6_what_the_operation_finds_wrong_or_forbidden_is_kept_too() {
    let stage = Stage::new().await;
    let to_itself = json!({"url": "http://localhost/h", "events": ["lead.created"]});
    let new_key = json!({"name": "CRM", "scopes": ["read"]});
    let sandbox = stage.key_with(synaptiq_domain::access::KeyKind::Test, "admin").await;
    for (path, credential, body, status) in
        [("/api/v1/webhooks", &stage.key, to_itself, 400), ("/api/v1/keys", &sandbox, new_key, 403)]
    {
        let ask = || stage.ask_publicly("POST", path).header("idempotency-key", "k").json(&body);
        let ask = async || ask().header("authorization", &format!("Bearer {credential}")).seen().await;
        let (first, again) = (ask().await, ask().await);
        assert_eq!((first.status, first.header("idempotent-replayed")), (status, None), "{}", first.text());
        assert_eq!((again.status, again.header("idempotent-replayed")), (status, Some("true")), "{}", again.text());
        assert_eq!(again.body, first.body);
    }
}

#[actix_web::test]
async fn p6_a_key_is_free_again_after_24_hours_whether_it_was_swept_or_not() {
    let stage = Stage::new().await;
    let post = async |email: &str| post(&stage, "/api/v1/leads", "k", &json!({"email": email})).await;
    assert_eq!(post("a@example.com").await.status, 201);
    stage.clock.advance(time::Duration::hours(24));
    assert_eq!(post("a@example.com").await.header("idempotent-replayed"), Some("true"));
    assert_eq!(post("b@example.com").await.status, 422, "another request within the time");
    stage.clock.advance(time::Duration::milliseconds(1));
    let later = post("b@example.com").await;
    assert_eq!((later.status, later.header("idempotent-replayed")), (201, None), "{}", later.text());
    let again = post("b@example.com").await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&later.body, Some("true")));
    assert_eq!(post("a@example.com").await.status, 422);
}

#[actix_web::test]
async fn p6_a_key_that_is_not_printable_is_refused_by_name_on_every_write() {
    let stage = Stage::new().await;
    for route in ALL.into_iter().flat_map(Dialect::routes).filter(|route| route.idempotent) {
        let path = route.path.replace("{id}", "x").replace("{deliveryId}", "y");
        let body = json!({"message": "hi", "visitorId": "v"});
        for key in ["", &"k".repeat(256), "caf\u{e9}"] {
            let seen = stage.ask(route.verb.as_str(), &path).json(&body).header("idempotency-key", key).seen().await;
            assert_eq!(seen.status, 400, "{route:?} with {key:?}: {}", seen.text());
            assert!(seen.text().contains("Idempotency-Key"), "{route:?}");
        }
    }
}

#[actix_web::test]
async fn p6_a_replayed_stream_is_start_one_delta_and_the_same_end() {
    let stage = Stage::new().await;
    let body = json!({"message": "hi", "visitorId": "v1", "stream": true});
    let first = post(&stage, "/api/v1/chat", "k", &body).await;
    let again = post(&stage, "/api/v1/chat", "k", &body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let names: Vec<String> = again.events().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["message.start", "message.delta", "message.end"]);
    assert_eq!(again.events().last(), first.events().last());
    let public = json!({"message": "hi"});
    let ask = || stage.ask_publicly("POST", "/api/chat").header("idempotency-key", "k").json(&public).seen();
    assert_eq!(ask().await.body, ask().await.body, "public chat too, by address");
    assert_eq!(count(&stage, "/api/v1/conversations").await, 2);
}

/// Dies when it is asked first, and answers from then on.
#[derive(Default)]
struct DiesOnce(AtomicUsize);

#[async_trait]
impl Model for DiesOnce {
    async fn answer(&self, prompt: &Prompt) -> Result<ModelStream, ModelError> {
        assert!(self.0.fetch_add(1, Ordering::SeqCst) > 0, "on purpose");
        FakeModel::answer(&FakeModel::new([ModelStep::Answer(vec!["Fine.".to_owned()])]), prompt).await
    }

    async fn is_reachable(&self) -> bool {
        true
    }
}

#[actix_web::test]
async fn p6_a_turn_that_died_between_its_commits_is_resumed_and_its_message_is_there_once() {
    let stage = Stage::with(Setting { model: Some(Arc::new(DiesOnce::default())), ..Setting::default() }).await;
    let body = json!({"message": "hi", "visitorId": "v1"});
    assert_eq!(post(&stage, "/api/v1/chat", "k", &body).await.status, 500);
    let begun = stage.ask("GET", "/api/v1/conversations").seen().await.json();
    assert_eq!((&begun["pagination"]["total"], &begun["data"][0]["messageCount"]), (&json!(1), &json!(1)));
    let resumed = post(&stage, "/api/v1/chat", "k", &body).await;
    assert_eq!((resumed.status, &resumed.json()["content"]), (200, &json!("Fine.")), "{}", resumed.text());
    let again = post(&stage, "/api/v1/chat", "k", &body).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&resumed.body, Some("true")));
    let ended = stage.ask("GET", "/api/v1/conversations").seen().await.json();
    assert_eq!((&ended["pagination"]["total"], &ended["data"][0]["messageCount"]), (&json!(1), &json!(2)));
}

/// A receipt of `POST /api/v1/leads` under the key `k`.
async fn receipt_of(on: &Stage, body: &Value, state: ReceiptState) -> Receipt {
    let credential = on.services.store.list_keys(on.scope).await.expect("keys")[0].id;
    let key = ReceiptKey::new(&format!("key:{credential}"), "k");
    let fingerprint = Fingerprint::new("POST", "/api/v1/leads", "", body.to_string().as_bytes());
    let now = synaptiq_domain::ports::Clock::now(&*on.clock);
    Receipt { key, fingerprint, state, lead: None, conversation: None, part_of: None, created_at: now }
}

/// What another process has begun and holds for two more minutes.
fn begun_elsewhere(stage: &Stage) -> ReceiptState {
    let now = synaptiq_domain::ports::Clock::now(&*stage.clock);
    let resume = ClearVault.seal(Purpose::Receipt, b"{}");
    ReceiptState::Begun { resume, owner: 99, lease_until: now.plus(time::Duration::minutes(2)) }
}

async fn keep(stage: &Stage, receipt: Receipt) {
    let changes = Changes { receipt: Some(receipt), ..Changes::default() };
    stage.services.store.commit(stage.scope, changes).await.expect("a commit");
}

#[actix_web::test]
async fn p6_a_write_that_another_process_has_begun_is_waited_for() {
    let stage = Stage::new().await;
    let body = json!({"phone": "+1-555-0100"});
    keep(&stage, receipt_of(&stage, &body, begun_elsewhere(&stage)).await).await;
    let head = br#"{"status":201,"headers":[]}"#;
    let plain = [&head[..], b"\n", br#"{"id":"theirs"}"#].concat();
    let sealed = ClearVault.seal(Purpose::Receipt, &plain);
    let answered = receipt_of(&stage, &body, ReceiptState::Answered { sealed }).await;
    let others = async {
        tokio::time::sleep(Duration::from_millis(120)).await;
        keep(&stage, answered).await;
    };
    let (seen, ()) = futures_util::future::join(post(&stage, "/api/v1/leads", "k", &body), others).await;
    assert_eq!((seen.status, seen.json()), (201, json!({"id": "theirs"})));
    assert_eq!(count(&stage, "/api/v1/leads").await, 0);
}

#[actix_web::test]
async fn p6_a_process_that_is_alone_waits_for_no_process_before_it() {
    let stage = Stage::with(Setting { alone: true, ..Setting::default() }).await;
    let body = json!({"phone": "+1-555-0100"});
    keep(&stage, receipt_of(&stage, &body, begun_elsewhere(&stage)).await).await;
    let seen = post(&stage, "/api/v1/leads", "k", &body).await;
    assert_eq!((seen.status, seen.header("idempotent-replayed")), (201, None), "{}", seen.text());
    assert_eq!(count(&stage, "/api/v1/leads").await, 1);
}

#[actix_web::test]
async fn p6_a_bulk_that_was_cut_short_goes_on_without_creating_rows_again() {
    use synaptiq_domain::ports::StoreError;
    use synaptiq_testkit::fakes::Unsteady;
    let unsteady = Arc::new(Unsteady::new(Arc::new(synaptiq_storage::MemoryStore::new())));
    let stage = Stage::with(Setting { store: Arc::clone(&unsteady) as _, ..Setting::default() }).await;
    let body = json!({"leads": [{"phone": "+1-555-0100"}, {"phone": "+1-555-0101"}, {"phone": "+1-555-0102"}]});
    unsteady.fail_next([StoreError::Full]);
    let first = post(&stage, "/api/v1/leads/bulk", "k", &body).await.json();
    assert_eq!((&first["created"], &first["failed"]), (&json!(2), &json!(1)), "{first}");
    let other = json!({"leads": [{"phone": "+1-555-0100"}, {"phone": "+1-555-0109"}]});
    let refused = post(&stage, "/api/v1/leads/bulk", "k", &other).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (422, &json!("idempotency_key_reuse")));
    assert_eq!(count(&stage, "/api/v1/leads").await, 2, "another request under its key creates nothing");
    let second = post(&stage, "/api/v1/leads/bulk", "k", &body).await;
    assert_eq!((&second.json()["created"], second.header("idempotent-replayed")), (&json!(3), None));
    let third = post(&stage, "/api/v1/leads/bulk", "k", &body).await;
    assert_eq!((&third.body, third.header("idempotent-replayed")), (&second.body, Some("true")));
    assert_eq!(count(&stage, "/api/v1/leads").await, 3);
}
