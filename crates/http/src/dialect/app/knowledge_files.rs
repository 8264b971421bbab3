//! Files as documents (contract § 11): every file is a write of its own with an outcome of its own.
//! Under an `Idempotency-Key` every file keeps a receipt too, so that a request that was cut short
//! goes on where it stopped instead of adding documents again.

use synaptiq_domain::{
    knowledge::{Document, DocumentDraft, GivenFile},
    use_cases::{add_document, record_refusal},
};
use synaptiq_wire::{
    Fault, FieldError,
    app::knowledge::{FileOutcome, UploadAnswer, file_fault, no_file_stored},
};

use crate::{
    answer::Answer,
    fault::Refused,
    idempotency::{Claim, once},
    request::{Call, Recorder},
    upload::Upload,
};

type Outcome = Result<Document, Fault>;

/// Adds the files of a form.
pub(super) async fn create(mut call: Call, mut upload: Upload) -> Result<Answer, Refused> {
    let claim = call.claim.take();
    let files = std::mem::take(&mut upload.files);
    check(&upload, files.len())?;
    let (mut titles, label) = (upload.values("title"), upload.values("type").next());
    let mut outcomes: Vec<(String, Outcome)> = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let (name, title) = (file.short_name(), titles.next());
        let outcome = match draft(file, title, label) {
            Ok(draft) => write(&call, claim.as_ref(), index, draft).await,
            Err(fault) => Err(fault),
        };
        outcomes.push((name, outcome));
    }
    let faults: Vec<&Fault> = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().err()).collect();
    // A file that failed through our fault may succeed later: then this answer is not the last one.
    let failure = faults.iter().find(|fault| fault.status >= 500);
    if faults.len() == outcomes.len() {
        // Nothing was done that a retry would have to be kept from doing again.
        return Err(failure.map_or_else(|| no_file_stored(&faults), |fault| (*fault).clone()).into());
    }
    let is_final = failure.is_none();
    let documents = outcomes.into_iter().map(|(name, outcome)| FileOutcome::of(name, outcome.as_ref())).collect();
    let answer = Answer::json(201, &UploadAnswer { documents });
    if let Some(claim) = claim.filter(|_| is_final) {
        let sealed = claim.sealer().seal(&answer);
        record_refusal(call.services(), call.scope(), claim.key, claim.fingerprint, sealed).await?;
    }
    Ok(answer)
}

/// What holds for the form as a whole.
fn check(upload: &Upload, files: usize) -> Result<(), FieldError> {
    if files == 0 {
        return Err(FieldError::new("file", "is required"));
    }
    if upload.values("title").count() > files {
        return Err(FieldError::new("title", "must not be given more often than there are files"));
    }
    if upload.values("type").count() > 1 {
        return Err(FieldError::new("type", "must not be given twice"));
    }
    Ok(())
}

fn draft(file: GivenFile, title: Option<&str>, label: Option<&str>) -> Result<DocumentDraft, Fault> {
    let name = file.short_name();
    file.into_draft(title, label).map_err(|error| file_fault(&name, &error))
}

async fn write(call: &Call, claim: Option<&Claim>, index: usize, draft: DocumentDraft) -> Outcome {
    let (services, scope) = (call.services(), call.scope());
    let Some(claim) = claim else {
        return add_document(services, scope, draft, None).await.map_err(|error| Refused::from(error).into_fault());
    };
    let render = |fault: &Fault| call.dialect.refusal(fault, &call.head.request_id);
    let answer = once(services, scope, claim.part(index), render, |claim| async move {
        // The text is known from the request; what is kept is what the answer shows.
        let recorder = Recorder::new(Some(claim), |document: &Document| {
            Answer::ok(&Document { content: String::new(), ..document.clone() })
        });
        let written = add_document(services, scope, draft, recorder.recording().as_ref()).await;
        // A file's refusal is part of the whole answer, and kept with that alone.
        let document = written.map_err(|error| Refused::Undecoded(Refused::from(error).into_fault()))?;
        Ok(recorder.answer(&document))
    })
    .await
    .map_err(Refused::into_fault)?;
    answer.whole().and_then(|body| serde_json::from_slice(body).ok()).ok_or_else(Fault::internal)
}
