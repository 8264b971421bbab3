//! What a widget shows before anybody has said anything (contract § 12). Everything in it is public
//! (security V1).

use crate::{
    access::{Assistant, Tenant, TenantScope, WidgetSettings},
    id::Id,
    use_cases::{PublicAddress, Services, UseCaseError, public_scope, tenants::change_tenant},
};

/// What a page's `data-tenant` names: a tenant or one of its assistants, whose ids are of one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WidgetName {
    /// The id as one of a tenant.
    pub tenant: Id<Tenant>,
    /// The same id as one of an assistant.
    pub assistant: Id<Assistant>,
}

/// Whose widget is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WidgetOwner {
    /// The tenant's scope. It gives no right to read.
    pub scope: TenantScope,
    /// The assistant, where it was named rather than the tenant.
    pub assistant: Option<Id<Assistant>>,
}

/// Finds out whose widget is meant: the default tenant's where no name is given.
pub async fn widget_owner(services: &Services, name: Option<WidgetName>) -> Result<WidgetOwner, UseCaseError> {
    let Some(WidgetName { tenant, assistant }) = name else {
        let scope = public_scope(services, PublicAddress::default()).await?;
        return Ok(WidgetOwner { scope, assistant: None });
    };
    let as_tenant = PublicAddress { tenant: Some(tenant), assistant: None };
    match public_scope(services, as_tenant).await {
        Err(UseCaseError::NotFound) => {
            let as_assistant = PublicAddress { tenant: None, assistant: Some(assistant) };
            let scope = public_scope(services, as_assistant).await?;
            Ok(WidgetOwner { scope, assistant: Some(assistant) })
        }
        scope => Ok(WidgetOwner { scope: scope?, assistant: None }),
    }
}

/// What a widget shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WidgetView {
    /// Whose it is.
    pub tenant: Id<Tenant>,
    /// Who answers.
    pub assistant: Id<Assistant>,
    /// What that one is called.
    pub name: String,
    /// What a conversation starts with, in `language`.
    pub greeting: String,
    /// The language of its texts.
    pub language: String,
    /// Every language that is spoken.
    pub languages: Vec<&'static str>,
    /// The sentence by which it says that it is an AI, unless the team switched that off.
    pub ai_notice: Option<String>,
    /// How it looks.
    pub settings: WidgetSettings,
}

/// What a widget shows to a visitor of a language, where that is known.
pub async fn widget_view(
    services: &Services,
    owner: WidgetOwner,
    language: Option<&str>,
) -> Result<WidgetView, UseCaseError> {
    let view = services.view(owner.scope).await?;
    let assistant = match owner.assistant {
        Some(id) => view.assistant(id).ok_or(UseCaseError::NotFound)?,
        None => view.default_assistant(),
    };
    let languages = services.responder.languages();
    let primary = language.map(|tag| tag.split(['-', '_']).next().unwrap_or(tag));
    let spoken = primary.and_then(|tag| languages.iter().find(|known| known.eq_ignore_ascii_case(tag)));
    let language = spoken.map_or_else(|| assistant.language.clone(), |&spoken| spoken.to_owned());
    let settings = view.tenant.settings.widget.clone();
    Ok(WidgetView {
        tenant: view.tenant.id,
        assistant: assistant.id,
        name: assistant.name.clone(),
        greeting: services.responder.greeting(assistant, &language),
        languages: languages.to_vec(),
        ai_notice: settings.ai_notice.then(|| services.responder.ai_notice(&language)),
        language,
        settings,
    })
}

/// Gives a tenant's widget other settings; pages see them when they next ask.
pub async fn set_widget(
    services: &Services,
    scope: TenantScope,
    change: impl Fn(&mut WidgetSettings),
) -> Result<Tenant, UseCaseError> {
    change_tenant(services, scope, |tenant| change(&mut tenant.settings.widget)).await
}
