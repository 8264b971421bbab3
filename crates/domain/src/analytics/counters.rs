//! What an aggregate adds to the daily counters.
//!
//! Counters are kept per UTC day in the same commit as the change that they count: the difference
//! between an aggregate's contribution after and before. The same functions count all rows again, so
//! that a recount proves the counters. All measures are integers.

use std::ops::{AddAssign, SubAssign};

use crate::{
    conversation::{Channel, Conversation},
    lead::{Lead, LeadSource, LeadStatus, Score, StatusChange},
    money::Money,
    time::{Day, Timestamp},
};

/// What a counter is of. A row of the store for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CounterKey {
    /// The UTC day.
    pub day: Day,
    /// The conversation's channel, a visit's, or that of a lead's first conversation; `None` for a lead
    /// that has had no conversation.
    pub channel: Option<Channel>,
    /// A lead's source; `None` for what is not of a lead.
    pub source: Option<LeadSource>,
}

/// The figures of one counter: sums that may be added and taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Distinct visitors of the day.
    pub visitors: i64,
    /// Conversations begun.
    pub conversations: i64,
    /// Messages of both sides in the conversations begun.
    pub messages: i64,
    /// Answers of the assistant in the conversations begun.
    pub responses: i64,
    /// How long these answers took in all, in milliseconds.
    pub response_millis: i64,
    /// Conversations begun of which a person was ever asked for.
    pub handoffs: i64,
    /// Leads created.
    pub leads: i64,
    /// The sum of the present scores of the leads created.
    pub score_sum: i64,
    /// Leads that reached qualified, or anything that counts as it, for the first time.
    pub qualified: i64,
    /// The sum of the deals in sight of the leads that qualified, in minor units.
    pub pipeline: i64,
    /// Leads that reached booked for the first time.
    pub booked: i64,
    /// Leads that bought for the first time.
    pub converted: i64,
}

impl Figures {
    /// Every measure with its name, in the order of the fields.
    pub const fn measures(&self) -> [(&'static str, i64); 12] {
        let Self {
            visitors,
            conversations,
            messages,
            responses,
            response_millis,
            handoffs,
            leads,
            score_sum,
            qualified,
            pipeline,
            booked,
            converted,
        } = *self;
        [
            ("visitors", visitors),
            ("conversations", conversations),
            ("messages", messages),
            ("responses", responses),
            ("response_millis", response_millis),
            ("handoffs", handoffs),
            ("leads", leads),
            ("score_sum", score_sum),
            ("qualified", qualified),
            ("pipeline", pipeline),
            ("booked", booked),
            ("converted", converted),
        ]
    }

    /// Whether there is nothing to count.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn combine(&mut self, other: &Self, sign: i64) {
        let Self {
            visitors,
            conversations,
            messages,
            responses,
            response_millis,
            handoffs,
            leads,
            score_sum,
            qualified,
            pipeline,
            booked,
            converted,
        } = *other;
        self.visitors += sign * visitors;
        self.conversations += sign * conversations;
        self.messages += sign * messages;
        self.responses += sign * responses;
        self.response_millis += sign * response_millis;
        self.handoffs += sign * handoffs;
        self.leads += sign * leads;
        self.score_sum += sign * score_sum;
        self.qualified += sign * qualified;
        self.pipeline += sign * pipeline;
        self.booked += sign * booked;
        self.converted += sign * converted;
    }
}

impl AddAssign<&Self> for Figures {
    fn add_assign(&mut self, other: &Self) {
        self.combine(other, 1);
    }
}

impl SubAssign<&Self> for Figures {
    fn sub_assign(&mut self, other: &Self) {
        self.combine(other, -1);
    }
}

/// The figures of one counter, as a store gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFigures {
    /// What they are of.
    pub key: CounterKey,
    /// The figures.
    pub figures: Figures,
}

/// What figures need to know of a lead that counts: one that was not absorbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedLead<'a> {
    /// The channel of its first conversation.
    pub channel: Option<Channel>,
    /// Where it came from.
    pub source: LeadSource,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its present score.
    pub score: Score,
    /// When it first qualified.
    pub qualified_at: Option<Timestamp>,
    /// The deal in sight.
    pub estimated_deal_size: Option<Money>,
    /// Its transitions in the order of their times.
    pub status_history: &'a [StatusChange],
}

impl CountedLead<'_> {
    /// What it adds: on the day it was created, and on the day it first reached each stage.
    pub fn contribution(self) -> Vec<DayFigures> {
        let Self { channel, source, created_at, score, qualified_at, estimated_deal_size, status_history } = self;
        let on = |at: Timestamp, figures: Figures| DayFigures {
            key: CounterKey { day: at.day(), channel, source: Some(source) },
            figures,
        };
        let mut all = vec![on(created_at, Figures { leads: 1, score_sum: score.get().into(), ..Figures::default() })];
        if let Some(at) = qualified_at {
            let pipeline = estimated_deal_size.map_or(0, Money::minor);
            all.push(on(at, Figures { qualified: 1, pipeline, ..Figures::default() }));
        }
        let first = |status: LeadStatus| status_history.iter().find(|step| step.status == status).map(|step| step.at);
        if let Some(at) = first(LeadStatus::Booked) {
            all.push(on(at, Figures { booked: 1, ..Figures::default() }));
        }
        if let Some(at) = first(LeadStatus::Converted) {
            all.push(on(at, Figures { converted: 1, ..Figures::default() }));
        }
        all
    }
}

/// What a lead adds. One that was absorbed adds nothing; its survivor has its history.
pub fn contribution_of_lead(lead: &Lead) -> Vec<DayFigures> {
    if lead.merged_into.is_some() {
        return Vec::new();
    }
    CountedLead {
        channel: lead.first_conversation.map(|first| first.channel),
        source: lead.source,
        created_at: lead.created_at,
        score: lead.score,
        qualified_at: lead.qualified_at,
        estimated_deal_size: lead.estimated_deal_size,
        status_history: &lead.status_history,
    }
    .contribution()
}

/// What figures need to know of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedConversation {
    /// Where it takes place.
    pub channel: Channel,
    /// When it began.
    pub started_at: Timestamp,
    /// Messages of both sides.
    pub message_count: u32,
    /// Answers of the assistant.
    pub responses: u32,
    /// How long these took in all, in milliseconds.
    pub response_millis: i64,
    /// Whether a person was ever asked for.
    pub was_handed_off: bool,
}

impl CountedConversation {
    /// What it adds, all of it on the day it began.
    pub fn contribution(self) -> DayFigures {
        let Self { channel, started_at, message_count, responses, response_millis, was_handed_off } = self;
        DayFigures {
            key: CounterKey { day: started_at.day(), channel: Some(channel), source: None },
            figures: Figures {
                conversations: 1,
                messages: message_count.into(),
                responses: responses.into(),
                response_millis,
                handoffs: was_handed_off.into(),
                ..Figures::default()
            },
        }
    }
}

/// What a conversation adds.
pub fn contribution_of_conversation(conversation: &Conversation) -> DayFigures {
    CountedConversation {
        channel: conversation.channel,
        started_at: conversation.started_at,
        message_count: conversation.message_count,
        responses: conversation.responses,
        response_millis: conversation.response_millis,
        was_handed_off: conversation.was_handed_off,
    }
    .contribution()
}
