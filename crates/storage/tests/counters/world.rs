//! A company in which a script happens, and what its figures should be: computed from what can be read
//! of it, and from what was seen from outside, in another way than the product does.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{SystemScope, TenantScope},
    analytics::{CounterKey, Figures, Onlooker},
    conversation::{
        Channel, Conversation, ConversationQuery, ConversationStatus, HandoffPriority, HandoffReason, MessageRange,
        Role, VisitorId,
    },
    erasure::Person,
    id::Id,
    lead::{Contact, Lead, LeadDraft, LeadPatch, LeadQuery, LeadSource, LeadStatus, Score},
    money::{JsonMap, Money},
    paging::{Order, Paging},
    ports::{Clock as _, Model, ModelError, ModelStream, Prompt, Store},
    qualification::Adjustment,
    text::Phone,
    time::{Day, Timestamp},
    use_cases::{
        AgentMessage, ChatCommand, CreateTenant, HandoffCommand, OnDuplicate, Services, UseCaseError, VisitCommand,
        chat, close_conversation, count_visit, create_lead, create_tenant, delete_conversation, delete_lead,
        erase_person, expire_idle_conversations, hand_off, patch_lead, return_to_assistant, send_agent_message,
    },
};
use synaptiq_testkit::{
    fakes::{FakeClock, services},
    fixtures,
};
use time::Duration;

use crate::script::{Answer, Said, Step};

/// A model that takes its time, on the clock that everybody reads.
struct SlowModel {
    clock: Arc<FakeClock>,
    answer: Answer,
}

#[async_trait]
impl Model for SlowModel {
    async fn answer(&self, _: &Prompt) -> Result<ModelStream, ModelError> {
        let pieces: Vec<Result<String, ModelError>> = match self.answer {
            Answer::BuiltIn => unreachable!("nobody asks a model then"),
            Answer::Model { .. } => vec![Ok("An answer. ".to_owned()), Ok("And more of it.".to_owned())],
            Answer::BrokenOff { .. } => vec![Ok("An answer. ".to_owned()), Err(ModelError::TimedOut)],
            Answer::Unreachable { .. } => vec![],
        };
        let (Answer::Model { millis } | Answer::BrokenOff { millis } | Answer::Unreachable { millis }) = self.answer
        else {
            unreachable!("nobody asks a model then")
        };
        self.clock.advance(Duration::milliseconds(millis.into()));
        if pieces.is_empty() {
            return Err(ModelError::TimedOut);
        }
        Ok(Box::pin(futures_util::stream::iter(pieces)))
    }

    async fn is_reachable(&self) -> bool {
        true
    }
}

/// A company, and what was seen of its history from outside.
pub(super) struct World {
    pub(super) services: Services,
    clock: Arc<FakeClock>,
    pub(super) scope: TenantScope,
    sessions: HashMap<u32, String>,
    /// Conversations that were handed off at the end of some step.
    handed_off: HashSet<Id<Conversation>>,
    /// When and where the first conversation of each lead began, those included that are gone.
    met: HashMap<Id<Lead>, (Timestamp, Channel)>,
    /// Who was seen on a day, by name or by place, and on which channel first.
    seen: HashMap<(Day, Result<VisitorId, u8>), Channel>,
    /// Those of them who were erased since.
    forgotten: Vec<(Day, Channel)>,
}

fn visitor_id(n: u32) -> VisitorId {
    VisitorId::parse(&format!("visitor_{n}")).expect("a visitor's id")
}

fn onlooker(place: u8) -> Onlooker {
    Onlooker { address: [192, 0, 2, place].into(), user_agent: "Test/1.0".to_owned() }
}

impl World {
    pub(super) async fn new(store: Arc<dyn Store>) -> Self {
        let clock = Arc::new(FakeClock::default());
        let services = services(store, Arc::clone(&clock));
        let command = CreateTenant { name: "Acme".to_owned(), plan: "self_hosted".to_owned(), is_default: true };
        let tenant = create_tenant(&services, command).await.expect("a tenant");
        Self {
            services,
            clock,
            scope: TenantScope::live(tenant.id),
            sessions: HashMap::new(),
            handed_off: HashSet::new(),
            met: HashMap::new(),
            seen: HashMap::new(),
            forgotten: Vec::new(),
        }
    }

    async fn leads(&self) -> Vec<Lead> {
        let query = LeadQuery {
            include_archived: true,
            paging: Paging::Page { page: 1, limit: 1_000 },
            ..LeadQuery::default()
        };
        self.services.store.list_leads(self.scope, &query).await.expect("a read").items
    }

    async fn conversations(&self) -> Vec<Conversation> {
        let query =
            ConversationQuery { paging: Paging::Page { page: 1, limit: 1_000 }, ..ConversationQuery::default() };
        self.services.store.list_conversations(self.scope, &query).await.expect("a read").items
    }

    pub(super) async fn run(&mut self, step: &Step) {
        match self.try_step(step).await {
            // What is refused must not count either.
            Ok(()) | Err(UseCaseError::Conflict { .. } | UseCaseError::Unprocessable { .. }) => {}
            Err(error) => panic!("{step:?}: {error:?}"),
        }
    }

    async fn try_step(&mut self, step: &Step) -> Result<(), UseCaseError> {
        let conversation_of = |at: usize, all: &[Conversation]| all.get(at % all.len().max(1)).map(|found| found.id);
        let lead_of = |at: usize, all: &[Lead]| all.get(at % all.len().max(1)).map(|found| found.id);
        let (leads, conversations) = (self.leads().await, self.conversations().await);
        let (services, scope) = (&self.services, self.scope);
        let patch = async |lead: usize, patch: LeadPatch| match lead_of(lead, &leads) {
            Some(id) => patch_lead(services, scope, id, patch, None).await.map(drop),
            None => Ok(()),
        };
        match step.clone() {
            Step::Create { email, source } => {
                let contact = Contact {
                    email: email.map(fixtures::email),
                    phone: Phone::parse("+41 44 668 18 00").ok(),
                    ..Contact::default()
                };
                let draft = LeadDraft { contact, source: Some(LeadSource::ALL[source]), ..LeadDraft::default() };
                create_lead(services, scope, draft, OnDuplicate::Merge, None).await.map(drop)
            }
            Step::Begin { visitor } => {
                self.sessions.remove(&visitor);
                Ok(())
            }
            Step::Come { visitor, place } => {
                let visitor = visitor.map(visitor_id);
                let command =
                    VisitCommand { visitor, onlooker: onlooker(place), channel: Channel::WebChat, page: None };
                self.see(command.visitor.clone(), Some(place), Channel::WebChat);
                count_visit(&self.services, scope, command, None).await
            }
            Step::Say(said) => self.say(said).await,
            Step::Write(conversation) => match conversation_of(conversation, &conversations) {
                Some(id) => {
                    let message = AgentMessage { content: "I am here.".to_owned(), member: None };
                    send_agent_message(services, scope, id, message, None).await.map(drop)
                }
                None => Ok(()),
            },
            Step::HandOff(conversation) => match conversation_of(conversation, &conversations) {
                Some(id) => {
                    let command = HandoffCommand {
                        reason: HandoffReason::visitor_asked(),
                        priority: HandoffPriority::High,
                        summary: None,
                        member: None,
                    };
                    hand_off(services, scope, id, command, None).await.map(drop)
                }
                None => Ok(()),
            },
            Step::GiveBack(conversation) => match conversation_of(conversation, &conversations) {
                Some(id) => return_to_assistant(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::Close(conversation) => match conversation_of(conversation, &conversations) {
                Some(id) => close_conversation(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::Move { lead, status } => {
                let status = Some(Some(LeadStatus::ALL[status].into()));
                patch(lead, LeadPatch { status, ..LeadPatch::default() }).await
            }
            Step::Score { lead, score, points } => {
                let adjustments = Some(vec![Adjustment { reason: "a fair".to_owned(), points }]);
                let wanted = Some(score.map(|points| Score::clamped(points.into())));
                patch(lead, LeadPatch { score: wanted, adjustments, ..LeadPatch::default() }).await
            }
            Step::Deal { lead, size } => {
                let size = Some(size.map(|size| Money::from_minor(size.into())));
                patch(lead, LeadPatch { estimated_deal_size: size, ..LeadPatch::default() }).await
            }
            Step::Archive { lead } => patch(lead, LeadPatch { archived: Some(true), ..LeadPatch::default() }).await,
            Step::Rename { lead, email } => {
                patch(lead, LeadPatch { email: Some(Some(fixtures::email(email))), ..LeadPatch::default() }).await
            }
            Step::DeleteLead(lead) => match lead_of(lead, &leads) {
                Some(id) => delete_lead(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::DeleteConversation(conversation) => match conversation_of(conversation, &conversations) {
                Some(id) => delete_conversation(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::Erase(lead) => match lead_of(lead, &leads) {
                Some(id) => self.erase(id).await,
                None => Ok(()),
            },
            Step::Wait { hours } => {
                self.clock.advance(Duration::hours(hours.into()));
                Ok(())
            }
            Step::Sweep => expire_idle_conversations(services, SystemScope::assume()).await.map(drop),
        }
    }

    async fn say(&mut self, said: Said) -> Result<(), UseCaseError> {
        let Said { visitor, place, email, phone, grade, asks_for_a_person, channel, model } = said;
        let mut text = format!("need={grade} budget={grade} authority={grade} timeline={grade} seats:{grade}");
        if let Some(n) = email {
            text += " email:";
            text += fixtures::email(n).as_str();
        }
        if phone {
            text += " phone:+41446681800";
        }
        if asks_for_a_person {
            text += " intent=human_request";
        }
        let command = ChatCommand {
            text,
            visitor: Some(visitor_id(visitor)),
            session: self.sessions.get(&visitor).cloned(),
            metadata: JsonMap::new(),
            language: None,
            channel: Channel::ALL[channel],
            assistant: None,
            onlooker: place.map(onlooker),
            greets: grade % 2 == 0,
        };
        let mut services = self.services.clone();
        if !matches!(model, Answer::BuiltIn) {
            services.model = Some(Arc::new(SlowModel { clock: Arc::clone(&self.clock), answer: model }));
        }
        let came = self.clock.now().day();
        let outcome = chat(&services, self.scope, command, None, None).await?;
        self.sessions.insert(visitor, outcome.session);
        self.see_on(came, Some(visitor_id(visitor)), place, outcome.conversation.channel);
        Ok(())
    }

    async fn erase(&mut self, lead: Id<Lead>) -> Result<(), UseCaseError> {
        let person = Person::of_lead(lead);
        let traces = self.services.store.find_person(self.scope, &person).await.expect("a read");
        erase_person(&self.services, SystemScope::assume(), self.scope, &person, None).await?;
        // Their visits stay, under names that nobody has.
        for (day, name) in self.seen.keys().cloned().collect::<Vec<_>>() {
            if let Ok(visitor) = &name
                && traces.visitors.contains(visitor)
            {
                let channel = self.seen.remove(&(day, name)).expect("it is there");
                self.forgotten.push((day, channel));
            }
        }
        Ok(())
    }

    /// Notes who was seen: once a day, by name or, before there is one, by place.
    fn see(&mut self, visitor: Option<VisitorId>, place: Option<u8>, channel: Channel) {
        self.see_on(self.clock.now().day(), visitor, place, channel);
    }

    fn see_on(&mut self, day: Day, visitor: Option<VisitorId>, place: Option<u8>, channel: Channel) {
        let unnamed = place.map(|place| (day, Err(place)));
        let Some(visitor) = visitor else {
            self.seen.extend(unnamed.filter(|name| !self.seen.contains_key(name)).map(|name| (name, channel)));
            return;
        };
        let name = (day, Ok(visitor));
        if !self.seen.contains_key(&name) {
            // Whoever now has a name was counted without one, where they were first seen.
            let first = unnamed.and_then(|unnamed| self.seen.remove(&unnamed));
            self.seen.insert(name, first.unwrap_or(channel));
        }
    }

    /// Looks at what there is after a step, and says what the counters should be.
    pub(super) async fn expected(&mut self) -> BTreeMap<CounterKey, Figures> {
        let (leads, conversations) = (self.leads().await, self.conversations().await);
        for conversation in &conversations {
            if conversation.status == ConversationStatus::HandedOff {
                self.handed_off.insert(conversation.id);
            }
            if let Some(lead) = conversation.lead {
                let begun = (conversation.started_at, conversation.channel);
                let first = self.met.entry(lead).or_insert(begun);
                *first = if begun.0 < first.0 { begun } else { *first };
            }
        }
        // What an absorbed lead had met, its survivor has.
        for (id, begun) in self.met.clone() {
            let answers = self.services.store.find_lead(self.scope, id).await.expect("a read");
            if let Some(survivor) = answers.filter(|found| found.id != id) {
                let first = self.met.entry(survivor.id).or_insert(begun);
                *first = if begun.0 < first.0 { begun } else { *first };
            }
        }
        let mut all: BTreeMap<CounterKey, Figures> = BTreeMap::new();
        for lead in &leads {
            let channel = self.met.get(&lead.id).map(|(_, channel)| *channel);
            let key = |at: Timestamp| CounterKey { day: at.day(), channel, source: Some(lead.source) };
            let created = all.entry(key(lead.created_at)).or_default();
            created.leads += 1;
            created.score_sum += i64::from(lead.score.get());
            let reached = |wanted: &[LeadStatus]| {
                lead.status_history.iter().filter(|step| wanted.contains(&step.status)).map(|step| step.at).min()
            };
            let qualified = [LeadStatus::Qualified, LeadStatus::Contacted, LeadStatus::Booked, LeadStatus::Converted];
            if let Some(at) = reached(&qualified) {
                let figures = all.entry(key(at)).or_default();
                figures.qualified += 1;
                figures.pipeline += lead.estimated_deal_size.map_or(0, Money::minor);
            }
            if let Some(at) = reached(&[LeadStatus::Booked]) {
                all.entry(key(at)).or_default().booked += 1;
            }
            if let Some(at) = reached(&[LeadStatus::Converted]) {
                all.entry(key(at)).or_default().converted += 1;
            }
        }
        for conversation in &conversations {
            let range = MessageRange { offset: 0, limit: 1_000, order: Order::Ascending };
            let messages = self.services.store.list_messages(self.scope, conversation.id, range).await.expect("a read");
            let key =
                CounterKey { day: conversation.started_at.day(), channel: Some(conversation.channel), source: None };
            let figures = all.entry(key).or_default();
            figures.conversations += 1;
            figures.messages += i64::try_from(messages.len()).expect("a few");
            figures.handoffs += i64::from(self.handed_off.contains(&conversation.id));
            // An answer's time is the gap between a visitor's message and the next of the assistant's.
            let mut asked = None;
            for message in &messages {
                match (message.role, asked) {
                    (Role::User, _) => asked = Some(message.created_at),
                    (Role::Assistant, Some(at)) => {
                        figures.responses += 1;
                        figures.response_millis += message.created_at.millis() - at.millis();
                        asked = None;
                    }
                    (Role::Assistant | Role::Agent, _) => {}
                }
            }
        }
        let seen = self.seen.iter().map(|((day, _), channel)| (*day, *channel));
        for (day, channel) in seen.chain(self.forgotten.iter().copied()) {
            all.entry(CounterKey { day, channel: Some(channel), source: None }).or_default().visitors += 1;
        }
        all.retain(|_, figures| !figures.is_zero());
        all
    }

    /// The counters that are not zero.
    pub(super) async fn counters(&self) -> BTreeMap<CounterKey, Figures> {
        counters_of(&*self.services.store, self.scope).await
    }
}

/// The counters of a scope that are not zero.
pub(super) async fn counters_of(store: &dyn Store, scope: TenantScope) -> BTreeMap<CounterKey, Figures> {
    let all = store.daily_figures(scope, Day(i32::MIN), Day(i32::MAX)).await.expect("a read");
    let all = all.into_iter().map(|counter| (counter.key, counter.figures));
    all.filter(|(_, figures)| !figures.is_zero()).collect()
}
