//! Reading tenants, keys and who they belong to.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    access::{ApiKey, Assistant, Member, Tenant, TenantScope},
    id::Id,
    ports::StoreError,
    webhook::Endpoint,
};

/// What every use case needs to know of a tenant, cached until the generation moves.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantView {
    /// The content tenant: its settings apply.
    pub tenant: Tenant,
    /// Its assistants, oldest first; exactly one is the default.
    pub assistants: Vec<Assistant>,
    /// Its members, oldest first; at least one.
    pub members: Vec<Member>,
    /// The data tenant's endpoints, newest first.
    pub endpoints: Vec<Endpoint>,
}

impl TenantView {
    /// The assistant that serves requests that name none.
    pub fn default_assistant(&self) -> &Assistant {
        self.assistants
            .iter()
            .find(|assistant| assistant.is_default)
            .or(self.assistants.first())
            .expect("a tenant has an assistant")
    }

    /// An assistant by id.
    pub fn assistant(&self, id: Id<Assistant>) -> Option<&Assistant> {
        self.assistants.iter().find(|assistant| assistant.id == id)
    }
}

/// A key that was presented, with the scope it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// The key; it may be revoked.
    pub key: ApiKey,
    /// Its tenant.
    pub tenant: Tenant,
}

/// Reads tenants and keys.
///
/// Promises: what a commit changed is seen by the next read of the same process, and within 1 s by
/// other processes.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// The key with this hash, in any tenant: the one look-up without a scope.
    async fn find_credential(&self, hash: [u8; 32]) -> Result<Option<Credential>, StoreError>;

    /// A tenant by its public id (the widget's `data-tenant`), or the default one.
    async fn find_tenant(&self, id: Option<Id<Tenant>>) -> Result<Option<Tenant>, StoreError>;

    /// A tenant by the id of one of its assistants (the widget's `agentId`).
    async fn find_assistant_tenant(&self, id: Id<Assistant>) -> Result<Option<Tenant>, StoreError>;

    /// What every use case needs to know; `None` if the tenant is gone.
    async fn tenant_view(&self, scope: TenantScope) -> Result<Option<Arc<TenantView>>, StoreError>;

    /// Every key of the content tenant, newest first.
    async fn list_keys(&self, scope: TenantScope) -> Result<Vec<ApiKey>, StoreError>;
}
