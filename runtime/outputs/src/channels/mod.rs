//! The outputs themselves. Each is one file with one type that implements [`crate::Output`].

mod certificates;
mod file;
mod http;
mod program;
mod stdout;
mod syslog;

pub use file::{FileOutput, Rotation};
pub use http::{HttpOptions, HttpOutput};
pub use program::ProgramOutput;
pub use stdout::StdoutOutput;
pub use syslog::{SyslogOutput, SyslogSocket};
