//! Prints the daemon's alerts, one a line: `alerts [--get] [--count N] [SOCKET]`. The messages are written out by hand, so
//! that the example needs no code generator; `proto/` has them for those who have one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hyper::http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use tokio_stream::StreamExt;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_prost::ProstCodec;

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Request {}

#[derive(Clone, PartialEq, prost::Message)]
struct Alert {
    #[prost(int32, tag = "2")]
    priority: i32,
    #[prost(string, tag = "4")]
    rule: String,
    #[prost(string, tag = "5")]
    output: String,
    #[prost(btree_map = "string, string", tag = "6")]
    output_fields: BTreeMap<String, String>,
    #[prost(string, tag = "7")]
    hostname: String,
    #[prost(string, repeated, tag = "8")]
    tags: Vec<String>,
    #[prost(string, tag = "9")]
    source: String,
}

async fn connect(socket: PathBuf) -> Result<Channel, tonic::transport::Error> {
    // The address is not used: the connector opens the socket.
    Endpoint::from_static("http://localhost")
        .connect_with_connector(tower::service_fn(move |_: Uri| {
            let socket = socket.clone();
            async move { tokio::net::UnixStream::connect(socket).await.map(TokioIo::new) }
        }))
        .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut socket, mut get, mut count) = (PathBuf::from("/run/falco/falco.sock"), false, usize::MAX);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--get" => get = true,
            "--count" => count = arguments.next().ok_or("--count wants a number")?.parse()?,
            "--help" => {
                println!("alerts [--get] [--count N] [SOCKET]");
                return Ok(());
            }
            path => socket = path.into(),
        }
    }
    let mut client = tonic::client::Grpc::new(connect(socket).await?);
    client.ready().await?;
    let codec = ProstCodec::<Request, Alert>::default();
    let response = if get {
        let method = PathAndQuery::from_static("/falco.outputs.service/get");
        client.server_streaming(tonic::Request::new(Request {}), method, codec).await?
    } else {
        let method = PathAndQuery::from_static("/falco.outputs.service/sub");
        // One request, then silence: closing this side would end the stream.
        let requests = tokio_stream::once(Request {}).chain(tokio_stream::pending());
        client.streaming(tonic::Request::new(requests), method, codec).await?
    };
    let mut alerts = response.into_inner();
    for _ in 0..count {
        let Some(alert) = alerts.message().await? else { break };
        let fields: Vec<String> =
            alert.output_fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        println!(
            "{}|{}|{}|{}|{}|{}|{}",
            alert.hostname,
            alert.source,
            alert.priority,
            alert.rule,
            alert.output,
            alert.tags.join(","),
            fields.join(" ")
        );
    }
    Ok(())
}
