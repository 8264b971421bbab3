//! Turns with a configured model that answers, fails, hangs, talks garbage and drips (contract § 7).
//! Whatever it does, the visitor gets an answer and nothing that was said is lost.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Answer, Client, ModelStub, Said, SentEvent, SentEvents, ServerSettings, events_of};

/// How long a test waits for something to be stored. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

fn settings(model: &ModelStub) -> ServerSettings {
    ServerSettings::default()
        .with("SYNAPTIQ_MODEL_PROVIDER", "openai")
        .with("SYNAPTIQ_MODEL_URL", &model.url())
        .with("SYNAPTIQ_MODEL_NAME", "stub")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn said(message: &str) -> Value {
    json!({ "message": message, "visitorId": "v1" })
}

async fn detail(client: &Client, conversation: &Value) -> Value {
    client.get(&format!("/api/v1/conversations/{}", text(conversation))).await.expect(200).json()
}

/// The last message of a conversation.
async fn last_message(client: &Client, conversation: &Value) -> Value {
    let detail = detail(client, conversation).await;
    detail["messages"].as_array().and_then(|messages| messages.last()).cloned().expect("a message")
}

async fn streamed(client: &Client, body: &Value) -> SentEvents {
    let request = client.request(Method::POST, "/api/v1/chat").header("Accept", "text/event-stream").json(body);
    events_of(request.send().await.expect("an answer"))
}

async fn keyed(client: &Client, key: &str, body: &Value) -> Answer {
    client.send(client.request(Method::POST, "/api/v1/chat").header("Idempotency-Key", key).json(body)).await
}

/// The deltas of a stream put together.
fn deltas(events: &[SentEvent]) -> String {
    events.iter().filter(|event| event.event == "message.delta").map(|event| text(&event.data["text"])).collect()
}

fn pieces(texts: &[&str]) -> Vec<Said> {
    texts.iter().map(|text| Said::Text((*text).to_owned())).collect()
}

#[tokio::test]
async fn a_model_that_answers_is_what_the_visitor_reads() {
    let model = ModelStub::start(Said::whole("We are glad to help. What do you sell?"));
    let server = settings(&model).start();
    let client = server.admin();
    let answer = client.post("/api/v1/chat", &said("Hello, my name is Ada")).await.expect(200).json();
    assert_eq!(answer["content"], "We are glad to help. What do you sell?", "{answer}");
    let stored = last_message(&client, &answer["conversationId"]).await;
    assert_eq!(stored["content"], answer["content"], "{stored}");
    assert!(stored.get("fellBack").is_none() && stored.get("interrupted").is_none(), "{stored}");
    let asked = &model.asked()[0];
    assert_eq!(asked["model"], "stub", "{asked}");
    let prompt = asked["messages"].to_string();
    assert!(prompt.contains("<data>\\nHello, my name is Ada\\n</data>"), "M5: what is said is data: {prompt}");
    let health = client.get("/api/health").await.expect(200).json();
    assert_eq!(health["model"], "ok", "{health}");
}

#[tokio::test]
async fn m1_sentences_that_nothing_supports_are_left_out_of_a_models_answer() {
    let model = ModelStub::start(Said::whole(
        "We are glad to help. It costs $4,321 a month. See ![x](https://evil.example/x.png). What do you sell?",
    ));
    let server = settings(&model).start();
    let client = server.admin();
    let answer = client.post("/api/v1/chat", &said("Hello")).await.expect(200).json();
    assert_eq!(answer["content"], "We are glad to help. What do you sell?", "{answer}");
}

#[tokio::test]
async fn a_model_that_fails_is_replaced_by_the_built_in_assistant_and_the_turn_says_so() {
    let model = ModelStub::start(Vec::new());
    let server = settings(&model).start();
    let client = server.admin();
    let garbage = |bytes: &[u8]| vec![Said::Raw(bytes.to_vec())];
    let failures: Vec<(&str, Vec<Said>)> = vec![
        ("an empty answer", Vec::new()),
        ("blanks", Said::whole(" \n ")),
        ("a web page", garbage(b"<html><body>Welcome to the captive portal</body></html>")),
        ("broken JSON", garbage(b"data: {\"choices\":[{\"delta\":{\"content\":\"Hel\n\n")),
        ("bytes", garbage(b"data: \xff\xfe\x00\x01\n\n")),
        ("another shape", garbage(b"data: {\"choices\":\"none\"}\n\n")),
        ("an error on the way", garbage(b"data: {\"error\":{\"message\":\"overloaded\"}}\n\n")),
        ("an answer that breaks off in its first sentence", pieces(&["We are gl"])),
        ("nothing that may be said", Said::whole("It costs $4,321 a month. We guarantee a refund.")),
    ];
    let check = async |what: &str| {
        let answer = client.post("/api/v1/chat", &said("Hello, what do you do?")).await.expect(200).json();
        assert!(!text(&answer["content"]).trim().is_empty(), "{what}: {answer}");
        let stored = last_message(&client, &answer["conversationId"]).await;
        assert_eq!(stored["role"], "assistant", "{what}: {stored}");
        assert_eq!(stored["fellBack"], json!(true), "{what}: {stored}");
        assert_eq!(stored["content"], answer["content"], "{what}: {stored}");
    };
    for (what, steps) in failures {
        model.says(steps);
        check(what).await;
    }
    for status in [302, 400, 401, 404, 429, 500, 503] {
        model.refuses(status, r#"{"error":{"message":"no"}}"#);
        check(&format!("status {status}")).await;
    }
    drop(model);
    check("nobody there").await;
    assert_eq!(client.get("/api/health").await.expect(200).json()["model"], "unreachable");
}

#[tokio::test]
async fn a_model_that_hangs_is_replaced_before_the_visitors_patience_ends() {
    let model = ModelStub::start(vec![Said::Hang]);
    let server = settings(&model).start();
    let client = server.admin();
    let answer = client.post("/api/v1/chat", &said("Hello")).await.expect(200).json();
    let stored = last_message(&client, &answer["conversationId"]).await;
    assert_eq!(stored["fellBack"], json!(true), "{stored}");
    assert_eq!(stored["content"], answer["content"]);
}

#[tokio::test]
async fn a_model_that_drips_for_ever_is_cut_off_and_what_was_released_is_the_answer() {
    let mut steps = pieces(&["We are glad to help. "]);
    for _ in 0..40 {
        steps.extend([Said::Pause(Duration::from_secs(1)), Said::Text("and ".to_owned())]);
    }
    let model = ModelStub::start(steps);
    let server = settings(&model).start();
    let client = server.admin();
    let events = streamed(&client, &said("Hello")).await.all().await;
    let end = events.last().expect("events");
    assert_eq!(end.event, "message.end");
    assert_eq!(end.data["interrupted"], json!(true), "{}", end.data);
    assert_eq!(end.data["content"], "We are glad to help.", "{}", end.data);
    assert_eq!(deltas(&events), text(&end.data["content"]));
    let stored = last_message(&client, &end.data["conversationId"]).await;
    assert_eq!((&stored["content"], &stored["interrupted"]), (&end.data["content"], &json!(true)), "{stored}");
}

#[tokio::test]
async fn a_streamed_answer_is_start_deltas_by_sentence_and_the_end_that_is_stored() {
    let model = ModelStub::start(
        [pieces(&["We are ", "glad to ", "help. What", " do you", " sell?"]), vec![Said::End]].concat(),
    );
    let server = settings(&model).start();
    let client = server.admin();
    let events = streamed(&client, &said("Hello")).await.all().await;
    let kinds: Vec<&str> = events.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(kinds, ["message.start", "message.delta", "message.delta", "message.end"]);
    let (start, end) = (&events[0].data, &events[3].data);
    assert_eq!((&start["id"], &start["sessionId"]), (&end["id"], &end["sessionId"]));
    assert_eq!(events[1].data["text"], "We are glad to help.", "released sentence by sentence");
    assert_eq!(deltas(&events), text(&end["content"]));
    assert_eq!(last_message(&client, &end["conversationId"]).await["content"], end["content"]);
}

#[tokio::test]
async fn a_stream_falls_back_before_its_first_delta_and_ends_interrupted_after_it() {
    let model = ModelStub::start(pieces(&["We are gl"]));
    let server = settings(&model).start();
    let client = server.admin();
    let events = streamed(&client, &said("Hello")).await.all().await;
    let end = &events.last().expect("events").data;
    assert!(!deltas(&events).contains("We are gl"), "{events:?}");
    assert_eq!(deltas(&events), text(&end["content"]));
    let stored = last_message(&client, &end["conversationId"]).await;
    assert_eq!((&stored["fellBack"], &stored["content"]), (&json!(true), &end["content"]), "{stored}");

    model.says(pieces(&["We are glad to help. What do"]));
    let events = streamed(&client, &said("Hello")).await.all().await;
    let end = &events.last().expect("events").data;
    assert_eq!(end["content"], "We are glad to help.", "{end}");
    assert_eq!(end["interrupted"], json!(true), "{end}");
    let stored = last_message(&client, &end["conversationId"]).await;
    assert_eq!((&stored["interrupted"], &stored["content"]), (&json!(true), &end["content"]), "{stored}");
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_of_a_stream_loses_nothing() {
    let steps = [pieces(&["We are glad to help. What"]), vec![Said::Wait], Said::whole(" do you sell?")].concat();
    let model = ModelStub::start(steps);
    let server = settings(&model).start();
    let client = server.admin();
    let mut stream = streamed(&client, &said("Hello, I am at gone@example.com")).await;
    stream.next_of("message.delta").await;
    drop(stream);
    model.release();
    let waiting = async {
        loop {
            let list = client.get("/api/v1/conversations").await.expect(200).json();
            if list["data"][0]["messageCount"] == 2 {
                return last_message(&client, &list["data"][0]["id"]).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let stored = tokio::time::timeout(DEADLINE, waiting).await.expect("the answer is stored");
    assert_eq!(stored["content"], "We are glad to help. What do you sell?", "{stored}");
    let leads = client.get("/api/v1/leads?email=gone@example.com").await.expect(200).json();
    assert_eq!(leads["pagination"]["total"], 1, "{leads}");
}

/// A conversation whose second turn waits for the model, and the request that does.
async fn second_turn_in_hand(client: &Client, model: &ModelStub, steps: Vec<Said>) -> (Value, Value) {
    model.says(Said::whole("Hello."));
    let first = client.post("/api/v1/chat", &said("Hello")).await.expect(200).json();
    model.says(steps);
    let mut body = said("Are you there?");
    body["sessionId"] = first["sessionId"].clone();
    (first["conversationId"].clone(), body)
}

#[tokio::test]
async fn a_person_who_takes_over_ends_a_models_answer_where_it_is() {
    let model = ModelStub::start(Vec::new());
    let server = settings(&model).start();
    let client = server.admin();
    let steps = [pieces(&["We are glad to help. What"]), vec![Said::Wait], Said::whole(" do you sell?")].concat();
    let (conversation, body) = second_turn_in_hand(&client, &model, steps).await;
    let mut stream = streamed(&client, &body).await;
    stream.next_of("message.delta").await;
    let path = format!("/api/v1/conversations/{}/handoff", text(&conversation));
    client.post(&path, &json!({ "reason": "I know them" })).await.expect(200);
    model.release();
    let end = stream.next_of("message.end").await.data;
    assert_eq!((&end["content"], &end["interrupted"]), (&json!("We are glad to help."), &json!(true)), "{end}");
    assert_eq!(end["status"], "handed_off", "{end}");
    let stored = last_message(&client, &conversation).await;
    assert_eq!((&stored["content"], &stored["interrupted"]), (&end["content"], &json!(true)), "{stored}");
}

#[tokio::test]
async fn a_person_who_takes_over_before_a_models_first_words_silences_it() {
    let model = ModelStub::start(Vec::new());
    let server = settings(&model).start();
    let client = server.admin();
    let steps = [vec![Said::Wait], Said::whole("What do you sell?")].concat();
    let (conversation, body) = second_turn_in_hand(&client, &model, steps).await;
    let asking = {
        let (client, body) = (client.clone(), body.clone());
        tokio::spawn(async move { streamed(&client, &body).await.all().await })
    };
    model.wait_until_asked(2).await;
    let path = format!("/api/v1/conversations/{}/messages", text(&conversation));
    client.post(&path, &json!({ "content": "Hello, this is Ada." })).await.expect(201);
    model.release();
    let events = asking.await.expect("a stream");
    let end = &events.last().expect("events").data;
    assert_eq!(end["status"], "handed_off", "{end}");
    assert!(!end["handoff"].is_null(), "{end}");
    assert_eq!(deltas(&events), text(&end["content"]), "what was streamed is what the end says");
    let detail = detail(&client, &conversation).await;
    let messages = detail["messages"].as_array().expect("messages");
    let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "agent"], "the assistant is silent: {detail}");
    assert_eq!(end["id"], messages[2]["id"], "the notice is not stored: {end}");
}

#[tokio::test]
async fn p6_a_kill_between_the_two_commits_of_a_turn_repeats_nothing_but_the_question_to_the_model() {
    let model = ModelStub::start(vec![Said::Hang]);
    let mut server = settings(&model).start();
    let key = server.create_key("admin");
    let mut body = said("Hello, I am at once@example.com");
    body["metadata"] = json!({ "page": "/pricing" });
    for life in 1..=3 {
        let client = server.client(&key);
        let (asking, asked) = (client.clone(), body.clone());
        let request = tokio::spawn(async move {
            let request = asking.request(Method::POST, "/api/v1/chat").header("Idempotency-Key", "turn").json(&asked);
            asking.try_send(request).await
        });
        model.wait_until_asked(life).await;
        // The model is asked once the visitor's message is committed.
        let list = client.get("/api/v1/conversations").await.expect(200).json();
        assert_eq!(list["pagination"]["total"], 1, "{list}");
        assert_eq!(list["data"][0]["messageCount"], 1, "{list}");
        server.kill9();
        assert!(request.await.expect("no panic").is_err(), "the kill cut the answer off");
        server.restart();
    }
    model.says(Said::whole("We are glad to help. What do you sell?"));
    let client = server.client(&key);
    let answer = keyed(&client, "turn", &body).await.expect(200);
    assert_eq!(model.asked().len(), 4, "once per life");
    let turn = answer.json();
    assert_eq!(turn["content"], "We are glad to help. What do you sell?", "{turn}");
    let detail = detail(&client, &turn["conversationId"]).await;
    let messages = detail["messages"].as_array().expect("messages");
    let contents: Vec<&str> = messages.iter().filter_map(|message| message["content"].as_str()).collect();
    assert_eq!(contents, ["Hello, I am at once@example.com", "We are glad to help. What do you sell?"], "{detail}");
    assert_eq!(client.get("/api/v1/leads").await.expect(200).json()["pagination"]["total"], 1);
    assert_eq!(client.get("/api/v1/conversations").await.expect(200).json()["pagination"]["total"], 1);

    let again = keyed(&client, "turn", &body).await.expect(200);
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (answer.text.as_str(), Some("true")));
    keyed(&client, "turn", &said("Something else")).await.expect(422);
    assert_eq!(model.asked().len(), 4, "a kept answer asks no model");
    // The session that was made in the first life is the one to go on with.
    let mut next = said("Still there?");
    next["sessionId"] = turn["sessionId"].clone();
    let next = client.post("/api/v1/chat", &next).await.expect(200).json();
    assert_eq!(next["conversationId"], turn["conversationId"], "{next}");
}

#[tokio::test]
async fn p6_a_turn_that_was_begun_plain_can_be_retried_and_replayed_as_a_stream() {
    let model = ModelStub::start(vec![Said::Hang]);
    let mut server = settings(&model).start();
    let key = server.create_key("admin");
    let mut body = said("Hello");
    body["stream"] = json!(true);
    let client = server.client(&key);
    let ask = |client: &Client| {
        let (client, body) = (client.clone(), body.clone());
        async move {
            let request = client.request(Method::POST, "/api/v1/chat").header("Idempotency-Key", "s").json(&body);
            request.send().await
        }
    };
    let first = tokio::spawn(ask(&client));
    model.wait_until_asked(1).await;
    server.kill9();
    assert!(first.await.expect("no panic").is_err(), "no event had been sent");
    server.restart();
    model.says(Said::whole("We are glad to help. What do you sell?"));
    let client = server.client(&key);
    let events = events_of(ask(&client).await.expect("an answer")).all().await;
    let end = &events.last().expect("events").data;
    assert_eq!(deltas(&events), "We are glad to help. What do you sell?");
    let replay = ask(&client).await.expect("an answer");
    assert_eq!(
        replay.headers().get("idempotent-replayed").map(reqwest::header::HeaderValue::as_bytes),
        Some(&b"true"[..])
    );
    let replay = events_of(replay).all().await;
    let kinds: Vec<&str> = replay.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(kinds, ["message.start", "message.delta", "message.end"], "start, one delta, end");
    assert_eq!(&replay[2].data, end);
    assert_eq!(model.asked().len(), 2);
    assert_eq!(detail(&client, &end["conversationId"]).await["messageCount"], 2);
}
