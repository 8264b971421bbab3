//! Reading receipts.

use std::{collections::BTreeSet, iter};

use async_trait::async_trait;
use synaptiq_domain::{
    access::TenantScope,
    id::Id,
    lead::Lead,
    ports::{StoreError, store::ReceiptStore},
    receipt::{Receipt, ReceiptKey},
};

use super::MemoryStore;

#[async_trait]
impl ReceiptStore for MemoryStore {
    async fn find_receipt(&self, scope: TenantScope, key: ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        Ok(self.read()?.receipts.get(&(scope.data(), key)).cloned())
    }

    async fn receipts_about(&self, scope: TenantScope, lead: Id<Lead>) -> Result<Vec<ReceiptKey>, StoreError> {
        let rows = self.read()?;
        let of_tenant = rows.receipts.iter().filter(|((tenant, _), _)| *tenant == scope.data());
        let telling = of_tenant.filter(|(_, receipt)| receipt.lead == Some(lead));
        let keys: BTreeSet<ReceiptKey> =
            telling.flat_map(|(_, receipt)| iter::once(receipt.key).chain(receipt.part_of)).collect();
        Ok(keys.into_iter().collect())
    }
}
