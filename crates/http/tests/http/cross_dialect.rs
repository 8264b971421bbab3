//! One model, several dialects (contract §§ 1, 2, 6): what is written through one of them reads
//! equal in the others, through the maps of the contract, and every form of an id is understood.
//!
//! A dialect more is a line in [`TONGUES`] and a column in the tables below.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use synaptiq_domain::{
    id::Id,
    lead::{Lead, LeadStatus},
};

use crate::stage::Stage;

/// How a dialect is asked for a lead or a conversation.
struct Tongue {
    name: Name,
    leads: &'static str,
    conversations: &'static str,
    /// Where the lead is in an answer.
    lead: &'static str,
    /// Where the conversation is in an answer.
    conversation: &'static str,
    /// Whether leads are written through it.
    writes: bool,
}

/// A column of the tables.
#[derive(Clone, Copy)]
enum Name {
    V1,
    App,
    Syrus,
}

const TONGUES: [Tongue; 4] = [
    Tongue {
        name: Name::V1,
        leads: "/api/v1/leads",
        conversations: "/api/v1/conversations",
        lead: "",
        conversation: "",
        writes: true,
    },
    Tongue {
        name: Name::App,
        leads: "/api/leads",
        conversations: "/api/conversations",
        lead: "/lead",
        conversation: "/conversation",
        writes: true,
    },
    Tongue {
        name: Name::App,
        leads: "/api/admin/leads",
        conversations: "/api/admin/conversations",
        lead: "/lead",
        conversation: "/conversation",
        writes: true,
    },
    Tongue {
        name: Name::Syrus,
        leads: "/syrus/api/v1/leads",
        conversations: "/syrus/api/v1/conversations",
        lead: "",
        conversation: "",
        writes: false,
    },
];

fn writers() -> impl Iterator<Item = &'static Tongue> {
    TONGUES.iter().filter(|tongue| tongue.writes)
}

/// What makes the values of two dialects comparable.
#[derive(Clone, Copy)]
enum Meaning {
    /// The same value, in each dialect's form of ids and times.
    Same,
    /// Nine statuses, or the six that they are shown as.
    LeadStatus,
    /// Four statuses, or the two that they are shown as.
    ConversationStatus,
    /// Whether there is a value at all.
    Ever,
}

/// What a concept is called: in v1, in app, in syrus. A slash leads into an object.
type Concept = (Meaning, Option<&'static str>, Option<&'static str>, Option<&'static str>);

const fn same(name: &'static str, in_syrus: Option<&'static str>) -> Concept {
    (Meaning::Same, Some(name), Some(name), in_syrus)
}

const LEAD: &[Concept] = &[
    same("id", Some("id")),
    same("email", Some("email")),
    same("name", Some("name")),
    same("company", Some("company")),
    same("title", Some("title")),
    same("phone", Some("phone")),
    (Meaning::LeadStatus, Some("status"), Some("status"), None),
    (Meaning::Same, Some("score"), Some("qualificationScore"), Some("qualification_score")),
    same("source", None),
    same("tags", None),
    // Kept apart from each other.
    (Meaning::Same, Some("customFields"), None, None),
    (Meaning::Same, None, Some("metadata"), None),
    same("sourceUrl", Some("source_url")),
    same("utm", None),
    same("utm/source", Some("utm_source")),
    same("utm/campaign", Some("utm_campaign")),
    same("qualifiedAt", Some("qualified_at")),
    (Meaning::Ever, Some("qualifiedAt"), Some("qualifiedAt"), Some("qualified")),
    same("qualificationReason", None),
    same("disqualificationReason", None),
    same("estimatedDealSize", None),
    same("assignedTo", None),
    same("archived", None),
    same("firstSeenAt", None),
    same("lastActiveAt", None),
    same("createdAt", Some("created_at")),
    same("updatedAt", Some("updated_at")),
    // What v1's detail tells besides.
    (Meaning::Same, Some("scoreBreakdown"), None, None),
    (Meaning::Same, Some("statusHistory"), None, None),
    (Meaning::Same, Some("conversations"), None, None),
    // What syrus tells besides.
    (Meaning::Same, None, None, Some("message")),
    (Meaning::Same, None, None, Some("conversation")),
];

const CONVERSATION: &[Concept] = &[
    same("id", Some("id")),
    same("leadId", Some("lead_id")),
    same("visitorId", Some("visitor_id")),
    same("channel", Some("channel")),
    (Meaning::ConversationStatus, Some("status"), Some("status"), Some("status")),
    same("subject", Some("subject")),
    same("messageCount", Some("message_count")),
    same("summary", Some("summary")),
    same("intents", Some("intents")),
    (Meaning::Same, Some("leadScore"), Some("qualificationScore"), Some("qualification_score")),
    same("assignedTo", Some("assigned_to")),
    same("handoff", Some("handoff")),
    same("startedAt", Some("started_at")),
    same("lastMessageAt", Some("last_message_at")),
    same("endedAt", Some("ended_at")),
    same("createdAt", Some("created_at")),
    same("language", Some("language")),
    same("sourceUrl", Some("source_url")),
    same("utm", None),
    same("utm/source", Some("utm_source")),
    same("utm/campaign", Some("utm_campaign")),
    same("metadata", None),
    same("messages", Some("messages")),
    (Meaning::Same, None, None, Some("chatbot")),
];

/// What a concept is called in a dialect.
fn called((_, v1, app, syrus): &Concept, tongue: &Tongue) -> Option<&'static str> {
    match tongue.name {
        Name::V1 => *v1,
        Name::App => *app,
        Name::Syrus => *syrus,
    }
}

fn bits(text: &str) -> Option<u128> {
    let bare = text.split_once('_').map_or(text, |(_, ulid)| ulid);
    Id::<Lead>::parse(bare).map(Id::bits)
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

/// The instant of a printed time, in whole seconds if either of the two has no more.
fn same_time(one: &str, other: &str) -> bool {
    let is_time = |text: &str| matches!(text.len(), 20 | 24) && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    is_time(one) && is_time(other) && one.len() != other.len() && one[..19] == other[..19]
}

/// `created_at` as `createdAt`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |joined, word| joined + &word[..1].to_uppercase() + &word[1..])
}

/// Whether two values say the same, each in its dialect's form of names, ids and times.
fn agree(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            one == other || same_time(one, other) || bits(one).is_some_and(|id| bits(other) == Some(id))
        }
        (Value::Array(ones), Value::Array(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| agree(one, other))
        }
        (Value::Object(ones), Value::Object(others)) => {
            let others: HashMap<String, &Value> = others.iter().map(|(name, value)| (camel(name), value)).collect();
            ones.len() == others.len()
                && ones.iter().all(|(name, one)| others.get(&camel(name)).is_some_and(|other| agree(one, other)))
        }
        _ => one == other,
    }
}

/// Whether two values mean the same.
fn mean_the_same(meaning: Meaning, one: &Value, other: &Value) -> bool {
    let word = |value: &Value, map: fn(&str) -> &str| value.as_str().map(|word| map(word).to_owned());
    let ever = |value: &Value| value.as_bool().unwrap_or(!value.is_null());
    match meaning {
        Meaning::Same => agree(one, other),
        Meaning::LeadStatus => word(one, six) == word(other, six),
        Meaning::ConversationStatus => word(one, two) == word(other, two),
        Meaning::Ever => ever(one) == ever(other),
    }
}

/// The value at a concept's place.
fn at<'a>(read: &'a Value, name: &str) -> &'a Value {
    read.pointer(&format!("/{name}")).unwrap_or_else(|| panic!("no {name} in {read}"))
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
        let printed: BTreeSet<&str> = read.as_object().expect("an object").keys().map(String::as_str).collect();
        let names = concepts.iter().filter_map(|concept| called(concept, tongue));
        let known: BTreeSet<&str> = names.filter_map(|name| name.split('/').next()).collect();
        assert_eq!(printed, known, "{path} prints other fields than the table knows");
        readings.push((tongue, read));
    }
    for concept in concepts {
        let (meaning, ..) = concept;
        let values: Vec<(&str, &Value)> = readings
            .iter()
            .filter_map(|(tongue, read)| Some((tongue.leads, at(read, called(concept, tongue)?))))
            .collect();
        for pair in values.windows(2) {
            assert!(mean_the_same(*meaning, pair[0].1, pair[1].1), "{:?}: {pair:?}", (concept.1, concept.2, concept.3));
        }
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
        let concept = LEAD.iter().find(|(_, v1, ..)| *v1 == Some(name)).expect("the table knows what is written");
        (called(concept, tongue).expect("written in every dialect").to_owned(), value.clone())
    });
    Value::Object(renamed.collect())
}

#[actix_web::test]
async fn a_lead_written_through_any_dialect_reads_equal_in_every_other() {
    for writer in writers() {
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
            for reader in writers() {
                let read = stage.ask("GET", &format!("{}/{id}", reader.leads)).seen().await.json();
                let read = read.pointer(reader.lead).expect("a lead");
                for (name, value) in in_tongue(&body, reader).as_object().expect("an object") {
                    let concept = LEAD.iter().find(|concept| called(concept, reader) == Some(name));
                    let (meaning, ..) = concept.expect("the table knows what is written");
                    let kept = mean_the_same(*meaning, &read[name], value);
                    assert!(kept, "{name}, written through {} and read at {}: {read}", writer.leads, reader.leads);
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
        let id = Id::<Lead>::from_bits(bits(printed).expect("an id"));
        let (ulid, uuid) = (id.ulid(), id.uuid());
        [printed.to_owned(), ulid.to_lowercase(), ulid, uuid.replace('-', ""), uuid.to_uppercase(), uuid]
    };
    let (lead, conversation) =
        (chat["leadId"].as_str().expect("a lead"), chat["conversationId"].as_str().expect("one"));
    for tongue in &TONGUES {
        let mut routes = vec![
            (format!("{}/{{id}}", tongue.leads), lead, conversation),
            (format!("{}/{{id}}", tongue.conversations), conversation, lead),
        ];
        if tongue.writes {
            routes.push((format!("{}/{{id}}/conversations", tongue.leads), lead, conversation));
        }
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
