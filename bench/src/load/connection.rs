//! One kept-alive connection that sends whole requests and reads whole answers.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer as far as it is looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response<'a> {
    /// Its status.
    pub(crate) status: u16,
    /// Its body.
    pub(crate) body: &'a [u8],
}

impl Response<'_> {
    /// The error of an answer that nobody expected, with what it says.
    pub(crate) fn expect(&self, status: u16) -> Result<()> {
        if self.status == status {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        bail!("the server answered {} instead of {status}: {said}", self.status)
    }
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect")?;
        stream.set_nodelay(true).context("cannot connect")?;
        Ok(Self { stream, received: Vec::with_capacity(16 << 10) })
    }

    /// Sends one request and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Response<'_>> {
        self.stream.write_all(request).await.context("the request cannot be sent")?;
        self.received.clear();
        let head = loop {
            self.read_more().await?;
            if let Some(head) = Head::read(&self.received)? {
                break head;
            }
        };
        let end = head.length + head.body_length;
        while self.received.len() < end {
            self.read_more().await?;
        }
        if self.received.len() > end {
            bail!("there is something behind the answer");
        }
        Ok(Response { status: head.status, body: &self.received[head.length..] })
    }

    async fn read_more(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.received).await.context("the answer cannot be read")?;
        if read == 0 {
            bail!("the server has closed the connection");
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Head {
    length: usize,
    status: u16,
    body_length: usize,
}

impl Head {
    /// The head, once all of it is there.
    fn read(received: &[u8]) -> Result<Option<Self>> {
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&received[..end]).context("the answer's head is not text")?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok())
            .with_context(|| format!("not an answer: {text}"))?;
        let body_length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok())
            .with_context(|| format!("an answer without a length: {text}"))?;
        Ok(Some(Self { length: end + 4, status, body_length }))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn a_head_that_has_not_all_arrived_is_waited_for() {
        assert_eq!(Head::read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n").expect("no error"), None);
    }

    #[test]
    fn an_answer_without_a_length_is_an_error() {
        assert!(Head::read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }

    #[tokio::test]
    async fn an_answer_that_arrives_in_pieces_is_read_to_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("bound");
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            let mut request = [0; 4];
            stream.read_exact(&mut request).await.expect("received");
            for piece in ["HTTP/1.1 201 Cre", "ated\r\ncontent-length: 5\r\n\r\nhe", "llo"] {
                stream.write_all(piece.as_bytes()).await.expect("sent");
                stream.flush().await.expect("sent");
                tokio::task::yield_now().await;
            }
            request
        });
        let mut connection = Connection::open(address).await.expect("connected");
        let response = connection.exchange(b"ping").await.expect("answered");
        assert_eq!(response, Response { status: 201, body: b"hello" });
        assert_eq!(&served.await.expect("served"), b"ping");
    }
}
