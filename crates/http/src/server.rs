//! Listens, serves, and stops gracefully (security P3).

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use actix_http::{HttpService, KeepAlive};
use actix_server::{Server, ServerHandle};
use actix_service::{ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    App, Error,
    body::BoxBody,
    dev::{AppConfig, ServiceFactory, ServiceRequest, ServiceResponse},
    rt::net::TcpStream,
    web,
};
use tokio::{runtime::Handle, task::JoinHandle};

use crate::{
    connection::Watched,
    front::{Front, Parts},
    pipeline,
};

/// How the server runs.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where to listen; port 0 picks one.
    pub listen: SocketAddr,
    /// How many event loops; one per core where nothing is said.
    pub workers: Option<usize>,
    /// The most open connections of one event loop. Default 25,000.
    pub connections_a_worker: usize,
    /// How long a stop waits for requests in hand. Default 30 s.
    pub drain: Duration,
}

impl ServerOptions {
    /// Listens there, with the defaults.
    pub const fn on(listen: SocketAddr) -> Self {
        Self { listen, workers: None, connections_a_worker: 25_000, drain: Duration::from_secs(30) }
    }
}

/// A server that runs.
pub struct Running {
    /// Where it listens, with the port that was picked.
    pub address: SocketAddr,
    front: Arc<Front>,
    handle: ServerHandle,
    server: JoinHandle<io::Result<()>>,
    drain: Duration,
}

/// Starts serving on the present runtime, which also carries the work that outlives its clients.
pub fn serve(options: &ServerOptions, parts: Parts) -> io::Result<Running> {
    let front = Front::new(parts, Handle::current());
    let listener = std::net::TcpListener::bind(options.listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let limits = front.limits;
    let served = Arc::clone(&front);
    let mut builder = Server::build()
        .disable_signals()
        .backlog(2048)
        .max_concurrent_connections(options.connections_a_worker)
        .shutdown_timeout(options.drain.as_secs().max(1));
    if let Some(workers) = options.workers {
        builder = builder.workers(workers);
    }
    let stopping = builder.graceful_shutdown_signal();
    let listening = builder
        .listen("synaptiq", listener, move || {
            let stopping = stopping.clone();
            let http = HttpService::<Watched<TcpStream>, _, _>::build()
                .keep_alive(KeepAlive::Timeout(limits.idle))
                .client_request_timeout(limits.head)
                .client_disconnect_timeout(Duration::from_secs(1))
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .on_connect_ext(|connection: &Watched<TcpStream>, data| {
                    data.insert(connection.watch());
                })
                .local_addr(address)
                .h1(map_config(application(&served), |()| AppConfig::default()).map_err(|error: Error| error));
            fn_service(move |socket: TcpStream| async move {
                let _ = socket.set_nodelay(true);
                let peer = socket.peer_addr().ok();
                Ok::<_, actix_http::error::DispatchError>((Watched::new(socket, limits.head, limits.idle), peer))
            })
            .and_then(http)
        })?
        .run();
    let handle = listening.handle();
    Ok(Running { address, front, handle, server: tokio::spawn(listening), drain: options.drain })
}

/// The application that every worker runs: one entrance, because routes are data.
pub fn application(
    front: &Arc<Front>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
    + use<>,
> {
    App::new().app_data(web::Data::from(Arc::clone(front))).default_service(web::to(pipeline::serve))
}

impl Running {
    /// What requests are served with.
    pub fn front(&self) -> &Arc<Front> {
        &self.front
    }

    /// Stops: not ready any more, no new connections, requests in hand and turns without a client
    /// are finished, as far as the time allowed goes.
    pub async fn stop(self) -> io::Result<()> {
        self.front.stop();
        self.handle.stop(true).await;
        let ended = tokio::time::timeout(self.drain, self.front.tasks.ended()).await;
        if ended.is_err() {
            tracing::warn!("some turns were not finished in time; their messages are stored");
        }
        self.server.await.map_err(io::Error::other)?
    }

    /// Ends when the server does, which is never unless it failed or was stopped elsewhere.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.server).await.map_err(io::Error::other)?
    }
}
