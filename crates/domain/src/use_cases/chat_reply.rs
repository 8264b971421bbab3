//! The answer of a turn: the built-in assistant's, or a model's, sentence by sentence and checked,
//! with the built-in assistant to fall back on before anything was released.

use futures_util::StreamExt as _;

use crate::{
    access::{Assistant, TenantScope, TenantSettings},
    conversation::{
        Citation, Conversation, ConversationStatus, Grounds, Intent, Message, Question, Role, Sentences,
        take_citations, turn_prompt,
    },
    event::{EventData, EventKind},
    id::Id,
    knowledge::ScoredPassage,
    ports::{
        Contacts, DraftReply, Facts, Model, ReplyContext, StoreError, Understood,
        store::{ConversationFile, TenantView, TurnKey},
    },
    qualification::{Evidence, Qualification},
    time::Timestamp,
    use_cases::{
        ChatOutcome, LaneKey, Recording, ReplyPart, ReplySink, Services, UseCaseError,
        chat::{HISTORY, Resume},
        chat_turn::Turn,
        outbox::Outbox,
        services::TRIES,
    },
};

/// An answer that passed the checks.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that the team is told of an answer")]
pub(crate) struct Reply {
    id: Id<Message>,
    content: String,
    intent: Intent,
    confidence: f64,
    language: String,
    citations: Vec<Citation>,
    pub(crate) suggested_replies: Vec<String>,
    asked: Option<Question>,
    unanswered: bool,
    interrupted: bool,
    /// Whether the visitor has read it already, sentence by sentence.
    streamed: bool,
    fell_back: bool,
    at: Timestamp,
}

impl Reply {
    pub(crate) fn built_in(id: Id<Message>, draft: DraftReply, understood: &Understood, at: Timestamp) -> Self {
        Self {
            id,
            content: draft.segments.concat().trim().to_owned(),
            intent: understood.intent,
            confidence: understood.confidence,
            language: understood.language.clone(),
            citations: draft.citations,
            suggested_replies: draft.suggested_replies,
            asked: draft.asked,
            unanswered: draft.unanswered,
            interrupted: false,
            streamed: false,
            fell_back: false,
            at,
        }
    }

    /// Adds the answer to its conversation, with its event, and remembers what it asked and how long
    /// the visitor waited for it.
    pub(crate) fn add_to(
        self,
        question: &Message,
        conversation: &mut Conversation,
        outbox: &mut Outbox<'_>,
    ) -> Message {
        conversation.facts.asked.extend(self.asked);
        conversation.facts.pending = self.asked;
        conversation.facts.unanswered += u32::from(self.unanswered);
        let message = conversation.append(Message {
            id: self.id,
            conversation: conversation.id,
            position: 0,
            role: Role::Assistant,
            content: self.content,
            intent: Some(self.intent),
            confidence: Some(self.confidence),
            language: Some(self.language),
            citations: self.citations,
            member: None,
            interrupted: self.interrupted,
            fell_back: self.fell_back,
            created_at: self.at,
        });
        conversation.responses += 1;
        conversation.response_millis += message.created_at.millis() - question.created_at.millis();
        outbox.changes.messages.push(message.clone());
        let data = EventData { message: Some(Box::new(message.clone())), ..EventData::default() };
        outbox.event(EventKind::MessageSent, conversation.lead, Some(conversation), data);
        message
    }
}

/// The built-in assistant's answer to a turn, checked like any other.
pub(crate) fn draft_built_in(
    services: &Services,
    view: &TenantView,
    assistant: &Assistant,
    turn: &Turn,
    passages: &[ScoredPassage],
) -> DraftReply {
    let context = ReplyContext {
        tenant: &view.tenant,
        assistant,
        conversation: &turn.conversation,
        history: &turn.history,
        text: &turn.question.content,
        understood: &turn.understood,
        passages,
        qualification: &turn.qualification,
        reachable: turn.is_reachable(),
    };
    checked(services.responder.reply(context), view, passages, &turn.history, &turn.question.content)
}

/// A draft without the sentences that the checks refuse; if one was, its citations stay with the rest.
fn checked(
    mut draft: DraftReply,
    view: &TenantView,
    passages: &[ScoredPassage],
    history: &[Message],
    text: &str,
) -> DraftReply {
    let grounds = grounds(view, passages, history, text);
    draft.segments.retain(|segment| grounds.allow(segment));
    draft
}

/// What a visitor's own conversation amounts to. An answer rests on nothing else: what is stored of
/// a lead from elsewhere must not show in what a stranger who names its address is asked (security V3).
pub(crate) fn own_qualification(
    evidence: &[Evidence],
    conversation: Id<Conversation>,
    settings: &TenantSettings,
) -> Qualification {
    let own: Vec<Evidence> = evidence.iter().filter(|piece| piece.conversation == conversation).cloned().collect();
    Qualification::of(&own, &[], settings)
}

fn grounds(view: &TenantView, passages: &[ScoredPassage], history: &[Message], text: &str) -> Grounds {
    let said = history.iter().filter(|message| message.role == Role::User).map(|message| message.content.as_str());
    Grounds::new(passages, said.chain([text]), &view.tenant.settings.allowed_link_hosts)
}

/// Asks the model, releasing each sentence that passes the checks.
pub(crate) async fn stream_from_model(
    services: &Services,
    scope: TenantScope,
    resume: &Resume,
    passages: &[ScoredPassage],
    sink: Option<&dyn ReplySink>,
) -> Result<Reply, UseCaseError> {
    let view = &*services.view(scope).await?;
    let key = TurnKey { conversation: Some(resume.conversation), history: HISTORY, ..TurnKey::default() };
    let file = services.store.load_turn(scope, &key).await?.conversation.ok_or(UseCaseError::NotFound)?;
    let assistant = view.assistant(file.conversation.assistant).unwrap_or_else(|| view.default_assistant());
    let qualification = own_qualification(&file.evidence, resume.conversation, &view.tenant.settings);
    let history: Vec<Message> =
        file.history.iter().filter(|message| message.position < resume.question.position).cloned().collect();
    let understood = resume.understood();
    let context = ReplyContext {
        tenant: &view.tenant,
        assistant,
        conversation: &file.conversation,
        history: &history,
        text: &resume.question.content,
        understood: &understood,
        passages,
        qualification: &qualification,
        reachable: file.lead.is_some(),
    };
    let built_in = checked(services.responder.reply(context), view, passages, &history, &resume.question.content);
    let mut release =
        Release { services, scope, resume, sink, released: String::new(), gap: String::new(), citations: Vec::new() };
    let mut ending = Ending::Failed;
    if let Some(model) = &services.model {
        let prompt = turn_prompt(
            &view.tenant,
            assistant,
            &resume.language,
            passages,
            &history,
            &resume.question.content,
            built_in.asked,
        );
        let grounds = grounds(view, passages, &history, &resume.question.content);
        ending = release.all(&**model, &prompt, passages, &grounds).await?;
    }
    let now = services.clock.now();
    if release.released.is_empty() {
        if ending == Ending::TakenOver || release.was_taken_over().await? {
            // Nothing was said, and now a person speaks: the assistant is silent.
            return Ok(Reply { content: String::new(), ..Reply::built_in(resume.reply, built_in, &understood, now) });
        }
        if view.tenant.settings.model_required {
            return Err(UseCaseError::ModelUnavailable);
        }
        let mut reply = Reply {
            fell_back: true,
            streamed: sink.is_some(),
            ..Reply::built_in(resume.reply, built_in, &understood, now)
        };
        reply.content = release.built_in(&reply.content).await;
        return Ok(reply);
    }
    let Release { released, mut citations, .. } = release;
    citations.dedup();
    Ok(Reply {
        content: released,
        citations,
        interrupted: ending != Ending::Whole,
        streamed: sink.is_some(),
        unanswered: passages.is_empty(),
        ..Reply::built_in(resume.reply, built_in, &understood, now)
    })
}

/// How a model's answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// As the model wanted.
    Whole,
    /// It broke off, or never began.
    Failed,
    /// A person took the conversation.
    TakenOver,
}

/// Releases sentences one by one; what was released is what is stored.
struct Release<'a> {
    services: &'a Services,
    scope: TenantScope,
    resume: &'a Resume,
    sink: Option<&'a dyn ReplySink>,
    released: String,
    /// The blanks between the last sentence and the next.
    gap: String,
    citations: Vec<Citation>,
}

impl Release<'_> {
    /// Releases the model's answer.
    async fn all(
        &mut self,
        model: &dyn Model,
        prompt: &crate::ports::Prompt,
        passages: &[ScoredPassage],
        grounds: &Grounds,
    ) -> Result<Ending, UseCaseError> {
        let Ok(mut stream) = model.answer(prompt).await else { return Ok(Ending::Failed) };
        let mut sentences = Sentences::default();
        loop {
            let (whole, ending) = match stream.next().await {
                Some(Ok(piece)) => (sentences.push(&piece), None),
                // A failure before the first sentence falls back; after it, the answer ends here.
                Some(Err(_)) => (Vec::new(), Some(Ending::Failed)),
                None => (sentences.finish().into_iter().collect(), Some(Ending::Whole)),
            };
            for sentence in whole {
                let (text, citations) = take_citations(&sentence, passages);
                if !grounds.allow(&text) {
                    continue;
                }
                if self.was_taken_over().await? {
                    return Ok(Ending::TakenOver);
                }
                self.citations.extend(citations);
                self.sentence(&text).await;
            }
            if let Some(ending) = ending {
                return Ok(ending);
            }
        }
    }

    async fn was_taken_over(&self) -> Result<bool, UseCaseError> {
        let now = self.services.store.find_conversation(self.scope, self.resume.conversation).await?;
        Ok(now.is_none_or(|conversation| conversation.status != ConversationStatus::Active))
    }

    async fn sentence(&mut self, sentence: &str) {
        let text = sentence.trim();
        if text.is_empty() {
            return;
        }
        if self.released.is_empty() {
            self.part(ReplyPart::Start { message: self.resume.reply, session: self.resume.session.clone() }).await;
            self.gap.clear();
        }
        let delta = format!("{}{text}", std::mem::take(&mut self.gap));
        let blanks = &sentence[sentence.trim_end().len()..];
        self.gap = if blanks.is_empty() { " ".to_owned() } else { blanks.to_owned() };
        self.released.push_str(&delta);
        self.part(ReplyPart::Delta(delta)).await;
    }

    /// Releases the built-in assistant's answer instead; what it released is the answer.
    async fn built_in(&mut self, content: &str) -> String {
        let mut sentences = Sentences::default();
        let whole = sentences.push(content);
        for sentence in whole.into_iter().chain(sentences.finish()) {
            self.sentence(&sentence).await;
        }
        std::mem::take(&mut self.released)
    }

    async fn part(&self, part: ReplyPart) {
        if let Some(sink) = self.sink {
            sink.part(part).await;
        }
    }
}

/// The second commit of a turn: its answer, unless a person took the conversation meanwhile.
pub(crate) async fn store_reply(
    services: &Services,
    scope: TenantScope,
    resume: &Resume,
    reply: Reply,
    recording: Option<&Recording<'_, ChatOutcome>>,
) -> Result<ChatOutcome, UseCaseError> {
    for _ in 0..TRIES {
        let view = &*services.view(scope).await?;
        let lane = LaneKey::new("conversation", (scope.data().bits(), resume.conversation.bits()));
        let _guard = services.lanes.enter([lane]).await.map_err(|_| UseCaseError::Busy)?;
        let key = TurnKey { conversation: Some(resume.conversation), history: HISTORY, ..TurnKey::default() };
        let file = services.store.load_turn(scope, &key).await?.conversation.ok_or(UseCaseError::NotFound)?;
        let now = services.clock.now();
        let mut outbox = Outbox::new(services, scope, view, now);
        let outcome = settle(services, view, resume, reply.clone(), file, &mut outbox);
        // Of somebody who was erased meanwhile not even the answer is kept.
        let recording = recording.filter(|_| outcome.conversation.erased_at.is_none());
        outbox.changes.receipt = recording.map(|recording| {
            recording.answered(&outcome, outcome.conversation.lead, Some(outcome.conversation.id), now)
        });
        match outbox.commit().await {
            Ok(()) => return Ok(outcome),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

fn settle(
    services: &Services,
    view: &TenantView,
    resume: &Resume,
    mut reply: Reply,
    file: ConversationFile,
    outbox: &mut Outbox<'_>,
) -> ChatOutcome {
    let ConversationFile { conversation: before, history, .. } = file;
    let mut conversation = before.clone();
    let suggested_replies = reply.suggested_replies.clone();
    let was_taken = conversation.status != ConversationStatus::Active;
    // An earlier life of this turn may have stored its answer just before it died.
    let stored = history.into_iter().find(|message| message.id == reply.id);
    let (message, content) = match stored {
        Some(message) => (message.clone(), message.content),
        // Nothing was said because a person took over, whoever has the conversation by now; or what was
        // said is not kept because the visitor was erased meanwhile.
        None if reply.content.is_empty() || (was_taken && !reply.streamed) || conversation.erased_at.is_some() => {
            (resume.question.clone(), services.responder.handoff_notice(&view.tenant, &resume.language))
        }
        None => {
            reply.interrupted |= was_taken;
            let message = reply.add_to(&resume.question, &mut conversation, outbox);
            outbox.conversation(Some(before), conversation.clone());
            (message.clone(), message.content)
        }
    };
    ChatOutcome {
        content,
        session: resume.session.clone(),
        intent: resume.intent,
        confidence: resume.confidence,
        language: resume.language.clone(),
        citations: message.citations.clone(),
        suggested_replies: if was_taken { Vec::new() } else { suggested_replies },
        handoff: conversation.handoff.clone(),
        conversation,
        message,
    }
}

impl Resume {
    /// What the visitor's message means, as far as an answer needs it: facts and evidence are in
    /// the conversation already.
    fn understood(&self) -> Understood {
        Understood {
            language: self.language.clone(),
            intent: self.intent,
            confidence: self.confidence,
            contacts: Contacts::default(),
            facts: Facts::default(),
            findings: Vec::new(),
        }
    }
}
