//! Chat with a key (contract § 7).

use synaptiq_domain::{conversation::Message, id::Id, use_cases::chat};
use synaptiq_wire::{
    chat::{ChatRequest, Visitor},
    v1::chat::{Audience, ChatAnswer},
};

use crate::{
    answer::Answer,
    chat::{Release, command, count_first_message},
    fault::Refused,
    request::Call,
};

/// `POST /chat`, plain and streamed.
pub(super) async fn turn(mut call: Call) -> Result<Answer, Refused> {
    let request = ChatRequest::read(&call.json()?, Visitor::MustBeNamed)?;
    let command = command(&call, request);
    let audience = if call.is_publishable() { Audience::Visitor } else { Audience::Team };
    let recorder = call.recorder(move |outcome| Answer::ok(&ChatAnswer::of(outcome, audience)));
    let release = Release::of(&call, Id::<Message>::prefixed);
    let sink = release.as_ref().map(|release| release as _);
    let outcome = chat(call.services(), call.scope(), command, sink, recorder.recording().as_ref()).await?;
    count_first_message(&call, &outcome).await;
    Ok(recorder.answer(&outcome))
}
