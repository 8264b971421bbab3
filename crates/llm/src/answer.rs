//! Reads an answer piece by piece, within its limits in time and size.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use reqwest::{Response, header::CONTENT_TYPE};
use synaptiq_domain::ports::{ModelError, ModelStream};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    event_stream::{EventStream, NotAnEventStream},
    shapes::{Completion, Finish},
};

/// How many bytes may arrive for each byte of text: the rest is JSON around it.
const BYTES_PER_BYTE_OF_TEXT: usize = 128;
/// How long the last bytes after a whole answer are waited for, so that the connection can be used again.
const LAST_BYTES: Duration = Duration::from_millis(100);

/// What an answer may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// When it must have ended.
    pub(crate) deadline: Instant,
    /// When its first piece must be there.
    pub(crate) first_piece: Instant,
    /// The most each further piece may take.
    pub(crate) idle: Duration,
    /// The most bytes of text.
    pub(crate) max_bytes: usize,
}

/// The text of a successful answer as it arrives.
pub(crate) fn read(response: Response, limits: Limits) -> ModelStream {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_document = media_type.trim_start().to_ascii_lowercase().starts_with("application/json");
    let body = response.bytes_stream().fuse().boxed();
    let answer = Answer {
        body,
        limits,
        events: EventStream::default(),
        arrived: 0,
        said: 0,
        blank: true,
        finish: None,
        ended: false,
    };
    if is_document {
        stream::once(answer.document()).boxed()
    } else {
        stream::try_unfold(answer, |mut answer| async move { Ok(answer.piece().await?.map(|piece| (piece, answer))) })
            .boxed()
    }
}

struct Answer {
    body: BoxStream<'static, reqwest::Result<Bytes>>,
    limits: Limits,
    events: EventStream,
    /// How many bytes arrived.
    arrived: usize,
    /// How many bytes of text they held.
    said: usize,
    /// Whether that text was blanks alone.
    blank: bool,
    finish: Option<Finish>,
    /// Whether no more bytes will come.
    ended: bool,
}

impl Answer {
    /// The next piece of a stream, `None` after a whole answer.
    async fn piece(&mut self) -> Result<Option<String>, ModelError> {
        let patience = if self.said == 0 { self.limits.first_piece } else { Instant::now() + self.limits.idle };
        let until = patience.min(self.limits.deadline);
        loop {
            while let Some(data) = self.events.next() {
                if data.trim() == "[DONE]" {
                    self.finish.get_or_insert(Finish::Whole);
                    break;
                }
                let text = self.take(&data)?;
                if !text.is_empty() {
                    return Ok(Some(text));
                }
            }
            if let Some(finish) = &self.finish {
                check_whole(finish, self.blank)?;
                let rest = async { while let Some(Ok(_)) = self.body.next().await {} };
                // Whether they come or not, the answer is whole.
                let _ = timeout(LAST_BYTES, rest).await;
                return Ok(None);
            }
            if self.ended {
                return Err(broken_off());
            }
            if let Some(bytes) = self.bytes(until).await? {
                self.events.push(&bytes).map_err(garbled)?;
            } else {
                self.ended = true;
                self.events.end().map_err(garbled)?;
            }
        }
    }

    /// The text of an answer that came in one piece, although a stream was asked for.
    async fn document(mut self) -> Result<String, ModelError> {
        let mut document = Vec::new();
        while let Some(bytes) = self.bytes(self.limits.deadline).await? {
            document.extend_from_slice(&bytes);
        }
        let document = String::from_utf8(document).map_err(|_| ModelError::Garbage("not UTF-8".to_owned()))?;
        let text = self.take(&document)?;
        check_whole(self.finish.as_ref().unwrap_or(&Finish::Whole), self.blank)?;
        Ok(text)
    }

    /// The text in one JSON object.
    fn take(&mut self, json: &str) -> Result<String, ModelError> {
        let completion: Completion =
            serde_json::from_str(json).map_err(|_| ModelError::Garbage("not a chat completion".to_owned()))?;
        if completion.is_error() {
            return Err(ModelError::Unreachable("the server reported an error".to_owned()));
        }
        let (text, finish) = completion.into_text();
        self.finish = self.finish.take().or(finish);
        self.said += text.len();
        self.blank &= text.trim().is_empty();
        if self.said > self.limits.max_bytes {
            return Err(too_long());
        }
        Ok(text)
    }

    /// The next bytes, `None` at their end.
    async fn bytes(&mut self, until: Instant) -> Result<Option<Bytes>, ModelError> {
        match timeout_at(until, self.body.next()).await {
            Err(_) => Err(ModelError::TimedOut),
            Ok(None) => Ok(None),
            Ok(Some(Err(_))) => Err(broken_off()),
            Ok(Some(Ok(bytes))) => {
                self.arrived += bytes.len();
                if self.arrived > self.limits.max_bytes.saturating_mul(BYTES_PER_BYTE_OF_TEXT) {
                    return Err(too_long());
                }
                Ok(Some(bytes))
            }
        }
    }
}

fn check_whole(finish: &Finish, blank: bool) -> Result<(), ModelError> {
    match finish {
        Finish::Cut(reason) => Err(ModelError::Garbage(format!("the answer was cut off: {reason}"))),
        Finish::Whole if blank => Err(ModelError::Garbage("the answer is empty".to_owned())),
        Finish::Whole => Ok(()),
    }
}

fn broken_off() -> ModelError {
    ModelError::Garbage("the answer broke off".to_owned())
}

fn too_long() -> ModelError {
    ModelError::Garbage("the answer is longer than allowed".to_owned())
}

fn garbled(error: NotAnEventStream) -> ModelError {
    ModelError::Garbage(error.to_string())
}
