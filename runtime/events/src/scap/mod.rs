//! Capture files (`.scap`): reading of every version, writing of the current one.

pub(crate) mod block;
mod container_json;
mod convert;
mod descriptors;
mod error;
mod gzip;
mod machine;
pub(crate) mod plan;
mod processes;
mod reader;
mod upgrade;
mod users;
mod window;
mod writer;

pub use error::{Result, ScapError, ScapErrorKind};
pub use reader::{Limits, Notice, Notices, Options, Reader, Record};
pub use writer::{Compression, Writer};
