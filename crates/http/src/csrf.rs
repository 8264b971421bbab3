//! The proof that a write with a cookie was asked for by a page of this server (security K7).
//!
//! A browser sends the cookie whoever made it ask; what it says about who did cannot be forged by a
//! page. Sibling sites on one domain share `SameSite` cookies, so that attribute alone proves
//! nothing. Reads need no proof: they change nothing, and other origins cannot see the answers.

use synaptiq_wire::{Code, Fault};

use crate::{front::Front, request::Head, route::Verb};

/// Who made a browser ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// A page of this server.
    OwnPage,
    /// A page of another origin.
    ForeignPage,
    /// Nobody knows: no browser, or a person in the address bar.
    Unknown,
}

/// Refuses a write that no page of this server asked for, as far as can be proved.
pub(crate) fn require_own_page(front: &Front, verb: Verb, head: &Head) -> Result<(), Fault> {
    if verb == Verb::Get || asker(front, head) == Asker::OwnPage {
        return Ok(());
    }
    let message = "a write with the session cookie needs a same-origin proof: \
                   'Sec-Fetch-Site: same-origin', or an 'Origin' that is this server's";
    Err(Fault::new(Code::InsufficientScope, message))
}

/// Refuses what a page of another origin is known to have asked for: such a page logs nobody in.
pub(crate) fn refuse_foreign_page(front: &Front, head: &Head) -> Result<(), Fault> {
    if asker(front, head) == Asker::ForeignPage {
        return Err(Fault::new(Code::InsufficientScope, "pages of other origins cannot log in"));
    }
    Ok(())
}

/// `Sec-Fetch-Site` is the browser's own word and holds whatever proxies do to `Host`; older
/// browsers, and those that were asked without encryption, send `Origin` alone.
fn asker(front: &Front, head: &Head) -> Asker {
    match (head.fetch_site.as_deref(), head.origin.as_deref()) {
        (Some("same-origin"), _) => Asker::OwnPage,
        (Some("none") | None, None) => Asker::Unknown,
        (None, Some(origin)) if front.is_own_origin(origin, head) => Asker::OwnPage,
        (_, Some(_)) | (Some(_), None) => Asker::ForeignPage,
    }
}
