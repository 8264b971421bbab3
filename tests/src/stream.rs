//! Server-sent events as a page reads them, one after another.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;

/// How long a test waits for the next event before it fails. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEvent {
    /// What kind of event it is.
    pub event: String,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its data, which is JSON.
    pub data: Value,
}

/// The events of an answer that is still open.
#[derive(Debug)]
pub struct SentEvents {
    answer: Response,
    unread: Vec<u8>,
}

/// The events of an answer.
///
/// # Panics
///
/// If it is no event stream.
pub fn events_of(answer: Response) -> SentEvents {
    let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(content_type.starts_with("text/event-stream"), "{}: {content_type}", answer.status());
    SentEvents { answer, unread: Vec::new() }
}

impl SentEvents {
    /// The next event, `None` at the end. Comments, which keep the connection open, are skipped.
    ///
    /// # Panics
    ///
    /// If nothing comes for a minute, or something that is no event.
    pub async fn next(&mut self) -> Option<SentEvent> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let frame: Vec<u8> = self.unread.drain(..end + 2).collect();
                let text = String::from_utf8(frame).expect("events are UTF-8");
                if let Some(event) = parse(&text) {
                    return Some(event);
                }
                continue;
            }
            let chunk = tokio::time::timeout(DEADLINE, self.answer.chunk()).await.expect("an event within a minute");
            match chunk.expect("a stream that is not broken") {
                Some(bytes) => self.unread.extend_from_slice(&bytes),
                None => return None,
            }
        }
    }

    /// The next event of one of these kinds.
    ///
    /// # Panics
    ///
    /// If the stream ends before.
    pub async fn next_of(&mut self, kind: &str) -> SentEvent {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended without {kind}"));
            if event.event == kind {
                return event;
            }
        }
    }

    /// All events to the end.
    pub async fn all(mut self) -> Vec<SentEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn parse(frame: &str) -> Option<SentEvent> {
    let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let data = field("data")?;
    let data = serde_json::from_str(data).unwrap_or_else(|error| panic!("data is no JSON ({error}): {frame}"));
    Some(SentEvent { event: field("event")?.to_owned(), id: field("id").map(str::to_owned), data })
}
