//! Tenants that were made up to be looked at: marked, so that nothing else is ever removed with them.

use crate::{
    access::{Tenant, TenantScope},
    changes::{Change, Changes},
    conversation::ConversationQuery,
    lead::LeadQuery,
    paging::Paging,
    ports::StoreError,
    use_cases::{CreateTenant, Services, UseCaseError, create_tenant, services::TRIES, tenants::change_tenant},
};

/// How many leads or conversations one commit removes: no unit holds the writer for long.
const PART: u32 = 50;

/// Makes a tenant and marks it.
pub async fn create_demo_tenant(services: &Services, command: CreateTenant) -> Result<Tenant, UseCaseError> {
    let tenant = create_tenant(services, command).await?;
    change_tenant(services, TenantScope::live(tenant.id), |tenant| tenant.settings.demo = true).await
}

/// Removes a marked tenant with everything of it; a conflict for any other. Cut short it leaves a marked
/// tenant, which can be removed again.
pub async fn drop_demo_tenant(services: &Services, scope: TenantScope) -> Result<(), UseCaseError> {
    let tenant = services.store.find_tenant(Some(scope.content())).await?.ok_or(UseCaseError::NotFound)?;
    if !tenant.settings.demo || tenant.is_default {
        let message = "the tenant was not made by `demo load`".to_owned();
        return Err(UseCaseError::Conflict { message, existing: Some(tenant.id.prefixed()) });
    }
    let paging = Paging::Page { page: 1, limit: PART };
    loop {
        let query = ConversationQuery { paging, ..ConversationQuery::default() };
        let found = services.store.list_conversations(scope, &query).await?.items;
        if found.is_empty() {
            break;
        }
        let conversations = found.into_iter().map(Change::deleted).collect();
        try_commit(services, scope, Changes { conversations, ..Changes::default() }).await?;
    }
    loop {
        let query = LeadQuery { paging, include_archived: true, ..LeadQuery::default() };
        let found = services.store.list_leads(scope, &query).await?.items;
        if found.is_empty() {
            break;
        }
        let leads = found.into_iter().map(Change::deleted).collect();
        try_commit(services, scope, Changes { leads, ..Changes::default() }).await?;
    }
    for _ in 0..TRIES {
        let Some(tenant) = services.store.find_tenant(Some(scope.content())).await? else { return Ok(()) };
        let changes = Changes { tenants: vec![Change::deleted(tenant)], ..Changes::default() };
        match services.store.commit(scope, changes).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

/// Somebody may work on a part meanwhile; then it is read again.
async fn try_commit(services: &Services, scope: TenantScope, changes: Changes) -> Result<(), UseCaseError> {
    match services.store.commit(scope, changes).await {
        Ok(()) | Err(StoreError::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
