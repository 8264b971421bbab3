//! A lead alone: why its score is what it is, in the visitor's own words, and what was said of late.

use serde::Serialize;
use synaptiq_domain::{
    lead::ScoreOverride,
    ports::store::LeadFile,
    qualification::{Adjustment, CriterionScore, Evidence, Qualification, Signal},
    time::Timestamp,
    use_cases,
};
use utoipa::ToSchema;

use crate::{
    v1::{conversation::ConversationRecord, lead::LeadRecord},
    words::{CriterionWord, LeadStatusWord},
};

/// A lead with the reasons of its score and its recent conversations.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeadDetail {
    /// The lead.
    #[serde(flatten)]
    pub lead: LeadRecord,
    /// Why its score is what it is.
    pub score_breakdown: ScoreBreakdown,
    /// Every transition of its status, the first being `new`.
    pub status_history: Vec<StatusStep>,
    /// Its conversations, the latest first.
    pub conversations: Vec<ConversationRecord>,
}

/// One transition of a lead's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusStep {
    /// The status reached.
    #[schema(value_type = LeadStatusWord)]
    pub status: &'static str,
    /// When it was reached.
    #[schema(format = "date-time")]
    pub at: String,
}

impl LeadDetail {
    /// The detail as of one moment; conversations idle since `idle_since` are printed as expired.
    pub fn of(detail: &use_cases::LeadDetail, idle_since: Timestamp) -> Self {
        let use_cases::LeadDetail { file: LeadFile { lead, evidence: _ }, qualification, conversations } = detail;
        Self {
            score_breakdown: ScoreBreakdown::of(qualification, lead.score_override),
            status_history: lead
                .status_history
                .iter()
                .map(|step| StatusStep { status: step.status.as_str(), at: step.at.rfc3339_millis() })
                .collect(),
            lead: lead.into(),
            conversations: conversations
                .iter()
                .map(|conversation| ConversationRecord::at(conversation, idle_since))
                .collect(),
        }
    }
}

/// Why a score is what it is: the points of the criteria and the adjustments add up to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScoreBreakdown {
    /// What the evidence amounts to, 0–100. The lead's score is this one unless there is an override.
    pub score: u8,
    /// From which score on a lead is qualified.
    pub threshold: u8,
    /// Every criterion.
    pub criteria: Vec<CriterionRecord>,
    /// Points that people added or took away.
    pub adjustments: Vec<AdjustmentRecord>,
    /// What decides without points, such as `student` or `not_now`.
    pub signals: Vec<SignalRecord>,
    /// The score that a person set, if one did.
    pub r#override: Option<OverrideRecord>,
}

/// One criterion's part of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CriterionRecord {
    /// `budget`, `authority`, `need` or `timeline`.
    #[schema(value_type = CriterionWord)]
    pub name: &'static str,
    /// How much it counts: all weights sum to 100.
    pub weight: u8,
    /// How well it is met, in percent.
    pub grade: u8,
    /// Weight × grade, rounded half up.
    pub points: u8,
    /// What the visitor said about it, the latest first; the first one set the grade.
    pub evidence: Vec<EvidenceRecord>,
}

/// What a visitor said, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceRecord {
    /// The message that holds the words.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
    /// The visitor's own words.
    pub quote: String,
}

/// Points that a person added or took away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdjustmentRecord {
    /// Why.
    pub reason: String,
    /// −100 to 100.
    pub points: i8,
}

/// Something a visitor said that decides without points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignalRecord {
    /// `student`, `job_seeker`, `vendor`, `spam` or `not_now`.
    pub name: &'static str,
    /// The words that gave it.
    #[serde(flatten)]
    pub evidence: EvidenceRecord,
}

/// A score that a person set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OverrideRecord {
    /// The score.
    pub score: u8,
    /// When it was set.
    #[schema(format = "date-time")]
    pub at: String,
}

impl ScoreBreakdown {
    /// The breakdown of a computed score, beside which a person's may stand.
    pub fn of(qualification: &Qualification, by_hand: Option<ScoreOverride>) -> Self {
        let Qualification { score, threshold, criteria, adjustments, signals } = qualification;
        Self {
            score: score.get(),
            threshold: threshold.get(),
            criteria: criteria.iter().map(CriterionRecord::from).collect(),
            adjustments: adjustments.iter().map(AdjustmentRecord::from).collect(),
            signals: signals.iter().map(SignalRecord::from).collect(),
            r#override: by_hand.map(OverrideRecord::from),
        }
    }
}

impl From<&CriterionScore> for CriterionRecord {
    fn from(criterion: &CriterionScore) -> Self {
        let CriterionScore { criterion, weight, grade, points, evidence } = criterion;
        Self {
            name: criterion.as_str(),
            weight: weight.get(),
            grade: grade.get(),
            points: *points,
            evidence: evidence.iter().map(EvidenceRecord::from).collect(),
        }
    }
}

impl From<&Evidence> for EvidenceRecord {
    fn from(evidence: &Evidence) -> Self {
        let Evidence { topic: _, grade: _, quote, message, conversation, at: _ } = evidence;
        Self { message_id: message.prefixed(), conversation_id: conversation.prefixed(), quote: quote.clone() }
    }
}

impl From<&Adjustment> for AdjustmentRecord {
    fn from(adjustment: &Adjustment) -> Self {
        let Adjustment { reason, points } = adjustment;
        Self { reason: reason.clone(), points: *points }
    }
}

impl From<&(Signal, Evidence)> for SignalRecord {
    fn from((signal, evidence): &(Signal, Evidence)) -> Self {
        Self { name: signal.as_str(), evidence: evidence.into() }
    }
}

impl From<ScoreOverride> for OverrideRecord {
    fn from(by_hand: ScoreOverride) -> Self {
        let ScoreOverride { score, at } = by_hand;
        Self { score: score.get(), at: at.rfc3339_millis() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::{
        access::TenantSettings,
        id::Id,
        lead::{Grade, Score},
        qualification::{Criterion, Topic},
    };

    use super::*;
    use crate::samples;

    #[test]
    fn every_point_of_the_score_quotes_the_visitor() {
        let evidence = |topic, grade, quote: &str| Evidence {
            topic,
            grade: Grade::clamped(grade),
            quote: quote.to_owned(),
            message: Id::from_bits(3),
            conversation: Id::from_bits(2),
            at: samples::at("2026-04-01T09:16:00Z"),
        };
        let evidence = [
            evidence(Topic::Criterion(Criterion::Budget), 100, "we have 30k"),
            evidence(Topic::Signal(Signal::NotNow), 100, "not this quarter"),
        ];
        let adjustments = [Adjustment { reason: "met at a fair".to_owned(), points: -5 }];
        let qualification = Qualification::of(&evidence, &adjustments, &TenantSettings::default());
        let by_hand = ScoreOverride { score: Score::clamped(82), at: samples::at("2026-04-01T09:20:00Z") };
        let place = json!({
            "messageId": "msg_00000000000000000000000003", "conversationId": "conv_00000000000000000000000002", "quote": "we have 30k",
        });
        samples::assert_prints(
            &ScoreBreakdown::of(&qualification, Some(by_hand)),
            &json!({
                "score": 20,
                "threshold": 60,
                "criteria": [
                    {"name": "budget", "weight": 25, "grade": 100, "points": 25, "evidence": [place]},
                    {"name": "authority", "weight": 20, "grade": 0, "points": 0, "evidence": []},
                    {"name": "need", "weight": 30, "grade": 0, "points": 0, "evidence": []},
                    {"name": "timeline", "weight": 25, "grade": 0, "points": 0, "evidence": []},
                ],
                "adjustments": [{"reason": "met at a fair", "points": -5}],
                "signals": [{
                    "name": "not_now", "messageId": "msg_00000000000000000000000003",
                    "conversationId": "conv_00000000000000000000000002", "quote": "not this quarter",
                }],
                "override": {"score": 82, "at": "2026-04-01T09:20:00.000Z"},
            }),
        );
    }

    #[test]
    fn the_detail_is_the_record_with_reasons_and_conversations() {
        let qualification = Qualification::of(&[], &[], &TenantSettings::default());
        let idle_since = samples::conversation().last_message_at;
        let file = LeadFile { lead: samples::lead(), evidence: Vec::new() };
        let found = use_cases::LeadDetail { file, qualification, conversations: vec![samples::conversation()] };
        let detail = LeadDetail::of(&found, idle_since);
        let printed = serde_json::to_value(&detail).expect("prints");
        let record = serde_json::to_value(LeadRecord::from(&samples::lead())).expect("prints");
        for (field, value) in record.as_object().expect("an object") {
            assert_eq!(&printed[field], value, "{field}");
        }
        assert_eq!(printed["scoreBreakdown"]["override"], json!(null));
        assert_eq!(printed["conversations"][0]["id"], "conv_00000000000000000000000002");
    }
}
