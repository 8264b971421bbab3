//! `synaptiq key create | list | rotate | revoke`.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use synaptiq_domain::{
    access::{ApiKey, KeyKind, PermissionSet, TenantScope},
    id::Id,
    use_cases::{CreateKey, CreatedKey, create_key, list_keys, revoke_key, rotate_key},
};

use crate::{cli::KeyCommand, commands::print, config::Config, database, installation::Installation};

pub(super) async fn run(command: KeyCommand, config: &Config) -> Result<()> {
    let installation = Installation::new(config, database::open_or_create(config)?).await?;
    let services = installation.command_services(config)?;
    match command {
        KeyCommand::Create { kind, scopes, name, plan, tenant, output } => {
            let (_, scope) = installation.tenant(tenant.as_deref()).await?;
            let permissions: PermissionSet = scopes.parse()?;
            let command = CreateKey { name, kind: KeyKind::from(kind), permissions, plan };
            print(output, &with_secret(&create_key(&services, scope, PermissionSet::all(), command, None).await?));
        }
        KeyCommand::List { tenant, output } => {
            let (_, scope) = installation.tenant(tenant.as_deref()).await?;
            print(output, &list_keys(&services, scope).await?.iter().map(record).collect());
        }
        KeyCommand::Rotate { key, output } => {
            let (id, scope) = named(&installation, &key).await?;
            print(output, &with_secret(&rotate_key(&services, scope, PermissionSet::all(), id, None).await?));
        }
        KeyCommand::Revoke { key, output } => {
            let (id, scope) = named(&installation, &key).await?;
            print(output, &record(&revoke_key(&services, scope, id, None).await?));
        }
    }
    Ok(())
}

/// A key by its id, in any tenant.
async fn named(installation: &Installation, text: &str) -> Result<(Id<ApiKey>, TenantScope)> {
    let id = Id::parse(text).with_context(|| format!("'{text}' is not a key's id"))?;
    let key = installation.store.find_key(installation.system, id).await?.context("there is no such key")?;
    Ok((key.id, TenantScope::live(key.tenant)))
}

fn with_secret(created: &CreatedKey) -> Value {
    let mut record = record(&created.key);
    record["key"] = json!(created.secret.reveal());
    record
}

fn record(key: &ApiKey) -> Value {
    json!({
        "id": key.id.prefixed(),
        "key": key.hint(),
        "kind": key.kind.as_str(),
        "name": key.name,
        "scopes": key.permissions.iter().map(synaptiq_domain::access::Permission::as_str).collect::<Vec<_>>(),
        "plan": key.plan,
        "createdAt": key.created_at.rfc3339_millis(),
        "lastUsedAt": key.last_used_at.map(synaptiq_domain::time::Timestamp::rfc3339_millis),
        "revokedAt": key.revoked_at.map(synaptiq_domain::time::Timestamp::rfc3339_millis),
    })
}
