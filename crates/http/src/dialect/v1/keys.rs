//! API keys (contract § 3).

use synaptiq_domain::{
    access::ApiKey,
    use_cases::{CreatedKey, create_key, list_keys, may_give_plan, revoke_key, rotate_key},
};
use synaptiq_wire::v1::{
    deleted::Deleted,
    key::{self, KeyWithSecret},
};

use crate::{answer::Answer, auth::Caller, fault::Refused, request::Call};

/// `GET /keys`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let keys = list_keys(call.services(), call.scope()).await?;
    Ok(Answer::ok(&key::list(&keys)))
}

/// `POST /keys`
pub(super) async fn create(mut call: Call) -> Result<Answer, Refused> {
    let command = key::read_creation(&call.json()?)?;
    if let (Some(plan), Caller::Principal(maker)) = (&command.plan, &*call.caller) {
        may_give_plan(call.services(), maker, plan)?;
    }
    let recorder = call.recorder(|created: &CreatedKey| Answer::json(201, &KeyWithSecret::from(created)));
    let recording = recorder.recording();
    let created = create_key(call.services(), call.scope(), call.permissions(), command, recording.as_ref()).await?;
    Ok(recorder.answer(&created))
}

/// `POST /keys/{id}/rotate`
pub(super) async fn rotate(mut call: Call) -> Result<Answer, Refused> {
    call.json()?;
    let key = list_keys(call.services(), call.scope()).await?.into_iter().find(|key| key.id == call.id(0));
    // The new secret is the caller's to read, and with it the key's plan to use.
    if let (Some(plan), Caller::Principal(maker)) = (key.and_then(|key| key.plan), &*call.caller) {
        may_give_plan(call.services(), maker, &plan)?;
    }
    let recorder = call.recorder(|created: &CreatedKey| Answer::ok(&KeyWithSecret::from(created)));
    let recording = recorder.recording();
    let created = rotate_key(call.services(), call.scope(), call.permissions(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&created))
}

/// `DELETE /keys/{id}`: the key is refused from the next request on.
pub(super) async fn revoke(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|key: &ApiKey| Answer::ok(&Deleted::of(key.id)));
    let recording = recorder.recording();
    let key = revoke_key(call.services(), call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&key))
}
