//! The request of a case: with its own ids, or with one of them replaced.

use std::fmt::Write as _;

use synaptiq_http::route::BodyRule;

use super::{
    belongings::{Belongings, Spelling},
    case::{Asked, Where, filled, placeholders, places},
    world::Owner,
};
use crate::stage::{Asking, Seen, Stage};

/// A request of a case, not yet sent.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    asked: Asked,
    values: Vec<Spelling>,
    /// Another path and query than the case's.
    target: Option<String>,
}

impl Wanted {
    /// The request in which everything that is named belongs to one owner.
    pub(crate) fn of(asked: Asked, own: &Belongings) -> Self {
        let values = places(asked).into_iter().map(|(_, thing)| own.text(thing)).collect();
        Self { asked, values, target: None }
    }

    /// The same request with another text in one place.
    pub(crate) fn with(mut self, place: usize, spelling: Spelling) -> Self {
        self.values[place] = spelling;
        self
    }

    /// The same request to another path and query.
    pub(crate) fn to(&self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), ..self.clone() }
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        if let Some(target) = &self.target {
            return target.clone();
        }
        let mut values = self.values.iter();
        let mut path = String::new();
        for segment in self.asked.place.path_here(self.asked.route.path).split('/').skip(1) {
            let value = segment.starts_with('{').then(|| values.next()).flatten();
            let _ = write!(path, "/{}", value.map_or_else(|| segment.to_owned(), percent));
        }
        let count = placeholders(self.asked.case.query).len();
        let query = filled(self.asked.case.query, values.take(count).map(percent));
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// The JSON body, where the route takes one.
    pub(crate) fn body(&self) -> Option<String> {
        let before = self.asked.case.path.len() + placeholders(self.asked.case.query).len();
        let values = self.values.iter().skip(before).map(|spelling| spelling.text.clone());
        (self.asked.route.body != BodyRule::None && !self.asked.case.body.is_empty())
            .then(|| filled(self.asked.case.body, values))
    }

    /// Begins the request without a credential, but for the session that a visitor's route reads.
    pub(crate) fn ask_publicly<'a>(&self, stage: &'a Stage) -> Asking<'a> {
        let asking = stage.ask_publicly(self.asked.route.verb.as_str(), &self.target()).header("x-request-id", "same");
        let asking = match self.body() {
            Some(body) => asking.raw(body),
            None => asking,
        };
        let session = places(self.asked).iter().position(|(at, _)| *at == Where::Header);
        match session {
            Some(at) => asking.header("authorization", &format!("Session {}", self.values[at].text)),
            None => asking,
        }
    }

    /// Begins the request with the credential that the route asks for.
    pub(crate) fn ask<'a>(&self, stage: &'a Stage, owner: &Owner) -> Asking<'a> {
        let asking = self.ask_publicly(stage);
        if self.asked.permission().is_none() && self.asked.is_reached_without_a_key() {
            return asking;
        }
        let key = owner.key_for(self.asked).expect("whoever asks has a key for this place");
        asking.header("authorization", &format!("Bearer {key}"))
    }
}

fn percent(spelling: &Spelling) -> String {
    spelling.text.bytes().fold(String::new(), |mut encoded, byte| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte);
        if is_plain && !spelling.escaped {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// An answer as far as two askers must get the same: all of it but the request's id and what a
/// limiter counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparable {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Comparable {
    pub(crate) fn of(seen: &Seen) -> Self {
        let mut headers: Vec<(String, String)> = seen
            .headers
            .iter()
            .filter(|(name, _)| !name.as_str().starts_with("x-ratelimit") && name.as_str() != "x-request-id")
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        headers.sort();
        Self { status: seen.status, headers, body: seen.text() }
    }

    pub(crate) const fn is_refusal(&self) -> bool {
        self.status >= 400
    }

    /// The same with the ids that a write made, and the text that was sent, made alike.
    pub(crate) fn without_new_names(&self, sent: &Spelling) -> Self {
        let alike = |text: &str| with_ids_counted(&text.replace(&*sent.text, "<sent>"));
        Self {
            status: self.status,
            headers: self.headers.iter().map(|(name, value)| (name.clone(), alike(value))).collect(),
            body: alike(&self.body),
        }
    }
}

/// A text in which every id, key and session is replaced by its number in order of appearance.
fn with_ids_counted(text: &str) -> String {
    let mut known: Vec<&str> = Vec::new();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut out = String::new();
    for word in text.split_inclusive(|c| !is_of_name(c)) {
        let name = word.trim_end_matches(|c| !is_of_name(c));
        if is_made(name) {
            let at = known.iter().position(|other| *other == name).unwrap_or_else(|| {
                known.push(name);
                known.len() - 1
            });
            let _ = write!(out, "<new {at}>");
            out.push_str(&word[name.len()..]);
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Whether a word is one that the server makes: an id, a key, a session, a secret.
fn is_made(word: &str) -> bool {
    let is_uuid = word.len() == 36 && word.matches('-').count() == 4;
    let is_prefixed = word.rsplit_once('_').is_some_and(|(_, rest)| rest.len() == 26);
    let is_secret = ["sess_", "sk_", "whsec_", "visitor_"].iter().any(|prefix| word.starts_with(prefix));
    is_uuid || is_prefixed || is_secret
}
