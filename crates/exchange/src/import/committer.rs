//! Takes what was read line by line: counts equal lines, keeps what belongs together, lists what is refused.

use std::{collections::HashSet, io::Write as _, time::Instant};

use synaptiq_domain::{
    access::Assistant,
    id::Id,
    knowledge::Document,
    use_cases::{Services, restore_document, restore_endpoint},
};
use synaptiq_wire::FieldError;

use super::{
    FileForm, ImportError, ImportOptions, OnError, Pace, Parsed, RefusedLine, Summary,
    batch::{Batch, Underway},
    content::Content,
};
use crate::{
    line::{Completeness, Line, ReadLine, Reading, WebhookLine},
    ordinals::Ordinals,
};

/// Whether the file is an export, and how much of it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Export {
    /// People wrote it: it ends where it ends.
    No,
    /// Its first line has come, and its last one must.
    Begun,
    /// All of it has come.
    Whole,
}

/// Takes chunks in their order and commits them.
pub(crate) struct Committer<'a> {
    pub(super) services: &'a Services,
    pub(super) options: ImportOptions<'a>,
    pub(super) reading: Reading,
    pub(super) assistants: HashSet<Id<Assistant>>,
    /// The assistant of conversations that name none. What was parsed ahead has the one of the beginning.
    pub(super) default_assistant: Id<Assistant>,
    ordinals: Ordinals,
    export: Export,
    content: Content,
    pub(super) batch: Batch,
    pub(super) underway: Option<Underway>,
    pub(super) summary: Summary,
    pub(super) pace: (Pace, Instant),
    pub(super) told: Instant,
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
            export: Export::No,
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
                Ok(read) => match read.made_of.map(|key| self.ordinals.next(key)) {
                    None | Some(Ok(0)) => Ok(read),
                    // An equal line came before: its twin has an id of its own.
                    Some(Ok(ordinal)) => piece.read(index, &reading, ordinal),
                    Some(Err(error)) => Err(FieldError::new("id", format!("is missing: {error}"))),
                },
                Err(error) => Err(error),
            };
            match read {
                Ok(read) => self.add(number, read).await?,
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
        self.tell_the_end();
        Ok(self.summary)
    }

    /// Fails if the file is an export whose last line never came.
    pub(crate) fn came_to_its_end(&self) -> Result<(), ImportError> {
        if self.export != Export::Begun {
            return Ok(());
        }
        let message = "ends here without the last line of an export: it was cut off";
        Err(RefusedLine::new(self.summary.lines, FieldError::new("file", message)).into())
    }

    async fn add(&mut self, number: u64, read: ReadLine) -> Result<(), ImportError> {
        let ReadLine { line, follows, made_of } = read;
        if self.export == Export::Whole {
            return self.refuse(number, FieldError::new("line", "comes behind the last line of an export")).await;
        }
        match line {
            Line::Header => {
                self.export = Export::Begun;
                Ok(())
            }
            Line::End { lines } => self.end(number, lines).await,
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
                self.add_record(number, record, follows, made_of.is_some()).await
            }
        }
    }

    async fn end(&mut self, number: u64, lines: u64) -> Result<(), ImportError> {
        let before = self.summary.lines - 1;
        let wrong = match self.export {
            Export::No => Some("ends an export, but the file does not begin like one".to_owned()),
            _ if lines != before => Some(format!("says that {lines} lines come before it, and {before} did")),
            _ => None,
        };
        self.export = Export::Whole;
        match wrong {
            Some(message) => self.refuse(number, FieldError::new("lines", message)).await,
            None => Ok(()),
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

    async fn add_document(&mut self, number: u64, document: Document) -> Result<(), ImportError> {
        let added = restore_document(self.services, self.options.scope, document).await;
        if added.map_err(|source| ImportError::UseCase { line: number, source })? {
            self.summary.added.documents += 1;
            self.summary.rows += 1;
        } else {
            self.summary.already_there += 1;
        }
        Ok(())
    }

    async fn add_webhook(&mut self, number: u64, webhook: WebhookLine) -> Result<(), ImportError> {
        if let Some(assistant) = webhook.assistant
            && !self.assistants.contains(&assistant)
        {
            return self.refuse(number, FieldError::new("assistantId", "names no assistant of this tenant")).await;
        }
        let (services, scope, id) = (self.services, self.options.scope, webhook.id);
        let make = |secret| webhook.endpoint(secret);
        let added = restore_endpoint(services, scope, id, make).await;
        if added.map_err(|source| ImportError::UseCase { line: number, source })? {
            self.summary.added.webhooks += 1;
            self.summary.rows += 1;
        } else {
            self.summary.already_there += 1;
        }
        Ok(())
    }

    /// Refuses a line after everything before it is committed.
    pub(super) async fn refuse(&mut self, line: u64, error: FieldError) -> Result<(), ImportError> {
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
    pub(super) fn note(&mut self, line: u64, error: FieldError) -> Result<(), ImportError> {
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
