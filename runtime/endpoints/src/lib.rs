//! What others may ask a running daemon over HTTP and gRPC: health, versions, metrics, exporter, alert streams. In: plain
//! numbers and alerts. Out: responses. Must not know rules, events or state.
#![forbid(unsafe_code)]

mod authority;
mod connection;
mod exporter;
mod grpc;
mod listen;
pub mod metrics;
mod pulse;
mod server;
mod tls;
mod web;

pub use exporter::Exporter;
pub use grpc::{GrpcOutput, Hub, HubCounters, HubOptions};
pub use listen::ListenError;
pub use pulse::{Board, Pulse};
pub use server::{Endpoints, ExporterPlan, GrpcPlan, Plan, StartError, WebPlan};
pub use tls::{Identity, MutualTls};
pub use web::Reload;
