//! The public chat (contract § 7).

use synaptiq_domain::{
    conversation::Message,
    id::Id,
    use_cases::{ChatOutcome, chat},
};
use synaptiq_wire::{
    app::chat::ChatAnswer,
    chat::{ChatRequest, Visitor},
};

use crate::{
    answer::Answer,
    chat::{Release, command, count_first_message},
    fault::Refused,
    request::Call,
};

/// `POST /api/chat`, plain and streamed.
pub(super) async fn turn(mut call: Call) -> Result<Answer, Refused> {
    let request = ChatRequest::read(&call.json()?, Visitor::MayBeIssued)?;
    let command = command(&call, request);
    let recorder = call.recorder(|outcome: &ChatOutcome| Answer::ok(&ChatAnswer::from(outcome)));
    let release = Release::of(&call, Id::<Message>::uuid);
    let sink = release.as_ref().map(|release| release as _);
    let outcome = chat(call.services(), call.scope(), command, sink, recorder.recording().as_ref()).await?;
    count_first_message(&call, &outcome).await;
    Ok(recorder.answer(&outcome))
}
