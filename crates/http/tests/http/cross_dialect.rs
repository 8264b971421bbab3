//! One model, several dialects (contract §§ 1, 2, 6): what is written through one of them reads
//! equal in the others, through the maps of the contract, and every form of an id is understood.
//!
//! A dialect more is a line in [`TONGUES`] and a column in the tables below.

use serde_json::{Value, json};
use synaptiq_domain::{
    id::Id,
    lead::{Lead, LeadStatus},
};

use crate::stage::Stage;

/// How a dialect is asked for a lead or a conversation.
struct Tongue {
    name: &'static str,
    leads: &'static str,
    conversations: &'static str,
    /// Where the lead is in an answer.
    lead: &'static str,
    /// Where the conversation is in an answer.
    conversation: &'static str,
}

const TONGUES: [Tongue; 3] = [
    Tongue { name: "v1", leads: "/api/v1/leads", conversations: "/api/v1/conversations", lead: "", conversation: "" },
    Tongue {
        name: "app",
        leads: "/api/leads",
        conversations: "/api/conversations",
        lead: "/lead",
        conversation: "/conversation",
    },
    Tongue {
        name: "app",
        leads: "/api/admin/leads",
        conversations: "/api/admin/conversations",
        lead: "/lead",
        conversation: "/conversation",
    },
];

/// What makes the values of two dialects comparable.
#[derive(Clone, Copy)]
enum Meaning {
    /// The same value.
    Same,
    /// The same 128 bits.
    Id,
    /// Nine statuses, or the six that they are shown as.
    LeadStatus,
    /// Four statuses, or the two that they are shown as.
    ConversationStatus,
    /// Messages, whose ids differ in form.
    Messages,
}

/// What a concept is called: in v1, in app.
type Concept = (Meaning, Option<&'static str>, Option<&'static str>);

const fn same(name: &'static str) -> Concept {
    (Meaning::Same, Some(name), Some(name))
}

const LEAD: &[Concept] = &[
    (Meaning::Id, Some("id"), Some("id")),
    same("email"),
    same("name"),
    same("company"),
    same("title"),
    same("phone"),
    (Meaning::LeadStatus, Some("status"), Some("status")),
    (Meaning::Same, Some("score"), Some("qualificationScore")),
    same("source"),
    same("tags"),
    // Kept apart from each other.
    (Meaning::Same, Some("customFields"), None),
    (Meaning::Same, None, Some("metadata")),
    same("sourceUrl"),
    same("utm"),
    same("qualifiedAt"),
    same("qualificationReason"),
    same("disqualificationReason"),
    same("estimatedDealSize"),
    (Meaning::Id, Some("assignedTo"), Some("assignedTo")),
    same("archived"),
    same("firstSeenAt"),
    same("lastActiveAt"),
    same("createdAt"),
    same("updatedAt"),
    // What v1's detail tells besides.
    (Meaning::Same, Some("scoreBreakdown"), None),
    (Meaning::Same, Some("statusHistory"), None),
    (Meaning::Same, Some("conversations"), None),
];

const CONVERSATION: &[Concept] = &[
    (Meaning::Id, Some("id"), Some("id")),
    (Meaning::Id, Some("leadId"), Some("leadId")),
    same("visitorId"),
    same("channel"),
    (Meaning::ConversationStatus, Some("status"), Some("status")),
    same("subject"),
    same("messageCount"),
    same("summary"),
    same("intents"),
    (Meaning::Same, Some("leadScore"), Some("qualificationScore")),
    (Meaning::Id, Some("assignedTo"), Some("assignedTo")),
    same("handoff"),
    same("startedAt"),
    same("lastMessageAt"),
    same("endedAt"),
    same("createdAt"),
    same("language"),
    same("sourceUrl"),
    same("utm"),
    same("metadata"),
    (Meaning::Messages, Some("messages"), Some("messages")),
];

/// What a concept is called in a dialect.
fn called((_, v1, app): &Concept, tongue: &Tongue) -> Option<&'static str> {
    match tongue.name {
        "v1" => *v1,
        "app" => *app,
        other => panic!("the tables have no column for {other}"),
    }
}

fn bits(text: &str) -> u128 {
    let bare = text.split_once('_').map_or(text, |(_, ulid)| ulid);
    Id::<Lead>::parse(bare).unwrap_or_else(|| panic!("{text} is no id")).bits()
}

fn six(status: &str) -> &str {
    match status {
        "contacted" => "qualified",
        "converted" => "booked",
        "lost" => "disqualified",
        other => other,
    }
}

fn two(status: &str) -> &str {
    match status {
        "handed_off" => "active",
        "closed" | "expired" => "completed",
        other => other,
    }
}

/// A value as every dialect means it.
fn meant(meaning: Meaning, value: &Value) -> Value {
    match (meaning, value) {
        (Meaning::Id, Value::String(id)) => json!(bits(id).to_string()),
        (Meaning::LeadStatus, Value::String(status)) => json!(six(status)),
        (Meaning::ConversationStatus, Value::String(status)) => json!(two(status)),
        (Meaning::Messages, Value::Array(messages)) => messages
            .iter()
            .map(|message| {
                let mut message = message.clone();
                for field in ["id", "memberId"] {
                    if let Some(id) = message.get(field).cloned() {
                        message[field] = meant(Meaning::Id, &id);
                    }
                }
                message
            })
            .collect(),
        (_, value) => value.clone(),
    }
}

/// Reads one thing in every dialect and holds the readings against each other, field by field.
async fn assert_reads_equal(
    stage: &Stage,
    id: &str,
    concepts: &[Concept],
    place: fn(&Tongue) -> (&'static str, &'static str),
) {
    let mut readings = Vec::new();
    for tongue in &TONGUES {
        let (path, pointer) = place(tongue);
        let seen = stage.ask("GET", &format!("{path}/{id}")).seen().await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text());
        let read = seen.json().pointer(pointer).expect("an answer about one thing").clone();
        let mut printed: Vec<&str> = read.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut known: Vec<&str> = concepts.iter().filter_map(|concept| called(concept, tongue)).collect();
        printed.sort_unstable();
        known.sort_unstable();
        assert_eq!(printed, known, "{path} prints other fields than the table knows");
        readings.push((tongue, read));
    }
    for concept in concepts {
        let (meaning, ..) = concept;
        let values: Vec<(&str, Value)> = readings
            .iter()
            .filter_map(|(tongue, read)| Some((tongue.leads, meant(*meaning, &read[called(concept, tongue)?]))))
            .collect();
        assert!(values.windows(2).all(|pair| pair[0].1 == pair[1].1), "{concept:?}: {values:?}", concept = concept.1);
    }
}

async fn assert_lead_reads_equal(stage: &Stage, id: &str) {
    assert_reads_equal(stage, id, LEAD, |tongue| (tongue.leads, tongue.lead)).await;
}

/// What a PATCH writes, by v1's names.
fn change(member: &str) -> Value {
    json!({
        "assignedTo": member, "email": "second@example.com", "name": "Second", "company": "Engines", "title": null, "phone": null,
        "status": "booked", "score": 92, "tags": ["c"], "archived": true, "estimatedDealSize": 1234.5,
    })
}

/// What a creation writes, by v1's names.
fn creation() -> Value {
    json!({
        "email": "First@example.com", "name": "First Ünï", "company": "Acme Corp", "title": "CTO",
        "phone": "+44 20 7946 0018", "tags": ["a", "b"], "source": "form", "sourceUrl": "/pricing",
        "utm": {"source": "s", "medium": "m", "campaign": "c", "term": "t", "content": "x"},
    })
}

/// The same body by a dialect's names.
fn in_tongue(body: &Value, tongue: &Tongue) -> Value {
    let renamed = body.as_object().expect("an object").iter().map(|(name, value)| {
        let concept = LEAD.iter().find(|(_, v1, _)| *v1 == Some(name)).expect("the table knows what is written");
        (called(concept, tongue).expect("written in every dialect").to_owned(), value.clone())
    });
    Value::Object(renamed.collect())
}

#[actix_web::test]
async fn a_lead_written_through_any_dialect_reads_equal_in_every_other() {
    for writer in &TONGUES {
        let stage = Stage::new().await;
        let created = stage.ask("POST", writer.leads).json(&in_tongue(&creation(), writer)).seen().await;
        assert_eq!(created.status, 201, "{}: {}", writer.leads, created.text());
        let id = created.json().pointer(writer.lead).expect("a lead")["id"].as_str().expect("an id").to_owned();
        let path = format!("{}/{id}", writer.leads);
        let view = stage.services.store.tenant_view(stage.scope).await.expect("a store").expect("a tenant");
        for body in [creation(), change(&view.members[0].id.prefixed())] {
            if body["status"].is_string() {
                let changed = stage.ask("PATCH", &path).json(&in_tongue(&body, writer)).seen().await;
                assert_eq!(changed.status, 200, "{path}: {}", changed.text());
            }
            assert_lead_reads_equal(&stage, &id).await;
            for reader in &TONGUES {
                let read = stage.ask("GET", &format!("{}/{id}", reader.leads)).seen().await.json();
                let read = read.pointer(reader.lead).expect("a lead");
                for (name, value) in in_tongue(&body, reader).as_object().expect("an object") {
                    let concept = LEAD.iter().find(|concept| called(concept, reader) == Some(name));
                    let (meaning, ..) = concept.expect("the table knows what is written");
                    let (found, given) = (meant(*meaning, &read[name]), meant(*meaning, value));
                    assert_eq!(found, given, "{name}, written through {} and read at {}", writer.leads, reader.leads);
                }
            }
        }
    }
}

#[actix_web::test]
async fn every_status_of_one_dialect_reads_by_the_map_in_the_others() {
    let stage = Stage::new().await;
    let created = stage.ask("POST", "/api/v1/leads").json(&json!({"email": "a@example.com"})).seen().await.json();
    let id = created["id"].as_str().expect("an id");
    for status in LeadStatus::ALL {
        let path = format!("/api/v1/leads/{id}");
        let changed = stage.ask("PATCH", &path).json(&json!({"status": status.as_str()})).seen().await.json();
        assert_eq!(changed["status"], status.as_str());
        assert_lead_reads_equal(&stage, id).await;
    }
    for status in ["new", "qualifying", "qualified", "booked", "disqualified", "nurturing"] {
        let body = json!({"email": format!("{status}@example.com"), "name": "A"});
        let created = stage.ask("POST", "/api/leads").json(&body).seen().await.json();
        let id = created["lead"]["id"].as_str().expect("an id");
        let path = format!("/api/leads/{id}");
        let changed = stage.ask("PATCH", &path).json(&json!({"status": status})).seen().await.json();
        assert_eq!(changed["lead"]["status"], status);
        let read = stage.ask("GET", &format!("/api/v1/leads/{id}")).seen().await.json();
        assert_eq!(read["status"], status, "a status of the six sets the one of the same name");
    }
}

#[actix_web::test]
async fn free_data_of_each_dialect_is_its_own() {
    let stage = Stage::new().await;
    let body = json!({"email": "a@example.com", "name": "A", "metadata": {"crm": 7}, "customFields": {"x": 1}});
    let created = stage.ask("POST", "/api/leads").json(&body).seen().await.json();
    let id = created["lead"]["id"].as_str().expect("an id");
    stage.ask("POST", "/api/v1/leads").json(&json!({"email": "a@example.com", "customFields": {"y": 2}})).seen().await;
    let patch = json!({"metadata": {"plan": "pro", "crm": null}});
    let app = stage.ask("PATCH", &format!("/api/leads/{id}")).json(&patch).seen().await.json();
    assert_eq!(app["lead"]["metadata"], json!({"plan": "pro"}));
    let v1 = stage.ask("GET", &format!("/api/v1/leads/{id}")).seen().await.json();
    assert_eq!(v1["customFields"], json!({"y": 2}));
}

#[actix_web::test]
async fn a_conversation_reads_equal_in_every_dialect_at_every_stage() {
    let stage = Stage::new().await;
    let say = json!({
        "message": "email:jane@example.com need=100 intent=pricing_inquiry", "visitorId": "v1",
        "metadata": {"page": "/plans", "utm_source": "newsletter"},
    });
    let chat = stage.ask("POST", "/api/v1/chat").json(&say).seen().await.json();
    let id = chat["conversationId"].as_str().expect("an id");
    let check = || assert_reads_equal(&stage, id, CONVERSATION, |tongue| (tongue.conversations, tongue.conversation));
    check().await;
    let path = format!("/api/v1/conversations/{id}");
    let handoff = json!({"reason": "wants a discount", "priority": "high", "summary": "Wants 20 %."});
    stage.ask("POST", &format!("{path}/handoff")).json(&handoff).seen().await;
    stage.ask("POST", &format!("{path}/messages")).json(&json!({"content": "A person here."})).seen().await;
    check().await;
    stage.ask("POST", &format!("{path}/return")).seen().await;
    stage.clock.advance(time::Duration::hours(1));
    check().await;
    let read = stage.ask("GET", &path).seen().await.json();
    assert_eq!((&read["status"], &read["messages"][2]["role"]), (&json!("expired"), &json!("agent")), "{read}");
}

#[actix_web::test]
async fn every_form_of_an_id_is_understood_in_every_dialect_and_nothing_else_is_an_id() {
    let stage = Stage::new().await;
    let say = json!({"message": "email:jane@example.com", "visitorId": "v1"});
    let chat = stage.ask("POST", "/api/v1/chat").json(&say).seen().await.json();
    let forms = |printed: &str| {
        let id = Id::<Lead>::from_bits(bits(printed));
        let (ulid, uuid) = (id.ulid(), id.uuid());
        [printed.to_owned(), ulid.to_lowercase(), ulid, uuid.replace('-', ""), uuid.to_uppercase(), uuid]
    };
    let (lead, conversation) =
        (chat["leadId"].as_str().expect("a lead"), chat["conversationId"].as_str().expect("one"));
    for tongue in &TONGUES {
        let routes = [
            (format!("{}/{{id}}", tongue.leads), lead, conversation),
            (format!("{}/{{id}}/conversations", tongue.leads), lead, conversation),
            (format!("{}/{{id}}", tongue.conversations), conversation, lead),
        ];
        for (path, id, of_another_kind) in routes {
            let ask = |id: &str| stage.ask("GET", &path.replace("{id}", id)).header("x-request-id", "same").seen();
            let mut found = Vec::new();
            for form in forms(id) {
                let seen = ask(&form).await;
                assert_eq!(seen.status, 200, "{path} {form}: {}", seen.text());
                found.push(seen.text());
            }
            found.dedup();
            assert_eq!(found.len(), 1, "{path}: {found:?}");
            let uuid = &forms(id)[5];
            let wrong = [
                of_another_kind.to_owned(),
                "01J00000000000000000000000".to_owned(),
                "550e8400-e29b-41d4-a716-446655440000".to_owned(),
                "550e8400...".to_owned(),
                format!("{{{uuid}}}"),
                format!("urn:uuid:{uuid}"),
                format!("{uuid}0"),
                uuid[..35].to_owned(),
                format!("%20{uuid}"),
                "%00".to_owned(),
                "%ff".to_owned(),
                "null".to_owned(),
            ];
            let mut missing = Vec::new();
            for id in &wrong {
                let seen = ask(id).await;
                assert_eq!(seen.status, 404, "{path} {id}: {}", seen.text());
                missing.push(seen.text());
            }
            missing.dedup();
            assert_eq!(missing.len(), 1, "{path}: {missing:?}");
        }
    }
}
