//! An open loop: requests are sent by the clock, whatever became of earlier ones, as visitors come.
//! A latency counts from the moment at which its request was due, so that the wait behind a slow
//! answer is part of it.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Connection, Source, latencies};

/// How long an answer may stay out after the end before the loop gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open loop.
pub(crate) struct Open {
    /// The server.
    pub(crate) address: SocketAddr,
    /// How many requests are due each second, over all connections.
    pub(crate) per_second: u32,
    /// For how long.
    pub(crate) duration: Duration,
    /// The status that every answer must have.
    pub(crate) status: u16,
}

impl Open {
    /// Sends by the clock; one connection for each source, in turn. Gives the latencies in
    /// microseconds, each up to a millisecond too long, which is how fine the timer is.
    pub(crate) async fn run<S: Source>(&self, sources: impl IntoIterator<Item = S>) -> Result<Histogram<u64>> {
        let mut ready = Vec::new();
        for source in sources {
            ready.push((Connection::open(self.address).await?, source));
        }
        let apart = Duration::from_secs(1) / self.per_second.max(1);
        let turn = apart * u32::try_from(ready.len()).context("fewer connections")?;
        let status = self.status;
        // Time for every task to be there before its first request is due.
        let begin = Instant::now() + Duration::from_millis(50);
        let mut due = begin;
        let mut loops = Vec::new();
        for (connection, source) in ready {
            let times = Times { next: due, apart: turn, end: begin + self.duration };
            loops.push(tokio::spawn(one_connection(connection, source, times, status)));
            due += apart;
        }
        let mut all = latencies();
        for one in loops {
            let measured = timeout(self.duration + PATIENCE, one).await.context("the server does not answer")??;
            all.add(measured?).expect("both have the same bounds");
        }
        Ok(all)
    }
}

/// When requests are due.
struct Times {
    next: Instant,
    apart: Duration,
    end: Instant,
}

async fn one_connection(
    mut connection: Connection,
    mut source: impl Source,
    mut times: Times,
    status: u16,
) -> Result<Histogram<u64>> {
    let mut measured = latencies();
    while times.next < times.end {
        sleep_until(times.next).await;
        let response = connection.exchange(source.next()).await?;
        response.expect(status)?;
        source.answered(response.body);
        measured.saturating_record(u64::try_from(times.next.elapsed().as_micros()).unwrap_or(u64::MAX));
        times.next += times.apart;
    }
    Ok(measured)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    struct Ping;

    impl Source for Ping {
        fn next(&mut self) -> &[u8] {
            b"ping"
        }
    }

    #[tokio::test]
    async fn the_wait_behind_a_slow_answer_is_part_of_the_latency() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("bound");
        // Five requests are due 10 ms apart; the first answer takes 100 ms, the others nothing.
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            let mut request = [0; 4];
            let mut pause = Duration::from_millis(100);
            while stream.read_exact(&mut request).await.is_ok() {
                tokio::time::sleep(pause).await;
                pause = Duration::ZERO;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("sent");
            }
        });
        let open = Open { address, per_second: 100, duration: Duration::from_millis(50), status: 200 };
        let measured = open.run([Ping]).await.expect("measured");
        assert_eq!(measured.len(), 5);
        // The last was due 40 ms after the first and could be sent 60 ms late at the earliest.
        assert!(measured.min() >= 55_000, "{} µs", measured.min());
    }
}
