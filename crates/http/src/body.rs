//! Reads a request's body with a size limit, a deadline and a minimum rate (security I5, I6).
//!
//! The framework has no deadline for bodies: a client that sends one byte a second would keep its
//! connection for ever. Here a body has [`BodyLimits::grace`] seconds for free and every further
//! second must bring [`BodyLimits::bytes_per_second`]; at [`BodyLimits::deadline`] it ends anyway.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

/// How large a body may be and how slowly it may come.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// The most bytes. Default 1 MiB.
    pub bytes: usize,
    /// The whole time allowed. Default 30 s.
    pub deadline: Duration,
    /// The time before the rate counts. Default 5 s.
    pub grace: Duration,
    /// The slowest rate after that. Default 1 KiB/s.
    pub bytes_per_second: u32,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            bytes: 1024 * 1024,
            deadline: Duration::from_secs(30),
            grace: Duration::from_secs(5),
            bytes_per_second: 1024,
        }
    }
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    /// It is larger than allowed.
    #[error("the body is larger than allowed")]
    TooLarge,
    /// It came too slowly.
    #[error("the body came too slowly")]
    TooSlow,
    /// The connection broke, or the body's framing is no HTTP.
    #[error("the body ended before its end")]
    Broken,
}

/// The pace of one body while it comes: its size, its deadline and its least rate.
#[derive(Debug)]
pub struct Pace {
    begun: Instant,
    read: usize,
    limits: BodyLimits,
}

impl Pace {
    /// Begins to count. `announced` is the body's `Content-Length`, where there is one.
    pub fn begin(announced: Option<u64>, limits: BodyLimits) -> Result<Self, BodyError> {
        if announced.is_some_and(|length| length > limits.bytes as u64) {
            return Err(BodyError::TooLarge);
        }
        Ok(Self { begun: Instant::now(), read: 0, limits })
    }

    /// The next piece of the body, `None` at its end.
    pub async fn next<S, E>(&mut self, chunks: &mut S) -> Result<Option<Bytes>, BodyError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let allowed = self.limits.grace + time_for(self.read, self.limits.bytes_per_second);
        match timeout_at(self.begun + self.limits.deadline.min(allowed), chunks.next()).await {
            Err(_) => Err(BodyError::TooSlow),
            Ok(Some(Err(_))) => Err(BodyError::Broken),
            Ok(None) => Ok(None),
            Ok(Some(Ok(chunk))) if self.read + chunk.len() > self.limits.bytes => Err(BodyError::TooLarge),
            Ok(Some(Ok(chunk))) => {
                self.read += chunk.len();
                Ok(Some(chunk))
            }
        }
    }
}

/// Reads a body to its end. `announced` is its `Content-Length`, where there is one.
pub async fn read<S, E>(mut chunks: S, announced: Option<u64>, limits: BodyLimits) -> Result<Bytes, BodyError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    let mut pace = Pace::begin(announced, limits)?;
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(chunk) = pace.next(&mut chunks).await? {
        if first.is_empty() && rest.is_empty() {
            first = chunk;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&first);
            first = Bytes::new();
        }
        rest.extend_from_slice(&chunk);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// How long so many bytes may take at a rate.
fn time_for(bytes: usize, bytes_per_second: u32) -> Duration {
    Duration::from_millis((bytes as u64).saturating_mul(1000) / u64::from(bytes_per_second.max(1)))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn limits() -> BodyLimits {
        BodyLimits { bytes: 10, ..BodyLimits::default() }
    }

    fn chunks(texts: &[&'static str]) -> impl Stream<Item = Result<Bytes, ()>> + Unpin {
        stream::iter(texts.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn a_body_comes_back_whole_however_it_is_cut() {
        for cut in [&["helloworld"][..], &["hello", "world"], &["", "h", "elloworl", "d"], &["hel", "", "loworld"]] {
            assert_eq!(read(chunks(cut), None, limits()).await, Ok(Bytes::from_static(b"helloworld")), "{cut:?}");
        }
        assert_eq!(read(chunks(&[]), None, limits()).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn i5_a_body_of_one_byte_too_many_is_refused_announced_or_not() {
        assert_eq!(read(chunks(&["helloworld", "!"]), None, limits()).await, Err(BodyError::TooLarge));
        assert_eq!(read(chunks(&["hello"]), Some(11), limits()).await, Err(BodyError::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn i6_a_body_that_drips_is_cut_off_soon_after_the_grace() {
        let dripping = Box::pin(stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, ()>(Bytes::from_static(b"x")), ()))
        }));
        let begun = Instant::now();
        assert_eq!(read(dripping, None, BodyLimits::default()).await, Err(BodyError::TooSlow));
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn i6_a_body_that_comes_at_the_least_rate_still_ends_at_the_deadline() {
        let steady = Box::pin(stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Some((Ok::<_, ()>(Bytes::from_static(&[0; 1000])), ()))
        }));
        let begun = Instant::now();
        assert_eq!(read(steady, None, BodyLimits::default()).await, Err(BodyError::TooSlow));
        assert_eq!(begun.elapsed().as_secs(), 30);
    }
}
