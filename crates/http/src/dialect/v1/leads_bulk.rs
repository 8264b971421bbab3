//! Many leads in one request (contract § 6). Rows that cannot be read are outcomes like the others.

use synaptiq_domain::{
    lead::LeadDraft,
    use_cases::{CreateLeadOutcome, RowOutcome, create_leads},
};
use synaptiq_wire::{
    Fault, FieldError,
    v1::lead::{BulkAnswer, BulkRow, read_bulk},
};

use crate::{
    answer::Answer,
    fault::{Refused, fault_of},
    request::Call,
};

/// `POST /leads/bulk`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let mut drafts: Vec<LeadDraft> = Vec::new();
    let unreadable: Vec<Option<FieldError>> =
        read_bulk(&call.json()?)?.into_iter().map(|row| row.map(|draft| drafts.push(draft)).err()).collect();
    let recorder = call.recorder(move |outcomes: &Vec<RowOutcome>| Answer::ok(&answer(&unreadable, outcomes)));
    let outcomes = create_leads(call.services(), call.scope(), drafts, recorder.recording().as_ref()).await?;
    Ok(recorder.answer(&outcomes))
}

/// Every row in the order of the request: why it could not be read, else what became of it.
fn answer(unreadable: &[Option<FieldError>], outcomes: &[RowOutcome]) -> BulkAnswer {
    let mut outcomes = outcomes.iter();
    let row = |(index, error): (usize, &Option<FieldError>)| match error {
        Some(error) => BulkRow::failed(index, Fault::from(error.clone())),
        None => record(index, outcomes.next().expect("every row that was read has an outcome")),
    };
    BulkAnswer::from(unreadable.iter().enumerate().map(row).collect::<Vec<_>>())
}

fn record(index: usize, outcome: &RowOutcome) -> BulkRow {
    match outcome {
        Ok(CreateLeadOutcome { lead, created: true }) => BulkRow::created(index, lead),
        Ok(CreateLeadOutcome { lead, created: false }) => BulkRow::merged(index, lead),
        Err(error) => BulkRow::failed(index, fault_of(error)),
    }
}
