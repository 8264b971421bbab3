//! What people do with a conversation: write in it, take it, give it back, close it (contract § 8).

use serde_json::json;

use crate::{
    access::{Member, TenantScope},
    conversation::{Conversation, ConversationStatus, Handoff, HandoffPriority, HandoffReason, Message, Role},
    event::{EventData, EventKind, FieldChange},
    id::Id,
    ports::{
        StoreError,
        store::{ConversationFile, TenantView, TurnKey},
    },
    qualification::Qualification,
    time::Timestamp,
    use_cases::{LaneKey, Recording, Services, UseCaseError, outbox::Outbox, services::TRIES},
};

/// A message of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentMessage {
    /// 1 to 4,000 characters.
    pub content: String,
    /// Who writes; the tenant's first member where nothing is said.
    pub member: Option<Id<Member>>,
}

/// What a person's message made of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentMessageOutcome {
    /// The message as committed.
    pub message: Message,
    /// The conversation as committed.
    pub conversation: Conversation,
}

/// A member, and the field by which a caller named them, which a refusal names too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedMember {
    /// Who.
    pub id: Id<Member>,
    /// Where the caller said so.
    pub field: &'static str,
}

/// That a person is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoffCommand {
    /// Why.
    pub reason: HandoffReason,
    /// How urgent it is.
    pub priority: HandoffPriority,
    /// For whoever takes it; the conversation's own summary where nothing is said.
    pub summary: Option<String>,
    /// Whose it is to be.
    pub member: Option<NamedMember>,
}

/// A person writes. The AI is silent from then on, and the conversation is that person's.
pub async fn send_agent_message(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    command: AgentMessage,
    recording: Option<&Recording<'_, AgentMessageOutcome>>,
) -> Result<AgentMessageOutcome, UseCaseError> {
    let message_id = services.ids.id();
    change(services, scope, id, |view, file, outbox, now| {
        let member = command.member.map(|id| known_member(view, NamedMember { id, field: "memberId" })).transpose()?;
        let member = member.unwrap_or(view.members[0].id);
        let mut after = open_conversation(services, file)?.clone();
        let handed_over = after.take_over(HandoffReason::taken_over(), HandoffPriority::Normal, None, now);
        after.assigned_to = Some(member);
        let message = after.append(Message {
            id: message_id,
            conversation: id,
            position: 0,
            role: Role::Agent,
            content: command.content.clone(),
            intent: None,
            confidence: None,
            language: None,
            citations: Vec::new(),
            member: Some(member),
            interrupted: false,
            fell_back: false,
            created_at: now,
        });
        let data = EventData { lead: file.lead.clone().map(Box::new), ..EventData::default() };
        if handed_over {
            outbox.event(EventKind::ConversationHandoff, after.lead, Some(&after), data.clone());
        }
        let sent = EventData { message: Some(Box::new(message.clone())), ..data };
        outbox.event(EventKind::MessageSent, after.lead, Some(&after), sent);
        outbox.changes.messages.push(message.clone());
        outbox.conversation(Some(file.conversation.clone()), after.clone());
        let outcome = AgentMessageOutcome { message, conversation: after };
        outbox.changes.receipt =
            recording.map(|recording| recording.answered(&outcome, outcome.conversation.lead, Some(id), now));
        Ok(outcome)
    })
    .await
}

/// A person is asked for, or the conversation is given to another one. Whoever takes handoffs is told
/// of the first request, and again, with what changed, whenever another one changes something.
pub async fn hand_off(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    command: HandoffCommand,
    recording: Option<&Recording<'_, Conversation>>,
) -> Result<Conversation, UseCaseError> {
    change(services, scope, id, |view, file, outbox, now| {
        let member = command.member.map(|member| known_member(view, member)).transpose()?;
        let mut after = open_conversation(services, file)?.clone();
        let handed_over = after.take_over(command.reason.clone(), command.priority, command.summary.clone(), now);
        if !handed_over && let Some(handoff) = &mut after.handoff {
            handoff.reason = command.reason.clone();
            handoff.priority = command.priority;
            if let Some(summary) = &command.summary {
                handoff.summary.clone_from(summary);
            }
        }
        after.assigned_to = member.or(after.assigned_to);
        let changes = if handed_over { Vec::new() } else { handoff_changes(&file.conversation, &after) };
        if handed_over || !changes.is_empty() {
            let data = EventData { lead: file.lead.clone().map(Box::new), changes, ..EventData::default() };
            outbox.event(EventKind::ConversationHandoff, after.lead, Some(&after), data);
        }
        Ok(finish(file, after, outbox, recording, now))
    })
    .await
}

/// What another request changed of a handoff.
fn handoff_changes(before: &Conversation, after: &Conversation) -> Vec<FieldChange> {
    let fields = |conversation: &Conversation| {
        let handoff = conversation.handoff.as_ref();
        [
            ("reason", json!(handoff.map(|handoff| handoff.reason.as_str()))),
            ("priority", json!(handoff.map(|handoff| handoff.priority.as_str()))),
            ("summary", json!(handoff.map(|handoff| &handoff.summary))),
            ("assignedTo", json!(conversation.assigned_to.map(Id::prefixed))),
        ]
    };
    let pairs = fields(before).into_iter().zip(fields(after));
    let changed = pairs.filter(|((_, from), (_, to))| from != to);
    changed.map(|((field, from), (_, to))| FieldChange { field: field.to_owned(), from, to }).collect()
}

/// The conversation is given back to the AI.
pub async fn return_to_assistant(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    recording: Option<&Recording<'_, Conversation>>,
) -> Result<Conversation, UseCaseError> {
    change(services, scope, id, |_, file, outbox, now| {
        let mut after = open_conversation(services, file)?.clone();
        after.status = ConversationStatus::Active;
        after.handoff = None;
        after.assigned_to = None;
        // Its idleness begins anew, or it would expire at once after a long talk with a person.
        after.last_message_at = after.last_message_at.max(now);
        Ok(finish(file, after, outbox, recording, now))
    })
    .await
}

/// The conversation is closed. One that has ended already stays as it is.
pub async fn close_conversation(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    recording: Option<&Recording<'_, Conversation>>,
) -> Result<Conversation, UseCaseError> {
    change(services, scope, id, |view, file, outbox, now| {
        Ok(finish(file, ended(services, view, file, ConversationStatus::Closed, outbox, now), outbox, recording, now))
    })
    .await
}

/// The conversation as it ends, with its event; unchanged if it has ended already.
pub(crate) fn ended(
    services: &Services,
    view: &TenantView,
    file: &ConversationFile,
    status: ConversationStatus,
    outbox: &mut Outbox<'_>,
    now: Timestamp,
) -> Conversation {
    let mut after = file.conversation.clone();
    if !after.status.is_open() {
        return after;
    }
    after.status = status;
    after.ended_at = Some(now);
    let adjustments = file.lead.as_ref().map(|lead| lead.adjustments.as_slice()).unwrap_or_default();
    let qualification = Qualification::of(&file.evidence, adjustments, &view.tenant.settings);
    after.summary = services.responder.summary(&after, &qualification);
    let data = EventData { lead: file.lead.clone().map(Box::new), ..EventData::default() };
    outbox.event(EventKind::ConversationCompleted, after.lead, Some(&after), data);
    after
}

fn finish(
    file: &ConversationFile,
    after: Conversation,
    outbox: &mut Outbox<'_>,
    recording: Option<&Recording<'_, Conversation>>,
    now: Timestamp,
) -> Conversation {
    if after != file.conversation {
        outbox.conversation(Some(file.conversation.clone()), after.clone());
    }
    outbox.changes.receipt = recording.map(|recording| recording.answered(&after, after.lead, Some(after.id), now));
    after
}

/// Reads, decides and commits one conversation, again if something changed meanwhile.
pub(crate) async fn change<O>(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    mut decide: impl FnMut(&TenantView, &ConversationFile, &mut Outbox<'_>, Timestamp) -> Result<O, UseCaseError>,
) -> Result<O, UseCaseError> {
    for _ in 0..TRIES {
        let view = &*services.view(scope).await?;
        let lane = LaneKey::new("conversation", (scope.data().bits(), id.bits()));
        let _guard = services.lanes.enter([lane]).await.map_err(|_| UseCaseError::Busy)?;
        let key = TurnKey { conversation: Some(id), ..TurnKey::default() };
        let file = services.store.load_turn(scope, &key).await?.conversation.ok_or(UseCaseError::NotFound)?;
        let now = services.clock.now();
        let mut outbox = Outbox::new(services, scope, view, now);
        let outcome = decide(view, &file, &mut outbox, now)?;
        match outbox.commit().await {
            Ok(()) => return Ok(outcome),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

fn open_conversation<'a>(services: &Services, file: &'a ConversationFile) -> Result<&'a Conversation, UseCaseError> {
    if file.conversation.status_at(services.idle_since()).is_open() {
        Ok(&file.conversation)
    } else {
        Err(UseCaseError::Conflict { message: "the conversation has ended".to_owned(), existing: None })
    }
}

fn known_member(view: &TenantView, NamedMember { id, field }: NamedMember) -> Result<Id<Member>, UseCaseError> {
    if view.members.iter().any(|known| known.id == id) {
        Ok(id)
    } else {
        Err(UseCaseError::Invalid { param: field, message: "names no member".to_owned() })
    }
}

impl Conversation {
    /// Gives the conversation to people, if it is not theirs already. Says whether it was the AI's.
    pub(crate) fn take_over(
        &mut self,
        reason: HandoffReason,
        priority: HandoffPriority,
        summary: Option<String>,
        now: Timestamp,
    ) -> bool {
        if self.status == ConversationStatus::HandedOff {
            return false;
        }
        self.status = ConversationStatus::HandedOff;
        self.was_handed_off = true;
        self.handoff =
            Some(Handoff { reason, priority, summary: summary.unwrap_or_else(|| self.summary.clone()), at: now });
        true
    }

    /// Adds a message at the next position, never before its predecessor's time.
    pub(crate) fn append(&mut self, message: Message) -> Message {
        self.message_count += 1;
        let created_at = message.created_at.max(self.last_message_at);
        self.last_message_at = created_at;
        Message { conversation: self.id, position: self.message_count, created_at, ..message }
    }
}
