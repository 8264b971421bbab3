//! `synaptiq migrate`: creates the database, or brings it to this version.

use anyhow::Result;

use crate::{commands::say, config::Config, database, installation::Installation};

pub(super) async fn run(config: &Config) -> Result<()> {
    let sqlite = database::open_or_create(config)?;
    Installation::new(config, sqlite).await?;
    say(&format!("{} is ready", config.database.display()));
    Ok(())
}
