//! Connections: accepted up to a limit, served by a handler, ended in order when the program ends.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tonic::body::Body;

use crate::authority::Mended;
use crate::listen::Listener;

/// Connections of one server at a time. A further one over HTTP/1.1 ends the oldest: whoever holds many open must not keep
/// health checks out. Further ones for gRPC, where connections are meant to last, wait.
const MOST_CONNECTIONS: usize = 64;
/// How long a client may take for a TLS handshake or for the head of a request.
const SLOWEST_CLIENT: Duration = Duration::from_secs(10);
/// How long an HTTP/1.1 connection may last, whatever its client does with it: one that takes no answer keeps a place.
const LONGEST_CONNECTION: Duration = Duration::from_secs(60);
/// How long connections may take to end.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long to wait after the system refused a connection, for want of descriptors for instance.
const PAUSE: Duration = Duration::from_millis(200);
/// Calls on one gRPC connection at a time.
const MOST_STREAMS: u32 = 32;
/// How often a silent gRPC connection is tested.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// What a handler returns.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// Answers requests.
pub(crate) trait Handler: Send + Sync + 'static {
    /// The answer to one request.
    fn handle(self: Arc<Self>, request: Request<Incoming>) -> Answer;
}

/// The protocol of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, for gRPC.
    Http2,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Accepts and serves connections until `end` turns true, then until they have ended.
pub(crate) async fn serve(
    listener: Listener,
    protocol: Protocol,
    handler: Arc<dyn Handler>,
    mut end: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            () = ended(&mut end) => break,
            accepted = accept(&listener, protocol, &slots, &mut open) => accepted,
        };
        let (stream, slot, tls) = match accepted {
            Ok(accepted) => accepted,
            Err(_) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (handler, end) = (handler.clone(), end.clone());
        let task = tokio::spawn(async move {
            let stream = match tls {
                None => stream,
                Some(tls) => match timeout(SLOWEST_CLIENT, tls.accept(stream)).await {
                    Ok(Ok(stream)) => Box::new(stream) as Box<dyn Stream>,
                    // Who cannot introduce himself is not talked to.
                    Ok(Err(_)) | Err(_) => return,
                },
            };
            connection(stream, protocol, handler, end).await;
            drop(slot);
        });
        open.push_back(task.abort_handle());
    }
    drop(listener);
    // All slots are free when all connections have ended.
    let _ = timeout(FAREWELL, slots.acquire_many(MOST_CONNECTIONS as u32)).await;
}

/// Returns when the end has come; whoever would announce it being gone is the end, too.
async fn ended(end: &mut watch::Receiver<bool>) {
    let _ = end.wait_for(|end| *end).await;
}

type Accepted = (Box<dyn Stream>, tokio::sync::OwnedSemaphorePermit, Option<TlsAcceptor>);

async fn accept(
    listener: &Listener,
    protocol: Protocol,
    slots: &Arc<Semaphore>,
    open: &mut VecDeque<AbortHandle>,
) -> io::Result<Accepted> {
    let (stream, tls): (Box<dyn Stream>, _) = match listener {
        Listener::Tcp(listener, tls) => {
            let stream = listener.accept().await?.0;
            // Alerts are small and should not wait for each other.
            let _ = stream.set_nodelay(true);
            (Box::new(stream), tls.clone())
        }
        Listener::Unix(listener, _) => (Box::new(Mended::new(listener.accept().await?.0)), None),
    };
    open.retain(|connection| !connection.is_finished());
    if protocol == Protocol::Http1
        && slots.available_permits() == 0
        && let Some(oldest) = open.pop_front()
    {
        oldest.abort();
    }
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    Ok((stream, slot, tls))
}

async fn connection(
    stream: Box<dyn Stream>,
    protocol: Protocol,
    handler: Arc<dyn Handler>,
    mut end: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let answer = handler.clone().handle(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let stream = TokioIo::new(stream);
    // What goes wrong on a connection ends it, which is all there is to do about it.
    match protocol {
        Protocol::Http1 => {
            let mut connection = pin!(
                http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(SLOWEST_CLIENT)
                    .serve_connection(stream, service)
            );
            tokio::select! {
                _ = connection.as_mut() => return,
                () = ended(&mut end) => {}
                () = tokio::time::sleep(LONGEST_CONNECTION) => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = timeout(FAREWELL, connection).await;
        }
        Protocol::Http2 => {
            let mut connection = pin!(
                http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    .max_concurrent_streams(MOST_STREAMS)
                    .keep_alive_interval(KEEP_ALIVE)
                    .keep_alive_timeout(SLOWEST_CLIENT)
                    .serve_connection(stream, service)
            );
            tokio::select! {
                _ = connection.as_mut() => return,
                () = ended(&mut end) => connection.as_mut().graceful_shutdown(),
            }
            let _ = timeout(FAREWELL, connection).await;
        }
    }
}
