//! The gRPC services `falco.outputs` and `falco.version`, which Falco had until 0.43 and tutorials still use.

mod hub;
mod messages;
mod service;

pub use hub::{GrpcOutput, Hub, HubCounters, HubOptions};
pub(crate) use service::Service;
