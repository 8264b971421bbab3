//! Writes leads as a table. The columns are known before the first row, so that leads are read twice.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use synaptiq_domain::{
    access::TenantScope,
    history::Record,
    id::Id,
    lead::Lead,
    ports::Store,
    text::{Email, Phone},
};
use synaptiq_wire::csv::CsvTable;

use super::{COLUMNS, CUSTOM, cell};
use crate::export::{ExportError, Exported, Target, write_records};

/// The most columns for free data: more is a shape that no table has.
const MOST_KEYS: usize = 2_000;

/// Writes every lead that lists show as a row: archived and absorbed ones are left out.
pub async fn export_leads(
    store: &dyn Store,
    scope: TenantScope,
    file: impl Write + Send + 'static,
    progress: &(dyn Fn(Exported) + Sync),
) -> Result<Exported, ExportError> {
    let keys = keys_of(store, scope).await?;
    let columns = COLUMNS.iter().map(|column| (*column).to_owned());
    let header: Vec<String> = columns.chain(keys.iter().map(|key| format!("{CUSTOM}{key}"))).collect();
    let table = LeadRows { table: CsvTable::begin(header.iter().map(|name| cell::guarded(name))), keys };
    let exported = write_records(store, scope, file, table, Exported::default(), progress).await?;
    Ok(Exported { lines: exported.lines + 1, ..exported })
}

/// The keys of the free data of all leads, in the order of their bytes.
async fn keys_of(store: &dyn Store, scope: TenantScope) -> Result<Vec<String>, ExportError> {
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let keys = Arc::clone(&found);
    let collect = move |page: Vec<Record>| {
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        for record in page {
            // Leads come first.
            let Record::Lead(lead) = record else { return false };
            keys.extend(lead.custom_fields.into_iter().map(|(key, _)| key));
            if keys.len() > MOST_KEYS {
                return false;
            }
        }
        true
    };
    store.read_history(scope, Box::new(collect)).await?;
    let keys = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    if keys.len() > MOST_KEYS {
        let told = format!("the leads' customFields have more than {MOST_KEYS} keys; export them as ndjson");
        return Err(ExportError::Write(io::Error::other(told)));
    }
    Ok(keys.into_iter().collect())
}

struct LeadRows {
    table: CsvTable,
    keys: Vec<String>,
}

impl Target for LeadRows {
    fn record(&mut self, out: &mut Vec<u8>, record: &Record) -> u64 {
        let Record::Lead(lead) = record else { return 0 };
        if lead.merged_into.is_some() || lead.archived {
            return 0;
        }
        self.table.row(cells(lead, &self.keys).iter().map(|text| cell::guarded(text)));
        out.extend(self.table.take());
        1
    }

    fn end(&mut self, out: &mut Vec<u8>, _lines: u64) -> u64 {
        // The header, where there is no lead.
        out.extend(self.table.take());
        0
    }

    fn wants_more(&self, record: &Record) -> bool {
        matches!(record, Record::Lead(_))
    }
}

fn cells(lead: &Lead, keys: &[String]) -> Vec<String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut cells = vec![
        lead.id.prefixed(),
        text(lead.contact.email.as_ref().map(Email::as_str)),
        text(lead.contact.name.as_deref()),
        text(lead.contact.phone.as_ref().map(Phone::as_str)),
        text(lead.contact.company.as_deref()),
        lead.status.as_str().to_owned(),
        lead.score.get().to_string(),
        text(lead.source_url.as_deref()),
        lead.created_at.rfc3339_millis(),
        lead.last_active_at.rfc3339_millis(),
        cell::of_tags(&lead.tags),
        lead.assigned_to.map(Id::prefixed).unwrap_or_default(),
    ];
    cells.extend(keys.iter().map(|key| lead.custom_fields.get(key).map(cell::of_value).unwrap_or_default()));
    cells
}
