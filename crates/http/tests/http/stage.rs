//! A server's application with everything behind it, and what a test asks of it.

use std::{cell::RefCell, future::poll_fn, net::SocketAddr, pin::Pin, rc::Rc, sync::Arc, time::Duration};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody as _, to_bytes},
    dev::{Service, ServiceResponse},
    http::{Method, header::HeaderMap},
    test::{TestRequest, init_service},
};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use ipnet::IpNet;
use serde_json::Value;
use synaptiq_domain::{
    access::{KeyKind, PermissionSet, SystemScope, TenantScope, WebOrigin},
    limit::PublicLimits,
    ports::{Clock, Model, Signals, Store},
    use_cases::{CreateKey, CreateTenant, Services, Settings, create_key, create_tenant},
};
use synaptiq_http::{
    admin::{AdminToken, AdminTokenError},
    feed::ConversationFeed,
    front::{Front, Limits, Parts},
    limits::{EXACT_BUCKETS, MINUTE, MemoryLimiter},
    server::application,
};
use synaptiq_storage::MemoryStore;
use synaptiq_testkit::fakes::{FakeClock, services};
use tokio::runtime::Handle;

struct Feeding(Arc<ConversationFeed>);

impl Signals for Feeding {
    fn deliveries_due(&self) {}

    fn conversation_changed(
        &self,
        scope: TenantScope,
        conversation: synaptiq_domain::id::Id<synaptiq_domain::conversation::Conversation>,
    ) {
        self.0.changed(scope, conversation);
    }
}

/// The operator's token of every test.
pub(crate) const ADMIN_TOKEN: &str = "the operator's token";

/// A token that is stored as it is, and that a test can change.
#[derive(Default)]
pub(crate) struct PlainToken(std::sync::Mutex<Option<String>>);

impl PlainToken {
    pub(crate) fn change(&self, token: &str) {
        *self.0.lock().expect("unpoisoned") = Some(token.to_owned());
    }
}

#[async_trait]
impl AdminToken for PlainToken {
    async fn stored(&self) -> Result<Option<String>, AdminTokenError> {
        let changed = self.0.lock().expect("unpoisoned").clone();
        Ok(Some(changed.unwrap_or_else(|| ADMIN_TOKEN.to_owned())))
    }

    async fn matches(&self, token: &str, stored: &str) -> bool {
        token == stored
    }

    fn is_well_formed(&self, _: &str) -> bool {
        false
    }
}

/// What differs between tests.
pub(crate) struct Setting {
    pub(crate) limits: Limits,
    pub(crate) model: Option<Arc<dyn Model>>,
    pub(crate) store: Arc<dyn Store>,
    /// Whether no other process works on the store.
    pub(crate) alone: bool,
    /// What may be asked without a key.
    pub(crate) public_limits: PublicLimits,
    /// How long a request counts.
    pub(crate) window: Duration,
    /// The clock, unless it stands still until it is told to go on.
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// What is stored of the operator's token.
    pub(crate) token: Arc<PlainToken>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) public_origin: Option<WebOrigin>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            model: None,
            store: Arc::new(MemoryStore::new()),
            alone: false,
            public_limits: PublicLimits::default(),
            window: MINUTE,
            clock: None,
            token: Arc::default(),
            trusted_proxies: Vec::new(),
            public_origin: None,
        }
    }
}

/// The parts of a server over a new company, and a key with every scope.
pub(crate) async fn parts(setting: Setting) -> (Parts, TenantScope, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::default());
    let feed = Arc::new(ConversationFeed::default());
    let services = Services {
        model: setting.model,
        signals: Arc::new(Feeding(Arc::clone(&feed))),
        clock: setting.clock.unwrap_or_else(|| Arc::clone(&clock) as _),
        settings: Settings { alone: setting.alone, ..Settings::default() },
        ..services(setting.store, Arc::clone(&clock))
    };
    let tenant = new_tenant(&services, true).await;
    let limiter = MemoryLimiter::over(Arc::clone(&services.clock), setting.window, EXACT_BUCKETS);
    let parts = Parts {
        services,
        system: SystemScope::assume(),
        admin: Arc::clone(&setting.token) as _,
        feed,
        trusted_proxies: setting.trusted_proxies,
        public_origin: setting.public_origin,
        version: "0.0.0",
        limits: setting.limits,
        limiter: Arc::new(limiter),
        public_limits: setting.public_limits,
    };
    (parts, tenant, clock)
}

pub(crate) async fn new_tenant(services: &Services, is_default: bool) -> TenantScope {
    let command = CreateTenant { name: "Acme".to_owned(), plan: "self_hosted".to_owned(), is_default };
    TenantScope::live(create_tenant(services, command).await.expect("a tenant").id)
}

pub(crate) async fn new_key(
    services: &Services,
    scope: TenantScope,
    kind: KeyKind,
    permissions: PermissionSet,
) -> String {
    let command = CreateKey { name: "Test".to_owned(), kind, permissions, plan: None };
    create_key(services, scope, PermissionSet::all(), command, None).await.expect("a key").secret.reveal().to_owned()
}

type Answering = dyn Fn(TestRequest) -> LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, Error>>;

/// A server's application with everything behind it.
pub(crate) struct Stage {
    pub(crate) services: Services,
    pub(crate) scope: TenantScope,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) front: Arc<Front>,
    /// A key with every scope.
    pub(crate) key: String,
    answering: Rc<Answering>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The events of a stream as their names and data.
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        let line =
            |block: &str, label: &str| block.lines().find_map(|line| line.strip_prefix(label).map(str::to_owned));
        let blocks = self.text();
        blocks
            .split("\n\n")
            .filter_map(|block| Some((line(block, "event: ")?, serde_json::from_str(&line(block, "data: ")?).ok()?)))
            .collect()
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(Setting::default()).await
    }

    pub(crate) async fn with(setting: Setting) -> Self {
        let (parts, scope, clock) = parts(setting).await;
        let services = parts.services.clone();
        let front = Front::new(parts, Handle::current());
        let service = Rc::new(init_service(application(&front)).await);
        let answering: Rc<Answering> = Rc::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move { service.call(request.to_request()).await })
        });
        let key = new_key(&services, scope, KeyKind::Live, PermissionSet::all()).await;
        Self { services, scope, clock, front, key, answering }
    }

    /// Another company on the same server, with a key that has every scope.
    pub(crate) async fn another_key(&self) -> String {
        let scope = new_tenant(&self.services, false).await;
        new_key(&self.services, scope, KeyKind::Live, PermissionSet::all()).await
    }

    pub(crate) async fn key_with(&self, kind: KeyKind, scopes: &str) -> String {
        new_key(&self.services, self.scope, kind, scopes.parse().expect("scopes")).await
    }

    /// Begins a request with the key that has every scope.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Asking<'_> {
        self.ask_publicly(method, path).header("authorization", &format!("Bearer {}", self.key))
    }

    /// Begins a request without a credential.
    pub(crate) fn ask_publicly(&self, method: &str, path: &str) -> Asking<'_> {
        let method: Method = method.parse().expect("a method");
        let peer = SocketAddr::from(([192, 0, 2, 7], 4711));
        Asking { stage: self, request: RefCell::new(TestRequest::with_uri(path).method(method).peer_addr(peer)) }
    }
}

/// A body that is still coming.
pub(crate) struct Open(BoxBody);

impl Open {
    /// The next piece of it; `None` at its end.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let piece = poll_fn(|cx| Pin::new(&mut self.0).poll_next(cx)).await?;
        Some(String::from_utf8_lossy(&piece.expect("no error within")).into_owned())
    }
}

/// A request in the making.
pub(crate) struct Asking<'a> {
    stage: &'a Stage,
    request: RefCell<TestRequest>,
}

impl Asking<'_> {
    fn change(self, change: impl FnOnce(TestRequest) -> TestRequest) -> Self {
        let request = self.request.replace(TestRequest::default());
        self.request.replace(change(request));
        self
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.change(|request| request.insert_header((name, value)))
    }

    /// Sent from another address.
    pub(crate) fn from(self, address: [u8; 4]) -> Self {
        self.change(|request| request.peer_addr(SocketAddr::from((address, 4711))))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.raw(body.to_string())
    }

    /// A body that is said to be JSON.
    pub(crate) fn raw(self, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        self.header("content-type", "application/json").change(|request| request.set_payload(body))
    }

    pub(crate) async fn seen(self) -> Seen {
        self.read(|_| true).await
    }

    /// The answer, whose body is read unless it is a stream, which may never end.
    pub(crate) async fn begun(self) -> Seen {
        self.read(|headers| headers.get("content-type").is_none_or(|kind| kind != "text/event-stream")).await
    }

    /// The answer's body as it comes.
    pub(crate) async fn open(self) -> Open {
        let answer = (self.stage.answering)(self.request.into_inner()).await.expect("the pipeline always answers");
        assert_eq!(answer.status().as_u16(), 200, "the stream is refused");
        Open(answer.into_body())
    }

    async fn read(self, to_its_end: impl Fn(&HeaderMap) -> bool) -> Seen {
        let answer = (self.stage.answering)(self.request.into_inner()).await.expect("the pipeline always answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body =
            if to_its_end(&headers) { to_bytes(answer.into_body()).await.unwrap_or_default() } else { Bytes::new() };
        Seen { status, headers, body }
    }
}
