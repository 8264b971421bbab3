//! What follows from a record where it does not say so itself: ids, and lines of the activity feed.
//! The same input gives the same bits for ever, so that a record that comes twice comes once.

use sha2::{Digest as _, Sha256};

use crate::{
    access::Tenant,
    conversation::{Conversation, SessionHash},
    event::{Activity, Event, EventData, EventKind, FieldChange},
    history::{Meeting, Record},
    id::Id,
    lead::{Lead, LeadStatus, StatusChange},
    time::Timestamp,
};

/// An id whose upper 48 bits are the milliseconds of `at`, as those of every ULID, and whose other
/// bits are the first of a digest.
pub fn derived_id<K>(at: Timestamp, digest: &[u8; 32]) -> Id<K> {
    let mut low = [0; 16];
    low[6..].copy_from_slice(&digest[..10]);
    let millis = u128::from(u64::try_from(at.millis()).unwrap_or(0)) & ((1 << 48) - 1);
    Id::from_bits((millis << 80) | u128::from_be_bytes(low))
}

/// The hash of the session of a conversation that comes from elsewhere. No secret has it: it is the
/// digest of no text of a secret's form, so that nobody can speak in that conversation as its visitor.
pub fn session_of_import(conversation: Id<Conversation>) -> SessionHash {
    let text = format!("imported conversation {}", conversation.ulid());
    SessionHash(Sha256::digest(text.as_bytes()).into())
}

/// What an event is about: its lead, or else its conversation.
fn subject(lead: Option<Id<Lead>>, conversation: Option<Id<Conversation>>) -> u128 {
    lead.map(Id::bits).or(conversation.map(Id::bits)).unwrap_or(0)
}

/// The id of the event that follows from a record: one for each kind, subject and time.
fn event_id(
    tenant: Id<Tenant>,
    kind: EventKind,
    lead: Option<Id<Lead>>,
    conversation: Option<Id<Conversation>>,
    at: Timestamp,
) -> Id<Event> {
    let mut digest = Sha256::new();
    digest.update(b"derived event");
    digest.update(tenant.bits().to_be_bytes());
    digest.update(kind.as_str().as_bytes());
    let subject = if is_of_conversation(kind) { subject(None, conversation) } else { subject(lead, conversation) };
    digest.update(subject.to_be_bytes());
    digest.update(at.micros().to_be_bytes());
    derived_id(at, &digest.finalize().into())
}

/// Whether such an event is about its conversation, whichever lead that has.
const fn is_of_conversation(kind: EventKind) -> bool {
    matches!(kind, EventKind::ConversationStarted | EventKind::ConversationCompleted | EventKind::ConversationHandoff)
}

impl Activity {
    /// The id that this line would have if it followed from a record: what a derived line has, and a
    /// given one takes the place of.
    pub fn derived_id(&self, tenant: Id<Tenant>) -> Id<Event> {
        event_id(tenant, self.kind, self.lead, self.conversation, self.at)
    }

    /// Whether both lines tell of one thing: the same kind, subject and time.
    pub fn tells_of_the_same(&self, other: &Self) -> bool {
        let about = |line: &Self| {
            if is_of_conversation(line.kind) { (None, line.conversation) } else { (line.lead, None) }
        };
        self.kind == other.kind && self.at == other.at && about(self) == about(other)
    }

    /// Whether it is about its conversation rather than its lead.
    pub const fn is_of_conversation(&self) -> bool {
        is_of_conversation(self.kind)
    }
}

/// The lines of the activity feed that follow from a record whose events nobody wrote down.
pub fn derived_activities(tenant: Id<Tenant>, record: &Record) -> Vec<Activity> {
    match record {
        Record::Lead(lead) => of_lead(tenant, lead),
        Record::Conversation { conversation, .. } => of_conversation(tenant, conversation),
        Record::Meeting(meeting) => vec![of_meeting(tenant, meeting)],
        Record::Visit(_) | Record::Activity(_) => Vec::new(),
    }
}

/// A line as the event itself would have been kept.
fn told(tenant: Id<Tenant>, kind: EventKind, about: About, at: Timestamp, data: EventData) -> Activity {
    let About { lead, conversation } = about;
    let id = event_id(tenant, kind, lead, conversation, at);
    Event { id, kind, lead, conversation, data, at }.activity()
}

#[derive(Clone, Copy)]
struct About {
    lead: Option<Id<Lead>>,
    conversation: Option<Id<Conversation>>,
}

fn of_lead(tenant: Id<Tenant>, lead: &Lead) -> Vec<Activity> {
    if lead.merged_into.is_some() {
        return Vec::new();
    }
    let about = About { lead: Some(lead.id), conversation: None };
    let data = || EventData { lead: Some(Box::new(lead.clone())), ..EventData::default() };
    let mut lines = vec![told(tenant, EventKind::LeadCreated, about, lead.created_at, data())];
    let mut previous = LeadStatus::New;
    for StatusChange { status, at } in &lead.status_history {
        let kind = match status {
            LeadStatus::Qualified => Some(EventKind::LeadQualified),
            LeadStatus::Converted => Some(EventKind::LeadConverted),
            _ => None,
        };
        if let Some(kind) = kind {
            let change =
                FieldChange { field: "status".to_owned(), from: previous.as_str().into(), to: status.as_str().into() };
            let data = EventData {
                changes: vec![change],
                reason: lead.qualification_reason.clone(),
                estimated_deal_size: lead.estimated_deal_size,
                ..data()
            };
            lines.push(told(tenant, kind, about, *at, data));
        }
        previous = *status;
    }
    lines
}

fn of_conversation(tenant: Id<Tenant>, conversation: &Conversation) -> Vec<Activity> {
    let about = About { lead: conversation.lead, conversation: Some(conversation.id) };
    let data = || EventData { conversation: Some(Box::new(conversation.clone())), ..EventData::default() };
    let mut lines = vec![told(tenant, EventKind::ConversationStarted, about, conversation.started_at, data())];
    if let Some(handoff) = &conversation.handoff {
        lines.push(told(tenant, EventKind::ConversationHandoff, about, handoff.at, data()));
    }
    lines
}

fn of_meeting(tenant: Id<Tenant>, meeting: &Meeting) -> Activity {
    let Meeting { id: _, lead, starts_at: _, ends_at: _, status: _, booked_at } = meeting;
    let about = About { lead: Some(*lead), conversation: None };
    told(tenant, EventKind::MeetingBooked, about, *booked_at, EventData::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadDraft;

    const AT: Timestamp = Timestamp::from_millis(1_743_517_800_123);

    #[test]
    fn a_derived_id_sorts_by_its_time_and_keeps_eighty_bits_of_the_digest() {
        let id: Id<Lead> = derived_id(AT, &[0xab; 32]);
        assert_eq!(id.bits() >> 80, 1_743_517_800_123);
        assert_eq!(id.bits() & ((1 << 80) - 1), 0xabab_abab_abab_abab_abab);
        let before_1970: Id<Lead> = derived_id(Timestamp::from_millis(-5), &[1; 32]);
        assert_eq!(before_1970.bits() >> 80, 0);
    }

    #[test]
    fn the_feed_of_a_lead_tells_of_creation_qualification_and_conversion() {
        let mut lead = Lead::create(Id::from_bits(1), LeadDraft::default(), AT);
        for (status, seconds) in [
            (LeadStatus::Qualifying, 1),
            (LeadStatus::Qualified, 2),
            (LeadStatus::Booked, 3),
            (LeadStatus::Converted, 4),
        ] {
            lead.status_history.push(StatusChange { status, at: Timestamp::from_seconds(AT.seconds() + seconds) });
        }
        let tenant = Id::from_bits(9);
        let lines = derived_activities(tenant, &Record::Lead(Box::new(lead.clone())));
        let kinds: Vec<EventKind> = lines.iter().map(|line| line.kind).collect();
        assert_eq!(kinds, [EventKind::LeadCreated, EventKind::LeadQualified, EventKind::LeadConverted]);
        assert_eq!(lines[1].facts.previous_status, Some(LeadStatus::Qualifying));
        assert!(lines.iter().all(|line| line.derived_id(tenant) == line.id));
        let given = Activity { id: Id::from_bits(5), description: "By hand".to_owned(), ..lines[1].clone() };
        assert!(given.tells_of_the_same(&lines[1]) && !given.tells_of_the_same(&lines[0]));
        assert_eq!(given.derived_id(tenant), lines[1].id);
        lead.merged_into = Some(Id::from_bits(2));
        assert!(derived_activities(tenant, &Record::Lead(Box::new(lead))).is_empty(), "the survivor tells of it");
    }
}
