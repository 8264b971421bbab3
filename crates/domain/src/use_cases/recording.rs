//! Keeping the answer with the write, so that a retry is answered and never done again.

use crate::{
    access::TenantScope,
    changes::Changes,
    conversation::Conversation,
    id::Id,
    lead::Lead,
    receipt::{Fingerprint, Receipt, ReceiptKey, ReceiptState},
    time::Timestamp,
    use_cases::{Services, UseCaseError},
};

/// A caller's wish that the answer be kept. `render` is given by the HTTP layer: from the outcome
/// to the sealed bytes of the answer. It is pure, because it runs inside the decision.
pub struct Recording<'a, O> {
    /// What the receipt is found by.
    pub key: ReceiptKey,
    /// Which request it answers.
    pub fingerprint: Fingerprint,
    /// From the outcome to the sealed answer.
    pub render: &'a (dyn Fn(&O) -> Vec<u8> + Send + Sync),
    /// What an earlier life of this request left behind, unsealed: it has begun and not ended.
    pub resume: Option<Vec<u8>>,
    /// The receipt of the whole request, where this is a part of one.
    pub part_of: Option<ReceiptKey>,
}

impl<O> Recording<'_, O> {
    /// The receipt of a write that is done with this commit.
    pub(crate) fn answered(
        &self,
        outcome: &O,
        lead: Option<Id<Lead>>,
        conversation: Option<Id<Conversation>>,
        now: Timestamp,
    ) -> Receipt {
        Receipt {
            key: self.key,
            fingerprint: self.fingerprint,
            state: ReceiptState::Answered { sealed: (self.render)(outcome) },
            lead,
            conversation,
            part_of: self.part_of,
            created_at: now,
        }
    }
}

/// Keeps a refusal that the operation itself gave (404, 409, 422), so that a retry gets the same.
pub async fn record_refusal(
    services: &Services,
    scope: TenantScope,
    key: ReceiptKey,
    fingerprint: Fingerprint,
    sealed: Vec<u8>,
) -> Result<(), UseCaseError> {
    let receipt = Receipt {
        key,
        fingerprint,
        state: ReceiptState::Answered { sealed },
        lead: None,
        conversation: None,
        part_of: None,
        created_at: services.clock.now(),
    };
    services.store.commit(scope, Changes { receipt: Some(receipt), ..Changes::default() }).await?;
    Ok(())
}
