//! The web server: `/healthz`, `/versions`, `/metrics` and, where it is wanted, `/reload`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode, header};
use tonic::body::Body;

use crate::connection::{Answer, Handler};
use crate::grpc::Hub;
use crate::metrics::{AlertLabels, Exposition, Facts, Selection, Sources};
use crate::pulse::Board;

/// The body of a good health check, byte for byte Falco's.
const HEALTHY: &str = "{\"status\": \"ok\"}";
const JSON: &str = "application/json";

/// Asks for a reload; called on the server's thread, must return at once.
#[derive(Clone)]
pub struct Reload(pub Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reload")
    }
}

/// Everything that answers are made from.
#[derive(Debug)]
pub(crate) struct Web {
    pub(crate) facts: Arc<Facts>,
    pub(crate) board: Board,
    pub(crate) health_path: String,
    /// `None`: no `/metrics`.
    pub(crate) metrics: Option<Selection>,
    pub(crate) host_root: PathBuf,
    /// How long the event loop may be silent.
    pub(crate) stall: Duration,
    pub(crate) labels: Option<AlertLabels>,
    pub(crate) hub: Option<Hub>,
    pub(crate) reload: Option<Reload>,
    pub(crate) requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
}

/// A response with a body of known size.
pub(crate) fn response(status: StatusCode, media: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(http_body_util::Full::new(body.into())));
    *response.status_mut() = status;
    if status != StatusCode::NO_CONTENT {
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media));
    }
    response
}

/// A response that says in a line of text what is wrong.
pub(crate) fn refusal(status: StatusCode) -> Response<Body> {
    let reason = status.canonical_reason().unwrap_or_default();
    response(status, "text/plain", format!("{reason}\n"))
}

pub(crate) fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

impl Handler for Web {
    fn handle(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        Box::pin(async move {
            let (path, response) = self.answer(&request).await;
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            *requests.entry((path, response.status().as_u16())).or_default() += 1;
            drop(requests);
            response
        })
    }
}

impl Web {
    /// The answer, and the name of the path in metrics.
    async fn answer(&self, request: &Request<Incoming>) -> (&'static str, Response<Body>) {
        let path = request.uri().path();
        let read = is_read(request.method());
        let (name, is_right) = if path == self.health_path {
            ("health", read)
        } else {
            match path {
                "/versions" => ("/versions", read),
                "/metrics" if self.metrics.is_some() => ("/metrics", read),
                "/reload" if self.reload.is_some() => ("/reload", request.method() == Method::POST),
                _ => return ("other", refusal(StatusCode::NOT_FOUND)),
            }
        };
        if !is_right {
            return (name, refusal(StatusCode::METHOD_NOT_ALLOWED));
        }
        let response = match name {
            "health" => self.health(),
            "/versions" => response(StatusCode::OK, JSON, self.facts.versions_json.clone()),
            "/reload" => {
                if let Some(reload) = &self.reload {
                    (reload.0)();
                }
                response(StatusCode::ACCEPTED, JSON, "{\"status\": \"requested\"}")
            }
            _ => self.page(request.uri().query().unwrap_or_default()).await,
        };
        (name, response)
    }

    fn health(&self) -> Response<Body> {
        if self.board.is_healthy(self.stall) {
            response(StatusCode::OK, JSON, HEALTHY)
        } else {
            let body = format!(
                "{{\"status\": \"stalled\", \"silent_seconds\": {}}}",
                self.board.silence().as_secs()
            );
            response(StatusCode::SERVICE_UNAVAILABLE, JSON, body)
        }
    }

    async fn page(&self, query: &str) -> Response<Body> {
        let snapshot = self.board.fresh().await;
        let requests: Vec<(&'static str, u16, u64)> = {
            let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            requests.iter().map(|((path, code), count)| (*path, *code, *count)).collect()
        };
        let sources = Sources {
            facts: &self.facts,
            snapshot: &snapshot,
            selection: self.metrics.unwrap_or_default(),
            host_root: &self.host_root,
            silence: self.board.silence().as_secs_f64(),
            labels: self.labels.as_ref(),
            grpc: self.hub.as_ref().map(Hub::counters),
            requests: &requests,
        };
        let text = crate::metrics::page(&sources, parts(query));
        response(StatusCode::OK, Exposition::CONTENT_TYPE, text)
    }
}

/// The parts that `collect[]=…` asks for; without one, all.
fn parts(query: &str) -> crate::metrics::Parts {
    let asked: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("collect[]=").or_else(|| pair.strip_prefix("collect%5B%5D=")))
        .collect();
    if asked.is_empty() {
        return crate::metrics::Parts::ALL;
    }
    crate::metrics::Parts {
        falco: asked.contains(&"falco"),
        ruled: asked.contains(&"ruled"),
        process: asked.contains(&"process"),
    }
}
