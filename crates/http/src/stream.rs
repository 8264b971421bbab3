//! A chat whose answer is streamed (contract § 7).
//!
//! The turn runs as a task of its own: a client that goes away cancels nothing. Until the first
//! event is sent a refusal is an ordinary answer with its status; after it, an `error` event. An
//! answer that comes without any event before it, because it was kept from an earlier request, is
//! sent as start, one delta, end.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use serde_json::{Value, json, value::RawValue};
use synaptiq_wire::{Code, Fault};
use tokio::time::timeout;

use crate::{
    answer::{Answer, Body},
    fault::Refused,
    idempotency::{REPLAYED, Wish},
    pipeline::{self, panicked},
    request::Call,
    sse::{EventSender, channel},
};

/// Begins the answer.
pub const START: &str = "message.start";
/// Carries some of its text.
pub const DELTA: &str = "message.delta";
/// Carries the whole answer.
pub const END: &str = "message.end";
/// Ends an answer that failed.
pub const ERROR: &str = "error";

/// Runs a streaming route and answers with its events, or with its refusal.
pub(crate) async fn run(call: Call, wish: Option<Wish>) -> Result<Answer, Refused> {
    let front = Arc::clone(&call.front);
    let (sender, mut receiver) = channel();
    let replayed = Arc::new(AtomicBool::new(false));
    let task = front.tasks.spawn(turn(call, wish, sender, Arc::clone(&replayed)));
    let late = |_| Fault::new(Code::ServiceUnavailable, "this took too long").with_retry_after(1);
    match timeout(front.limits.handler, receiver.recv()).await.map_err(late)? {
        Some(first) => {
            let answer = Answer::events(Some(first), receiver);
            Ok(if replayed.load(Ordering::Acquire) { answer.with_header(REPLAYED, "true") } else { answer })
        }
        // No event at all: the task has an ordinary answer, or none because it panicked.
        None => task.await.ok().flatten().unwrap_or_else(|| Err(panicked(&front))),
    }
}

/// The whole turn. Gives its answer back if that was not sent as events.
async fn turn(
    mut call: Call,
    wish: Option<Wish>,
    sender: EventSender,
    replayed: Arc<AtomicBool>,
) -> Option<Result<Answer, Refused>> {
    call.events = Some(sender.clone());
    let (front, dialect, request_id) = (Arc::clone(&call.front), call.dialect, call.head.request_id.clone());
    // Caught here as well as by the runtime, so that a stream that has begun ends with an error.
    let result = front.tasks.spawn(pipeline::run(call, wish)).await.unwrap_or_else(|_| Err(panicked(&front)));
    match result {
        Ok(answer) if answer.status == 200 => {
            let Body::Whole(_, body) = &answer.body else { return Some(Ok(answer)) };
            replayed.store(answer.headers.iter().any(|(name, _)| name == REPLAYED), Ordering::Release);
            if !sender.has_begun() {
                begin(&sender, body).await;
            }
            send_raw(&sender, END, body).await;
            None
        }
        Err(refused) if sender.has_begun() => {
            let refusal = dialect.refusal(&refused.into_fault(), &request_id);
            send_raw(&sender, ERROR, refusal.whole().unwrap_or(&Bytes::new())).await;
            None
        }
        other => Some(other),
    }
}

/// Start and one delta of an answer that is there already.
async fn begin(sender: &EventSender, body: &Bytes) {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return };
    sender.send(START, &json!({"id": answer["id"], "sessionId": answer["sessionId"]}), None).await;
    sender.send(DELTA, &json!({"text": answer["content"]}), None).await;
}

async fn send_raw(sender: &EventSender, event: &str, body: &[u8]) {
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(raw) => {
            sender.send(event, &raw, None).await;
        }
        Err(error) => tracing::error!(%error, "an answer is no JSON"),
    }
}
