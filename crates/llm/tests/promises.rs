//! The promises of the port `Model`, against a server that misbehaves in every way.
//!
//! No test measures time: a server that hangs does so until the client goes away, and a limit that
//! did not work would show as the guard of [`ask`].

mod support;

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::StreamExt as _;
use support::{Act, Stub, delta, finish, head, send, whole};
use synaptiq_domain::ports::{Model as _, ModelError, Prompt, PromptMessage};
use synaptiq_llm::{ApiKey, InvalidOptions, OpenAiModel, OpenAiOptions};

const EVENTS: &str = "text/event-stream";
const KEY: &str = "sk-very-secret";

fn prompt() -> Prompt {
    let message = |from_assistant, content: &str| PromptMessage { from_assistant, content: content.to_owned() };
    Prompt {
        system: "Answer from the passages.".to_owned(),
        messages: vec![message(false, "Hi"), message(true, "Hello!"), message(false, "What does it cost?")],
        max_tokens: 200,
    }
}

fn options(stub: &Stub) -> OpenAiOptions {
    let mut options = OpenAiOptions::new(&stub.base_url, "test-model");
    options.api_key = Some(ApiKey::new(KEY));
    options
}

const LONG: Duration = Duration::from_secs(50);
const SHORT: Duration = Duration::from_millis(300);

/// A model with one short limit; only that one can end an answer before the guard of [`ask`] does.
fn limited(stub: &Stub, deadline: Duration, first_piece_timeout: Duration, idle_timeout: Duration) -> OpenAiModel {
    let limits = OpenAiOptions { deadline, first_piece_timeout, idle_timeout, ..options(stub) };
    OpenAiModel::new(limits).expect("valid options")
}

fn patient(stub: &Stub) -> OpenAiModel {
    OpenAiModel::new(options(stub)).expect("valid options")
}

/// The pieces that arrived and the error that ended them, if one did.
async fn pieces(model: &OpenAiModel) -> (Vec<String>, Option<ModelError>) {
    let asked = async {
        let mut stream = match model.answer(&prompt()).await {
            Ok(stream) => stream,
            Err(error) => return (Vec::new(), Some(error)),
        };
        let mut pieces = Vec::new();
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => pieces.push(piece),
                Err(error) => {
                    assert!(stream.next().await.is_none(), "an error ends the stream");
                    return (pieces, Some(error));
                }
            }
        }
        (pieces, None)
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.expect("an answer ends within its limits")
}

async fn ask(model: &OpenAiModel) -> Result<String, ModelError> {
    let (pieces, error) = pieces(model).await;
    error.map_or(Ok(pieces.concat()), Err)
}

#[track_caller]
fn assert_garbage(answer: Result<String, ModelError>, word: &str) {
    match answer {
        Err(ModelError::Garbage(reason)) => assert!(reason.contains(word), "{reason}"),
        other => panic!("expected garbage ({word}), got {other:?}"),
    }
}

#[track_caller]
fn assert_unreachable(answer: Result<String, ModelError>, word: &str) {
    match answer {
        Err(ModelError::Unreachable(reason)) => {
            assert!(reason.contains(word), "{reason}");
            assert!(!reason.contains(KEY) && !reason.contains("127.0.0.1"), "{reason}");
        }
        other => panic!("expected unreachable ({word}), got {other:?}"),
    }
}

#[tokio::test]
async fn an_answer_arrives_piece_by_piece() {
    let stub = Stub::always(vec![
        head("200 OK", EVENTS),
        send("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"),
        send(": ping\n\n"),
        send(delta("Pro costs ")),
        send(delta("149 €.")),
        send(finish("stop")),
        send("data: {\"choices\":[],\"usage\":{\"total_tokens\":9}}\n\ndata: [DONE]\n\n"),
        Act::Close,
    ])
    .await;
    let (pieces, error) = pieces(&patient(&stub)).await;
    assert_eq!(pieces, ["Pro costs ", "149 €."]);
    assert!(error.is_none(), "{error:?}");

    let request = stub.last_request();
    let (head, body) = request.split_once("\r\n\r\n").expect("head and body");
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("authorization: bearer sk-very-secret"), "{head}");
    assert!(head.contains("accept-encoding: identity"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["model"], "test-model");
    assert_eq!(body["max_tokens"], 200, "M4: what it costs is bounded");
    assert_eq!(body["messages"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn a_character_cut_in_two_by_the_network_stays_whole() {
    let event = delta("价格 🙂");
    let middle = event.find('格').expect("it is there") + 1;
    let (one, other) = event.as_bytes().split_at(middle);
    let stub = Stub::start({
        let (one, other) = (one.to_vec(), other.to_vec());
        move |_| vec![head("200 OK", EVENTS), send(&one), send(&other), send("data: [DONE]\r\n\r\n"), Act::Close]
    })
    .await;
    assert_eq!(ask(&patient(&stub)).await.expect("an answer"), "价格 🙂");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = r#"{"choices":[{"message":{"role":"assistant","content":"149 euro."},"finish_reason":"stop"}]}"#;
    let stub = Stub::always(vec![whole("200 OK", "application/json; charset=utf-8", body)]).await;
    let model = patient(&stub);
    assert_eq!(ask(&model).await.expect("an answer"), "149 euro.");
    let body = r#"{"choices":[{"message":{"content":"149"},"finish_reason":"length"}]}"#;
    let stub = Stub::always(vec![whole("200 OK", "application/json", body)]).await;
    assert_garbage(ask(&patient(&stub)).await, "cut off");
}

#[tokio::test]
async fn a_connection_serves_many_answers() {
    let body = format!("{}{}data: [DONE]\n\n", delta("Yes."), finish("stop"));
    let stub = Stub::always(vec![whole("200 OK", EVENTS, &body)]).await;
    let model = patient(&stub);
    for _ in 0..5 {
        assert_eq!(ask(&model).await.expect("an answer"), "Yes.");
    }
    assert_eq!(stub.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_empty_answer_is_an_error() {
    for body in [finish("stop"), "data: [DONE]\n\n".to_owned(), format!("{}{}", delta(" \n"), finish("stop"))] {
        let stub = Stub::always(vec![whole("200 OK", EVENTS, &body)]).await;
        assert_garbage(ask(&patient(&stub)).await, "empty");
    }
    for body in ["{}", r#"{"choices":[]}"#, r#"{"choices":[{"message":{"content":null}}]}"#] {
        let stub = Stub::always(vec![whole("200 OK", "application/json", body)]).await;
        assert_garbage(ask(&patient(&stub)).await, "empty");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_an_error() {
    for reason in ["length", "content_filter", "tool_calls"] {
        let stub = Stub::always(vec![whole("200 OK", EVENTS, &(delta("Pro costs") + &finish(reason)))]).await;
        let (pieces, error) = pieces(&patient(&stub)).await;
        assert_eq!(pieces, ["Pro costs"]);
        assert_garbage(Err(error.expect("it was cut off")), "cut off");
    }
    // The connection closes, properly or in the middle of an event or of the announced length.
    let announced = send(format!("HTTP/1.1 200 OK\r\ncontent-type: {EVENTS}\r\ncontent-length: 9999\r\n\r\n"));
    for acts in [
        vec![head("200 OK", EVENTS), send(delta("Pro costs")), Act::Close],
        vec![announced, send(delta("Pro costs")), Act::Close],
        vec![whole("200 OK", EVENTS, &delta("Pro costs"))],
    ] {
        let stub = Stub::always(acts).await;
        let (pieces, error) = pieces(&patient(&stub)).await;
        assert_eq!(pieces, ["Pro costs"]);
        assert_garbage(Err(error.expect("it broke off")), "broke off");
    }
    let half = delta("149 euro.");
    let stub = Stub::always(vec![head("200 OK", EVENTS), send(&half[..half.len() / 2]), Act::Close]).await;
    assert_garbage(ask(&patient(&stub)).await, "not a chat completion");
}

#[tokio::test]
async fn a_server_that_hangs_before_its_answer_times_out() {
    for acts in [vec![Act::Hang], vec![head("200 OK", EVENTS), Act::Hang], vec![send("HTTP/1.1 200"), Act::Hang]] {
        let stub = Stub::always(acts).await;
        assert!(matches!(ask(&limited(&stub, LONG, SHORT, LONG)).await, Err(ModelError::TimedOut)));
    }
}

#[tokio::test]
async fn a_server_that_hangs_between_two_pieces_times_out() {
    let stub = Stub::always(vec![head("200 OK", EVENTS), send(delta("Pro ")), Act::Hang]).await;
    let (pieces, error) = pieces(&limited(&stub, LONG, LONG, SHORT)).await;
    assert_eq!(pieces, ["Pro "]);
    assert!(matches!(error, Some(ModelError::TimedOut)), "{error:?}");
}

#[tokio::test]
async fn comments_do_not_pass_for_an_answer() {
    let ping = Act::Repeat(b": ping\n\n".to_vec(), Duration::from_millis(10));
    let stub = Stub::always(vec![head("200 OK", EVENTS), ping]).await;
    assert!(matches!(ask(&limited(&stub, LONG, SHORT, LONG)).await, Err(ModelError::TimedOut)));
}

#[tokio::test]
async fn an_answer_that_drips_without_end_times_out() {
    let drip = Act::Repeat(delta("drip ").into_bytes(), Duration::from_millis(20));
    let stub = Stub::always(vec![head("200 OK", EVENTS), drip]).await;
    let (_, error) = pieces(&limited(&stub, SHORT, LONG, LONG)).await;
    assert!(matches!(error, Some(ModelError::TimedOut)), "{error:?}");
    let drip = Act::Repeat(b" ".to_vec(), Duration::from_millis(20));
    let stub = Stub::always(vec![head("200 OK", "application/json"), drip]).await;
    assert!(matches!(ask(&limited(&stub, SHORT, LONG, LONG)).await, Err(ModelError::TimedOut)));
}

#[tokio::test]
async fn a_server_that_hangs_after_a_whole_answer_does_no_harm() {
    let stub = Stub::always(vec![head("200 OK", EVENTS), send(delta("Yes.")), send(finish("stop")), Act::Hang]).await;
    assert_eq!(ask(&patient(&stub)).await.expect("an answer"), "Yes.");
}

#[tokio::test]
async fn an_answer_longer_than_allowed_is_given_up() {
    let flood = |bytes: Vec<u8>| Act::Repeat(bytes, Duration::ZERO);
    let text = delta(&"x".repeat(10_000)).into_bytes();
    let line = vec![b'x'; 1_000_000];
    for (media_type, bytes) in
        [(EVENTS, text), (EVENTS, line.clone()), ("application/json", line), (EVENTS, b": ping\n".repeat(100_000))]
    {
        let stub = Stub::always(vec![head("200 OK", media_type), flood(bytes)]).await;
        assert_garbage(ask(&patient(&stub)).await, "long");
    }
}

#[tokio::test]
async fn garbage_is_an_error() {
    let html = "<!doctype html><title>Sign in</title>";
    for (media_type, body) in [
        ("text/html", html),
        (EVENTS, html),
        ("application/json", html),
        (EVENTS, "data: {\"choices\":[{\"delta\"\n\n"),
        (EVENTS, "data: [1,2]\n\n"),
        (EVENTS, "data: {\"choices\":\"none\"}\n\n"),
        ("application/json", "[]"),
        ("application/json", ""),
        (EVENTS, ""),
    ] {
        let stub = Stub::always(vec![whole("200 OK", media_type, body)]).await;
        assert_garbage(ask(&patient(&stub)).await, "");
    }
    let binary: Vec<u8> = (0..=255).cycle().take(4096).collect();
    for media_type in [EVENTS, "application/json", "application/octet-stream"] {
        let stub = Stub::always(vec![head("200 OK", media_type), send(&binary), Act::Close]).await;
        assert_garbage(ask(&patient(&stub)).await, "");
    }
    let stub = Stub::always(vec![head("200 OK", EVENTS), send(b"data: \xff\xff\n\n"), Act::Close]).await;
    assert_garbage(ask(&patient(&stub)).await, "UTF-8");
}

#[tokio::test]
async fn what_is_no_http_is_unreachable() {
    for acts in [vec![send("SSH-2.0-server\r\n"), Act::Close], vec![Act::Close]] {
        let stub = Stub::always(acts).await;
        assert_unreachable(ask(&patient(&stub)).await, "");
    }
}

#[tokio::test]
async fn a_refusal_is_reported_without_what_the_server_says() {
    for (status, word) in [
        ("401 Unauthorized", "key"),
        ("403 Forbidden", "key"),
        ("404 Not Found", "model"),
        ("429 Too Many Requests", "many"),
        ("400 Bad Request", "refused"),
        ("500 Internal Server Error", "failed"),
        ("503 Service Unavailable", "failed"),
    ] {
        let body = format!(r#"{{"error":{{"message":"wrong key {KEY}"}}}}"#);
        let stub = Stub::always(vec![whole(status, "application/json", &body)]).await;
        assert_unreachable(ask(&patient(&stub)).await, word);
    }
    let body = format!("data: {{\"error\":{{\"message\":\"overloaded {KEY}\"}}}}\n\n");
    let stub = Stub::always(vec![whole("200 OK", EVENTS, &body)]).await;
    assert_unreachable(ask(&patient(&stub)).await, "reported an error");
}

#[tokio::test]
async fn o3_no_redirect_is_followed() {
    let elsewhere = Stub::always(vec![whole("200 OK", EVENTS, &(delta("Yes.") + &finish("stop")))]).await;
    let location = format!("HTTP/1.1 307 Moved\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.base_url);
    let stub = Stub::always(vec![send(location)]).await;
    let model = patient(&stub);
    assert_unreachable(ask(&model).await, "redirects");
    assert!(!model.is_reachable().await);
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn o4_nothing_is_unpacked() {
    let packed =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
    let stub = Stub::always(vec![send(packed), send(b"\x1f\x8b\x08\0\0\0\0\0\0\xff"), Act::Close]).await;
    assert_garbage(ask(&patient(&stub)).await, "");
}

#[tokio::test]
async fn a_server_that_wants_the_newer_name_of_the_cap_gets_it() {
    let refusal = r#"{"error":{"message":"Unsupported parameter: use 'max_completion_tokens' instead."}}"#;
    let answer = delta("Yes.") + &finish("stop");
    let stub = Stub::start(move |number| {
        vec![if number == 0 {
            whole("400 Bad Request", "application/json", refusal)
        } else {
            whole("200 OK", EVENTS, &answer)
        }]
    })
    .await;
    let model = patient(&stub);
    for _ in 0..2 {
        assert_eq!(ask(&model).await.expect("an answer"), "Yes.");
        let request = stub.last_request();
        assert!(request.contains("\"max_completion_tokens\":200") && !request.contains("\"max_tokens\""), "{request}");
    }
    assert_eq!(stub.requests.lock().expect("not poisoned").len(), 3, "the lesson is remembered");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let stub = Stub::always(vec![]).await;
    let options = options(&stub);
    drop(stub);
    let model = OpenAiModel::new(options).expect("valid options");
    // The port closes with the stub's task, which ends at its next turn.
    tokio::task::yield_now().await;
    assert!(!model.is_reachable().await);
    assert_unreachable(ask(&model).await, "");
}

#[tokio::test]
async fn a_server_without_tls_is_no_https_server() {
    let stub = Stub::always(vec![whole("200 OK", EVENTS, &(delta("Yes.") + &finish("stop")))]).await;
    let mut options = options(&stub);
    options.base_url = options.base_url.replace("http://", "https://");
    match OpenAiModel::new(options) {
        Ok(model) => assert_unreachable(ask(&model).await, ""),
        // Without root certificates https cannot be spoken, and the operator hears it at the start.
        Err(error) => {
            assert!(matches!(error, InvalidOptions::Client(_)), "{error}");
            eprintln!("NOT TESTED: this machine has no root certificates");
        }
    }
    assert!(stub.requests.lock().expect("not poisoned").is_empty());
}

#[tokio::test]
async fn whoever_answers_is_reachable_unless_the_key_is_refused() {
    for (status, reachable) in [
        ("200 OK", true),
        ("404 Not Found", true),
        ("405 Method Not Allowed", true),
        ("429 Too Many Requests", true),
        ("401 Unauthorized", false),
        ("403 Forbidden", false),
        ("500 Internal Server Error", false),
    ] {
        let stub = Stub::always(vec![whole(status, "application/json", "{}")]).await;
        assert_eq!(patient(&stub).is_reachable().await, reachable, "{status}");
        assert!(stub.last_request().starts_with("GET /v1/models HTTP/1.1\r\n"));
    }
}

#[tokio::test]
async fn p4_the_key_is_in_no_debug_form() {
    let stub = Stub::always(vec![]).await;
    assert!(!format!("{:?}", patient(&stub)).contains(KEY));
}
