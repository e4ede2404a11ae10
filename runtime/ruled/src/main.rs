//! The `ruled` binary: starts the library and returns its exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ruled::run()
}
