//! Reads a table of leads row by row, in bounded memory.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use serde_json::Value;
use synaptiq_domain::money::JsonMap;
use synaptiq_wire::FieldError;

use super::{COLUMNS, CUSTOM, cell, column_of, field_of};
use crate::line::{self, ReadLine, Reading};

/// The most bytes of one row: a quotation that never ends must not be read into memory.
const MAX_ROW: usize = 4 * 1024 * 1024;

/// A row with the number of its first line, or what is wrong with it.
pub(crate) type Row = (u64, Result<JsonMap, FieldError>);

/// Reads one row as a line of a lead. Errors name its column.
pub(crate) fn read(row: &Result<JsonMap, FieldError>, reading: &Reading, ordinal: u32) -> Result<ReadLine, FieldError> {
    let map = row.as_ref().map_err(Clone::clone)?;
    line::read_map(map, reading, ordinal).map_err(|error| FieldError::new(column_of(&error.param), error.message))
}

/// The rows of a table.
pub(crate) struct Rows {
    reader: Reader<Bounded>,
    columns: Vec<String>,
    left: Arc<AtomicUsize>,
}

impl Rows {
    /// Begins with the row of names: each is a known column, once.
    pub(crate) fn begin(file: Box<dyn Read + Send>) -> Result<Self, FieldError> {
        let left = Arc::new(AtomicUsize::new(MAX_ROW));
        let bounded = Bounded { file, left: Arc::clone(&left) };
        let mut reader = ReaderBuilder::new().from_reader(bounded);
        let header = reader.headers().map_err(|error| refusal(&error))?;
        let mut columns: Vec<String> = Vec::new();
        for name in header {
            let name = cell::unguarded(name.trim_start_matches('\u{feff}')).trim().to_owned();
            if !COLUMNS.contains(&name.as_str()) && name.strip_prefix(CUSTOM).is_none_or(str::is_empty) {
                let known = COLUMNS.join(", ");
                return Err(FieldError::new(format!("column '{name}'"), format!("is none of {known}, custom_…")));
            }
            if columns.contains(&name) {
                return Err(FieldError::new(format!("column '{name}'"), "is there twice"));
            }
            columns.push(name);
        }
        Ok(Self { reader, columns, left })
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        self.left.store(MAX_ROW, Ordering::Relaxed);
        let mut record = StringRecord::new();
        let line = self.reader.position().line();
        match self.reader.read_record(&mut record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                Ok(Some((line, self.lead(&record))))
            }
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                if let ErrorKind::Io(_) = error.kind() {
                    return Err(io::Error::other(format!("line {line}: {error}")));
                }
                Ok(Some((line, Err(refusal(&error)))))
            }
        }
    }

    /// The row as a lead's line. An empty cell says nothing.
    fn lead(&self, record: &StringRecord) -> Result<JsonMap, FieldError> {
        let mut map = JsonMap::new();
        let mut custom = JsonMap::new();
        map.insert("object".to_owned(), "lead".into());
        for (column, text) in self.columns.iter().zip(record) {
            let text = cell::unguarded(text);
            if text.is_empty() {
                continue;
            }
            if text.contains('\0') {
                return Err(FieldError::new(column, "must not contain U+0000"));
            }
            if let Some(key) = column.strip_prefix(CUSTOM) {
                custom.insert(key.to_owned(), cell::value_of(text));
                continue;
            }
            let value = match column.as_str() {
                "score" => text.trim().parse::<i64>().map_or_else(|_| text.into(), Value::from),
                "tags" => cell::tags_of(text).into_iter().collect(),
                _ => text.into(),
            };
            map.insert(field_of(column).to_owned(), value);
        }
        if map.len() == 1 && custom.is_empty() {
            return Err(FieldError::new("row", "is empty"));
        }
        if !custom.is_empty() {
            map.insert("customFields".to_owned(), Value::Object(custom));
        }
        Ok(map)
    }
}

fn refusal(error: &csv::Error) -> FieldError {
    let reason = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} cells where the table has {expected_len} columns")
        }
        ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    FieldError::new("row", reason)
}

/// A file that ends with an error when a row takes too much of it.
struct Bounded {
    file: Box<dyn Read + Send>,
    left: Arc<AtomicUsize>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::Error::other(format!("a row has more than {MAX_ROW} bytes; is a quotation not closed?")));
        }
        let most = buffer.len().min(left);
        let count = self.file.read(&mut buffer[..most])?;
        self.left.store(left - count, Ordering::Relaxed);
        Ok(count)
    }
}
