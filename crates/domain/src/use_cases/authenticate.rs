//! Who is asking. The only place, besides the system's own work, where a scope is made (security T2).

use thiserror::Error;

use crate::{
    access::{ApiKey, Assistant, KeyKind, KeySecret, PermissionSet, Tenant, TenantScope},
    id::Id,
    limit::SYRUS_PLAN,
    ports::StoreError,
    use_cases::{Services, UseCaseError},
};

/// Who was authenticated.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// What they may see.
    pub scope: TenantScope,
    /// What they may do.
    pub permissions: PermissionSet,
    /// The key they used; none for the operator's admin token.
    pub key: Option<ApiKey>,
    /// The key's own plan, else that of its kind (syrus keys), else the tenant's.
    pub plan: String,
}

/// Why a bearer was refused.
#[derive(Debug, Error)]
pub enum AuthenticationError {
    /// It is no well-formed key: the store was not asked.
    #[error("not a well-formed key")]
    Malformed,
    /// No such key.
    #[error("unknown key")]
    Unknown,
    /// The key was revoked.
    #[error("revoked key")]
    Revoked,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// Authenticates a bearer key.
pub async fn authenticate(services: &Services, bearer: &str) -> Result<Principal, AuthenticationError> {
    let (kind, secret) = KeySecret::parse_any(bearer).map_err(|_| AuthenticationError::Malformed)?;
    let found = services.store.find_credential(secret.hash()).await?.ok_or(AuthenticationError::Unknown)?;
    if found.key.kind != kind {
        return Err(AuthenticationError::Unknown);
    }
    if found.key.revoked_at.is_some() {
        return Err(AuthenticationError::Revoked);
    }
    services.key_usage.note(found.key.id, services.clock.now());
    let scope = match kind {
        KeyKind::Test => TenantScope::sandbox(found.tenant.sandbox, found.tenant.id),
        KeyKind::Live | KeyKind::Publishable | KeyKind::Syrus => TenantScope::live(found.tenant.id),
    };
    let plan = match (&found.key.plan, kind) {
        (Some(own), _) => own.clone(),
        (None, KeyKind::Syrus) => SYRUS_PLAN.to_owned(),
        (None, KeyKind::Live | KeyKind::Test | KeyKind::Publishable) => found.tenant.plan,
    };
    Ok(Principal { scope, permissions: found.key.permissions, key: Some(found.key), plan })
}

/// The operator, who has every right on the default tenant. To be called once the admin token was verified.
pub async fn operator(services: &Services) -> Result<Principal, UseCaseError> {
    let tenant = services.store.find_tenant(None).await?.ok_or(UseCaseError::NotFound)?;
    Ok(Principal {
        scope: TenantScope::live(tenant.id),
        permissions: PermissionSet::all(),
        key: None,
        plan: tenant.plan,
    })
}

/// Which tenant a public request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PublicAddress {
    /// The widget's `data-tenant`.
    pub tenant: Option<Id<Tenant>>,
    /// The widget's agent.
    pub assistant: Option<Id<Assistant>>,
}

/// The scope of a request without a key: the tenant it names, or whose assistant it names, else the
/// default one. It gives the right to chat and nothing else (security V1). An assistant beside a
/// tenant must be that tenant's (security T4).
pub async fn public_scope(services: &Services, address: PublicAddress) -> Result<TenantScope, UseCaseError> {
    let PublicAddress { tenant, assistant } = address;
    let found = match assistant {
        Some(assistant) => services.store.find_assistant_tenant(assistant).await?,
        None => services.store.find_tenant(tenant).await?,
    };
    let found = found.filter(|found| tenant.is_none_or(|named| named == found.id));
    found.map(|tenant| TenantScope::live(tenant.id)).ok_or(UseCaseError::NotFound)
}
