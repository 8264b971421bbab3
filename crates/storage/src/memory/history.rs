//! Adding and reading a tenant's history.

use std::collections::BTreeMap;

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    analytics::{DayFigures, Tally, contribution_of_conversation, contribution_of_lead, contribution_of_visit},
    conversation::{Conversation, Message},
    event::Activity,
    history::{Record, RecordOutcome, Refusal},
    id::Id,
    lead::{FirstConversation, Lead},
    ports::{
        StoreError,
        store::{HistoryStore, RecordSink},
    },
    qualification::Evidence,
    text::Email,
};

use super::{MemoryStore, rows::Rows};

/// How many records are handed over at once.
const PAGE: usize = 500;

#[async_trait]
impl HistoryStore for MemoryStore {
    async fn add_history(&self, scope: TenantScope, records: Vec<Record>) -> Result<Vec<RecordOutcome>, StoreError> {
        let mut rows = self.write()?;
        let mut batch =
            Batch { rows: &mut rows, tenant: scope.data(), tally: Tally::default(), refused: BTreeMap::new() };
        let outcomes = records.into_iter().map(|record| batch.add(record)).collect();
        let deltas = batch.tally.into_figures();
        rows.add_to_counters(scope.data(), &deltas);
        rows.keep();
        Ok(outcomes)
    }

    async fn read_history(&self, scope: TenantScope, mut sink: RecordSink) -> Result<(), StoreError> {
        let all = self.read()?.history_of(scope.data());
        let hand_over = move || {
            let mut all = all.into_iter();
            loop {
                let page: Vec<Record> = all.by_ref().take(PAGE).collect();
                if page.is_empty() || !sink(page) {
                    return;
                }
            }
        };
        tokio::task::spawn_blocking(hand_over).await.map_err(|error| StoreError::Failed(Box::new(error)))
    }
}

impl Rows {
    /// Every record of a tenant. All of it is in memory anyhow.
    fn history_of(&self, tenant: Id<Tenant>) -> Vec<Record> {
        let leads = self.leads.of_tenant(tenant).map(|lead| Record::Lead(Box::new(lead.clone())));
        let conversations = self.conversations.of_tenant(tenant).map(|conversation| Record::Conversation {
            messages: self.messages_in(tenant, conversation.id).cloned().collect(),
            evidence: self.evidence_in(tenant, conversation.id).cloned().collect(),
            conversation: Box::new(conversation.clone()),
        });
        let visits = self.visits.iter().filter(|((owner, _, _), _)| *owner == tenant);
        let visits = visits.map(|(_, visit)| Record::Visit(visit.clone()));
        let meetings = self.meetings.of_tenant(tenant).map(|meeting| Record::Meeting(meeting.clone()));
        let lines = self.events.of_tenant(tenant).map(|line| Record::Activity(line.clone()));
        leads.chain(conversations).chain(visits).chain(meetings).chain(lines).collect()
    }
}

struct Batch<'a> {
    rows: &'a mut Rows,
    tenant: Id<Tenant>,
    tally: Tally,
    /// Leads that were refused: what tells of them is refused with them.
    refused: BTreeMap<Id<Lead>, Refusal>,
}

impl Batch<'_> {
    fn add(&mut self, record: Record) -> RecordOutcome {
        match record {
            Record::Lead(lead) => self.add_lead(*lead),
            Record::Conversation { conversation, messages, evidence } => {
                self.add_conversation(*conversation, messages, evidence)
            }
            Record::Visit(visit) => {
                let key = (self.tenant, visit.at.day(), visit.visitor.clone());
                if self.rows.visits.contains(&key) {
                    return RecordOutcome::AlreadyThere;
                }
                self.count(&[contribution_of_visit(&visit)]);
                self.rows.visits.put(key, visit);
                RecordOutcome::Added
            }
            Record::Meeting(meeting) => {
                let key = (self.tenant, meeting.id);
                if self.rows.meetings.contains(&key) {
                    return RecordOutcome::AlreadyThere;
                }
                self.rows.meetings.put(key, meeting);
                RecordOutcome::Added
            }
            Record::Activity(line) => self.add_activity(line),
        }
    }

    fn count(&mut self, parts: &[DayFigures]) {
        self.tally.extend(parts.iter().copied());
    }

    fn add_lead(&mut self, mut lead: Lead) -> RecordOutcome {
        let key = (self.tenant, lead.id);
        if self.rows.leads.contains(&key) {
            return RecordOutcome::AlreadyThere;
        }
        let address = lead.contact.email.as_ref().filter(|_| lead.merged_into.is_none()).map(Email::folded);
        if let Some(address) = &address
            && let Some(holder) = self.rows.addresses.get(&(self.tenant, address.clone()))
        {
            let refusal = Refusal::EmailTaken(*holder);
            self.refused.insert(lead.id, refusal);
            return RecordOutcome::Refused(refusal);
        }
        let theirs = self.rows.conversations.of_tenant(self.tenant).filter(|talk| talk.lead == Some(lead.id));
        let first = theirs.min_by_key(|talk| (talk.started_at, talk.id)).map(first_of);
        lead.first_conversation = earlier(lead.first_conversation, first);
        lead.version = 1;
        self.count(&contribution_of_lead(&lead));
        if let Some(address) = address {
            self.rows.addresses.put((self.tenant, address), lead.id);
        }
        self.rows.leads.put(key, lead);
        RecordOutcome::Added
    }

    fn add_conversation(
        &mut self,
        mut conversation: Conversation,
        messages: Vec<Message>,
        evidence: Vec<Evidence>,
    ) -> RecordOutcome {
        let (tenant, id) = (self.tenant, conversation.id);
        if self.rows.conversations.contains(&(tenant, id)) {
            return RecordOutcome::AlreadyThere;
        }
        if let Some(survivor) = conversation.lead.and_then(|lead| self.rows.survivor(tenant, lead)) {
            conversation.lead = Some(survivor.id);
            let first = earlier(survivor.first_conversation, Some(first_of(&conversation)));
            if first != survivor.first_conversation {
                let before = survivor.clone();
                let after = Lead { first_conversation: first, version: before.version + 1, ..before.clone() };
                for part in contribution_of_lead(&before) {
                    self.tally.take_away(&part);
                }
                self.count(&contribution_of_lead(&after));
                self.rows.leads.put((tenant, after.id), after);
            }
        }
        conversation.version = 1;
        self.count(&[contribution_of_conversation(&conversation)]);
        self.rows.conversations.put((tenant, id), conversation);
        for message in messages {
            self.rows.messages.put((tenant, id, message.position), message);
        }
        for (number, piece) in evidence.into_iter().enumerate() {
            self.rows.evidence.put((tenant, id, number), piece);
        }
        RecordOutcome::Added
    }

    /// A derived line gives way to a given one that tells of the same, whichever came first.
    fn add_activity(&mut self, line: Activity) -> RecordOutcome {
        if let Some(refusal) = line.lead.and_then(|lead| self.refused.get(&lead)) {
            return RecordOutcome::Refused(*refusal);
        }
        let key = (self.tenant, line.id);
        if self.rows.events.contains(&key) {
            return RecordOutcome::AlreadyThere;
        }
        let derived = line.derived_id(self.tenant);
        if line.id == derived {
            let is_told = self.rows.events.of_tenant(self.tenant).any(|other| other.tells_of_the_same(&line));
            if is_told {
                return RecordOutcome::AlreadyThere;
            }
        } else {
            self.rows.events.remove((self.tenant, derived));
        }
        self.rows.events.put(key, line);
        RecordOutcome::Added
    }
}

fn first_of(conversation: &Conversation) -> FirstConversation {
    FirstConversation { channel: conversation.channel, at: conversation.started_at }
}

/// The earlier of two; the known one where they began at once.
fn earlier(known: Option<FirstConversation>, other: Option<FirstConversation>) -> Option<FirstConversation> {
    match (known, other) {
        (Some(known), Some(other)) if other.at < known.at => Some(other),
        (known, other) => known.or(other),
    }
}
