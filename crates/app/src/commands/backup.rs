//! `synaptiq backup FILE` and `synaptiq restore FILE`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use synaptiq_storage::{Access, OpenError, OpenOptions, SqliteStore, verify_file};

use crate::{commands::say, config::Config, database, secret_key::key_file};

/// Writes a consistent copy beside a running server. The key file is not part of it.
pub(super) async fn back_up(file: &Path, config: &Config) -> Result<()> {
    if file.exists() {
        bail!("{} exists already", file.display());
    }
    let sqlite = database::open_for_command(config)?;
    sqlite.backup_to(file).await.with_context(|| format!("cannot write {}", file.display()))?;
    verify_file(file).with_context(|| format!("{} was written but does not read back", file.display()))?;
    say(&format!("wrote {}", file.display()));
    let key = key_file(&config.database);
    if config.secret_key.is_none() {
        say(&format!("keep {} beside it, in another place: without it webhook secrets cannot be read", key.display()));
    }
    Ok(())
}

/// Puts a backup in the place of the database.
pub(super) fn restore(file: &Path, replace: bool, config: &Config) -> Result<()> {
    verify_file(file).with_context(|| format!("{} is no usable backup", file.display()))?;
    let database = &config.database;
    if database.exists() {
        if !replace {
            bail!("{} exists; say --replace to put the backup in its place", database.display());
        }
        set_aside(database)?;
    }
    database::make_folder(config)?;
    let arriving = with_ending(database, ".arriving");
    std::fs::copy(file, &arriving).with_context(|| format!("cannot write {}", arriving.display()))?;
    std::fs::File::open(&arriving)?.sync_all()?;
    std::fs::rename(&arriving, database).with_context(|| format!("cannot write {}", database.display()))?;
    say(&format!("restored {}", database.display()));
    Ok(())
}

/// Moves the database and what belongs to it out of the way. Holding the server's place while it
/// moves shows that no server runs on it.
fn set_aside(database: &Path) -> Result<()> {
    match SqliteStore::open(&OpenOptions { path: database.to_owned(), access: Access::Server, create: false }) {
        Ok(store) => store.shutdown(),
        Err(OpenError::InUse(_)) => bail!("a server is running on {}", database.display()),
        // A damaged database is what restoring is for.
        Err(_) => {}
    }
    for ending in ["", "-wal", "-shm"] {
        let from = with_ending(database, ending);
        if from.exists() {
            let to = with_ending(database, &format!(".before-restore{ending}"));
            std::fs::rename(&from, &to).with_context(|| format!("cannot move {}", from.display()))?;
        }
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
