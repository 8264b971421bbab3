//! Webhook endpoints and their deliveries (contract §§ 1, 10). What is made here signs the body
//! alone, as the receiver in this API's documentation expects.

use synaptiq_domain::{
    use_cases::{
        CreatedEndpoint, RotatedSecret, UseCaseError, create_endpoint, delete_endpoint, patch_endpoint,
        replay_delivery, rotate_endpoint_secret, send_test_event,
    },
    webhook::{Delivery, Endpoint, SignatureScheme},
};
use synaptiq_wire::{
    app::{
        success::SUCCESS,
        webhook::{DeliveryAnswer, DeliveryList, EndpointAnswer, EndpointList},
    },
    endpoint::{self, RotateRequest},
};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /api/admin/webhooks`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let endpoints = call.services().store.list_endpoints(call.scope()).await?;
    Ok(Answer::ok(&EndpointList::from(&endpoints[..])))
}

/// `POST /api/admin/webhooks`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let draft = endpoint::read_draft(&call.json()?, SignatureScheme::Body)?;
    let recorder = call.recorder(|created: &CreatedEndpoint| {
        let location = format!("/api/admin/webhooks/{}", created.endpoint.id.uuid());
        Answer::json(201, &EndpointAnswer::from(created)).with_header("location", location)
    });
    let recording = recorder.recording();
    let created = create_endpoint(call.services(), call.scope(), draft, recording.as_ref()).await?;
    Ok(recorder.answer(&created))
}

/// `GET /api/admin/webhooks/{id}`
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let found = call.services().store.find_endpoint(call.scope(), call.id(0)).await?;
    Ok(Answer::ok(&EndpointAnswer::from(&found.ok_or(UseCaseError::NotFound)?)))
}

/// `PATCH /api/admin/webhooks/{id}`
pub(super) async fn patch(mut call: Call) -> Result<Answer, Refused> {
    let patch = endpoint::read_patch(&call.json()?)?;
    let recorder = call.recorder(|endpoint: &Endpoint| Answer::ok(&EndpointAnswer::from(endpoint)));
    let recording = recorder.recording();
    let endpoint = patch_endpoint(call.services(), call.scope(), call.id(0), patch, recording.as_ref()).await?;
    Ok(recorder.answer(&endpoint))
}

/// `DELETE /api/admin/webhooks/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|_| Answer::ok(&SUCCESS));
    let recording = recorder.recording();
    let id = delete_endpoint(call.services(), call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}

/// `POST /api/admin/webhooks/{id}/rotate-secret`
pub(super) async fn rotate(mut call: Call) -> Result<Answer, Refused> {
    let RotateRequest { secret, activates_at } = endpoint::read_rotation(&call.json()?)?;
    let recorder = call.recorder(|rotated: &RotatedSecret| Answer::ok(&EndpointAnswer::from(rotated)));
    let (services, recording) = (call.services(), recorder.recording());
    let rotated =
        rotate_endpoint_secret(services, call.scope(), call.id(0), secret, activates_at, recording.as_ref()).await?;
    Ok(recorder.answer(&rotated))
}

fn accepted(delivery: &Delivery) -> Answer {
    Answer::json(202, &DeliveryAnswer::from(delivery))
}

/// `POST /api/admin/webhooks/{id}/test`
pub(super) async fn test(mut call: Call) -> Result<Answer, Refused> {
    call.json()?;
    let recorder = call.recorder(accepted);
    let recording = recorder.recording();
    let delivery = send_test_event(call.services(), call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&delivery))
}

/// `GET /api/admin/webhooks/{id}/deliveries`
pub(super) async fn deliveries(call: Call) -> Result<Answer, Refused> {
    let (store, scope) = (&call.services().store, call.scope());
    let endpoint = store.find_endpoint(scope, call.id(0)).await?.ok_or(UseCaseError::NotFound)?.id;
    let query = endpoint::read_query(&call.query(), endpoint)?;
    let page = store.list_deliveries(scope, endpoint, &query).await?;
    Ok(Answer::ok(&DeliveryList::of(&page, &query, endpoint)))
}

/// `POST /api/admin/webhooks/{id}/deliveries/{deliveryId}/replay`
pub(super) async fn replay(mut call: Call) -> Result<Answer, Refused> {
    call.json()?;
    let recorder = call.recorder(accepted);
    let (services, recording) = (call.services(), recorder.recording());
    let delivery = replay_delivery(services, call.scope(), call.id(0), call.id(1), recording.as_ref()).await?;
    Ok(recorder.answer(&delivery))
}
