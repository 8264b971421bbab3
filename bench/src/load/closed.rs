//! A closed loop: every connection sends its next request when the last one is answered. It finds
//! out how many requests a second there can be.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use tokio::time::timeout;

use super::{Connection, Source, latencies};

/// How long an answer may stay out after the end before the loop gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A closed loop.
pub(crate) struct Closed {
    /// The server.
    pub(crate) address: SocketAddr,
    /// For how long requests are sent.
    pub(crate) duration: Duration,
    /// The status that every answer must have.
    pub(crate) status: u16,
}

/// What a closed loop has found.
pub(crate) struct Throughput {
    /// Requests that were answered in time, by the second.
    pub(crate) per_second: f64,
    /// How many these were.
    pub(crate) requests: u64,
    /// From sending to the whole answer, in microseconds.
    pub(crate) latencies: Histogram<u64>,
}

impl Closed {
    /// Sends until the time is over; one connection for each source.
    pub(crate) async fn run<S: Source>(&self, sources: impl IntoIterator<Item = S>) -> Result<Throughput> {
        let mut ready = Vec::new();
        for source in sources {
            ready.push((Connection::open(self.address).await?, source));
        }
        let begun = Instant::now();
        let end = begun + self.duration;
        let status = self.status;
        let loops: Vec<_> = ready
            .into_iter()
            .map(|(connection, source)| tokio::spawn(one_connection(connection, source, end, status)))
            .collect();
        let mut all = latencies();
        for one in loops {
            let measured = timeout(self.duration + PATIENCE, one).await.context("the server does not answer")??;
            all.add(measured?).expect("both have the same bounds");
        }
        let requests = all.len();
        #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
        let per_second = requests as f64 / self.duration.as_secs_f64();
        Ok(Throughput { per_second, requests, latencies: all })
    }
}

async fn one_connection(
    mut connection: Connection,
    mut source: impl Source,
    end: Instant,
    status: u16,
) -> Result<Histogram<u64>> {
    let mut measured = latencies();
    let mut sent = Instant::now();
    while sent < end {
        let response = connection.exchange(source.next()).await?;
        response.expect(status)?;
        source.answered(response.body);
        let answered = Instant::now();
        if answered > end {
            break;
        }
        measured.saturating_record(u64::try_from((answered - sent).as_micros()).unwrap_or(u64::MAX));
        sent = answered;
    }
    Ok(measured)
}
