//! Receivers that behave as scripted, on real sockets of this machine.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

/// What a receiver does with one request. The last one of a script repeats.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with these bytes and listens for the next request on the same connection.
    Answer(String),
    /// Answers with these bytes and hangs up.
    AnswerAndClose(Vec<u8>),
    /// Hangs up as soon as there is a connection, before the request was read.
    HangUp,
    /// Answers with these bytes and then one byte at a time, for ever.
    Drip(String),
    /// Answers with these bytes and then as many as are taken, for ever.
    Flood(String),
    /// Never answers, until [`Receiver::release`]; then 200.
    Hang,
}

impl Act {
    /// An answer without a body.
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer(format!("HTTP/1.1 {status} Scripted\r\nContent-Length: 0\r\n\r\n"))
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Request line and headers.
    pub(crate) head: String,
    /// The body's bytes.
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The value of a header that is there once.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut values = self.head.lines().skip(1).filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        let value = values.next();
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }
}

/// A listener with a script.
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    script: Mutex<Vec<Act>>,
    requests: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    cut_off: AtomicUsize,
    release: Notify,
}

impl Receiver {
    /// Listens on the loopback address.
    pub(crate) async fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, script)
    }

    /// Listens on two loopback addresses at the same port.
    pub(crate) async fn start_two(act: Act) -> (Self, Self) {
        loop {
            let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = first.local_addr().unwrap().port();
            if let Ok(second) = TcpListener::bind(("127.0.0.2", port)).await {
                return (Self::on(first, vec![act.clone()]), Self::on(second, vec![act]));
            }
        }
    }

    fn on(listener: TcpListener, mut script: Vec<Act>) -> Self {
        script.reverse();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            cut_off: AtomicUsize::new(0),
            release: Notify::new(),
        });
        let address = listener.local_addr().unwrap();
        let listening = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    shared.connections.fetch_add(1, Ordering::SeqCst);
                    let shared = Arc::clone(&shared);
                    tokio::spawn(async move {
                        let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
                        shared.most_open.fetch_max(open, Ordering::SeqCst);
                        shared.serve(stream).await;
                        shared.open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            }
        });
        Self { address, shared, listening }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address.ip()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Whole requests so far.
    pub(crate) fn requests(&self) -> Vec<Received> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Most connections at a time.
    pub(crate) fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }

    /// How many endless answers the other side has cut off.
    pub(crate) fn cut_off(&self) -> usize {
        self.shared.cut_off.load(Ordering::SeqCst)
    }

    /// Lets every request that hangs now be answered.
    pub(crate) fn release(&self) {
        self.shared.release.notify_waiters();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    fn next_act(&self) -> Act {
        let mut script = self.script.lock().unwrap();
        if script.len() > 1 { script.pop().unwrap() } else { script[0].clone() }
    }

    async fn serve(&self, mut stream: TcpStream) {
        loop {
            if matches!(self.script.lock().unwrap().last(), Some(Act::HangUp)) {
                self.next_act();
                return;
            }
            let Some(request) = read_request(&mut stream).await else { return };
            // Asked for before the request is known to the test, so that a release cannot be missed.
            let released = self.release.notified();
            self.requests.lock().unwrap().push(request);
            match self.next_act() {
                Act::Answer(bytes) => {
                    if stream.write_all(bytes.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Act::AnswerAndClose(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                    return;
                }
                Act::HangUp => return,
                Act::Drip(head) => {
                    let mut sent = stream.write_all(head.as_bytes()).await;
                    while sent.is_ok() {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                        sent = stream.write_all(b"x").await;
                    }
                    self.cut_off.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                Act::Flood(head) => {
                    let mut sent = stream.write_all(head.as_bytes()).await;
                    while sent.is_ok() {
                        sent = stream.write_all(&[b'x'; 4096]).await;
                    }
                    self.cut_off.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                Act::Hang => {
                    released.await;
                    let _ = stream.write_all(b"HTTP/1.1 200 At last\r\nContent-Length: 0\r\n\r\n").await;
                }
            }
        }
    }
}

/// Reads one request with its body; nothing if the other side hangs up before.
async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
            _ => return None,
        }
    };
    let mut body = bytes.split_off(end);
    let mut request = Received { head: String::from_utf8(bytes).unwrap(), body: Vec::new() };
    let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    let have = body.len();
    body.resize(length, 0);
    stream.read_exact(&mut body[have..]).await.ok()?;
    request.body = body;
    Some(request)
}
