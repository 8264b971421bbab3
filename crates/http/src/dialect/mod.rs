//! The dialects, and which one a request speaks (contract § 1).
//!
//! A dialect is a table of routes, an error envelope and nothing else; its shapes live in `wire`.
//! No dialect imports another. One more is a folder here and a line in [`choose`].

pub mod app;
pub mod v1;

use synaptiq_domain::access::KeyKind;
use synaptiq_wire::Fault;

use crate::{answer::Answer, operation::Shape, route::Route, route_table::RouteTable};

/// One way to speak to the product.
pub trait Dialect: Send + Sync {
    /// What the command line and logs call it.
    fn name(&self) -> &'static str;

    /// Its title, for people.
    fn title(&self) -> &'static str;

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

    /// Whether the bearer has a say in the choice of the dialect: then answers vary by it.
    fn varies_by_authorization(&self) -> bool {
        false
    }
}

/// The dialects that may answer the same path as this one, by what the bearer says; itself included.
pub(crate) fn beside(dialect: &'static dyn Dialect) -> impl Iterator<Item = &'static dyn Dialect> {
    ALL.into_iter().filter(move |other| other.name() == dialect.name() || dialect.varies_by_authorization())
}

/// Every dialect there is.
pub const ALL: [&dyn Dialect; 2] = [&v1::V1, &app::App];

/// The dialect of a request, before anyone is authenticated, so that even a 401 has its shape.
///
/// The bearer will choose the syrus dialect on `/api/v1`; until then such a key is no key there.
pub fn choose(path: &str) -> &'static dyn Dialect {
    match path.strip_prefix("/api/v1") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => &v1::V1,
        _ => &app::App,
    }
}

/// A dialect by its name.
pub fn named(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}
