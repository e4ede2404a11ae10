//! Capture files (`.scap`): reading of every version, writing of the current one.

pub(crate) mod block;
mod container_json;
mod convert;
mod descriptors;
mod error;
mod gzip;
mod machine;
mod options;
pub(crate) mod plan;
mod processes;
mod reader;
mod tables;
mod upgrade;
mod users;
mod window;
mod writer;

pub(crate) use container_json::json_string;
pub use error::{Result, ScapError, ScapErrorKind};
pub use options::{Limits, Notice, Notices, Options};
pub use reader::{Reader, Record};
pub use writer::{Compression, Writer};
