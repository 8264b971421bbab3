//! `synaptiq token rotate`.

use anyhow::Result;
use serde_json::json;

use crate::{admin_token, cli::TokenCommand, commands::print, config::Config, database, installation::Installation};

pub(super) async fn run(command: &TokenCommand, config: &Config) -> Result<()> {
    let TokenCommand::Rotate(output) = command;
    let installation = Installation::new(config, database::open_for_command(config)?).await?;
    let token = admin_token::rotate(&*installation.store, installation.system, &*installation.ids).await?;
    print(*output, &json!({ "token": token }));
    Ok(())
}
