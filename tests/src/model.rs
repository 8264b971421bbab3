//! A language model behind an OpenAI-compatible address that says, or fails to say, what a test
//! wants.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, rt::System, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

/// How long a test waits for a request before it fails. Generous: the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// What the model does, step by step, once it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Some text, as one event of the stream.
    Text(String),
    /// The proper end of an answer.
    End,
    /// Any bytes.
    Raw(Vec<u8>),
    /// Nothing until [`ModelStub::release`] is called, once for each wait.
    Wait,
    /// Nothing for so long.
    Pause(Duration),
    /// Nothing for ever.
    Hang,
}

impl Said {
    /// A whole answer in one event.
    pub fn whole(text: &str) -> Vec<Self> {
        vec![Self::Text(text.to_owned()), Self::End]
    }

    fn bytes(self) -> Option<Bytes> {
        match self {
            Self::Text(text) => {
                Some(format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": text } }] })).into())
            }
            Self::End => {
                let end = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
                Some(format!("data: {end}\n\ndata: [DONE]\n\n").into())
            }
            Self::Raw(bytes) => Some(bytes.into()),
            Self::Wait | Self::Pause(_) | Self::Hang => None,
        }
    }
}

struct Script {
    status: u16,
    steps: Vec<Said>,
}

struct Shared {
    script: Mutex<Arc<Script>>,
    asked: Mutex<Vec<Value>>,
    changed: Notify,
    releases: Semaphore,
}

/// A model on a loopback port, until it is dropped. It runs on a thread of its own.
pub struct ModelStub {
    port: u16,
    shared: Arc<Shared>,
    handle: ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
}

impl ModelStub {
    /// A model that takes these steps whenever it is asked.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub fn start(steps: Vec<Said>) -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::new(Arc::new(Script { status: 200, steps })),
            asked: Mutex::new(Vec::new()),
            changed: Notify::new(),
            releases: Semaphore::new(0),
        });
        let (started, listening) = mpsc::channel();
        let data = web::Data::from(Arc::clone(&shared));
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(data.clone())
                        .route("/v1/models", web::get().to(HttpResponse::Ok))
                        .route("/v1/chat/completions", web::post().to(complete))
                };
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .bind(("127.0.0.1", 0))
                    .expect("a loopback port is free");
                let port = server.addrs()[0].port();
                let server = server.run();
                started.send((port, server.handle())).expect("the test waits for it");
                server.await.expect("the model runs until it is stopped");
            });
        });
        let (port, handle) = listening.recv().expect("the model starts");
        Self { port, shared, handle, thread: Some(thread) }
    }

    /// What a server is configured with.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// From now on it takes these steps.
    pub fn says(&self, steps: Vec<Said>) {
        *self.shared.script.lock().expect("no handler panics") = Arc::new(Script { status: 200, steps });
    }

    /// From now on it answers with this status and text.
    pub fn refuses(&self, status: u16, text: &str) {
        let steps = vec![Said::Raw(text.as_bytes().to_vec())];
        *self.shared.script.lock().expect("no handler panics") = Arc::new(Script { status, steps });
    }

    /// Lets one [`Said::Wait`] go on, now or when it is reached.
    pub fn release(&self) {
        self.shared.releases.add_permits(1);
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Value> {
        self.shared.asked.lock().expect("no handler panics").clone()
    }

    /// Waits until it has been asked so often.
    ///
    /// # Panics
    ///
    /// After a minute.
    pub async fn wait_until_asked(&self, times: usize) {
        let waiting = async {
            loop {
                let changed = self.shared.changed.notified();
                if self.asked().len() >= times {
                    return;
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(DEADLINE, waiting).await;
        assert!(waited.is_ok(), "the model was asked {} times instead of {times}", self.asked().len());
    }
}

impl Drop for ModelStub {
    fn drop(&mut self) {
        // Sent at once; the thread ends with the server.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn complete(request: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    assert_eq!(request.query_string(), "", "the address is used as it was configured");
    let asked = serde_json::from_slice(&body).expect("a model is asked in JSON");
    let script = Arc::clone(&shared.script.lock().expect("no handler panics"));
    shared.asked.lock().expect("no handler panics").push(asked);
    shared.changed.notify_waiters();
    let status = StatusCode::from_u16(script.status).expect("the script holds HTTP statuses");
    let shared = shared.into_inner();
    let steps = stream::unfold((0, script, shared), |(mut at, script, shared)| async move {
        loop {
            let step = script.steps.get(at)?.clone();
            at += 1;
            match step {
                Said::Wait => shared.releases.acquire().await.ok()?.forget(),
                Said::Pause(pause) => tokio::time::sleep(pause).await,
                Said::Hang => std::future::pending().await,
                said => {
                    let bytes = said.bytes().unwrap_or_default();
                    return Some((Ok::<_, actix_web::Error>(bytes), (at, script, shared)));
                }
            }
        }
    });
    HttpResponse::build(status).content_type("text/event-stream").streaming(steps)
}
