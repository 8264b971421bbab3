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

/// How many slices one sweep does at most, so that a stop never waits long for it.
const SLICES: u32 = 100;

/// Expires active conversations that have been silent for too long, each with its event. Says how
/// many. One that cannot be expired keeps no other from it; the first such failure is the answer.
pub async fn expire_idle_conversations(services: &Services, system: SystemScope) -> Result<u32, UseCaseError> {
    let idle = services.store.idle_conversations(system, services.idle_since(), A_SWEEP).await?;
    let mut expired = 0;
    let mut failed = None;
    for (scope, id) in idle {
        match expire(services, scope, id).await {
            Ok(()) => expired += 1,
            // It was deleted or its tenant is gone: nothing is left to expire.
            Err(UseCaseError::NotFound) => {}
            Err(UseCaseError::StorageFull) => return Err(UseCaseError::StorageFull),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(expired), Err)
}

async fn expire(services: &Services, scope: TenantScope, id: Id<Conversation>) -> Result<(), UseCaseError> {
    change(services, scope, id, |view, file, outbox, now| {
        // The visitor may have written since the list was made.
        let is_idle = file.conversation.status == ConversationStatus::Active
            && file.conversation.last_message_at < services.idle_since();
        if is_idle {
            let after = ended(services, view, file, ConversationStatus::Expired, outbox, now);
            outbox.conversation(Some(file.conversation.clone()), after);
        }
        Ok(())
    })
    .await
}

/// Deletes kept answers after a day, deliveries and the operator's logins after their time, the
/// secrets of visitors' days that are over, and notes when keys were used.
pub async fn sweep_old(services: &Services, system: SystemScope) -> Result<(), UseCaseError> {
    let now = services.clock.now();
    for _ in 0..SLICES {
        let receipts = services.store.sweep_receipts(system, now.plus(-RECEIPT_LIFETIME), A_SWEEP).await?;
        let (delivered, failed) = (now.plus(-DELIVERED_KEPT), now.plus(-FAILED_KEPT));
        let deliveries = services.store.sweep_deliveries(system, delivered, failed, A_SWEEP).await?;
        let sessions = services.store.sweep_operator_sessions(system, now, A_SWEEP).await?;
        if receipts < A_SWEEP && deliveries < A_SWEEP && sessions < A_SWEEP {
            break;
        }
    }
    services.store.delete_visit_keys(now.day()).await?;
    let used = services.key_usage.take();
    if !used.is_empty() {
        services.store.touch_keys(system, &used).await?;
    }
    Ok(())
}
