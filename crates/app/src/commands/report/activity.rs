//! `synaptiq report activity`: the feed of a range, written page by page.

use std::{
    fs,
    io::{self, BufWriter, ErrorKind, Write},
};

use anyhow::{Context as _, Result};
use synaptiq_domain::{
    access::TenantScope,
    event::{Activity, FeedQuery},
    paging::{Page, Paging},
    use_cases::{self, Services},
};
use synaptiq_wire::{
    csv::CsvTable,
    v1::analytics::{ActivityRecord, Format, begin_table, row},
};

use super::in_flags;
use crate::{
    cli::ActivityArgs,
    commands::{
        export::{beside, create},
        progress::Progress,
        say,
    },
    installation::Installation,
};

/// How many events are read at once.
const PAGE: u32 = 500;

pub(super) async fn run(args: ActivityArgs, installation: &Installation, services: &Services) -> Result<()> {
    let ActivityArgs { from, to, kinds, tenant, format, out } = args;
    let (_, scope) = installation.tenant(tenant.as_deref()).await?;
    // The end is fixed once, so that all pages are of one range however long they take.
    let to = Some(to.unwrap_or_else(|| services.clock.now()));
    let query = FeedQuery { kinds, lead: None, from, to, paging: Paging::Page { page: 1, limit: PAGE } };
    // A wrong range is told before there is a file.
    let first = use_cases::activity(services, scope, query.clone()).await.map_err(in_flags)?;
    let reading = Reading { services, scope, query, first };
    let progress = Progress::begin();
    let Some(file) = out else {
        let written = reading.write(Feed::begin(format.into(), io::stdout()), &progress).await;
        progress.end();
        // Whoever reads may have read enough.
        let is_enough = |error: &anyhow::Error| {
            error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
        };
        return match written {
            Err(error) if !is_enough(&error) => Err(error).context("cannot write to standard output"),
            _ => Ok(()),
        };
    };
    // The file has its name only when it is whole and on disk.
    let unfinished = beside(&file);
    let target = create(&unfinished).with_context(|| format!("cannot write {}", unfinished.display()))?;
    let handle = target.try_clone()?;
    let written = reading.write(Feed::begin(format.into(), target), &progress).await;
    progress.end();
    let written = written.and_then(|count| Ok(handle.sync_all().map(|()| count)?));
    let written = written.and_then(|count| Ok(fs::rename(&unfinished, &file).map(|()| count)?));
    let count = written.inspect_err(|_| drop(fs::remove_file(&unfinished)));
    let count = count.with_context(|| format!("cannot write {}", file.display()))?;
    say(&format!("wrote {count} events to {}", file.display()));
    Ok(())
}

/// A feed that is being read, of which the first page is there.
struct Reading<'a> {
    services: &'a Services,
    scope: TenantScope,
    query: FeedQuery,
    first: Page<Activity>,
}

impl Reading<'_> {
    /// Writes every event; how many there were.
    async fn write(self, mut feed: Feed<impl Write>, progress: &Progress) -> Result<u64> {
        let Self { services, scope, mut query, first: mut page } = self;
        let mut count = 0_u64;
        loop {
            feed.write(&page.items)?;
            count += page.items.len() as u64;
            progress.tell(count, count);
            let Some(position) = page.next else { break };
            query.paging = Paging::After { position, limit: PAGE };
            page = use_cases::activity(services, scope, query.clone()).await.map_err(in_flags)?;
        }
        feed.end()?;
        Ok(count)
    }
}

/// A feed that is being written.
enum Feed<W: Write> {
    /// A JSON array with an event on each line.
    Json { out: BufWriter<W>, is_empty: bool },
    /// A table.
    Csv { out: BufWriter<W>, table: Box<CsvTable> },
}

impl<W: Write> Feed<W> {
    fn begin(format: Format, out: W) -> Self {
        let out = BufWriter::new(out);
        match format {
            Format::Json => Self::Json { out, is_empty: true },
            Format::Csv => Self::Csv { out, table: Box::new(begin_table()) },
        }
    }

    fn write(&mut self, events: &[Activity]) -> io::Result<()> {
        match self {
            Self::Json { out, is_empty } => {
                for event in events {
                    out.write_all(if *is_empty { b"[\n" } else { b",\n" })?;
                    *is_empty = false;
                    serde_json::to_writer(&mut *out, &ActivityRecord::from(event))?;
                }
                Ok(())
            }
            Self::Csv { out, table } => {
                for event in events {
                    row(table, event);
                }
                out.write_all(&table.take())
            }
        }
    }

    fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Json { out, is_empty } => {
                out.write_all(if *is_empty { b"[]\n" } else { b"\n]\n" })?;
                out.flush()
            }
            Self::Csv { out, .. } => out.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use synaptiq_domain::{
        event::{ActivityFacts, EventKind},
        id::Id,
        time::Timestamp,
    };

    use super::*;

    fn event(bits: u128) -> Activity {
        Activity {
            id: Id::from_bits(bits),
            kind: EventKind::LeadCreated,
            lead: None,
            conversation: None,
            description: "New lead captured.".to_owned(),
            facts: ActivityFacts::default(),
            at: Timestamp::from_seconds(0),
        }
    }

    fn written(format: Format, pages: &[&[Activity]]) -> String {
        let mut out = Vec::new();
        let mut feed = Feed::begin(format, &mut out);
        for page in pages {
            feed.write(page).expect("a vector takes it");
        }
        feed.end().expect("a vector takes it");
        drop(feed);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn pages_make_one_array_and_one_table() {
        let pages: [&[Activity]; 3] = [&[event(3), event(2)], &[], &[event(1)]];
        let array: Value = serde_json::from_str(&written(Format::Json, &pages)).expect("JSON");
        assert_eq!(array.as_array().map(Vec::len), Some(3));
        assert_eq!(written(Format::Json, &[&[]]), "[]\n");
        let table = written(Format::Csv, &pages);
        assert_eq!((table.lines().count(), table.matches("lead_id").count()), (4, 1), "one row of names");
        assert_eq!(written(Format::Csv, &[&[]]).lines().count(), 1);
    }
}
