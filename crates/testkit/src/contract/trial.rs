//! The ground on which a promise is tried: a fresh store with two companies in it.

use std::{any::Any, sync::Arc};

use synaptiq_domain::{
    access::{SystemScope, TenantScope},
    changes::{Change, Changes},
    conversation::{Conversation, Message},
    lead::{Lead, LeadMerge},
    ports::{Store, StoreError, store::LeadKey},
    qualification::{Criterion, Evidence},
    webhook::{Delivery, Endpoint},
};

use crate::fixtures::{self, Company};

/// The store on trial, with whatever must live as long as it does, such as a folder.
pub struct Subject {
    store: Arc<dyn Store>,
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl Subject {
    /// A fresh store, empty and ready.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, kept: Vec::new() }
    }

    /// Keeps `thing` until the trial is over.
    #[must_use]
    pub fn keeping(mut self, thing: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(thing));
        self
    }
}

/// A fresh store with two companies in it, whose data must never meet.
pub struct Trial {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The company that most promises are tried on; the default tenant.
    pub home: Company,
    /// Another one.
    pub other: Company,
    _kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl Trial {
    /// Founds both companies.
    pub async fn begin(subject: Subject) -> Self {
        let trial =
            Self { store: subject.store, home: fixtures::company(1), other: fixtures::company(2), _kept: subject.kept };
        for company in [&trial.home, &trial.other] {
            trial.commit_in(company.scope(), company.founding()).await;
        }
        trial
    }

    /// The home company's live data.
    pub fn scope(&self) -> TenantScope {
        self.home.scope()
    }

    /// The right to work across tenants.
    pub fn system(&self) -> SystemScope {
        SystemScope::assume()
    }

    /// Commits in the home company.
    pub async fn commit(&self, changes: Changes) {
        self.commit_in(self.scope(), changes).await;
    }

    /// Commits in any scope.
    pub async fn commit_in(&self, scope: TenantScope, changes: Changes) {
        self.store.commit(scope, changes).await.expect("the changes are in order");
    }

    /// Asserts that a commit in the home company is stale.
    pub async fn refuses(&self, why: &str, changes: Changes) {
        let outcome = self.store.commit(self.scope(), changes).await;
        assert!(matches!(outcome, Err(StoreError::Stale)), "{why}: {outcome:?}");
    }

    /// Commits a new lead and returns it as stored.
    pub async fn add_lead(&self, lead: Lead) -> Lead {
        self.commit(Changes { leads: vec![Change::created(lead.clone())], ..Changes::default() }).await;
        Lead { version: 1, ..lead }
    }

    /// Commits a change of a lead and returns it as stored.
    pub async fn change_lead(&self, before: Lead, after: Lead) -> Lead {
        let stored = Lead { version: before.version + 1, ..after.clone() };
        self.commit(Changes { leads: vec![Change::updated(before, after)], ..Changes::default() }).await;
        stored
    }

    /// Commits a new conversation with `count` messages and returns both as stored.
    pub async fn add_conversation(&self, conversation: Conversation, count: u32) -> (Conversation, Vec<Message>) {
        let messages: Vec<Message> = (1..=count).map(|position| fixtures::message(conversation.id, position)).collect();
        let conversation = Conversation { message_count: count, ..conversation };
        self.commit(Changes {
            conversations: vec![Change::created(conversation.clone())],
            messages: messages.clone(),
            ..Changes::default()
        })
        .await;
        (Conversation { version: 1, ..conversation }, messages)
    }

    /// The `n`th conversation of the home company, without a lead.
    pub fn conversation(&self, n: u32) -> Conversation {
        fixtures::conversation(n, self.home.assistant.id)
    }

    /// Commits the `n`th conversation, of a lead if there is one, with one message and the evidence
    /// that it gives on a criterion. Returns the conversation as stored and the evidence.
    pub async fn add_evidence(&self, n: u32, lead: Option<&Lead>, criterion: Criterion) -> (Conversation, Evidence) {
        let conversation = Conversation { lead: lead.map(|lead| lead.id), message_count: 1, ..self.conversation(n) };
        let message = fixtures::message(conversation.id, 1);
        let evidence = Evidence { quote: format!("quote {n}"), ..fixtures::evidence(&message, criterion) };
        self.commit(Changes {
            conversations: vec![Change::created(conversation.clone())],
            messages: vec![message],
            evidence: vec![evidence.clone()],
            ..Changes::default()
        })
        .await;
        (Conversation { version: 1, ..conversation }, evidence)
    }

    /// The changes by which one lead absorbs another.
    pub fn absorption(absorbed: &Lead, survivor: &Lead) -> Changes {
        let after = Lead { merged_into: Some(survivor.id), ..absorbed.clone() };
        Changes {
            leads: vec![Change::updated(absorbed.clone(), after)],
            merges: vec![LeadMerge { from: absorbed.id, into: survivor.id }],
            ..Changes::default()
        }
    }

    /// Commits that one lead absorbs another.
    pub async fn absorb(&self, absorbed: &Lead, survivor: &Lead) {
        self.commit(Self::absorption(absorbed, survivor)).await;
    }

    /// Commits a new endpoint in a scope and returns it as stored.
    pub async fn add_endpoint(&self, scope: TenantScope, endpoint: Endpoint) -> Endpoint {
        let changes = Changes { endpoints: vec![Change::created(endpoint.clone())], ..Changes::default() };
        self.commit_in(scope, changes).await;
        Endpoint { version: 1, ..endpoint }
    }

    /// Commits new deliveries to an endpoint in a scope, one for each number, each with its event.
    pub async fn add_deliveries(
        &self,
        scope: TenantScope,
        endpoint: &Endpoint,
        numbers: impl IntoIterator<Item = u32>,
    ) -> Vec<Delivery> {
        let lead = fixtures::lead(9_000);
        let (events, deliveries): (Vec<_>, Vec<_>) = numbers
            .into_iter()
            .map(|n| {
                let event = fixtures::event(n, &lead);
                let delivery = fixtures::delivery(n, endpoint.id, &event);
                (event, delivery)
            })
            .unzip();
        let changes = Changes {
            events,
            deliveries: deliveries.iter().cloned().map(Change::created).collect(),
            ..Changes::default()
        };
        self.commit_in(scope, changes).await;
        deliveries
    }

    /// The lead as the store has it now.
    pub async fn lead(&self, lead: &Lead) -> Option<Lead> {
        self.store.find_lead(self.scope(), lead.id).await.expect("a read")
    }

    /// The conversation as the store has it now.
    pub async fn stored(&self, conversation: &Conversation) -> Option<Conversation> {
        self.store.find_conversation(self.scope(), conversation.id).await.expect("a read")
    }

    /// The quotes of a lead's evidence, sorted; empty if there is no such lead.
    pub async fn quotes(&self, lead: &Lead) -> Vec<String> {
        let file = self.store.load_lead(self.scope(), &LeadKey::Id(lead.id)).await.expect("a read");
        let mut quotes: Vec<String> =
            file.map(|file| file.evidence.into_iter().map(|piece| piece.quote).collect()).unwrap_or_default();
        quotes.sort();
        quotes
    }
}
