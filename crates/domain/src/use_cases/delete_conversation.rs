//! Deleting a conversation with its messages and the evidence in it; its lead is scored anew.

use crate::{
    access::TenantScope,
    changes::Change,
    conversation::Conversation,
    id::Id,
    ports::{StoreError, store::TurnKey},
    qualification::Qualification,
    use_cases::{LaneKey, Recording, Services, UseCaseError, outbox::Outbox, services::TRIES},
};

/// Deletes a conversation; answers with its id.
pub async fn delete_conversation(
    services: &Services,
    scope: TenantScope,
    id: Id<Conversation>,
    recording: Option<&Recording<'_, Id<Conversation>>>,
) -> Result<Id<Conversation>, UseCaseError> {
    let mut lanes = vec![LaneKey::new("conversation", (scope.data().bits(), id.bits()))];
    for _ in 0..TRIES {
        let view = services.view(scope).await?;
        let guard = services.lanes.enter(lanes.iter().copied()).await.map_err(|_| UseCaseError::Busy)?;
        let key = TurnKey { conversation: Some(id), ..TurnKey::default() };
        let file = services.store.load_turn(scope, &key).await?.conversation.ok_or(UseCaseError::NotFound)?;
        if let Some(lead) = &file.lead {
            let lane = LaneKey::new("lead", (scope.data().bits(), lead.id.bits()));
            if !guard.holds(&[lane]) {
                lanes.push(lane);
                continue;
            }
        }
        let now = services.clock.now();
        let mut outbox = Outbox::new(services, scope, &view, now);
        if let Some(before) = file.lead {
            let left: Vec<_> = file.evidence.iter().filter(|piece| piece.conversation != id).cloned().collect();
            let mut after = before.clone();
            after.apply(&Qualification::of(&left, &after.adjustments, &view.tenant.settings), false, now);
            outbox.lead(Some(before), after, None, None);
        }
        outbox.changes.conversations.push(Change::deleted(file.conversation));
        outbox.changes.receipt = recording.map(|recording| recording.answered(&id, None, None, now));
        match outbox.commit().await {
            Ok(()) => return Ok(id),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}
