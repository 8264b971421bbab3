//! What time does by itself: conversations expire, old answers and bodies go.

use time::Duration;

use crate::{
    access::{SystemScope, TenantScope},
    conversation::{Conversation, ConversationStatus},
    id::Id,
    receipt::RECEIPT_LIFETIME,
    use_cases::{
        Services, UseCaseError,
        conversation_actions::{change, ended},
    },
};

/// How much one sweep does at most; the rest waits for the next.
const A_SWEEP: u32 = 200;
/// How long the bodies of delivered events are kept.
const DELIVERED_KEPT: Duration = Duration::days(30);
/// How long the bodies of failed ones are.
const FAILED_KEPT: Duration = Duration::days(90);

/// Expires active conversations that have been silent for too long, each with its event. Says how many.
pub async fn expire_idle_conversations(services: &Services, system: SystemScope) -> Result<u32, UseCaseError> {
    let idle = services.store.idle_conversations(system, services.idle_since(), A_SWEEP).await?;
    let mut expired = 0;
    for (scope, id) in idle {
        match expire(services, scope, id).await {
            Ok(()) => expired += 1,
            // It was deleted or its tenant is gone: nothing is left to expire.
            Err(UseCaseError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(expired)
}

async fn expire(services: &Services, scope: TenantScope, id: Id<Conversation>) -> Result<(), UseCaseError> {
    let view = services.view(scope).await?;
    change(services, scope, &view, id, |file, outbox, now| {
        // The visitor may have written since the list was made.
        let is_idle = file.conversation.status == ConversationStatus::Active
            && file.conversation.last_message_at < services.idle_since();
        if is_idle {
            let after = ended(services, &view, file, ConversationStatus::Expired, outbox, now);
            outbox.conversation(Some(file.conversation.clone()), after);
        }
        Ok(())
    })
    .await
}

/// Deletes kept answers after a day and deliveries after their time, and notes when keys were used.
pub async fn sweep_old(services: &Services, system: SystemScope) -> Result<(), UseCaseError> {
    let now = services.clock.now();
    services.store.sweep_receipts(system, now.plus(-RECEIPT_LIFETIME), A_SWEEP).await?;
    services.store.sweep_deliveries(system, now.plus(-DELIVERED_KEPT), now.plus(-FAILED_KEPT), A_SWEEP).await?;
    let used = services.key_usage.take();
    if !used.is_empty() {
        services.store.touch_keys(system, &used).await?;
    }
    Ok(())
}
