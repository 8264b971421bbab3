//! Leads (contract § 6). Every route is there twice: under `/api` and under `/api/admin`.

use synaptiq_domain::{
    lead::{Lead, LeadQuery},
    paging::Paging,
    use_cases::{CreateLeadOutcome, OnDuplicate, UseCaseError, create_lead, delete_lead, patch_lead},
};
use synaptiq_wire::{
    app::{
        lead::{self, LeadAnswer, LeadsAnswer},
        success::SUCCESS,
    },
    lead::binding,
};

use crate::{answer::Answer, dialect::app::part, fault::Refused, request::Call};

/// `GET /leads`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let query = lead::read_query(&call.query())?;
    let page = call.services().store.list_leads(call.scope(), &query).await?;
    let total = match page.total {
        Some(total) => total,
        None => count(&call, query.clone()).await?,
    };
    let answer = Answer::ok(&LeadsAnswer::from(&page.items[..]));
    Ok(part::answer(answer, &call, total, part::after_cursor(page.next, binding(&query))))
}

/// How many leads the whole list has: the part after a cursor does not say.
async fn count(call: &Call, query: LeadQuery) -> Result<u64, Refused> {
    let first = LeadQuery { paging: Paging::Page { page: 1, limit: 1 }, ..query };
    Ok(call.services().store.list_leads(call.scope(), &first).await?.total.unwrap_or_default())
}

/// `POST /leads`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let draft = lead::read_draft(&call.json()?)?;
    let place = call.route.path;
    let recorder = call.recorder(move |outcome| created(outcome, place));
    let recording = recorder.recording();
    let outcome = create_lead(call.services(), call.scope(), draft, OnDuplicate::Merge, recording.as_ref()).await?;
    Ok(recorder.answer(&outcome))
}

fn created(outcome: &CreateLeadOutcome, place: &str) -> Answer {
    let CreateLeadOutcome { lead, created } = outcome;
    let status = if *created { 201 } else { 200 };
    Answer::json(status, &LeadAnswer::from(lead)).with_header("location", format!("{place}/{}", lead.id.uuid()))
}

/// `GET /leads/{id}`
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let lead = call.services().store.find_lead(call.scope(), call.id(0)).await?;
    Ok(Answer::ok(&LeadAnswer::from(&lead.ok_or(UseCaseError::NotFound)?)))
}

/// `PATCH /leads/{id}`
pub(super) async fn patch(mut call: Call) -> Result<Answer, Refused> {
    let patch = lead::read_patch(&call.json()?)?;
    let recorder = call.recorder(|lead: &Lead| Answer::ok(&LeadAnswer::from(lead)));
    let recording = recorder.recording();
    let lead = patch_lead(call.services(), call.scope(), call.id(0), patch, recording.as_ref()).await?;
    Ok(recorder.answer(&lead))
}

/// `DELETE /leads/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|_| Answer::ok(&SUCCESS));
    let recording = recorder.recording();
    let id = delete_lead(call.services(), call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}
