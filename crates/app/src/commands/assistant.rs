//! `synaptiq assistant create | list`.

use anyhow::{Context as _, Result};
use serde_json::json;
use synaptiq_domain::{access::Assistant, use_cases::create_assistant};

use crate::{cli::AssistantCommand, commands::print, config::Config, database, installation::Installation};

pub(super) async fn run(command: AssistantCommand, config: &Config) -> Result<()> {
    let installation = Installation::new(config, database::open_or_create(config)?).await?;
    let services = installation.command_services(config)?;
    match command {
        AssistantCommand::Create { name, slug, tenant, output } => {
            let (_, scope) = installation.tenant(tenant.as_deref()).await?;
            print(output, &record(&create_assistant(&services, scope, &name, slug.as_deref()).await?));
        }
        AssistantCommand::List { tenant, output } => {
            let (_, scope) = installation.tenant(tenant.as_deref()).await?;
            let view = services.store.tenant_view(scope).await?.context("there is no such tenant")?;
            print(output, &view.assistants.iter().map(record).collect());
        }
    }
    Ok(())
}

fn record(assistant: &Assistant) -> serde_json::Value {
    json!({
        "id": assistant.id.prefixed(),
        "slug": assistant.slug.as_str(),
        "name": assistant.name,
        "isDefault": assistant.is_default,
        "createdAt": assistant.created_at.rfc3339_millis(),
    })
}
