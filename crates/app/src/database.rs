//! Opening the database: for the one server, for a command beside it, or for the first time.

use std::path::Path;

use anyhow::{Context as _, Result};
use synaptiq_storage::{Access, OpenOptions, SqliteStore};

use crate::config::Config;

/// For the server: creates a missing database, refuses a second server.
pub(crate) fn open_for_server(config: &Config) -> Result<SqliteStore> {
    make_folder(config)?;
    open(config, Access::Server, true)
}

/// For a command: the database must be there.
pub(crate) fn open_for_command(config: &Config) -> Result<SqliteStore> {
    open(config, Access::Command, false)
}

/// For `migrate`, and for commands that may come before the first start.
pub(crate) fn open_or_create(config: &Config) -> Result<SqliteStore> {
    make_folder(config)?;
    open(config, Access::Command, true)
}

/// Makes the database's folder if it is missing.
pub(crate) fn make_folder(config: &Config) -> Result<()> {
    make_folder_of(&config.database)
}

/// Makes the folder of a database if it is missing.
pub(crate) fn make_folder_of(database: &Path) -> Result<()> {
    match database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))
        }
        None => Ok(()),
    }
}

fn open(config: &Config, access: Access, create: bool) -> Result<SqliteStore> {
    let options = OpenOptions { path: config.database.clone(), access, create };
    SqliteStore::open(&options).with_context(|| format!("cannot open the database {}", config.database.display()))
}
