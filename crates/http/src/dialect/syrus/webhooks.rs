//! Webhook endpoints (contract § 10). Those that other dialects made speak another profile and are
//! not shown here: v1 shows them all.

use synaptiq_domain::{
    use_cases::{CreatedEndpoint, UseCaseError, create_endpoint, delete_endpoint},
    webhook::{Endpoint, Profile},
};
use synaptiq_wire::{
    Code, Fault,
    syrus::{
        deleted::Deleted,
        webhook::{self, EndpointWithSecret},
    },
};

use super::chatbots;
use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /webhooks`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let chatbot = webhook::read_chatbot(&call.query())?;
    let mut endpoints = call.services().store.list_endpoints(call.scope()).await?;
    endpoints.retain(|endpoint| is_shown(endpoint) && (chatbot.is_none() || endpoint.assistant == chatbot));
    Ok(Answer::ok(&webhook::list(&endpoints)))
}

const fn is_shown(endpoint: &Endpoint) -> bool {
    matches!(endpoint.profile, Profile::Syrus)
}

/// `POST /webhooks`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let draft = webhook::read_draft(&call.json()?)?;
    if let Some(chatbot) = draft.assistant
        && chatbots::tenant(&call).await?.assistant(chatbot).is_none()
    {
        return Err(Refused::Decided(Fault::new(Code::NotFound, "chatbot_id names no chatbot")));
    }
    let mount = call.mount;
    let recorder = call.recorder(move |created: &CreatedEndpoint| {
        let location = format!("{}/webhooks/{}", mount.prefix, created.endpoint.id.uuid());
        Answer::json(201, &EndpointWithSecret::from(created)).with_header("location", location)
    });
    let recording = recorder.recording();
    let created = create_endpoint(call.services(), call.scope(), draft, recording.as_ref()).await?;
    Ok(recorder.answer(&created))
}

/// `DELETE /webhooks/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|id| Answer::ok(&Deleted::of::<Endpoint>(*id)));
    let (services, recording) = (call.services(), recorder.recording());
    let found = services.store.find_endpoint(call.scope(), call.id(0)).await?;
    let shown = found.filter(is_shown).ok_or(UseCaseError::NotFound)?;
    let id = delete_endpoint(services, call.scope(), shown.id, recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}
