//! What is logged of a request, and what never is (security P4).

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::stage::Stage;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[actix_web::test]
async fn p4_a_log_line_says_which_request_route_and_key_and_nothing_that_was_sent() {
    let stage = Stage::new().await;
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(captured.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let chat = json!({"message": "email:private@example.com is my address", "visitorId": "secret_visitor"});
    let seen =
        stage.ask("POST", "/api/v1/chat?token=hidden").json(&chat).header("x-request-id", "trace-9").seen().await;
    let session = seen.json()["sessionId"].as_str().expect("a session").to_owned();
    let asking = stage.ask_publicly("GET", "/api/chat/messages").header("authorization", &format!("Session {session}"));
    assert_eq!(asking.seen().await.status, 200);
    stage.ask_publicly("GET", "/api/v1/leads?q=private").header("authorization", "Bearer some-guess").seen().await;
    drop(guard);
    let log = String::from_utf8(captured.0.lock().expect("unpoisoned").clone()).expect("text");
    for said in
        ["trace-9", "operation=\"chat\"", "caller=\"key_", "status=200", "operation=\"listLeads\"", "status=401"]
    {
        assert!(log.contains(said), "{said} is missing in {log}");
    }
    for hidden in [&*stage.key, &*session, "private", "secret_visitor", "hidden", "some-guess", "Built-in answer"] {
        assert!(!log.contains(hidden), "{hidden} was logged: {log}");
    }
}
