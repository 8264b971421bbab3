//! Which rows are emptied in one commit. A person's rows are without number, so that they are read and
//! emptied in parts: what a part names is exactly what it empties.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{
    conversation::{Conversation, Message, VisitorId},
    event::Event,
    id::Id,
    lead::Lead,
    receipt::ReceiptKey,
    time::Day,
    webhook::Delivery,
};

/// Of what rows tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// A conversation: its messages and evidence, and the events, deliveries and answers about it.
    Conversation(Id<Conversation>),
    /// A lead: the events, deliveries and answers about it.
    Lead(Id<Lead>),
    /// A visitor: their visits.
    Visitor(VisitorId),
    /// Every visitor: the visits of the days before this one, as far as they still name somebody.
    VisitsBefore(Day),
}

/// A visit that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitErasure {
    /// Whose it was.
    pub visitor: VisitorId,
    /// On which day.
    pub day: Day,
    /// What the visitor is called from now on: something that says nothing and that nobody has.
    pub renamed: VisitorId,
}

/// A part of the rows to be emptied. A row that is gone by then is no error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasure {
    /// Messages whose words and citations go; their places, times and intents stay.
    pub messages: Vec<(Id<Conversation>, u32)>,
    /// Messages whose quotes in the evidence go; what they are graded stays, and with it the score.
    pub quotes: Vec<(Id<Conversation>, Id<Message>)>,
    /// Events whose sentence goes.
    pub events: Vec<Id<Event>>,
    /// Deliveries whose body goes; pending ones are cancelled.
    pub deliveries: Vec<Id<Delivery>>,
    /// Kept answers, which go altogether.
    pub receipts: Vec<ReceiptKey>,
    /// Visits that get another name and lose their page.
    pub visits: Vec<VisitErasure>,
}

impl Erasure {
    /// Whether there is nothing to empty.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// Whether fewer than `limit` rows of every kind were found: then there are no more.
    pub fn is_rest(&self, limit: u32) -> bool {
        let Self { messages, quotes, events, deliveries, receipts, visits } = self;
        [messages.len(), quotes.len(), events.len(), deliveries.len(), receipts.len(), visits.len()]
            .into_iter()
            .all(|rows| rows < limit as usize)
    }

    /// How many rows it names.
    pub fn rows(&self) -> usize {
        let Self { messages, quotes, events, deliveries, receipts, visits } = self;
        messages.len() + quotes.len() + events.len() + deliveries.len() + receipts.len() + visits.len()
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    /// Leads that were emptied, absorbed ones included.
    pub leads: u64,
    /// Conversations that were emptied.
    pub conversations: u64,
    /// Messages that lost their words.
    pub messages: u64,
    /// Messages whose words are quoted as evidence no more.
    pub quotes: u64,
    /// Events that lost their sentence.
    pub events: u64,
    /// Webhook deliveries that lost their body; pending ones were cancelled.
    pub deliveries: u64,
    /// Kept answers that were deleted.
    pub answers: u64,
    /// Visits that got another name.
    pub visits: u64,
}

impl Erased {
    /// Whether nothing was left to remove.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign<&Erasure> for Erased {
    fn add_assign(&mut self, part: &Erasure) {
        let Erasure { messages, quotes, events, deliveries, receipts, visits } = part;
        self.messages += messages.len() as u64;
        self.quotes += quotes.len() as u64;
        self.events += events.len() as u64;
        self.deliveries += deliveries.len() as u64;
        self.answers += receipts.len() as u64;
        self.visits += visits.len() as u64;
    }
}

impl AddAssign for Erased {
    fn add_assign(&mut self, other: Self) {
        let Self { leads, conversations, messages, quotes, events, deliveries, answers, visits } = other;
        self.leads += leads;
        self.conversations += conversations;
        self.messages += messages;
        self.quotes += quotes;
        self.events += events;
        self.deliveries += deliveries;
        self.answers += answers;
        self.visits += visits;
    }
}
