//! Many leads at once (contract § 6): every row is a write of its own with an outcome of its own, so
//! that no row holds the writer for longer than one lead does. Where the answer is to be kept every
//! row keeps a receipt too: a request that was cut short goes on where it stopped instead of
//! creating rows again.

use std::collections::HashSet;

use futures_util::future::{join_all, try_join_all};

use crate::{
    access::TenantScope,
    changes::Changes,
    lead::LeadDraft,
    ports::Purpose,
    receipt::{Fingerprint, RECEIPT_LIFETIME, ReceiptKey, ReceiptState},
    text::Email,
    use_cases::{CreateLeadOutcome, OnDuplicate, Recording, Services, UseCaseError, create_lead},
};

/// How many rows are written at once; their commits share one write to the disk.
const AT_ONCE: usize = 64;

/// What became of one row.
pub type RowOutcome = Result<CreateLeadOutcome, UseCaseError>;

/// Creates or merges every row, in order where rows name one lead. Fails as a whole only if no row
/// could be decided. The answer is kept once all of them are: a row that failed on our side may
/// succeed later.
pub async fn create_leads(
    services: &Services,
    scope: TenantScope,
    rows: Vec<LeadDraft>,
    recording: Option<&Recording<'_, Vec<RowOutcome>>>,
) -> Result<Vec<RowOutcome>, UseCaseError> {
    let mut outcomes: Vec<RowOutcome> = Vec::with_capacity(rows.len());
    for slice in slices(rows) {
        let receipts = (outcomes.len()..).map(|index| recording.map(|whole| RowReceipt::of(whole, index)));
        let receipts: Vec<Option<RowReceipt>> = receipts.take(slice.len()).collect();
        // All are looked for before any is written: another request under the same key changes nothing.
        let kept = try_join_all(receipts.iter().map(|receipt| async move {
            match receipt {
                Some(receipt) => receipt.kept(services, scope).await,
                None => Ok(None),
            }
        }))
        .await?;
        let rows = slice.into_iter().zip(receipts).zip(kept).map(|((draft, receipt), kept)| async move {
            match kept {
                Some(outcome) => Ok(outcome),
                None => write(services, scope, draft, receipt).await,
            }
        });
        outcomes.extend(join_all(rows).await);
    }
    if outcomes.iter().all(is_undecided) && !outcomes.is_empty() {
        return outcomes.swap_remove(0).map(|_| Vec::new());
    }
    if let Some(recording) = recording.filter(|_| !outcomes.iter().any(is_undecided)) {
        let receipt = recording.answered(&outcomes, None, None, services.clock.now());
        services.store.commit(scope, Changes { receipt: Some(receipt), ..Changes::default() }).await?;
    }
    Ok(outcomes)
}

/// Whether a row failed on our side.
const fn is_undecided(outcome: &RowOutcome) -> bool {
    matches!(outcome, Err(UseCaseError::Busy | UseCaseError::StorageFull | UseCaseError::Internal(_)))
}

async fn write(services: &Services, scope: TenantScope, draft: LeadDraft, receipt: Option<RowReceipt>) -> RowOutcome {
    let Some(receipt) = receipt else { return create_lead(services, scope, draft, OnDuplicate::Merge, None).await };
    let render = |outcome: &CreateLeadOutcome| {
        let plain = serde_json::to_vec(outcome).expect("a lead has string keys and finite numbers, which always print");
        services.vault.seal(Purpose::Receipt, &plain)
    };
    let RowReceipt { key, fingerprint, whole } = receipt;
    let recording = Recording { key, fingerprint, render: &render, resume: None, part_of: Some(whole) };
    match create_lead(services, scope, draft, OnDuplicate::Merge, Some(&recording)).await {
        // A twin in another process may have been faster: then its outcome is the outcome.
        Err(UseCaseError::Busy) => receipt.kept(services, scope).await?.ok_or(UseCaseError::Busy),
        outcome => outcome,
    }
}

/// Cuts rows so that no slice names an address twice: rows of one lead are written in order.
fn slices(rows: Vec<LeadDraft>) -> Vec<Vec<LeadDraft>> {
    let mut slices: Vec<Vec<LeadDraft>> = vec![Vec::new()];
    let mut seen = HashSet::new();
    for draft in rows {
        let email = draft.contact.email.as_ref().map(Email::folded);
        let is_twin = email.as_ref().is_some_and(|email| seen.contains(email));
        if is_twin || slices.last().is_some_and(|slice| slice.len() == AT_ONCE) {
            slices.push(Vec::new());
            seen.clear();
        }
        seen.extend(email);
        slices.last_mut().expect("never empty").push(draft);
    }
    slices
}

/// What tells one row of one request.
#[derive(Debug, Clone, Copy)]
struct RowReceipt {
    key: ReceiptKey,
    fingerprint: Fingerprint,
    whole: ReceiptKey,
}

impl RowReceipt {
    fn of(whole: &Recording<'_, Vec<RowOutcome>>, index: usize) -> Self {
        Self { key: whole.key.part(index), fingerprint: whole.fingerprint, whole: whole.key }
    }

    /// What an earlier life of the request made of the row.
    async fn kept(self, services: &Services, scope: TenantScope) -> Result<Option<CreateLeadOutcome>, UseCaseError> {
        // What has outlived its time may not have been swept yet; the next receipt replaces it.
        let oldest = services.clock.now().plus(-RECEIPT_LIFETIME);
        let found = services.store.find_receipt(scope, self.key).await?;
        let Some(receipt) = found.filter(|receipt| receipt.created_at >= oldest) else { return Ok(None) };
        if receipt.fingerprint != self.fingerprint {
            return Err(UseCaseError::KeyReused);
        }
        let ReceiptState::Answered { sealed } = receipt.state else {
            return Err(UseCaseError::Internal("a row is written in one commit and never begun".into()));
        };
        let plain = services.vault.open(Purpose::Receipt, &sealed);
        let outcome = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        let unreadable = || UseCaseError::Internal("a kept row does not open with this secret key".into());
        outcome.map(Some).ok_or_else(unreadable)
    }
}

#[cfg(test)]
mod tests {
    use crate::lead::Contact;

    use super::*;

    #[test]
    fn rows_of_one_lead_are_never_written_at_once_and_keep_their_order() {
        let draft = |email: &str| {
            let email = Email::parse(email).ok();
            LeadDraft { contact: Contact { email, ..Contact::default() }, ..LeadDraft::default() }
        };
        let mut rows = vec![draft("a@x.io"), draft("b@x.io"), draft("A@X.io"), draft("a@x.io")];
        rows.extend((0..AT_ONCE).map(|at| draft(&format!("{at}@y.io"))));
        let slices = slices(rows.clone());
        assert_eq!(slices.iter().take(2).map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(slices.concat(), rows);
        assert!(slices.iter().all(|slice| slice.len() <= AT_ONCE));
    }
}
