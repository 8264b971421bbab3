//! A turn of a chat, as every dialect asks for it: from the request to the command, from the
//! outcome to what a dialect prints, from released parts to events.

use async_trait::async_trait;
use serde_json::{Value, json};
use synaptiq_domain::{
    access::{Assistant, KeyKind},
    conversation::{Channel, Message},
    id::Id,
    use_cases::{ChatCommand, ChatOutcome, ReplyPart, ReplySink},
};
use synaptiq_wire::{
    Fault,
    chat::{ChatRequest, TurnAnswer},
};

use crate::{
    auth::Caller,
    fault::Refused,
    request::Call,
    sse::EventSender,
    stream::{DELTA, START},
};

/// What a dialect's request asks of the turn.
pub async fn command(call: &Call, request: ChatRequest) -> Result<ChatCommand, Refused> {
    let ChatRequest { message, visitor, session, stream: _, mut metadata, language, channel, tenant: _, agent } =
        request;
    if let Some(user_agent) = &call.head.user_agent {
        metadata.entry("userAgent").or_insert_with(|| Value::String(user_agent.clone()));
    }
    let is_public = matches!(call.caller, Caller::Visitor { .. });
    let from_page = is_public || call.caller.key_kind() == Some(KeyKind::Publishable);
    Ok(ChatCommand {
        text: message,
        visitor,
        session,
        metadata,
        language,
        channel: channel.unwrap_or(if from_page { Channel::WebChat } else { Channel::Api }),
        assistant: match agent {
            Some(agent) => Some(assistant(call, &agent).await?),
            None => None,
        },
        greets: is_public,
    })
}

/// The assistant with an id or a slug.
async fn assistant(call: &Call, name: &str) -> Result<Id<Assistant>, Refused> {
    let view = call.services().store.tenant_view(call.scope()).await?;
    let id: Option<Id<Assistant>> = Id::parse(name);
    view.iter()
        .flat_map(|view| &view.assistants)
        .find(|assistant| Some(assistant.id) == id || assistant.slug.as_str() == name)
        .map(|assistant| assistant.id)
        .ok_or_else(|| Fault::not_found("agent").into())
}

/// What a turn came to, for a dialect to print.
pub fn answer(outcome: &ChatOutcome) -> TurnAnswer {
    let ChatOutcome {
        message,
        content,
        session,
        conversation,
        intent,
        confidence,
        language,
        citations,
        suggested_replies,
        handoff,
    } = outcome.clone();
    TurnAnswer {
        message: message.id,
        session,
        conversation: conversation.id,
        visitor: conversation.visitor,
        content,
        intent: Some(intent),
        confidence: Some(confidence),
        language: Some(language),
        lead: conversation.lead,
        lead_score: conversation.lead_score,
        status: conversation.status,
        citations,
        suggested_replies,
        handoff,
        interrupted: message.interrupted,
        fell_back: message.fell_back,
        created_at: message.created_at,
    }
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
