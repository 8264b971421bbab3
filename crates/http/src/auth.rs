//! Who is asking, and whether they may (contract § 3, security K1–K4).
//!
//! Nothing is granted that a route's [`Access`] does not name. A bearer that begins like a key and
//! is none is refused without asking the store; one that does not begin like a key may be the
//! operator's token.

use std::{fmt::Write as _, net::IpAddr};

use synaptiq_domain::{
    access::{KeyKind, Permission, TenantScope},
    conversation::SessionHash,
    use_cases::{
        AuthenticationError, Principal, PublicAddress, Services, UseCaseError, authenticate, operator, public_scope,
    },
};
use synaptiq_wire::{
    Code, Fault,
    chat::{ChatRequest, Visitor},
    json,
    query::Query,
};

use crate::{
    dialect::Dialect,
    fault::{Refused, missing_scope},
    front::Front,
    request::Head,
    route::{Access, Route},
};

/// Who is asking.
#[derive(Debug, Clone, PartialEq)]
pub enum Caller {
    /// Anyone, on a route that is open to all.
    Anyone,
    /// A visitor of a tenant.
    Visitor {
        /// The tenant's scope. It gives the right to chat, and to read the session's own conversation.
        scope: TenantScope,
        /// The session they sent.
        session: Option<SessionHash>,
        /// Where they are.
        address: IpAddr,
    },
    /// Whoever has a key, or the operator.
    Principal(Box<Principal>),
}

impl Caller {
    /// The tenant they may see.
    pub fn scope(&self) -> Option<TenantScope> {
        match self {
            Self::Anyone => None,
            Self::Visitor { scope, .. } => Some(*scope),
            Self::Principal(principal) => Some(principal.scope),
        }
    }

    /// The kind of their key.
    pub fn key_kind(&self) -> Option<KeyKind> {
        match self {
            Self::Principal(principal) => principal.key.as_ref().map(|key| key.kind),
            Self::Anyone | Self::Visitor { .. } => None,
        }
    }

    /// The session they sent.
    pub fn session(&self) -> Option<SessionHash> {
        match self {
            Self::Visitor { session, .. } => *session,
            Self::Anyone | Self::Principal(_) => None,
        }
    }

    /// What their idempotency keys are scoped to: the credential, else the session, else the address.
    pub fn receipt_name(&self) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Visitor { session: Some(session), .. } => {
                session.0.iter().fold("session:".to_owned(), |mut name, byte| {
                    let _ = write!(name, "{byte:02x}");
                    name
                })
            }
            Self::Visitor { session: None, address, .. } => format!("address:{address}"),
            Self::Principal(principal) => match &principal.key {
                Some(key) => format!("key:{}", key.id),
                None => "operator".to_owned(),
            },
        }
    }

    /// What logs call them; nothing that gives a right.
    pub fn log_name(&self) -> String {
        match self {
            Self::Anyone => "-".to_owned(),
            Self::Visitor { .. } => "visitor".to_owned(),
            Self::Principal(principal) => match &principal.key {
                Some(key) => key.id.to_string(),
                None => "operator".to_owned(),
            },
        }
    }
}

/// Finds out who is asking. `body` is needed for public chat alone, whose body names the tenant.
pub async fn identify(
    front: &Front,
    dialect: &dyn Dialect,
    route: &Route,
    head: &Head,
    body: &[u8],
) -> Result<Caller, Refused> {
    match route.access {
        Access::Public => Ok(Caller::Anyone),
        Access::PublicChat => visitor_of_chat(front, head, body).await,
        Access::Session => visitor_of_session(front, head).await,
        Access::Scope(permission) => principal(front, dialect, head, permission).await,
    }
}

async fn principal(
    front: &Front,
    dialect: &dyn Dialect,
    head: &Head,
    permission: Permission,
) -> Result<Caller, Refused> {
    let Some(bearer) = credential(head, "bearer") else {
        return Err(Fault::new(Code::MissingCredential, "send your API key as 'Authorization: Bearer …'").into());
    };
    let looks_like_a_key = KeyKind::ALL.iter().any(|kind| bearer.starts_with(kind.prefix()));
    let principal = if looks_like_a_key {
        key(front, bearer).await?
    } else if front.admin.admits(bearer, head.address).await? {
        operator(&front.services).await?
    } else {
        return Err(invalid());
    };
    let kind = principal.key.as_ref().map(|key| key.kind);
    if kind.is_some_and(|kind| !dialect.accepts(kind)) {
        return Err(invalid());
    }
    // A publishable key is printed in pages: whatever is stored of it, it chats and nothing else.
    let may_at_all = kind != Some(KeyKind::Publishable) || permission == Permission::ChatWrite;
    if !may_at_all || !principal.permissions.contains(permission) {
        return Err(missing_scope(permission).into());
    }
    if kind == Some(KeyKind::Publishable) {
        check_origin(&front.services, principal.scope, head).await?;
    }
    Ok(Caller::Principal(Box::new(principal)))
}

async fn key(front: &Front, bearer: &str) -> Result<Principal, Refused> {
    authenticate(&front.services, bearer).await.map_err(|error| match error {
        AuthenticationError::Malformed | AuthenticationError::Unknown => invalid(),
        AuthenticationError::Revoked => Fault::new(Code::RevokedCredential, "this API key was revoked").into(),
        AuthenticationError::Store(error) => error.into(),
    })
}

async fn visitor_of_chat(front: &Front, head: &Head, body: &[u8]) -> Result<Caller, Refused> {
    let ChatRequest { tenant, agent, session, .. } =
        ChatRequest::read(&json::read_object(body)?, Visitor::MayBeIssued)?;
    let scope = scope_of(&front.services, PublicAddress { tenant, assistant: agent }).await?;
    check_origin(&front.services, scope, head).await?;
    let session = session.as_deref().and_then(SessionHash::of_text);
    Ok(Caller::Visitor { scope, session, address: head.address })
}

async fn visitor_of_session(front: &Front, head: &Head) -> Result<Caller, Refused> {
    let Some(text) = credential(head, "session") else {
        let message = "send your session as 'Authorization: Session sess_…'";
        return Err(Fault::new(Code::MissingCredential, message).into());
    };
    let Some(session) = SessionHash::of_text(text) else {
        return Err(Fault::new(Code::InvalidCredential, "this is not a valid session").into());
    };
    let query = Query::of(&head.query);
    let address = PublicAddress {
        tenant: query.get("tenantId")?.map(|given| given.id()),
        assistant: query.get("agentId")?.map(|given| given.id()),
    };
    let scope = scope_of(&front.services, address).await?;
    check_origin(&front.services, scope, head).await?;
    Ok(Caller::Visitor { scope, session: Some(session), address: head.address })
}

/// The tenant that a public request means.
async fn scope_of(services: &Services, address: PublicAddress) -> Result<TenantScope, Refused> {
    public_scope(services, address).await.map_err(|error| match error {
        // Who is asking comes before what is asked: nothing of this is kept.
        UseCaseError::NotFound => Refused::Undecoded(Fault::not_found("tenant")),
        error => Refused::Undecoded(Refused::from(error).into_fault()),
    })
}

/// Refuses pages outside the tenant's list (security V5). No list allows every page; a request
/// without `Origin` comes from no page.
pub(crate) async fn check_origin(services: &Services, scope: TenantScope, head: &Head) -> Result<(), Refused> {
    let Some(origin) = &head.origin else { return Ok(()) };
    let Some(view) = services.store.tenant_view(scope).await? else { return Ok(()) };
    let allowed = &view.tenant.settings.allowed_origins;
    if allowed.is_empty() || allowed.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin)) {
        return Ok(());
    }
    Err(Fault::new(Code::InsufficientScope, "this origin is not in the tenant's list").into())
}

/// The credential of a scheme in `Authorization`.
fn credential<'a>(head: &'a Head, scheme: &str) -> Option<&'a str> {
    let (given, credential) = head.authorization.as_deref()?.split_once(' ')?;
    let credential = credential.trim();
    (given.eq_ignore_ascii_case(scheme) && !credential.is_empty()).then_some(credential)
}

fn invalid() -> Refused {
    Fault::new(Code::InvalidCredential, "this API key is not valid").into()
}
