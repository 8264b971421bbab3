//! One turn of a chat (contract § 7; walked from end to end in `docs/architecture.md`).
//!
//! With the built-in assistant a turn is one commit. With a model the visitor's message, and all
//! that follows from it, is committed first and the answer second, so that nothing is lost
//! whatever happens while the model thinks. No transaction is open meanwhile.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    access::{Assistant, TenantScope},
    analytics::Onlooker,
    conversation::{
        Channel, Citation, Conversation, ConversationStatus, Handoff, Intent, Message, SessionHash, SessionSecret,
        VisitorId,
    },
    id::Id,
    lead::Lead,
    money::JsonMap,
    ports::{
        Purpose, StoreError, Understood, Utterance,
        store::{TenantView, TurnFile, TurnKey},
    },
    receipt::{Receipt, ReceiptState},
    use_cases::{
        LaneKey, Recording, Services, UseCaseError,
        chat_reply::{Reply, draft_built_in, store_reply, stream_from_model},
        chat_turn::{Turn, decide},
        outbox::Outbox,
        services::TRIES,
        visits::anonymous_name,
    },
};

/// How many of the last messages a turn reads.
pub(crate) const HISTORY: u32 = 20;
/// How many passages an answer may rest on.
const PASSAGES: usize = 6;

/// What a visitor sends.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatCommand {
    /// 1 to 4,000 characters.
    pub text: String,
    /// The site's name for the visitor; one is issued where there is none.
    pub visitor: Option<VisitorId>,
    /// The session as sent; an unknown one begins a new conversation.
    pub session: Option<String>,
    /// Whatever the page sent along, and the user agent.
    pub metadata: JsonMap,
    /// The language the caller named, ISO 639-1.
    pub language: Option<String>,
    /// Where it takes place.
    pub channel: Channel,
    /// The assistant asked for; the default one where there is none.
    pub assistant: Option<Id<Assistant>>,
    /// The visitor as the server sees them, where it is the visitor who calls.
    pub onlooker: Option<Onlooker>,
    /// Whether a new conversation begins with the greeting that the visitor saw.
    pub greets: bool,
}

/// What a turn came to.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatOutcome {
    /// The assistant's message; the visitor's own while a person has been asked.
    pub message: Message,
    /// What the visitor reads: the message's content, or the notice that a person has been asked.
    pub content: String,
    /// The session to go on with.
    pub session: String,
    /// The conversation as committed.
    pub conversation: Conversation,
    /// What the visitor's message wants.
    pub intent: Intent,
    /// How sure that is.
    pub confidence: f64,
    /// The language of the answer.
    pub language: String,
    /// What the answer rests on.
    pub citations: Vec<Citation>,
    /// What the visitor might say next.
    pub suggested_replies: Vec<String>,
    /// That a person has been asked.
    pub handoff: Option<Handoff>,
}

/// A part of an answer as it is released.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyPart {
    /// The answer begins.
    Start {
        /// The id that the answer will have.
        message: Id<Message>,
        /// The session to go on with.
        session: String,
    },
    /// Some of its text.
    Delta(String),
}

/// Takes the parts of a streamed answer. A client that went away takes nothing and stops nothing.
#[async_trait]
pub trait ReplySink: Send + Sync {
    /// Takes one part.
    async fn part(&self, part: ReplyPart);
}

/// What a resumed turn needs: made by its first commit, kept sealed in its receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resume {
    pub(crate) conversation: Id<Conversation>,
    pub(crate) question: Message,
    pub(crate) reply: Id<Message>,
    pub(crate) session: String,
    pub(crate) intent: Intent,
    pub(crate) confidence: f64,
    pub(crate) language: String,
}

/// Answers one message of a visitor.
pub async fn chat(
    services: &Services,
    scope: TenantScope,
    command: ChatCommand,
    sink: Option<&dyn ReplySink>,
    recording: Option<&Recording<'_, ChatOutcome>>,
) -> Result<ChatOutcome, UseCaseError> {
    let resume = recording
        .and_then(|recording| recording.resume.as_deref())
        .and_then(|plain| serde_json::from_slice::<Resume>(plain).ok());
    // Turns of one conversation run one after another, the model's time included. A first turn holds
    // the lane of the session that it hands out, because the visitor may use it before the turn ends.
    let session = command.session.as_deref().and_then(SessionHash::of_text);
    let resumed = resume.as_ref().and_then(|resume| SessionHash::of_text(&resume.session));
    let new_session = SessionSecret::new(services.ids.secret());
    let turns = [session, resumed, Some(new_session.hash())].into_iter().flatten();
    let turns = turns.map(|session| LaneKey::new("turn", (scope.data().bits(), session.0)));
    let _turn = services.lanes.enter(turns).await.map_err(|_| UseCaseError::Busy)?;
    let passages = services.index.search(scope, &command.text, PASSAGES).await?;
    if let Some(resume) = resume {
        let reply = stream_from_model(services, scope, &resume, &passages, sink).await?;
        return store_reply(services, scope, &resume, reply, recording).await;
    }
    let contacts = services.understanding.contacts(&command.text);
    let ids = TurnIds {
        conversation: services.ids.id(),
        greeting: services.ids.id(),
        question: services.ids.id(),
        reply: services.ids.id(),
        lead: services.ids.id(),
        visitor: services.ids.next(),
    };
    let key = TurnKey { session, conversation: None, email: contacts.email.clone(), history: HISTORY };
    let mut lanes: Vec<LaneKey> =
        contacts.email.iter().map(|email| LaneKey::new("email", (scope.data().bits(), email.folded()))).collect();
    for _ in 0..TRIES {
        let view = services.view(scope).await?;
        if view.tenant.settings.model_required && services.model.is_none() {
            return Err(UseCaseError::ModelUnavailable);
        }
        let guard = services.lanes.enter(lanes.iter().copied()).await.map_err(|_| UseCaseError::Busy)?;
        let file = services.store.load_turn(scope, &key).await?;
        let needed = lanes_of(scope, &file);
        if !guard.holds(&needed) {
            lanes.extend(needed);
            continue;
        }
        let now = services.clock.now();
        let assistant = assistant_of(&view, &file, &command)?;
        let understood = understand(services, &command, &file, now);
        let mut outbox = Outbox::new(services, scope, &view, now);
        let turn = decide(services, &view, assistant, &command, &new_session, &ids, file, understood, &mut outbox, now);
        if let Some(day) = turn.first_of_day() {
            let takes_over = match &command.onlooker {
                Some(onlooker) => Some(anonymous_name(services, scope, onlooker, day).await?),
                None => None,
            };
            outbox.changes.visits.push(turn.visit(&command, takes_over));
        }
        let waits_for_model = services.model.is_some() && turn.conversation.status == ConversationStatus::Active;
        let (outcome, resume) = if waits_for_model {
            let resume = Resume {
                conversation: turn.conversation.id,
                question: turn.question.clone(),
                reply: ids.reply,
                session: turn.session.clone(),
                intent: turn.understood.intent,
                confidence: turn.understood.confidence,
                language: turn.understood.language.clone(),
            };
            outbox.changes.receipt = recording.map(|recording| begun(services, recording, &resume, &turn));
            outbox.conversation(turn.before, turn.conversation);
            (None, Some(resume))
        } else {
            let outcome = answer_at_once(services, &view, assistant, turn, &passages, ids.reply, &mut outbox);
            outbox.changes.receipt = recording.map(|recording| {
                recording.answered(&outcome, outcome.conversation.lead, Some(outcome.conversation.id), now)
            });
            (Some(outcome), None)
        };
        match outbox.commit().await {
            Ok(()) => {}
            Err(StoreError::Stale) => continue,
            Err(error) => return Err(error.into()),
        }
        drop(guard);
        if let Some(outcome) = outcome {
            release(sink, &outcome).await;
            return Ok(outcome);
        }
        let resume = resume.expect("a turn has its outcome or waits for the model");
        let reply = stream_from_model(services, scope, &resume, &passages, sink).await?;
        return store_reply(services, scope, &resume, reply, recording).await;
    }
    Err(UseCaseError::Busy)
}

/// The ids that a turn may need, made once, so that deciding again makes the same things.
pub(crate) struct TurnIds {
    pub(crate) conversation: Id<Conversation>,
    pub(crate) greeting: Id<Message>,
    pub(crate) question: Id<Message>,
    pub(crate) reply: Id<Message>,
    pub(crate) lead: Id<Lead>,
    pub(crate) visitor: u128,
}

fn lanes_of(scope: TenantScope, file: &TurnFile) -> Vec<LaneKey> {
    let tenant = scope.data().bits();
    let conversation =
        file.conversation.iter().map(|file| LaneKey::new("conversation", (tenant, file.conversation.id.bits())));
    let its_lead = file.conversation.iter().filter_map(|file| file.lead.as_ref());
    let leads = its_lead.chain(file.by_email.iter().map(|file| &file.lead));
    conversation.chain(leads.map(|lead| LaneKey::new("lead", (tenant, lead.id.bits())))).collect()
}

fn assistant_of<'a>(
    view: &'a TenantView,
    file: &TurnFile,
    command: &ChatCommand,
) -> Result<&'a Assistant, UseCaseError> {
    // Whoever is asked for must be there, even where a conversation keeps the one it has (security T4).
    let asked = command.assistant.map(|asked| view.assistant(asked).ok_or(UseCaseError::NotFound)).transpose()?;
    let known = file.conversation.as_ref().and_then(|file| view.assistant(file.conversation.assistant));
    Ok(known.or(asked).unwrap_or_else(|| view.default_assistant()))
}

fn understand(services: &Services, command: &ChatCommand, file: &TurnFile, at: crate::time::Timestamp) -> Understood {
    let conversation = file.conversation.as_ref().map(|file| &file.conversation);
    services.understanding.understand(Utterance {
        text: &command.text,
        stated_language: command.language.as_deref(),
        previous_language: conversation.and_then(|conversation| conversation.language.as_deref()),
        pending: conversation.and_then(|conversation| conversation.facts.pending),
        at,
    })
}

fn begun(services: &Services, recording: &Recording<'_, ChatOutcome>, resume: &Resume, turn: &Turn) -> Receipt {
    let plain = serde_json::to_vec(resume).expect("ids and texts serialise");
    let now = services.clock.now();
    Receipt {
        key: recording.key,
        fingerprint: recording.fingerprint,
        state: ReceiptState::Begun {
            resume: services.vault.seal(Purpose::Receipt, &plain),
            owner: services.process,
            lease_until: now.plus(services.settings.turn_lease),
        },
        lead: turn.conversation.lead,
        conversation: Some(turn.conversation.id),
        part_of: recording.part_of,
        created_at: now,
    }
}

/// The answer that needs no model: the built-in assistant's, or the notice that a person was asked.
fn answer_at_once(
    services: &Services,
    view: &TenantView,
    assistant: &Assistant,
    turn: Turn,
    passages: &[crate::knowledge::ScoredPassage],
    reply: Id<Message>,
    outbox: &mut Outbox<'_>,
) -> ChatOutcome {
    if turn.was_handed_off {
        let language = turn.understood.language.clone();
        let content = services.responder.handoff_notice(&view.tenant, &language);
        outbox.conversation(turn.before.clone(), turn.conversation.clone());
        return turn.silent(content);
    }
    let draft = draft_built_in(services, view, assistant, &turn, passages);
    let reply = Reply::built_in(reply, draft, &turn.understood, services.clock.now());
    turn.answered(reply, outbox)
}

async fn release(sink: Option<&dyn ReplySink>, outcome: &ChatOutcome) {
    if let Some(sink) = sink {
        sink.part(ReplyPart::Start { message: outcome.message.id, session: outcome.session.clone() }).await;
        let mut sentences = crate::conversation::Sentences::default();
        let whole = sentences.push(&outcome.content);
        for sentence in whole.into_iter().chain(sentences.finish()) {
            sink.part(ReplyPart::Delta(sentence)).await;
        }
    }
}
