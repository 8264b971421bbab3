//! From a tenant into a file (contract § 14): a header, what the tenant is set up with, its history as of
//! one moment, and how many lines that is, in bounded memory. The order is fixed and every line canonical, so that equal data
//! gives equal bytes on every store.

use std::io::{self, Write};

use serde::Serialize;
use synaptiq_domain::{
    access::TenantScope,
    history::Record,
    ports::{Store, StoreError},
};
use thiserror::Error;
use tokio::sync::mpsc;

use crate::line;

/// How many pages of records wait to be written at most.
const AHEAD: usize = 4;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Exported {
    /// Lines.
    pub lines: u64,
    /// Rows of tables that they hold.
    pub rows: u64,
}

/// Why an export stopped.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is no such tenant.
    #[error("there is no such tenant")]
    NoTenant,
    /// The store failed.
    #[error("the data cannot be read")]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the file cannot be written")]
    Write(#[source] io::Error),
}

/// What records of a tenant are written as.
pub(crate) trait Target: Send + 'static {
    /// Writes one record; the bytes are written out when there are enough of them. Says how many lines
    /// it became.
    fn record(&mut self, out: &mut Vec<u8>, record: &Record) -> u64;

    /// Writes what comes after the last record, when so many lines are written. Says how many lines it became.
    fn end(&mut self, _out: &mut Vec<u8>, _lines: u64) -> u64 {
        0
    }

    /// Whether what follows such a record is written too.
    fn wants_more(&self, _record: &Record) -> bool {
        true
    }
}

struct EveryRecord;

impl Target for EveryRecord {
    fn record(&mut self, out: &mut Vec<u8>, record: &Record) -> u64 {
        line::write_record(out, record);
        1
    }

    fn end(&mut self, out: &mut Vec<u8>, lines: u64) -> u64 {
        line::write_end(out, lines);
        1
    }
}

/// Exports everything. `progress` is told now and then.
pub async fn export(
    store: &dyn Store,
    scope: TenantScope,
    mut file: impl Write + Send + 'static,
    progress: &(dyn Fn(Exported) + Sync),
) -> Result<Exported, ExportError> {
    let mut out = Vec::new();
    let lines = write_content(store, scope, &mut out, &mut file).await?;
    file.write_all(&out).map_err(ExportError::Write)?;
    let written = Exported { lines, rows: lines.saturating_sub(1) };
    write_records(store, scope, file, EveryRecord, written, progress).await
}

/// Writes what the tenant is set up with. Says how many lines that is.
async fn write_content(
    store: &dyn Store,
    scope: TenantScope,
    out: &mut Vec<u8>,
    file: &mut (impl Write + Send),
) -> Result<u64, ExportError> {
    let view = store.tenant_view(scope).await?.ok_or(ExportError::NoTenant)?;
    line::write_header(out);
    line::write_tenant(out, &view.tenant);
    let mut lines = 2;
    let mut assistants = view.assistants.clone();
    assistants.sort_by_key(|assistant| assistant.id);
    for assistant in &assistants {
        line::write_assistant(out, assistant);
    }
    let mut members = view.members.clone();
    members.sort_by_key(|member| member.id);
    for member in &members {
        line::write_member(out, member);
    }
    lines += (assistants.len() + members.len()) as u64;
    let mut documents = store.list_documents(scope).await?;
    documents.sort_by_key(|document| document.id);
    for listed in documents {
        // Lists come without the content.
        let Some(document) = store.find_document(scope, listed.id).await? else { continue };
        if document.status == synaptiq_domain::knowledge::DocumentStatus::Processing {
            continue;
        }
        line::write_document(out, &document);
        file.write_all(out).map_err(ExportError::Write)?;
        out.clear();
        lines += 1;
    }
    let mut endpoints = store.list_endpoints(scope).await?;
    endpoints.sort_by_key(|endpoint| endpoint.id);
    for endpoint in &endpoints {
        line::write_webhook(out, endpoint);
    }
    Ok(lines + endpoints.len() as u64)
}

/// Writes records as they are read: one thread reads, another writes.
pub(crate) async fn write_records(
    store: &dyn Store,
    scope: TenantScope,
    mut file: impl Write + Send + 'static,
    mut target: impl Target,
    mut written: Exported,
    progress: &(dyn Fn(Exported) + Sync),
) -> Result<Exported, ExportError> {
    let (pages, mut arriving) = mpsc::channel::<Vec<Record>>(AHEAD);
    let (told, mut telling) = mpsc::channel::<Exported>(AHEAD);
    let writing = tokio::task::spawn_blocking(move || {
        let mut out = Vec::new();
        while let Some(page) = arriving.blocking_recv() {
            let is_last = page.last().is_some_and(|record| !target.wants_more(record));
            for record in &page {
                let lines = target.record(&mut out, record);
                written.lines += lines;
                written.rows += if lines > 0 { record.rows() } else { 0 };
            }
            file.write_all(&out)?;
            out.clear();
            // Whoever is told is behind; the next figures are newer.
            let _ = told.try_send(written);
            if is_last {
                break;
            }
        }
        written.lines += target.end(&mut out, written.lines);
        file.write_all(&out)?;
        file.flush()?;
        Ok(written)
    });
    let reading = store.read_history(scope, Box::new(move |page| pages.blocking_send(page).is_ok()));
    let listening = async {
        while let Some(exported) = telling.recv().await {
            progress(exported);
        }
    };
    let (read, ()) = tokio::join!(reading, listening);
    let written = writing.await.map_err(|error| ExportError::Write(io::Error::other(error)))?;
    let written = written.map_err(ExportError::Write)?;
    read?;
    Ok(written)
}
