//! Copies of the whole file: made while the server runs, and checked before they are used.

use std::{
    fs,
    path::{Path, PathBuf},
};

use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Text};
use thiserror::Error;

use super::open::{self, OpenError};

/// Why there is no backup.
#[derive(Debug, Error)]
pub enum BackupError {
    /// Something is there already; a backup never replaces one.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The database or the place of the copy could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The operating system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The copy.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// `SQLite` refused.
    #[error("the copy failed: {0}")]
    Failed(String),
}

/// Writes one moment of the database at `from` to a new file that has its name only when it is
/// whole and on disk. Writes go on meanwhile.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let refuse = |source| BackupError::Io { path: to.to_owned(), source };
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.exists() {
        fs::remove_file(&unfinished).map_err(refuse)?;
    }
    // SQLite accepts an empty file as the place of the copy, so that its rights are ours to set.
    open::make_private_file(&unfinished).map_err(refuse)?;
    let written = vacuum_into(from, &unfinished).and_then(|()| open::put_in_place(&unfinished, to).map_err(refuse));
    if written.is_err() {
        drop(fs::remove_file(&unfinished));
    }
    written
}

fn vacuum_into(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut conn = open::connect(from, "mode=ro")?;
    let failed = |error: diesel::result::Error| BackupError::Failed(error.to_string());
    conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY").map_err(failed)?;
    let place = to.to_str().ok_or_else(|| BackupError::Failed("the path is not UTF-8".to_owned()))?;
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(place).execute(&mut conn).map_err(failed)?;
    Ok(())
}

/// Checks a file that no one uses, such as a backup before it is restored: its marks, every page,
/// every reference, and that its schema is not newer. Gives the newest migration in it.
pub fn verify_file(path: &Path) -> Result<String, OpenError> {
    open::verify(path)
}
