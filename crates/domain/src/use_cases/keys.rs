//! Making, rotating and revoking API keys (contract § 3).

use crate::{
    access::{ApiKey, KeyKind, KeySecret, Permission, PermissionSet, TenantScope},
    changes::{Change, Changes},
    id::Id,
    ports::StoreError,
    text::bounded,
    use_cases::{Principal, Recording, Services, UseCaseError, known_plan, services::TRIES},
};

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateKey {
    /// 1 to 100 characters.
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// What it may do; a publishable key chats and nothing else.
    pub permissions: PermissionSet,
    /// The plan whose limits apply, if not the tenant's.
    pub plan: Option<String>,
}

/// A key with its secret, to be shown once.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedKey {
    /// As committed.
    pub key: ApiKey,
    /// The whole key.
    pub secret: KeySecret,
}

/// Every key of the tenant, newest first, with its last use, be it written already or not.
pub async fn list_keys(services: &Services, scope: TenantScope) -> Result<Vec<ApiKey>, UseCaseError> {
    let mut keys = services.store.list_keys(scope).await?;
    for key in &mut keys {
        key.last_used_at = key.last_used_at.max(services.key_usage.noted(key.id));
    }
    Ok(keys)
}

/// Makes a key. `maker` is what whoever makes it may do: a key gives no right that its maker lacks.
pub async fn create_key(
    services: &Services,
    scope: TenantScope,
    maker: PermissionSet,
    command: CreateKey,
    recording: Option<&Recording<'_, CreatedKey>>,
) -> Result<CreatedKey, UseCaseError> {
    may_change_content(scope)?;
    let name = bounded(&command.name, 100).map_err(|error| UseCaseError::invalid("name", &error))?;
    let chat_only: PermissionSet = [Permission::ChatWrite].into_iter().collect();
    let permissions = if command.kind == KeyKind::Publishable { chat_only } else { command.permissions };
    if permissions == PermissionSet::NONE {
        return Err(UseCaseError::Invalid { param: "scopes", message: "must name at least one scope".to_owned() });
    }
    gives_no_more(permissions, maker)?;
    if let Some(plan) = &command.plan {
        known_plan(services, plan)?;
    }
    let secret = KeySecret::new(command.kind.prefix(), services.ids.secret());
    let now = services.clock.now();
    let key = ApiKey {
        id: services.ids.id(),
        tenant: scope.content(),
        kind: command.kind,
        name,
        permissions,
        hash: secret.hash(),
        tail: secret.tail(),
        plan: command.plan,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    let created = CreatedKey { key: key.clone(), secret };
    let receipt = recording.map(|recording| recording.answered(&created, None, None, now));
    services.store.commit(scope, Changes { keys: vec![Change::created(key)], receipt, ..Changes::default() }).await?;
    Ok(created)
}

/// Whether whoever makes a key may give it a plan of its own: one that lets in no more than their
/// own does, unless they are the operator.
pub fn may_give_plan(services: &Services, maker: &Principal, plan: &str) -> Result<(), UseCaseError> {
    let plan = known_plan(services, plan)?;
    let own = services.settings.plans.find(&maker.plan).unwrap_or(services.settings.plans.usual());
    if maker.key.is_none() || plan.is_within(own) {
        Ok(())
    } else {
        Err(UseCaseError::Forbidden("a key cannot have a plan that lets in more than its maker's"))
    }
}

/// Gives a key a new secret; the old one is refused from the next request on. `maker` as for
/// [`create_key`], because the new secret is theirs to read.
pub async fn rotate_key(
    services: &Services,
    scope: TenantScope,
    maker: PermissionSet,
    id: Id<ApiKey>,
    recording: Option<&Recording<'_, CreatedKey>>,
) -> Result<CreatedKey, UseCaseError> {
    for _ in 0..TRIES {
        let before = find(services, scope, id).await?;
        if before.revoked_at.is_some() {
            return Err(UseCaseError::Conflict { message: "the key is revoked".to_owned(), existing: None });
        }
        gives_no_more(before.permissions, maker)?;
        let secret = KeySecret::new(before.kind.prefix(), services.ids.secret());
        let key = ApiKey { hash: secret.hash(), tail: secret.tail(), last_used_at: None, ..before.clone() };
        let created = CreatedKey { key: key.clone(), secret };
        let receipt = recording.map(|recording| recording.answered(&created, None, None, services.clock.now()));
        let changes = Changes { keys: vec![Change::updated(before, key)], receipt, ..Changes::default() };
        match services.store.commit(scope, changes).await {
            Ok(()) => return Ok(created),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

/// Revokes a key: it is refused from the next request on. Revoking twice changes nothing.
pub async fn revoke_key(
    services: &Services,
    scope: TenantScope,
    id: Id<ApiKey>,
    recording: Option<&Recording<'_, ApiKey>>,
) -> Result<ApiKey, UseCaseError> {
    for _ in 0..TRIES {
        let before = find(services, scope, id).await?;
        let now = services.clock.now();
        let after = ApiKey { revoked_at: before.revoked_at.or(Some(now)), ..before.clone() };
        let receipt = recording.map(|recording| recording.answered(&after, None, None, now));
        let changes = Changes { keys: vec![Change::updated(before, after.clone())], receipt, ..Changes::default() };
        match services.store.commit(scope, changes).await {
            Ok(()) => return Ok(after),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

async fn find(services: &Services, scope: TenantScope, id: Id<ApiKey>) -> Result<ApiKey, UseCaseError> {
    may_change_content(scope)?;
    services.store.list_keys(scope).await?.into_iter().find(|key| key.id == id).ok_or(UseCaseError::NotFound)
}

fn gives_no_more(permissions: PermissionSet, maker: PermissionSet) -> Result<(), UseCaseError> {
    if permissions.iter().all(|permission| maker.contains(permission)) {
        Ok(())
    } else {
        Err(UseCaseError::Forbidden("a key cannot have scopes that its maker lacks"))
    }
}

pub(crate) fn may_change_content(scope: TenantScope) -> Result<(), UseCaseError> {
    if scope.may_change_content() {
        Ok(())
    } else {
        Err(UseCaseError::Forbidden("a test key cannot change settings or knowledge"))
    }
}
