//! Which pages may read an answer (contract § 3).
//!
//! Dialects for keys, and routes that need none, answer every origin with `*`. The origin is never
//! reflected and credentials are never allowed, so that no cookie counts there (security V5): a page
//! has what it sends in headers itself and nothing else. Everything else, that is what the
//! operator's cookie opens, answers pages of this server alone and says nothing about other origins.

use actix_web::{HttpRequest, HttpResponseBuilder, http::header};

use crate::{answer::Answer, auth, dialect::Place, request::Head, route::Access};

/// What a page of another origin may read besides the body.
const EXPOSED: &str = "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, \
                       X-RateLimit-RetryAfter, Retry-After, Location, Link, X-Total-Count, \
                       Idempotent-Replayed, X-Synaptiq-Warning, ETag, Allow, WWW-Authenticate";
/// What it may send besides what every page may.
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id, \
                               Cache-Control, If-None-Match";
/// How long a browser may remember the answer to a preflight; most remember less.
const MAX_AGE: &str = "86400";

/// What a secret key that comes from a page is told with its answer.
const WARNING: &str = "a secret key was sent by a web page: keep it on a server, revoke this one, \
                       and use a publishable key (pk_live_) in pages";

/// The answer to a preflight of a path that pages of other origins may use. An `OPTIONS` that is no
/// preflight is a method that no route has.
pub(crate) fn preflight(place: Place, request: &HttpRequest, path: &str) -> Option<Answer> {
    let has = |name: header::HeaderName| request.headers().contains_key(name);
    let is_preflight = request.method() == actix_web::http::Method::OPTIONS
        && has(header::ORIGIN)
        && has(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight || !is_shared(place, path) {
        return None;
    }
    let mut methods: Vec<&'static str> = Vec::new();
    // It comes without the credential, which may choose another dialect for the same path.
    for method in place.beside().flat_map(|place| place.dialect.table().methods(&place.path_in_table(path))) {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    (!methods.is_empty()).then(|| {
        Answer::empty(204)
            .with_header("access-control-allow-methods", methods.join(", "))
            .with_header("access-control-allow-headers", REQUEST_HEADERS)
            .with_header("access-control-max-age", MAX_AGE)
    })
}

/// Adds what browsers need to know to an answer, whatever its status.
pub(crate) fn describe(response: &mut HttpResponseBuilder, place: Place, head: &Head) {
    if !is_shared(place, &head.path) {
        return;
    }
    response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response.insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED));
    // Whether an origin is in the tenant's list, and whether a key should not have come, depend on it.
    response.append_header((header::VARY, "Origin"));
}

/// Flags a secret key that a page sent. It is answered all the same: the published samples do it.
pub(crate) fn warn(response: &mut HttpResponseBuilder, head: &Head) {
    if head.origin.is_some() && auth::is_secret_bearer(head) {
        response.insert_header(("x-synaptiq-warning", WARNING));
    }
}

/// Whether pages of any origin may read the answers of a path.
fn is_shared(place: Place, path: &str) -> bool {
    let is_open =
        |access| matches!(access, Access::Public | Access::PublicChat | Access::PublicVisit | Access::Session);
    let table = place.dialect.table();
    place.dialect.answers_any_origin()
        || table.routes_at(&place.path_in_table(path)).iter().any(|route| is_open(route.access))
}
