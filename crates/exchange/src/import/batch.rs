//! Commits records batch by batch, one being filled while the one before it is on its way.

use std::time::{Duration, Instant};

use synaptiq_domain::{
    changes::{Change, Changes},
    event::Activity,
    history::{Record, RecordOutcome, Refusal},
    id::Id,
    lead::Lead,
    ports::{StoreError, store::LeadKey},
};
use synaptiq_wire::FieldError;
use tokio::task::JoinHandle;

use super::{ImportError, Progress, committer::Committer};

/// How often it is asked whether a server runs.
const PACE_AGE: Duration = Duration::from_secs(1);
/// How often whoever waits is told.
const PROGRESS_AGE: Duration = Duration::from_millis(200);
/// How often a lead that somebody else changed is read again.
const TRIES: u32 = 5;

/// A line in a batch: its record, and what follows from it.
struct Batched {
    line: u64,
    /// The lead, if its id was made of the line: it may fill another one with its address.
    filling: Option<Box<Lead>>,
    /// How many records of the batch are its own.
    records: usize,
}

#[derive(Default)]
pub(super) struct Batch {
    lines: Vec<Batched>,
    records: Vec<Record>,
    rows: u64,
}

/// A batch on its way into the store.
pub(super) struct Underway {
    lines: Vec<Batched>,
    counted: Vec<RecordKind>,
    began: Instant,
    outcomes: JoinHandle<Result<Vec<RecordOutcome>, StoreError>>,
}

#[derive(Clone, Copy)]
enum RecordKind {
    Lead,
    Conversation(u64),
    Visit,
    Meeting,
    Activity,
}

impl RecordKind {
    fn of(record: &Record) -> Self {
        match record {
            Record::Lead(_) => Self::Lead,
            Record::Conversation { messages, .. } => Self::Conversation(messages.len() as u64),
            Record::Visit(_) => Self::Visit,
            Record::Meeting(_) => Self::Meeting,
            Record::Activity(_) => Self::Activity,
        }
    }

    const fn rows(self) -> u64 {
        match self {
            Self::Conversation(messages) => 1 + messages,
            _ => 1,
        }
    }
}

impl Committer<'_> {
    /// Puts a record and what follows from it into the batch.
    pub(super) async fn add_record(
        &mut self,
        number: u64,
        mut record: Record,
        follows: Vec<Activity>,
        is_made: bool,
    ) -> Result<(), ImportError> {
        if let Record::Conversation { conversation, .. } = &mut record
            && conversation.assistant == self.reading.assistant
            && !self.assistants.contains(&conversation.assistant)
        {
            conversation.assistant = self.default_assistant;
        }
        if let Record::Conversation { conversation, .. } = &record
            && !self.assistants.contains(&conversation.assistant)
        {
            return self.refuse(number, FieldError::new("assistantId", "names no assistant of this tenant")).await;
        }
        let filling = match &record {
            Record::Lead(lead) if is_made => Some(lead.clone()),
            _ => None,
        };
        self.batch.rows += record.rows() + follows.len() as u64;
        self.batch.lines.push(Batched { line: number, filling, records: 1 + follows.len() });
        self.batch.records.push(record);
        self.batch.records.extend(follows.into_iter().map(Record::Activity));
        if self.batch.rows >= self.pace.0.rows { self.flush().await } else { Ok(()) }
    }

    /// Sends the batch on its way, after the one before it has arrived.
    pub(super) async fn flush(&mut self) -> Result<(), ImportError> {
        self.settle().await?;
        let Batch { lines, records, rows: _ } = std::mem::take(&mut self.batch);
        if records.is_empty() {
            return Ok(());
        }
        let (store, scope) = (self.services.store.clone(), self.options.scope);
        let counted = records.iter().map(RecordKind::of).collect();
        let outcomes = tokio::spawn(async move { store.add_history(scope, records).await });
        self.underway = Some(Underway { lines, counted, began: Instant::now(), outcomes });
        Ok(())
    }

    /// Waits for the batch that is on its way and says what became of it.
    pub(super) async fn settle(&mut self) -> Result<(), ImportError> {
        let Some(Underway { lines, counted, began, outcomes }) = self.underway.take() else { return Ok(()) };
        let last = lines.last().map_or(0, |batched| batched.line);
        let failed = |source| ImportError::Store { line: last, source };
        let outcomes = outcomes.await.map_err(|error| failed(StoreError::Failed(Box::new(error))))?.map_err(failed)?;
        if let Some(pause) = self.pace.0.pause {
            tokio::time::sleep(pause.max(began.elapsed())).await;
        }
        let mut next = 0;
        for Batched { line, filling, records } in lines {
            let own = &outcomes[next..next + records];
            let kinds = &counted[next..next + records];
            next += records;
            for (outcome, kind) in own.iter().zip(kinds) {
                self.count(*outcome, *kind);
            }
            match (own[0], filling) {
                (RecordOutcome::Added, _) => {}
                (RecordOutcome::AlreadyThere, _) => self.summary.already_there += 1,
                (RecordOutcome::Refused(Refusal::EmailTaken(holder)), Some(lead)) => {
                    self.fill(line, holder, &lead).await?;
                }
                (RecordOutcome::Refused(refusal @ Refusal::EmailTaken(_)), None) => {
                    self.note(line, FieldError::new("email", format!("is refused: {refusal}")))?;
                }
            }
        }
        self.tell(last);
        Ok(())
    }

    const fn count(&mut self, outcome: RecordOutcome, kind: RecordKind) {
        if !matches!(outcome, RecordOutcome::Added) {
            return;
        }
        self.summary.rows += kind.rows();
        let added = &mut self.summary.added;
        match kind {
            RecordKind::Lead => added.leads += 1,
            RecordKind::Conversation(messages) => {
                added.conversations += 1;
                added.messages += messages;
            }
            RecordKind::Visit => added.visits += 1,
            RecordKind::Meeting => added.meetings += 1,
            RecordKind::Activity => added.events += 1,
        }
    }

    /// Fills what the lead with the same address does not say. Nothing is told, and nothing happens the
    /// second time.
    async fn fill(&mut self, line: u64, holder: Id<Lead>, from: &Lead) -> Result<(), ImportError> {
        let failed = |source| ImportError::Store { line, source };
        for _ in 0..TRIES {
            let found = self.services.store.load_lead(self.options.scope, &LeadKey::Id(holder)).await;
            let Some(file) = found.map_err(failed)? else { break };
            let mut after = file.lead.clone();
            after.fill_from(from);
            if after == file.lead {
                self.summary.already_there += 1;
                return Ok(());
            }
            after.updated_at = self.services.clock.now().max(after.updated_at);
            let changes = Changes { leads: vec![Change::updated(file.lead, after)], ..Changes::default() };
            match self.services.store.commit(self.options.scope, changes).await {
                Ok(()) => {
                    self.summary.filled += 1;
                    return Ok(());
                }
                Err(StoreError::Stale) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        self.note(line, FieldError::new("email", "is of a lead that somebody else is changing; import the line again"))
    }

    pub(super) fn tell_the_end(&self) {
        (self.options.progress)(Progress { lines: self.summary.lines, rows: self.summary.rows });
    }

    fn tell(&mut self, lines: u64) {
        if self.told.elapsed() >= PROGRESS_AGE {
            self.told = Instant::now();
            (self.options.progress)(Progress { lines, rows: self.summary.rows });
        }
        if self.pace.1.elapsed() >= PACE_AGE {
            self.pace = ((self.options.pace)(), Instant::now());
        }
    }
}
