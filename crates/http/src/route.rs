//! Routes as data: what a path answers, who may ask, and what is said about it in the `OpenAPI`
//! document. Registration, 404 and 405, the scope check, receipts, documents and the test matrices
//! are all made from these tables; nothing is served that is in none of them.
//!
//! A [`Route`] cannot be written down without its [`Access`]: there is no default (security K2).

use std::{fmt, pin::Pin};

use synaptiq_domain::access::Permission;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::{answer::Answer, fault::Refused, request::Call};

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
    /// A visitor who reads their own conversation: `Authorization: Session sess_…`.
    Session,
    /// Whoever has a key with this scope, or the admin token.
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
        let body = match &doc.body {
            Some(_) => BodyRule::Required,
            None => BodyRule::None,
        };
        Self {
            verb,
            path,
            operation,
            access,
            limit_group: LimitGroup::General,
            idempotent,
            streams: false,
            outlives_client: false,
            body,
            handler,
            doc,
        }
    }

    /// Counts against another limit.
    #[must_use]
    pub const fn limited_as(mut self, group: LimitGroup) -> Self {
        self.limit_group = group;
        self
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

/// A shape that goes over the wire, by the type that has it.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The schema's name.
    pub name: fn() -> std::borrow::Cow<'static, str>,
    /// The schema itself.
    pub schema: fn() -> RefOr<Schema>,
    /// Collects the schemas that it refers to.
    pub collect: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    /// The shape of `T`.
    pub const fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: <T as PartialSchema>::schema, collect: T::schemas }
    }
}

/// The kind of a query parameter's value.
#[derive(Debug, Clone, Copy)]
pub enum ParamKind {
    /// Any text.
    Text,
    /// A whole number from and to, with its default.
    Whole(u32, u32, u32),
    /// `true` or `false`.
    Flag(bool),
    /// A date or date-time.
    Time,
    /// One of these words; the first is the default where there is one.
    OneOf(&'static [&'static str]),
}

/// One query parameter.
#[derive(Debug, Clone, Copy)]
pub struct QueryParam {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: ParamKind,
    /// What it does, in one sentence.
    pub about: &'static str,
}

/// What the `OpenAPI` document says about a route.
#[derive(Clone, Copy)]
pub struct OperationDoc {
    /// What it does, in a few words.
    pub summary: &'static str,
    /// The chapter it belongs to.
    pub tag: &'static str,
    /// Query parameters.
    pub query: &'static [QueryParam],
    /// The shape of its JSON body.
    pub body: Option<Shape>,
    /// An example of the body, as JSON.
    pub example: Option<&'static str>,
    /// Each status of success with what it answers; `None` where that is no JSON.
    pub answers: &'static [(u16, &'static str, Option<Shape>)],
    /// Statuses of refusals that are its own: 404, 409, 422, ….
    pub refusals: &'static [u16],
}

impl OperationDoc {
    /// Says what an operation does and in which chapter it is told.
    pub const fn new(tag: &'static str, summary: &'static str) -> Self {
        Self { summary, tag, query: &[], body: None, example: None, answers: &[], refusals: &[] }
    }

    /// Names its query parameters.
    #[must_use]
    pub const fn query(mut self, query: &'static [QueryParam]) -> Self {
        self.query = query;
        self
    }

    /// Shows its body.
    #[must_use]
    pub const fn takes(mut self, body: Shape, example: &'static str) -> Self {
        self.body = Some(body);
        self.example = Some(example);
        self
    }

    /// Shows what it answers.
    #[must_use]
    pub const fn answers(mut self, answers: &'static [(u16, &'static str, Option<Shape>)]) -> Self {
        self.answers = answers;
        self
    }

    /// Names the refusals that are its own.
    #[must_use]
    pub const fn refuses(mut self, refusals: &'static [u16]) -> Self {
        self.refusals = refusals;
        self
    }
}

impl QueryParam {
    /// A parameter.
    pub const fn new(name: &'static str, kind: ParamKind, about: &'static str) -> Self {
        Self { name, kind, about }
    }
}

/// Makes a [`Handler`] of an asynchronous function.
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}
pub(crate) use handler;

fn parameter_name(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// What a path names in a table.
#[derive(Debug)]
pub enum Found<'p> {
    /// A route, with the values of its parameters in order.
    Route(&'static Route, Vec<&'p str>),
    /// The path is known, the method is not: these are.
    OtherMethods(Vec<&'static str>),
    /// Nothing.
    Nothing,
}

struct Entry {
    segments: Vec<&'static str>,
    routes: Vec<&'static Route>,
}

/// A dialect's routes, arranged for look-ups.
pub struct RouteTable {
    /// Entries with more literal segments come first, so that `leads/search` wins over `leads/{id}`.
    entries: Vec<Entry>,
}

impl RouteTable {
    /// Arranges routes.
    pub fn new(routes: &'static [Route]) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for route in routes {
            let segments: Vec<&'static str> = route.path.split('/').skip(1).collect();
            match entries.iter_mut().find(|entry| entry.segments == segments) {
                Some(entry) => entry.routes.push(route),
                None => entries.push(Entry { segments, routes: vec![route] }),
            }
        }
        entries.sort_by_key(|entry| entry.segments.iter().filter(|s| parameter_name(s).is_some()).count());
        Self { entries }
    }

    /// Looks a request up.
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Found<'p> {
        let Some(entry) = self.entries.iter().find(|entry| entry.matches(path)) else { return Found::Nothing };
        match Verb::of_method(method).and_then(|verb| entry.routes.iter().find(|route| route.verb == verb)) {
            Some(route) => Found::Route(route, entry.values(path)),
            None => Found::OtherMethods(entry.allowed()),
        }
    }
}

impl Entry {
    fn matches(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else { return false };
        let mut given = path.split('/');
        self.segments.iter().all(|wanted| {
            given.next().is_some_and(|value| {
                if parameter_name(wanted).is_some() { !value.is_empty() } else { value == *wanted }
            })
        }) && given.next().is_none()
    }

    fn values<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let given = path.split('/').skip(1);
        self.segments.iter().zip(given).filter(|(wanted, _)| parameter_name(wanted).is_some()).map(|(_, v)| v).collect()
    }

    fn allowed(&self) -> Vec<&'static str> {
        let mut methods = Vec::new();
        for verb in Verb::ALL.into_iter().filter(|verb| self.routes.iter().any(|route| route.verb == *verb)) {
            methods.push(verb.as_str());
            if verb == Verb::Get {
                methods.push("HEAD");
            }
        }
        methods
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOC: OperationDoc = OperationDoc::new("things", "does nothing");

    async fn nothing(_: Call) -> Result<Answer, Refused> {
        Ok(Answer::ok(&()))
    }

    static ROUTES: [Route; 4] = [
        Route::new(Verb::Get, "/things", "listThings", Access::Public, handler!(nothing), DOC),
        Route::new(Verb::Post, "/things", "createThing", Access::Public, handler!(nothing), DOC),
        Route::new(Verb::Get, "/things/{id}", "getThing", Access::Public, handler!(nothing), DOC),
        Route::new(Verb::Delete, "/things/search", "forget", Access::Public, handler!(nothing), DOC),
    ];

    fn found(method: &str, path: &str) -> String {
        match RouteTable::new(&ROUTES).find(method, path) {
            Found::Route(route, values) => format!("{} {}", route.operation, values.join(",")),
            Found::OtherMethods(methods) => format!("allow {}", methods.join(", ")),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_path_is_found_by_its_segments_and_literals_win() {
        assert_eq!(found("GET", "/things"), "listThings ");
        assert_eq!(found("HEAD", "/things/7"), "getThing 7");
        assert_eq!(found("DELETE", "/things/search"), "forget ");
        for path in ["", "/", "things", "/things/", "/things/7/", "/things/7/8", "//things", "/Things"] {
            assert_eq!(found("GET", path), "nothing", "{path}");
        }
    }

    #[test]
    fn i5_another_method_is_told_which_ones_there_are() {
        assert_eq!(found("DELETE", "/things"), "allow GET, HEAD, POST");
        assert_eq!(found("OPTIONS", "/things/7"), "allow GET, HEAD");
        assert_eq!(found("GET", "/things/search"), "allow DELETE");
    }
}
