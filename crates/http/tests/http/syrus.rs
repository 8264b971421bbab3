//! syrus over HTTP: its shapes, its words for what is wrong, its two places, and that it tells of
//! the same leads as the other dialects.

use serde_json::{Value, json};
use synaptiq_domain::{
    access::{Assistant, KeyKind},
    id::Id,
    use_cases::create_assistant,
};

use crate::stage::{Asking, Seen, Stage};

/// Both places, each with how a request gets there.
const PLACES: [&str; 2] = ["/syrus/api/v1", "/api/v1"];

struct Syrus {
    stage: Stage,
    key: String,
}

impl Syrus {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let key = stage.key_with(KeyKind::Syrus, "leads:read,conversations:read,webhooks:manage").await;
        Self { stage, key }
    }

    fn ask(&self, method: &str, path: &str) -> Asking<'_> {
        self.with(&self.key, method, path)
    }

    fn with(&self, key: &str, method: &str, path: &str) -> Asking<'_> {
        self.stage.ask_publicly(method, path).header("authorization", &format!("Bearer {key}"))
    }

    async fn get(&self, path: &str) -> Value {
        let seen = self.ask("GET", path).seen().await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text());
        seen.json()
    }

    async fn assistant(&self, name: &str) -> Id<Assistant> {
        create_assistant(&self.stage.services, self.stage.scope, name, None).await.expect("an assistant").id
    }

    /// A turn of a visitor with an assistant, through v1; the answer.
    async fn say(&self, visitor: &str, assistant: Option<Id<Assistant>>, session: &Value, text: &str) -> Value {
        let mut turn = json!({
            "message": text, "visitorId": visitor,
            "metadata": {"page": "https://client.tld/contatti", "utm_source": "ads", "utm_campaign": "spring"},
        });
        if let Some(assistant) = assistant {
            turn["agentId"] = json!(assistant.prefixed());
        }
        if !session.is_null() {
            turn["sessionId"] = session.clone();
        }
        let seen = self.stage.ask("POST", "/api/v1/chat").json(&turn).seen().await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        seen.json()
    }
}

/// The refusal in syrus' exact shape, whatever its sentence says.
fn assert_refused(seen: &Seen, status: u16, code: &str, why: &str) {
    assert_eq!(seen.status, status, "{why}: {}", seen.text());
    let body = seen.json();
    let message = body["error"]["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty(), "{why}: {body}");
    let id = seen.header("x-request-id").expect("every answer has an id");
    let expected = json!({"error": {"code": code, "message": message}, "request_id": id});
    assert_eq!(body, expected, "{why}");
}

#[actix_web::test]
async fn a_lead_that_chatted_is_told_as_the_source_shows() {
    let syrus = Syrus::new().await;
    let first = syrus.say("v1", None, &Value::Null, "hello name:Mario").await;
    let text = "email:mario@acme.it phone:+390612345678 need=100 budget=100 timeline=100 authority=100";
    let second = syrus.say("v1", None, &first["sessionId"], text).await;
    let list = syrus.get("/api/v1/leads").await;
    assert_eq!(list["pagination"], json!({"page": 1, "per_page": 50, "total": 1, "total_pages": 1, "has_more": false}));
    let row = &list["data"][0];
    for (field, expected) in [
        ("email", json!("mario@acme.it")),
        ("phone", json!("+390612345678")),
        ("message", json!("hello name:Mario")),
        ("qualified", json!(true)),
        ("source_url", json!("https://client.tld/contatti")),
        ("utm_source", json!("ads")),
        ("utm_campaign", json!("spring")),
    ] {
        assert_eq!(row[field], expected, "{field}: {row}");
    }
    let detail = syrus.get(&format!("/api/v1/leads/{}", row["id"].as_str().expect("an id"))).await;
    let conversation = &detail["conversation"];
    assert_eq!(detail["qualification_score"], second["leadScore"]);
    assert_eq!(conversation["message_count"], 4);
    let said: Vec<(&str, &str)> = conversation["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|message| Some((message["role"].as_str()?, message["content"].as_str()?)))
        .collect();
    assert_eq!((said.len(), said[0], said[2]), (4, ("user", "hello name:Mario"), ("user", text)));
    for id in [&row["id"], &conversation["id"], &conversation["chatbot"]["id"], &conversation["messages"][0]["id"]] {
        let id = id.as_str().expect("an id");
        assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id} is a UUID");
    }
    for time in [&row["created_at"], &row["qualified_at"], &conversation["started_at"]] {
        let time = time.as_str().expect("a time");
        assert_eq!((time.len(), &time[19..]), (20, "Z"), "{time} has whole seconds");
    }
}

#[actix_web::test]
async fn one_lead_reads_equal_in_v1_and_syrus_by_every_form_of_its_id_and_in_both_places() {
    let syrus = Syrus::new().await;
    let lead = json!({
        "email": "ada@example.com", "name": "Ada", "phone": "+44 20 7946 0018", "company": "Engines", "title": "CEO",
        "sourceUrl": "/pricing", "utm": {"source": "ads", "campaign": "spring", "term": "x"},
    });
    let created = syrus.stage.ask("POST", "/api/v1/leads").json(&lead).seen().await.json();
    let id: Id<synaptiq_domain::lead::Lead> = Id::parse(created["id"].as_str().expect("an id")).expect("an id");
    // Contacted by hand counts as qualified, here and in every dialect.
    let path = format!("/api/v1/leads/{}", id.uuid());
    let change = json!({"status": "contacted", "score": 77});
    assert_eq!(syrus.stage.ask("PATCH", &path).json(&change).seen().await.status, 200);
    let native = syrus.stage.ask("GET", &path).seen().await.json();
    let seconds = |time: &Value| time.as_str().map(|text| format!("{}Z", &text[..19]));
    for form in [id.uuid(), id.uuid().to_uppercase(), id.prefixed(), id.ulid(), id.ulid().to_lowercase()] {
        for place in PLACES {
            let told = syrus.get(&format!("{place}/leads/{form}")).await;
            assert_eq!(
                told,
                json!({
                    "id": id.uuid(),
                    "name": native["name"], "email": native["email"], "phone": native["phone"],
                    "company": native["company"], "title": native["title"],
                    "message": null, "qualified": true,
                    "qualification_score": native["score"],
                    "qualified_at": seconds(&native["qualifiedAt"]),
                    "source_url": native["sourceUrl"],
                    "utm_source": native["utm"]["source"], "utm_campaign": native["utm"]["campaign"],
                    "created_at": seconds(&native["createdAt"]), "updated_at": seconds(&native["updatedAt"]),
                    "conversation": null,
                }),
                "{form}"
            );
        }
    }
}

#[actix_web::test]
async fn leads_and_conversations_are_listed_by_chatbot_and_time_and_page() {
    let syrus = Syrus::new().await;
    let other = syrus.assistant("Altro Bot").await;
    for (visitor, assistant) in [("a", None), ("b", Some(other)), ("c", Some(other))] {
        syrus.say(visitor, assistant, &Value::Null, &format!("email:{visitor}@example.com")).await;
    }
    // A visitor who told no address is a conversation and no lead; a lead by hand never chatted.
    syrus.say("d", Some(other), &Value::Null, "hi").await;
    syrus.stage.ask("POST", "/api/v1/leads").json(&json!({"email": "hand@example.com"})).seen().await;

    let conversations = syrus.get("/api/v1/conversations").await;
    let slug_of_default = conversations["data"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["visitor_id"] == "a")
        .map(|row| row["chatbot"]["slug"].as_str().expect("a slug").to_owned())
        .expect("the first visitor");
    let emails = |list: &Value| {
        let mut found: Vec<String> = list["data"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["email"].as_str().expect("an address").to_owned())
            .collect();
        found.sort();
        found
    };
    let of = |slug: &str| format!("/api/v1/leads?chatbot_slug={slug}");
    assert_eq!(emails(&syrus.get(&of("altro-bot")).await), ["b@example.com", "c@example.com"]);
    assert_eq!(emails(&syrus.get(&of(&slug_of_default)).await), ["a@example.com", "hand@example.com"]);
    for unknown in ["nobody", "", "%25", "ALTRO-BOT"] {
        let list = syrus.get(&of(unknown)).await;
        assert_eq!((&list["data"], &list["pagination"]["total"]), (&json!([]), &json!(0)), "{unknown}");
        let list = syrus.get(&format!("/api/v1/conversations?chatbot_slug={unknown}")).await;
        assert_eq!((&list["data"], &list["pagination"]["total"]), (&json!([]), &json!(0)), "{unknown}");
    }
    let of_other = syrus.get("/api/v1/conversations?chatbot_slug=altro-bot").await;
    assert_eq!(of_other["pagination"]["total"], 3, "{of_other}");

    let everything = syrus.get("/api/v1/leads?per_page=1000").await;
    assert_eq!(everything["pagination"]["per_page"], 100);
    let page = syrus.get("/api/v1/leads?per_page=3&page=2").await;
    assert_eq!(page["pagination"], json!({"page": 2, "per_page": 3, "total": 4, "total_pages": 2, "has_more": false}));
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    let (first, later) = (everything["data"][3]["created_at"].as_str().expect("a time"), "2999-01-01");
    for (path, expected) in [
        (format!("/api/v1/leads?since={first}"), 4),
        (format!("/api/v1/leads?since={later}"), 0),
        (format!("/api/v1/leads?updated_since={first}"), 4),
        (format!("/api/v1/leads?updated_since={later}"), 0),
        (format!("/api/v1/conversations?since={first}"), 4),
        (format!("/api/v1/conversations?since={later}"), 0),
        (format!("/api/v1/conversations?updated_since={later}"), 0),
        ("/api/v1/conversations?status=active".to_owned(), 4),
        ("/api/v1/conversations?status=closed".to_owned(), 0),
        ("/api/v1/conversations?lead_id=nonsense".to_owned(), 0),
    ] {
        assert_eq!(syrus.get(&path).await["pagination"]["total"], expected, "{path}");
    }
    let lead = of_other["data"].as_array().expect("rows").iter().find_map(|row| row["lead_id"].as_str());
    let path = format!("/api/v1/conversations?lead_id={}", lead.expect("a lead"));
    assert_eq!(syrus.get(&path).await["pagination"]["total"], 1);
}

#[actix_web::test]
async fn a_conversation_is_read_with_as_many_messages_as_asked_for() {
    let syrus = Syrus::new().await;
    let first = syrus.say("v1", None, &Value::Null, "one").await;
    syrus.say("v1", None, &first["sessionId"], "two").await;
    let conversation: Id<synaptiq_domain::conversation::Conversation> =
        Id::parse(first["conversationId"].as_str().expect("an id")).expect("an id");
    let path = format!("/api/v1/conversations/{}", conversation.uuid());
    let contents = |detail: &Value| {
        let messages = detail["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        messages.iter().map(|message| message["position"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(contents(&syrus.get(&path).await), [1, 2, 3, 4]);
    assert_eq!(contents(&syrus.get(&format!("{path}?message_limit=2&message_order=desc")).await), [4, 3]);
    assert_eq!(contents(&syrus.get(&format!("{path}?message_offset=3")).await), [4]);
    let without = syrus.get(&format!("{path}?include_messages=false")).await;
    assert_eq!((without.get("messages"), &without["message_count"]), (None, &json!(4)));
    let shown = syrus.get(&format!("/syrus/api/v1/conversations/{}", conversation.prefixed())).await;
    assert_eq!(shown, syrus.get(&path).await);
}

#[actix_web::test]
async fn a_webhook_is_made_listed_and_deleted_in_both_places_and_its_secret_is_shown_once() {
    let syrus = Syrus::new().await;
    let chatbot = syrus.assistant("Altro Bot").await;
    for place in PLACES {
        let body =
            json!({"chatbot_id": chatbot.uuid(), "url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified"]});
        let created = syrus.ask("POST", &format!("{place}/webhooks")).json(&body).seen().await;
        assert_eq!(created.status, 201, "{}", created.text());
        let webhook = created.json();
        let id = webhook["id"].as_str().expect("an id");
        assert_eq!(created.header("location"), Some(&*format!("{place}/webhooks/{id}")));
        assert!(webhook["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{webhook}");
        assert_eq!(webhook["chatbot_id"], chatbot.uuid());
        assert_eq!(webhook["events"], json!(["lead_qualified"]));

        let list = syrus.get(&format!("{place}/webhooks?chatbot_id={}", chatbot.prefixed())).await;
        assert_eq!((&list["pagination"]["total"], &list["data"][0]["id"]), (&json!(1), &webhook["id"]));
        assert_eq!(list["data"][0].get("secret"), None);
        for foreign in ["nonsense", "00000000-0000-0000-0000-000000000001"] {
            let list = syrus.get(&format!("{place}/webhooks?chatbot_id={foreign}")).await;
            assert_eq!(list["data"], json!([]), "{foreign}");
        }
        let deleted = syrus.ask("DELETE", &format!("{place}/webhooks/{id}")).seen().await;
        assert_eq!((deleted.status, deleted.json()), (200, json!({"id": id, "deleted": true})));
        let again = syrus.ask("DELETE", &format!("{place}/webhooks/{id}")).seen().await;
        assert_refused(&again, 404, "not_found", "it is gone");
    }
    // The caller's own secret signs and is not repeated; without a chatbot it is told of all.
    let body = json!({"url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified"], "secret": "s3cret-s3cret"});
    let own = syrus.ask("POST", "/api/v1/webhooks").json(&body).seen().await.json();
    assert_eq!((own.get("secret"), &own["chatbot_id"]), (None, &Value::Null));
}

#[actix_web::test]
async fn the_webhooks_of_another_profile_are_not_shown_here_and_v1_shows_them_all() {
    let syrus = Syrus::new().await;
    let native = json!({"url": "https://crm.example/hook", "events": ["lead.created"]});
    let native = syrus.stage.ask("POST", "/api/v1/webhooks").json(&native).seen().await.json();
    let body = json!({"url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified"]});
    let own = syrus.ask("POST", "/api/v1/webhooks").json(&body).seen().await.json();
    let list = syrus.get("/api/v1/webhooks").await;
    assert_eq!((&list["pagination"]["total"], &list["data"][0]["id"]), (&json!(1), &own["id"]));
    let path = format!("/api/v1/webhooks/{}", native["id"].as_str().expect("an id"));
    assert_refused(&syrus.ask("DELETE", &path).seen().await, 404, "not_found", "another profile's");
    let all = syrus.stage.ask("GET", "/api/v1/webhooks").seen().await.json();
    let profiles: Vec<&Value> = all["data"].as_array().expect("rows").iter().map(|row| &row["profile"]).collect();
    assert_eq!(profiles, ["syrus", "synaptiq"]);
    // What its profile cannot tell, no dialect can make it subscribe to.
    let path = format!("/api/v1/webhooks/{}", own["id"].as_str().expect("an id"));
    let change = json!({"events": ["lead.qualified", "lead.created"]});
    let refused = syrus.stage.ask("PATCH", &path).json(&change).seen().await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("events")), "{}", refused.text());
    let kept = syrus.stage.ask("PATCH", &path).json(&json!({"events": ["lead.qualified"]})).seen().await;
    assert_eq!(kept.status, 200, "{}", kept.text());
}

#[actix_web::test]
async fn each_documented_refusal_has_its_word_before_and_after_authentication() {
    let syrus = Syrus::new().await;
    let mut mistyped = syrus.key.clone();
    let last = mistyped.pop();
    mistyped.push(if last == Some('a') { 'b' } else { 'a' });
    let revoked = {
        let created = json!({"name": "old", "kind": "syrus", "scopes": ["leads:read"]});
        let created = syrus.stage.ask("POST", "/api/v1/keys").json(&created).seen().await;
        assert_eq!(created.status, 201, "{}", created.text());
        let created = created.json();
        let path = format!("/api/v1/keys/{}", created["id"].as_str().expect("an id"));
        assert_eq!(syrus.stage.ask("DELETE", &path).seen().await.status, 200);
        created["key"].as_str().expect("a key").to_owned()
    };
    let narrow = syrus.stage.key_with(KeyKind::Syrus, "conversations:read").await;
    let own = |path: &str| syrus.stage.ask_publicly("GET", &format!("/syrus/api/v1{path}"));

    assert_refused(&own("/leads").seen().await, 401, "missing_bearer_token", "nothing");
    for authorization in ["Bearer", "Bearer ", "Basic Zm9vOmJhcg==", "syk_x"] {
        let seen = own("/leads").header("authorization", authorization).seen().await;
        assert_refused(&seen, 401, "missing_bearer_token", authorization);
    }
    for place in PLACES {
        let ask = |key: &str, method: &str, path: &str| syrus.with(key, method, &format!("{place}{path}"));
        for wrong in ["syk_", "syk_nonsense", &mistyped] {
            let seen = ask(wrong, "GET", "/leads").seen().await;
            assert_refused(&seen, 401, "invalid_api_key", wrong);
            assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
        }
        assert_refused(&ask(&revoked, "GET", "/leads").seen().await, 401, "api_key_revoked", "revoked");
        let no_scope = ask(&narrow, "GET", "/leads").seen().await;
        assert_refused(&no_scope, 403, "insufficient_scope", "another scope");
        assert_refused(&ask(&narrow, "POST", "/webhooks").json(&json!({})).seen().await, 403, "insufficient_scope", "");
        for key in [&syrus.key, &mistyped, &revoked] {
            for path in ["", "/", "/nothing", "/leads/1/2", "/chat", "/keys", "/webhooks/1/test", "/leads/search/x"] {
                assert_refused(&ask(key, "GET", path).seen().await, 404, "not_found", path);
            }
            for (method, path, allow) in [
                ("POST", "/leads", "GET, HEAD"),
                ("DELETE", "/leads/7", "GET, HEAD"),
                ("PATCH", "/webhooks", "GET, HEAD, POST"),
                ("GET", "/webhooks/7", "DELETE"),
                ("OPTIONS", "/conversations/7", "GET, HEAD"),
                ("PUT", "/docs", "GET, HEAD"),
            ] {
                let seen = ask(key, method, path).seen().await;
                assert_refused(&seen, 405, "method_not_allowed", path);
                assert_eq!(seen.header("allow"), Some(allow), "{method} {path}");
            }
        }
        let ask = |method: &str, path: &str| ask(&syrus.key, method, path);
        for id in ["7", "00000000-0000-0000-0000-000000000007", "lead_00000000000000000000000007", "%00", "%ff", "é"] {
            assert_refused(
                &ask("GET", &format!("/leads/{}", id.replace('é', "%C3%A9"))).seen().await,
                404,
                "not_found",
                id,
            );
        }
        for (query, param) in [
            ("/leads?since=yesterday", "since"),
            ("/leads?updated_since=2026-02-30", "updated_since"),
            ("/leads?page=0", "page"),
            ("/leads?per_page=none", "per_page"),
            ("/conversations?status=open", "status"),
            ("/conversations/7?message_limit=0", "message_limit"),
        ] {
            let seen = ask("GET", query).seen().await;
            assert_refused(&seen, 400, "bad_request", query);
            let message = seen.json()["error"]["message"].as_str().expect("a sentence").to_owned();
            assert!(message.starts_with(&format!("{param} ")), "{query}: {message}");
        }
        for (body, begins) in [
            ("{", "body "),
            ("[]", "body "),
            (r#"{"url":"https://a.io","url":"https://b.io"}"#, "url "),
            ("{}", "url "),
            (r#"{"url":"https://a.io"}"#, "events "),
            (r#"{"url":"https://a.io","events":["lead.created"]}"#, "events[0] "),
            (r#"{"url":"ftp://a.io","events":["lead_qualified"]}"#, "url "),
            (r#"{"url":"http://localhost/x","events":["lead_qualified"]}"#, "url "),
            (r#"{"url":"https://a.io","events":["lead_qualified"],"secret":"short"}"#, "secret "),
        ] {
            let seen = ask("POST", "/webhooks").raw(body).seen().await;
            assert_refused(&seen, 400, "bad_request", body);
            let message = seen.json()["error"]["message"].as_str().expect("a sentence").to_owned();
            assert!(message.starts_with(begins), "{body}: {message}");
        }
        let unknown = json!({"chatbot_id": "nonsense", "url": "https://a.io", "events": ["lead_qualified"]});
        let seen = ask("POST", "/webhooks").json(&unknown).seen().await;
        assert_refused(&seen, 404, "not_found", "no such chatbot");
        let seen = ask("POST", "/webhooks").raw("{}").header("content-type", "text/plain").seen().await;
        assert_refused(&seen, 415, "unsupported_media_type", "text");
        let large = format!("{{\"url\":\"{}\"}}", "x".repeat(1024 * 1024));
        assert_refused(&ask("POST", "/webhooks").raw(large).seen().await, 413, "payload_too_large", "large");
        let seen = ask("GET", "/leads").header("x-large", &"x".repeat(20_000)).seen().await;
        assert_refused(&seen, 431, "bad_request", "large headers");
        let seen = ask("GET", &format!("/leads?since={}", "x".repeat(10_000))).seen().await;
        assert_refused(&seen, 414, "bad_request", "a long address");
    }
}

fn varies_by_authorization(seen: &Seen) -> bool {
    seen.headers.get_all("vary").any(|value| value.to_str().is_ok_and(|text| text.contains("Authorization")))
}

#[actix_web::test]
async fn only_the_bearer_chooses_on_the_shared_prefix_and_answers_there_vary_by_it() {
    let syrus = Syrus::new().await;
    let native = syrus.stage.ask("GET", "/api/v1/leads").seen().await;
    assert!(native.json()["pagination"].get("per_page").is_none(), "v1 for a key of v1");
    let shared = syrus.ask("GET", "/api/v1/leads").seen().await;
    assert_eq!(shared.json()["pagination"]["per_page"], 50);
    for seen in [&native, &shared] {
        assert!(varies_by_authorization(seen));
    }
    for kind in [KeyKind::Live, KeyKind::Test, KeyKind::Syrus] {
        let key = syrus.stage.key_with(kind, "read").await;
        let seen = syrus.with(&key, "GET", "/syrus/api/v1/leads").seen().await;
        assert_eq!((seen.status, &seen.json()["pagination"]["per_page"]), (200, &json!(50)), "{kind:?}");
        assert!(!varies_by_authorization(&seen), "the bearer has no say there");
        let seen = syrus.with(&key, "GET", "/syrus/api/v1/webhooks").seen().await;
        assert_refused(&seen, 403, "insufficient_scope", kind.as_str());
    }
    let publishable = syrus.stage.key_with(KeyKind::Publishable, "admin").await;
    let seen = syrus.with(&publishable, "GET", "/syrus/api/v1/leads").seen().await;
    assert_refused(&seen, 403, "insufficient_scope", "a publishable key chats and nothing else");
    // Never by a parameter.
    let seen = syrus.stage.ask_publicly("GET", "/api/v1/leads?authorization=Bearer+syk_x&key=syk_x").seen().await;
    assert_eq!((seen.status, &seen.json()["error"]["code"]), (401, &json!("unauthorized")));
}

#[actix_web::test]
async fn the_documents_tell_the_paths_of_the_place_where_they_are_asked_for() {
    let syrus = Syrus::new().await;
    let own = syrus.stage.ask_publicly("GET", "/syrus/api/v1/openapi.json").seen().await.json();
    let shared = syrus.get("/api/v1/openapi.json").await;
    let native = syrus.stage.ask_publicly("GET", "/api/v1/openapi.json").seen().await.json();
    assert!(own["paths"]["/syrus/api/v1/leads/{id}"].is_object() && own["paths"]["/api/v1/leads/{id}"].is_null());
    assert!(shared["paths"]["/api/v1/leads/{id}"].is_object() && shared["paths"]["/syrus/api/v1/leads/{id}"].is_null());
    assert_eq!((&own["info"], &own["components"]), (&shared["info"], &shared["components"]));
    assert_ne!(native["info"]["title"], own["info"]["title"]);
    let own = syrus.stage.ask_publicly("GET", "/syrus/api/v1/docs").seen().await;
    let shared = syrus.ask("GET", "/api/v1/docs").seen().await;
    let native = syrus.stage.ask_publicly("GET", "/api/v1/docs").seen().await;
    for (seen, path, other) in [
        (&own, "GET /syrus/api/v1/leads<", "GET /api/v1/leads<"),
        (&shared, "GET /api/v1/leads<", "/syrus/"),
        (&native, "PATCH /api/v1/leads/{id}<", "/syrus/"),
    ] {
        assert_eq!((seen.status, seen.header("content-type")), (200, Some("text/html; charset=utf-8")));
        assert!(seen.text().contains(path) && !seen.text().contains(other), "{path}: {}", seen.text());
    }
}

#[actix_web::test]
async fn t3_another_tenants_ids_answer_like_unknown_ones() {
    let syrus = Syrus::new().await;
    let stranger = syrus.stage.another_key().await;
    let lead =
        syrus.with(&stranger, "POST", "/api/v1/leads").json(&json!({"email": "x@example.com"})).seen().await.json();
    let turn = json!({"message": "hi", "visitorId": "v"});
    let turn = syrus.with(&stranger, "POST", "/api/v1/chat").json(&turn).seen().await.json();
    let hook = json!({"url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified"]});
    let hook = syrus.with(&stranger, "POST", "/syrus/api/v1/webhooks").json(&hook).seen().await.json();
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    for (method, collection, id) in [
        ("GET", "leads", text(&lead["id"])),
        ("GET", "conversations", text(&turn["conversationId"])),
        ("DELETE", "webhooks", text(&hook["id"])),
    ] {
        for place in PLACES {
            let ask =
                |id: &str| syrus.ask(method, &format!("{place}/{collection}/{id}")).header("x-request-id", "same");
            let (foreign, unknown) = (ask(&id).seen().await, ask("00000000-0000-0000-0000-000000000099").seen().await);
            assert_eq!(foreign.status, 404, "{collection}");
            assert_eq!(foreign.body, unknown.body, "{collection}");
        }
    }
    let list = syrus.get(&format!("/api/v1/conversations?lead_id={}", text(&lead["id"]))).await;
    assert_eq!(list["pagination"]["total"], 0);
    // T4: in bodies and queries as in paths.
    let theirs = syrus.with(&stranger, "GET", "/syrus/api/v1/conversations").seen().await.json();
    let chatbot = &theirs["data"][0]["chatbot"];
    let create = |chatbot: Value| {
        let body = json!({"chatbot_id": chatbot, "url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified"]});
        syrus.ask("POST", "/api/v1/webhooks").json(&body).header("x-request-id", "same").seen()
    };
    let (foreign, unknown) = (create(chatbot["id"].clone()).await, create(json!("no-id")).await);
    assert_eq!((foreign.status, &foreign.body), (404, &unknown.body));
}

#[actix_web::test]
async fn p6_a_retried_creation_gets_the_same_answer_with_its_secret() {
    let syrus = Syrus::new().await;
    let body = json!({"url": "https://crm.tuo.tld/webhook", "events": ["lead_qualified"]});
    let ask = || syrus.ask("POST", "/api/v1/webhooks").header("idempotency-key", "once").json(&body);
    let (first, again) = (ask().seen().await, ask().seen().await);
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = json!({"url": "https://other.tuo.tld/webhook", "events": ["lead_qualified"]});
    let seen = syrus.ask("POST", "/api/v1/webhooks").header("idempotency-key", "once").json(&other).seen().await;
    assert_refused(&seen, 422, "idempotency_key_reuse", "another body");
    assert_eq!(syrus.get("/api/v1/webhooks").await["pagination"]["total"], 1);
}
