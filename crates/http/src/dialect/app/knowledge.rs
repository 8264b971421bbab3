//! The knowledge base (contract § 11).

use synaptiq_domain::{
    knowledge::Document,
    use_cases::{add_document, delete_document},
};
use synaptiq_wire::{
    app::{
        knowledge::{DocumentAnswer, DocumentList},
        success::SUCCESS,
    },
    document,
};

use crate::{answer::Answer, dialect::app::knowledge_files, fault::Refused, request::Call};

/// `GET /api/admin/knowledge-base`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let documents = call.services().store.list_documents(call.scope()).await?;
    Ok(Answer::ok(&DocumentList::from(&documents[..])))
}

/// `POST /api/admin/knowledge-base`, of JSON and of a form with files.
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    if let Some(upload) = call.upload.take() {
        return knowledge_files::create(call, upload).await;
    }
    let draft = document::read_draft(&call.json()?)?;
    let recorder = call.recorder(|document: &Document| Answer::json(201, &DocumentAnswer::from(document)));
    let recording = recorder.recording();
    let document = add_document(call.services(), call.scope(), draft, recording.as_ref()).await?;
    Ok(recorder.answer(&document))
}

/// `DELETE /api/admin/knowledge-base/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|_| Answer::ok(&SUCCESS));
    let (services, recording) = (call.services(), recorder.recording());
    let id = delete_document(services, call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}
