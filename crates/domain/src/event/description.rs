//! From an event to what is kept of it: a sentence in the manner of the published feed, and the facts
//! behind it.
//!
//! A sentence says what a person's job is and where, as the published samples do, but never their name
//! or how to reach them: the feed links to the lead, which knows.

use crate::{
    conversation::{Channel, Conversation, ConversationStatus, Handoff, Intent, Message, Role},
    event::{Activity, ActivityFacts, Event, EventKind},
    lead::{Lead, LeadSource, LeadStatus, Score},
};

impl Event {
    /// What is kept of it.
    pub fn activity(&self) -> Activity {
        Activity {
            id: self.id,
            kind: self.kind,
            lead: self.lead,
            conversation: self.conversation,
            description: self.description(),
            facts: self.facts(),
            at: self.at,
        }
    }

    fn description(&self) -> String {
        let lead = self.data.lead.as_deref();
        let conversation = self.data.conversation.as_deref();
        let (what, details) = match self.kind {
            EventKind::LeadCreated => (captured(lead), vec![who(lead)]),
            EventKind::LeadUpdated => self.updated(),
            EventKind::LeadQualified => self.qualified(),
            EventKind::LeadConverted => ("Lead converted".to_owned(), vec![who(lead)]),
            EventKind::LeadDeleted => ("Lead deleted".to_owned(), Vec::new()),
            EventKind::LeadScoreChanged => (self.scored(), Vec::new()),
            EventKind::ConversationStarted => (started(conversation), Vec::new()),
            EventKind::ConversationCompleted => (completed(conversation), Vec::new()),
            EventKind::ConversationHandoff => self.handed_off(),
            EventKind::MessageReceived => ("Visitor wrote a message".to_owned(), Vec::new()),
            EventKind::MessageSent => (answered(self.data.message.as_deref()).to_owned(), Vec::new()),
            EventKind::IntentHighValue => {
                ("High-value buying intent detected".to_owned(), vec![Some(self.requested())])
            }
            EventKind::MeetingBooked => ("Meeting booked".to_owned(), vec![who(lead)]),
            EventKind::MeetingCancelled => ("Meeting cancelled".to_owned(), vec![who(lead)]),
            EventKind::MeetingRescheduled => ("Meeting moved to another time".to_owned(), vec![who(lead)]),
        };
        let details: Vec<String> = details.into_iter().flatten().collect();
        if details.is_empty() {
            return format!("{what}.");
        }
        // A reason may be a whole sentence, and a company an Inc.
        format!("{what}: {}.", details.join(", ").trim_end_matches('.'))
    }

    fn updated(&self) -> (String, Vec<Option<String>>) {
        if self.data.merged_from.is_some() {
            return ("Lead absorbed another one of the same person".to_owned(), Vec::new());
        }
        match self.statuses() {
            (_, Some(LeadStatus::Disqualified)) => ("Lead disqualified".to_owned(), vec![self.data.reason.clone()]),
            (Some(from), Some(to)) => (format!("Lead moved from {from} to {to}"), Vec::new()),
            _ => {
                let fields = self.data.changes.iter().map(|change| Some(change.field.clone())).collect();
                ("Lead updated".to_owned(), fields)
            }
        }
    }

    fn qualified(&self) -> (String, Vec<Option<String>>) {
        let lead = self.data.lead.as_deref();
        let by_hand = lead.is_some_and(|lead| lead.status_by_hand);
        let (what, why) = if by_hand {
            ("Lead qualified by hand", None)
        } else if lead.is_some_and(|lead| lead.score_override.is_some()) {
            ("Lead qualified", self.data.reason.clone())
        } else {
            ("Lead qualified based on conversation scoring", self.data.reason.clone())
        };
        (what.to_owned(), vec![who(lead), why])
    }

    fn scored(&self) -> String {
        match (self.data.previous_score, self.score()) {
            (Some(before), Some(after)) => {
                let moved = if after < before { "fell" } else { "rose" };
                format!("Lead score {moved} from {} to {}", before.get(), after.get())
            }
            _ => "Lead score changed".to_owned(),
        }
    }

    fn handed_off(&self) -> (String, Vec<Option<String>>) {
        if !self.data.changes.is_empty() {
            let fields = self.data.changes.iter().map(|change| Some(change.field.clone())).collect();
            return ("Handoff to a human agent changed".to_owned(), fields);
        }
        let reason = self.handoff().map(|handoff| match handoff.reason.as_str() {
            "human_request" => "the visitor asked for a person".to_owned(),
            "taken_over" => "a member of the team took over".to_owned(),
            said => said.to_owned(),
        });
        ("Conversation handed off to a human agent".to_owned(), vec![reason])
    }

    /// What a visitor wants who is worth a lot.
    fn requested(&self) -> String {
        let wish = match self.data.intent {
            Some(Intent::EnterprisePricing) => "enterprise pricing",
            Some(Intent::DemoRequest) => "a demo",
            Some(Intent::PricingInquiry) => "pricing",
            _ => "an offer",
        };
        let seats = self.data.conversation.as_deref().and_then(|conversation| conversation.facts.seats);
        let seats = seats.map(|seats| format!(" for {seats} seat{}", if seats == 1 { "" } else { "s" }));
        format!("visitor requested {wish}{}", seats.unwrap_or_default())
    }

    fn facts(&self) -> ActivityFacts {
        let data = &self.data;
        let none = ActivityFacts::default();
        match self.kind {
            EventKind::LeadCreated => ActivityFacts { source: data.lead.as_deref().map(|lead| lead.source), ..none },
            EventKind::LeadUpdated => ActivityFacts {
                changed: data.changes.iter().map(|change| change.field.clone()).collect(),
                merged_from: data.merged_from,
                ..self.transition()
            },
            EventKind::LeadQualified => {
                let (score_before, score_after) = (data.previous_score, self.score());
                ActivityFacts { score_before, score_after, merged_from: data.merged_from, ..self.transition() }
            }
            EventKind::LeadConverted => {
                ActivityFacts { estimated_deal_size: data.estimated_deal_size, ..self.transition() }
            }
            EventKind::LeadScoreChanged => {
                ActivityFacts { score_before: data.previous_score, score_after: self.score(), ..none }
            }
            EventKind::ConversationStarted => {
                ActivityFacts { channel: data.conversation.as_deref().map(|begun| begun.channel), ..none }
            }
            EventKind::ConversationHandoff => ActivityFacts {
                priority: self.handoff().map(|handoff| handoff.priority),
                changed: data.changes.iter().map(|change| change.field.clone()).collect(),
                ..none
            },
            EventKind::IntentHighValue => ActivityFacts {
                intent: data.intent,
                confidence: data.confidence,
                estimated_deal_size: data.estimated_deal_size,
                ..none
            },
            EventKind::LeadDeleted
            | EventKind::ConversationCompleted
            | EventKind::MessageReceived
            | EventKind::MessageSent
            | EventKind::MeetingBooked
            | EventKind::MeetingCancelled
            | EventKind::MeetingRescheduled => none,
        }
    }

    fn transition(&self) -> ActivityFacts {
        let (previous_status, new_status) = self.statuses();
        ActivityFacts { previous_status, new_status, ..ActivityFacts::default() }
    }

    /// The statuses before and after, where the event is of a transition.
    fn statuses(&self) -> (Option<LeadStatus>, Option<LeadStatus>) {
        let Some(change) = self.data.changes.iter().find(|change| change.field == "status") else {
            return (None, None);
        };
        let status = |value: &serde_json::Value| {
            value.as_str().and_then(|word| LeadStatus::ALL.into_iter().find(|status| status.as_str() == word))
        };
        (status(&change.from), status(&change.to))
    }

    fn score(&self) -> Option<Score> {
        self.data.lead.as_deref().map(|lead| lead.score)
    }

    fn handoff(&self) -> Option<&Handoff> {
        self.data.conversation.as_deref().and_then(|conversation| conversation.handoff.as_ref())
    }
}

fn captured(lead: Option<&Lead>) -> String {
    let from = match lead.map(|lead| lead.source) {
        Some(LeadSource::Chat) => " from a conversation",
        Some(LeadSource::Api) => " through the API",
        Some(LeadSource::Import) => " by an import",
        Some(LeadSource::Form) => " from a form",
        None => "",
    };
    format!("New lead captured{from}")
}

/// What a lead is, as far as anybody said: "CTO at Acme".
fn who(lead: Option<&Lead>) -> Option<String> {
    let contact = &lead?.contact;
    match (&contact.title, &contact.company) {
        (Some(title), Some(company)) => Some(format!("{title} at {company}")),
        (Some(title), None) => Some(title.clone()),
        (None, Some(company)) => Some(format!("someone at {company}")),
        (None, None) => None,
    }
}

fn started(conversation: Option<&Conversation>) -> String {
    let place = match conversation.map(|conversation| conversation.channel) {
        Some(Channel::WebChat) => " in the web chat",
        Some(Channel::Api) => " through the API",
        Some(Channel::Whatsapp) => " on WhatsApp",
        Some(Channel::Slack) => " on Slack",
        None => "",
    };
    format!("Conversation started{place}")
}

fn completed(conversation: Option<&Conversation>) -> String {
    let Some(conversation) = conversation else { return "Conversation ended".to_owned() };
    let ended = match conversation.status {
        ConversationStatus::Expired => "ended by silence",
        ConversationStatus::Closed | ConversationStatus::Active | ConversationStatus::HandedOff => "closed",
    };
    let count = conversation.message_count;
    format!("Conversation {ended} after {count} message{}", if count == 1 { "" } else { "s" })
}

const fn answered(message: Option<&Message>) -> &'static str {
    match message {
        Some(Message { role: Role::Agent, .. }) => "A member of the team answered",
        _ => "The assistant answered",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        conversation::{HandoffPriority, HandoffReason, SessionHash, VisitorId},
        event::{EventData, FieldChange},
        id::Id,
        lead::{Contact, LeadDraft, LeadStory, ScoreOverride},
        money::{JsonMap, Money},
        time::Timestamp,
    };

    const NOW: Timestamp = Timestamp::from_seconds(7);

    fn lead() -> Lead {
        let contact = Contact {
            name: Some("Ada Lovelace".to_owned()),
            title: Some("CTO".to_owned()),
            company: Some("FinTech Inc.".to_owned()),
            ..Contact::default()
        };
        let draft = LeadDraft { contact, source: Some(LeadSource::Chat), ..LeadDraft::default() };
        Lead { score: Score::clamped(64), ..Lead::create(Id::from_bits(1), draft, NOW) }
    }

    fn conversation() -> Conversation {
        let visitor = VisitorId::parse("v1").expect("an id");
        let session = SessionHash([1; 32]);
        Conversation::begin(Id::from_bits(2), Id::from_bits(3), visitor, session, Channel::Slack, JsonMap::new(), NOW)
    }

    fn event(kind: EventKind, data: EventData) -> Activity {
        let lead = data.lead.as_ref().map(|lead| lead.id);
        let conversation = data.conversation.as_ref().map(|conversation| conversation.id);
        Event { id: Id::from_bits(9), kind, lead, conversation, data, at: NOW }.activity()
    }

    fn of_lead(lead: Lead) -> EventData {
        EventData { lead: Some(Box::new(lead)), ..EventData::default() }
    }

    fn of_conversation(conversation: Conversation) -> EventData {
        EventData { conversation: Some(Box::new(conversation)), ..EventData::default() }
    }

    #[test]
    fn a_high_value_intent_is_told_as_the_published_feed_does() {
        let mut talk = conversation();
        talk.facts.seats = Some(50);
        let told = event(
            EventKind::IntentHighValue,
            EventData {
                intent: Some(Intent::EnterprisePricing),
                confidence: Some(0.94),
                estimated_deal_size: Some(Money::from_major(45_000)),
                ..of_conversation(talk)
            },
        );
        assert_eq!(
            told.description,
            "High-value buying intent detected: visitor requested enterprise pricing for 50 seats."
        );
        let facts = ActivityFacts {
            intent: Some(Intent::EnterprisePricing),
            confidence: Some(0.94),
            estimated_deal_size: Some(Money::from_major(45_000)),
            ..ActivityFacts::default()
        };
        assert_eq!(told.facts, facts);
        assert_eq!((told.id.bits(), told.lead, told.conversation.map(Id::bits), told.at), (9, None, Some(2), NOW));
    }

    #[test]
    fn a_qualification_says_who_and_why_and_between_which_scores_and_statuses() {
        let before = Lead { score: Score::clamped(22), ..lead() };
        let mut after = lead();
        after.qualification_reason = Some("budget “it is approved” (+25)".to_owned());
        after.move_to(LeadStatus::Qualified, NOW);
        let threshold = Score::clamped(60);
        let story = LeadStory { before: Some(&before), after: &after, threshold, merged: None };
        let (kind, data) = story.events().remove(0);
        let told = event(kind, data);
        assert_eq!(
            told.description,
            "Lead qualified based on conversation scoring: CTO at FinTech Inc., budget “it is approved” (+25)."
        );
        let facts = ActivityFacts {
            previous_status: Some(LeadStatus::New),
            new_status: Some(LeadStatus::Qualified),
            score_before: Score::new(22),
            score_after: Score::new(64),
            ..ActivityFacts::default()
        };
        assert_eq!((told.kind, told.facts), (EventKind::LeadQualified, facts));
    }

    #[test]
    fn a_qualification_by_hand_does_not_claim_to_come_from_a_conversation() {
        let by_hand = Lead { status_by_hand: true, ..lead() };
        let data = EventData { reason: Some("set by hand".to_owned()), ..of_lead(by_hand) };
        assert_eq!(event(EventKind::LeadQualified, data).description, "Lead qualified by hand: CTO at FinTech Inc.");
        let set = ScoreOverride { score: Score::clamped(80), at: NOW };
        let scored = Lead { score_override: Some(set), contact: Contact::default(), ..lead() };
        let data = EventData { reason: Some("score set to 80 by hand".to_owned()), ..of_lead(scored) };
        assert_eq!(event(EventKind::LeadQualified, data).description, "Lead qualified: score set to 80 by hand.");
    }

    #[test]
    fn every_kind_has_a_sentence_even_where_nothing_else_is_known() {
        for kind in EventKind::ALL {
            for data in [EventData::default(), of_lead(lead()), of_conversation(conversation())] {
                let told = event(*kind, data);
                assert!(told.description.ends_with('.') && !told.description.ends_with(".."), "{}", told.description);
                assert!(told.description.starts_with(char::is_uppercase), "{}", told.description);
                assert!(!told.description.contains("Ada"), "no names: {}", told.description);
            }
        }
    }

    #[test]
    fn what_a_lead_went_through_is_told_in_words() {
        let said = |kind, data| event(kind, data).description;
        assert_eq!(
            said(EventKind::LeadCreated, of_lead(lead())),
            "New lead captured from a conversation: CTO at FinTech Inc."
        );
        let moved = |from: &str, to: &str, reason: Option<&str>| EventData {
            changes: vec![FieldChange { field: "status".to_owned(), from: json!(from), to: json!(to) }],
            reason: reason.map(str::to_owned),
            ..of_lead(lead())
        };
        let contacted = event(EventKind::LeadUpdated, moved("new", "contacted", None));
        assert_eq!(contacted.description, "Lead moved from new to contacted.");
        assert_eq!(contacted.facts.changed, ["status"]);
        assert_eq!(contacted.facts.new_status, Some(LeadStatus::Contacted));
        let student = moved("new", "disqualified", Some("student: “for my thesis.”"));
        assert_eq!(said(EventKind::LeadUpdated, student), "Lead disqualified: student: “for my thesis.”.");
        let renamed = FieldChange { field: "name".to_owned(), from: json!("A"), to: json!("B") };
        let renamed = EventData { changes: vec![renamed], ..of_lead(lead()) };
        assert_eq!(said(EventKind::LeadUpdated, renamed), "Lead updated: name.");
        let fell = EventData { previous_score: Score::new(80), ..of_lead(lead()) };
        assert_eq!(said(EventKind::LeadScoreChanged, fell), "Lead score fell from 80 to 64.");
    }

    #[test]
    fn what_became_of_a_conversation_is_told_in_words() {
        let begun = event(EventKind::ConversationStarted, of_conversation(conversation()));
        assert_eq!(begun.description, "Conversation started on Slack.");
        assert_eq!(begun.facts.channel, Some(Channel::Slack));
        let expired = Conversation { status: ConversationStatus::Expired, message_count: 1, ..conversation() };
        let expired = event(EventKind::ConversationCompleted, of_conversation(expired));
        assert_eq!(expired.description, "Conversation ended by silence after 1 message.");
        let mut given = conversation();
        let reason = HandoffReason::parse("They want a contract.").expect("a reason");
        given.take_over(reason, HandoffPriority::Urgent, None, NOW);
        let given = event(EventKind::ConversationHandoff, of_conversation(given));
        assert_eq!(given.description, "Conversation handed off to a human agent: They want a contract.");
        assert_eq!(given.facts.priority, Some(HandoffPriority::Urgent));
    }

    #[test]
    fn facts_are_written_without_what_is_empty_and_read_back() {
        let facts = event(EventKind::LeadCreated, of_lead(lead())).facts;
        let text = serde_json::to_string(&facts).expect("prints");
        assert_eq!(text, r#"{"source":"chat"}"#);
        assert_eq!(serde_json::from_str::<ActivityFacts>(&text).expect("reads"), facts);
    }
}
