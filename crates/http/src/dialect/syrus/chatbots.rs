//! Assistants, which syrus calls chatbots: found by slug and by id.

use std::sync::Arc;

use synaptiq_domain::{access::Assistant, ports::store::TenantView, use_cases::UseCaseError};

use crate::{fault::Refused, request::Call};

/// The caller's tenant, with its chatbots.
pub(super) async fn tenant(call: &Call) -> Result<Arc<TenantView>, Refused> {
    let view = call.services().store.tenant_view(call.scope()).await?;
    Ok(view.ok_or(UseCaseError::NotFound)?)
}

/// The chatbot with a slug, as a filter names it.
pub(super) fn with_slug<'v>(view: &'v TenantView, slug: &str) -> Option<&'v Assistant> {
    view.assistants.iter().find(|assistant| assistant.slug.as_str() == slug)
}
