//! `synaptiq tenant create | list | set`.

use anyhow::Result;
use serde_json::json;
use synaptiq_domain::{
    access::{Tenant, WidgetPosition, WidgetSettings, WidgetTheme},
    use_cases::{CreateTenant, create_tenant, set_plan, set_widget},
};

use crate::{
    cli::TenantCommand,
    commands::print,
    config::{Config, check_plan},
    database,
    installation::Installation,
};

pub(super) async fn run(command: TenantCommand, config: &Config) -> Result<()> {
    let installation = Installation::new(config, database::open_or_create(config)?).await?;
    let services = installation.command_services(config)?;
    match command {
        TenantCommand::Create { name, plan, output } => {
            let plan = plan.map_or_else(|| Ok(config.plan.clone()), |plan| check_plan(&plan))?;
            let tenant = create_tenant(&services, CreateTenant { name, plan, is_default: false }).await?;
            print(output, &record(&tenant));
        }
        TenantCommand::List(output) => {
            let tenants = services.store.list_tenants(installation.system).await?;
            print(output, &tenants.iter().map(record).collect());
        }
        TenantCommand::Set { tenant, plan, widget_theme, widget_accent, widget_position, widget_ai_notice, output } => {
            let (mut tenant, scope) = installation.tenant(Some(&tenant)).await?;
            let plan = plan.map(|plan| check_plan(&plan)).transpose()?;
            if let Some(plan) = plan {
                tenant = set_plan(&services, scope, &plan).await?;
            }
            let theme = WidgetTheme::ALL.into_iter().find(|theme| widget_theme.as_deref() == Some(theme.as_str()));
            let position = WidgetPosition::ALL.into_iter().find(|at| widget_position.as_deref() == Some(at.as_str()));
            let change = |widget: &mut WidgetSettings| {
                widget.theme = theme.unwrap_or(widget.theme);
                widget.accent = widget_accent.unwrap_or(widget.accent);
                widget.position = position.unwrap_or(widget.position);
                widget.ai_notice = widget_ai_notice.unwrap_or(widget.ai_notice);
            };
            let mut widget = tenant.settings.widget.clone();
            change(&mut widget);
            if widget != tenant.settings.widget {
                tenant = set_widget(&services, scope, change).await?;
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
        "widget": tenant.settings.widget,
        "createdAt": tenant.created_at.rfc3339_millis(),
    })
}
