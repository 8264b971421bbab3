//! Collects what one operation changes, with the events and deliveries that follow from it, and
//! commits it all at once.

use crate::{
    access::{Assistant, TenantScope},
    changes::{Change, Changes},
    conversation::Conversation,
    event::{Event, EventData, EventKind},
    id::Id,
    lead::{Lead, LeadMerge, LeadStory, Merged},
    ports::{StoreError, store::TenantView},
    time::Timestamp,
    use_cases::Services,
    webhook::{Endpoint, anyone_wants, fan_out},
};

/// One operation's changes in the making.
pub(crate) struct Outbox<'a> {
    services: &'a Services,
    scope: TenantScope,
    view: &'a TenantView,
    now: Timestamp,
    /// The changes so far; plain rows are pushed directly.
    pub(crate) changes: Changes,
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(services: &'a Services, scope: TenantScope, view: &'a TenantView, now: Timestamp) -> Self {
        Self { services, scope, view, now, changes: Changes::default() }
    }

    /// A new or changed lead, with its events. `updated_at` moves if anything is told.
    pub(crate) fn lead(
        &mut self,
        before: Option<Lead>,
        mut after: Lead,
        conversation: Option<&Conversation>,
        merged: Option<Merged>,
    ) -> Lead {
        let threshold = self.view.tenant.settings.threshold;
        let events = LeadStory { before: before.as_ref(), after: &after, threshold, merged }.events();
        if !events.is_empty() {
            after.updated_at = after.updated_at.max(self.now);
        }
        for (kind, mut data) in events {
            if let Some(told) = &mut data.lead {
                told.updated_at = after.updated_at;
            }
            self.event(kind, Some(after.id), conversation, data);
        }
        let change = match before {
            Some(before) => Change::updated(before, after.clone()),
            None => Change::created(after.clone()),
        };
        self.changes.leads.push(change);
        after
    }

    /// A lead that is absorbed by another: its row stays, hidden, and tells nothing.
    pub(crate) fn absorbed(&mut self, absorbed: Lead, into: Id<Lead>) {
        let after = absorbed.absorbed_by(into);
        self.changes.merges.push(LeadMerge { from: absorbed.id, into });
        self.changes.leads.push(Change::updated(absorbed, after));
    }

    /// A new or changed conversation. Its events are the caller's to tell.
    pub(crate) fn conversation(&mut self, before: Option<Conversation>, after: Conversation) {
        self.changes.conversations.push(match before {
            Some(before) => Change::updated(before, after),
            None => Change::created(after),
        });
    }

    /// Something happened. Kinds that are stored only for subscribers are dropped without one.
    pub(crate) fn event(
        &mut self,
        kind: EventKind,
        lead: Option<Id<Lead>>,
        conversation: Option<&Conversation>,
        mut data: EventData,
    ) {
        if kind.only_if_subscribed() && !anyone_wants(&self.view.endpoints, kind) {
            return;
        }
        if data.conversation.is_none() {
            data.conversation = conversation.cloned().map(Box::new);
        }
        data.assistant = Some(Box::new(self.assistant_of(conversation).clone()));
        let event = Event {
            id: self.services.ids.id(),
            kind,
            lead,
            conversation: conversation.map(|conversation| conversation.id),
            data,
            at: self.now,
        };
        self.deliver(&event, &self.view.endpoints);
        self.changes.events.push(event);
    }

    /// An event for one endpoint alone, whatever it subscribes to. It tells of nothing that happened,
    /// so that nothing is kept of it but its delivery.
    pub(crate) fn event_for(&mut self, event: &Event, endpoint: &Endpoint) {
        let forced = Endpoint { active: true, assistant: None, events: vec![event.kind], ..endpoint.clone() };
        self.deliver(event, &[forced]);
    }

    fn deliver(&mut self, event: &Event, endpoints: &[Endpoint]) {
        let deliveries = fan_out(event, endpoints, &*self.services.renderer, &*self.services.ids);
        self.changes.deliveries.extend(deliveries.into_iter().map(Change::created));
    }

    fn assistant_of(&self, conversation: Option<&Conversation>) -> &Assistant {
        conversation
            .and_then(|conversation| self.view.assistant(conversation.assistant))
            .unwrap_or_else(|| self.view.default_assistant())
    }

    /// Commits and wakes whoever waits for it.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let has_deliveries = !self.changes.deliveries.is_empty();
        let conversations: Vec<Id<Conversation>> =
            self.changes.conversations.iter().filter_map(|change| change.after()).map(|after| after.id).collect();
        self.services.store.commit(self.scope, self.changes).await?;
        if has_deliveries {
            self.services.signals.deliveries_due();
        }
        for conversation in conversations {
            self.services.signals.conversation_changed(self.scope, conversation);
        }
        Ok(())
    }
}
