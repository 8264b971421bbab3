//! A visitor's own conversation: its transcript, and a stream of what comes after (contract § 7).

use std::sync::Arc;

use synaptiq_domain::{
    conversation::{Conversation, Role, SessionHash},
    use_cases::{UseCaseError, VisitorMessages, visitor_messages},
};
use synaptiq_wire::{
    Code, Fault,
    app::transcript::{Transcript, TranscriptMessage, TranscriptStatus, position_of_event, read_after},
};
use tokio::time::timeout;

use crate::{
    answer::Answer,
    fault::{Refused, busy},
    limits,
    pipeline::refusal,
    request::Call,
    sse::{EventSender, channel},
    stream_places::Full,
};

fn session(call: &Call) -> Result<SessionHash, Refused> {
    let missing = || Fault::new(Code::MissingCredential, "send your session").into();
    call.caller.session().ok_or_else(missing)
}

/// `GET /api/chat/messages?after=`
pub(super) async fn messages(call: Call) -> Result<Answer, Refused> {
    let after = read_after(&call.query())?.unwrap_or(0);
    let found = visitor_messages(call.services(), call.scope(), session(&call)?, after).await?;
    Ok(Answer::ok(&Transcript::of(&found, call.services().idle_since())))
}

/// `GET /api/chat/stream`: `message` for what the assistant or the team says after the position in
/// `Last-Event-ID` or `after` (else from now on), `status` first and whenever it changes.
pub(super) async fn stream(call: Call) -> Result<Answer, Refused> {
    let session = session(&call)?;
    let asked = read_after(&call.query())?;
    let found = call.services().store.find_session(call.scope(), session).await?;
    let conversation = found.ok_or(UseCaseError::NotFound)?;
    let after = match (&call.head.last_event_id, asked) {
        (Some(id), _) => position_of_event(id),
        (None, Some(asked)) => asked,
        (None, None) => conversation.message_count,
    };
    let place = match call.front.streams.take(session, call.head.address) {
        Ok(place) => place,
        Err(Full::Everywhere) => return Err(busy().into()),
        Err(Full::Address) => return Ok(too_many_streams(&call)),
    };
    let (events, receiver) = channel();
    let front = Arc::clone(&call.front);
    let tasks = front.tasks.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = follow(&call, session, &conversation, after, &events) => {}
            () = place.lost() => {}
            () = events.closed() => {}
            () = front.stopped() => {}
        }
    });
    Ok(Answer::feed(receiver))
}

/// 429 with the limit that it tells of. When a place will be free nobody knows: it is when a visitor
/// of the same address leaves.
fn too_many_streams(call: &Call) -> Answer {
    let (front, most) = (&call.front, call.front.streams.of_an_address());
    let seconds = u32::try_from(front.limits.ping.as_secs()).unwrap_or(u32::MAX).max(1);
    let message = format!("{most} streams are open from this address; try again in {seconds} s");
    let fault = Fault::new(Code::RateLimited, message).with_retry_after(seconds);
    let free = front.services.clock.now().seconds() + i64::from(seconds);
    refusal(call.dialect, &fault, &call.head.request_id)
        .with_header(limits::LIMIT, most.to_string())
        .with_header(limits::REMAINING, "0")
        .with_header(limits::RESET, free.to_string())
}

/// Sends what happens until the client is gone or the conversation is.
async fn follow(call: &Call, session: SessionHash, first: &Conversation, mut after: u32, events: &EventSender) {
    let subscription = call.front.feed.subscribe(call.scope(), first.id);
    let mut told = None;
    loop {
        let changed = subscription.next();
        let seen = visitor_messages(call.services(), call.scope(), session, after).await;
        let Ok(VisitorMessages { conversation, messages }) = seen else { return };
        let more = !messages.is_empty();
        for message in &messages {
            after = message.position;
            let id = Some(u64::from(after));
            let is_news = message.role != Role::User;
            if is_news && !events.send("message", &TranscriptMessage::from(message), id).await {
                return;
            }
        }
        if more {
            continue;
        }
        let status = conversation.status_at(call.services().idle_since());
        let status = TranscriptStatus::of(status, conversation.handoff.as_ref());
        if told.as_ref() != Some(&status) {
            if !events.send("status", &status, None).await {
                return;
            }
            told = Some(status);
        }
        // Whether it changed or not: look again.
        let _ = timeout(call.front.limits.poll, changed).await;
    }
}
