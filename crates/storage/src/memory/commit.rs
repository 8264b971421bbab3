//! The one way to write: row by row, with `?` where something is stale, and taken back as a whole
//! if it is.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{ApiKey, Assistant, Tenant, TenantScope},
    changes::{Change, Changes},
    conversation::{Conversation, Message},
    event::Event,
    id::Id,
    knowledge::{Document, Passage},
    lead::{Lead, LeadMerge},
    ports::{StoreError, store::UnitOfWork},
    qualification::Evidence,
    receipt::{RECEIPT_LIFETIME, Receipt, ReceiptState},
    text::Email,
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

use super::{
    MemoryStore,
    rows::{QueuedDelivery, Rows},
    table::Table,
};

type Outcome = Result<(), StoreError>;

#[async_trait]
impl UnitOfWork for MemoryStore {
    async fn commit(&self, scope: TenantScope, changes: Changes) -> Outcome {
        let mut rows = self.write()?;
        let outcome = rows.write_all(scope, changes);
        match outcome {
            Ok(()) => rows.keep(),
            Err(_) => rows.take_back(),
        }
        outcome
    }
}

/// An aggregate that counts its changes.
trait Versioned {
    fn version(&self) -> u64;
    fn with_version(self, version: u64) -> Self;
}

macro_rules! versioned {
    ($($aggregate:ty)*) => {
        $(impl Versioned for $aggregate {
            fn version(&self) -> u64 {
                self.version
            }
            fn with_version(self, version: u64) -> Self {
                Self { version, ..self }
            }
        })*
    };
}
versioned!(Tenant Assistant Lead Conversation Endpoint);

/// What a change is about.
fn subject<V>(change: &Change<V>) -> &V {
    change.after().or(change.before()).expect("a change has a state before or after")
}

/// The state to write, its version counted. Stale unless the stored version is the one read.
fn counted<K: Ord + Clone, V: Versioned + Clone>(
    table: &Table<K, V>,
    key: &K,
    change: &Change<V>,
) -> Result<Option<V>, StoreError> {
    let stored = table.get(key).map(V::version);
    if stored != change.before().map(V::version) {
        return Err(StoreError::Stale);
    }
    let next = stored.map_or(1, |version| version + 1);
    Ok(change.after().cloned().map(|after| after.with_version(next)))
}

/// The state to write of something without a version. Stale unless it is there just if it was.
fn uncounted<K: Ord + Clone, T, V: Clone>(
    table: &Table<K, T>,
    key: &K,
    change: &Change<V>,
) -> Result<Option<V>, StoreError> {
    fresh(table.contains(key) == change.before().is_some())?;
    Ok(change.after().cloned())
}

fn put_or_remove<K: Ord + Clone, V>(table: &mut Table<K, V>, key: K, row: Option<V>) {
    match row {
        Some(row) => table.put(key, row),
        None => table.remove(key),
    }
}

/// The folded address that a lead keeps from others. An absorbed lead keeps none.
fn address_of(lead: &Lead) -> Option<String> {
    lead.contact.email.as_ref().filter(|_| lead.merged_into.is_none()).map(Email::folded)
}

/// Stale unless the condition holds.
fn fresh(condition: bool) -> Outcome {
    if condition { Ok(()) } else { Err(StoreError::Stale) }
}

impl Rows {
    fn write_all(&mut self, scope: TenantScope, changes: Changes) -> Outcome {
        let deltas = changes.counter_deltas();
        let Changes {
            tenants,
            assistants,
            members,
            keys,
            leads,
            merges,
            conversations,
            messages,
            evidence,
            documents,
            passages,
            endpoints,
            visits,
            events,
            deliveries,
            erasures,
            receipt,
        } = changes;
        let (data, content) = (scope.data(), scope.content());
        for change in tenants {
            self.write_tenant(&change)?;
        }
        for change in assistants {
            self.write_assistant(content, &change)?;
        }
        for change in members {
            let key = (content, subject(&change).id);
            let row = uncounted(&self.members, &key, &change)?;
            put_or_remove(&mut self.members, key, row);
        }
        for change in keys {
            self.write_key(&change)?;
        }
        self.write_leads(data, &leads)?;
        self.add_to_counters(data, &deltas);
        for change in conversations {
            self.write_conversation(data, &change)?;
        }
        for message in messages {
            self.add_message(data, message)?;
        }
        for piece in evidence {
            self.add_evidence(data, piece)?;
        }
        for merge in merges {
            self.merge(data, merge)?;
        }
        for deleted in leads.iter().filter(|change| change.after().is_none()) {
            self.forget_lead(data, subject(deleted).id);
        }
        if !(documents.is_empty() && passages.is_empty()) {
            let generation = self.knowledge_generations.get(&content).copied().unwrap_or(0) + 1;
            self.knowledge_generations.put(content, generation);
        }
        for change in documents {
            self.write_document(content, &change)?;
        }
        for passage in passages {
            self.add_passage(content, passage)?;
        }
        for change in endpoints {
            self.write_endpoint(data, &change)?;
        }
        for note in visits {
            self.note_visit(data, note);
        }
        for event in events {
            self.add_event(data, event)?;
        }
        for change in deliveries {
            self.write_delivery(data, &change)?;
        }
        for part in &erasures {
            self.empty(data, part);
        }
        receipt.map_or(Ok(()), |receipt| self.write_receipt(data, receipt))
    }

    fn write_tenant(&mut self, change: &Change<Tenant>) -> Outcome {
        let tenant = subject(change);
        let (id, sandbox) = (tenant.id, tenant.sandbox);
        let row = counted(&self.tenants, &id, change)?;
        if row.is_none() {
            self.forget_tenants(&[id, sandbox]);
        }
        put_or_remove(&mut self.tenants, id, row);
        Ok(())
    }

    fn write_assistant(&mut self, tenant: Id<Tenant>, change: &Change<Assistant>) -> Outcome {
        let key = (tenant, subject(change).id);
        let row = counted(&self.assistants, &key, change)?;
        if let Some(row) = &row {
            let taken = self.assistants.of_tenant(tenant).any(|other| other.slug == row.slug && other.id != row.id);
            fresh(!taken)?;
        }
        put_or_remove(&mut self.assistants, key, row);
        Ok(())
    }

    fn write_key(&mut self, change: &Change<ApiKey>) -> Outcome {
        let id = subject(change).id;
        let row = uncounted(&self.keys, &id, change)?;
        // Keys have no version, and a rotation must not take a revocation back.
        let state = |key: &ApiKey| (key.hash, key.revoked_at);
        fresh(self.keys.get(&id).map(state) == change.before().map(state))?;
        if let Some(before) = change.before() {
            self.hashes.remove(before.hash);
        }
        if let Some(key) = &row {
            fresh(self.tenants.contains(&key.tenant) && !self.hashes.contains(&key.hash))?;
            self.hashes.put(key.hash, id);
        }
        put_or_remove(&mut self.keys, id, row);
        Ok(())
    }

    /// First every old state goes, then every new one comes, so that one lead may take the address
    /// that another gives up in the same commit.
    fn write_leads(&mut self, tenant: Id<Tenant>, changes: &[Change<Lead>]) -> Outcome {
        let mut written = Vec::with_capacity(changes.len());
        for change in changes {
            let key = (tenant, subject(change).id);
            written.extend(counted(&self.leads, &key, change)?);
            if let Some(address) = self.leads.get(&key).and_then(address_of) {
                self.addresses.remove((tenant, address));
            }
            self.leads.remove(key);
        }
        for lead in written {
            if let Some(address) = address_of(&lead) {
                let address = (tenant, address);
                fresh(!self.addresses.contains(&address))?;
                self.addresses.put(address, lead.id);
            }
            let key = (tenant, lead.id);
            fresh(!self.leads.contains(&key))?;
            self.leads.put(key, lead);
        }
        Ok(())
    }

    fn write_conversation(&mut self, tenant: Id<Tenant>, change: &Change<Conversation>) -> Outcome {
        let key = (tenant, subject(change).id);
        let row = counted(&self.conversations, &key, change)?;
        if row.is_none() {
            self.messages.remove_if(|(owner, conversation, _), _| (*owner, *conversation) == key);
            self.evidence.remove_if(|(owner, conversation, _), _| (*owner, *conversation) == key);
        }
        put_or_remove(&mut self.conversations, key, row);
        Ok(())
    }

    fn add_message(&mut self, tenant: Id<Tenant>, message: Message) -> Outcome {
        let key = (tenant, message.conversation, message.position);
        fresh(self.conversations.contains(&(tenant, message.conversation)) && !self.messages.contains(&key))?;
        self.messages.put(key, message);
        Ok(())
    }

    fn add_evidence(&mut self, tenant: Id<Tenant>, piece: Evidence) -> Outcome {
        let conversation = piece.conversation;
        fresh(self.conversations.contains(&(tenant, conversation)))?;
        let number = self.evidence_in(tenant, conversation).count();
        self.evidence.put((tenant, conversation, number), piece);
        Ok(())
    }

    /// Conversations follow to the survivor, and their evidence with them. Those that the same
    /// commit moved have left the absorbed lead already.
    fn merge(&mut self, tenant: Id<Tenant>, merge: LeadMerge) -> Outcome {
        let LeadMerge { from, into } = merge;
        fresh(self.leads.contains(&(tenant, from)) && self.leads.contains(&(tenant, into)))?;
        self.tie_conversations(tenant, from, Some(into));
        self.meetings
            .change_if(|(owner, _), meeting| *owner == tenant && meeting.lead == from, |meeting| meeting.lead = into);
        self.events.change_if(
            |(owner, _), activity| *owner == tenant && activity.lead == Some(from),
            |activity| activity.lead = Some(into),
        );
        Ok(())
    }

    /// What goes with a lead that is deleted: its evidence, its ties, and whoever it absorbed.
    fn forget_lead(&mut self, tenant: Id<Tenant>, lead: Id<Lead>) {
        let conversations = self.conversations_of(tenant, lead);
        self.evidence.remove_if(|(owner, id, _), _| *owner == tenant && conversations.contains(id));
        self.meetings.remove_if(|(owner, _), meeting| *owner == tenant && meeting.lead == lead);
        self.tie_conversations(tenant, lead, None);
        let mut absorbers = vec![lead];
        while let Some(absorber) = absorbers.pop() {
            let absorbed = self.leads.of_tenant(tenant).filter(|lead| lead.merged_into == Some(absorber));
            let absorbed: Vec<_> = absorbed.map(|lead| lead.id).collect();
            for id in &absorbed {
                self.leads.remove((tenant, *id));
            }
            absorbers.extend(absorbed);
        }
    }

    fn tie_conversations(&mut self, tenant: Id<Tenant>, from: Id<Lead>, to: Option<Id<Lead>>) {
        self.conversations.change_if(
            |(owner, _), conversation| *owner == tenant && conversation.lead == Some(from),
            |conversation| {
                conversation.lead = to;
                conversation.version += 1;
            },
        );
    }

    fn write_document(&mut self, tenant: Id<Tenant>, change: &Change<Document>) -> Outcome {
        let key = (tenant, subject(change).id);
        let row = uncounted(&self.documents, &key, change)?;
        if row.is_none() {
            self.passages.remove_if(|(owner, document, _), _| (*owner, *document) == key);
        }
        put_or_remove(&mut self.documents, key, row);
        Ok(())
    }

    fn add_passage(&mut self, tenant: Id<Tenant>, passage: Passage) -> Outcome {
        let key = (tenant, passage.document, passage.ordinal);
        fresh(self.documents.contains(&(tenant, passage.document)) && !self.passages.contains(&key))?;
        self.passages.put(key, passage);
        Ok(())
    }

    fn write_endpoint(&mut self, tenant: Id<Tenant>, change: &Change<Endpoint>) -> Outcome {
        let key = (tenant, subject(change).id);
        let row = counted(&self.endpoints, &key, change)?;
        if row.is_none() {
            self.deliveries.change_if(
                |(owner, _), queued| (*owner, queued.delivery.endpoint) == key && queued.is_pending(),
                |queued| {
                    queued.delivery.status = DeliveryStatus::Cancelled;
                    queued.delivery.next_attempt_at = None;
                    queued.leased_until = None;
                },
            );
        }
        put_or_remove(&mut self.endpoints, key, row);
        Ok(())
    }

    fn add_event(&mut self, tenant: Id<Tenant>, event: Event) -> Outcome {
        let key = (tenant, event.id);
        fresh(!self.events.contains(&key))?;
        self.events.put(key, event.activity());
        Ok(())
    }

    /// Ends the lease too: whoever has the old state in hand must not write it over the new one.
    fn write_delivery(&mut self, tenant: Id<Tenant>, change: &Change<Delivery>) -> Outcome {
        let key = (tenant, subject(change).id);
        let row = uncounted(&self.deliveries, &key, change)?;
        if let Some(delivery) = &row {
            let endpoint_is_there = self.endpoints.contains(&(tenant, delivery.endpoint));
            fresh(endpoint_is_there || delivery.status != DeliveryStatus::Pending)?;
        }
        put_or_remove(&mut self.deliveries, key, row.map(|delivery| QueuedDelivery { delivery, leased_until: None }));
        Ok(())
    }

    fn write_receipt(&mut self, tenant: Id<Tenant>, receipt: Receipt) -> Outcome {
        let key = (tenant, receipt.key);
        if let Some(stored) = self.receipts.get(&key) {
            let begun = matches!(stored.state, ReceiptState::Begun { .. });
            let answers = matches!(receipt.state, ReceiptState::Answered { .. });
            let outlived = stored.created_at < receipt.created_at.plus(-RECEIPT_LIFETIME);
            fresh(outlived || (begun && answers && stored.fingerprint == receipt.fingerprint))?;
        }
        self.receipts.put(key, receipt);
        Ok(())
    }

    /// Everything that belongs to any of these tenants.
    fn forget_tenants(&mut self, gone: &[Id<Tenant>]) {
        let keys: Vec<_> = self.keys.values().filter(|key| gone.contains(&key.tenant)).cloned().collect();
        for key in keys {
            self.hashes.remove(key.hash);
            self.keys.remove(key.id);
        }
        self.assistants.remove_if(|(owner, _), _| gone.contains(owner));
        self.members.remove_if(|(owner, _), _| gone.contains(owner));
        self.leads.remove_if(|(owner, _), _| gone.contains(owner));
        self.addresses.remove_if(|(owner, _), _| gone.contains(owner));
        self.conversations.remove_if(|(owner, _), _| gone.contains(owner));
        self.messages.remove_if(|(owner, _, _), _| gone.contains(owner));
        self.evidence.remove_if(|(owner, _, _), _| gone.contains(owner));
        self.documents.remove_if(|(owner, _), _| gone.contains(owner));
        self.passages.remove_if(|(owner, _, _), _| gone.contains(owner));
        self.knowledge_generations.remove_if(|owner, _| gone.contains(owner));
        self.endpoints.remove_if(|(owner, _), _| gone.contains(owner));
        self.visits.remove_if(|(owner, _, _), _| gone.contains(owner));
        self.meetings.remove_if(|(owner, _), _| gone.contains(owner));
        self.events.remove_if(|(owner, _), _| gone.contains(owner));
        self.deliveries.remove_if(|(owner, _), _| gone.contains(owner));
        self.receipts.remove_if(|(owner, _), _| gone.contains(owner));
        self.daily_counters.remove_if(|(owner, _), _| gone.contains(owner));
    }
}
