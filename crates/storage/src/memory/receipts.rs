//! Reading receipts.

use async_trait::async_trait;
use synaptiq_domain::{
    access::TenantScope,
    ports::{StoreError, store::ReceiptStore},
    receipt::{Receipt, ReceiptKey},
};

use super::MemoryStore;

#[async_trait]
impl ReceiptStore for MemoryStore {
    async fn find_receipt(&self, scope: TenantScope, key: ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        Ok(self.read()?.receipts.get(&(scope.data(), key)).cloned())
    }
}
