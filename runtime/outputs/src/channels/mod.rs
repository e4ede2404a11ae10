//! The outputs themselves: a file for each, with one type that implements [`crate::Output`], and what some of them share.

mod certificates;
mod file;
mod http;
mod lines;
mod program;
mod stdout;
mod syslog;

pub use file::{FileOutput, Rotation};
pub use http::{HttpOptions, HttpOutput};
pub use program::ProgramOutput;
pub use stdout::StdoutOutput;
pub use syslog::{SyslogOutput, SyslogSocket};
