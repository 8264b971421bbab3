//! The channel that carries server-sent events to a client that may go away, and the pings that
//! keep a silent stream open. The bytes of an event are made in `wire`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::Serialize;
use synaptiq_wire::sse::{PING, frame};
use tokio::{
    sync::mpsc,
    time::{error::Elapsed, timeout},
};

/// How many events wait for a slow client.
const QUEUE: usize = 256;
/// How long a client may keep its stream from moving before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// A stream of events to one client.
pub fn channel() -> (EventSender, mpsc::Receiver<Bytes>) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (EventSender { sender, begun: Arc::default() }, receiver)
}

/// The writing end. Writing to a client that is gone does nothing: whoever writes goes on with its
/// work, because an answer is stored whether it is read or not.
#[derive(Debug, Clone)]
pub struct EventSender {
    sender: mpsc::Sender<Bytes>,
    begun: Arc<AtomicBool>,
}

impl EventSender {
    /// Sends an event; `false` if the client is gone or takes nothing any more.
    pub async fn send(&self, event: &str, data: &impl Serialize, id: Option<u64>) -> bool {
        self.begun.store(true, Ordering::Relaxed);
        let bytes = Bytes::from(frame(event, data, id));
        matches!(timeout(PATIENCE, self.sender.send(bytes)).await, Ok(Ok(())))
    }

    /// Whether anything was sent, delivered or not.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Ends when the client is gone.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

/// The events of a channel with a ping whenever none came for `every`.
pub fn with_pings(receiver: mpsc::Receiver<Bytes>, every: Duration) -> impl Stream<Item = Bytes> {
    stream::unfold(receiver, move |mut receiver| async move {
        let next: Result<Option<Bytes>, Elapsed> = timeout(every, receiver.recv()).await;
        match next {
            Ok(Some(bytes)) => Some((bytes, receiver)),
            Ok(None) => None,
            Err(_) => Some((Bytes::from_static(PING), receiver)),
        }
    })
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn whoever_writes_to_a_client_that_is_gone_goes_on() {
        let (sender, receiver) = channel();
        assert!(!sender.has_begun());
        drop(receiver);
        assert!(!sender.send("message", &1, None).await);
        assert!(sender.has_begun());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_pinged_and_ends_with_its_writer() {
        let (sender, receiver) = channel();
        let mut stream = Box::pin(with_pings(receiver, Duration::from_secs(15)));
        assert_eq!(stream.next().await.as_deref(), Some(&b": ping\n\n"[..]));
        sender.send("x", &1, Some(3)).await;
        drop(sender);
        assert_eq!(stream.next().await.as_deref(), Some(&b"id: 3\nevent: x\ndata: 1\n\n"[..]));
        assert_eq!(stream.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn p2_a_client_that_reads_nothing_does_not_hold_its_writer_for_ever() {
        let (sender, _receiver) = channel();
        for _ in 0..QUEUE {
            assert!(sender.send("x", &1, None).await);
        }
        assert!(!sender.send("x", &1, None).await);
    }
}
