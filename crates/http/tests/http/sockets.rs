//! What only a real connection shows: slow heads and bodies, broken requests, streams that stay
//! open, a graceful stop.

use std::time::Duration;

use serde_json::json;
use synaptiq_domain::access::{KeyKind, PermissionSet};
use synaptiq_http::{
    body::BodyLimits,
    front::Limits,
    server::{Running, ServerOptions, serve},
};
use synaptiq_testkit::fakes::{FakeModel, ModelStep};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::stage::{Setting, new_key, parts};

/// Fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(20);

async fn started(setting: Setting) -> (Running, String) {
    let (parts, scope, _) = parts(setting).await;
    let key = new_key(&parts.services, scope, KeyKind::Live, PermissionSet::all()).await;
    let options = ServerOptions { workers: Some(1), ..ServerOptions::on(([127, 0, 0, 1], 0).into()) };
    (serve(&options, parts).expect("a free port"), key)
}

fn short() -> Setting {
    let body =
        BodyLimits { deadline: Duration::from_secs(2), grace: Duration::from_millis(300), ..BodyLimits::default() };
    let limits = Limits { body, head: Duration::from_secs(1), idle: Duration::from_millis(1_500), ..Limits::default() };
    Setting { limits, ..Setting::default() }
}

async fn read_to_end(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = timeout(PATIENCE, socket.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until the text is there.
async fn read_until(socket: &mut TcpStream, text: &str) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&bytes).contains(text) {
        let read = timeout(PATIENCE, socket.read(&mut buffer)).await.expect("in time").expect("open");
        assert!(read > 0, "closed before {text:?}: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn i6_a_head_that_never_ends_is_cut_off_on_the_first_request_and_on_later_ones() {
    let (server, _) = started(short()).await;
    let mut first = TcpStream::connect(server.address).await.expect("listening");
    first.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ").await.expect("open");
    read_to_end(&mut first).await;
    let mut later = TcpStream::connect(server.address).await.expect("listening");
    later.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("open");
    read_until(&mut later, "{\"status\":\"ok\"}").await;
    later.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ").await.expect("open");
    let begun = Instant::now();
    read_to_end(&mut later).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // The rest of the next head never comes although its beginning came with the one before.
    let mut pipelined = TcpStream::connect(server.address).await.expect("listening");
    pipelined.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /livez HT").await.expect("open");
    read_to_end(&mut pipelined).await;
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn i6_a_body_that_drips_is_answered_408_in_shape_and_the_connection_closes() {
    let (server, key) = started(short()).await;
    let mut socket = TcpStream::connect(server.address).await.expect("listening");
    let head = format!(
        "POST /api/v1/leads HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{{"
    );
    socket.write_all(head.as_bytes()).await.expect("open");
    let text = read_to_end(&mut socket).await;
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    assert!(text.contains("\"error\":{\"code\":\"invalid_request\"") && text.contains("connection: close"), "{text}");
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn i5_a_request_that_is_no_http_ends_its_connection_and_nothing_else() {
    let (server, _) = started(short()).await;
    let huge = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(400_000));
    for garbage in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        huge.as_bytes(),
    ] {
        let mut socket = TcpStream::connect(server.address).await.expect("listening");
        let _ = socket.write_all(garbage).await;
        let text = read_to_end(&mut socket).await;
        assert!(!text.starts_with("HTTP/1.1 5"), "{text}");
    }
    let mut socket = TcpStream::connect(server.address).await.expect("listening");
    socket.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("open");
    read_until(&mut socket, "{\"status\":\"ok\"}").await;
    server.stop().await.expect("stops");
}

async fn say(server: &Running, body: &serde_json::Value) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(server.address).await.expect("listening");
    let body = body.to_string();
    let head = format!(
        "POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.expect("open");
    let text = read_until(&mut socket, "sessionId\":\"").await;
    (socket, text)
}

fn session_in(text: &str) -> String {
    let rest = text.split("sessionId\":\"").nth(1).expect("a session");
    rest.split('"').next().expect("a session").to_owned()
}

#[tokio::test]
async fn a_visitor_sees_a_persons_answer_on_their_stream_and_goes_on_from_the_last_event() {
    let (server, key) = started(Setting::default()).await;
    let (_, text) = say(&server, &json!({"message": "hi"})).await;
    let session = session_in(&text);
    let mut stream = TcpStream::connect(server.address).await.expect("listening");
    let head = format!("GET /api/chat/stream HTTP/1.1\r\nhost: x\r\nauthorization: Session {session}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("open");
    let begun = read_until(&mut stream, "event: status").await;
    assert!(!begun.contains("event: message"), "what was said before is not news: {begun}");
    let mut team = TcpStream::connect(server.address).await.expect("listening");
    let list = format!("GET /api/v1/conversations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n");
    team.write_all(list.as_bytes()).await.expect("open");
    let listed = read_until(&mut team, "hasMore").await;
    let id = listed.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    let body = json!({"content": "A person here."}).to_string();
    let post = format!(
        "POST /api/v1/conversations/{id}/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    team.write_all(post.as_bytes()).await.expect("open");
    let news = read_until(&mut stream, "handed_off").await;
    assert!(news.contains("event: message\n") && news.contains("A person here."), "{news}");
    let mut again = TcpStream::connect(server.address).await.expect("listening");
    let head = format!(
        "GET /api/chat/stream HTTP/1.1\r\nhost: x\r\nlast-event-id: 1\r\nauthorization: Session {session}\r\n\r\n"
    );
    again.write_all(head.as_bytes()).await.expect("open");
    let caught_up = read_until(&mut again, "event: status").await;
    assert_eq!(caught_up.matches("event: message\n").count(), 2, "the assistant's and the person's: {caught_up}");
    let begun = Instant::now();
    server.stop().await.expect("stops");
    assert!(begun.elapsed() < Duration::from_secs(10), "p3: open streams do not hold up a stop");
    read_to_end(&mut stream).await;
}

/// Opens a visitor's stream and reads its first event.
async fn follow(server: &Running, session: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(server.address).await.expect("listening");
    let head = format!("GET /api/chat/stream HTTP/1.1\r\nhost: x\r\nauthorization: Session {session}\r\n\r\n");
    socket.write_all(head.as_bytes()).await.expect("open");
    let text = read_until(&mut socket, "\r\n\r\n").await;
    (socket, text)
}

#[tokio::test]
async fn v4_a_client_that_opens_and_closes_its_streams_many_times_in_a_row_is_never_refused() {
    let limits = Limits { streams: 12, streams_of_address: 6, ..Limits::default() };
    let (server, _) = started(Setting { limits, ..Setting::default() }).await;
    let (_, text) = say(&server, &json!({"message": "hi"})).await;
    let session = session_in(&text);
    for round in 0..200 {
        let (socket, text) = follow(&server, &session).await;
        assert!(text.starts_with("HTTP/1.1 200"), "round {round}: {text}");
        drop(socket);
    }
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn v4_a_stream_whose_client_is_gone_gives_its_place_back_long_before_the_next_ping() {
    let limits = Limits { streams_of_address: 2, ping: Duration::from_secs(3_600), ..Limits::default() };
    let (server, _) = started(Setting { limits, ..Setting::default() }).await;
    let mut sessions = Vec::new();
    for _ in 0..9 {
        sessions.push(session_in(&say(&server, &json!({"message": "hi"})).await.1));
    }
    let (_kept, text) = follow(&server, &sessions[0]).await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    for session in &sessions[1..] {
        let begun = Instant::now();
        loop {
            let (socket, text) = follow(&server, session).await;
            drop(socket);
            if text.starts_with("HTTP/1.1 200") {
                break;
            }
            assert!(text.starts_with("HTTP/1.1 429"), "{text}");
            assert!(begun.elapsed() < Duration::from_secs(10), "nobody noticed that the stream before is gone");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn a_client_that_goes_away_loses_nothing_and_p3_a_stop_waits_for_the_turn() {
    let pieces = vec!["One. ".to_owned(), "Two. ".to_owned(), "Three.".to_owned()];
    let model = FakeModel::new([ModelStep::Drip(pieces, Duration::from_millis(150))]);
    let (server, _) = started(Setting { model: Some(std::sync::Arc::new(model)), ..Setting::default() }).await;
    let (socket, text) = say(&server, &json!({"message": "hi", "stream": true})).await;
    let session = session_in(&text);
    drop(socket);
    let store = std::sync::Arc::clone(server.front().store());
    server.stop().await.expect("stops");
    let tenant = store.find_tenant(None).await.expect("a store").expect("a tenant");
    let scope = synaptiq_domain::access::TenantScope::live(tenant.id);
    let hash = synaptiq_domain::conversation::SessionHash::of_text(&session).expect("a session");
    let conversation = store.find_session(scope, hash).await.expect("a store").expect("a conversation");
    let messages = store.messages_after(scope, conversation.id, 0, 10).await.expect("messages");
    assert_eq!(messages.last().map(|message| message.content.as_str()), Some("One. Two. Three."), "{messages:?}");
}

#[tokio::test]
async fn head_answers_with_the_length_and_without_the_body_and_the_connection_goes_on() {
    let (server, _) = started(Setting::default()).await;
    let mut socket = TcpStream::connect(server.address).await.expect("listening");
    socket
        .write_all(b"HEAD /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .expect("open");
    let text = read_until(&mut socket, "{\"status\":\"ok\"}").await;
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
    assert_eq!(text.matches("content-length: 15").count(), 2, "{text}");
    assert_eq!(text.matches("{\"status\":\"ok\"}").count(), 1, "{text}");
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn p3_a_server_that_stops_is_not_ready_and_takes_no_connections() {
    let (server, _) = started(Setting::default()).await;
    let address = server.address;
    let mut socket = TcpStream::connect(address).await.expect("listening");
    socket.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("open");
    assert!(read_until(&mut socket, "}").await.starts_with("HTTP/1.1 200"));
    server.stop().await.expect("stops");
    assert!(TcpStream::connect(address).await.is_err());
}
