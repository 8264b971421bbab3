//! From a file into a tenant (contract § 14): lines are read ahead and parsed on threads of their own,
//! and committed in batches, in their order. Nothing grows with the file but what tells lines without an
//! id apart. What is there already is passed over, so that a file can be imported again whenever an
//! import was cut short.

mod batch;
mod content;
mod lines;
mod outcome;

use std::{
    io::{Read, Write},
    sync::Arc,
    time::Duration,
};

use synaptiq_domain::{access::TenantScope, use_cases::Services};
use synaptiq_wire::FieldError;
use tokio::{sync::mpsc, task::JoinHandle};

pub use self::outcome::{Counts, ImportError, Progress, RefusedLine, Summary};
use self::{
    batch::Committer,
    lines::{Chunk, Lines, ReadError},
};
use crate::line::{self, Completeness, Line, ReadLine, Reading};

/// How many chunks are parsed, or wait for it, ahead of the one that is committed.
const AHEAD: usize = 4;

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
    let mut committer = Committer::begin(services, options).await?;
    let (ahead, mut parsed) = mpsc::channel::<Result<JoinHandle<Parsed>, ReadError>>(AHEAD);
    let reading = committer.reading();
    let runtime = tokio::runtime::Handle::current();
    // Ends by itself when nobody takes chunks any more.
    tokio::task::spawn_blocking(move || read_ahead(file, reading, &runtime, &ahead));
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
    committer.finish().await
}

/// A chunk with what each line of it was read as.
pub(crate) struct Parsed {
    chunk: Arc<Chunk>,
    reading: Reading,
    lines: Vec<Result<ReadLine, FieldError>>,
}

fn read_ahead(
    file: Box<dyn Read + Send>,
    mut reading: Reading,
    runtime: &tokio::runtime::Handle,
    ahead: &mpsc::Sender<Result<JoinHandle<Parsed>, ReadError>>,
) {
    let mut lines = Lines::new(file);
    loop {
        let sent = match lines.next() {
            Ok(None) => return,
            Ok(Some(chunk)) => {
                // What an export leaves out was not there; what people leave out follows from the rest.
                if chunk.lines().next().is_some_and(|(number, bytes)| number == 1 && is_header(bytes, &reading)) {
                    reading.completeness = Completeness::Whole;
                }
                ahead.blocking_send(Ok(runtime.spawn_blocking(move || parse(chunk, reading))))
            }
            Err(error) => {
                // Nobody listens only if the import has ended already.
                drop(ahead.blocking_send(Err(error)));
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn is_header(bytes: &[u8], reading: &Reading) -> bool {
    matches!(line::read(bytes, reading, 0), Ok(ReadLine { line: Line::Header, .. }))
}

fn parse(chunk: Chunk, reading: Reading) -> Parsed {
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
    Parsed { chunk: Arc::new(chunk), reading, lines }
}
