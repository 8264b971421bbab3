//! Reading tenants, keys and who they belong to.

use std::{cmp::Reverse, sync::Arc};

use async_trait::async_trait;
use synaptiq_domain::{
    access::{ApiKey, Assistant, Tenant, TenantScope},
    id::Id,
    ports::{
        StoreError,
        store::{AccessStore, Credential, TenantView},
    },
};

use super::MemoryStore;

#[async_trait]
impl AccessStore for MemoryStore {
    async fn find_credential(&self, hash: [u8; 32]) -> Result<Option<Credential>, StoreError> {
        let rows = self.read()?;
        let key = rows.hashes.get(&hash).and_then(|id| rows.keys.get(id));
        Ok(key.and_then(|key| {
            let tenant = rows.tenants.get(&key.tenant)?.clone();
            Some(Credential { key: key.clone(), tenant })
        }))
    }

    async fn find_tenant(&self, id: Option<Id<Tenant>>) -> Result<Option<Tenant>, StoreError> {
        let rows = self.read()?;
        Ok(match id {
            Some(id) => rows.tenants.get(&id).cloned(),
            None => rows.tenants.values().find(|tenant| tenant.is_default).cloned(),
        })
    }

    async fn find_assistant_tenant(&self, id: Id<Assistant>) -> Result<Option<Tenant>, StoreError> {
        let rows = self.read()?;
        let owner = rows.assistants.iter().find(|((_, assistant), _)| *assistant == id).map(|((tenant, _), _)| *tenant);
        Ok(owner.and_then(|tenant| rows.tenants.get(&tenant)).cloned())
    }

    async fn tenant_view(&self, scope: TenantScope) -> Result<Option<Arc<TenantView>>, StoreError> {
        let rows = self.read()?;
        let Some(tenant) = rows.tenants.get(&scope.content()).cloned() else { return Ok(None) };
        let mut assistants: Vec<_> = rows.assistants.of_tenant(scope.content()).cloned().collect();
        assistants.sort_by_key(|assistant| (assistant.created_at, assistant.id));
        let mut members: Vec<_> = rows.members.of_tenant(scope.content()).cloned().collect();
        members.sort_by_key(|member| (member.created_at, member.id));
        let endpoints = rows.endpoints_of(scope.data());
        Ok(Some(Arc::new(TenantView { tenant, assistants, members, endpoints })))
    }

    async fn list_keys(&self, scope: TenantScope) -> Result<Vec<ApiKey>, StoreError> {
        let rows = self.read()?;
        let mut keys: Vec<_> = rows.keys.values().filter(|key| key.tenant == scope.content()).cloned().collect();
        keys.sort_by_key(|key| Reverse((key.created_at, key.id)));
        Ok(keys)
    }
}
