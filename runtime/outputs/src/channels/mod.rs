//! The outputs themselves. Each is one file with one type that implements [`crate::Output`].

mod file;
mod stdout;
mod syslog;

pub use file::{FileOutput, Rotation};
pub use stdout::StdoutOutput;
pub use syslog::{SyslogOutput, SyslogSocket};
