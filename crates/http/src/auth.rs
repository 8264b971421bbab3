//! Who is asking, and whether they may (contract § 3, security K1–K4).
//!
//! Nothing is granted that a route's [`Access`] does not name. Credentials come in headers alone,
//! never in the address, which ends up in logs (security K8); a bearer goes before a cookie. A bearer that begins like a key and
//! is none is refused without asking the store; one that does not begin like a key may be the
//! operator's token.

use std::{fmt::Write as _, net::IpAddr, sync::Arc};

use synaptiq_domain::{
    access::{KeyKind, Permission, PermissionSet, TenantScope},
    conversation::SessionHash,
    use_cases::{
        AuthenticationError, Principal, PublicAddress, Services, UseCaseError, authenticate, operator, public_scope,
    },
};
use synaptiq_wire::{
    Code, Fault,
    app::visit::VisitRequest,
    chat::{ChatRequest, Visitor},
    json,
    query::Query,
};

use crate::{
    admin::{Admission, Presented},
    csrf,
    dialect::Dialect,
    fault::{Refused, busy, missing_scope},
    front::Front,
    origin,
    request::Head,
    route::{Access, Route},
    session,
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
    /// A visitor who speaks through the publishable key of a page.
    Page {
        /// The key.
        principal: Box<Principal>,
        /// The session they sent, once the body was read.
        session: Option<SessionHash>,
        /// Where they are.
        address: IpAddr,
    },
    /// Whoever has a secret key, or the operator.
    Principal(Box<Principal>),
}

impl Caller {
    /// The tenant they may see.
    pub fn scope(&self) -> Option<TenantScope> {
        match self {
            Self::Anyone => None,
            Self::Visitor { scope, .. } => Some(*scope),
            Self::Page { principal, .. } | Self::Principal(principal) => Some(principal.scope),
        }
    }

    /// What they may do: nothing, for whoever has neither a key nor the admin token.
    pub fn permissions(&self) -> PermissionSet {
        match self {
            Self::Page { principal, .. } | Self::Principal(principal) => principal.permissions,
            Self::Anyone | Self::Visitor { .. } => PermissionSet::NONE,
        }
    }

    /// The kind of their key.
    pub fn key_kind(&self) -> Option<KeyKind> {
        match self {
            Self::Page { principal, .. } | Self::Principal(principal) => principal.key.as_ref().map(|key| key.kind),
            Self::Anyone | Self::Visitor { .. } => None,
        }
    }

    /// The session they sent.
    pub fn session(&self) -> Option<SessionHash> {
        match self {
            Self::Visitor { session, .. } | Self::Page { session, .. } => *session,
            Self::Anyone | Self::Principal(_) => None,
        }
    }

    /// Whether they are a visitor, with a page's key or without one.
    pub const fn is_visitor(&self) -> bool {
        matches!(self, Self::Visitor { .. } | Self::Page { .. })
    }

    /// What their idempotency keys are scoped to: the credential, for visitors the session, else the
    /// address. A page's key is in the hands of all its visitors, who must not get one another's answers.
    pub fn receipt_name(&self) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Visitor { session, address, .. } => name_of_visitor(*session, *address),
            Self::Page { principal, session, address } => {
                format!("{}:{}", name_of_credential(principal), name_of_visitor(*session, *address))
            }
            Self::Principal(principal) => name_of_credential(principal),
        }
    }

    /// With the session that the body of a chat names, for a visitor with a page's key. What else is
    /// in the body, and what is wrong with it, is the handler's to say.
    #[must_use]
    pub fn speaking(self: Arc<Self>, body: &[u8]) -> Arc<Self> {
        let Self::Page { principal, address, .. } = &*self else { return self };
        let session = json::read_object(body)
            .ok()
            .and_then(|body| body.get("sessionId")?.as_str().and_then(SessionHash::of_text));
        Arc::new(Self::Page { principal: principal.clone(), session, address: *address })
    }

    /// What logs call them; nothing that gives a right.
    pub fn log_name(&self) -> String {
        match self {
            Self::Anyone => "-".to_owned(),
            Self::Visitor { .. } => "visitor".to_owned(),
            Self::Page { principal, .. } | Self::Principal(principal) => match &principal.key {
                Some(key) => key.id.to_string(),
                None => "operator".to_owned(),
            },
        }
    }
}

fn name_of_credential(principal: &Principal) -> String {
    match &principal.key {
        Some(key) => format!("key:{}", key.id),
        None => "operator".to_owned(),
    }
}

fn name_of_visitor(session: Option<SessionHash>, address: IpAddr) -> String {
    let Some(session) = session else { return format!("address:{address}") };
    session.0.iter().fold("session:".to_owned(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// Finds out who is asking; [`authorise`] says whether they may. `body` is needed where visitors ask
/// without a session, because it names the tenant.
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
        Access::PublicVisit => visitor_of_visit(front, head, body).await,
        Access::Session => visitor_of_session(front, head).await,
        Access::Login => Ok(csrf::refuse_foreign_page(front, head).map(|()| Caller::Anyone)?),
        Access::Operator => Ok(Caller::Principal(Box::new(session::operator(front, dialect, head).await?))),
        Access::Scope(_) => principal(front, dialect, head).await,
    }
}

async fn principal(front: &Front, dialect: &dyn Dialect, head: &Head) -> Result<Caller, Refused> {
    let Some(bearer) = credential(head.authorization.as_deref(), "bearer") else {
        return Ok(Caller::Principal(Box::new(session::operator(front, dialect, head).await?)));
    };
    let looks_like_a_key = KeyKind::ALL.iter().any(|kind| bearer.starts_with(kind.prefix()));
    let principal = if looks_like_a_key {
        key(front, bearer).await?
    } else {
        match front.admin.admits(bearer, head.address, Presented::AsBearer).await? {
            Admission::Admitted(_) => operator(&front.services).await?,
            Admission::Refused | Admission::Throttled { .. } => return Err(invalid()),
            Admission::Busy => return Err(busy().into()),
        }
    };
    let kind = principal.key.as_ref().map(|key| key.kind);
    if kind.is_some_and(|kind| !dialect.accepts(kind)) {
        return Err(invalid());
    }
    let principal = Box::new(principal);
    Ok(match kind {
        Some(KeyKind::Publishable) => Caller::Page { principal, session: None, address: head.address },
        _ => Caller::Principal(principal),
    })
}

/// Whether whoever asks may use the route, from where they ask.
pub async fn authorise(front: &Front, route: &Route, head: &Head, caller: &Caller) -> Result<(), Refused> {
    if matches!(caller, Caller::Principal(_)) && came_by_cookie(route, head) {
        csrf::require_own_page(front, route.verb, head)?;
    }
    let is_publishable = matches!(caller, Caller::Page { .. });
    if let Access::Scope(permission) = route.access {
        // A publishable key is printed in pages: whatever is stored of it, it chats and nothing else.
        let may_at_all = !is_publishable || permission == Permission::ChatWrite;
        if !may_at_all || !caller.permissions().contains(permission) {
            return Err(missing_scope(permission).into());
        }
    }
    match caller.scope().filter(|_| caller.is_visitor()) {
        Some(scope) => origin::check(&front.services, scope, head).await,
        None => Ok(()),
    }
}

/// Whether it was the cookie that told who asks: a bearer goes before it, where one is taken.
fn came_by_cookie(route: &Route, head: &Head) -> bool {
    route.access == Access::Operator || credential(head.authorization.as_deref(), "bearer").is_none()
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
    let session = session.as_deref().and_then(SessionHash::of_text);
    Ok(Caller::Visitor { scope, session, address: head.address })
}

async fn visitor_of_visit(front: &Front, head: &Head, body: &[u8]) -> Result<Caller, Refused> {
    let VisitRequest { tenant, agent, .. } = VisitRequest::read(&json::read_object(body)?)?;
    let scope = scope_of(&front.services, PublicAddress { tenant, assistant: agent }).await?;
    Ok(Caller::Visitor { scope, session: None, address: head.address })
}

async fn visitor_of_session(front: &Front, head: &Head) -> Result<Caller, Refused> {
    let Some(text) = credential(head.authorization.as_deref(), "session") else {
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

/// Whether a bearer came that is no publishable key: something that belongs on a server.
pub(crate) fn is_secret_bearer(head: &Head) -> bool {
    credential(head.authorization.as_deref(), "bearer")
        .is_some_and(|bearer| !bearer.starts_with(KeyKind::Publishable.prefix()))
}

/// The credential of a scheme in what `Authorization` says.
pub(crate) fn credential<'a>(authorization: Option<&'a str>, scheme: &str) -> Option<&'a str> {
    let (given, credential) = authorization?.split_once(' ')?;
    let credential = credential.trim();
    (given.eq_ignore_ascii_case(scheme) && !credential.is_empty()).then_some(credential)
}

fn invalid() -> Refused {
    Fault::new(Code::InvalidCredential, "this API key is not valid").into()
}
