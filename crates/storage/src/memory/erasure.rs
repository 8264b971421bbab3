//! Finding and emptying what tells of a person.

use std::{collections::BTreeSet, iter};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{SystemScope, Tenant, TenantScope},
    analytics::Visit,
    conversation::{Conversation, ConversationStatus, Message, Role, VisitorId},
    erasure::{Erasure, Person, PersonTraces, Trace, VisitErasure},
    event::Activity,
    id::Id,
    lead::Lead,
    ports::{StoreError, store::ErasureStore},
    receipt::ReceiptKey,
    text::{Email, Phone},
    time::{Day, Timestamp},
    webhook::DeliveryStatus,
};

use super::{
    MemoryStore,
    rows::{QueuedDelivery, Rows},
};

#[async_trait]
impl ErasureStore for MemoryStore {
    async fn find_person(&self, scope: TenantScope, person: &Person) -> Result<PersonTraces, StoreError> {
        Ok(self.read()?.find_person(scope.data(), person))
    }

    async fn traces(&self, scope: TenantScope, of: &Trace, limit: u32) -> Result<Erasure, StoreError> {
        let (rows, tenant, limit) = (self.read()?, scope.data(), limit as usize);
        Ok(match of {
            Trace::Conversation(id) => {
                let told = rows.told_of(tenant, |_, about| about == Some(*id), limit);
                rows.words_of(tenant, *id, limit, told)
            }
            Trace::Lead(id) => rows.told_of(tenant, |about, _| about == Some(*id), limit),
            Trace::Visitor(visitor) => rows.visits_where(tenant, |_, name| name == visitor, limit),
            Trace::VisitsBefore(before) => rows.visits_where(
                tenant,
                |day, name| day < *before && !name.as_str().starts_with(VisitorId::ERASED),
                limit,
            ),
        })
    }

    async fn leads_inactive_since(
        &self,
        scope: TenantScope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Lead>>, StoreError> {
        let rows = self.read()?;
        let is_old =
            |lead: &&Lead| lead.last_active_at < before && lead.erased_at.is_none() && lead.merged_into.is_none();
        let mut old: Vec<&Lead> = rows.leads.of_tenant(scope.data()).filter(is_old).collect();
        old.sort_by_key(|lead| (lead.last_active_at, lead.id));
        Ok(old.into_iter().take(limit as usize).map(|lead| lead.id).collect())
    }

    async fn absorbed_leads(&self, scope: TenantScope, into: Id<Lead>) -> Result<Vec<Lead>, StoreError> {
        let (rows, tenant) = (self.read()?, scope.data());
        let family = rows.family(tenant, BTreeSet::from([into]));
        let below =
            |lead: &&Lead| lead.id != into && family.contains(&lead.id) && rows.is_absorbed_by(tenant, lead, into);
        Ok(rows.leads.of_tenant(tenant).filter(below).cloned().collect())
    }

    async fn conversations_silent_since(
        &self,
        scope: TenantScope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Conversation>>, StoreError> {
        let rows = self.read()?;
        let is_old = |conversation: &&Conversation| {
            conversation.last_message_at < before
                && conversation.erased_at.is_none()
                && conversation.status != ConversationStatus::Active
        };
        let mut old: Vec<&Conversation> = rows.conversations.of_tenant(scope.data()).filter(is_old).collect();
        old.sort_by_key(|conversation| (conversation.last_message_at, conversation.id));
        Ok(old.into_iter().take(limit as usize).map(|conversation| conversation.id).collect())
    }

    /// There is no file.
    async fn wipe(&self, _system: SystemScope) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Rows {
    fn find_person(&self, tenant: Id<Tenant>, person: &Person) -> PersonTraces {
        let Person { email, phone, lead, visitor } = person;
        let mut leads: BTreeSet<Id<Lead>> = lead.iter().copied().collect();
        let mut conversations = BTreeSet::new();
        let mut visitors = BTreeSet::new();
        if let Some(email) = email {
            let folded = email.folded();
            let has_address = |lead: &&Lead| lead.contact.email.as_ref().map(Email::folded).as_ref() == Some(&folded);
            leads.extend(self.leads.of_tenant(tenant).filter(has_address).map(|lead| lead.id));
            let names_it = |text: &str| text.to_ascii_lowercase().contains(&folded);
            // Of leads that are gone deliveries may still tell.
            leads.extend(
                self.deliveries
                    .iter()
                    .filter(|((owner, _), queued)| {
                        *owner == tenant && names_it(&String::from_utf8_lossy(&queued.delivery.body))
                    })
                    .filter_map(|(_, queued)| queued.delivery.lead)
                    .filter(|lead| !self.leads.contains(&(tenant, *lead))),
            );
            let names_them = |conversation: &&Conversation| {
                conversation.lead.is_none()
                    && self
                        .messages_in(tenant, conversation.id)
                        .any(|message| message.role == Role::User && names_it(&message.content))
            };
            conversations.extend(self.conversations.of_tenant(tenant).filter(names_them).map(|row| row.id));
        }
        if let Some(phone) = phone {
            let dialled = phone.dialled();
            let has_number = |lead: &&Lead| lead.contact.phone.as_ref().map(Phone::dialled).as_ref() == Some(&dialled);
            leads.extend(self.leads.of_tenant(tenant).filter(has_number).map(|lead| lead.id));
        }
        if let Some(visitor) = visitor {
            for conversation in self.conversations.of_tenant(tenant).filter(|row| row.visitor == *visitor) {
                conversations.insert(conversation.id);
                leads.extend(conversation.lead);
                visitors.insert(visitor.clone());
            }
            if self.visits.iter().any(|((owner, _, name), _)| *owner == tenant && name == visitor) {
                visitors.insert(visitor.clone());
            }
        }
        let leads = self.family(tenant, leads);
        for conversation in self.conversations.of_tenant(tenant) {
            if conversation.lead.is_some_and(|lead| leads.contains(&lead)) {
                conversations.insert(conversation.id);
                visitors.insert(conversation.visitor.clone());
            }
        }
        // What they said without giving a name. Another lead's conversations are another's.
        let nameless = |row: &&Conversation| row.lead.is_none() && visitors.contains(&row.visitor);
        conversations.extend(self.conversations.of_tenant(tenant).filter(nameless).map(|row| row.id));
        PersonTraces {
            leads: leads
                .into_iter()
                .filter(|id| {
                    let is_told_of = || !self.told_of(tenant, |about, _| about == Some(*id), 1).is_empty();
                    self.leads.contains(&(tenant, *id)) || is_told_of()
                })
                .collect(),
            conversations: conversations.into_iter().collect(),
            visitors: visitors.into_iter().collect(),
        }
    }

    /// The leads with those that absorbed them and those that they absorbed.
    fn family(&self, tenant: Id<Tenant>, mut found: BTreeSet<Id<Lead>>) -> BTreeSet<Id<Lead>> {
        loop {
            let before = found.len();
            for lead in self.leads.of_tenant(tenant) {
                if let Some(into) = lead.merged_into
                    && (found.contains(&lead.id) || found.contains(&into))
                {
                    found.extend([lead.id, into]);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    fn is_absorbed_by(&self, tenant: Id<Tenant>, lead: &Lead, into: Id<Lead>) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = lead.merged_into;
        while let Some(survivor) = next {
            if survivor == into {
                return true;
            }
            if !seen.insert(survivor) {
                return false;
            }
            next = self.leads.get(&(tenant, survivor)).and_then(|lead| lead.merged_into);
        }
        false
    }

    fn words_of(&self, tenant: Id<Tenant>, id: Id<Conversation>, limit: usize, told: Erasure) -> Erasure {
        let speaks = |message: &&Message| !(message.content.is_empty() && message.citations.is_empty());
        let messages = self.messages_in(tenant, id).filter(speaks).map(|message| (id, message.position));
        let quoted: BTreeSet<_> = self
            .evidence_in(tenant, id)
            .filter(|piece| !piece.quote.is_empty())
            .map(|piece| (id, piece.message))
            .collect();
        Erasure { messages: messages.take(limit).collect(), quotes: quoted.into_iter().take(limit).collect(), ..told }
    }

    fn told_of(
        &self,
        tenant: Id<Tenant>,
        is_about: impl Fn(Option<Id<Lead>>, Option<Id<Conversation>>) -> bool,
        limit: usize,
    ) -> Erasure {
        let events = self
            .events
            .iter()
            .filter(|((owner, _), event)| {
                *owner == tenant && is_about(event.lead, event.conversation) && !event.description.is_empty()
            })
            .map(|((_, id), _)| *id);
        let is_left = |queued: &QueuedDelivery| queued.is_pending() || !queued.delivery.body.is_empty();
        let deliveries = self
            .deliveries
            .iter()
            .filter(|((owner, _), queued)| {
                *owner == tenant && is_about(queued.delivery.lead, queued.delivery.conversation) && is_left(queued)
            })
            .map(|((_, id), _)| *id);
        let receipts = self
            .receipts
            .iter()
            .filter(|((owner, _), receipt)| *owner == tenant && is_about(receipt.lead, receipt.conversation))
            .take(limit);
        // The answer to a whole request tells of everybody whom its parts name, and goes with any of them.
        let answers: BTreeSet<ReceiptKey> =
            receipts.flat_map(|(_, receipt)| iter::once(receipt.key).chain(receipt.part_of)).collect();
        Erasure {
            events: events.take(limit).collect(),
            deliveries: deliveries.take(limit).collect(),
            receipts: answers.into_iter().collect(),
            ..Erasure::default()
        }
    }

    /// Empties exactly these rows.
    pub(super) fn empty(&mut self, tenant: Id<Tenant>, part: &Erasure) {
        let Erasure { messages, quotes, events, deliveries, receipts, visits } = part;
        for (conversation, position) in messages {
            let key = (tenant, *conversation, *position);
            if let Some(message) = self.messages.get(&key).cloned() {
                self.messages.put(key, Message { content: String::new(), citations: Vec::new(), ..message });
            }
        }
        for (conversation, message) in quotes {
            self.evidence.change_if(
                |(owner, id, _), piece| *owner == tenant && id == conversation && piece.message == *message,
                |piece| piece.quote.clear(),
            );
        }
        for id in events {
            if let Some(event) = self.events.get(&(tenant, *id)).cloned() {
                self.events.put((tenant, *id), Activity { description: String::new(), ..event });
            }
        }
        for id in deliveries {
            if let Some(mut queued) = self.deliveries.get(&(tenant, *id)).cloned() {
                queued.delivery.body.clear();
                if queued.is_pending() {
                    queued.delivery.status = DeliveryStatus::Cancelled;
                    queued.delivery.next_attempt_at = None;
                    queued.leased_until = None;
                }
                self.deliveries.put((tenant, *id), queued);
            }
        }
        for key in receipts {
            self.receipts.remove((tenant, *key));
        }
        for VisitErasure { visitor, day, renamed } in visits {
            let key = (tenant, *day, visitor.clone());
            if let Some(visit) = self.visits.get(&key).cloned() {
                self.visits.remove(key);
                let visit = Visit { visitor: renamed.clone(), page: None, ..visit };
                self.visits.put((tenant, *day, renamed.clone()), visit);
            }
        }
    }

    fn visits_where(&self, tenant: Id<Tenant>, is_meant: impl Fn(Day, &VisitorId) -> bool, limit: usize) -> Erasure {
        let visits =
            self.visits.iter().filter(|((owner, day, visitor), _)| *owner == tenant && is_meant(*day, visitor)).map(
                |((_, day, visitor), _)| VisitErasure { visitor: visitor.clone(), day: *day, renamed: visitor.clone() },
            );
        Erasure { visits: visits.take(limit).collect(), ..Erasure::default() }
    }
}
