//! placeholder
use std::process::ExitCode;
pub(crate) fn run(_: &crate::args::Fmt) -> ExitCode {
    crate::usage_error("not yet")
}
