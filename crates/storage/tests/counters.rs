//! The daily counters under any history: whatever is done through the use cases, after every step
//! they are what a recount finds and what a model says that knows neither.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use proptest::prelude::*;
use synaptiq_domain::{
    access::{SystemScope, TenantScope},
    analytics::{CounterKey, Figures},
    conversation::{
        Channel, Conversation, ConversationQuery, ConversationStatus, HandoffPriority, HandoffReason, MessageRange,
        Role, VisitorId,
    },
    id::Id,
    lead::{Contact, Lead, LeadDraft, LeadPatch, LeadQuery, LeadSource, LeadStatus, Score},
    money::{JsonMap, Money},
    paging::{Order, Paging},
    ports::{Model, ModelError, ModelStream, Prompt, Store},
    qualification::Adjustment,
    text::Phone,
    time::{Day, Timestamp},
    use_cases::{
        AgentMessage, ChatCommand, CreateTenant, HandoffCommand, OnDuplicate, Services, UseCaseError, chat,
        close_conversation, create_lead, create_tenant, delete_conversation, delete_lead, expire_idle_conversations,
        hand_off, patch_lead, recount, return_to_assistant, send_agent_message,
    },
};
use synaptiq_storage::{Access, MemoryStore, OpenOptions, SqliteStore};
use synaptiq_testkit::{
    fakes::{FakeClock, services},
    fixtures,
};
use time::Duration;

/// How many visitors and addresses a script knows: few, so that they meet.
const FEW: u32 = 4;

/// One thing that somebody does. Conversations and leads are named by their place in a list of all.
#[derive(Debug, Clone)]
enum Step {
    Create {
        email: Option<u32>,
        source: usize,
    },
    Say {
        visitor: u32,
        email: Option<u32>,
        phone: bool,
        grade: u8,
        asks_for_a_person: bool,
        channel: usize,
        model: Answer,
    },
    Begin {
        visitor: u32,
    },
    Write {
        conversation: usize,
    },
    HandOff {
        conversation: usize,
    },
    GiveBack {
        conversation: usize,
    },
    Close {
        conversation: usize,
    },
    Move {
        lead: usize,
        status: usize,
    },
    Score {
        lead: usize,
        score: Option<u8>,
        points: i8,
    },
    Deal {
        lead: usize,
        size: Option<u32>,
    },
    Archive {
        lead: usize,
    },
    Rename {
        lead: usize,
        email: u32,
    },
    DeleteLead {
        lead: usize,
    },
    DeleteConversation {
        conversation: usize,
    },
    Wait {
        hours: u32,
    },
    Sweep,
}

/// Who answers a turn, and how it goes.
#[derive(Debug, Clone, Copy)]
enum Answer {
    BuiltIn,
    Model { millis: u16 },
    BrokenOff { millis: u16 },
    Unreachable { millis: u16 },
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        3 => Just(Answer::BuiltIn),
        2 => (0u16..9_000).prop_map(|millis| Answer::Model { millis }),
        1 => (0u16..9_000).prop_map(|millis| Answer::BrokenOff { millis }),
        1 => (0u16..9_000).prop_map(|millis| Answer::Unreachable { millis }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let which = || 0usize..12;
    let n = || 1..=FEW;
    let email = || prop::option::of(n());
    prop_oneof![
        3 => (email(), 0usize..4).prop_map(|(email, source)| Step::Create { email, source }),
        9 => (n(), email(), any::<bool>(), 0u8..=100, prop::bool::weighted(0.15), 0usize..4, answer()).prop_map(
            |(visitor, email, phone, grade, asks_for_a_person, channel, model)| Step::Say {
                visitor, email, phone, grade, asks_for_a_person, channel, model,
            }
        ),
        2 => n().prop_map(|visitor| Step::Begin { visitor }),
        2 => which().prop_map(|conversation| Step::Write { conversation }),
        1 => which().prop_map(|conversation| Step::HandOff { conversation }),
        2 => which().prop_map(|conversation| Step::GiveBack { conversation }),
        1 => which().prop_map(|conversation| Step::Close { conversation }),
        5 => (which(), 0usize..9).prop_map(|(lead, status)| Step::Move { lead, status }),
        2 => (which(), prop::option::of(0u8..=100), -20i8..20).prop_map(|(lead, score, points)| Step::Score { lead, score, points }),
        2 => (which(), prop::option::of(0u32..9_999)).prop_map(|(lead, size)| Step::Deal { lead, size }),
        1 => which().prop_map(|lead| Step::Archive { lead }),
        1 => (which(), n()).prop_map(|(lead, email)| Step::Rename { lead, email }),
        1 => which().prop_map(|lead| Step::DeleteLead { lead }),
        1 => which().prop_map(|conversation| Step::DeleteConversation { conversation }),
        3 => (1u32..40).prop_map(|hours| Step::Wait { hours }),
        1 => Just(Step::Sweep),
    ]
}

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
struct World {
    services: Services,
    clock: Arc<FakeClock>,
    scope: TenantScope,
    sessions: HashMap<u32, String>,
    /// Conversations that were handed off at the end of some step.
    handed_off: HashSet<Id<Conversation>>,
    /// When and where the first conversation of each lead began, those included that are gone.
    met: HashMap<Id<Lead>, (Timestamp, Channel)>,
}

impl World {
    async fn new(store: Arc<dyn Store>) -> Self {
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

    async fn run(&mut self, step: &Step) {
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
            Step::Say { visitor, email, phone, grade, asks_for_a_person, channel, model } => {
                let mut text = format!("need={grade} budget={grade} authority={grade} timeline={grade} seats:{grade}");
                if let Some(n) = email {
                    text += &format!(" email:{}", fixtures::email(n).as_str());
                }
                if phone {
                    text += " phone:+41446681800";
                }
                if asks_for_a_person {
                    text += " intent=human_request";
                }
                let command = ChatCommand {
                    text,
                    visitor: VisitorId::parse(&format!("visitor_{visitor}")).ok(),
                    session: self.sessions.get(&visitor).cloned(),
                    metadata: JsonMap::new(),
                    language: None,
                    channel: Channel::ALL[channel],
                    assistant: None,
                    onlooker: None,
                    greets: grade % 2 == 0,
                };
                let mut services = self.services.clone();
                if !matches!(model, Answer::BuiltIn) {
                    services.model = Some(Arc::new(SlowModel { clock: Arc::clone(&self.clock), answer: model }));
                }
                let outcome = chat(&services, scope, command, None, None).await?;
                self.sessions.insert(visitor, outcome.session);
                Ok(())
            }
            Step::Write { conversation } => match conversation_of(conversation, &conversations) {
                Some(id) => {
                    let message = AgentMessage { content: "I am here.".to_owned(), member: None };
                    send_agent_message(services, scope, id, message, None).await.map(drop)
                }
                None => Ok(()),
            },
            Step::HandOff { conversation } => match conversation_of(conversation, &conversations) {
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
            Step::GiveBack { conversation } => match conversation_of(conversation, &conversations) {
                Some(id) => return_to_assistant(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::Close { conversation } => match conversation_of(conversation, &conversations) {
                Some(id) => close_conversation(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::Move { lead, status } => {
                let status = Some(Some(LeadStatus::ALL[status].into()));
                patch(lead, LeadPatch { status, ..LeadPatch::default() }).await
            }
            Step::Score { lead, score, points } => {
                let adjustments = Some(vec![Adjustment { reason: "a fair".to_owned(), points: points.into() }]);
                let score = Some(score.map(|score| Score::clamped(score.into())));
                patch(lead, LeadPatch { score, adjustments, ..LeadPatch::default() }).await
            }
            Step::Deal { lead, size } => {
                let size = Some(size.map(|size| Money::from_minor(size.into())));
                patch(lead, LeadPatch { estimated_deal_size: size, ..LeadPatch::default() }).await
            }
            Step::Archive { lead } => patch(lead, LeadPatch { archived: Some(true), ..LeadPatch::default() }).await,
            Step::Rename { lead, email } => {
                patch(lead, LeadPatch { email: Some(Some(fixtures::email(email))), ..LeadPatch::default() }).await
            }
            Step::DeleteLead { lead } => match lead_of(lead, &leads) {
                Some(id) => delete_lead(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::DeleteConversation { conversation } => match conversation_of(conversation, &conversations) {
                Some(id) => delete_conversation(services, scope, id, None).await.map(drop),
                None => Ok(()),
            },
            Step::Wait { hours } => {
                self.clock.advance(Duration::hours(hours.into()));
                Ok(())
            }
            Step::Sweep => expire_idle_conversations(services, SystemScope::assume()).await.map(drop),
        }
    }

    /// Looks at what there is after a step, and says what the counters should be.
    async fn expected(&mut self) -> BTreeMap<CounterKey, Figures> {
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
        all.retain(|_, figures| !figures.is_zero());
        all
    }

    /// The counters that are not zero.
    async fn counters(&self) -> BTreeMap<CounterKey, Figures> {
        let all = self.services.store.daily_figures(self.scope, Day(i32::MIN), Day(i32::MAX)).await.expect("a read");
        let all = all.into_iter().map(|counter| (counter.key, counter.figures));
        all.filter(|(_, figures)| !figures.is_zero()).collect()
    }
}

fn sqlite() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let store = SqliteStore::open(&options).expect("a new database");
    (folder, store)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_every_step_the_counters_are_what_the_rows_say(steps in prop::collection::vec(step(), 1..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (_folder, sqlite) = sqlite();
            let stores: [Arc<dyn Store>; 2] = [Arc::new(MemoryStore::new()), Arc::new(sqlite)];
            let mut last = Vec::new();
            for store in stores {
                let mut world = World::new(store).await;
                for (at, step) in steps.iter().enumerate() {
                    world.run(step).await;
                    let counters = world.counters().await;
                    prop_assert_eq!(&counters, &world.expected().await, "after step {}: {:?}", at, step);
                    let found = recount(&world.services, world.scope, false).await.expect("a recount");
                    prop_assert_eq!(found.differences, vec![], "after step {}: {:?}", at, step);
                }
                last.push(world.counters().await);
            }
            prop_assert_eq!(&last[0], &last[1], "both stores count the same");
            Ok(())
        })?;
    }
}

/// A script that is sure to do what the figures are about, so that chance need not.
#[tokio::test]
async fn a_visitor_who_asks_waits_and_is_handed_over_counts_as_all_of_that() {
    let mut world = World::new(Arc::new(MemoryStore::new())).await;
    let say = |channel, email, asks_for_a_person, model| Step::Say {
        visitor: 1,
        email,
        phone: false,
        grade: 80,
        asks_for_a_person,
        channel,
        model,
    };
    let script = [
        say(2, None, false, Answer::Model { millis: 1_250 }),
        say(2, Some(1), false, Answer::Unreachable { millis: 300 }),
        say(2, None, true, Answer::BuiltIn),
        Step::Move { lead: 0, status: 4 },
        Step::GiveBack { conversation: 0 },
    ];
    for step in &script {
        world.run(step).await;
        assert_eq!(world.counters().await, world.expected().await, "after {step:?}");
    }
    let mut sum = Figures::default();
    for figures in world.counters().await.values() {
        sum += figures;
    }
    let expected = Figures {
        conversations: 1,
        messages: 7,
        responses: 3,
        response_millis: 1_550,
        handoffs: 1,
        leads: 1,
        score_sum: 80,
        qualified: 1,
        booked: 1,
        pipeline: sum.pipeline,
        ..Figures::default()
    };
    assert_eq!(sum, expected);
    assert!(sum.pipeline > 0);
    assert!(world.counters().await.keys().all(|key| key.channel == Some(Channel::Whatsapp)));
}

#[tokio::test]
async fn a_repair_makes_many_wrong_counters_right_and_says_what_was_wrong() {
    let (_folder, sqlite) = sqlite();
    let world = World::new(Arc::new(sqlite)).await;
    let wrong: Vec<_> = (0..450)
        .map(|day| synaptiq_domain::analytics::DayFigures {
            key: CounterKey { day: Day(20_000 + day), channel: Some(Channel::Slack), source: None },
            figures: Figures { messages: 1, ..Figures::default() },
        })
        .collect();
    world.services.store.adjust_counters(world.scope, &wrong).await.expect("adjusted");
    let found = recount(&world.services, world.scope, true).await.expect("a recount");
    assert_eq!((found.differences.len(), found.counters, found.rows), (450, 450, 0));
    let again = recount(&world.services, world.scope, true).await.expect("a recount");
    assert_eq!(again.differences, []);
    assert_eq!(world.counters().await, BTreeMap::new());
}
