//! The harness keeps its own promises, without a server.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use synaptiq_tests::{Client, Receiver, Scripted};

#[tokio::test]
async fn a_receiver_keeps_requests_to_the_byte_and_answers_by_its_script() {
    let receiver = Receiver::scripted(&[
        Scripted { headers: vec![("retry-after".to_owned(), "7".to_owned())], ..Scripted::status(503) },
        Scripted { delay: Duration::from_millis(1), ..Scripted::status(204) },
    ]);
    let client = Client::new(receiver.url().trim_end_matches("/hook"), Some("k"));
    let body = "{\"a\": 1,\t\"b\": \"ü\"}";
    let first = client.send(client.request(Method::POST, "/hook?x=1").header("X-Own", "v").body(body)).await;
    assert_eq!((first.status, first.header("retry-after")), (503, Some("7")));
    for _ in 0..2 {
        client.post("/hook", &json!({})).await.expect(204);
    }
    let requests = receiver.wait_for(3).await;
    assert_eq!(requests[0].body, body.as_bytes());
    assert_eq!(requests[0].path, "/hook?x=1");
    assert_eq!(requests[0].header("x-own"), Some("v"));
    assert_eq!(requests[0].header("authorization"), Some("Bearer k"));
    assert_eq!(requests.iter().map(|request| request.answered).collect::<Vec<_>>(), [503, 204, 204]);
}
