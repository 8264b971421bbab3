//! What other systems are told of a lead's change (contract § 10): pure, from the state before and after.

use serde_json::{Value, json};

use crate::{
    event::{EventData, EventKind, FieldChange},
    id::Id,
    lead::{Contact, Lead, LeadStatus, Score, Tag},
    text::{Email, Phone},
};

/// One change of a lead with what its events need to say.
#[derive(Debug, Clone, Copy)]
pub struct LeadStory<'a> {
    /// The state before, unless the lead is new.
    pub before: Option<&'a Lead>,
    /// The state after.
    pub after: &'a Lead,
    /// From which score on a lead is qualified.
    pub threshold: Score,
    /// The lead that was absorbed in the same commit.
    pub merged: Option<Merged>,
}

/// A lead that was absorbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The absorbed lead.
    pub from: Id<Lead>,
    /// The survivor's status with both histories in it, before anything else moved it. Moving there
    /// is no transition of its own: it was told when it happened.
    pub status: LeadStatus,
}

impl LeadStory<'_> {
    /// The events of the change, in the order in which they happened: creation as `new`, exactly one
    /// event per transition, one `lead.updated` for everything else, and the score's own.
    pub fn events(&self) -> Vec<(EventKind, EventData)> {
        let mut events = Vec::new();
        let changes = self.before.map(|before| field_changes(before, self.after)).unwrap_or_default();
        let known_steps = match (self.before, self.merged) {
            (_, Some(merged)) => self.after.status_history.len() - usize::from(merged.status != self.after.status),
            (Some(before), None) => before.status_history.len(),
            (None, None) => {
                events.push((EventKind::LeadCreated, data(self.as_created())));
                1
            }
        };
        let steps = self.after.status_history.get(known_steps..).unwrap_or_default();
        for (at, step) in steps.iter().enumerate() {
            let from = self.after.status_history[known_steps + at - 1].status;
            let is_last = at + 1 == steps.len();
            events.push(self.transition(from, step.status, if is_last { changes.clone() } else { Vec::new() }));
        }
        if steps.is_empty() && (!changes.is_empty() || self.merged.is_some()) {
            let updated = EventData { changes, merged_from: self.merged_from(), ..data(self.after.clone()) };
            events.push((EventKind::LeadUpdated, updated));
        }
        events.extend(self.score_changed());
        events
    }

    fn merged_from(&self) -> Option<Id<Lead>> {
        self.merged.map(|merged| merged.from)
    }

    /// The lead at the moment of its creation: `new`, whatever the same commit made of it.
    fn as_created(&self) -> Lead {
        let mut created = self.after.clone();
        created.status = LeadStatus::New;
        created.status_history.truncate(1);
        created.qualified_at = None;
        created.qualification_reason = None;
        created.disqualification_reason = None;
        created
    }

    fn transition(&self, from: LeadStatus, to: LeadStatus, mut changes: Vec<FieldChange>) -> (EventKind, EventData) {
        let kind = match to {
            LeadStatus::Qualified => EventKind::LeadQualified,
            LeadStatus::Converted => EventKind::LeadConverted,
            _ => EventKind::LeadUpdated,
        };
        changes.retain(|change| change.field != "status");
        changes.insert(0, change("status", from.as_str(), to.as_str()));
        let reason = match to {
            LeadStatus::Qualified => self.after.qualification_reason.clone(),
            LeadStatus::Disqualified => self.after.disqualification_reason.clone(),
            _ => None,
        };
        let mut told = data(self.after.clone());
        if let Some(lead) = &mut told.lead {
            lead.status = to;
        }
        let previous_score = self.before.filter(|_| kind == EventKind::LeadQualified).map(|before| before.score);
        (kind, EventData { changes, reason, previous_score, merged_from: self.merged_from(), ..told })
    }

    /// Told when the score moves by 10 or more or crosses the threshold.
    fn score_changed(&self) -> Option<(EventKind, EventData)> {
        let before = self.before?.score;
        let after = self.after.score;
        let crossed = (before >= self.threshold) != (after >= self.threshold);
        (before.get().abs_diff(after.get()) >= 10 || crossed).then(|| {
            (EventKind::LeadScoreChanged, EventData { previous_score: Some(before), ..data(self.after.clone()) })
        })
    }
}

fn data(lead: Lead) -> EventData {
    EventData { estimated_deal_size: lead.estimated_deal_size, lead: Some(Box::new(lead)), ..EventData::default() }
}

fn change(field: &str, from: impl Into<Value>, to: impl Into<Value>) -> FieldChange {
    FieldChange { field: field.to_owned(), from: from.into(), to: to.into() }
}

/// Every field that differs, by v1's names. Times, versions and what events say elsewhere are no
/// changes of their own.
fn field_changes(before: &Lead, after: &Lead) -> Vec<FieldChange> {
    fields(before)
        .into_iter()
        .zip(fields(after))
        .filter(|((_, from), (_, to))| from != to)
        .map(|((field, from), (_, to))| change(field, from, to))
        .collect()
}

fn fields(lead: &Lead) -> Vec<(&'static str, Value)> {
    let Lead {
        id: _,
        version: _,
        contact: Contact { email, phone, name, company, title },
        status,
        status_by_hand: _,
        status_history: _,
        score,
        score_override: _,
        adjustments: _,
        source: _,
        source_url,
        utm,
        first_conversation: _,
        tags,
        custom_fields,
        metadata,
        archived,
        first_message: _,
        estimated_deal_size,
        qualification_reason: _,
        disqualification_reason: _,
        qualified_at: _,
        assigned_to,
        merged_into: _,
        first_seen_at: _,
        last_active_at: _,
        created_at: _,
        updated_at: _,
        erased_at: _,
    } = lead;
    vec![
        ("email", json!(email.as_ref().map(Email::as_str))),
        ("phone", json!(phone.as_ref().map(Phone::as_str))),
        ("name", json!(name)),
        ("company", json!(company)),
        ("title", json!(title)),
        ("status", json!(status.as_str())),
        ("score", json!(score.get())),
        ("sourceUrl", json!(source_url)),
        ("utm", json!(utm)),
        ("tags", json!(tags.iter().map(Tag::as_str).collect::<Vec<_>>())),
        ("customFields", json!(custom_fields)),
        ("metadata", json!(metadata)),
        ("archived", json!(archived)),
        ("estimatedDealSize", estimated_deal_size.map_or(Value::Null, crate::money::Money::json)),
        ("assignedTo", json!(assigned_to.map(Id::prefixed))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lead::LeadDraft, time::Timestamp};

    fn lead() -> Lead {
        Lead::create(Id::from_bits(1), LeadDraft::default(), Timestamp::from_seconds(1))
    }

    fn kinds(before: Option<&Lead>, after: &Lead) -> Vec<EventKind> {
        let threshold = Score::clamped(60);
        LeadStory { before, after, threshold, merged: None }.events().into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn a_lead_that_qualifies_as_it_is_created_is_first_told_as_new() {
        let mut after = lead();
        after.score = Score::clamped(80);
        after.move_to(LeadStatus::Qualified, Timestamp::from_seconds(1));
        let events = LeadStory { before: None, after: &after, threshold: Score::clamped(60), merged: None }.events();
        let told: Vec<_> = events
            .iter()
            .map(|(kind, data)| (*kind, data.lead.as_ref().map(|lead| (lead.status, lead.score.get()))))
            .collect();
        assert_eq!(
            told,
            [
                (EventKind::LeadCreated, Some((LeadStatus::New, 80))),
                (EventKind::LeadQualified, Some((LeadStatus::Qualified, 80))),
            ]
        );
    }

    #[test]
    fn a_status_change_is_one_event_and_carries_the_other_changes() {
        let before = lead();
        let mut after = before.clone();
        after.contact.name = Some("Jane".to_owned());
        after.move_to(LeadStatus::Contacted, Timestamp::from_seconds(2));
        let events =
            LeadStory { before: Some(&before), after: &after, threshold: Score::clamped(60), merged: None }.events();
        assert_eq!(events.len(), 1);
        let fields: Vec<_> = events[0].1.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!((events[0].0, fields), (EventKind::LeadUpdated, vec!["status", "name"]));
    }

    #[test]
    fn the_score_is_told_from_ten_points_on_or_across_the_threshold() {
        let mut before = lead();
        before.score = Score::clamped(55);
        let with = |score| {
            let mut after = before.clone();
            after.score = Score::clamped(score);
            kinds(Some(&before), &after)
        };
        assert_eq!(with(59), [EventKind::LeadUpdated]);
        assert_eq!(with(60), [EventKind::LeadUpdated, EventKind::LeadScoreChanged]);
        assert_eq!(with(45), [EventKind::LeadUpdated, EventKind::LeadScoreChanged]);
    }

    #[test]
    fn last_active_at_alone_is_no_change() {
        let before = lead();
        let mut after = before.clone();
        after.last_active_at = Timestamp::from_seconds(99);
        assert!(kinds(Some(&before), &after).is_empty());
    }
}
