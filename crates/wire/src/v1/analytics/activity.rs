//! The activity feed in v1.

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    conversation::{Channel, HandoffPriority, Intent},
    event::{Activity, ActivityFacts, EventKind, FeedQuery},
    id::Id,
    lead::{LeadSource, LeadStatus, Score},
    paging::Page,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    cursor::Binding,
    id, number,
    paging::List,
    words::{ActivityWord, ChannelWord, IntentWord, LeadSourceWord, LeadStatusWord, PriorityWord},
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Activity, example = json!({
    "id": "evt_01HQ8AAA1BBB2CCC3DDD4EEE5F",
    "type": "intent.high_value",
    "leadId": "lead_01HQ3VXK9BWMN4F6T2P8R5GYSC",
    "conversationId": "conv_01HQ7ABC2DEF3GHI4JKL5MNO6P",
    "description": "High-value buying intent detected: visitor requested enterprise pricing for 50+ seats.",
    "metadata": {"intent": "enterprise_pricing", "confidence": 0.94, "estimatedDealSize": 45000},
    "occurredAt": "2026-04-05T11:42:00.000Z",
}))]
pub struct ActivityRecord {
    /// The event's id.
    pub id: String,
    /// What kind of thing happened.
    #[serde(rename = "type")]
    #[schema(value_type = ActivityWord)]
    pub kind: &'static str,
    /// The lead it concerns.
    pub lead_id: Option<String>,
    /// The conversation it concerns.
    pub conversation_id: Option<String>,
    /// What happened, in a sentence.
    pub description: String,
    /// What else is known of it; which fields there are depends on the type.
    pub metadata: ActivityMetadata,
    /// When it happened.
    #[schema(format = "date-time")]
    pub occurred_at: String,
}

/// What is known of an event; what does not concern it is absent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityMetadata {
    /// Where a new lead came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LeadSourceWord>)]
    pub source: Option<&'static str>,
    /// Where a new conversation takes place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ChannelWord>)]
    pub channel: Option<&'static str>,
    /// How urgent a handoff is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PriorityWord>)]
    pub priority: Option<&'static str>,
    /// What the visitor wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<IntentWord>)]
    pub intent: Option<&'static str>,
    /// How sure that is, 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: Option<f64>,
    /// The deal in sight, in the tenant's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = 0)]
    pub estimated_deal_size: Option<Number>,
    /// The lead's status before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LeadStatusWord>)]
    pub previous_status: Option<&'static str>,
    /// The lead's status after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LeadStatusWord>)]
    pub new_status: Option<&'static str>,
    /// The lead's score before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_change: Option<ScoreChange>,
    /// Which fields changed with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The lead that was absorbed with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_from: Option<String>,
}

/// A score before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScoreChange {
    /// Before; null where nothing is known of it.
    #[schema(maximum = 100, example = 22)]
    pub from: Option<u8>,
    /// After.
    #[schema(maximum = 100, example = 64)]
    pub to: u8,
}

/// The feed's name for a kind: its own, but for `lead.converted`.
pub const fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::LeadConverted => EventKind::CONVERSION_COMPLETED,
        kind => kind.as_str(),
    }
}

impl From<&ActivityFacts> for ActivityMetadata {
    fn from(facts: &ActivityFacts) -> Self {
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
        let from = score_before.map(Score::get);
        Self {
            source: source.map(LeadSource::as_str),
            channel: channel.map(Channel::as_str),
            priority: priority.map(HandoffPriority::as_str),
            intent: intent.map(Intent::as_str),
            confidence: confidence.map(number::confidence),
            estimated_deal_size: estimated_deal_size.map(number::major_units),
            previous_status: previous_status.map(LeadStatus::as_str),
            new_status: new_status.map(LeadStatus::as_str),
            score_change: score_after.map(|after| ScoreChange { from, to: after.get() }),
            changed: changed.clone(),
            merged_from: merged_from.map(id::v1),
        }
    }
}

impl From<&Activity> for ActivityRecord {
    fn from(activity: &Activity) -> Self {
        let Activity { id, kind, lead, conversation, description, facts, at } = activity;
        Self {
            id: id::v1(*id),
            kind: word(*kind),
            lead_id: lead.map(id::v1),
            conversation_id: conversation.map(id::v1),
            description: description.clone(),
            metadata: facts.into(),
            occurred_at: at.rfc3339_millis(),
        }
    }
}

/// A part of the feed that `query` asked for.
pub fn list(page: &Page<Activity>, query: &FeedQuery) -> List<ActivityRecord> {
    List::of(page, query.paging, binding(query), |activity| activity.into())
}

/// What a cursor of the feed is bound to. An end that is not said moves on with every request.
pub(super) fn binding(query: &FeedQuery) -> Binding {
    let FeedQuery { kinds, lead, from, to, paging: _ } = query;
    let mut kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let instant = |at: &Option<Timestamp>| at.map_or_else(String::new, |at| at.micros().to_string());
    Binding::of("activity", &[kinds.join(","), lead.map_or_else(String::new, Id::ulid), instant(from), instant(to)])
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;
    use synaptiq_domain::money::Money;

    use super::*;
    use crate::samples;

    /// The two published events, the newer one first.
    pub(in super::super) fn published() -> [Activity; 2] {
        [
            Activity {
                id: Id::from_bits(2),
                kind: EventKind::IntentHighValue,
                lead: Some(Id::from_bits(1)),
                conversation: Some(Id::from_bits(3)),
                description: "High-value buying intent detected: visitor requested enterprise pricing for 50+ seats."
                    .to_owned(),
                facts: ActivityFacts {
                    intent: Some(Intent::EnterprisePricing),
                    confidence: Some(0.94),
                    estimated_deal_size: Some(Money::from_major(45_000)),
                    ..ActivityFacts::default()
                },
                at: samples::at("2026-04-05T11:42:00.000Z"),
            },
            Activity {
                id: Id::from_bits(5),
                kind: EventKind::LeadQualified,
                lead: Some(Id::from_bits(4)),
                conversation: None,
                description: "Lead qualified based on conversation scoring: CTO at FinTech startup, budget confirmed."
                    .to_owned(),
                facts: ActivityFacts {
                    previous_status: Some(LeadStatus::New),
                    new_status: Some(LeadStatus::Qualified),
                    score_before: Some(Score::clamped(22)),
                    score_after: Some(Score::clamped(64)),
                    ..ActivityFacts::default()
                },
                at: samples::at("2026-04-05T10:48:00.000Z"),
            },
        ]
    }

    #[test]
    fn events_print_as_published() {
        let [valuable, qualified] = published();
        samples::assert_prints(
            &ActivityRecord::from(&valuable),
            &json!({
                "id": "evt_00000000000000000000000002",
                "type": "intent.high_value",
                "leadId": "lead_00000000000000000000000001",
                "conversationId": "conv_00000000000000000000000003",
                "description": "High-value buying intent detected: visitor requested enterprise pricing for 50+ seats.",
                "metadata": {"intent": "enterprise_pricing", "confidence": 0.94, "estimatedDealSize": 45000},
                "occurredAt": "2026-04-05T11:42:00.000Z"
            }),
        );
        samples::assert_prints(
            &ActivityRecord::from(&qualified),
            &json!({
                "id": "evt_00000000000000000000000005",
                "type": "lead.qualified",
                "leadId": "lead_00000000000000000000000004",
                "conversationId": null,
                "description": "Lead qualified based on conversation scoring: CTO at FinTech startup, budget confirmed.",
                "metadata": {
                    "previousStatus": "new",
                    "newStatus": "qualified",
                    "scoreChange": {"from": 22, "to": 64}
                },
                "occurredAt": "2026-04-05T10:48:00.000Z"
            }),
        );
    }

    #[test]
    fn a_conversion_has_the_feeds_name() {
        let [_, mut activity] = published();
        activity.kind = EventKind::LeadConverted;
        assert_eq!(ActivityRecord::from(&activity).kind, "conversion.completed");
        for kind in EventKind::IN_FEED {
            assert_eq!(EventKind::parse(word(kind)), Some(kind), "every name of the feed is understood");
        }
    }
}
