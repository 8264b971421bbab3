//! Refusals in the exact shape of their dialect (contract § 4).

use std::collections::BTreeSet;

use serde_json::Value;
use synaptiq_http::{dialect::Dialect, openapi::every_refusal};
use synaptiq_wire::Code;

use super::case::Asked;
use crate::stage::Seen;

/// How a dialect words refusals.
struct Envelope {
    /// Where the object with the code is.
    of_code: &'static str,
    /// Where the sentence for people is.
    sentence: &'static str,
    /// Where the request's id is.
    request_id: &'static str,
    /// Every other place that may be filled.
    others: &'static [&'static str],
}

fn envelope(dialect: &dyn Dialect) -> Envelope {
    match dialect.name() {
        "v1" => Envelope {
            of_code: "/error/code",
            sentence: "/error/message",
            request_id: "/error/requestId",
            others: &["/error/param", "/error/existingId"],
        },
        "app" => Envelope {
            of_code: "/code",
            sentence: "/error",
            request_id: "/requestId",
            others: &["/param", "/existingId"],
        },
        "syrus" => {
            Envelope { of_code: "/error/code", sentence: "/error/message", request_id: "/request_id", others: &[] }
        }
        name => panic!("say in envelope.rs what a refusal of {name} looks like"),
    }
}

/// The word that a dialect has for a code.
pub(crate) fn word(dialect: &dyn Dialect, code: Code) -> &'static str {
    match dialect.name() {
        "v1" | "app" => code.as_str(),
        "syrus" => match code {
            Code::InvalidRequest => "bad_request",
            Code::MissingCredential => "missing_bearer_token",
            Code::InvalidCredential => "invalid_api_key",
            Code::RevokedCredential => "api_key_revoked",
            code => code.as_str(),
        },
        name => panic!("say in envelope.rs which words {name} has"),
    }
}

/// The places of a JSON value that hold no object.
fn leaves(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), found)),
        _ => {
            found.insert(at.to_owned());
        }
    }
}

/// Asserts a refusal with this status and code, in the dialect's shape and nothing else.
#[track_caller]
pub(crate) fn assert_refused(dialect: &dyn Dialect, seen: &Seen, status: u16, code: Code, about: &str) {
    let text = seen.text();
    assert_eq!(seen.status, status, "{} {about}: {text}", dialect.name());
    assert_eq!(seen.header("content-type"), Some("application/json"), "{about}");
    let Envelope { of_code, sentence, request_id, others } = envelope(dialect);
    let body = seen.json();
    let place = |at: &str| body.pointer(at).and_then(Value::as_str);
    assert_eq!(place(of_code), Some(word(dialect, code)), "{} {about}: {text}", dialect.name());
    assert!(place(sentence).is_some_and(|sentence| sentence.len() > 3), "{} {about}: {text}", dialect.name());
    assert!(place(request_id).is_some(), "{} {about}: {text}", dialect.name());
    assert_eq!(place(request_id), seen.header("x-request-id"), "{about}");
    let mut found = BTreeSet::new();
    leaves(&body, "", &mut found);
    for known in [of_code, sentence, request_id].iter().chain(others) {
        found.remove(*known);
    }
    assert!(found.is_empty(), "{} {about} says more than its source: {found:?}", dialect.name());
    let challenge = (status == 401).then_some("Bearer");
    assert_eq!(seen.header("www-authenticate"), challenge, "{about}");
}

/// Asserts a refusal that the route's document names too.
#[track_caller]
pub(crate) fn assert_refused_as_documented(asked: Asked, seen: &Seen, status: u16, code: Code, about: &str) {
    let about = format!("{asked:?} {about}");
    assert_refused(asked.dialect, seen, status, code, &about);
    let documented = every_refusal(asked.route, asked.route.doc.refusals);
    assert!(documented.contains(&status), "{about}: {status} is not documented");
}

/// The field that a refusal names.
pub(crate) fn param_of(seen: &Seen) -> Option<String> {
    let body = seen.json();
    let at = ["/error/param", "/param"].into_iter().find_map(|at| body.pointer(at));
    at.and_then(Value::as_str).map(str::to_owned)
}
