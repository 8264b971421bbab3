//! Every row there is, by tenant, and what several files need to find in them.

use std::collections::BTreeSet;

use synaptiq_domain::{
    access::{ApiKey, Assistant, Member, OperatorSession, Tenant, TenantScope},
    analytics::{CounterKey, Figures, Visit},
    conversation::{Conversation, Message, VisitorId},
    event::{Activity, Event},
    history::Meeting,
    id::Id,
    knowledge::{Document, Passage},
    lead::Lead,
    qualification::Evidence,
    receipt::{Receipt, ReceiptKey},
    time::{Day, Timestamp},
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

use super::table::Table;

/// Rows that belong to a tenant, by id.
pub(super) type Owned<V> = Table<(Id<Tenant>, Id<V>), V>;

/// A delivery with the lease on it, if someone has it in hand.
#[derive(Debug, Clone)]
pub(super) struct QueuedDelivery {
    pub(super) delivery: Delivery,
    pub(super) leased_until: Option<Timestamp>,
}

impl QueuedDelivery {
    /// When it can next be claimed, if it is pending.
    pub(super) fn due_at(&self) -> Option<Timestamp> {
        let due = self.delivery.next_attempt_at.filter(|_| self.is_pending())?;
        Some(self.leased_until.map_or(due, |until| until.max(due)))
    }

    pub(super) fn is_pending(&self) -> bool {
        self.delivery.status == DeliveryStatus::Pending
    }
}

/// Every row there is.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) tenants: Table<Id<Tenant>, Tenant>,
    pub(super) assistants: Owned<Assistant>,
    pub(super) members: Owned<Member>,
    pub(super) keys: Table<Id<ApiKey>, ApiKey>,
    /// Keys by hash, whatever their tenant.
    pub(super) hashes: Table<[u8; 32], Id<ApiKey>>,
    pub(super) leads: Owned<Lead>,
    /// The one lead of a tenant that has an address, folded; absorbed leads have none here.
    pub(super) addresses: Table<(Id<Tenant>, String), Id<Lead>>,
    pub(super) conversations: Owned<Conversation>,
    pub(super) messages: Table<(Id<Tenant>, Id<Conversation>, u32), Message>,
    /// By conversation, in the order in which it was written.
    pub(super) evidence: Table<(Id<Tenant>, Id<Conversation>, usize), Evidence>,
    pub(super) documents: Owned<Document>,
    pub(super) passages: Table<(Id<Tenant>, Id<Document>, u32), Passage>,
    /// How often a tenant's documents were touched.
    pub(super) knowledge_generations: Table<Id<Tenant>, u64>,
    pub(super) endpoints: Owned<Endpoint>,
    /// Who was seen on a day.
    pub(super) visits: Table<(Id<Tenant>, Day, VisitorId), Visit>,
    pub(super) meetings: Owned<Meeting>,
    /// What is kept of events.
    pub(super) events: Table<(Id<Tenant>, Id<Event>), Activity>,
    pub(super) deliveries: Table<(Id<Tenant>, Id<Delivery>), QueuedDelivery>,
    pub(super) receipts: Table<(Id<Tenant>, ReceiptKey), Receipt>,
    /// Sums of the days. Rows may be zero.
    pub(super) daily_counters: Table<(Id<Tenant>, CounterKey), Figures>,
    pub(super) settings: Table<String, String>,
    /// The secrets of days, by which visitors without a name are told apart.
    pub(super) visit_keys: Table<Day, [u8; 32]>,
    /// By the hash of their secret.
    pub(super) operator_sessions: Table<[u8; 32], OperatorSession>,
}

/// Does the same to every table; the destructuring names them all, so that none is forgotten.
macro_rules! each_table {
    ($rows:expr, $table:ident => $body:expr) => {{
        let Rows {
            tenants,
            assistants,
            members,
            keys,
            hashes,
            leads,
            addresses,
            conversations,
            messages,
            evidence,
            documents,
            passages,
            knowledge_generations,
            endpoints,
            visits,
            meetings,
            events,
            deliveries,
            receipts,
            daily_counters,
            settings,
            visit_keys,
            operator_sessions,
        } = $rows;
        each_table!(@ $table => $body;
            tenants assistants members keys hashes leads addresses conversations messages evidence documents
            passages knowledge_generations endpoints visits meetings events deliveries receipts daily_counters
            settings visit_keys operator_sessions);
    }};
    (@ $table:ident => $body:expr; $($name:ident)*) => { $({ let $table = $name; $body; })* };
}

impl Rows {
    /// Makes a commit final.
    pub(super) fn keep(&mut self) {
        each_table!(self, table => table.keep());
    }

    /// Takes back a commit that failed.
    pub(super) fn take_back(&mut self) {
        each_table!(self, table => table.take_back());
    }

    /// A lead by id, or the one that absorbed it, however often that happened.
    pub(super) fn survivor(&self, tenant: Id<Tenant>, id: Id<Lead>) -> Option<&Lead> {
        let mut seen = BTreeSet::new();
        let mut lead = self.leads.get(&(tenant, id))?;
        while let Some(into) = lead.merged_into {
            // Two leads that absorbed each other are nobody.
            if !seen.insert(lead.id) {
                return None;
            }
            lead = self.leads.get(&(tenant, into))?;
        }
        Some(lead)
    }

    /// The ids of a lead's conversations.
    pub(super) fn conversations_of(&self, tenant: Id<Tenant>, lead: Id<Lead>) -> Vec<Id<Conversation>> {
        self.conversations
            .of_tenant(tenant)
            .filter(|conversation| conversation.lead == Some(lead))
            .map(|conversation| conversation.id)
            .collect()
    }

    /// The evidence of a conversation, oldest first.
    pub(super) fn evidence_in(&self, tenant: Id<Tenant>, id: Id<Conversation>) -> impl Iterator<Item = &Evidence> {
        self.evidence.range((tenant, id, 0)..=(tenant, id, usize::MAX)).map(|(_, piece)| piece)
    }

    /// The evidence of all of a lead's conversations.
    pub(super) fn evidence_of(&self, tenant: Id<Tenant>, lead: Id<Lead>) -> Vec<Evidence> {
        let conversations = self.conversations_of(tenant, lead);
        conversations.into_iter().flat_map(|id| self.evidence_in(tenant, id)).cloned().collect()
    }

    /// The messages of a conversation, oldest first.
    pub(super) fn messages_in(
        &self,
        tenant: Id<Tenant>,
        id: Id<Conversation>,
    ) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.range((tenant, id, 0)..=(tenant, id, u32::MAX)).map(|(_, message)| message)
    }

    /// The scope in which rows of a data tenant are seen: a twin's content is its tenant's.
    pub(super) fn scope_of(&self, data: Id<Tenant>) -> TenantScope {
        match self.tenants.values().find(|tenant| tenant.sandbox == data) {
            Some(tenant) if !self.tenants.contains(&data) => TenantScope::sandbox(data, tenant.id),
            _ => TenantScope::live(data),
        }
    }
}
