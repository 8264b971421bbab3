//! Changing a lead by hand (contract § 6).

use crate::{
    access::TenantScope,
    id::Id,
    lead::{Lead, LeadPatch, LeadStatus},
    ports::{StoreError, store::LeadKey},
    qualification::Qualification,
    use_cases::{LaneKey, Recording, Services, UseCaseError, outbox::Outbox, services::TRIES},
};

/// Changes a lead; answers with it as committed.
///
/// An address that another lead has is a conflict; the last contact detail cannot be cleared.
pub async fn patch_lead(
    services: &Services,
    scope: TenantScope,
    id: Id<Lead>,
    patch: LeadPatch,
    recording: Option<&Recording<'_, Lead>>,
) -> Result<Lead, UseCaseError> {
    let new_email = patch.email.clone().flatten();
    let mut lanes = vec![LaneKey::new("lead", (scope.data().bits(), id.bits()))];
    lanes.extend(new_email.iter().map(|email| LaneKey::new("email", (scope.data().bits(), email.folded()))));
    for _ in 0..TRIES {
        let view = services.view(scope).await?;
        if let Some(Some(member)) = patch.assigned_to
            && !view.members.iter().any(|known| known.id == member)
        {
            return Err(UseCaseError::Invalid { param: "assignedTo", message: "names no member".to_owned() });
        }
        let guard = services.lanes.enter(lanes.iter().copied()).await.map_err(|_| UseCaseError::Busy)?;
        let file = services.store.load_lead(scope, &LeadKey::Id(id)).await?.ok_or(UseCaseError::NotFound)?;
        // The id of an absorbed lead names the survivor, which has a lane of its own.
        let lane = LaneKey::new("lead", (scope.data().bits(), file.lead.id.bits()));
        if !guard.holds(&[lane]) {
            lanes.push(lane);
            continue;
        }
        if file.lead.erased_at.is_some() {
            return Err(UseCaseError::Conflict { message: "the person was erased".to_owned(), existing: None });
        }
        if let Some(email) = &new_email
            && let Some(other) = services.store.load_lead(scope, &LeadKey::Email(email.clone())).await?
            && other.lead.id != file.lead.id
        {
            return Err(UseCaseError::Conflict {
                message: "another lead has this e-mail".to_owned(),
                existing: Some(other.lead.id.prefixed()),
            });
        }
        let now = services.clock.now();
        let mut after = file.lead.clone();
        let adjustments = patch.adjustments.as_deref().unwrap_or(&after.adjustments);
        let found = Qualification::of(&file.evidence, adjustments, &view.tenant.settings);
        let spoke = after.status_history.iter().any(|step| step.status == LeadStatus::Qualifying);
        after.patch(patch.clone(), &found, spoke, now);
        if after.contact.email.is_none() && after.contact.phone.is_none() {
            return Err(UseCaseError::Unprocessable {
                message: "a lead needs an e-mail or a phone number".to_owned(),
                param: Some(if patch.email == Some(None) { "email" } else { "phone" }),
            });
        }
        // Whose lead it is, and what was said, is told by the latest conversation.
        let latest = services.store.recent_conversations(scope, after.id, 1).await?.pop();
        let mut outbox = Outbox::new(services, scope, &view, now);
        let lead = outbox.lead(Some(file.lead), after, latest.as_ref(), None);
        outbox.changes.receipt = recording.map(|recording| recording.answered(&lead, Some(lead.id), None, now));
        match outbox.commit().await {
            Ok(()) => return Ok(lead),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}
