//! `synaptiq serve`: brings everything up, says where it is, and stops gracefully (security P3).

use anyhow::{Context as _, Result};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    admin_token, background::Background, commands::say, config::Config, database, first_start,
    installation::Installation,
};

pub(super) async fn run(config: Config) -> Result<()> {
    let installation = Installation::new(&config, database::open_for_server(&config)?).await?;
    let generated = admin_token::prepare(
        &*installation.store,
        installation.system,
        &*installation.ids,
        config.admin_token.as_deref(),
    )
    .await?;
    let background = Background::new(&installation, &config);
    let services = installation.services(&config, background.signals())?;
    let server = background.serve(&config, &installation, services.clone())?;
    let address = format!("http://{}", server.address);
    say(&format!("listening on {address}"));
    if let Some(token) = generated {
        say(&first_start::welcome(config.public_url.as_deref().unwrap_or(&address), &token));
    }
    let tasks = background.start(&installation, services);
    wait_for_stop().await?;
    tracing::info!("stopping");
    server.stop().await.context("the server did not stop cleanly")?;
    tasks.stop().await;
    installation.sqlite.shutdown();
    tracing::info!("stopped");
    Ok(())
}

/// Waits until the process is asked to end.
async fn wait_for_stop() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for signals")?,
    }
    Ok(())
}
