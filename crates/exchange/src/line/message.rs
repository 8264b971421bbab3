//! One message of a conversation, as v1 prints it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use synaptiq_domain::{
    access::Member,
    conversation::{Citation, Conversation, Intent, Message, Role},
    history::derived_id,
    id::Id,
    knowledge::Document,
    time::Timestamp,
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
};

use super::field::{self, MAX_ITEMS, MAX_TEXT, flag, maybe_id, maybe_text};
use crate::canonical::{At, Name, is_false};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageLine<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citations: Vec<CitationLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    content: &'a str,
    created_at: At,
    #[serde(skip_serializing_if = "is_false")]
    fell_back: bool,
    id: Name<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    interrupted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<Name<Member>>,
    position: u32,
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CitationLine<'a> {
    document_id: Name<Document>,
    quote: &'a str,
    title: &'a str,
}

impl<'a> From<&'a Message> for MessageLine<'a> {
    fn from(message: &'a Message) -> Self {
        let Message {
            id,
            // Its conversation's line holds it.
            conversation: _,
            position,
            role,
            content,
            intent,
            confidence,
            language,
            citations,
            member,
            interrupted,
            fell_back,
            created_at,
        } = message;
        Self {
            citations: citations
                .iter()
                .map(|Citation { document, title, quote }| CitationLine { document_id: Name(*document), quote, title })
                .collect(),
            confidence: *confidence,
            content,
            created_at: At(*created_at),
            fell_back: *fell_back,
            id: Name(*id),
            intent: intent.map(Intent::as_str),
            interrupted: *interrupted,
            language: language.as_deref(),
            member_id: member.map(Name),
            position: *position,
            role: role.as_str(),
        }
    }
}

/// Reads the messages of a conversation: each has a place after the one before it, and no time before
/// that one's.
pub(super) fn read_all(
    items: Vec<Given<'_>>,
    conversation: Id<Conversation>,
    began_at: Timestamp,
) -> Result<Vec<Message>, FieldError> {
    let mut messages: Vec<Message> = Vec::with_capacity(items.len());
    for item in items {
        let (last_position, last_at) = messages.last().map_or((0, None), |last| (last.position, Some(last.created_at)));
        let message = read(&item, conversation, last_position, last_at.unwrap_or(began_at))?;
        let fields = item.object()?;
        if message.position <= last_position {
            return Err(fields.error("position", "must be after that of the message before it"));
        }
        if last_at.is_some_and(|last| message.created_at < last) {
            return Err(fields.error("createdAt", "must not be before that of the message before it"));
        }
        messages.push(message);
    }
    Ok(messages)
}

/// Reads one message. Without an id it is named by its conversation and place.
fn read(
    given: &Given<'_>,
    conversation: Id<Conversation>,
    last_position: u32,
    unless_told: Timestamp,
) -> Result<Message, FieldError> {
    let fields = given.object()?;
    let position = fields.optional("position", |given| given.integer(1..=i64::from(u32::MAX)))?;
    let position = position.and_then(|position| u32::try_from(position).ok()).unwrap_or(last_position + 1);
    let created_at = field::maybe_at(&fields, "createdAt")?.unwrap_or(unless_told);
    let id = maybe_id(&fields, "id")?.unwrap_or_else(|| made_id(conversation, position, created_at));
    Ok(Message {
        id,
        conversation,
        position,
        role: fields
            .required("role", |given| given.one_of(&[Role::User, Role::Assistant, Role::Agent], Role::as_str))?,
        content: fields.required("content", |given| field::text(&given, MAX_TEXT))?,
        intent: fields.optional("intent", |given| given.one_of(&Intent::ALL, Intent::as_str))?,
        confidence: fields.optional("confidence", |given| field::fraction(&given))?,
        language: maybe_text(&fields, "language", 20)?,
        citations: fields
            .optional("citations", |given| given.array_of(MAX_ITEMS, |item| read_citation(&item)))?
            .unwrap_or_default(),
        member: maybe_id(&fields, "memberId")?,
        interrupted: flag(&fields, "interrupted")?,
        fell_back: flag(&fields, "fellBack")?,
        created_at,
    })
}

fn made_id(conversation: Id<Conversation>, position: u32, at: Timestamp) -> Id<Message> {
    let mut digest = Sha256::new();
    digest.update(b"message");
    digest.update(conversation.bits().to_be_bytes());
    digest.update(position.to_be_bytes());
    derived_id(at, &digest.finalize().into())
}

fn read_citation(given: &Given<'_>) -> Result<Citation, FieldError> {
    let fields: Fields<'_> = given.object()?;
    Ok(Citation {
        document: fields.required("documentId", |given| field::id(&given))?,
        title: fields.required("title", |given| field::text(&given, MAX_TEXT))?,
        quote: fields.required("quote", |given| field::text(&given, MAX_TEXT))?,
    })
}

/// How many answers the assistant gave to a visitor's messages, and how long these took in all, in
/// milliseconds: each answer counts from the visitor's last message before it.
pub(super) fn responses(messages: &[Message]) -> (u32, i64) {
    let mut asked: Option<Timestamp> = None;
    let (mut count, mut millis) = (0, 0);
    for message in messages {
        match message.role {
            Role::User => asked = Some(message.created_at),
            Role::Assistant => {
                if let Some(at) = asked.take() {
                    count += 1;
                    millis += message.created_at.millis() - at.millis();
                }
            }
            Role::Agent => {}
        }
    }
    (count, millis)
}
