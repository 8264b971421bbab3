//! `synaptiq backup FILE` and `synaptiq restore FILE`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use synaptiq_storage::{ServerPlace, verify_file};

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
    database::make_folder(config)?;
    // A log that stands alone would be replayed over the backup, so it is in the way like the file itself.
    let is_there = PARTS.iter().any(|ending| with_ending(database, ending).exists());
    if is_there && !replace {
        bail!("{} exists; say --replace to put the backup in its place", database.display());
    }
    let _held = take_place(database)?;
    for ending in PARTS {
        let from = with_ending(database, ending);
        if from.exists() {
            let to = with_ending(database, &format!(".before-restore{ending}"));
            std::fs::rename(&from, &to).with_context(|| format!("cannot move {}", from.display()))?;
        }
    }
    let arriving = with_ending(database, ".arriving");
    std::fs::copy(file, &arriving).with_context(|| format!("cannot write {}", arriving.display()))?;
    std::fs::File::open(&arriving)?.sync_all()?;
    std::fs::rename(&arriving, database).with_context(|| format!("cannot write {}", database.display()))?;
    say(&format!("restored {}", database.display()));
    Ok(())
}

/// The database file and what belongs to it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Takes the server's place, so that none runs on the database while it is replaced.
fn take_place(database: &Path) -> Result<ServerPlace> {
    ServerPlace::take(database).with_context(|| format!("a server is running on {}", database.display()))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
