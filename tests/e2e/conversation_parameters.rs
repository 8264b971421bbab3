//! Every parameter that the conversations page documents does what it says, and a wrong value is
//! refused with the parameter's name (contract §§ 4, 8).

use std::time::Duration;

use serde_json::{Value, json};
use synaptiq_tests::{Client, Server, ServerSettings};

/// Three conversations: one on the web with a lead, one through the API that was closed, one on
/// another with two turns. Returns their ids in that order, and the lead's.
async fn three_conversations(admin: &Client) -> ([String; 3], String) {
    let chat = async |visitor: &str, channel: &str, message: &str, session: Option<&str>| {
        let mut body = json!({"message": message, "visitorId": visitor, "channel": channel});
        if let Some(session) = session {
            body["sessionId"] = json!(session);
        }
        admin.post("/api/v1/chat", &body).await.expect(200).json()
    };
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned();
    let web = chat("v_web", "web_chat", "Hello, I am at wim.vos@example.com", None).await;
    let api = chat("v_api", "api", "Hello", None).await;
    let closed = text(&api["conversationId"]);
    admin.post(&format!("/api/v1/conversations/{closed}/close"), &json!({})).await.expect(200);
    let phone = chat("v_phone", "whatsapp", "Hello", None).await;
    chat("v_phone", "whatsapp", "Are you there?", phone["sessionId"].as_str()).await;
    ([text(&web["conversationId"]), closed, text(&phone["conversationId"])], text(&web["leadId"]))
}

async fn ids(admin: &Client, query: &str) -> Vec<String> {
    let list = admin.get(&format!("/api/v1/conversations?{query}")).await.expect(200).json();
    let data = list["data"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
    data.iter().map(|conversation| conversation["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn every_documented_parameter_of_the_conversation_list_does_what_it_says() {
    let server = Server::start();
    let admin = server.admin();
    let ([web, closed, phone], lead) = three_conversations(&admin).await;

    assert_eq!(ids(&admin, "sortBy=startedAt&sortOrder=asc").await, [&*web, &*closed, &*phone]);
    assert_eq!(ids(&admin, "sortBy=startedAt").await, [&*phone, &*closed, &*web], "descending where nothing is said");
    assert_eq!(ids(&admin, "").await[0], phone, "the last one that was written in comes first");
    assert_eq!(ids(&admin, "sortBy=lastMessageAt&sortOrder=desc").await[0], phone);
    assert_eq!(ids(&admin, "sortBy=messageCount&sortOrder=desc").await[0], phone, "four messages against two");
    assert_eq!(ids(&admin, &format!("leadId={lead}")).await, [&*web]);
    assert_eq!(ids(&admin, "leadId=lead_00000000000000000000000000").await, [""; 0]);
    assert_eq!(ids(&admin, "leadId=nothing-of-ours").await, [""; 0]);
    assert_eq!(ids(&admin, "status=closed").await, [&*closed]);
    assert_eq!(ids(&admin, "status=active").await.len(), 2);
    assert_eq!(ids(&admin, "status=expired").await, [""; 0]);
    assert_eq!(ids(&admin, "channel=whatsapp").await, [&*phone]);
    assert_eq!(ids(&admin, "channel=slack").await, [""; 0]);
    assert_eq!(ids(&admin, "channel=web_chat&status=active").await, [&*web], "filters add up");
    assert_eq!(ids(&admin, "startDate=2000-01-01").await.len(), 3);
    assert_eq!(ids(&admin, "endDate=2000-01-01").await, [""; 0]);
    assert_eq!(ids(&admin, "startDate=2000-01-01T00:00:00Z&endDate=2999-12-31").await.len(), 3);

    // Bounds include their instant.
    let detail = admin.get(&format!("/api/v1/conversations/{closed}")).await.expect(200).json();
    let started = detail["startedAt"].as_str().expect("a time");
    assert!(ids(&admin, &format!("startDate={started}&endDate={started}")).await.contains(&closed));

    let page =
        admin.get("/api/v1/conversations?sortBy=startedAt&sortOrder=asc&page=2&limit=2").await.expect(200).json();
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(page["data"][0]["id"], json!(phone), "{page}");
    for (field, value) in [
        ("page", json!(2)),
        ("limit", json!(2)),
        ("total", json!(3)),
        ("totalPages", json!(2)),
        ("hasMore", json!(false)),
    ] {
        assert_eq!(page["pagination"][field], value, "{field} of {page}");
    }
}

#[tokio::test]
async fn every_documented_parameter_of_one_conversation_does_what_it_says() {
    let server = Server::start();
    let admin = server.admin();
    let ([_, _, phone], _) = three_conversations(&admin).await;
    let detail =
        async |query: &str| admin.get(&format!("/api/v1/conversations/{phone}?{query}")).await.expect(200).json();
    let positions = |conversation: &Value| -> Vec<u64> {
        let messages = conversation["messages"].as_array().unwrap_or_else(|| panic!("no messages: {conversation}"));
        messages.iter().map(|message| message["position"].as_u64().expect("a position")).collect()
    };
    assert_eq!(positions(&detail("").await), [1, 2, 3, 4]);
    assert_eq!(positions(&detail("includeMessages=true").await), [1, 2, 3, 4]);
    let without = detail("includeMessages=false").await;
    assert!(without.get("messages").is_none_or(Value::is_null), "{without}");
    assert_eq!(without["messageCount"], 4, "{without}");
    assert_eq!(positions(&detail("messageLimit=3").await), [1, 2, 3]);
    assert_eq!(positions(&detail("messageOffset=2").await), [3, 4]);
    assert_eq!(positions(&detail("messageLimit=1&messageOffset=1").await), [2]);
    assert_eq!(positions(&detail("messageOffset=100").await), [0; 0]);
    assert_eq!(positions(&detail("messageLimit=200").await), [1, 2, 3, 4]);
}

#[tokio::test]
async fn i1_a_wrong_value_of_each_parameter_is_refused_with_its_name() {
    let server = Server::start();
    let admin = server.admin();
    let ([web, ..], _) = three_conversations(&admin).await;
    let one = format!("/{web}");
    let wrong: &[(&str, &str, &[&str])] = &[
        ("", "leadId", &["%00", "%ff", "a&leadId=b"]),
        ("", "page", &["", "%ff", "1&page=2", "0", "-1", "1.5", "x", "99999999999999999999"]),
        ("", "limit", &["", "%00", "5&limit=5", "0", "-1", "101", "ten", "99999999999999999999"]),
        ("", "status", &["", "%00", "open", "ACTIVE", "active,closed"]),
        ("", "channel", &["", "%ff", "fax", "web-chat"]),
        ("", "startDate", &["", "%00", "2026", "1767225600", "yesterday", "2026-13-01", "2026-02-30", "01.02.2026"]),
        ("", "endDate", &["", "%ff", "2026-01-01T00:00:00+99:00", "tomorrow", "2026-00-10", "20260101T25"]),
        ("", "sortBy", &["", "startedAt,messageCount", "name", "started_at"]),
        ("", "sortOrder", &["", "ASC", "asc&sortOrder=desc", "up", "DESC;"]),
        (&one, "includeMessages", &["", "TRUE", "1", "maybe", "2"]),
        (&one, "messageLimit", &["", "0", "-1", "201", "many"]),
        (&one, "messageOffset", &["", "%00", "99999999999999999999", "-1", "x", "1e3"]),
    ];
    for (path, parameter, values) in wrong {
        for value in *values {
            let answer = admin.get(&format!("/api/v1/conversations{path}?{parameter}={value}")).await.expect(400);
            let error = &answer.json()["error"];
            assert_eq!(error["code"], "invalid_request", "{parameter}={value}: {error}");
            assert_eq!(error["param"], *parameter, "{parameter}={value}: {error}");
            let message = error["message"].as_str().expect("a message");
            assert!(!message.is_empty(), "{parameter}={value}: {error}");
            assert_eq!(error["requestId"].as_str(), answer.header("x-request-id"), "{error}");
        }
    }
}

#[tokio::test]
async fn the_status_filter_tells_handed_off_and_expired_conversations_from_active_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = ServerSettings::default().start_at(folder.path());
    let admin = server.admin();
    let ([web, closed, phone], _) = three_conversations(&admin).await;
    let reason = json!({ "reason": "wants a person" });
    admin.post(&format!("/api/v1/conversations/{web}/handoff"), &reason).await.expect(200);
    assert_eq!(ids(&admin, "status=handed_off").await, [&*web]);
    assert_eq!(ids(&admin, "status=active").await, [&*phone]);
    server.terminate();
    // The same database with sessions that end after a second: whether the sweeper has been there
    // or not, what is idle is never shown as active.
    let server = ServerSettings::default().with("SYNAPTIQ_CONVERSATION_IDLE", "1s").start_at(folder.path());
    let admin = server.client(admin.key().expect("a key"));
    let waiting = async {
        while ids(&admin, "status=expired").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it expires");
    assert_eq!(ids(&admin, "status=expired").await, [&*phone]);
    assert_eq!(ids(&admin, "status=active").await, [""; 0]);
    assert_eq!(ids(&admin, "status=handed_off").await, [&*web], "a person's does not expire");
    assert_eq!(ids(&admin, "status=closed").await, [&*closed]);
    let detail = admin.get(&format!("/api/v1/conversations/{phone}")).await.expect(200).json();
    assert_eq!(detail["status"], "expired", "{detail}");
}

#[tokio::test]
async fn every_field_of_the_published_table_and_samples_is_there() {
    let server = Server::start();
    let admin = server.admin();
    let ([web, ..], _) = three_conversations(&admin).await;
    let detail = admin.get(&format!("/api/v1/conversations/{web}")).await.expect(200).json();
    let list = admin.get("/api/v1/conversations?channel=web_chat").await.expect(200).json();
    for record in [&detail, &list["data"][0]] {
        let is = |field: &str, right: fn(&Value) -> bool| {
            assert!(record.get(field).is_some_and(right), "{field} of {record}");
        };
        for field in ["id", "leadId", "visitorId", "channel", "status", "subject", "summary"] {
            is(field, |value| value.as_str().is_some_and(|text| !text.is_empty()));
        }
        for field in ["messageCount", "leadScore"] {
            is(field, Value::is_u64);
        }
        is("intents", |value| value.as_array().is_some_and(|all| all.iter().all(Value::is_string)));
        is("assignedTo", Value::is_null);
        for field in ["startedAt", "lastMessageAt", "createdAt"] {
            is(field, |value| value.as_str().is_some_and(|time| time.len() == 24 && time.ends_with('Z')));
        }
    }
    assert!(detail["metadata"].is_object(), "{detail}");
    assert!(list["data"][0].get("messages").is_none(), "the list has no messages: {list}");
    for message in detail["messages"].as_array().expect("messages") {
        for field in ["id", "role", "content", "createdAt"] {
            assert!(message[field].is_string(), "{field} of {message}");
        }
        let of_assistant = message["role"] == "assistant";
        assert_eq!(message.get("intent").is_some_and(Value::is_string), of_assistant, "{message}");
        assert_eq!(message.get("confidence").is_some_and(Value::is_number), of_assistant, "{message}");
    }
    for field in ["page", "limit", "total", "totalPages"] {
        assert!(list["pagination"][field].is_u64(), "{field} of {list}");
    }
    assert!(list["pagination"]["hasMore"].is_boolean(), "{list}");
}
