//! A line of the activity feed, as v1 prints it there.

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    conversation::{Channel, Conversation, HandoffPriority, Intent},
    event::{Activity, ActivityFacts, Event, EventKind},
    lead::{Lead, LeadSource, LeadStatus, Score},
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
    number::major_units,
};

use super::{
    Naming,
    field::{self, MAX_ITEMS, MAX_TEXT, maybe_at, maybe_id, maybe_text},
    lead::read_score,
};
use crate::canonical::{At, Name};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Name<Conversation>>,
    description: &'a str,
    id: Name<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_id: Option<Name<Lead>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<FactsLine<'a>>,
    object: &'static str,
    occurred_at: At,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FactsLine<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    changed: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_deal_size: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_from: Option<Name<Lead>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_change: Option<ScoreLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
}

#[derive(Serialize)]
struct ScoreLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u8>,
}

impl<'a> FactsLine<'a> {
    fn of(facts: &'a ActivityFacts) -> Option<Self> {
        let ActivityFacts {
            previous_status,
            new_status,
            score_before,
            score_after,
            source,
            channel,
            intent,
            confidence,
            estimated_deal_size,
            priority,
            changed,
            merged_from,
        } = facts;
        let (from, to) = (score_before.map(Score::get), score_after.map(Score::get));
        (*facts != ActivityFacts::default()).then(|| Self {
            changed,
            channel: channel.map(Channel::as_str),
            confidence: *confidence,
            estimated_deal_size: estimated_deal_size.map(major_units),
            intent: intent.map(Intent::as_str),
            merged_from: merged_from.map(Name),
            new_status: new_status.map(LeadStatus::as_str),
            previous_status: previous_status.map(LeadStatus::as_str),
            priority: priority.map(HandoffPriority::as_str),
            score_change: (from.is_some() || to.is_some()).then_some(ScoreLine { from, to }),
            source: source.map(LeadSource::as_str),
        })
    }
}

impl<'a> From<&'a Activity> for EventLine<'a> {
    fn from(activity: &'a Activity) -> Self {
        let Activity { id, kind, lead, conversation, description, facts, at } = activity;
        Self {
            conversation_id: conversation.map(Name),
            description,
            id: Name(*id),
            lead_id: lead.map(Name),
            metadata: FactsLine::of(facts),
            object: "event",
            occurred_at: At(*at),
            r#type: kind.as_str(),
        }
    }
}

/// Reads a line of the feed. It is about a lead, a conversation or both.
pub(super) fn read(fields: &Fields<'_>, naming: &mut Naming<'_>) -> Result<Activity, FieldError> {
    let kind = fields.required("type", |given| {
        EventKind::parse(given.text()?).ok_or_else(|| {
            let words: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            given.error(format!("must be one of {}", words.join(", ")))
        })
    })?;
    let at = maybe_at(fields, "occurredAt")?
        .or(maybe_at(fields, "createdAt")?)
        .ok_or_else(|| fields.error("occurredAt", "is required"))?;
    Ok(Activity {
        id: naming.id(fields, at)?,
        kind,
        lead: maybe_id(fields, "leadId")?,
        conversation: maybe_id(fields, "conversationId")?,
        description: maybe_text(fields, "description", MAX_TEXT)?.unwrap_or_default(),
        facts: fields.optional("metadata", |given| read_facts(&given))?.unwrap_or_default(),
        at,
    })
}

fn read_facts(given: &Given<'_>) -> Result<ActivityFacts, FieldError> {
    let fields = given.object()?;
    let status = |given: Given<'_>| given.one_of(&LeadStatus::ALL, LeadStatus::as_str);
    let scores = |given: Given<'_>| {
        let fields = given.object()?;
        let score = |name| fields.optional(name, |given| read_score(&given));
        Ok((score("from")?, score("to")?))
    };
    let (score_before, score_after) = fields.optional("scoreChange", scores)?.unwrap_or_default();
    Ok(ActivityFacts {
        previous_status: fields.optional("previousStatus", status)?,
        new_status: fields.optional("newStatus", status)?,
        score_before,
        score_after,
        source: fields.optional("source", |given| given.one_of(&LeadSource::ALL, LeadSource::as_str))?,
        channel: fields.optional("channel", |given| given.one_of(&Channel::ALL, Channel::as_str))?,
        intent: fields.optional("intent", |given| given.one_of(&Intent::ALL, Intent::as_str))?,
        confidence: fields.optional("confidence", |given| field::fraction(&given))?,
        estimated_deal_size: fields.optional("estimatedDealSize", |given| given.money())?,
        priority: fields.optional("priority", |given| given.one_of(&HandoffPriority::ALL, HandoffPriority::as_str))?,
        changed: fields
            .optional("changed", |given| given.array_of(MAX_ITEMS, |item| field::text(&item, MAX_TEXT)))?
            .unwrap_or_default(),
        merged_from: maybe_id(&fields, "mergedFrom")?,
    })
}
