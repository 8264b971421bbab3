//! `synaptiq tenant create | list | set`.

use anyhow::Result;
use serde_json::json;
use synaptiq_domain::{
    access::Tenant,
    use_cases::{CreateTenant, create_tenant, set_plan},
};

use crate::{cli::TenantCommand, commands::print, config::Config, database, installation::Installation};

pub(super) async fn run(command: TenantCommand, config: &Config) -> Result<()> {
    let installation = Installation::new(config, database::open_or_create(config)?).await?;
    let services = installation.command_services(config)?;
    match command {
        TenantCommand::Create { name, plan, output } => {
            let plan = plan.unwrap_or_else(|| config.plan.clone());
            let tenant = create_tenant(&services, CreateTenant { name, plan, is_default: false }).await?;
            print(output, &record(&tenant));
        }
        TenantCommand::List(output) => {
            let tenants = services.store.list_tenants(installation.system).await?;
            print(output, &tenants.iter().map(record).collect());
        }
        TenantCommand::Set { tenant, plan, output } => {
            let (_, scope) = installation.tenant(Some(&tenant)).await?;
            print(output, &record(&set_plan(&services, scope, &plan).await?));
        }
    }
    Ok(())
}

fn record(tenant: &Tenant) -> serde_json::Value {
    json!({
        "id": tenant.id.prefixed(),
        "name": tenant.name,
        "plan": tenant.plan,
        "isDefault": tenant.is_default,
        "createdAt": tenant.created_at.rfc3339_millis(),
    })
}
