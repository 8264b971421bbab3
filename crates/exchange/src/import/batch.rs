//! Commits what was read, batch by batch.

use std::{
    collections::HashSet,
    io::Write as _,
    time::{Duration, Instant},
};

use synaptiq_domain::{
    access::Assistant,
    changes::{Change, Changes},
    history::{Record, RecordOutcome, Refusal, derived_activities},
    id::Id,
    lead::Lead,
    ports::{StoreError, store::LeadKey},
    use_cases::Services,
};
use synaptiq_wire::FieldError;
use tokio::task::JoinHandle;

use super::{
    FileForm, ImportError, ImportOptions, OnError, Pace, Parsed, Progress, RefusedLine, Summary, content::Content,
};
use crate::{
    line::{self, Completeness, Line, ReadLine, Reading},
    ordinals::Ordinals,
};

/// How often it is asked whether a server runs.
const PACE_AGE: Duration = Duration::from_secs(1);
/// How often whoever waits is told.
const PROGRESS_AGE: Duration = Duration::from_millis(200);
/// How often a store that is busy is asked again, and a lead that somebody else changed is read again.
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
struct Batch {
    lines: Vec<Batched>,
    records: Vec<Record>,
    rows: u64,
}

/// A batch on its way into the store.
struct Underway {
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

/// Takes chunks in their order and commits them.
pub(crate) struct Committer<'a> {
    services: &'a Services,
    options: ImportOptions<'a>,
    reading: Reading,
    assistants: HashSet<Id<Assistant>>,
    /// The assistant of conversations that name none. What was parsed ahead has the one of the beginning.
    default_assistant: Id<Assistant>,
    ordinals: Ordinals,
    content: Content,
    batch: Batch,
    underway: Option<Underway>,
    summary: Summary,
    pace: (Pace, Instant),
    told: Instant,
}

impl<'a> Committer<'a> {
    pub(crate) async fn begin(services: &'a Services, options: ImportOptions<'a>) -> Result<Self, ImportError> {
        let view = services
            .store
            .tenant_view(options.scope)
            .await
            .map_err(|source| ImportError::Store { line: 0, source })?
            .ok_or(ImportError::NoTenant)?;
        let assistant = view.assistants.iter().find(|assistant| assistant.is_default).or(view.assistants.first());
        let reading = Reading {
            tenant: options.scope.data(),
            assistant: assistant.ok_or(ImportError::NoTenant)?.id,
            idle_since: services.idle_since(),
            completeness: Completeness::AsGiven,
            created_unless_told: match options.form {
                FileForm::Lines => None,
                FileForm::Leads => Some(services.clock.now()),
            },
        };
        let now = Instant::now();
        Ok(Self {
            services,
            default_assistant: reading.assistant,
            reading,
            assistants: view.assistants.iter().map(|assistant| assistant.id).collect(),
            ordinals: Ordinals::default(),
            content: Content::default(),
            batch: Batch::default(),
            underway: None,
            summary: Summary::default(),
            pace: ((options.pace)(), now),
            told: now,
            options,
        })
    }

    /// What parsers need to know.
    pub(crate) const fn reading(&self) -> Reading {
        self.reading
    }

    /// Takes a chunk. An error ends the import; what came before the line at fault is committed.
    pub(crate) async fn take(&mut self, parsed: Parsed) -> Result<(), ImportError> {
        let Parsed { piece, reading, lines } = parsed;
        for ((index, read), number) in lines.into_iter().enumerate().zip(piece.numbers()) {
            self.summary.lines += 1;
            let read = match read {
                Ok(ReadLine { line, made_of: Some(key) }) => match self.ordinals.next(key) {
                    Ok(0) => Ok((line, true)),
                    // An equal line came before: its twin has an id of its own.
                    Ok(ordinal) => piece.read(index, &reading, ordinal).map(|read| (read.line, true)),
                    Err(error) => Err(FieldError::new("id", format!("is missing: {error}"))),
                },
                Ok(ReadLine { line, made_of: None }) => Ok((line, false)),
                Err(error) => Err(error),
            };
            match read {
                Ok((line, is_made)) => self.add(number, line, is_made, reading.completeness).await?,
                Err(error) => self.refuse(number, error).await?,
            }
        }
        Ok(())
    }

    /// Notes a record that is known to be there already.
    pub(crate) const fn pass_over(&mut self) {
        self.summary.lines += 1;
        self.summary.already_there += 1;
    }

    /// Commits the rest.
    pub(crate) async fn finish(&mut self) -> Result<Summary, ImportError> {
        self.settle_content().await?;
        self.flush().await?;
        self.settle().await?;
        if let Some(report) = &mut self.options.report {
            report.flush().map_err(ImportError::Report)?;
        }
        (self.options.progress)(Progress { lines: self.summary.lines, rows: self.summary.rows });
        Ok(self.summary)
    }

    async fn add(
        &mut self,
        number: u64,
        line: Line,
        is_made: bool,
        completeness: Completeness,
    ) -> Result<(), ImportError> {
        match line {
            Line::Header => Ok(()),
            Line::Tenant(patch) => {
                self.content.tenant = Some((number, *patch));
                Ok(())
            }
            Line::Assistant(assistant) => {
                self.content.assistants.push((number, *assistant));
                self.settle_if_many().await
            }
            Line::Member(member) => {
                self.content.members.push((number, *member));
                self.settle_if_many().await
            }
            Line::Document(document) => {
                self.settle_content().await?;
                self.add_document(number, *document).await
            }
            Line::Webhook(webhook) => {
                self.settle_content().await?;
                self.add_webhook(number, *webhook).await
            }
            Line::Record(record) => {
                self.settle_content().await?;
                self.add_record(number, record, is_made, completeness).await
            }
        }
    }

    async fn settle_if_many(&mut self) -> Result<(), ImportError> {
        if self.content.is_large() { self.settle_content().await } else { Ok(()) }
    }

    /// Commits settings, assistants and members that were read so far, all at once.
    async fn settle_content(&mut self) -> Result<(), ImportError> {
        if self.content.is_empty() {
            return Ok(());
        }
        let content = std::mem::take(&mut self.content);
        let settled = content.commit(self.services, self.options.scope).await?;
        self.assistants.clone_from(&settled.assistants);
        self.default_assistant = settled.default.unwrap_or(self.default_assistant);
        self.summary.added.assistants += settled.added_assistants;
        self.summary.added.members += settled.added_members;
        self.summary.rows += settled.added_assistants + settled.added_members;
        self.summary.already_there += settled.already_there;
        for (number, error) in settled.refused {
            self.refuse(number, error).await?;
        }
        Ok(())
    }

    async fn add_document(
        &mut self,
        number: u64,
        document: synaptiq_domain::knowledge::Document,
    ) -> Result<(), ImportError> {
        let added = synaptiq_domain::use_cases::restore_document(self.services, self.options.scope, document).await;
        if added.map_err(|source| ImportError::UseCase { line: number, source })? {
            self.summary.added.documents += 1;
            self.summary.rows += 1;
        } else {
            self.summary.already_there += 1;
        }
        Ok(())
    }

    async fn add_webhook(&mut self, number: u64, webhook: line::WebhookLine) -> Result<(), ImportError> {
        if let Some(assistant) = webhook.assistant
            && !self.assistants.contains(&assistant)
        {
            return self.refuse(number, FieldError::new("assistantId", "names no assistant of this tenant")).await;
        }
        let (services, scope, id) = (self.services, self.options.scope, webhook.id);
        let make = |secret| webhook.endpoint(secret);
        let added = synaptiq_domain::use_cases::restore_endpoint(services, scope, id, make).await;
        if added.map_err(|source| ImportError::UseCase { line: number, source })? {
            self.summary.added.webhooks += 1;
            self.summary.rows += 1;
        } else {
            self.summary.already_there += 1;
        }
        Ok(())
    }

    async fn add_record(
        &mut self,
        number: u64,
        mut record: Record,
        is_made: bool,
        completeness: Completeness,
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
        let follows = match completeness {
            Completeness::Whole => Vec::new(),
            Completeness::AsGiven => derived_activities(self.reading.tenant, &record),
        };
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
    async fn flush(&mut self) -> Result<(), ImportError> {
        self.settle().await?;
        let Batch { lines, records, rows: _ } = std::mem::take(&mut self.batch);
        if records.is_empty() {
            return Ok(());
        }
        let (store, scope) = (self.services.store.clone(), self.options.scope);
        let counted = records.iter().map(RecordKind::of).collect();
        let outcomes = tokio::spawn(async move {
            let mut tries = 0;
            loop {
                match store.add_history(scope, records.clone()).await {
                    Err(StoreError::Busy) if tries < TRIES => tries += 1,
                    outcomes => return outcomes,
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        self.underway = Some(Underway { lines, counted, began: Instant::now(), outcomes });
        Ok(())
    }

    /// Waits for the batch that is on its way and says what became of it.
    async fn settle(&mut self) -> Result<(), ImportError> {
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

    fn tell(&mut self, lines: u64) {
        if self.told.elapsed() >= PROGRESS_AGE {
            self.told = Instant::now();
            (self.options.progress)(Progress { lines, rows: self.summary.rows });
        }
        if self.pace.1.elapsed() >= PACE_AGE {
            self.pace = ((self.options.pace)(), Instant::now());
        }
    }

    /// Refuses a line after everything before it is committed.
    async fn refuse(&mut self, line: u64, error: FieldError) -> Result<(), ImportError> {
        if self.options.on_error == OnError::Stop {
            if !self.content.is_empty() {
                let content = std::mem::take(&mut self.content);
                content.commit(self.services, self.options.scope).await?;
            }
            self.flush().await?;
            self.settle().await?;
        }
        self.note(line, error)
    }

    /// Lists a refused line, and ends the import if such lines are not to be skipped.
    fn note(&mut self, line: u64, error: FieldError) -> Result<(), ImportError> {
        let refused = RefusedLine::new(line, error);
        self.summary.refused += 1;
        if let Some(report) = &mut self.options.report {
            let mut text = serde_json::to_vec(&refused).expect("a refused line has string keys");
            text.push(b'\n');
            report.write_all(&text).map_err(ImportError::Report)?;
        }
        match self.options.on_error {
            OnError::Skip => Ok(()),
            OnError::Stop => {
                if let Some(report) = &mut self.options.report {
                    report.flush().map_err(ImportError::Report)?;
                }
                Err(refused.into())
            }
        }
    }
}
