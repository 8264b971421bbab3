//! What a visitor's message makes of conversation and lead, before anything is answered.

use crate::{
    access::Assistant,
    analytics::{Visit, VisitNote},
    conversation::{
        BuyingIntent, Conversation, ConversationStatus, HandoffPriority, HandoffReason, Intent, KnownFacts, Message,
        Role, SessionSecret, VisitorId, page_of,
    },
    event::{EventData, EventKind},
    lead::{Contact, FirstConversation, Lead, LeadDraft, LeadSource, Merged, deal_size},
    money::Money,
    ports::{
        Facts, Understood,
        store::{LeadFile, TenantView, TurnFile},
    },
    qualification::{Evidence, Finding, Qualification},
    time::{Day, Timestamp},
    use_cases::{
        ChatCommand, ChatOutcome, Services,
        chat::TurnIds,
        chat_reply::{Reply, own_qualification},
        outbox::Outbox,
    },
};

/// A turn after the visitor's message was taken in.
pub(crate) struct Turn {
    /// The conversation before the turn.
    pub(crate) before: Option<Conversation>,
    /// The conversation with the visitor's message.
    pub(crate) conversation: Conversation,
    /// The messages before, oldest first.
    pub(crate) history: Vec<Message>,
    /// The visitor's message.
    pub(crate) question: Message,
    /// What it means.
    pub(crate) understood: Understood,
    /// What this conversation alone amounts to: all that an answer may rest on.
    pub(crate) qualification: Qualification,
    /// The session to go on with.
    pub(crate) session: String,
    /// Whether a person had been asked already: the AI is silent.
    pub(crate) was_handed_off: bool,
}

/// Takes in a visitor's message: conversation, facts, evidence, lead, events.
#[expect(clippy::too_many_arguments, reason = "a decision names everything it depends on")]
pub(crate) fn decide(
    services: &Services,
    view: &TenantView,
    assistant: &Assistant,
    command: &ChatCommand,
    new_session: &SessionSecret,
    ids: &TurnIds,
    file: TurnFile,
    understood: Understood,
    outbox: &mut Outbox<'_>,
    now: Timestamp,
) -> Turn {
    let going_on = file.conversation.filter(|file| {
        let is_theirs = command.visitor.as_ref().is_none_or(|visitor| *visitor == file.conversation.visitor);
        is_theirs && file.conversation.status_at(services.idle_since()).is_open()
    });
    let (before, lead, evidence, history) = match going_on {
        Some(file) => (Some(file.conversation), file.lead, file.evidence, file.history),
        None => (None, None, Vec::new(), Vec::new()),
    };
    let session = match &before {
        Some(_) => command.session.clone().unwrap_or_default(),
        None => new_session.reveal().to_owned(),
    };
    let was_handed_off = before.as_ref().is_some_and(|before| before.status == ConversationStatus::HandedOff);
    let mut conversation = before
        .clone()
        .unwrap_or_else(|| begin(services, assistant, command, new_session, ids, &understood, outbox, now));
    let question = conversation.append(Message {
        id: ids.question,
        conversation: conversation.id,
        position: 0,
        role: Role::User,
        content: command.text.clone(),
        intent: None,
        confidence: None,
        language: Some(understood.language.clone()),
        citations: Vec::new(),
        member: None,
        interrupted: false,
        fell_back: false,
        created_at: now,
    });
    outbox.changes.messages.push(question.clone());
    take_in(&mut conversation, &understood, &question, view);
    let said = place(&understood.findings, &question);
    let mut known = Known { lead, evidence: [evidence, said.clone()].concat(), merged: None };
    outbox.changes.evidence.extend(said);
    let lead = known.identify(&mut conversation, &understood, file.by_email, ids, outbox, now);
    let adjustments = lead.as_ref().map(|(_, lead)| lead.adjustments.clone()).unwrap_or_default();
    let qualification = Qualification::of(&known.evidence, &adjustments, &view.tenant.settings);
    let settings = &view.tenant.settings;
    let deal = deal_size(&conversation.facts, settings);
    let deal_before = before.as_ref().and_then(|before| deal_size(&before.facts, settings));
    conversation.subject = services.responder.subject(&conversation.intents, &conversation.facts);
    conversation.lead_score = qualification.score;
    let scored = lead.map(|(before, mut lead)| {
        let spoke = before.is_some();
        lead.last_active_at = lead.last_active_at.max(question.created_at);
        // What was stored from elsewhere, or by a person, is not this visitor's to overwrite (security V3).
        if lead.estimated_deal_size.is_none() || lead.estimated_deal_size == deal_before {
            lead.estimated_deal_size = deal.or(lead.estimated_deal_size);
        }
        lead.meet(FirstConversation { channel: conversation.channel, at: conversation.started_at });
        lead.apply(&qualification, spoke, now);
        conversation.lead_score = lead.score;
        (before, lead)
    });
    conversation.summary = services.responder.summary(&conversation, &qualification);
    let wants_person = understood.intent == Intent::HumanRequest && !was_handed_off;
    if wants_person {
        conversation.take_over(HandoffReason::visitor_asked(), priority(&qualification), None, now);
    }
    let was_high_value = before
        .as_ref()
        .is_some_and(|before| before.intents.iter().any(|intent| is_high_value(*intent, deal_before, assistant)));
    // What was asked before the deal came in sight counts when it does.
    let wanted = conversation.facts.buying_intent.filter(|wanted| is_high_value(wanted.intent, deal, assistant));
    let high_value = wanted.filter(|_| !was_high_value);
    let qualification = own_qualification(&known.evidence, conversation.id, settings);
    tell(
        Told { scored, begins: before.is_none(), wants_person, high_value, merged: known.merged, deal },
        &conversation,
        &question,
        outbox,
    );
    Turn { before, conversation, history, question, understood, qualification, session, was_handed_off }
}

#[expect(clippy::too_many_arguments, reason = "a beginning names everything it depends on")]
fn begin(
    services: &Services,
    assistant: &Assistant,
    command: &ChatCommand,
    session: &SessionSecret,
    ids: &TurnIds,
    understood: &Understood,
    outbox: &mut Outbox<'_>,
    now: Timestamp,
) -> Conversation {
    let visitor = command.visitor.clone().unwrap_or_else(|| {
        VisitorId::parse(&format!("visitor_{:032x}", ids.visitor)).expect("letters and digits are a visitor id")
    });
    let metadata = command.metadata.clone();
    let mut conversation =
        Conversation::begin(ids.conversation, assistant.id, visitor, session.hash(), command.channel, metadata, now);
    if command.greets {
        let greeting = conversation.append(Message {
            id: ids.greeting,
            conversation: conversation.id,
            position: 0,
            role: Role::Assistant,
            content: services
                .responder
                .greeting(assistant, command.language.as_deref().unwrap_or(&understood.language)),
            intent: None,
            confidence: None,
            language: None,
            citations: Vec::new(),
            member: None,
            interrupted: false,
            fell_back: false,
            created_at: now,
        });
        outbox.changes.messages.push(greeting);
    }
    conversation
}

/// Adds what a message states to what is known.
fn take_in(conversation: &mut Conversation, understood: &Understood, question: &Message, view: &TenantView) {
    conversation.language = Some(understood.language.clone());
    conversation.first_message.get_or_insert_with(|| question.content.clone());
    if !conversation.intents.contains(&understood.intent) && understood.intent.is_listed() {
        conversation.intents.push(understood.intent);
    }
    let Facts { name, company, title, budget, seats, competitor } = understood.facts.clone();
    let facts: &mut KnownFacts = &mut conversation.facts;
    facts.pending = None;
    facts.name = name.or(facts.name.take());
    facts.company = company.or(facts.company.take());
    facts.title = title.or(facts.title.take());
    facts.budget = budget.and_then(|(units, currency)| view.tenant.settings.convert(units, currency)).or(facts.budget);
    facts.seats = seats.or(facts.seats);
    facts.competitor = competitor.or(facts.competitor.take());
    if understood.intent.is_buying() {
        facts.buying_intent = Some(BuyingIntent { intent: understood.intent, confidence: understood.confidence });
    }
}

fn place(findings: &[Finding], question: &Message) -> Vec<Evidence> {
    findings
        .iter()
        .map(|finding| Evidence {
            topic: finding.topic,
            grade: finding.grade,
            quote: finding.quote.clone(),
            message: question.id,
            conversation: question.conversation,
            at: question.created_at,
        })
        .collect()
}

/// What is known of the visitor while the lead is being found.
struct Known {
    lead: Option<Lead>,
    evidence: Vec<Evidence>,
    merged: Option<Merged>,
}

/// A lead before and after; `None` before if it is new.
type LeadStep = (Option<Lead>, Lead);

impl Known {
    /// The lead that the visitor is: the conversation's, the one that has the address, or a new one
    /// from the first e-mail or phone number on.
    fn identify(
        &mut self,
        conversation: &mut Conversation,
        understood: &Understood,
        by_email: Option<LeadFile>,
        ids: &TurnIds,
        outbox: &mut Outbox<'_>,
        now: Timestamp,
    ) -> Option<LeadStep> {
        let said = Contact {
            email: understood.contacts.email.clone(),
            phone: understood.contacts.phone.clone(),
            name: conversation.facts.name.clone(),
            company: conversation.facts.company.clone(),
            title: conversation.facts.title.clone(),
        };
        match (self.lead.take(), by_email) {
            (Some(mine), Some(other)) if mine.id != other.lead.id && mine.contact.email.is_none() => {
                let mut survivor = other.lead.clone();
                survivor.absorb(&mine);
                survivor.fill(&said);
                self.evidence.extend(other.evidence);
                conversation.lead = Some(survivor.id);
                self.merged = Some(Merged { from: mine.id, status: survivor.status });
                outbox.absorbed(mine, survivor.id);
                Some((Some(other.lead), survivor))
            }
            (Some(mine), other) => {
                let mut after = mine.clone();
                // An address that another lead has stays that lead's.
                let email = said.email.clone().filter(|_| other.is_none());
                after.fill(&Contact { email, ..said });
                Some((Some(mine), after))
            }
            (None, Some(other)) => {
                let mut after = other.lead.clone();
                after.fill(&said);
                self.evidence.extend(other.evidence);
                conversation.lead = Some(after.id);
                Some((Some(other.lead), after))
            }
            (None, None) if said.email.is_some() || said.phone.is_some() => {
                let draft = LeadDraft {
                    contact: said,
                    source_url: conversation.source_url.clone(),
                    utm: conversation.utm.clone(),
                    source: Some(LeadSource::Chat),
                    ..LeadDraft::default()
                };
                let mut lead = Lead::create(ids.lead, draft, now);
                lead.first_seen_at = conversation.started_at;
                lead.first_message.clone_from(&conversation.first_message);
                conversation.lead = Some(lead.id);
                Some((None, lead))
            }
            (None, None) => None,
        }
    }
}

fn priority(qualification: &Qualification) -> HandoffPriority {
    if qualification.reaches_threshold() { HandoffPriority::High } else { HandoffPriority::Normal }
}

struct Told {
    scored: Option<LeadStep>,
    begins: bool,
    wants_person: bool,
    high_value: Option<BuyingIntent>,
    merged: Option<Merged>,
    deal: Option<Money>,
}

fn tell(told: Told, conversation: &Conversation, question: &Message, outbox: &mut Outbox<'_>) {
    let lead_id = conversation.lead;
    let mut data = EventData { estimated_deal_size: told.deal, ..EventData::default() };
    if told.begins {
        outbox.event(EventKind::ConversationStarted, lead_id, Some(conversation), data.clone());
    }
    if let Some((before, after)) = told.scored {
        let lead = outbox.lead(before, after, Some(conversation), told.merged);
        data.lead = Some(Box::new(lead));
    }
    let received = EventData { message: Some(Box::new(question.clone())), ..data.clone() };
    outbox.event(EventKind::MessageReceived, lead_id, Some(conversation), received);
    if let Some(BuyingIntent { intent, confidence }) = told.high_value {
        let high = EventData { intent: Some(intent), confidence: Some(confidence), ..data.clone() };
        outbox.event(EventKind::IntentHighValue, lead_id, Some(conversation), high);
    }
    if told.wants_person {
        outbox.event(EventKind::ConversationHandoff, lead_id, Some(conversation), data);
    }
}

/// Enterprise pricing, or pricing or a demo with a deal in sight that is large enough.
fn is_high_value(intent: Intent, deal: Option<Money>, assistant: &Assistant) -> bool {
    match intent {
        Intent::EnterprisePricing => true,
        Intent::PricingInquiry | Intent::DemoRequest => deal.is_some_and(|deal| deal >= assistant.high_value_amount),
        _ => false,
    }
}

impl Turn {
    /// Whether the visitor can be reached.
    pub(crate) fn is_reachable(&self) -> bool {
        self.conversation.lead.is_some()
    }

    /// The UTC day, if the visitor has not written in this conversation on it before.
    pub(crate) fn first_of_day(&self) -> Option<Day> {
        let day = self.question.created_at.day();
        let wrote = |message: &Message| message.role == Role::User && message.created_at.day() == day;
        // A day's earlier message may be too far back to be read here: then it is noted again, and nothing happens.
        (!self.history.iter().any(wrote)).then_some(day)
    }

    /// The visit that the turn is, in the place of what its visitor was called before.
    pub(crate) fn visit(&self, command: &ChatCommand, takes_over: Option<VisitorId>) -> VisitNote {
        let visit = Visit {
            visitor: self.conversation.visitor.clone(),
            channel: self.conversation.channel,
            at: self.question.created_at,
            page: page_of(&command.metadata),
        };
        VisitNote { visit, takes_over }
    }

    /// The turn's outcome while a person has been asked.
    pub(crate) fn silent(self, content: String) -> ChatOutcome {
        ChatOutcome {
            content,
            session: self.session,
            intent: self.understood.intent,
            confidence: self.understood.confidence,
            language: self.understood.language,
            citations: Vec::new(),
            suggested_replies: Vec::new(),
            handoff: self.conversation.handoff.clone(),
            conversation: self.conversation,
            message: self.question,
        }
    }

    /// The turn's outcome with an answer, which is added to the conversation.
    pub(crate) fn answered(self, reply: Reply, outbox: &mut Outbox<'_>) -> ChatOutcome {
        let Self { before, mut conversation, question, session, understood, .. } = self;
        let suggested_replies = reply.suggested_replies.clone();
        let message = reply.add_to(&question, &mut conversation, outbox);
        outbox.conversation(before, conversation.clone());
        ChatOutcome {
            content: message.content.clone(),
            session,
            intent: understood.intent,
            confidence: understood.confidence,
            language: understood.language,
            citations: message.citations.clone(),
            suggested_replies,
            handoff: conversation.handoff.clone(),
            conversation,
            message,
        }
    }
}
