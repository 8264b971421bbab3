//! Everything a use case needs, and what a test asks of it afterwards.

use std::sync::Arc;

use synaptiq_domain::{
    access::TenantScope,
    conversation::{Channel, Conversation, ConversationQuery, Message, MessageRange, VisitorId},
    event::{Event, EventKind},
    id::Id,
    lead::{Lead, LeadQuery},
    money::JsonMap,
    paging::Order,
    ports::{
        Clock as _, Model,
        store::{ConversationStore as _, LeadStore as _},
    },
    use_cases::{ChatCommand, ChatOutcome, CreateTenant, Services, UseCaseError, chat, create_endpoint, create_tenant},
    webhook::{Endpoint, EndpointDraft, Profile, SignatureScheme},
};
use synaptiq_storage::MemoryStore;
use synaptiq_testkit::fakes::{FakeClock, services};

pub(crate) struct Stage {
    pub(crate) services: Services,
    pub(crate) scope: TenantScope,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<FakeClock>,
    endpoint: Id<Endpoint>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with_model(None).await
    }

    pub(crate) async fn with_model(model: Option<Arc<dyn Model>>) -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(FakeClock::default());
        let services = Services { model, ..services(Arc::clone(&store) as _, Arc::clone(&clock)) };
        let command = CreateTenant { name: "Acme".to_owned(), plan: "self_hosted".to_owned(), is_default: true };
        let tenant = create_tenant(&services, command).await.expect("a tenant");
        let scope = TenantScope::live(tenant.id);
        let draft = EndpointDraft {
            url: "https://example.com/hook".to_owned(),
            description: None,
            events: EventKind::ALL.to_vec(),
            assistant: None,
            secret: None,
            profile: Profile::Synaptiq,
            signature_scheme: SignatureScheme::Timestamped,
            active: true,
        };
        let endpoint = create_endpoint(&services, scope, draft, None).await.expect("an endpoint").endpoint.id;
        Self { services, scope, store, clock, endpoint }
    }

    pub(crate) async fn say(&self, text: &str, session: Option<&str>) -> ChatOutcome {
        self.try_say(text, session).await.expect("an answer")
    }

    pub(crate) async fn try_say(&self, text: &str, session: Option<&str>) -> Result<ChatOutcome, UseCaseError> {
        chat(&self.services, self.scope, command(text, session), None, None).await
    }

    pub(crate) fn later(&self, minutes: i64) {
        self.clock.set(self.clock.now().plus(time::Duration::minutes(minutes)));
    }

    pub(crate) async fn leads(&self) -> Vec<Lead> {
        self.store.list_leads(self.scope, &LeadQuery::default()).await.expect("leads").items
    }

    pub(crate) async fn only_conversation(&self) -> Id<Conversation> {
        let all = self.store.list_conversations(self.scope, &ConversationQuery::default()).await.expect("lists").items;
        assert_eq!(all.len(), 1);
        all[0].id
    }

    pub(crate) async fn messages(&self, conversation: Id<Conversation>) -> Vec<Message> {
        let range = MessageRange { offset: 0, limit: 200, order: Order::Ascending };
        self.store.list_messages(self.scope, conversation, range).await.expect("messages")
    }

    /// The events in the order in which they happened.
    pub(crate) async fn events(&self) -> Vec<Event> {
        use synaptiq_domain::{paging::Paging, ports::store::WebhookStore as _, webhook::DeliveryQuery};
        let query = DeliveryQuery { status: None, paging: Paging::Page { page: 1, limit: 10_000 } };
        let told = self.store.list_deliveries(self.scope, self.endpoint, &query).await.expect("deliveries");
        told.items.iter().rev().map(|delivery| serde_json::from_slice(&delivery.body).expect("an event")).collect()
    }

    pub(crate) async fn kinds(&self) -> Vec<EventKind> {
        self.events().await.iter().map(|event| event.kind).collect()
    }
}

pub(crate) fn command(text: &str, session: Option<&str>) -> ChatCommand {
    ChatCommand {
        text: text.to_owned(),
        visitor: VisitorId::parse("visitor_1").ok(),
        session: session.map(str::to_owned),
        metadata: JsonMap::new(),
        language: None,
        channel: Channel::Api,
        assistant: None,
        onlooker: None,
        greets: false,
    }
}
