//! `synaptiq tenant create | list | set`.

use anyhow::Result;
use serde_json::json;
use synaptiq_domain::{
    access::Tenant,
    use_cases::{CreateTenant, create_tenant, set_allowed_origins, set_plan, set_retention, set_widget},
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
        TenantCommand::Set { tenant, plan, allowed_origin, any_origin, widget, keep, output } => {
            let (mut tenant, scope) = installation.tenant(Some(&tenant)).await?;
            // The plan first: of a plan that is unknown nothing is done at all.
            if let Some(plan) = plan {
                tenant = set_plan(&services, scope, &plan).await?;
            }
            if any_origin || !allowed_origin.is_empty() {
                tenant = set_allowed_origins(&services, scope, &allowed_origin).await?;
            }
            if widget.is_named() {
                tenant = set_widget(&services, scope, |settings| widget.apply(settings)).await?;
            }
            if keep.is_named() {
                tenant = set_retention(&services, scope, |retention| keep.apply(retention)).await?;
            }
            print(output, &record(&tenant));
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
        "allowedOrigins": tenant.settings.allowed_origins,
        "widget": tenant.settings.widget,
        "retention": {
            "leadsAfterDays": tenant.settings.retention.leads_after_days,
            "conversationsAfterDays": tenant.settings.retention.conversations_after_days,
        },
        "createdAt": tenant.created_at.rfc3339_millis(),
    })
}
