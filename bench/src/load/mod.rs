//! A light load generator: it shares the cores with the server, so that every microsecond of its
//! own is one that the server lacks. Requests are rendered by their source, answers are read no
//! further than their status and length.

mod closed;
mod connection;
mod open;

use hdrhistogram::Histogram;

pub(crate) use closed::{Closed, Throughput};
pub(crate) use connection::Connection;
pub(crate) use open::Open;

/// Where one connection's requests come from.
pub(crate) trait Source: Send + 'static {
    /// The whole next request: head and body.
    fn next(&mut self) -> &[u8];

    /// Is given the body of the answer, before the next request.
    fn answered(&mut self, _body: &[u8]) {}
}

/// Latencies in microseconds, up to a minute, three digits each.
pub(crate) fn latencies() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are in order and the digits are few")
}

/// A request to a server on this machine, ready to send.
pub(crate) fn request(method: &str, path: &str, key: &str, body: Option<&str>) -> Vec<u8> {
    let rest = match body {
        Some(body) => {
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
        None => "\r\n".to_owned(),
    };
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n{rest}").into_bytes()
}
