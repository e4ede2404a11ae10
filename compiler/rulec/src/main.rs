//! The `rulec` command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    rulec::run(std::env::args_os())
}
