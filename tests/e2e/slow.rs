//! I5, I6: clients that are slow, large or otherwise not what a route expects, over bare sockets.
//! The limits are the real ones: 5 s for a head, 30 s and a least rate for a body.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use synaptiq_tests::{Client, Server};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection that is still open then is not going to be cut off. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(45);

async fn connect(server: &Server) -> TcpStream {
    let address = server.address().trim_start_matches("http://");
    TcpStream::connect(address).await.expect("the server listens")
}

fn head(server: &Server, key: &str, more: &str) -> String {
    let host = server.address().trim_start_matches("http://");
    format!("POST /api/v1/leads HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n{more}\r\n")
}

/// Sends a byte of `text` every `pause` until the server closes the connection or says something,
/// and returns what it said and how long that took.
async fn drip(mut socket: TcpStream, text: &str, pause: Duration) -> (String, Duration) {
    let begun = Instant::now();
    let (mut reader, mut writer) = socket.split();
    let mut answer = Vec::new();
    let dripping = async {
        for byte in text.bytes().chain(std::iter::repeat(b'x')) {
            tokio::time::sleep(pause).await;
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = dripping => unreachable!("it drips until the server has had enough"),
        // A reset is an end, too.
        _ = reader.read_to_end(&mut answer) => {}
        () = tokio::time::sleep(PATIENCE) => panic!("the connection stays open"),
    }
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

#[tokio::test]
async fn i6_a_head_that_drips_is_cut_off_and_others_are_served_meanwhile() {
    let server = Server::start();
    let client = server.admin();
    let many: Vec<_> = (0..200).map(|_| connect(&server)).collect();
    let mut idle = Vec::new();
    for socket in many {
        idle.push(socket.await);
    }
    let slow = drip(connect(&server).await, "GET /api/health HTTP/1.1\r\nx-slow: ", Duration::from_millis(500));
    let busy = async {
        for _ in 0..20 {
            client.get("/api/v1/leads").await.expect(200);
        }
    };
    let ((answer, took), ()) = tokio::join!(slow, busy);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took >= Duration::from_secs(4), "a head has 5 s: {took:?}");
    // Connections that say nothing at all end as well.
    for mut socket in idle {
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "a silent connection stays open");
    }
}

#[tokio::test]
async fn i6_the_head_of_a_later_request_is_cut_off_as_well() {
    let server = Server::start();
    let mut socket = connect(&server).await;
    socket.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("open");
    let mut first = [0; 12];
    socket.read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200");
    let (_, took) = drip(socket, "GET /livez HTTP/1.1\r\nx-slow: ", Duration::from_millis(500)).await;
    assert!(took >= Duration::from_secs(4), "a head has 5 s: {took:?}");
}

#[tokio::test]
async fn i6_a_body_that_drips_is_cut_off_with_408() {
    let server = Server::start();
    let key = server.create_key("admin");
    let sized = head(&server, &key, "content-type: application/json\r\ncontent-length: 100000\r\n");
    let mut socket = connect(&server).await;
    socket.write_all(sized.as_bytes()).await.expect("open");
    let (answer, took) = drip(socket, "{\"name\":\"", Duration::from_millis(250)).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let body: Value = serde_json::from_str(answer.rsplit("\r\n\r\n").next().expect("a body")).expect("JSON");
    assert_eq!(body["error"]["code"], "invalid_request", "{answer}");
    assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn i6_a_body_just_above_the_least_rate_ends_with_its_deadline() {
    let server = Server::start();
    let key = server.create_key("admin");
    let sized = head(&server, &key, "content-type: application/json\r\ncontent-length: 1000000\r\n");
    let mut socket = connect(&server).await;
    socket.write_all(sized.as_bytes()).await.expect("open");
    socket.write_all(b"{\"name\":\"").await.expect("open");
    let begun = Instant::now();
    let (mut reader, mut writer) = socket.split();
    let mut answer = Vec::new();
    let sending = async {
        // 4 KiB a second.
        while writer.write_all(&[b'x'; 1024]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = sending => unreachable!("it sends until the server has had enough"),
        _ = reader.read_to_end(&mut answer) => {}
        () = tokio::time::sleep(PATIENCE) => panic!("the body has no deadline"),
    }
    assert!(begun.elapsed() >= Duration::from_secs(25), "a body has 30 s: {:?}", begun.elapsed());
    let answer = String::from_utf8_lossy(&answer);
    // A reset may have swallowed what was said.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

async fn exchange(server: &Server, request: &[u8]) -> String {
    let mut socket = connect(server).await;
    // The answer may come before all is written.
    let _ = socket.write_all(request).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "no end: {}", String::from_utf8_lossy(&answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn refused(answer: &synaptiq_tests::Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}: {}", answer.request, answer.text);
    assert_eq!(answer.json()["error"]["code"], code, "{}", answer.text);
}

#[tokio::test]
async fn i5_a_body_that_is_too_large_is_refused_with_413_announced_or_not() {
    let server = Server::start();
    let client = server.admin();
    let send = async |size: usize| {
        let body = format!(r#"{{"email":"a@example.com","name":"{}"}}"#, "x".repeat(size));
        let request = client.request(Method::POST, "/api/v1/leads").header("content-type", "application/json");
        client.send(request.body(body)).await
    };
    refused(&send(1024 * 1024).await, 413, "payload_too_large");
    refused(&send(5 * 1024 * 1024).await, 413, "payload_too_large");
    refused(&send(1024 * 1024 - 100).await, 400, "invalid_request");

    let key = client.key().expect("a key");
    let announced = head(&server, key, "content-type: application/json\r\ncontent-length: 99999999999\r\n");
    assert!(exchange(&server, announced.as_bytes()).await.starts_with("HTTP/1.1 413"), "before a byte of it came");
    let chunked = head(&server, key, "content-type: application/json\r\ntransfer-encoding: chunked\r\n");
    let mut chunked = chunked.into_bytes();
    for _ in 0..40 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend(std::iter::repeat_n(b'x', 0x10000));
        chunked.extend_from_slice(b"\r\n");
    }
    let answer = exchange(&server, &chunked).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    client.get("/api/v1/leads").await.expect(200);
}

#[tokio::test]
async fn i5_another_content_type_is_refused_with_415() {
    let server = Server::start();
    let client = server.admin();
    let body = r#"{"email":"a@example.com"}"#;
    let post = async |client: &Client, path: &str, content_type: Option<&str>| {
        let request = client.request(Method::POST, path).body(body);
        let request = content_type.into_iter().fold(request, |request, value| request.header("content-type", value));
        client.send(request).await
    };
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/xml"),
        Some("application/json; charset=utf-16"),
        Some("application/jsonp"),
        Some(""),
    ] {
        refused(&post(&client, "/api/v1/leads", content_type).await, 415, "unsupported_media_type");
        let public = post(&server.anonymous(), "/api/chat", content_type).await.expect(415);
        assert_eq!(public.json()["code"], "unsupported_media_type", "{}", public.text);
    }
    for (content_type, status) in [("application/json", 201), ("Application/JSON; charset=\"UTF-8\"", 200)] {
        post(&client, "/api/v1/leads", Some(content_type)).await.expect(status);
    }
}

#[tokio::test]
async fn i5_headers_and_addresses_that_are_too_large_are_refused_with_431_and_414() {
    let server = Server::start();
    let client = server.admin();
    let large = client.request(Method::GET, "/api/v1/leads").header("x-large", "x".repeat(20_000));
    refused(&client.send(large).await, 431, "invalid_request");
    let mut many = client.request(Method::GET, "/api/v1/leads");
    for number in 0..80 {
        many = many.header(format!("x-many-{number}"), "x".repeat(300));
    }
    refused(&client.send(many).await, 431, "invalid_request");
    refused(&client.get(&format!("/api/v1/leads?q={}", "x".repeat(10_000))).await, 414, "invalid_request");
    // Far beyond: whatever the answer is, it comes, and the server stays.
    for size in [200_000, 5_000_000] {
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(size));
        let answer = exchange(&server, request.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let countless: String =
        (0..2_000).flat_map(|number| ["x-".to_owned(), number.to_string(), ": 1\r\n".to_owned()]).collect();
    let answer = exchange(&server, format!("GET / HTTP/1.1\r\nhost: x\r\n{countless}\r\n").as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    client.get("/api/v1/leads").await.expect(200);
}

#[tokio::test]
async fn i5_what_is_no_http_gets_an_answer_or_an_end() {
    let server = Server::start();
    let client = server.admin();
    let requests: [&[u8]; 12] = [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /%zz%00%ff?%zz=%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET /api/v1/leads/%2e%2e%2f%2e%2e HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        b"POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n",
    ];
    for request in requests {
        let answer = exchange(&server, request).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{:?}: {answer}", String::from_utf8_lossy(request));
    }
    client.get("/api/v1/leads").await.expect(200);
    assert!(!server.output().contains("panicked"), "{}", server.output());
}

#[tokio::test]
async fn i5_another_method_is_refused_with_405_and_the_ones_that_there_are() {
    let server = Server::start();
    let client = server.admin();
    let document = client.get("/api/v1/openapi.json").await.expect(200).json();
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let known: Vec<&str> = item.as_object().expect("operations").keys().map(String::as_str).collect();
        let path = path.replace("{id}", "x").replace("{deliveryId}", "y");
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE", "BREW"] {
            if known.contains(&method.to_lowercase().as_str()) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let answer = client.send(client.request(method, &path)).await;
            refused(&answer, 405, "method_not_allowed");
            let allowed = answer.header("allow").expect("Allow").to_lowercase();
            assert!(known.iter().all(|method| allowed.contains(method)), "{path}: {allowed}");
            checked += 1;
        }
    }
    assert!(checked > 100, "only {checked} were checked");
    refused(&client.get("/api/v1/nothing").await, 404, "not_found");
}

#[tokio::test]
async fn head_is_answered_like_get_without_its_body() {
    let server = Server::start();
    let client = server.admin();
    client.post("/api/v1/leads", &json!({ "email": "a@example.com" })).await.expect(201);
    for path in ["/api/v1/leads", "/api/v1/openapi.json", "/api/v1/docs", "/api/health", "/livez", "/api/v1/leads/x"] {
        let (get, head) = (client.get(path).await, client.send(client.request(Method::HEAD, path)).await);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.text, "", "{path}");
        for header in ["content-type", "content-length"] {
            assert_eq!(head.header(header), get.header(header), "{path}: {header}");
        }
    }
}
