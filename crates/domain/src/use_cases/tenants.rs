//! Tenants and what each begins with: an assistant and a member.

use crate::{
    access::{Assistant, Member, Retention, Slug, Tenant, TenantScope, TenantSettings, WebOrigin},
    changes::{Change, Changes},
    limit::{Plan, UnknownPlan},
    money::Money,
    ports::StoreError,
    text::bounded,
    use_cases::{Services, UseCaseError, services::TRIES},
};

/// The most origins that a tenant lists.
const MOST_ORIGINS: usize = 100;

/// A tenant to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTenant {
    /// The company's name: 1 to 200 characters.
    pub name: String,
    /// The name of its plan.
    pub plan: String,
    /// Whether it serves requests that name no tenant.
    pub is_default: bool,
}

/// Makes a tenant with one assistant and one member.
pub async fn create_tenant(services: &Services, command: CreateTenant) -> Result<Tenant, UseCaseError> {
    let name = bounded(&command.name, 200).map_err(|error| UseCaseError::invalid("name", &error))?;
    known_plan(services, &command.plan)?;
    let now = services.clock.now();
    let tenant = Tenant {
        id: services.ids.id(),
        version: 0,
        name: name.clone(),
        sandbox: services.ids.id(),
        plan: command.plan,
        is_default: command.is_default,
        settings: TenantSettings::default(),
        created_at: now,
    };
    let assistant = new_assistant(services, &name, Slug::from_name("assistant"), true)?;
    let member = Member { id: services.ids.id(), name: "Team".to_owned(), email: None, created_at: now };
    let changes = Changes {
        tenants: vec![Change::created(tenant.clone())],
        assistants: vec![Change::created(assistant)],
        members: vec![Change::created(member)],
        ..Changes::default()
    };
    services.store.commit(TenantScope::live(tenant.id), changes).await?;
    Ok(tenant)
}

/// Adds an assistant to a tenant. Its slug is made of its name unless one is given.
pub async fn create_assistant(
    services: &Services,
    scope: TenantScope,
    name: &str,
    slug: Option<&str>,
) -> Result<Assistant, UseCaseError> {
    let view = services.view(scope).await?;
    let assistant = new_assistant(services, name, Slug::from_name(slug.unwrap_or(name)), false)?;
    if let Some(taken) = view.assistants.iter().find(|known| known.slug == assistant.slug) {
        let message = format!("an assistant with the slug '{}' exists", taken.slug);
        return Err(UseCaseError::Conflict { message, existing: Some(taken.id.prefixed()) });
    }
    let changes = Changes { assistants: vec![Change::created(assistant.clone())], ..Changes::default() };
    services.store.commit(scope, changes).await?;
    Ok(assistant)
}

fn new_assistant(
    services: &Services,
    name: &str,
    slug: Result<Slug, crate::text::TextError>,
    is_default: bool,
) -> Result<Assistant, UseCaseError> {
    Ok(Assistant {
        id: services.ids.id(),
        version: 0,
        slug: slug.map_err(|error| UseCaseError::invalid("slug", &error))?,
        name: bounded(name, 200).map_err(|error| UseCaseError::invalid("name", &error))?,
        greeting: None,
        language: "en".to_owned(),
        high_value_amount: Money::from_major(10_000),
        is_default,
        created_at: services.clock.now(),
    })
}

/// Gives a tenant another plan; its limits apply from the next request on.
pub async fn set_plan(services: &Services, scope: TenantScope, plan: &str) -> Result<Tenant, UseCaseError> {
    known_plan(services, plan)?;
    change_tenant(services, scope, |tenant| plan.clone_into(&mut tenant.plan)).await
}

/// Says which pages may chat with a tenant, from the next request on: those of these origins, or
/// all, if there are none.
pub async fn set_allowed_origins(
    services: &Services,
    scope: TenantScope,
    origins: &[WebOrigin],
) -> Result<Tenant, UseCaseError> {
    if origins.len() > MOST_ORIGINS {
        let message = format!("must be at most {MOST_ORIGINS}");
        return Err(UseCaseError::Invalid { param: "allowedOrigins", message });
    }
    change_tenant(services, scope, |tenant| tenant.settings.allowed_origins = origins.to_vec()).await
}

/// Says how long a tenant keeps what people said; the sweeper does the rest.
pub async fn set_retention(
    services: &Services,
    scope: TenantScope,
    change: impl Fn(&mut Retention),
) -> Result<Tenant, UseCaseError> {
    change_tenant(services, scope, |tenant| change(&mut tenant.settings.retention)).await
}

/// Changes a tenant however often it takes.
pub(super) async fn change_tenant(
    services: &Services,
    scope: TenantScope,
    change: impl Fn(&mut Tenant),
) -> Result<Tenant, UseCaseError> {
    for _ in 0..TRIES {
        let before = services.store.find_tenant(Some(scope.content())).await?.ok_or(UseCaseError::NotFound)?;
        let mut after = before.clone();
        change(&mut after);
        let changes = Changes { tenants: vec![Change::updated(before, after.clone())], ..Changes::default() };
        match services.store.commit(scope, changes).await {
            Ok(()) => return Ok(after),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UseCaseError::Busy)
}

/// The plan with this name.
pub(crate) fn known_plan<'a>(services: &'a Services, name: &str) -> Result<&'a Plan, UseCaseError> {
    let unknown = |error: UnknownPlan| UseCaseError::Invalid { param: "plan", message: error.to_string() };
    services.settings.plans.find(name).map_err(unknown)
}
