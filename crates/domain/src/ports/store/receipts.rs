//! Reading receipts.

use async_trait::async_trait;

use crate::{
    access::TenantScope,
    id::Id,
    lead::Lead,
    ports::StoreError,
    receipt::{Receipt, ReceiptKey},
};

/// Reads receipts of the scope's data tenant.
#[async_trait]
pub trait ReceiptStore: Send + Sync {
    /// The receipt with this key, whatever its age.
    async fn find_receipt(&self, scope: TenantScope, key: ReceiptKey) -> Result<Option<Receipt>, StoreError>;

    /// The keys of every receipt that tells of a lead, in their order: of those that name it, and of
    /// the wholes that these are parts of, kept already or not. What is erased with the lead.
    async fn receipts_about(&self, scope: TenantScope, lead: Id<Lead>) -> Result<Vec<ReceiptKey>, StoreError>;
}
