//! The servers together: bound on the caller's thread, so that errors are its own, then served by one thread.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::connection::{self, Handler, Protocol};
use crate::exporter::{Exporter, ExporterPage, Probes};
use crate::grpc::{Hub, Service};
use crate::listen::{self, Bound, ListenError};
use crate::metrics::{AlertLabels, Facts, Selection};
use crate::pulse::Board;
use crate::tls::{self, Identity, MutualTls, TlsError};
use crate::web::{Reload, Web};

/// The event loop is asked for signs of life four times in the span in which it must give one, but no more often and no
/// more seldom than this: each wakes it.
const ASK_EVERY: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(2));
/// How long the thread may take to end its connections.
const FAREWELL: Duration = Duration::from_secs(3);

/// What is to be served.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What does not change.
    pub facts: Arc<Facts>,
    /// The event loop.
    pub board: Board,
    /// How long the event loop may be silent before it counts as stalled.
    pub stall: Duration,
    /// The host's file system as this process sees it.
    pub host_root: PathBuf,
    /// Alerts by configured fields.
    pub labels: Option<AlertLabels>,
    /// The web server.
    pub web: Option<WebPlan>,
    /// The exporter.
    pub exporter: Option<ExporterPlan>,
    /// gRPC.
    pub grpc: Option<GrpcPlan>,
}

/// The web server.
#[derive(Clone, Debug)]
pub struct WebPlan {
    /// Where.
    pub address: SocketAddr,
    /// With TLS.
    pub identity: Option<Identity>,
    /// Path of the health check.
    pub health_path: String,
    /// What `/metrics` shows; `None`: there is none.
    pub metrics: Option<Selection>,
    /// What `/reload` does; `None`: there is none.
    pub reload: Option<Reload>,
}

/// The exporter.
#[derive(Clone, Debug)]
pub struct ExporterPlan {
    /// Where metrics are.
    pub address: SocketAddr,
    /// Where probes are.
    pub probes: SocketAddr,
    /// TLS of the metrics, with clients' certificates.
    pub tls: Option<MutualTls>,
    /// The counts.
    pub exporter: Exporter,
}

/// gRPC: a Unix socket, or TCP with mutual TLS.
#[derive(Clone, Debug)]
pub enum GrpcPlan {
    /// A Unix socket.
    Unix(PathBuf, Hub),
    /// A TCP address.
    Tcp(SocketAddr, MutualTls, Hub),
}

impl GrpcPlan {
    /// The alerts.
    pub fn hub(&self) -> &Hub {
        match self {
            GrpcPlan::Unix(_, hub) | GrpcPlan::Tcp(_, _, hub) => hub,
        }
    }
}

/// Why a server cannot start.
#[derive(Debug)]
pub enum StartError {
    /// The address cannot be had.
    Listen(ListenError),
    /// Certificates or keys cannot be used.
    Tls(TlsError),
    /// There is no thread for it.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Listen(error) => error.fmt(f),
            StartError::Tls(error) => error.fmt(f),
            StartError::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<ListenError> for StartError {
    fn from(error: ListenError) -> StartError {
        StartError::Listen(error)
    }
}

impl From<TlsError> for StartError {
    fn from(error: TlsError) -> StartError {
        StartError::Tls(error)
    }
}

struct Server {
    bound: Bound,
    tls: Option<TlsAcceptor>,
    protocol: Protocol,
    handler: Arc<dyn Handler>,
}

/// Servers that run until this is dropped.
#[derive(Debug)]
pub struct Endpoints {
    end: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    hub: Option<Hub>,
    web: Option<SocketAddr>,
    exporter: Option<(SocketAddr, SocketAddr)>,
    grpc: Option<SocketAddr>,
}

impl Endpoints {
    /// Binds everything that is planned and starts to serve.
    pub fn start(plan: Plan) -> Result<Endpoints, StartError> {
        let mut servers = Vec::new();
        let mut endpoints = Endpoints {
            end: watch::Sender::new(false),
            thread: None,
            hub: plan.grpc.as_ref().map(|grpc| grpc.hub().clone()),
            web: None,
            exporter: None,
            grpc: None,
        };
        if let Some(web) = &plan.web {
            let identity = web.identity.as_ref();
            let tls = identity.map(|identity| tls::acceptor(identity, None, &["http/1.1"])).transpose()?;
            let bound = listen::tcp(web.address)?;
            endpoints.web = bound.address();
            let handler = Arc::new(Web {
                facts: plan.facts.clone(),
                board: plan.board.clone(),
                health_path: web.health_path.clone(),
                metrics: web.metrics,
                host_root: plan.host_root.clone(),
                stall: plan.stall,
                labels: plan.labels.clone(),
                hub: endpoints.hub.clone(),
                reload: web.reload.clone(),
                requests: Default::default(),
            });
            servers.push(Server { bound, tls, protocol: Protocol::Http1, handler });
        }
        if let Some(exporter) = &plan.exporter {
            let roots = exporter.tls.as_ref().map(|tls| tls.roots.as_path());
            let identity = exporter.tls.as_ref().map(|tls| &tls.identity);
            let tls = identity.map(|identity| tls::acceptor(identity, roots, &["http/1.1"])).transpose()?;
            let (bound, probes) = (listen::tcp(exporter.address)?, listen::tcp(exporter.probes)?);
            endpoints.exporter = bound.address().zip(probes.address());
            let handler = Arc::new(ExporterPage(exporter.exporter.clone()));
            servers.push(Server { bound, tls, protocol: Protocol::Http1, handler });
            let handler = Arc::new(Probes { board: plan.board.clone(), stall: plan.stall });
            servers.push(Server { bound: probes, tls: None, protocol: Protocol::Http1, handler });
        }
        if let Some(grpc) = &plan.grpc {
            let (bound, tls) = match grpc {
                GrpcPlan::Unix(path, _) => (listen::unix(path)?, None),
                GrpcPlan::Tcp(address, tls, _) => {
                    let tls = tls::acceptor(&tls.identity, Some(&tls.roots), &["h2"])?;
                    (listen::tcp(*address)?, Some(tls))
                }
            };
            endpoints.grpc = bound.address();
            let version = plan.facts.falco_version.clone();
            let handler = Arc::new(Service { hub: grpc.hub().clone(), version });
            servers.push(Server { bound, tls, protocol: Protocol::Http2, handler });
        }
        let end = endpoints.end.subscribe();
        let (board, stall) = (plan.board, plan.stall);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
        let thread = std::thread::Builder::new()
            .name("endpoints".to_string())
            .spawn(move || {
                runtime.block_on(run(servers, board, stall, end));
                runtime.shutdown_background();
            })
            .map_err(StartError::Thread)?;
        endpoints.thread = Some(thread);
        Ok(endpoints)
    }

    /// Where the web server listens.
    pub fn web_address(&self) -> Option<SocketAddr> {
        self.web
    }

    /// Where the exporter and its probes listen.
    pub fn exporter_addresses(&self) -> Option<(SocketAddr, SocketAddr)> {
        self.exporter
    }

    /// Where gRPC listens, when it is a TCP address.
    pub fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc
    }
}

impl Drop for Endpoints {
    /// Streams get the alerts that are there; then connections end, whether their clients like it or not.
    fn drop(&mut self) {
        if let Some(hub) = &self.hub {
            hub.close();
        }
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported by then.
            let _ = thread.join();
        }
    }
}

async fn run(servers: Vec<Server>, board: Board, stall: Duration, mut end: watch::Receiver<bool>) {
    let mut tasks = tokio::task::JoinSet::new();
    for Server { bound, tls, protocol, handler } in servers {
        match bound.listen(tls) {
            Ok(listener) => {
                tasks.spawn(connection::serve(listener, protocol, handler, end.clone()));
            }
            // A bound socket can always be registered, unless the process is out of everything.
            Err(_) => continue,
        }
    }
    let mut clock = tokio::time::interval((stall / 4).clamp(ASK_EVERY.0, ASK_EVERY.1));
    loop {
        tokio::select! {
            _ = clock.tick() => board.ask(),
            _ = end.wait_for(|end| *end) => break,
        }
    }
    let _ = tokio::time::timeout(FAREWELL, async { while tasks.join_next().await.is_some() {} }).await;
}
