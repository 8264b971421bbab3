//! Many leads in one request (contract § 6): every row is a write of its own with an outcome of
//! its own. Under an `Idempotency-Key` every row keeps a receipt too, so that a request that was
//! cut short goes on where it stopped instead of creating rows again.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use synaptiq_domain::{
    lead::{Lead, LeadDraft},
    text::Email,
    use_cases::{CreateLeadOutcome, OnDuplicate, create_lead, record_refusal},
};
use synaptiq_wire::{
    Fault, FieldError,
    v1::lead::{BulkAnswer, BulkRow, read_bulk},
};

use crate::{
    answer::Answer,
    fault::Refused,
    idempotency::{Claim, once},
    request::{Call, Recorder},
};

/// How many rows are written at once; their commits share one write to the disk.
const AT_ONCE: usize = 64;

type Row = (usize, Result<LeadDraft, FieldError>);
type Outcome = Result<CreateLeadOutcome, Fault>;

/// `POST /leads/bulk`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let rows = read_bulk(&call.json()?)?;
    let claim = call.claim.take();
    let mut outcomes: Vec<(usize, Outcome)> = Vec::with_capacity(rows.len());
    for slice in slices(rows) {
        outcomes.extend(join_all(slice.into_iter().map(|row| write(&call, claim.as_ref(), row))).await);
    }
    let failures: Vec<&Fault> =
        outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().err()).filter(|fault| fault.status >= 500).collect();
    if failures.len() == outcomes.len() {
        return Err(failures[0].clone().into());
    }
    // A row that failed through our fault may succeed later: then the answer is not the last one.
    let is_final = failures.is_empty();
    let answer = Answer::ok(&BulkAnswer::from(outcomes.into_iter().map(record).collect::<Vec<_>>()));
    if let Some(claim) = claim.filter(|_| is_final) {
        let sealed = claim.sealer().seal(&answer);
        record_refusal(call.services(), call.scope(), claim.key, claim.fingerprint, sealed).await?;
    }
    Ok(answer)
}

fn record((index, outcome): (usize, Outcome)) -> BulkRow {
    match outcome {
        Ok(CreateLeadOutcome { lead, created: true }) => BulkRow::created(index, &lead),
        Ok(CreateLeadOutcome { lead, created: false }) => BulkRow::merged(index, &lead),
        Err(fault) => BulkRow::failed(index, fault),
    }
}

/// Cuts rows so that no slice names an address twice: rows of one lead are written in order.
fn slices(rows: Vec<Result<LeadDraft, FieldError>>) -> Vec<Vec<Row>> {
    let mut slices: Vec<Vec<Row>> = vec![Vec::new()];
    let mut seen = HashSet::new();
    for (index, row) in rows.into_iter().enumerate() {
        let email = row.as_ref().ok().and_then(|draft| draft.contact.email.as_ref()).map(Email::folded);
        let is_twin = email.as_ref().is_some_and(|email| seen.contains(email));
        if is_twin || slices.last().is_some_and(|slice| slice.len() == AT_ONCE) {
            slices.push(Vec::new());
            seen.clear();
        }
        seen.extend(email);
        slices.last_mut().expect("never empty").push((index, row));
    }
    slices
}

async fn write(call: &Call, claim: Option<&Claim>, (index, row): Row) -> (usize, Outcome) {
    let outcome = match (row, claim) {
        (Err(error), _) => Err(error.into()),
        (Ok(draft), None) => {
            let written = create_lead(call.services(), call.scope(), draft, OnDuplicate::Merge, None).await;
            written.map_err(|error| Refused::from(error).into_fault())
        }
        (Ok(draft), Some(claim)) => write_once(call, claim, index, draft).await.map_err(Refused::into_fault),
    };
    (index, outcome)
}

/// What a row's receipt keeps.
#[derive(Serialize, Deserialize)]
struct Kept {
    created: bool,
    lead: Lead,
}

async fn write_once(call: &Call, claim: &Claim, index: usize, draft: LeadDraft) -> Result<CreateLeadOutcome, Refused> {
    let (services, scope) = (call.services(), call.scope());
    let render = |fault: &Fault| call.dialect.refusal(fault, &call.head.request_id);
    let answer = once(services, scope, claim.part(index), render, |claim| async move {
        let recorder = Recorder::new(Some(claim), |outcome: &CreateLeadOutcome| {
            let CreateLeadOutcome { lead, created } = outcome.clone();
            Answer::ok(&Kept { created, lead })
        });
        let written = create_lead(services, scope, draft, OnDuplicate::Merge, recorder.recording().as_ref()).await;
        // A row's refusal is part of the whole answer, and kept with that alone.
        let outcome = written.map_err(|error| Refused::Undecoded(Refused::from(error).into_fault()))?;
        Ok(recorder.answer(&outcome))
    })
    .await?;
    let kept = answer.whole().and_then(|body| serde_json::from_slice::<Kept>(body).ok());
    kept.map(|Kept { created, lead }| CreateLeadOutcome { lead, created }).ok_or_else(|| Fault::internal().into())
}

#[cfg(test)]
mod tests {
    use synaptiq_domain::lead::Contact;

    use super::*;

    #[test]
    fn rows_of_one_lead_are_never_written_at_once_and_keep_their_order() {
        let draft = |email: &str| {
            let email = Email::parse(email).ok();
            Ok(LeadDraft { contact: Contact { email, ..Contact::default() }, ..LeadDraft::default() })
        };
        let mut rows = vec![draft("a@x.io"), draft("b@x.io"), draft("A@X.io"), draft("a@x.io")];
        rows.extend((0..AT_ONCE).map(|at| draft(&format!("{at}@y.io"))));
        let slices = slices(rows);
        let indexes: Vec<Vec<usize>> =
            slices.iter().map(|slice| slice.iter().map(|(index, _)| *index).collect()).collect();
        assert_eq!(indexes[..2], [vec![0, 1], vec![2]]);
        assert_eq!(indexes.concat(), (0..4 + AT_ONCE).collect::<Vec<_>>());
        assert!(slices.iter().all(|slice| slice.len() <= AT_ONCE));
    }
}
