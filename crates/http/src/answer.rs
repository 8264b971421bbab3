//! What a handler answers: a status, a few headers, and a body in one piece or as a stream.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides those that every answer has. Names are lowercase.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// What follows.
    pub body: Body,
}

/// An answer's body.
#[derive(Debug)]
pub enum Body {
    /// Nothing, not even a content type.
    None,
    /// Bytes with their content type.
    Whole(&'static str, Bytes),
    /// Server-sent events: those that are there already, then more as they come.
    Events(Option<Bytes>, mpsc::Receiver<Bytes>),
    /// Server-sent events that have no end of their own: they last as long as the client listens.
    Feed(mpsc::Receiver<Bytes>),
}

/// The content type of JSON bodies.
pub const JSON: &str = "application/json";

impl Answer {
    /// A JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).expect("wire shapes have text keys and no failing serialisers");
        Self::bytes(status, JSON, bytes)
    }

    /// 200 with a JSON body.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(200, body)
    }

    /// A body of any type.
    pub fn bytes(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(content_type, body.into()) }
    }

    /// A status without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::None }
    }

    /// 200 with events as they come.
    pub fn events(first: Option<Bytes>, more: mpsc::Receiver<Bytes>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Events(first, more) }
    }

    /// 200 with events for as long as the client listens.
    pub fn feed(events: mpsc::Receiver<Bytes>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Feed(events) }
    }

    /// Adds a header. The name is lowercase.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// The body's bytes, unless there are none or it is a stream.
    pub fn whole(&self) -> Option<&Bytes> {
        match &self.body {
            Body::Whole(_, bytes) => Some(bytes),
            Body::None | Body::Events(..) | Body::Feed(_) => None,
        }
    }
}
