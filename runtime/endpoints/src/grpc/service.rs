//! The services' methods and how calls find them.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use hyper::Request as HttpRequest;
use hyper::body::Incoming;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tonic::server::{Grpc, ServerStreamingService, StreamingService, UnaryService};
use tonic::{Request as Call, Response as Reply, Status, Streaming};
use tonic_prost::ProstCodec;

use super::hub::{Hub, Reader};
use super::messages::{Request, Response, Version};
use crate::connection::{Answer, Handler};

/// Alerts between the buffer and the connection of one client.
const AHEAD: usize = 16;
/// Requests are empty messages.
const LONGEST_REQUEST: usize = 1 << 16;

/// Both services.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) hub: Hub,
    pub(crate) version: String,
}

impl Handler for Service {
    fn handle(self: Arc<Self>, request: HttpRequest<Incoming>) -> Answer {
        Box::pin(async move {
            match request.uri().path() {
                "/falco.outputs.service/sub" => {
                    outputs_codec().streaming(Sub(self.hub.clone()), request).await
                }
                "/falco.outputs.service/get" => {
                    outputs_codec().server_streaming(Get(self.hub.clone()), request).await
                }
                "/falco.version.service/version" => {
                    let mut grpc = Grpc::new(ProstCodec::<Version, Request>::default())
                        .max_decoding_message_size(LONGEST_REQUEST);
                    grpc.unary(VersionCall(Version::of(&self.version)), request).await
                }
                path => Status::unimplemented(format!("there is no method {path}")).into_http(),
            }
        })
    }
}

fn outputs_codec() -> Grpc<ProstCodec<Response, Request>> {
    Grpc::new(ProstCodec::default()).max_decoding_message_size(LONGEST_REQUEST)
}

type Called<T> = Pin<Box<dyn Future<Output = Result<Reply<T>, Status>> + Send>>;

/// Alerts as they are sent: whatever the channel brings, until its sender is gone.
pub(crate) struct Alerts(mpsc::Receiver<Response>);

impl Stream for Alerts {
    type Item = Result<Response, Status>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|alert| alert.map(Ok))
    }
}

/// Gives up to `most` alerts to the client. `false`: the client is gone.
async fn pass_on(reader: &mut Reader, to: &mpsc::Sender<Response>, most: u64) -> bool {
    for _ in 0..most {
        // A place first: an alert that is taken from the buffer counts as read.
        let Ok(place) = to.reserve().await else { return false };
        let Some(alert) = reader.next() else { break };
        place.send(alert);
    }
    true
}

/// `get`: what there is now.
struct Get(Hub);

impl ServerStreamingService<Request> for Get {
    type Response = Response;
    type ResponseStream = Alerts;
    type Future = Called<Alerts>;

    fn call(&mut self, _: Call<Request>) -> Called<Alerts> {
        let mut reader = self.0.reader();
        let (to, alerts) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            let most = reader.available();
            pass_on(&mut reader, &to, most).await;
        });
        Box::pin(ready(Ok(Reply::new(Alerts(alerts)))))
    }
}

/// `sub`: what there is and what comes, from the client's first request until it sends no more.
struct Sub(Hub);

impl StreamingService<Request> for Sub {
    type Response = Response;
    type ResponseStream = Alerts;
    type Future = Called<Alerts>;

    fn call(&mut self, call: Call<Streaming<Request>>) -> Called<Alerts> {
        let mut requests = call.into_inner();
        let hub = self.0.clone();
        let (to, alerts) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            if !matches!(requests.message().await, Ok(Some(_))) {
                return;
            }
            let mut reader = hub.reader();
            loop {
                if !pass_on(&mut reader, &to, u64::MAX).await || reader.is_closed() {
                    return;
                }
                tokio::select! {
                    () = reader.changed() => {}
                    () = to.closed() => return,
                    request = requests.message() => match request {
                        // Falco's clients ask again and again; here they need not.
                        Ok(Some(_)) => {}
                        Ok(None) => {
                            pass_on(&mut reader, &to, u64::MAX).await;
                            return;
                        }
                        Err(_) => return,
                    },
                }
            }
        });
        Box::pin(ready(Ok(Reply::new(Alerts(alerts)))))
    }
}

/// `version`.
struct VersionCall(Version);

impl UnaryService<Request> for VersionCall {
    type Response = Version;
    type Future = Called<Version>;

    fn call(&mut self, _: Call<Request>) -> Called<Version> {
        Box::pin(ready(Ok(Reply::new(self.0.clone()))))
    }
}
