//! One request as a handler sees it: authenticated, its body read, nothing of the framework left.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use synaptiq_domain::{
    access::{KeyKind, PermissionSet, TenantScope, WebOrigin},
    id::{Id, Kind},
    money::JsonMap,
    use_cases::{Recording, Services},
};
use synaptiq_wire::{FieldError, json, query::Query, query::decode_segment};

use crate::{
    answer::Answer,
    auth::Caller,
    dialect::{Dialect, Mount, Place},
    front::Front,
    idempotency::Claim,
    route::{BodyRule, Route},
    sse::EventSender,
    upload::Upload,
};

/// What is known of a request before anything of it is decoded.
#[derive(Debug, Clone)]
pub struct Head {
    /// The path as sent.
    pub path: String,
    /// What follows the `?`, or nothing.
    pub query: String,
    /// Who sent it, as far as proxies that are trusted say so.
    pub address: IpAddr,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`: the browser's own word on which page asks.
    pub fetch_site: Option<String>,
    /// `Cookie`.
    pub cookie: Option<String>,
    /// Under which scheme and host the client asked for this server, as it was said.
    pub asked_at: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// `Last-Event-ID`.
    pub last_event_id: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `Idempotency-Key`, as bytes because it may be no text.
    pub idempotency_key: Option<Vec<u8>>,
    /// Whether `Accept` asks for an event stream.
    pub accepts_events: bool,
    /// Whether `Accept` asks for a table rather than for JSON.
    pub accepts_csv: bool,
    /// The id of the request.
    pub request_id: String,
}

impl Head {
    /// Under which origin the client asked for this server; `None` if what was said is none.
    pub(crate) fn asked_origin(&self) -> Option<WebOrigin> {
        WebOrigin::parse(self.asked_at.as_deref()?).ok()
    }
}

/// One request.
pub struct Call {
    /// What everything is served with.
    pub front: Arc<Front>,
    /// Which dialect it speaks.
    pub dialect: &'static dyn Dialect,
    /// At which of the dialect's places it was asked.
    pub mount: &'static Mount,
    /// The route it named.
    pub route: &'static Route,
    /// The values of the path's parameters, in order.
    pub params: Vec<String>,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// What was known first.
    pub head: Arc<Head>,
    /// The body; empty where the route takes none, and where it was a form.
    pub body: Bytes,
    /// The form that came in the place of a body.
    pub upload: Option<Upload>,
    /// Where parts of a streamed answer go.
    pub events: Option<EventSender>,
    pub(crate) claim: Option<Claim>,
}

impl Call {
    /// The use cases' ports.
    pub fn services(&self) -> &Services {
        &self.front.services
    }

    /// The place it was asked at.
    pub fn place(&self) -> Place {
        Place { dialect: self.dialect, mount: self.mount }
    }

    /// The caller's scope.
    ///
    /// Only for routes whose access gives one: every kind but `Public`.
    pub fn scope(&self) -> TenantScope {
        self.caller.scope().expect("a route that is not public has a caller with a scope")
    }

    /// What the caller may do: nothing, for whoever has neither a key nor the admin token.
    pub fn permissions(&self) -> PermissionSet {
        self.caller.permissions()
    }

    /// Whether the caller has a publishable key, which sees less.
    pub fn is_publishable(&self) -> bool {
        self.caller.key_kind() == Some(KeyKind::Publishable)
    }

    /// The id in the path's parameter number `at`. What is no id names nothing (security T3).
    pub fn id<K: Kind>(&self, at: usize) -> Id<K> {
        let text = self.params.get(at).and_then(|segment| decode_segment(segment));
        text.and_then(|text| Id::parse(&text)).unwrap_or(Id::from_bits(0))
    }

    /// The query's parameters.
    pub fn query(&self) -> Query {
        Query::of(&self.head.query)
    }

    /// The body's fields.
    pub fn json(&self) -> Result<JsonMap, FieldError> {
        match self.route.body {
            BodyRule::Required | BodyRule::RequiredOrForm => json::read_object(&self.body),
            BodyRule::Optional | BodyRule::None => json::read_object_or_nothing(&self.body),
        }
    }

    /// Prepares to keep the answer, where the caller asked for it, and to give it.
    pub fn recorder<O: 'static>(&mut self, encode: impl Fn(&O) -> Answer + Send + Sync + 'static) -> Recorder<O> {
        Recorder::new(self.claim.take(), encode)
    }
}

/// Encodes an outcome, for the caller and for the receipt alike.
pub struct Recorder<O> {
    encode: Arc<Encode<O>>,
    kept: Option<(Claim, Box<Seal<O>>)>,
}

type Encode<O> = dyn Fn(&O) -> Answer + Send + Sync;
type Seal<O> = dyn Fn(&O) -> Vec<u8> + Send + Sync;

impl<O: 'static> Recorder<O> {
    /// Gives answers by `encode`, and keeps them where there is a claim.
    pub(crate) fn new(claim: Option<Claim>, encode: impl Fn(&O) -> Answer + Send + Sync + 'static) -> Self {
        let encode: Arc<Encode<O>> = Arc::new(encode);
        let kept = claim.map(|claim| {
            let (encode, sealer) = (Arc::clone(&encode), claim.sealer());
            let render: Box<Seal<O>> = Box::new(move |outcome| sealer.seal(&encode(outcome)));
            (claim, render)
        });
        Self { encode, kept }
    }

    /// What a use case is given.
    pub fn recording(&self) -> Option<Recording<'_, O>> {
        self.kept.as_ref().map(|(claim, render)| Recording {
            key: claim.key,
            fingerprint: claim.fingerprint,
            render: &**render,
            resume: claim.resume.clone(),
            part_of: None,
        })
    }

    /// The answer to an outcome.
    pub fn answer(&self, outcome: &O) -> Answer {
        (self.encode)(outcome)
    }
}
