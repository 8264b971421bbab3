//! Leads in app over HTTP: what the source documents, under `/api` and `/api/admin` alike.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Value, json};
use synaptiq_domain::{lead::LeadStatus, ports::StoreError, use_cases::set_plan};
use synaptiq_storage::MemoryStore;
use synaptiq_testkit::fakes::Unsteady;

use crate::stage::{Seen, Setting, Stage};

const PLACES: [&str; 2] = ["/api/leads", "/api/admin/leads"];

/// The error envelope of app: these fields, and `param` where one is at fault.
fn assert_refused(seen: &Seen, status: u16, code: &str, param: Option<&str>) {
    let body = seen.json();
    assert_eq!((seen.status, &body["code"]), (status, &json!(code)), "{body}");
    let mut fields: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    fields.retain(|field| *field != "existingId");
    let expected: &[&str] =
        if param.is_some() { &["error", "code", "param", "requestId"] } else { &["error", "code", "requestId"] };
    assert_eq!(fields, expected, "{body}");
    assert!(body["error"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{body}");
    assert_eq!(body.get("param").and_then(Value::as_str), param, "{body}");
    assert_eq!(body["requestId"].as_str(), seen.header("x-request-id"));
}

async fn new_lead(stage: &Stage, body: &Value) -> Value {
    let seen = stage.ask("POST", "/api/admin/leads").json(body).seen().await;
    assert_eq!(seen.status, 201, "{}", seen.text());
    seen.json()["lead"].clone()
}

#[actix_web::test]
async fn a_new_lead_is_201_with_its_place_and_a_known_address_merges_with_200() {
    for place in PLACES {
        let stage = Stage::new().await;
        let body =
            json!({"name": "Jane Smith", "email": "jane@example.com", "company": "Acme Corp", "metadata": {"crm": 7}});
        let created = stage.ask("POST", place).json(&body).seen().await;
        assert_eq!(created.status, 201, "{}", created.text());
        let lead = created.json()["lead"].clone();
        let id = lead["id"].as_str().expect("an id");
        assert_eq!(created.header("location"), Some(&*format!("{place}/{id}")));
        for (field, expected) in body.as_object().expect("an object") {
            assert_eq!(&lead[field], expected, "{field}");
        }
        assert_eq!(
            (&lead["status"], &lead["qualificationScore"], &lead["source"]),
            (&json!("new"), &json!(0), &json!("api"))
        );
        let again = json!({"name": "Jane Doe", "email": "JANE@example.com", "metadata": {"plan": "pro"}});
        let merged = stage.ask("POST", place).json(&again).seen().await;
        assert_eq!((merged.status, &merged.json()["lead"]["id"]), (200, &json!(id)));
        let lead = merged.json()["lead"].clone();
        assert_eq!((&lead["name"], &lead["company"]), (&json!("Jane Doe"), &json!("Acme Corp")));
        assert_eq!(lead["metadata"], json!({"crm": 7, "plan": "pro"}));
    }
}

#[actix_web::test]
async fn a_lead_of_one_place_is_read_changed_and_deleted_in_the_other() {
    for (here, there) in [(PLACES[0], PLACES[1]), (PLACES[1], PLACES[0])] {
        let stage = Stage::new().await;
        let body = json!({"name": "Jane", "email": "jane@example.com"});
        let created = stage.ask("POST", here).json(&body).seen().await.json()["lead"].clone();
        let path = format!("{there}/{}", created["id"].as_str().expect("an id"));
        assert_eq!(stage.ask("GET", &path).seen().await.json(), json!({"lead": created}));
        assert_eq!(stage.ask("GET", there).seen().await.json(), json!({"leads": [created]}));
        let changed = stage.ask("PATCH", &path).json(&json!({"title": "CTO", "company": null})).seen().await;
        assert_eq!((changed.status, &changed.json()["lead"]["title"]), (200, &json!("CTO")), "{}", changed.text());
        let deleted = stage.ask("DELETE", &path).seen().await;
        assert_eq!((deleted.status, deleted.json()), (200, json!({"success": true})));
        for method in ["GET", "DELETE"] {
            assert_refused(&stage.ask(method, &path).seen().await, 404, "not_found", None);
        }
        let gone = stage.ask("PATCH", &path).json(&json!({"name": "x"})).seen().await;
        assert_refused(&gone, 404, "not_found", None);
    }
}

#[actix_web::test]
async fn the_list_is_newest_first_hides_the_archived_and_knows_its_filters() {
    let stage = Stage::new().await;
    for (name, company, status) in [
        ("Ada", "Acme Corp", "contacted"),
        ("Bo", "ACME Ltd", "qualified"),
        ("Cy", "Other", "lost"),
        ("Di", "acme", "new"),
    ] {
        let body = json!({"name": name, "email": format!("{name}@example.com"), "company": company});
        let lead = new_lead(&stage, &body).await;
        let path = format!("/api/v1/leads/{}", lead["id"].as_str().expect("an id"));
        let patch = json!({"status": status, "archived": name == "Di"});
        assert_eq!(stage.ask("PATCH", &path).json(&patch).seen().await.status, 200);
        stage.clock.advance(time::Duration::seconds(1));
    }
    let names = async |query: &str| {
        let seen = stage.ask("GET", &format!("/api/leads{query}")).seen().await;
        assert_eq!(seen.status, 200, "{query}: {}", seen.text());
        let leads = seen.json()["leads"].as_array().expect("a list").clone();
        assert_eq!(seen.header("x-total-count"), Some(&*leads.len().to_string()), "{query}");
        assert_eq!(seen.header("link"), None, "{query}");
        leads.iter().map(|lead| lead["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("").await, "Cy Bo Ada");
    assert_eq!(names("?q=").await, "Cy Bo Ada", "an empty search filters nothing");
    assert_eq!(names("?q=acme").await, "Bo Ada");
    assert_eq!(names("?q=acme+ADA").await, "Ada", "every word must be somewhere");
    assert_eq!(names("?q=%25").await, "", "every character is literal");
    assert_eq!(names("?archived=true&q=acme").await, "Di Bo Ada");
    assert_eq!(names("?status=qualified").await, "Bo Ada", "contacted is shown as qualified");
    assert_eq!(names("?status=disqualified,new&archived=true").await, "Di Cy");
}

#[actix_web::test]
async fn more_than_a_thousand_leads_come_in_parts_each_exactly_once_and_never_cut_silently() {
    let stage = Stage::new().await;
    for part in 0..2 {
        let rows: Vec<Value> =
            (0..600).map(|at| json!({"email": format!("l{part}-{at}@example.com"), "company": "R&D <é>"})).collect();
        let seen = stage.ask("POST", "/api/v1/leads/bulk").json(&json!({"leads": rows})).seen().await;
        assert_eq!(seen.json()["created"], 600);
        stage.clock.advance(time::Duration::seconds(1));
    }
    for (first, sizes) in
        [("/api/leads", vec![1_000, 200]), ("/api/admin/leads?limit=500&q=r%26d+%3C&x=%22%3E", vec![500, 500, 200])]
    {
        let (mut path, mut ids, mut times, mut found) = (first.to_owned(), HashSet::new(), Vec::new(), Vec::new());
        loop {
            let seen = stage.ask("GET", &path).seen().await;
            assert_eq!((seen.status, seen.header("x-total-count")), (200, Some("1200")), "{path}");
            let leads = seen.json()["leads"].as_array().expect("a list").clone();
            found.push(leads.len());
            ids.extend(leads.iter().map(|lead| lead["id"].as_str().expect("an id").to_owned()));
            times.extend(leads.iter().map(|lead| lead["createdAt"].as_str().expect("a time").to_owned()));
            let Some(link) = seen.header("link") else { break };
            let (target, relation) = link.split_once(">; ").expect("a link");
            assert_eq!(relation, "rel=\"next\"");
            target.strip_prefix('<').expect("a target").clone_into(&mut path);
        }
        assert_eq!((ids.len(), found), (1_200, sizes), "{first}");
        assert!(times.is_sorted_by(|newer, older| newer >= older), "{first}");
    }
}

/// What was told of a lead, as the deliveries of an endpoint that wants everything.
async fn told(stage: &Stage, endpoint: &str) -> Vec<String> {
    let list = stage.ask("GET", &format!("/api/v1/webhooks/{endpoint}/deliveries?limit=100")).seen().await.json();
    let mut kinds: Vec<String> = list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|delivery| delivery["eventType"].as_str().expect("a type").to_owned())
        .collect();
    kinds.sort_unstable();
    kinds
}

/// A lead in a status, and an endpoint that is told of everything from then on.
async fn in_status(status: LeadStatus) -> (Stage, String, String) {
    let stage = Stage::new().await;
    let lead = new_lead(&stage, &json!({"name": "Jane", "email": "jane@example.com"})).await;
    let id = lead["id"].as_str().expect("an id").to_owned();
    let patch = json!({"status": status.as_str()});
    assert_eq!(stage.ask("PATCH", &format!("/api/v1/leads/{id}")).json(&patch).seen().await.status, 200);
    let hook = json!({"url": "https://example.com/h", "events": [
        "lead.created", "lead.updated", "lead.qualified", "lead.converted", "lead.score_changed",
    ]});
    let endpoint = stage.ask("POST", "/api/v1/webhooks").json(&hook).seen().await.json();
    (stage, id, endpoint["id"].as_str().expect("an id").to_owned())
}

#[actix_web::test]
async fn who_sends_back_the_status_that_was_read_makes_no_transition() {
    for status in LeadStatus::ALL {
        let (stage, id, endpoint) = in_status(status).await;
        let path = format!("/api/leads/{id}");
        let shown = stage.ask("GET", &path).seen().await.json()["lead"]["status"].clone();
        let kept = stage.ask("PATCH", &path).json(&json!({"status": shown})).seen().await;
        assert_eq!((kept.status, &kept.json()["lead"]["status"]), (200, &shown), "{status}");
        assert_eq!(told(&stage, &endpoint).await, [""; 0], "{status}");
        let renamed = stage.ask("PATCH", &path).json(&json!({"status": shown, "name": "Joan"})).seen().await;
        assert_eq!((&renamed.json()["lead"]["status"], &renamed.json()["lead"]["name"]), (&shown, &json!("Joan")));
        assert_eq!(told(&stage, &endpoint).await, ["lead.updated"], "{status}: the name alone");
        let v1 = stage.ask("GET", &format!("/api/v1/leads/{id}")).seen().await.json();
        assert_eq!(v1["status"], status.as_str(), "nothing was lost that v1 tells apart");
    }
}

#[actix_web::test]
async fn a_status_change_is_one_transition_with_its_one_event() {
    for (from, to, expected) in [
        (LeadStatus::New, "qualified", vec!["lead.qualified"]),
        (LeadStatus::New, "booked", vec!["lead.updated"]),
        (LeadStatus::Contacted, "booked", vec!["lead.updated"]),
        (LeadStatus::Lost, "qualified", vec!["lead.qualified"]),
        (LeadStatus::Converted, "disqualified", vec!["lead.updated"]),
    ] {
        let (stage, id, endpoint) = in_status(from).await;
        let changed = stage.ask("PATCH", &format!("/api/leads/{id}")).json(&json!({"status": to})).seen().await.json();
        assert_eq!(changed["lead"]["status"], to);
        assert_eq!(told(&stage, &endpoint).await, expected, "{from} to {to}");
    }
}

#[actix_web::test]
async fn the_sources_change_books_the_lead_and_its_score_sticks_until_it_is_cleared() {
    let (stage, id, endpoint) = in_status(LeadStatus::New).await;
    let path = format!("/api/leads/{id}");
    let body = json!({"status": "booked", "qualificationScore": 92});
    let booked = stage.ask("PATCH", &path).json(&body).seen().await.json()["lead"].clone();
    assert_eq!((&booked["status"], &booked["qualificationScore"]), (&json!("booked"), &json!(92)));
    assert!(booked["qualifiedAt"].is_string(), "booked counts as qualified");
    assert_eq!(told(&stage, &endpoint).await, ["lead.score_changed", "lead.updated"]);
    let say = json!({"message": "email:jane@example.com need=10", "visitorId": "v1"});
    stage.ask("POST", "/api/v1/chat").json(&say).seen().await;
    let read = stage.ask("GET", &path).seen().await.json()["lead"].clone();
    assert_eq!((&read["status"], &read["qualificationScore"]), (&json!("booked"), &json!(92)), "they stick");
    let clear = json!({"status": null, "qualificationScore": null});
    let cleared = stage.ask("PATCH", &path).json(&clear).seen().await.json()["lead"].clone();
    assert_eq!((&cleared["status"], &cleared["qualificationScore"]), (&json!("qualified"), &json!(3)), "{cleared}");
}

#[actix_web::test]
async fn every_documented_status_of_a_refusal_has_apps_shape() {
    let store = Arc::new(Unsteady::new(Arc::new(MemoryStore::new())));
    let stage = Stage::with(Setting { store: Arc::clone(&store) as _, ..Setting::default() }).await;
    let lead = new_lead(&stage, &json!({"name": "Jane", "email": "jane@example.com"})).await;
    let other = new_lead(&stage, &json!({"name": "Joan", "email": "joan@example.com"})).await;
    let id = lead["id"].as_str().expect("an id");
    let reader = stage.key_with(synaptiq_domain::access::KeyKind::Live, "read").await;
    for place in PLACES {
        let one = format!("{place}/{id}");
        for (body, param) in [
            (json!({}), "name"),
            (json!({"name": "", "email": "a@b.io"}), "name"),
            (json!({"name": "x".repeat(201), "email": "a@b.io"}), "name"),
            (json!({"name": "Jane"}), "email"),
            (json!({"name": "Jane", "email": "jane"}), "email"),
            (json!({"name": "Jane", "email": "a@b.io", "phone": "1".repeat(51)}), "phone"),
            (json!({"name": "Jane", "email": "a@b.io", "company": "x".repeat(201)}), "company"),
            (json!({"name": "Jane", "email": "a@b.io", "metadata": "x"}), "metadata"),
        ] {
            assert_refused(&stage.ask("POST", place).json(&body).seen().await, 400, "invalid_request", Some(param));
        }
        for (body, param) in [
            (json!({"status": "contacted"}), "status"),
            (json!({"qualificationScore": 101}), "qualificationScore"),
            (json!({"assignedTo": "usr_00000000000000000000000005"}), "assignedTo"),
        ] {
            assert_refused(&stage.ask("PATCH", &one).json(&body).seen().await, 400, "invalid_request", Some(param));
        }
        for raw in ["{", "[]", "", "{\"name\":\"a\",\"name\":\"b\"}", "{\"name\":\"\\u0000\"}"] {
            let seen = stage.ask("POST", place).raw(raw).seen().await;
            assert_eq!((seen.status, &seen.json()["code"]), (400, &json!("invalid_request")), "{raw}");
            assert!(seen.json()["error"].is_string());
        }
        for query in ["status=contacted", "limit=1001", "archived=1", "cursor=x", "q=%00"] {
            let (param, _) = query.split_once('=').expect("a pair");
            let seen = stage.ask("GET", &format!("{place}?{query}")).seen().await;
            assert_refused(&seen, 400, "invalid_request", Some(param));
        }
        assert_refused(&stage.ask_publicly("GET", place).seen().await, 401, "unauthorized", None);
        let forged = stage.ask_publicly("GET", &one).header("authorization", "Bearer YOUR_API_KEY").seen().await;
        assert_refused(&forged, 401, "unauthorized", None);
        let may_not =
            stage.ask_publicly("DELETE", &one).header("authorization", &format!("Bearer {reader}")).seen().await;
        assert_refused(&may_not, 403, "insufficient_scope", None);
        let unknown = stage.ask("GET", &format!("{place}/550e8400-e29b-41d4-a716-446655440000")).seen().await;
        assert_refused(&unknown, 404, "not_found", None);
        assert_refused(&stage.ask("GET", &format!("{one}/nothing")).seen().await, 404, "not_found", None);
        let method = stage.ask("PUT", &one).seen().await;
        assert_refused(&method, 405, "method_not_allowed", None);
        assert_eq!(method.header("allow"), Some("GET, HEAD, PATCH, DELETE"));
        let taken = stage.ask("PATCH", &one).json(&json!({"email": "JOAN@example.com"})).seen().await;
        assert_refused(&taken, 409, "conflict", None);
        assert_eq!(taken.json()["existingId"], other["id"], "a UUID, as every id of app");
        let large = stage.ask("POST", place).raw(vec![b' '; 1_100_000]).seen().await;
        assert_refused(&large, 413, "payload_too_large", None);
        let text = stage.ask("POST", place).raw("{}").header("content-type", "text/plain").seen().await;
        assert_refused(&text, 415, "unsupported_media_type", None);
        let unreachable = stage.ask("PATCH", &one).json(&json!({"email": null})).seen().await;
        assert_refused(&unreachable, 422, "unprocessable", Some("email"));
        store.fail_next([StoreError::Full]);
        let full = stage.ask("PATCH", &one).json(&json!({"name": "Later"})).seen().await;
        assert_refused(&full, 503, "storage_full", None);
    }
}

#[actix_web::test]
async fn both_places_count_against_one_limit_whose_429_says_when_to_come_back() {
    let stage = Stage::new().await;
    set_plan(&stage.services, stage.scope, "starter").await.expect("a plan");
    let create = |at: usize| {
        let body = json!({"name": "Jane", "email": format!("jane{at}@example.com")});
        stage.ask("POST", PLACES[at % 2]).json(&body).seen()
    };
    for at in 0..30 {
        let seen = create(at).await;
        assert_eq!((seen.status, seen.header("x-ratelimit-limit")), (201, Some("30")), "{}", seen.text());
    }
    for at in 30..32 {
        let seen = create(at).await;
        assert_refused(&seen, 429, "rate_limited", None);
        assert_eq!(seen.header("retry-after"), Some("60"));
    }
    for place in PLACES {
        assert_eq!(stage.ask("GET", place).seen().await.status, 200, "reading has a limit of its own");
    }
}

#[actix_web::test]
async fn p6_a_repeated_write_is_done_once_in_either_place() {
    for place in PLACES {
        let stage = Stage::new().await;
        let body = json!({"name": "Jane", "email": "jane@example.com"});
        let create = |body: Value| stage.ask("POST", place).json(&body).header("idempotency-key", "k1").seen();
        let (first, again) = (create(body.clone()).await, create(body).await);
        assert_eq!((first.status, again.status, again.header("idempotent-replayed")), (201, 201, Some("true")));
        assert_eq!((first.text(), first.header("location")), (again.text(), again.header("location")));
        let other = create(json!({"name": "Joan", "email": "joan@example.com"})).await;
        assert_refused(&other, 422, "idempotency_key_reuse", Some("Idempotency-Key"));
        let path = format!("{place}/{}", first.json()["lead"]["id"].as_str().expect("an id"));
        let delete = || stage.ask("DELETE", &path).header("idempotency-key", "k2").seen();
        let (first, again) = (delete().await, delete().await);
        assert_eq!((first.status, again.status, again.json()), (200, 200, json!({"success": true})));
    }
}
