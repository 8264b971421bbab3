//! A tenant's history, added record by record and read page by page. The other half of
//! `ports/store/history.rs`.

use std::collections::HashMap;

use synaptiq_domain::{
    access::{Tenant, TenantScope},
    analytics::{Tally, contribution_of_conversation, contribution_of_lead, contribution_of_visit},
    conversation::{Conversation, Message},
    event::Activity,
    history::{Record, RecordOutcome, Refusal},
    id::Id,
    lead::{FirstConversation, Lead},
    qualification::Evidence,
};

use super::{Connection, Outcome, activity, conversations, counters, evidence, leads, meetings, messages, visits};

/// How many records are read at once. A conversation brings its messages along.
const PAGE: i64 = 500;
/// How many conversations are read at once.
const PAGE_OF_CONVERSATIONS: i64 = 100;

/// Adds records, and what was really added to the counters, once for the whole batch.
pub(crate) fn add(conn: &mut Connection, scope: TenantScope, records: &[Record]) -> Outcome<Vec<RecordOutcome>> {
    let id = scope.data().ulid();
    let mut adding = Adding { conn, tenant: scope.data(), id: &id, tally: Tally::default(), refused: HashMap::new() };
    let outcomes = records.iter().map(|record| adding.add(record)).collect::<Outcome<Vec<RecordOutcome>>>()?;
    let deltas = adding.tally.into_figures();
    counters::add(conn, &id, &deltas)?;
    Ok(outcomes)
}

struct Adding<'a> {
    conn: &'a mut Connection,
    tenant: Id<Tenant>,
    /// The tenant as columns have it.
    id: &'a str,
    tally: Tally,
    /// Leads of this batch that were refused: what tells of them is refused with them.
    refused: HashMap<Id<Lead>, Refusal>,
}

const fn outcome(is_new: bool) -> RecordOutcome {
    if is_new { RecordOutcome::Added } else { RecordOutcome::AlreadyThere }
}

impl Adding<'_> {
    fn add(&mut self, record: &Record) -> Outcome<RecordOutcome> {
        match record {
            Record::Lead(lead) => self.add_lead(lead),
            Record::Conversation { conversation, messages, evidence } => {
                self.add_conversation(conversation, messages, evidence)
            }
            Record::Visit(visit) => {
                let is_new = visits::add_if_new(self.conn, self.id, visit)?;
                if is_new {
                    self.tally.add(&contribution_of_visit(visit));
                }
                Ok(outcome(is_new))
            }
            Record::Meeting(meeting) => meetings::add_if_new(self.conn, self.id, meeting).map(outcome),
            Record::Activity(activity) => self.add_activity(activity),
        }
    }

    fn add_lead(&mut self, lead: &Lead) -> Outcome<RecordOutcome> {
        let found = conversations::first_of(self.conn, self.id, lead.id)?;
        let first_conversation = earlier(lead.first_conversation, found);
        let changed;
        let lead = if first_conversation == lead.first_conversation {
            lead
        } else {
            changed = Lead { first_conversation, ..lead.clone() };
            &changed
        };
        let outcome = leads::add_if_new(self.conn, self.id, lead)?;
        match outcome {
            RecordOutcome::Added => self.tally.extend(contribution_of_lead(lead)),
            RecordOutcome::AlreadyThere => {}
            RecordOutcome::Refused(refusal) => {
                self.refused.insert(lead.id, refusal);
            }
        }
        Ok(outcome)
    }

    fn add_conversation(
        &mut self,
        conversation: &Conversation,
        messages: &[Message],
        evidence: &[Evidence],
    ) -> Outcome<RecordOutcome> {
        let mut first_of = None;
        let changed;
        let mut conversation = conversation;
        if let Some(named) = conversation.lead {
            let (lead, ties) = self.survivor(named)?;
            if lead != named {
                changed = Conversation { lead: Some(lead), ..conversation.clone() };
                conversation = &changed;
            }
            let this = FirstConversation { channel: conversation.channel, at: conversation.started_at };
            first_of = ties
                .filter(|ties| earlier(ties.first_conversation, Some(this)) != ties.first_conversation)
                .map(|_| (lead, this));
        }
        if !conversations::add_if_new(self.conn, self.id, conversation)? {
            return Ok(RecordOutcome::AlreadyThere);
        }
        messages::add(self.conn, self.id, messages)?;
        evidence::add(self.conn, self.id, evidence)?;
        self.tally.add(&contribution_of_conversation(conversation));
        if let Some((lead, first)) = first_of {
            self.note_first(lead, first)?;
        }
        Ok(RecordOutcome::Added)
    }

    /// Whoever a lead was absorbed by, however often that happened; the lead itself where it is not
    /// there yet.
    fn survivor(&mut self, lead: Id<Lead>) -> Outcome<(Id<Lead>, Option<leads::Ties>)> {
        let mut seen = vec![lead];
        let mut wanted = lead;
        loop {
            let ties = leads::ties(self.conn, self.id, wanted)?;
            match ties.as_ref().and_then(|ties| ties.merged_into) {
                Some(into) if !seen.contains(&into) => {
                    seen.push(into);
                    wanted = into;
                }
                _ => return Ok((wanted, ties)),
            }
        }
    }

    /// Notes that a lead's first conversation is earlier than was known, in its figures too.
    fn note_first(&mut self, lead: Id<Lead>, first: FirstConversation) -> Outcome<()> {
        let Some(before) = leads::read(self.conn, self.id, lead)? else { return Ok(()) };
        let after = Lead { first_conversation: Some(first), ..before.clone() };
        leads::replace(self.conn, self.id, &after)?;
        for part in contribution_of_lead(&before) {
            self.tally.take_away(&part);
        }
        self.tally.extend(contribution_of_lead(&after));
        Ok(())
    }

    /// A derived line gives way to a given one that tells of the same, whichever came first.
    fn add_activity(&mut self, line: &Activity) -> Outcome<RecordOutcome> {
        if let Some(refusal) = line.lead.and_then(|lead| self.refused.get(&lead)) {
            return Ok(RecordOutcome::Refused(*refusal));
        }
        let derived = line.derived_id(self.tenant);
        if line.id == derived {
            if activity::is_told(self.conn, self.id, line)? {
                return Ok(RecordOutcome::AlreadyThere);
            }
        } else {
            activity::remove(self.conn, self.id, derived)?;
        }
        activity::add_if_new(self.conn, self.id, line).map(outcome)
    }
}

/// The earlier of two; the known one where they began at once.
fn earlier(known: Option<FirstConversation>, other: Option<FirstConversation>) -> Option<FirstConversation> {
    match (known, other) {
        (Some(known), Some(other)) if other.at < known.at => Some(other),
        (known, other) => known.or(other),
    }
}

/// Reads everything into a sink until it has enough. Needs a snapshot.
pub(crate) fn read(
    conn: &mut Connection,
    scope: TenantScope,
    sink: &mut dyn FnMut(Vec<Record>) -> bool,
) -> Outcome<()> {
    let tenant = scope.data().ulid();
    let goes_on = pages(sink, String::new(), |after| {
        let page = leads::after(conn, &tenant, after, PAGE)?;
        let last = page.last().map(|lead| lead.id.ulid());
        Ok((page.into_iter().map(|lead| Record::Lead(Box::new(lead))).collect(), last))
    })? && pages(sink, String::new(), |after| conversations_after(conn, &tenant, after))?
        && pages(sink, None, |after: &Option<visits::Place>| {
            let page = visits::after(conn, &tenant, after.as_ref(), PAGE)?;
            let last = page.last().map(visits::Place::of);
            Ok((page.into_iter().map(Record::Visit).collect(), last.map(Some)))
        })?
        && pages(sink, String::new(), |after| {
            let page = meetings::after(conn, &tenant, after, PAGE)?;
            let last = page.last().map(|meeting| meeting.id.ulid());
            Ok((page.into_iter().map(Record::Meeting).collect(), last))
        })?;
    if goes_on {
        pages(sink, String::new(), |after| {
            let page = activity::after(conn, &tenant, after, PAGE)?;
            let last = page.last().map(|line| line.id.ulid());
            Ok((page.into_iter().map(Record::Activity).collect(), last))
        })?;
    }
    Ok(())
}

/// Reads one page after the other, from a place on; `false` once the sink has enough.
fn pages<P>(
    sink: &mut dyn FnMut(Vec<Record>) -> bool,
    mut place: P,
    mut page_after: impl FnMut(&P) -> Outcome<(Vec<Record>, Option<P>)>,
) -> Outcome<bool> {
    loop {
        let (page, last) = page_after(&place)?;
        let Some(last) = last else { return Ok(true) };
        if !sink(page) {
            return Ok(false);
        }
        place = last;
    }
}

/// A page of conversations, each with its messages and evidence, which stand in the same order.
fn conversations_after(conn: &mut Connection, tenant: &str, after: &str) -> Outcome<(Vec<Record>, Option<String>)> {
    let page = conversations::after(conn, tenant, after, PAGE_OF_CONVERSATIONS)?;
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok((Vec::new(), None)) };
    let (first, last) = (first.id.ulid(), last.id.ulid());
    let mut said = messages::between(conn, tenant, &first, &last)?.into_iter().peekable();
    let mut found = evidence::between(conn, tenant, &first, &last)?.into_iter().peekable();
    let records = page
        .into_iter()
        .map(|conversation| {
            let id = conversation.id;
            Record::Conversation {
                conversation: Box::new(conversation),
                messages: std::iter::from_fn(|| said.next_if(|message| message.conversation == id)).collect(),
                evidence: std::iter::from_fn(|| found.next_if(|piece| piece.conversation == id)).collect(),
            }
        })
        .collect();
    Ok((records, Some(last)))
}
