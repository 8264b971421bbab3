//! The knowledge base (contract § 11).

use synaptiq_domain::{
    knowledge::Document,
    use_cases::{add_document, delete_document, search_knowledge},
};
use synaptiq_wire::{
    document,
    v1::{
        deleted::Deleted,
        knowledge::{self, DocumentRecord, SearchAnswer, SearchRequest},
    },
};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /knowledge`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let documents = call.services().store.list_documents(call.scope()).await?;
    Ok(Answer::ok(&knowledge::list(&documents)))
}

/// `POST /knowledge`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let draft = document::read_draft(&call.json()?)?;
    let recorder = call.recorder(|document: &Document| Answer::json(201, &DocumentRecord::from(document)));
    let recording = recorder.recording();
    let document = add_document(call.services(), call.scope(), draft, recording.as_ref()).await?;
    Ok(recorder.answer(&document))
}

/// `DELETE /knowledge/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|id| Answer::ok(&Deleted::of::<Document>(*id)));
    let recording = recorder.recording();
    let id = delete_document(call.services(), call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}

/// `GET /knowledge/search`
pub(super) async fn search(call: Call) -> Result<Answer, Refused> {
    let SearchRequest { query, limit } = knowledge::read_search(&call.query())?;
    let found = search_knowledge(call.services(), call.scope(), &query, limit).await?;
    Ok(Answer::ok(&SearchAnswer::from(&found[..])))
}
