//! Leads (contract § 6).

use synaptiq_domain::{
    lead::{Lead, LeadQuery},
    use_cases::{CreateLeadOutcome, OnDuplicate, create_lead, delete_lead, lead_detail, patch_lead},
};
use synaptiq_wire::{
    FieldError,
    v1::{
        deleted::Deleted,
        lead::{self, LeadDetail, LeadRecord},
    },
};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /leads`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let query = lead::read_query(&call.query())?;
    answer_list(&call, &query).await
}

/// `GET /leads/search`: the list, whose `q` must have a word.
pub(super) async fn search(call: Call) -> Result<Answer, Refused> {
    let query = lead::read_query(&call.query())?;
    if query.words.is_empty() {
        let wrong = if call.query().get("q")?.is_some() { "must not be empty" } else { "is required" };
        return Err(FieldError::new("q", wrong).into());
    }
    answer_list(&call, &query).await
}

async fn answer_list(call: &Call, query: &LeadQuery) -> Result<Answer, Refused> {
    let page = call.services().store.list_leads(call.scope(), query).await?;
    Ok(Answer::ok(&lead::list(&page, query)))
}

/// `POST /leads`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let on_duplicate = call.query().optional("onDuplicate", |given| {
        given.one_of(&[OnDuplicate::Merge, OnDuplicate::Refuse], |wanted| match wanted {
            OnDuplicate::Merge => "merge",
            OnDuplicate::Refuse => "error",
        })
    })?;
    let draft = lead::read_draft(&call.json()?)?;
    let recorder = call.recorder(created);
    let recording = recorder.recording();
    let on_duplicate = on_duplicate.unwrap_or_default();
    let outcome = create_lead(call.services(), call.scope(), draft, on_duplicate, recording.as_ref()).await?;
    Ok(recorder.answer(&outcome))
}

fn created(outcome: &CreateLeadOutcome) -> Answer {
    let CreateLeadOutcome { lead, created } = outcome;
    let location = format!("/api/v1/leads/{}", lead.id);
    let status = if *created { 201 } else { 200 };
    Answer::json(status, &LeadRecord::from(lead)).with_header("location", location)
}

/// `GET /leads/{id}`
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let detail = lead_detail(call.services(), call.scope(), call.id(0)).await?;
    let idle_since = call.services().idle_since();
    Ok(Answer::ok(&LeadDetail::of(&detail, idle_since)))
}

/// `PATCH /leads/{id}`
pub(super) async fn patch(mut call: Call) -> Result<Answer, Refused> {
    let patch = lead::read_patch(&call.json()?)?;
    let recorder = call.recorder(|lead: &Lead| Answer::ok(&LeadRecord::from(lead)));
    let recording = recorder.recording();
    let lead = patch_lead(call.services(), call.scope(), call.id(0), patch, recording.as_ref()).await?;
    Ok(recorder.answer(&lead))
}

/// `DELETE /leads/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|id| Answer::ok(&Deleted::of::<Lead>(*id)));
    let recording = recorder.recording();
    let id = delete_lead(call.services(), call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}
