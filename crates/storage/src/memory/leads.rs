//! Reading leads.

use async_trait::async_trait;
use synaptiq_domain::{
    access::{Tenant, TenantScope},
    id::Id,
    lead::{Lead, LeadQuery},
    paging::{Page, Position},
    ports::{
        StoreError,
        store::{LeadFile, LeadHistory, LeadKey, LeadStore},
    },
    text::Email,
};

use super::{MemoryStore, rows::Rows};

#[async_trait]
impl LeadStore for MemoryStore {
    async fn load_lead(&self, scope: TenantScope, key: &LeadKey) -> Result<Option<LeadFile>, StoreError> {
        let (rows, tenant) = (self.read()?, scope.data());
        Ok(match key {
            LeadKey::Id(id) => rows.survivor(tenant, *id).map(|lead| rows.lead_file(tenant, lead)),
            LeadKey::Email(email) => rows.lead_file_by_email(tenant, email),
        })
    }

    async fn load_lead_history(
        &self,
        scope: TenantScope,
        id: Id<Lead>,
        conversations: u32,
    ) -> Result<Option<LeadHistory>, StoreError> {
        let (rows, tenant) = (self.read()?, scope.data());
        Ok(rows.survivor(tenant, id).map(|lead| LeadHistory {
            file: rows.lead_file(tenant, lead),
            conversations: rows.recent_conversations(tenant, lead.id, conversations),
        }))
    }

    async fn find_lead(&self, scope: TenantScope, id: Id<Lead>) -> Result<Option<Lead>, StoreError> {
        Ok(self.read()?.survivor(scope.data(), id).cloned())
    }

    async fn list_leads(&self, scope: TenantScope, query: &LeadQuery) -> Result<Page<Lead>, StoreError> {
        let rows = self.read()?;
        let tenant = scope.data();
        let assistants_of = |lead: &Lead| -> Vec<_> {
            let theirs = rows.conversations.of_tenant(tenant).filter(|row| row.lead == Some(lead.id));
            theirs.map(|row| row.assistant).collect()
        };
        let matching = rows
            .leads
            .of_tenant(tenant)
            .filter(|lead| query.matches(lead))
            .filter(|lead| query.spoke_with.is_none() || query.matches_assistants(&assistants_of(lead)))
            .cloned()
            .collect();
        Ok(Page::of_all(matching, query.order, query.paging, |lead| Position::new(query.sort.value_of(lead), lead.id)))
    }
}

impl Rows {
    fn lead_file(&self, tenant: Id<Tenant>, lead: &Lead) -> LeadFile {
        LeadFile { lead: lead.clone(), evidence: self.evidence_of(tenant, lead.id) }
    }

    pub(super) fn lead_file_by_email(&self, tenant: Id<Tenant>, email: &Email) -> Option<LeadFile> {
        let id = self.addresses.get(&(tenant, email.folded()))?;
        Some(self.lead_file(tenant, self.leads.get(&(tenant, *id))?))
    }
}
