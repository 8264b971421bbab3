//! Reading receipts.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    ports::StoreError,
    receipt::{Receipt, ReceiptKey},
};

/// Reads receipts of the scope's data tenant.
#[async_trait]
pub trait ReceiptStore: Send + Sync {
    /// The receipt with this key, whatever its age.
    async fn find_receipt(&self, scope: TenantScope, key: ReceiptKey) -> Result<Option<Receipt>, StoreError>;
}
