//! Another system that gets webhooks: keeps every request to the byte and answers as it is told.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, rt::System, web};
use serde_json::Value;
use tokio::sync::Notify;

/// How long a test waits for deliveries before it fails. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The path with its query.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// What it was answered with.
    pub answered: u16,
    /// When it came.
    pub at: Instant,
}

impl Received {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("a delivery's body is no JSON: {error}"))
    }
}

/// What the receiver answers to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scripted {
    /// The HTTP status.
    pub status: u16,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// How long it holds the request before it answers.
    pub delay: Duration,
}

impl Scripted {
    /// An immediate answer without headers.
    pub const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), delay: Duration::ZERO }
    }
}

struct Shared {
    script: Vec<Scripted>,
    next: AtomicUsize,
    received: Mutex<Vec<Received>>,
    changed: Notify,
}

/// A receiver on a loopback port, until it is dropped. It runs on a thread of its own.
pub struct Receiver {
    address: String,
    shared: Arc<Shared>,
    handle: ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Receiver {
    /// A receiver that answers everything with 200.
    pub fn start() -> Self {
        Self::scripted(&[Scripted::status(200)])
    }

    /// A receiver that answers request by request; the last answer is given to all that follow.
    ///
    /// # Panics
    ///
    /// If the script is empty.
    pub fn scripted(script: &[Scripted]) -> Self {
        assert!(!script.is_empty(), "a receiver must answer something");
        let shared = Arc::new(Shared {
            script: script.to_vec(),
            next: AtomicUsize::new(0),
            received: Mutex::new(Vec::new()),
            changed: Notify::new(),
        });
        let (started, listening) = mpsc::channel();
        let data = web::Data::from(Arc::clone(&shared));
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let app = move || App::new().app_data(data.clone()).default_service(web::to(receive));
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .bind(("127.0.0.1", 0))
                    .expect("a loopback port is free");
                let port = server.addrs()[0].port();
                let server = server.run();
                started.send((port, server.handle())).expect("the test waits for it");
                server.await.expect("the receiver runs until it is stopped");
            });
        });
        let (port, handle) = listening.recv().expect("the receiver starts");
        Self { address: format!("http://127.0.0.1:{port}"), shared, handle, thread: Some(thread) }
    }

    /// Where to send deliveries.
    pub fn url(&self) -> String {
        format!("{}/hook", self.address)
    }

    /// Every request so far, in order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().expect("no handler panics").clone()
    }

    /// Waits until `enough` holds of all requests so far, and returns them.
    ///
    /// # Panics
    ///
    /// After a minute, with what has come.
    pub async fn wait_until(&self, what: &str, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let waiting = async {
            loop {
                let changed = self.shared.changed.notified();
                let received = self.received();
                if enough(&received) {
                    return received;
                }
                changed.await;
            }
        };
        let Ok(received) = tokio::time::timeout(DEADLINE, waiting).await else {
            let bodies: Vec<String> =
                self.received().iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect();
            panic!("{what} did not arrive; what did:\n{}", bodies.join("\n"));
        };
        received
    }

    /// Waits for this many requests.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        self.wait_until(&format!("{count} deliveries"), |received| received.len() >= count).await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Sent at once; the thread ends with the server.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn receive(request: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let turn = shared.next.fetch_add(1, Ordering::Relaxed).min(shared.script.len() - 1);
    let scripted = &shared.script[turn];
    shared.received.lock().expect("no handler panics").push(Received {
        path: request.uri().to_string(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: body.to_vec(),
        answered: scripted.status,
        at: Instant::now(),
    });
    shared.changed.notify_waiters();
    tokio::time::sleep(scripted.delay).await;
    let status = StatusCode::from_u16(scripted.status).expect("the script holds HTTP statuses");
    let mut answer = HttpResponse::build(status);
    for (name, value) in &scripted.headers {
        answer.insert_header((name.as_str(), value.as_str()));
    }
    answer.finish()
}
