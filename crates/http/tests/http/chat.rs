//! Chat, plain and streamed, with a key and in public; and a visitor's own conversation.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use synaptiq_domain::ports::Model;
use synaptiq_http::front::Limits;
use synaptiq_testkit::fakes::{FakeModel, ModelStep};

use crate::stage::{Seen, Setting, Stage};

fn model(step: ModelStep) -> Setting {
    let model: Arc<dyn Model> = Arc::new(FakeModel::new([step]));
    Setting { model: Some(model), ..Setting::default() }
}

#[actix_web::test]
async fn a_turn_answers_and_its_session_goes_on() {
    let stage = Stage::new().await;
    let body = json!({"message": "hi", "visitorId": "v1", "metadata": {"page": "/pricing"}});
    let first = stage.ask("POST", "/api/v1/chat").json(&body).header("user-agent", "Test/1").seen().await;
    assert_eq!(first.status, 200, "{}", first.text());
    let answer = first.json();
    for field in [
        "id",
        "sessionId",
        "conversationId",
        "visitorId",
        "role",
        "content",
        "intent",
        "confidence",
        "language",
        "leadId",
        "leadScore",
        "status",
        "citations",
        "suggestedReplies",
        "handoff",
        "createdAt",
    ] {
        assert!(answer.get(field).is_some(), "{field} is missing in {answer}");
    }
    assert_eq!((&answer["leadScore"], &answer["leadId"]), (&json!(0), &Value::Null));
    let body = json!({"message": "again", "visitorId": "v1", "sessionId": answer["sessionId"]});
    let second = stage.ask("POST", "/api/v1/chat").json(&body).seen().await.json();
    assert_eq!(second["conversationId"], answer["conversationId"]);
    let path = format!("/api/v1/conversations/{}", answer["conversationId"].as_str().expect("an id"));
    let read = stage.ask("GET", &path).seen().await.json();
    assert_eq!(
        (&read["messageCount"], &read["metadata"]["userAgent"], &read["channel"]),
        (&json!(4), &json!("Test/1"), &json!("api"))
    );
}

fn check_stream(seen: &Seen) -> Value {
    let events = seen.events();
    assert_eq!(seen.header("content-type"), Some("text/event-stream"), "{}", seen.text());
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names.first(), names.last()), (Some(&"message.start"), Some(&"message.end")), "{names:?}");
    let deltas: String = events
        .iter()
        .filter(|(name, _)| name == "message.delta")
        .filter_map(|(_, data)| data["text"].as_str())
        .collect();
    let end = events.last().expect("an end").1.clone();
    assert_eq!(end["content"], deltas, "the stored message is the deltas together");
    assert_eq!((&events[0].1["id"], &events[0].1["sessionId"]), (&end["id"], &end["sessionId"]));
    end
}

#[actix_web::test]
async fn a_streamed_turn_is_start_deltas_and_the_whole_answer() {
    let stage = Stage::new().await;
    let body = json!({"message": "hi", "visitorId": "v1", "stream": true});
    check_stream(&stage.ask("POST", "/api/v1/chat").json(&body).seen().await);
    let body = json!({"message": "hi", "visitorId": "v1"});
    let asking = stage.ask("POST", "/api/v1/chat").json(&body).header("accept", "text/event-stream");
    let end = check_stream(&asking.seen().await);
    assert!(end["id"].as_str().is_some_and(|id| id.starts_with("msg_")), "{end}");
    let public = stage.ask_publicly("POST", "/api/chat").json(&json!({"message": "hi", "stream": true})).seen().await;
    let end = check_stream(&public);
    assert!(end["visitorId"].as_str().is_some_and(|id| !id.is_empty()), "one is issued");
    for hidden in ["conversationId", "leadId", "leadScore"] {
        assert!(end.get(hidden).is_none(), "{hidden} is shown in public");
    }
}

#[actix_web::test]
async fn a_stream_that_is_refused_before_it_begins_is_an_ordinary_refusal() {
    let stage = Stage::new().await;
    let body = json!({"message": "", "visitorId": "v1", "stream": true});
    let seen = stage.ask("POST", "/api/v1/chat").json(&body).seen().await;
    assert_eq!((seen.status, &seen.json()["error"]["param"]), (400, &json!("message")));
    let body = json!({"message": "hi", "visitorId": "v1", "stream": true, "agentId": "01J00000000000000000000000"});
    let seen = stage.ask("POST", "/api/v1/chat").json(&body).seen().await;
    assert_eq!(seen.status, 404, "{}", seen.text());
    let body = json!({"message": "hi", "stream": true, "tenantId": "ten_01J00000000000000000000000"});
    let seen = stage.ask_publicly("POST", "/api/chat").json(&body).seen().await;
    assert_eq!((seen.status, &seen.json()["code"]), (404, &json!("not_found")));
}

#[actix_web::test]
async fn a_model_that_breaks_off_after_its_first_words_ends_the_stream_with_what_was_said() {
    let stage = Stage::with(model(ModelStep::Break(vec!["Hello there. ".to_owned(), "And".to_owned()]))).await;
    let body = json!({"message": "hi", "visitorId": "v1", "stream": true});
    let seen = stage.ask("POST", "/api/v1/chat").json(&body).seen().await;
    let end = check_stream(&seen);
    assert_eq!(end["interrupted"], true, "{end}");
}

#[actix_web::test]
async fn p1_a_panic_is_a_500_in_shape_and_counted_and_the_server_goes_on() {
    struct Panicking;
    #[async_trait::async_trait]
    impl Model for Panicking {
        async fn answer(
            &self,
            _: &synaptiq_domain::ports::Prompt,
        ) -> Result<synaptiq_domain::ports::ModelStream, synaptiq_domain::ports::ModelError> {
            panic!("on purpose")
        }
        async fn is_reachable(&self) -> bool {
            panic!("on purpose")
        }
    }
    let stage = Stage::with(Setting { model: Some(Arc::new(Panicking)), ..Setting::default() }).await;
    let seen = stage.ask_publicly("GET", "/api/health").seen().await;
    assert_eq!((seen.status, &seen.json()["code"]), (500, &json!("internal")));
    for stream in [false, true] {
        let body = json!({"message": "hi", "visitorId": "v1", "stream": stream});
        let seen = stage.ask("POST", "/api/v1/chat").json(&body).seen().await;
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (500, &json!("internal")), "{}", seen.text());
        assert!(!seen.text().contains("purpose"));
    }
    assert_eq!(stage.front.panics(), 3);
    assert_eq!(stage.ask("GET", "/api/v1/leads").seen().await.status, 200);
}

#[actix_web::test]
async fn i6_a_handler_that_takes_too_long_is_a_503_and_the_answer_is_stored_all_the_same() {
    let limits = Limits { handler: Duration::from_millis(50), ..Limits::default() };
    let slow = ModelStep::Drip(vec!["Slow ".to_owned(), "answer.".to_owned()], Duration::from_millis(150));
    let stage = Stage::with(Setting { limits, ..model(slow) }).await;
    let body = json!({"message": "hi", "visitorId": "v1"});
    let seen = stage.ask("POST", "/api/v1/chat").json(&body).seen().await;
    assert_eq!((seen.status, &seen.json()["error"]["code"]), (503, &json!("service_unavailable")));
    stage.front.turns_ended().await;
    let listed = stage.ask("GET", "/api/v1/conversations").seen().await.json();
    assert_eq!(listed["data"][0]["messageCount"], 2, "the turn went on without its client");
}

#[actix_web::test]
async fn a_visitor_reads_their_own_conversation_and_nobody_elses() {
    let stage = Stage::new().await;
    let chat = stage.ask_publicly("POST", "/api/chat").json(&json!({"message": "hi"})).seen().await.json();
    let session = chat["sessionId"].as_str().expect("a session").to_owned();
    let read = |query: &'static str, credential: String| {
        stage.ask_publicly("GET", &format!("/api/chat/messages{query}")).header("authorization", &credential).seen()
    };
    let seen = read("", format!("Session {session}")).await;
    let messages = seen.json()["messages"].clone();
    let roles: Vec<&str> = messages.as_array().expect("messages").iter().filter_map(|m| m["role"].as_str()).collect();
    assert_eq!(roles, ["assistant", "user", "assistant"], "a public conversation begins with the greeting");
    assert_eq!(messages[2]["position"], 3);
    let later = read("?after=2", format!("Session {session}")).await.json();
    assert_eq!(later["messages"].as_array().map(Vec::len), Some(1));
    let mut other = session.clone();
    other.pop();
    for credential in
        [format!("Session {other}"), format!("Bearer {session}"), "Session".to_owned(), format!("Bearer {}", stage.key)]
    {
        assert_eq!(read("", credential.clone()).await.status, 401, "{credential}");
    }
    let unknown = synaptiq_testkit::fixtures::session_secret(7).reveal().to_owned();
    assert_eq!(read("", format!("Session {unknown}")).await.status, 404);
    let stranger = read("?tenantId=ten_01J00000000000000000000000", format!("Session {session}")).await;
    assert_eq!(stranger.status, 404, "v2: a session is bound to its tenant");
}

#[actix_web::test]
async fn a_stream_begins_now_unless_it_says_after_what_and_after_nothing_is_everything() {
    let stage = Stage::new().await;
    let said = stage.ask_publicly("POST", "/api/chat").json(&json!({"message": "hi"})).seen().await.json();
    let session = format!("Session {}", said["sessionId"].as_str().expect("a session"));
    // A greeting, what the visitor said, and the answer.
    for (query, messages) in [("", 0), ("?after=0", 2), ("?after=1", 1), ("?after=3", 0)] {
        let path = format!("/api/chat/stream{query}");
        let mut stream = stage.ask_publicly("GET", &path).header("authorization", &session).open().await;
        let mut told = String::new();
        while !told.contains("event: status") {
            told += &stream.next().await.expect("an open stream");
        }
        assert_eq!(told.matches("event: message").count(), messages, "{query}: {told}");
    }
    let transcript = stage.ask_publicly("GET", "/api/chat/messages").header("authorization", &session).seen().await;
    assert_eq!(transcript.json()["messages"].as_array().map(Vec::len), Some(3), "a transcript is whole in any case");
}

#[actix_web::test]
async fn i1_a_handoff_to_nobody_names_the_field_that_was_sent() {
    let stage = Stage::new().await;
    let said = stage.ask("POST", "/api/v1/chat").json(&json!({"message": "hi", "visitorId": "v1"})).seen().await.json();
    let path = format!("/api/v1/conversations/{}/handoff", said["conversationId"].as_str().expect("an id"));
    let nobody = "usr_00000000000000000000000005";
    for (body, field) in [
        (json!({"reason": "angry", "memberId": nobody}), "memberId"),
        (json!({"reason": "angry", "assignedTo": nobody}), "assignedTo"),
        (json!({"reason": "angry", "memberId": nobody, "assignedTo": nobody}), "memberId"),
    ] {
        let refused = stage.ask("POST", &path).json(&body).seen().await;
        let error = &refused.json()["error"];
        assert_eq!((refused.status, &error["param"]), (400, &json!(field)), "{body}: {error}");
    }
}
