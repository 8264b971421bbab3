//! The dialects, and which one a request speaks (contract § 1).
//!
//! A dialect is a table of routes, the places where it is served, an error envelope and nothing
//! else; its shapes live in `wire`. No dialect imports another. One more is a folder here and its
//! name in [`ALL`].

pub mod app;
pub mod syrus;
pub mod v1;

use std::borrow::Cow;

use synaptiq_domain::access::KeyKind;
use synaptiq_wire::Fault;

use crate::{answer::Answer, auth, operation::Shape, route::Route, route_table::RouteTable};

/// One way to speak to the product.
pub trait Dialect: Send + Sync {
    /// What the command line and logs call it.
    fn name(&self) -> &'static str;

    /// Its title, for people.
    fn title(&self) -> &'static str;

    /// Where it is served. Route tables are written for the first one.
    fn mounts(&self) -> &'static [Mount];

    /// Everything it answers.
    fn routes(&self) -> &'static [Route];

    /// Its routes, arranged for look-ups.
    fn table(&self) -> &'static RouteTable;

    /// A fault in its envelope.
    fn refusal(&self, fault: &Fault, request_id: &str) -> Answer;

    /// The shape of its envelope.
    fn refusal_shape(&self) -> Shape;

    /// Whether a key of this kind speaks it. A key of another dialect is not a key here.
    fn accepts(&self, kind: KeyKind) -> bool {
        kind != KeyKind::Syrus
    }

    /// Whether the operator's session cookie counts. Where it does, pages of other origins read nothing
    /// that needs a credential.
    fn takes_cookies(&self) -> bool {
        false
    }

    /// Whether pages of any origin may read every answer (`Access-Control-Allow-Origin: *`), rather
    /// than those of routes that need no key.
    fn answers_any_origin(&self) -> bool {
        !self.takes_cookies()
    }
}

/// A place where a dialect is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mount {
    /// What its paths begin with; nothing takes every path.
    pub prefix: &'static str,
    /// What a bearer must begin with to be served here; `None` takes every request.
    pub bearer: Option<&'static str>,
}

impl Mount {
    /// A place that takes every request below `prefix`.
    pub const fn at(prefix: &'static str) -> Self {
        Self { prefix, bearer: None }
    }

    /// Takes only requests whose bearer begins like this, and leaves the others to the dialects
    /// that are asked later.
    #[must_use]
    pub const fn for_bearers(mut self, prefix: &'static str) -> Self {
        self.bearer = Some(prefix);
        self
    }

    fn takes(&self, path: &str, authorization: Option<&str>) -> bool {
        let is_below = self.below(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_below
            && self.bearer.is_none_or(|wanted| {
                auth::credential(authorization, "bearer").is_some_and(|bearer| bearer.starts_with(wanted))
            })
    }

    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(self.prefix)
    }
}

/// What a request is answered by: a dialect, at one of its places.
#[derive(Clone, Copy)]
pub struct Place {
    /// The dialect.
    pub dialect: &'static dyn Dialect,
    /// Where it was asked.
    pub mount: &'static Mount,
}

impl Place {
    /// The first place of a dialect: the one that its table is written for.
    pub fn first_of(dialect: &'static dyn Dialect) -> Self {
        Self { dialect, mount: &dialect.mounts()[0] }
    }

    /// The path of a request here, as the dialect's table writes it.
    pub fn path_in_table<'p>(&self, path: &'p str) -> Cow<'p, str> {
        moved(self.mount, &self.dialect.mounts()[0], path)
    }

    /// The path in the dialect's table, as requests here write it.
    pub fn path_here<'p>(&self, path: &'p str) -> Cow<'p, str> {
        moved(&self.dialect.mounts()[0], self.mount, path)
    }

    /// Every place that answers the same paths, by what the bearer says; this one included.
    pub fn beside(&self) -> impl Iterator<Item = Self> {
        let prefix = self.mount.prefix;
        let all = ALL.into_iter().flat_map(|dialect| dialect.mounts().iter().map(move |mount| Self { dialect, mount }));
        all.filter(move |place| place.mount.prefix == prefix)
    }

    /// Whether the bearer had a say in the choice: then answers vary by it.
    pub fn varies_by_authorization(&self) -> bool {
        self.beside().any(|place| place.mount.bearer.is_some())
    }
}

fn moved<'p>(from: &Mount, to: &Mount, path: &'p str) -> Cow<'p, str> {
    match from.below(path) {
        Some(rest) if from != to => Cow::Owned(format!("{}{rest}", to.prefix)),
        _ => Cow::Borrowed(path),
    }
}

/// Every dialect there is, in the order in which they are asked whether a request is theirs.
pub const ALL: [&dyn Dialect; 3] = [&syrus::Syrus, &v1::V1, &app::App];

/// What answers a request, before anyone is authenticated, so that even a 401 has the right shape:
/// the first dialect that has a place for its path and bearer. Never by query parameters.
pub fn choose(path: &str, authorization: Option<&str>) -> Place {
    ALL.into_iter()
        .flat_map(|dialect| dialect.mounts().iter().map(move |mount| Place { dialect, mount }))
        .find(|place| place.mount.takes(path, authorization))
        .unwrap_or_else(|| Place::first_of(&app::App))
}

/// A dialect by its name.
pub fn named(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(path: &str, authorization: Option<&str>) -> (&'static str, &'static str) {
        let Place { dialect, mount } = choose(path, authorization);
        (dialect.name(), mount.prefix)
    }

    #[test]
    fn the_path_and_the_bearers_beginning_choose_the_dialect_and_nothing_else_does() {
        for path in ["/api/v1", "/api/v1/", "/api/v1/leads", "/api/v1/nothing"] {
            for authorization in [
                None,
                Some(""),
                Some("Bearer"),
                Some("Bearer sk_live_x"),
                Some("Basic syk_x"),
                Some("syk_x"),
                Some("Bearer x syk_"),
            ] {
                assert_eq!(chosen(path, authorization), ("v1", "/api/v1"), "{path} {authorization:?}");
            }
            for authorization in ["Bearer syk_", "bearer syk_nonsense", "BEARER  syk_x"] {
                assert_eq!(chosen(path, Some(authorization)), ("syrus", "/api/v1"), "{path} {authorization}");
            }
        }
        for authorization in [None, Some("Bearer sk_live_x"), Some("Bearer syk_x"), Some("Session sess_x")] {
            for path in ["/syrus/api/v1", "/syrus/api/v1/leads", "/syrus/api/v1/nothing"] {
                assert_eq!(chosen(path, authorization), ("syrus", "/syrus/api/v1"), "{path}");
            }
            for path in [
                "/",
                "/livez",
                "/api",
                "/api/leads",
                "/api/v1x",
                "/api/v12/leads",
                "/syrus",
                "/syrus/api/v1x",
                "/API/V1",
            ] {
                assert_eq!(chosen(path, authorization), ("app", ""), "{path}");
            }
        }
        assert_eq!(chosen("/api/leads?key=syk_", None).0, "app");
    }

    #[test]
    fn one_table_is_served_under_every_prefix() {
        let shared = choose("/api/v1/leads/7", Some("Bearer syk_x"));
        assert_eq!(shared.path_in_table("/api/v1/leads/7"), "/syrus/api/v1/leads/7");
        assert_eq!(shared.path_here("/syrus/api/v1/leads/{id}"), "/api/v1/leads/{id}");
        let own = choose("/syrus/api/v1/leads/7", None);
        assert_eq!(own.path_in_table("/syrus/api/v1/leads/7"), "/syrus/api/v1/leads/7");
        assert_eq!(own.path_here("/syrus/api/v1/leads/{id}"), "/syrus/api/v1/leads/{id}");
        assert!(shared.varies_by_authorization() && choose("/api/v1", None).varies_by_authorization());
        assert!(!own.varies_by_authorization() && !choose("/api/leads", None).varies_by_authorization());
    }
}
