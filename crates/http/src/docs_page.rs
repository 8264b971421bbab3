//! A page that lists a dialect's operations, made from its route table. It stands by itself: no
//! script, nothing fetched.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::{
    answer::Answer,
    dialect::Place,
    operation::ParamKind,
    route::{Access, Route},
};

/// The page, with the paths of one of its dialect's places.
pub fn page(place: Place) -> String {
    let dialect = place.dialect;
    let mut rows = String::new();
    let mut tag = "";
    for route in dialect.routes() {
        if route.doc.tag != tag {
            tag = route.doc.tag;
            let _ = write!(rows, "<h2>{}</h2>", escape(tag));
        }
        rows.push_str(&section(route, &place.path_here(route.path)));
    }
    let title = escape(dialect.title());
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>\
         <p>Send your API key as <code>Authorization: Bearer …</code>. Every write takes an <code>Idempotency-Key</code>. \
         The same as data: <a href=\"openapi.json\">openapi.json</a>.</p>{rows}</main></body></html>"
    )
}

/// The page as an answer.
pub fn answer(page: &Bytes) -> Answer {
    Answer::bytes(200, "text/html; charset=utf-8", page.clone())
        .with_header("content-security-policy", content_policy())
        .with_header("cache-control", "public, max-age=300")
        .with_header("referrer-policy", "no-referrer")
}

/// Nothing is allowed but the page's own style, named by its hash.
fn content_policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;color-scheme:light dark}\
main{max-width:60rem;margin:auto;padding:1rem}section{border-top:1px solid #8886;padding:.75rem 0}\
h3{margin:0;font-size:1rem}code{font-family:ui-monospace,monospace}p{margin:.25rem 0}\
table{border-collapse:collapse;font-size:.9rem}td{padding:.15rem .75rem .15rem 0;vertical-align:top}";

fn section(route: &Route, path: &str) -> String {
    let access = match route.access {
        Access::Public | Access::PublicChat | Access::PublicVisit => "public".to_owned(),
        Access::Session => "a visitor's session".to_owned(),
        Access::Login => "the admin token".to_owned(),
        Access::Operator => "the operator's session".to_owned(),
        Access::Scope(permission) => format!("scope <code>{permission}</code>"),
    };
    let mut text = format!(
        "<section id=\"{}\"><h3><code>{} {}</code></h3><p>{} ({access})</p>",
        escape(route.operation),
        route.verb,
        escape(path),
        escape(route.doc.summary),
    );
    if !route.doc.query.is_empty() {
        text.push_str("<table>");
        for param in route.doc.query {
            let (name, about) = (escape(param.name), escape(param.about));
            let _ = write!(text, "<tr><td><code>{name}</code></td><td>{about} {}</td></tr>", values(param.kind));
        }
        text.push_str("</table>");
    }
    if let Some(example) = route.doc.example {
        let _ = write!(text, "<p>Body: <code>{}</code></p>", escape(example));
    }
    for (status, description, _) in route.doc.answers {
        let _ = write!(text, "<p>{status}: {}</p>", escape(description));
    }
    text.push_str("</section>");
    text
}

fn values(kind: ParamKind) -> String {
    match kind {
        ParamKind::Text | ParamKind::Filled(_) | ParamKind::VisitorName | ParamKind::Email => String::new(),
        ParamKind::Whole(least, u32::MAX, default) => format!("From {least}; default {default}."),
        ParamKind::Whole(least, most, default) => format!("{least} to {most}; default {default}."),
        ParamKind::WholeIfAny(least, u32::MAX) => format!("From {least}."),
        ParamKind::WholeIfAny(least, most) => format!("{least} to {most}."),
        ParamKind::Flag(default) => format!("true or false; default {default}."),
        ParamKind::Time => "An ISO 8601 date or date-time.".to_owned(),
        ParamKind::OneOf(words) => format!("One of {}.", words.join(", ")),
        ParamKind::SomeOf(words) => format!("One or several of {}, separated by commas.", words.join(", ")),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
