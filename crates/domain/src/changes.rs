//! The unit of work as a value: everything that one decision changes, committed by one call, all
//! or nothing (`docs/architecture.md`, The unit of work).

use crate::{
    access::{ApiKey, Assistant, Member, Tenant},
    analytics::VisitNote,
    conversation::{Conversation, Message},
    erasure::Erasure,
    event::Event,
    id::Id,
    knowledge::{Document, Passage},
    lead::{Lead, LeadMerge},
    qualification::Evidence,
    receipt::Receipt,
    webhook::{Delivery, Endpoint},
};

/// One changed aggregate with its state before and after.
///
/// A store writes `after` with a version one higher than `before`'s, and reports the whole unit as
/// stale if the stored version is not `before`'s, or if something is there that `before` denies.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<T> {
    before: Option<T>,
    after: Option<T>,
}

impl<T> Change<T> {
    /// A new aggregate.
    pub const fn created(after: T) -> Self {
        Self { before: None, after: Some(after) }
    }

    /// A changed aggregate.
    pub const fn updated(before: T, after: T) -> Self {
        Self { before: Some(before), after: Some(after) }
    }

    /// A removed aggregate.
    pub const fn deleted(before: T) -> Self {
        Self { before: Some(before), after: None }
    }

    /// The state before, unless it is new.
    pub const fn before(&self) -> Option<&T> {
        self.before.as_ref()
    }

    /// The state after, unless it is removed.
    pub const fn after(&self) -> Option<&T> {
        self.after.as_ref()
    }
}

/// Everything that one decision changes.
///
/// Written in the order of the fields' dependencies by every store; `Default` changes nothing.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "changes do nothing until a store commits them"]
pub struct Changes {
    /// Tenants. Each is its own; the scope's tenant need not be the changed one.
    pub tenants: Vec<Change<Tenant>>,
    /// Assistants of the content tenant.
    pub assistants: Vec<Change<Assistant>>,
    /// Members of the content tenant.
    pub members: Vec<Change<Member>>,
    /// Keys; their hashes go into the credential table.
    pub keys: Vec<Change<ApiKey>>,
    /// Leads. Deleting one deletes its evidence and the leads it absorbed, and unties its
    /// conversations, whose versions are raised.
    pub leads: Vec<Change<Lead>>,
    /// Conversations. Deleting one deletes its messages and evidence.
    pub conversations: Vec<Change<Conversation>>,
    /// Merges, applied after leads and conversations were written: only conversations that still
    /// belong to the absorbed lead then are repointed and have their versions raised.
    pub merges: Vec<LeadMerge>,
    /// New messages.
    pub messages: Vec<Message>,
    /// New evidence. It belongs to the lead of its conversation as committed here.
    pub evidence: Vec<Evidence>,
    /// Documents of the content tenant. Deleting one deletes its passages.
    pub documents: Vec<Change<Document>>,
    /// New passages.
    pub passages: Vec<Passage>,
    /// Webhook endpoints. Deleting one cancels its pending deliveries.
    pub endpoints: Vec<Change<Endpoint>>,
    /// Visitors who were seen. Each is counted once a day, in the same commit.
    pub visits: Vec<VisitNote>,
    /// New events, of which their [`Activity`](crate::event::Activity) is kept.
    pub events: Vec<Event>,
    /// Deliveries, new or tried. A pending one needs its endpoint; writing one ends its lease.
    pub deliveries: Vec<Change<Delivery>>,
    /// Rows to be emptied of what tells of a person, in parts of bounded size.
    pub erasures: Vec<Erasure>,
    /// The receipt of the write: inserted, or, once answered, put in the place of its own beginning
    /// (the same key and fingerprint).
    pub receipt: Option<Receipt>,
}

impl Changes {
    /// Whether a commit of this would change anything but a receipt.
    pub fn is_empty(&self) -> bool {
        let Self {
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
            receipt: _,
        } = self;
        tenants.is_empty()
            && assistants.is_empty()
            && members.is_empty()
            && keys.is_empty()
            && leads.is_empty()
            && merges.is_empty()
            && conversations.is_empty()
            && messages.is_empty()
            && evidence.is_empty()
            && documents.is_empty()
            && passages.is_empty()
            && endpoints.is_empty()
            && visits.is_empty()
            && events.is_empty()
            && deliveries.is_empty()
            && erasures.iter().all(Erasure::is_empty)
    }

    /// Whether the commit touches keys, settings, plans, endpoints or knowledge: then it raises the
    /// generation, which drops caches in every process.
    pub fn raises_generation(&self) -> bool {
        !(self.tenants.is_empty()
            && self.assistants.is_empty()
            && self.members.is_empty()
            && self.keys.is_empty()
            && self.documents.is_empty()
            && self.passages.is_empty()
            && self.endpoints.is_empty())
    }

    /// The leads that this changes, absorbed ones included.
    pub fn lead_ids(&self) -> impl Iterator<Item = Id<Lead>> {
        self.leads.iter().filter_map(|change| change.after().or(change.before())).map(|lead| lead.id)
    }
}
