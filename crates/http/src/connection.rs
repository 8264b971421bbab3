//! The deadline for a request's head on every request of a connection (security I6).
//!
//! The framework times the head of a connection's first request alone: a client that sends one
//! request and then half of a second one would keep the connection for ever. So the socket is
//! wrapped. While no request is in hand, the first byte starts a clock, and reading fails when it
//! runs out before the head is whole. The pipeline says when a request begins and ends.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The rest of a head, until then.
    Head(Instant),
    /// The first byte of the next head, until then.
    Idle(Instant),
    /// The answer to requests in hand: the pipeline has its own deadlines.
    Busy,
}

/// The part of a connection that the pipeline sees.
#[derive(Debug, Clone)]
pub struct HeadWatch {
    phase: Rc<Cell<Phase>>,
    given_up: Rc<Cell<bool>>,
    head: Duration,
    idle: Duration,
}

impl HeadWatch {
    /// A new connection: its first head has `head`, later ones begin within `idle`.
    pub fn new(head: Duration, idle: Duration) -> Self {
        Self { phase: Rc::new(Cell::new(Phase::Head(Instant::now() + head))), given_up: Rc::default(), head, idle }
    }

    /// A whole head has arrived.
    pub fn request_begins(&self) {
        self.phase.set(Phase::Busy);
    }

    /// The answer is on its way; another head may come.
    pub fn request_ends(&self) {
        self.phase.set(Phase::Idle(Instant::now() + self.idle));
    }

    /// Whether the client has closed its end: nothing more will come from it. What it has asked for it
    /// may still read, so only answers that would never end should end for that.
    pub fn is_given_up(&self) -> bool {
        self.given_up.get()
    }

    fn bytes_arrived(&self) {
        if matches!(self.phase.get(), Phase::Idle(_)) {
            self.phase.set(Phase::Head(Instant::now() + self.head));
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        match self.phase.get() {
            Phase::Head(until) | Phase::Idle(until) => now >= until,
            Phase::Busy => false,
        }
    }
}

/// A socket whose reads fail when a head takes too long.
#[derive(Debug)]
pub struct Watched<S> {
    socket: S,
    watch: HeadWatch,
    /// Wakes the connection now and then, whatever it does: the phase changes without a read.
    tick: Pin<Box<Sleep>>,
}

impl<S> Watched<S> {
    /// Wraps a socket.
    pub fn new(socket: S, head: Duration, idle: Duration) -> Self {
        let watch = HeadWatch::new(head, idle);
        let tick = Box::pin(sleep_until(Instant::now() + watch.step()));
        Self { socket, watch, tick }
    }

    /// What the pipeline needs.
    pub fn watch(&self) -> HeadWatch {
        self.watch.clone()
    }
}

impl HeadWatch {
    /// How often a connection looks at the clock.
    fn step(&self) -> Duration {
        self.head.min(self.idle).max(Duration::from_millis(10)) / 2
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let filled = into.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.socket).poll_read(cx, into) {
            if into.filled().len() > filled {
                self.watch.bytes_arrived();
            } else if into.remaining() > 0 {
                self.watch.given_up.set(true);
            }
            return Poll::Ready(read);
        }
        loop {
            if self.watch.is_over(Instant::now()) {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the request's head took too long")));
            }
            ready!(self.tick.as_mut().poll(cx));
            let next = Instant::now() + self.watch.step();
            self.tick.as_mut().reset(next);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const HEAD: Duration = Duration::from_secs(5);
    const IDLE: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn i6_half_a_head_is_cut_off_on_the_first_request_and_on_later_ones() {
        let (mut client, server) = duplex(1024);
        let mut server = Watched::new(server, HEAD, IDLE);
        let mut bytes = [0; 16];
        client.write_all(b"GET / HT").await.expect("open");
        assert_eq!(server.read(&mut bytes).await.expect("bytes"), 8);
        server.watch().request_begins();
        server.watch().request_ends();
        client.write_all(b"GET / HT").await.expect("open");
        assert_eq!(server.read(&mut bytes).await.expect("bytes"), 8);
        let begun = Instant::now();
        assert_eq!(server.read(&mut bytes).await.expect_err("too slow").kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= HEAD && begun.elapsed() < HEAD * 2, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_in_hand_is_never_cut_off_here() {
        let (mut client, server) = duplex(1024);
        let mut server = Watched::new(server, HEAD, IDLE);
        server.watch().request_begins();
        let late = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            client.write_all(b"body").await.expect("open");
            client
        });
        let mut bytes = [0; 16];
        assert_eq!(server.read(&mut bytes).await.expect("bytes"), 4);
        drop(late.await);
    }

    #[tokio::test]
    async fn an_end_that_the_client_has_closed_is_noticed_by_the_read() {
        let (mut client, server) = duplex(1024);
        let mut server = Watched::new(server, HEAD, IDLE);
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("open");
        let mut bytes = [0; 64];
        assert_eq!(server.read(&mut bytes).await.expect("bytes"), 18);
        assert!(!server.watch().is_given_up());
        drop(client);
        assert_eq!(server.read(&mut bytes).await.expect("the end"), 0);
        assert!(server.watch().is_given_up());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_stays_idle_is_closed() {
        let (_client, server) = duplex(1024);
        let mut server = Watched::new(server, HEAD, IDLE);
        server.watch().request_begins();
        server.watch().request_ends();
        let begun = Instant::now();
        assert!(server.read(&mut [0; 16]).await.is_err());
        assert!(begun.elapsed() >= IDLE, "{:?}", begun.elapsed());
    }
}
