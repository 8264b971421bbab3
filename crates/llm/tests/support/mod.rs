//! A server that answers as a test tells it to, down to the bytes: what a model's server must never
//! do, it does.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// One thing that the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes again and again, with a pause before each time, until nobody listens.
    Repeat(Vec<u8>, Duration),
    /// Waits until nobody listens.
    Hang,
    /// Closes the connection.
    Close,
}

/// Bytes to send.
pub(crate) fn send(bytes: impl AsRef<[u8]>) -> Act {
    Act::Send(bytes.as_ref().to_vec())
}

/// A server on a port of its own. It stops with the test.
pub(crate) struct Stub {
    /// `http://127.0.0.1:…/v1`
    pub(crate) base_url: String,
    /// Every request as it came: head and body.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    /// How many connections were opened.
    pub(crate) connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    /// Answers every request with the same acts.
    pub(crate) async fn always(acts: Vec<Act>) -> Self {
        Self::start(move |_| acts.clone()).await
    }

    /// Answers the n-th request (from 0) with what `acts` says.
    pub(crate) async fn start(acts: impl Fn(usize) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let acts = Arc::new(acts);
        let (heard, opened) = (requests.clone(), connections.clone());
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(connection, heard.clone(), acts.clone()));
            }
        });
        Self { base_url, requests, connections, task }
    }

    /// The last request.
    pub(crate) fn last_request(&self) -> String {
        let requests = self.requests.lock().expect("no test panics while it holds the lock");
        requests.last().cloned().expect("there was a request")
    }
}

async fn serve(mut connection: TcpStream, heard: Arc<Mutex<Vec<String>>>, acts: Arc<impl Fn(usize) -> Vec<Act>>) {
    while let Some(request) = read_request(&mut connection).await {
        let number = {
            let mut heard = heard.lock().expect("no test panics while it holds the lock");
            heard.push(request);
            heard.len() - 1
        };
        for act in acts(number) {
            match act {
                Act::Send(bytes) => {
                    if connection.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Act::Repeat(bytes, pause) => loop {
                    tokio::time::sleep(pause).await;
                    if connection.write_all(&bytes).await.is_err() {
                        return;
                    }
                },
                Act::Hang => {
                    let mut rest = Vec::new();
                    let _ = connection.read_to_end(&mut rest).await;
                    return;
                }
                Act::Close => return,
            }
        }
    }
}

/// A request's head and body, or `None` when the client went away or speaks no HTTP.
async fn read_request(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        match connection.read(&mut piece).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
            _ => return None,
        }
        if bytes.first().is_some_and(|first| !first.is_ascii_uppercase()) {
            // A handshake of TLS, which this server does not speak.
            return None;
        }
    }
}

/// The head of an answer whose body ends with the connection.
pub(crate) fn head(status: &str, media_type: &str) -> Act {
    send(format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\nconnection: close\r\n\r\n"))
}

/// A whole answer with its length.
pub(crate) fn whole(status: &str, media_type: &str, body: &str) -> Act {
    let length = body.len();
    send(format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}"))
}

/// An event with a piece of text.
pub(crate) fn delta(text: &str) -> String {
    format!(
        "data: {}\n\n",
        serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
    )
}

/// The event that says how the answer ended.
pub(crate) fn finish(reason: &str) -> String {
    format!("data: {}\n\n", serde_json::json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}
