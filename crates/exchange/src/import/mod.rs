//! From a file into a tenant (contract § 14): lines are read ahead and parsed on threads of their own,
//! and committed in batches, in their order. Nothing grows with the file but what tells lines without an
//! id apart. What is there already is passed over, so that a file can be imported again whenever an
//! import was cut short.

mod batch;
mod committer;
mod content;
mod lines;
mod outcome;

use std::{
    io::{Read, Write},
    time::Duration,
};

use synaptiq_domain::{access::TenantScope, money::JsonMap, use_cases::Services};
use synaptiq_wire::FieldError;
use tokio::{sync::mpsc, task::JoinHandle};

pub(crate) use self::committer::Committer;
use self::lines::{Chunk, Lines, ReadError};
pub use self::outcome::{Counts, ImportError, Progress, RefusedLine, Summary};
pub use crate::pull::{PullError, import_from};
use crate::{
    line::{self, Completeness, Line, ReadLine, Reading},
    table::{self, Row, Rows},
};

/// How many chunks are parsed, or wait for it, ahead of the one that is committed.
const AHEAD: usize = 4;

/// How many rows of a table are parsed at once.
const ROWS_AT_ONCE: usize = 256;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileForm {
    /// Records of every kind, one JSON object a line.
    Lines,
    /// A table of leads.
    Leads,
}

/// What to do at a line that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// End there. What came before it is imported.
    #[default]
    Stop,
    /// Leave it out and go on.
    Skip,
}

/// How fast the store may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many rows one commit has.
    pub rows: u64,
    /// How long to wait between commits, at least as long as the last one took.
    pub pause: Option<Duration>,
}

impl Pace {
    /// For whoever has the store alone.
    pub const ALONE: Self = Self { rows: 6_000, pause: None };
    /// Beside a server: no commit keeps it waiting for more than about 10 ms.
    pub const BESIDE_A_SERVER: Self = Self { rows: 250, pause: Some(Duration::from_millis(4)) };
}

/// How a file is to be imported.
pub struct ImportOptions<'a> {
    /// Into which tenant.
    pub scope: TenantScope,
    /// What the file is.
    pub form: FileForm,
    /// What to do at a line that is refused.
    pub on_error: OnError,
    /// Where refused lines are listed, one JSON object a line.
    pub report: Option<&'a mut (dyn Write + Send)>,
    /// Asked about once a second.
    pub pace: &'a (dyn Fn() -> Pace + Sync),
    /// Told several times a second.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// Imports a file of lines.
pub async fn import<'a>(
    services: &'a Services,
    file: Box<dyn Read + Send>,
    options: ImportOptions<'a>,
) -> Result<Summary, ImportError> {
    let form = options.form;
    let mut committer = Committer::begin(services, options).await?;
    let (ahead, mut parsed) = mpsc::channel::<Result<JoinHandle<Parsed>, ReadError>>(AHEAD);
    let reading = committer.reading();
    let runtime = tokio::runtime::Handle::current();
    // Ends by itself when nobody takes chunks any more.
    tokio::task::spawn_blocking(move || read_ahead(file, form, reading, &runtime, &ahead));
    while let Some(next) = parsed.recv().await {
        let chunk = match next {
            Ok(parsing) => parsing.await.map_err(|error| ImportError::Unreadable(error.to_string()))?,
            Err(error) => {
                committer.finish().await?;
                return Err(error.into());
            }
        };
        committer.take(chunk).await?;
    }
    let summary = committer.finish().await?;
    committer.came_to_its_end()?;
    Ok(summary)
}

/// Some lines, some rows of a table, or some records of another server.
pub(crate) enum Piece {
    Lines(Chunk),
    Rows(Vec<Row>),
    Records(Vec<(u64, JsonMap)>),
}

impl Piece {
    fn numbers(&self) -> Vec<u64> {
        match self {
            Self::Lines(chunk) => chunk.lines().map(|(number, _)| number).collect(),
            Self::Rows(rows) => rows.iter().map(|(number, _)| *number).collect(),
            Self::Records(records) => records.iter().map(|(number, _)| *number).collect(),
        }
    }

    /// Reads one of them again, as one of several equal ones.
    fn read(&self, index: usize, reading: &Reading, ordinal: u32) -> Result<ReadLine, FieldError> {
        match self {
            Self::Lines(chunk) => line::read(chunk.line(index), reading, ordinal),
            Self::Rows(rows) => table::read(&rows[index].1, reading, ordinal),
            Self::Records(records) => line::read_map(&records[index].1, reading, ordinal),
        }
    }
}

/// A piece of a file with what each line of it was read as.
pub(crate) struct Parsed {
    pub(crate) piece: Piece,
    pub(crate) reading: Reading,
    pub(crate) lines: Vec<Result<ReadLine, FieldError>>,
}

type Ahead = mpsc::Sender<Result<JoinHandle<Parsed>, ReadError>>;

fn read_ahead(
    file: Box<dyn Read + Send>,
    form: FileForm,
    reading: Reading,
    runtime: &tokio::runtime::Handle,
    ahead: &Ahead,
) {
    let read = match form {
        FileForm::Lines => read_lines(file, reading, runtime, ahead),
        FileForm::Leads => read_rows(file, reading, runtime, ahead),
    };
    if let Err(error) = read {
        // Nobody listens only if the import has ended already.
        drop(ahead.blocking_send(Err(error)));
    }
}

fn read_lines(
    file: Box<dyn Read + Send>,
    mut reading: Reading,
    runtime: &tokio::runtime::Handle,
    ahead: &Ahead,
) -> Result<(), ReadError> {
    let mut lines = Lines::new(file);
    while let Some(chunk) = lines.next()? {
        // What an export leaves out was not there; what people leave out follows from the rest.
        if chunk.lines().next().is_some_and(|(number, bytes)| number == 1 && is_header(bytes, &reading)) {
            reading.completeness = Completeness::Whole;
        }
        let parsing = runtime.spawn_blocking(move || parse_lines(chunk, reading));
        if ahead.blocking_send(Ok(parsing)).is_err() {
            break;
        }
    }
    Ok(())
}

fn read_rows(
    file: Box<dyn Read + Send>,
    reading: Reading,
    runtime: &tokio::runtime::Handle,
    ahead: &Ahead,
) -> Result<(), ReadError> {
    let mut rows = Rows::begin(file).map_err(|error| ReadError::Header(error.to_string()))?;
    loop {
        let mut piece = Vec::new();
        while piece.len() < ROWS_AT_ONCE
            && let Some(row) = rows.next().map_err(|error| ReadError::Table(error.to_string()))?
        {
            piece.push(row);
        }
        if piece.is_empty() {
            return Ok(());
        }
        let parsing = runtime.spawn_blocking(move || {
            let lines = piece.iter().map(|(_, row)| table::read(row, &reading, 0)).collect();
            Parsed { piece: Piece::Rows(piece), reading, lines }
        });
        if ahead.blocking_send(Ok(parsing)).is_err() {
            return Ok(());
        }
    }
}

fn is_header(bytes: &[u8], reading: &Reading) -> bool {
    matches!(line::read(bytes, reading, 0), Ok(ReadLine { line: Line::Header, .. }))
}

fn parse_lines(chunk: Chunk, reading: Reading) -> Parsed {
    let count = chunk.lines().len();
    let lines = chunk
        .lines()
        .enumerate()
        .map(|(index, (number, bytes))| match line::read(bytes, &reading, 0) {
            Ok(ReadLine { line: Line::Header, .. }) if number != 1 => {
                Err(FieldError::new("object", "is an export's first line; files are imported one by one"))
            }
            Err(error) if chunk.is_open && index + 1 == count => {
                Err(FieldError::new(error.param, format!("{} (the file ends within this line)", error.message)))
            }
            read => read,
        })
        .collect();
    Parsed { piece: Piece::Lines(chunk), reading, lines }
}
