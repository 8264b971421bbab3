//! A turn of a chat, as every dialect asks for it: from the request to the command, and from the
//! parts that are released to events.

use async_trait::async_trait;
use serde_json::{Value, json};
use synaptiq_domain::{
    analytics::Onlooker,
    conversation::{Channel, Message, SessionHash},
    id::Id,
    use_cases::{ChatCommand, ChatOutcome, ReplyPart, ReplySink},
};
use synaptiq_wire::chat::ChatRequest;

use crate::{
    auth::Caller,
    request::Call,
    sse::EventSender,
    stream::{DELTA, START},
};

/// What a dialect's request asks of the turn.
pub fn command(call: &Call, request: ChatRequest) -> ChatCommand {
    let ChatRequest { message, visitor, session, stream: _, mut metadata, language, channel, tenant: _, agent } =
        request;
    if let Some(user_agent) = &call.head.user_agent {
        metadata.entry("userAgent").or_insert_with(|| Value::String(user_agent.clone()));
    }
    let from_page = call.caller.is_visitor();
    ChatCommand {
        text: message,
        visitor,
        session,
        metadata,
        language,
        channel: channel.unwrap_or(if from_page { Channel::WebChat } else { Channel::Api }),
        assistant: agent,
        onlooker: from_page.then(|| onlooker(call)),
        greets: matches!(*call.caller, Caller::Visitor { .. }),
    }
}

/// Counts a visitor's first message against the session that was made for it, like those that follow.
pub async fn count_first_message(call: &Call, outcome: &ChatOutcome) {
    let made = SessionHash::of_text(&outcome.session).filter(|made| call.caller.session() != Some(*made));
    if let Some(session) = made.filter(|_| call.caller.is_visitor()) {
        call.front.gate.session_began(call.scope().data(), session).await;
    }
}

/// The visitor as this server sees them: whoever calls, on routes that visitors call themselves.
pub fn onlooker(call: &Call) -> Onlooker {
    Onlooker { address: call.head.address, user_agent: call.head.user_agent.clone().unwrap_or_default() }
}

/// Sends the parts of an answer as events, with ids in a dialect's form.
pub struct Release {
    events: EventSender,
    print: fn(Id<Message>) -> String,
}

impl Release {
    /// For a call that wants a stream.
    pub fn of(call: &Call, print: fn(Id<Message>) -> String) -> Option<Self> {
        call.events.clone().map(|events| Self { events, print })
    }
}

#[async_trait]
impl ReplySink for Release {
    async fn part(&self, part: ReplyPart) {
        match part {
            ReplyPart::Start { message, session } => {
                let start = json!({"id": (self.print)(message), "sessionId": session});
                self.events.send(START, &start, None).await;
            }
            ReplyPart::Delta(text) => {
                self.events.send(DELTA, &json!({"text": text}), None).await;
            }
        }
    }
}
