//! The copy itself: what state the target is in, what is done about it, and the proof at the end.

use sha2::{Digest as _, Sha256};

use super::{Cell, CopyError, Rows, RowsToFill, Table, TableDigest};

/// The name of the installation's value by which a target says whose copy it is and how far it is. It is
/// never copied itself.
pub const COPY_SETTING: &str = "copy";
/// The installation's value that no two installations share.
const KEY_CHECK: &str = "secret_key_check";
/// The table of the installation's single values.
const INSTALLATION: &str = "installation";
/// Tables that have rows before anything was done with a database.
const NEVER_EMPTY: [&str; 2] = ["generation", INSTALLATION];

/// What a copy came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyOutcome {
    /// Everything was copied.
    Copied,
    /// The target was such a copy already.
    AlreadyThere,
}

/// A finished copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyReport {
    /// Whether anything had to be done.
    pub outcome: CopyOutcome,
    /// Every table with its rows.
    pub tables: Vec<(String, u64)>,
}

/// Whether a value of [`COPY_SETTING`] says that a copy was begun and not finished: nothing may be served
/// from such a database.
pub fn unfinished(value: &str) -> bool {
    value.starts_with("begun ")
}

/// How far a target is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Begun { of: String },
    Done { of: String, digest: String },
}

impl State {
    fn parse(value: &str) -> Option<Self> {
        match value.split(' ').collect::<Vec<_>>()[..] {
            ["begun", of] => Some(Self::Begun { of: of.to_owned() }),
            ["done", of, digest] => Some(Self::Done { of: of.to_owned(), digest: digest.to_owned() }),
            _ => None,
        }
    }

    fn print(&self) -> String {
        match self {
            Self::Begun { of } => format!("begun {of}"),
            Self::Done { of, digest } => format!("done {of} {digest}"),
        }
    }
}

/// Copies everything. The target must be empty, or a copy of the same installation: one that was cut short
/// is started over, one that is whole is left alone, and one that is whole but older than the original is
/// made anew unless it was worked with. `progress` is told of every batch: the table and its rows so far.
pub fn copy(
    source: &mut dyn Rows,
    target: &mut dyn RowsToFill,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<CopyReport, CopyError> {
    let tables = source.tables()?;
    if target.tables()? != tables {
        return Err(CopyError::OtherSchema);
    }
    let of = fingerprint(source, &tables)?;
    let wanted = digests(source, &tables)?;
    let report = |outcome| CopyReport {
        outcome,
        tables: tables.iter().zip(&wanted).map(|(table, digest)| (table.name.clone(), digest.rows)).collect(),
    };
    match value(target, &tables, COPY_SETTING)?.as_deref().and_then(State::parse) {
        Some(State::Begun { of: theirs }) if theirs == of => {}
        Some(State::Done { of: theirs, digest }) if theirs == of => {
            let there = digests(target, &tables)?;
            if there == wanted {
                return Ok(report(CopyOutcome::AlreadyThere));
            }
            if print(&there) != digest {
                return Err(CopyError::WorkedWith);
            }
        }
        _ if is_empty(target, &tables)? => {}
        _ => return Err(CopyError::NotEmpty),
    }
    fill(source, target, &tables, &of, progress)?;
    for (table, wanted) in tables.iter().zip(&wanted) {
        if TableDigest::of(target, table, &|row| is_mark(table, row))? != *wanted {
            return Err(CopyError::Differs { table: table.name.clone() });
        }
    }
    target.finish()?;
    mark(target, &tables, &State::Done { of, digest: print(&wanted) })?;
    Ok(report(CopyOutcome::Copied))
}

fn fill(
    source: &mut dyn Rows,
    target: &mut dyn RowsToFill,
    tables: &[Table],
    of: &str,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<(), CopyError> {
    mark(target, tables, &State::Begun { of: of.to_owned() })?;
    for table in tables.iter().filter(|table| table.name != INSTALLATION) {
        target.clear(table)?;
    }
    // The installation's own values come last and all at once: whoever opens a half of a copy finds that it
    // is one, and nothing else.
    let (last, others): (Vec<&Table>, Vec<&Table>) = tables.iter().partition(|table| table.name == INSTALLATION);
    for table in others.into_iter().chain(last) {
        let mut rows = 0;
        source.read(table, &mut |batch| {
            let batch: Vec<Vec<Cell>> = batch.into_iter().filter(|row| !is_mark(table, row)).collect();
            target.add(table, &batch)?;
            rows += batch.len() as u64;
            progress(&table.name, rows);
            Ok(())
        })?;
    }
    Ok(())
}

/// Writes how far the target is, in the place of whatever single values it has.
fn mark(target: &mut dyn RowsToFill, tables: &[Table], state: &State) -> Result<(), CopyError> {
    let table = installation(tables)?;
    let mut kept = Vec::new();
    if matches!(state, State::Done { .. }) {
        target.read(table, &mut |batch| {
            kept.extend(batch.into_iter().filter(|row| !is_mark(table, row)));
            Ok(())
        })?;
    }
    let text = |text: &str| Cell::Text(text.to_owned());
    let printed = state.print();
    let row = table.columns.iter().map(|column| if column == "name" { text(COPY_SETTING) } else { text(&printed) });
    kept.push(row.collect());
    target.clear(table)?;
    target.add(table, &kept)
}

fn installation(tables: &[Table]) -> Result<&Table, CopyError> {
    tables.iter().find(|table| table.name == INSTALLATION).ok_or(CopyError::NoInstallation)
}

/// Whether a row is the target's own mark.
fn is_mark(table: &Table, row: &[Cell]) -> bool {
    table.name == INSTALLATION && row.contains(&Cell::Text(COPY_SETTING.to_owned()))
}

fn value(rows: &mut dyn Rows, tables: &[Table], name: &str) -> Result<Option<String>, CopyError> {
    let table = installation(tables)?;
    let place = |wanted: &str| table.columns.iter().position(|column| column == wanted);
    let (Some(names), Some(values)) = (place("name"), place("value")) else { return Err(CopyError::OtherSchema) };
    let mut found = None;
    rows.read(table, &mut |batch| {
        for row in batch {
            if let (Some(Cell::Text(found_name)), Some(Cell::Text(text))) = (row.get(names), row.get(values))
                && found_name == name
            {
                found = Some(text.clone());
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// What tells an installation from every other: a digest of the value that was sealed with its key and a
/// random number when it was made.
fn fingerprint(source: &mut dyn Rows, tables: &[Table]) -> Result<String, CopyError> {
    let check = value(source, tables, KEY_CHECK)?.ok_or(CopyError::NoInstallation)?;
    Ok(hex(&Sha256::digest(check.as_bytes())))
}

fn is_empty(target: &mut dyn RowsToFill, tables: &[Table]) -> Result<bool, CopyError> {
    for table in tables {
        let digest = TableDigest::of(target, table, &|_| false)?;
        let is_new = NEVER_EMPTY.contains(&table.name.as_str()) && value(target, tables, KEY_CHECK)?.is_none();
        if digest.rows > 0 && !is_new {
            return Ok(false);
        }
    }
    Ok(true)
}

fn digests(rows: &mut dyn Rows, tables: &[Table]) -> Result<Vec<TableDigest>, CopyError> {
    tables.iter().map(|table| TableDigest::of(rows, table, &|row| is_mark(table, row))).collect()
}

fn print(digests: &[TableDigest]) -> String {
    let mut hasher = Sha256::new();
    for TableDigest { rows, sums: (first, second) } in digests {
        hasher.update(rows.to_be_bytes());
        hasher.update(first.to_be_bytes());
        hasher.update(second.to_be_bytes());
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to memory does not fail");
        text
    })
}
