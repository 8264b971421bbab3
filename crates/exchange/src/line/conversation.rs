//! A conversation with its messages: v1's fields, and what the store has besides.

use serde::Serialize;
use synaptiq_domain::{
    access::{Assistant, Member},
    conversation::{
        Channel, Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, Intent, KnownFacts,
        Message, VisitorId,
    },
    history::{Record, session_of_import},
    id::Id,
    lead::{Grade, Lead},
    qualification::{Evidence, Topic},
    time::Timestamp,
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
};

use super::{
    Completeness, Naming, Reading,
    facts::{FactsLine, read_facts},
    field::{self, MAX_ITEMS, MAX_TEXT, MAX_URL, maybe_at, maybe_id, maybe_text},
    lead::{UtmLine, read_score, read_utm},
    message::{self, MessageLine},
};
use crate::canonical::{At, CanonicalMap, Name, is_false};

/// A conversation as a line prints it. The fields are in the order of their names.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<Name<Member>>,
    assistant_id: Name<Assistant>,
    channel: &'static str,
    created_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<At>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<FactsLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handoff: Option<HandoffLine<'a>>,
    id: Name<Conversation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    intents: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    last_message_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_id: Option<Name<Lead>>,
    lead_score: u8,
    message_count: u32,
    messages: Vec<MessageLine<'a>>,
    #[serde(skip_serializing_if = "CanonicalMap::is_empty")]
    metadata: CanonicalMap<'a>,
    object: &'static str,
    response_millis: i64,
    responses: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_url: Option<&'a str>,
    started_at: At,
    status: &'static str,
    subject: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm: Option<UtmLine<'a>>,
    visitor_id: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    was_handed_off: bool,
}

#[derive(Serialize)]
struct HandoffLine<'a> {
    at: At,
    priority: &'static str,
    reason: &'a str,
    summary: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EvidenceLine<'a> {
    at: At,
    grade: u8,
    message_id: Name<Message>,
    quote: &'a str,
    topic: &'static str,
}

impl<'a> ConversationLine<'a> {
    pub(super) fn of(conversation: &'a Conversation, messages: &'a [Message], evidence: &'a [Evidence]) -> Self {
        let Conversation {
            id,
            // Counts the commits of one database.
            version: _,
            assistant,
            visitor,
            // The visitor's secret stays where it was made.
            session: _,
            lead,
            channel,
            status,
            handoff,
            assigned_to,
            subject,
            summary,
            intents,
            lead_score,
            message_count,
            responses,
            response_millis,
            was_handed_off,
            language,
            facts,
            source_url,
            utm,
            first_message,
            metadata,
            started_at,
            last_message_at,
            ended_at,
            created_at,
        } = conversation;
        Self {
            assigned_to: assigned_to.map(Name),
            assistant_id: Name(*assistant),
            channel: channel.as_str(),
            created_at: At(*created_at),
            ended_at: ended_at.map(At),
            evidence: evidence.iter().map(EvidenceLine::from).collect(),
            facts: FactsLine::of(facts),
            first_message: first_message.as_deref(),
            handoff: handoff.as_ref().map(|Handoff { reason, priority, summary, at }| HandoffLine {
                at: At(*at),
                priority: priority.as_str(),
                reason: reason.as_str(),
                summary,
            }),
            id: Name(*id),
            intents: intents.iter().copied().map(Intent::as_str).collect(),
            language: language.as_deref(),
            last_message_at: At(*last_message_at),
            lead_id: lead.map(Name),
            lead_score: lead_score.get(),
            message_count: *message_count,
            messages: messages.iter().map(MessageLine::from).collect(),
            metadata: CanonicalMap(metadata),
            object: "conversation",
            response_millis: *response_millis,
            responses: *responses,
            source_url: source_url.as_deref(),
            started_at: At(*started_at),
            status: status.as_str(),
            subject,
            summary,
            utm: UtmLine::of(utm),
            visitor_id: visitor.as_str(),
            was_handed_off: *was_handed_off,
        }
    }
}

impl<'a> From<&'a Evidence> for EvidenceLine<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        let Evidence { topic, grade, quote, message, conversation: _, at } = evidence;
        Self { at: At(*at), grade: grade.get(), message_id: Name(*message), quote, topic: topic.as_str() }
    }
}

/// Reads a conversation. What a hand-made line leaves out follows from its messages.
pub(super) fn read(fields: &Fields<'_>, reading: &Reading, naming: &mut Naming<'_>) -> Result<Record, FieldError> {
    let items = fields.optional("messages", |given| given.items(MAX_ITEMS))?.unwrap_or_default();
    let first_at = match items.first() {
        Some(item) => maybe_at(&item.object()?, "createdAt")?,
        None => None,
    };
    let started_at = maybe_at(fields, "startedAt")?;
    let created_at = maybe_at(fields, "createdAt")?
        .or(started_at)
        .or(first_at)
        .ok_or_else(|| fields.error("createdAt", "is required"))?;
    let started_at = started_at.or(first_at).unwrap_or(created_at);
    let id = naming.id(fields, created_at)?;
    let messages = message::read_all(items, id, started_at)?;
    let evidence = fields
        .optional("evidence", |given| given.array_of(MAX_ITEMS, |item| read_evidence(&item, id)))?
        .unwrap_or_default();
    let spoken = Spoken { messages: &messages, completeness: reading.completeness };
    let last_message_at = maybe_at(fields, "lastMessageAt")?
        .or_else(|| messages.last().map(|message| message.created_at))
        .unwrap_or(started_at);
    let summary = maybe_text(fields, "summary", MAX_TEXT)?.unwrap_or_default();
    let handoff = fields.optional("handoff", |given| read_handoff(&given, &summary, last_message_at))?;
    let (status, ended_at) = read_status(fields, reading, handoff.is_some(), last_message_at)?;
    let (responses, response_millis) = spoken.responses(fields)?;
    let was_handed_off = fields.optional("wasHandedOff", |given| given.boolean())?;
    let conversation = Conversation {
        id,
        version: 0,
        assistant: maybe_id(fields, "assistantId")?.unwrap_or(reading.assistant),
        visitor: fields.required("visitorId", |given| given.parsed(VisitorId::parse))?,
        session: session_of_import(id),
        lead: maybe_id(fields, "leadId")?,
        channel: fields
            .optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?
            .unwrap_or(Channel::WebChat),
        status,
        was_handed_off: was_handed_off.unwrap_or(match reading.completeness {
            Completeness::Whole => false,
            Completeness::AsGiven => handoff.is_some() || status == ConversationStatus::HandedOff,
        }),
        handoff,
        assigned_to: maybe_id(fields, "assignedTo")?,
        subject: maybe_text(fields, "subject", MAX_TEXT)?.unwrap_or_default(),
        summary,
        intents: spoken.intents(fields)?,
        lead_score: fields.optional("leadScore", |given| read_score(&given))?.unwrap_or_default(),
        message_count: spoken.count(fields)?,
        responses,
        response_millis,
        language: maybe_text(fields, "language", 20)?,
        facts: fields.optional("facts", |given| read_facts(&given))?.unwrap_or_else(KnownFacts::default),
        source_url: maybe_text(fields, "sourceUrl", MAX_URL)?,
        utm: read_utm(fields)?,
        first_message: spoken.first_message(fields)?,
        metadata: field::free_data(fields, "metadata", reading)?,
        started_at,
        last_message_at,
        ended_at,
        created_at,
    };
    Ok(Record::Conversation { conversation: Box::new(conversation), messages, evidence })
}

/// The status, and when the conversation ended: an active one that has been silent for too long is
/// expired since its last message (contract § 14).
fn read_status(
    fields: &Fields<'_>,
    reading: &Reading,
    has_handoff: bool,
    last_message_at: Timestamp,
) -> Result<(ConversationStatus, Option<Timestamp>), FieldError> {
    let given =
        fields.optional("status", |given| given.one_of(&ConversationStatus::ALL, ConversationStatus::as_str))?;
    let unless_told = if has_handoff { ConversationStatus::HandedOff } else { ConversationStatus::Active };
    let status = given.unwrap_or(unless_told);
    let ended_at = maybe_at(fields, "endedAt")?;
    if status == ConversationStatus::Active && last_message_at < reading.idle_since {
        return Ok((ConversationStatus::Expired, ended_at.or(Some(last_message_at))));
    }
    let unless_told =
        Some(last_message_at).filter(|_| !status.is_open() && reading.completeness == Completeness::AsGiven);
    Ok((status, ended_at.or(unless_told)))
}

/// What was said, from which follows what a line leaves out.
struct Spoken<'a> {
    messages: &'a [Message],
    completeness: Completeness,
}

impl Spoken<'_> {
    /// How many messages there were. A line may hold fewer than there were, never more.
    fn count(&self, fields: &Fields<'_>) -> Result<u32, FieldError> {
        let there = u32::try_from(self.messages.len()).expect("a line holds few");
        let Some(given) = fields.optional("messageCount", |given| given.integer(0..=i64::from(u32::MAX)))? else {
            return Ok(there);
        };
        match u32::try_from(given) {
            Ok(given) if given >= there => Ok(given),
            _ => Err(fields.error("messageCount", format!("must not be less than the {there} messages given"))),
        }
    }

    fn responses(&self, fields: &Fields<'_>) -> Result<(u32, i64), FieldError> {
        let count = fields.optional("responses", |given| given.integer(0..=i64::from(u32::MAX)))?;
        let millis = fields.optional("responseMillis", |given| given.integer(0..=i64::MAX))?;
        let (counted, measured) = message::responses(self.messages);
        Ok((count.and_then(|count| u32::try_from(count).ok()).unwrap_or(counted), millis.unwrap_or(measured)))
    }

    fn intents(&self, fields: &Fields<'_>) -> Result<Vec<Intent>, FieldError> {
        let given = fields
            .optional("intents", |given| given.array_of(MAX_ITEMS, |item| item.one_of(&Intent::ALL, Intent::as_str)))?;
        if let Some(given) = given {
            return Ok(given);
        }
        let mut intents = Vec::new();
        if self.completeness == Completeness::AsGiven {
            for intent in self.messages.iter().filter_map(|message| message.intent) {
                if intent.is_listed() && !intents.contains(&intent) {
                    intents.push(intent);
                }
            }
        }
        Ok(intents)
    }

    fn first_message(&self, fields: &Fields<'_>) -> Result<Option<String>, FieldError> {
        let given = maybe_text(fields, "firstMessage", MAX_TEXT)?;
        Ok(match self.completeness {
            Completeness::Whole => given,
            Completeness::AsGiven => given.or_else(|| {
                let first =
                    self.messages.iter().find(|message| message.role == synaptiq_domain::conversation::Role::User);
                first.map(|message| message.content.clone())
            }),
        })
    }
}

fn read_handoff(given: &Given<'_>, summary: &str, unless_told: Timestamp) -> Result<Handoff, FieldError> {
    let fields = given.object()?;
    Ok(Handoff {
        reason: fields.required("reason", |given| given.parsed(HandoffReason::parse))?,
        priority: fields
            .optional("priority", |given| given.one_of(&HandoffPriority::ALL, HandoffPriority::as_str))?
            .unwrap_or_default(),
        summary: maybe_text(&fields, "summary", MAX_TEXT)?.unwrap_or_else(|| summary.to_owned()),
        at: maybe_at(&fields, "at")?.unwrap_or(unless_told),
    })
}

fn read_evidence(given: &Given<'_>, conversation: Id<Conversation>) -> Result<Evidence, FieldError> {
    let fields = given.object()?;
    let grade = fields.required("grade", |given| given.integer(0..=100))?;
    Ok(Evidence {
        topic: fields.required("topic", |given| given.one_of(&Topic::ALL, Topic::as_str))?,
        grade: u8::try_from(grade).ok().and_then(Grade::new).expect("0 to 100 here"),
        quote: fields.required("quote", |given| field::text(&given, MAX_TEXT))?,
        message: fields.required("messageId", |given| field::id(&given))?,
        conversation,
        at: fields.required("at", |given| field::at(&given))?,
    })
}
