//! Webhook endpoints: create, change, delete, and the rotation of their secrets (contract § 10).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    access::TenantScope,
    changes::{Change, Changes},
    event::EventKind,
    id::Id,
    ports::{Purpose, StoreError},
    text::bounded,
    time::Timestamp,
    use_cases::{LaneKey, Recording, Services, UseCaseError, services::TRIES},
    webhook::{Endpoint, EndpointDraft, EndpointPatch, Profile, SealedSecret, SecretRotation},
};

/// How many endpoints a tenant may have.
const MOST_ENDPOINTS: usize = 100;

/// A new endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedEndpoint {
    /// As committed.
    pub endpoint: Endpoint,
    /// The secret, to be shown once, if it was generated.
    pub generated_secret: Option<String>,
}

/// An endpoint whose secret is being replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct RotatedSecret {
    /// As committed.
    pub endpoint: Endpoint,
    /// The new secret, to be shown once.
    pub secret: String,
    /// From when on it signs alone.
    pub activates_at: Timestamp,
}

/// Creates an endpoint. Its address is checked now and again at each delivery.
pub async fn create_endpoint(
    services: &Services,
    scope: TenantScope,
    draft: EndpointDraft,
    recording: Option<&Recording<'_, CreatedEndpoint>>,
) -> Result<CreatedEndpoint, UseCaseError> {
    check_events(draft.profile, &draft.events)?;
    check_url(services, &draft.url).await?;
    // How many there are is counted and one more is made without another one in between.
    let lane = LaneKey::new("endpoints of", scope.data().bits());
    let _lane = services.lanes.enter([lane]).await.map_err(|_| UseCaseError::Busy)?;
    let view = services.view(scope).await?;
    if let Some(assistant) = draft.assistant
        && view.assistant(assistant).is_none()
    {
        return Err(UseCaseError::Invalid { param: "assistantId", message: "names no assistant".to_owned() });
    }
    if view.endpoints.len() >= MOST_ENDPOINTS {
        let message = format!("a tenant has at most {MOST_ENDPOINTS} webhooks");
        return Err(UseCaseError::Unprocessable { message, param: None });
    }
    let given = draft.secret.as_deref().map(parse_secret).transpose()?;
    let generated_secret = given.is_none().then(|| generate(services));
    let secret = given.or_else(|| generated_secret.clone()).expect("given or generated");
    let now = services.clock.now();
    let endpoint = Endpoint {
        id: services.ids.id(),
        version: 0,
        url: draft.url,
        description: draft.description,
        events: draft.events,
        assistant: draft.assistant,
        profile: draft.profile,
        signature_scheme: draft.signature_scheme,
        secret: seal(services, &secret),
        rotation: None,
        active: draft.active,
        disabled_reason: None,
        created_at: now,
        updated_at: now,
    };
    let outcome = CreatedEndpoint { endpoint: endpoint.clone(), generated_secret };
    let receipt = recording.map(|recording| recording.answered(&outcome, None, None, now));
    let changes = Changes { endpoints: vec![Change::created(endpoint)], receipt, ..Changes::default() };
    services.store.commit(scope, changes).await?;
    Ok(outcome)
}

/// Adds an endpoint that was one elsewhere, with a secret of its own that nobody knows yet. Says whether
/// it was added: one that is there stays as it is.
pub async fn restore_endpoint(
    services: &Services,
    scope: TenantScope,
    id: Id<Endpoint>,
    make: impl FnOnce(SealedSecret) -> Endpoint + Send,
) -> Result<bool, UseCaseError> {
    if services.store.find_endpoint(scope, id).await?.is_some() {
        return Ok(false);
    }
    let view = services.view(scope).await?;
    if view.endpoints.len() >= MOST_ENDPOINTS {
        let message = format!("a tenant has at most {MOST_ENDPOINTS} webhooks");
        return Err(UseCaseError::Unprocessable { message, param: None });
    }
    let endpoint = make(seal(services, &generate(services)));
    let changes = Changes { endpoints: vec![Change::created(endpoint)], ..Changes::default() };
    services.store.commit(scope, changes).await?;
    Ok(true)
}

/// Changes an endpoint. Switching it on again forgets why it was switched off.
pub async fn patch_endpoint(
    services: &Services,
    scope: TenantScope,
    id: Id<Endpoint>,
    patch: EndpointPatch,
    recording: Option<&Recording<'_, Endpoint>>,
) -> Result<Endpoint, UseCaseError> {
    if let Some(events) = &patch.events {
        let endpoint = services.store.find_endpoint(scope, id).await?.ok_or(UseCaseError::NotFound)?;
        check_events(endpoint.profile, events)?;
    }
    if let Some(url) = &patch.url {
        check_url(services, url).await?;
    }
    update(services, scope, id, recording, |after, _| {
        let EndpointPatch { url, description, events, active, signature_scheme } = patch.clone();
        after.url = url.unwrap_or_else(|| after.url.clone());
        after.description = description.unwrap_or_else(|| after.description.clone());
        after.events = events.unwrap_or_else(|| after.events.clone());
        after.signature_scheme = signature_scheme.unwrap_or(after.signature_scheme);
        if let Some(active) = active {
            after.active = active;
            if active {
                after.disabled_reason = None;
            }
        }
        after.clone()
    })
    .await
}

/// Deletes an endpoint and cancels what was on its way.
pub async fn delete_endpoint(
    services: &Services,
    scope: TenantScope,
    id: Id<Endpoint>,
    recording: Option<&Recording<'_, Id<Endpoint>>>,
) -> Result<Id<Endpoint>, UseCaseError> {
    let _guard = services.lanes.enter([lane_of(scope, id)]).await.map_err(|_| UseCaseError::Busy)?;
    for _ in 0..TRIES {
        let before = services.store.find_endpoint(scope, id).await?.ok_or(UseCaseError::NotFound)?;
        let receipt = recording.map(|recording| recording.answered(&id, None, None, services.clock.now()));
        let changes = Changes { endpoints: vec![Change::deleted(before)], receipt, ..Changes::default() };
        match services.store.commit(scope, changes).await {
            Ok(()) => return Ok(id),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

/// Replaces an endpoint's secret: at `activates_at`, or after the settings' overlap where nothing is said.
pub async fn rotate_endpoint_secret(
    services: &Services,
    scope: TenantScope,
    id: Id<Endpoint>,
    secret: Option<String>,
    activates_at: Option<Timestamp>,
    recording: Option<&Recording<'_, RotatedSecret>>,
) -> Result<RotatedSecret, UseCaseError> {
    let secret = match secret {
        Some(given) => parse_secret(&given)?,
        None => generate(services),
    };
    let now = services.clock.now();
    let activates_at = activates_at.unwrap_or_else(|| now.plus(services.settings.rotation_overlap)).max(now);
    if activates_at > now.plus(time::Duration::days(30)) {
        return Err(UseCaseError::Invalid { param: "activateAt", message: "must be within 30 days".to_owned() });
    }
    update(services, scope, id, recording, |after, now| {
        after.secret = after.secrets_at(now).0.clone();
        after.rotation = Some(SecretRotation { next: seal(services, &secret), activates_at });
        RotatedSecret { endpoint: after.clone(), secret: secret.clone(), activates_at }
    })
    .await
}

async fn update<O>(
    services: &Services,
    scope: TenantScope,
    id: Id<Endpoint>,
    recording: Option<&Recording<'_, O>>,
    decide: impl Fn(&mut Endpoint, Timestamp) -> O,
) -> Result<O, UseCaseError> {
    let _guard = services.lanes.enter([lane_of(scope, id)]).await.map_err(|_| UseCaseError::Busy)?;
    for _ in 0..TRIES {
        let before = services.store.find_endpoint(scope, id).await?.ok_or(UseCaseError::NotFound)?;
        let now = services.clock.now();
        let mut after = Endpoint { updated_at: now, ..before.clone() };
        let outcome = decide(&mut after, now);
        let receipt = recording.map(|recording| recording.answered(&outcome, None, None, now));
        let changes = Changes { endpoints: vec![Change::updated(before, after)], receipt, ..Changes::default() };
        match services.store.commit(scope, changes).await {
            Ok(()) => return Ok(outcome),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

/// Changes of one endpoint wait for one another.
fn lane_of(scope: TenantScope, id: Id<Endpoint>) -> LaneKey {
    LaneKey::new("endpoint", (scope.data().bits(), id.bits()))
}

/// An endpoint subscribes only to what its profile can tell; the profile never changes.
fn check_events(profile: Profile, events: &[EventKind]) -> Result<(), UseCaseError> {
    match events.iter().find(|kind| !profile.carries(**kind)) {
        None => Ok(()),
        Some(kind) => Err(UseCaseError::Invalid {
            param: "events",
            message: format!("cannot hold {kind}: bodies of profile {} do not tell it", profile.as_str()),
        }),
    }
}

async fn check_url(services: &Services, url: &str) -> Result<(), UseCaseError> {
    services
        .url_guard
        .check(url)
        .await
        .map_err(|refused| UseCaseError::Invalid { param: "url", message: refused.to_string() })
}

/// A caller's own secret: 8 to 255 printable characters.
fn parse_secret(text: &str) -> Result<String, UseCaseError> {
    let secret = bounded(text, 255).map_err(|error| UseCaseError::invalid("secret", &error))?;
    if secret.chars().count() < 8 || secret.chars().any(|c| !c.is_ascii_graphic()) {
        let message = "must have at least 8 printable characters without blanks".to_owned();
        return Err(UseCaseError::Invalid { param: "secret", message });
    }
    Ok(secret)
}

fn generate(services: &Services) -> String {
    format!("whsec_{}", STANDARD.encode(services.ids.secret()))
}

fn seal(services: &Services, secret: &str) -> SealedSecret {
    SealedSecret(services.vault.seal(Purpose::EndpointSecret, secret.as_bytes()))
}
