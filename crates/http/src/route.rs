//! Routes as data: what a path answers, who may ask, and what is said about it in the `OpenAPI`
//! document. Registration, 404 and 405, the scope check, receipts, documents and the test matrices
//! are all made from these tables; nothing is served that is in none of them.
//!
//! A [`Route`] cannot be written down without its [`Access`]: there is no default (security K2), and
//! a server with a route that says nothing does not compile.
//!
//! ```
//! # use synaptiq_http::{operation::OperationDoc, route::{Access, Handler, Route, Verb}};
//! # use synaptiq_domain::access::Permission;
//! # const LIST: Handler = |_| unreachable!();
//! # const DOC: OperationDoc = OperationDoc::new("Things", "List things");
//! const ROUTE: Route = Route::new(Verb::Get, "/things", "listThings", Access::Scope(Permission::LeadsRead), LIST, DOC);
//! ```
//!
//! ```compile_fail
//! # use synaptiq_http::{operation::OperationDoc, route::{Access, Handler, Route, Verb}};
//! # use synaptiq_domain::access::Permission;
//! # const LIST: Handler = |_| unreachable!();
//! # const DOC: OperationDoc = OperationDoc::new("Things", "List things");
//! const ROUTE: Route = Route::new(Verb::Get, "/things", "listThings", LIST, DOC);
//! ```

use std::{fmt, pin::Pin};

use synaptiq_domain::access::Permission;
use synaptiq_wire::query::Query;

use crate::{answer::Answer, fault::Refused, operation::OperationDoc, request::Call};

/// The methods that routes answer to. `HEAD` is answered wherever `GET` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Reads.
    Get,
    /// Creates, or does something.
    Post,
    /// Changes some fields.
    Patch,
    /// Removes.
    Delete,
}

impl Verb {
    /// Every verb, in the order in which `Allow` lists them.
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Patch, Self::Delete];

    /// The method's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The verb that answers a method; `HEAD` is answered as `GET` without its body.
    pub fn of_method(method: &str) -> Option<Self> {
        match method {
            "HEAD" => Some(Self::Get),
            _ => Self::ALL.into_iter().find(|verb| verb.as_str() == method),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who may use a route. There is no default: what is not granted here is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a tenant: health, documents.
    Public,
    /// A visitor who speaks: the tenant and the session come from the chat's body.
    PublicChat,
    /// Somebody who has opened a page: the tenant comes from the body.
    PublicVisit,
    /// A visitor who reads their own conversation: `Authorization: Session sess_…`.
    Session,
    /// Whoever wants to log in: no credential but the one in the body. Not from pages of other origins.
    Login,
    /// The operator's session cookie alone: a key has no session. Writes need the proof of their origin.
    Operator,
    /// Whoever has a key with this scope, or the admin token; where the dialect takes cookies, the
    /// operator's session too, whose writes need the proof of their origin.
    Scope(Permission),
}

/// Which of a plan's limits a route counts against (contract § 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitGroup {
    /// The plan's general limit.
    General,
    /// Chat with a key.
    Chat,
    /// `POST /leads`.
    CreateLead,
    /// Searching leads.
    SearchLeads,
    /// Analytics.
    Analytics,
    /// What visitors ask for without a key.
    Public,
    /// Probes and documents: never limited.
    Unlimited,
}

impl LimitGroup {
    /// The group's name in the `OpenAPI` document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Chat => "chat",
            Self::CreateLead => "create_lead",
            Self::SearchLeads => "search_leads",
            Self::Analytics => "analytics",
            Self::Public => "public",
            Self::Unlimited => "unlimited",
        }
    }
}

/// What a handler promises to come up with.
pub type Handling = Pin<Box<dyn Future<Output = Result<Answer, Refused>> + Send>>;

/// Decodes, calls one use case, encodes.
pub type Handler = fn(Call) -> Handling;

/// One route.
#[derive(Clone, Copy)]
pub struct Route {
    /// The method.
    pub verb: Verb,
    /// The path from the root; `{name}` stands for one segment.
    pub path: &'static str,
    /// The operation's name, unique in its dialect: `listLeads`.
    pub operation: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What it counts against.
    pub limit_group: LimitGroup,
    /// A query parameter that makes it count against another limit, where there is something in it.
    pub limited_with: Option<(&'static str, LimitGroup)>,
    /// Whether `Idempotency-Key` is honoured.
    pub idempotent: bool,
    /// Whether it may answer as a stream, which no deadline ends.
    pub streams: bool,
    /// Whether it goes on when its client goes away, because it commits more than once.
    pub outlives_client: bool,
    /// What it asks of the request's body.
    pub body: BodyRule,
    /// What it does.
    pub handler: Handler,
    /// What is said about it.
    pub doc: OperationDoc,
}

/// Whether a route reads a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRule {
    /// A body is neither needed nor read.
    None,
    /// A JSON body may come; none at all is as good as `{}`.
    Optional,
    /// A JSON body must come.
    Required,
    /// A JSON body or a form with files must come.
    RequiredOrForm,
}

impl Route {
    /// A route. Reads keep no receipts and take no body; writes keep receipts.
    pub const fn new(
        verb: Verb,
        path: &'static str,
        operation: &'static str,
        access: Access,
        handler: Handler,
        doc: OperationDoc,
    ) -> Self {
        let idempotent = !matches!(verb, Verb::Get);
        let body = match (&doc.body, &doc.form) {
            (_, Some(_)) => BodyRule::RequiredOrForm,
            (Some(_), None) => BodyRule::Required,
            (None, None) => BodyRule::None,
        };
        Self {
            verb,
            path,
            operation,
            access,
            limit_group: LimitGroup::General,
            limited_with: None,
            idempotent,
            streams: false,
            outlives_client: false,
            body,
            handler,
            doc,
        }
    }

    /// Keeps no answers, whatever its method: a kept login would be a kept credential.
    #[must_use]
    pub const fn without_receipts(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// Counts against another limit.
    #[must_use]
    pub const fn limited_as(mut self, group: LimitGroup) -> Self {
        self.limit_group = group;
        self
    }

    /// Counts against another limit where this query parameter is not blank.
    #[must_use]
    pub const fn limited_with(mut self, parameter: &'static str, group: LimitGroup) -> Self {
        self.limited_with = Some((parameter, group));
        self
    }

    /// What a request with this query counts against.
    pub fn limit_group_of(&self, query: &str) -> LimitGroup {
        let is_given = |parameter| {
            let query = Query::of(query);
            // What cannot be read is refused, and has cost no search.
            query.get(parameter).is_ok_and(|given| given.is_some_and(|given| !given.text().trim().is_empty()))
        };
        match self.limited_with {
            Some((parameter, group)) if is_given(parameter) => group,
            _ => self.limit_group,
        }
    }

    /// May answer as a stream.
    #[must_use]
    pub const fn streaming(mut self) -> Self {
        self.streams = true;
        self
    }

    /// Goes on when its client goes away.
    #[must_use]
    pub const fn outliving_its_client(mut self) -> Self {
        self.outlives_client = true;
        self
    }

    /// The body may be left out.
    #[must_use]
    pub const fn body_optional(mut self) -> Self {
        self.body = BodyRule::Optional;
        self
    }

    /// The names of the path's parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(parameter_name)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.verb, self.path, self.operation)
    }
}

/// Makes a [`Handler`] of an asynchronous function.
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}
pub(crate) use handler;

/// The name of the parameter that a segment stands for.
pub(crate) fn parameter_name(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}
