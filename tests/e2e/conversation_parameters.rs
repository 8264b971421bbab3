//! Every parameter that the conversations page documents does what it says, and a wrong value is
//! refused with the parameter's name (contract §§ 4, 8).

use serde_json::{Value, json};
use synaptiq_tests::{Client, Server};

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
        ("", "page", &["0", "-1", "1.5", "x", "99999999999999999999"]),
        ("", "limit", &["0", "-1", "101", "ten", "99999999999999999999"]),
        ("", "status", &["open", "ACTIVE", "active,closed"]),
        ("", "channel", &["fax", "web-chat"]),
        ("", "startDate", &["yesterday", "2026-13-01", "2026-02-30", "01.02.2026"]),
        ("", "endDate", &["tomorrow", "2026-00-10", "20260101T25"]),
        ("", "sortBy", &["name", "started_at"]),
        ("", "sortOrder", &["up", "DESC;"]),
        (&one, "includeMessages", &["maybe", "2"]),
        (&one, "messageLimit", &["-1", "201", "many"]),
        (&one, "messageOffset", &["-1", "x", "1e3"]),
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
