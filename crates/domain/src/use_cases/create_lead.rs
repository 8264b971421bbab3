//! Creating a lead, or merging into the one that has its address (contract § 6).

use serde::{Deserialize, Serialize};

use crate::{
    access::TenantScope,
    lead::{Lead, LeadDraft},
    ports::{StoreError, store::LeadKey},
    qualification::Qualification,
    use_cases::{LaneKey, Recording, Services, UseCaseError, outbox::Outbox, services::TRIES},
};

/// What to do about an address that a lead has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDuplicate {
    /// Merge what is given into that lead.
    #[default]
    Merge,
    /// Refuse, naming that lead.
    Refuse,
}

/// The lead as committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateLeadOutcome {
    /// The new lead, or the one merged into.
    pub lead: Lead,
    /// Whether it is new.
    pub created: bool,
}

/// Creates a lead. A lead without an address never merges.
pub async fn create_lead(
    services: &Services,
    scope: TenantScope,
    draft: LeadDraft,
    on_duplicate: OnDuplicate,
    recording: Option<&Recording<'_, CreateLeadOutcome>>,
) -> Result<CreateLeadOutcome, UseCaseError> {
    if draft.contact.email.is_none() && draft.contact.phone.is_none() {
        return Err(UseCaseError::Invalid { param: "email", message: "or phone is required".to_owned() });
    }
    let mut lanes: Vec<LaneKey> =
        draft.contact.email.iter().map(|email| LaneKey::new("email", (scope.data().bits(), email.folded()))).collect();
    for _ in 0..TRIES {
        let view = services.view(scope).await?;
        let guard = services.lanes.enter(lanes.iter().copied()).await.map_err(|_| UseCaseError::Busy)?;
        let known = match &draft.contact.email {
            Some(email) => services.store.load_lead(scope, &LeadKey::Email(email.clone())).await?,
            None => None,
        };
        if let Some(file) = &known {
            let lane = LaneKey::new("lead", (scope.data().bits(), file.lead.id.bits()));
            if !guard.holds(&[lane]) {
                lanes.push(lane);
                continue;
            }
        }
        let now = services.clock.now();
        let mut outbox = Outbox::new(services, scope, &view, now);
        let outcome = match known {
            Some(file) if on_duplicate == OnDuplicate::Refuse => {
                return Err(UseCaseError::Conflict {
                    message: "a lead with this e-mail exists".to_owned(),
                    existing: Some(file.lead.id.prefixed()),
                });
            }
            Some(file) => {
                let mut after = file.lead.clone();
                after.merge_draft(draft.clone());
                let found = Qualification::of(&file.evidence, &after.adjustments, &view.tenant.settings);
                after.apply(&found, false, now);
                CreateLeadOutcome { lead: outbox.lead(Some(file.lead), after, None, None), created: false }
            }
            None => {
                let lead = Lead::create(services.ids.id(), draft.clone(), now);
                CreateLeadOutcome { lead: outbox.lead(None, lead, None, None), created: true }
            }
        };
        outbox.changes.receipt =
            recording.map(|recording| recording.answered(&outcome, Some(outcome.lead.id), None, now));
        match outbox.commit().await {
            Ok(()) => return Ok(outcome),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}
