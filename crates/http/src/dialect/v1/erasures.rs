//! Removing a person everywhere (security D6).

use synaptiq_domain::{erasure::Erased, use_cases::erase_person};
use synaptiq_wire::v1::erasure::{ErasureRecord, read};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `POST /erasures`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let person = read(&call.json()?)?;
    let recorder = call.recorder(|erased: &Erased| Answer::ok(&ErasureRecord::from(erased)));
    let recording = recorder.recording();
    let erased = erase_person(call.services(), call.front.system, call.scope(), &person, recording.as_ref()).await?;
    Ok(recorder.answer(&erased))
}
