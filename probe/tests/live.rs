//! The probe on this kernel: small programs make calls, successful and failing, and every parameter of every event is
//! compared with what the program did.
//!
//! Needs root and kernel type information; says loudly when it skips, and fails instead with `RULED_REQUIRE_BPF=1`.
#![cfg(target_arch = "x86_64")]

#[path = "live/program.rs"]
mod program;
#[path = "live/recorder.rs"]
mod recorder;
#[path = "live/steps.rs"]
mod steps;

#[path = "live/accounts.rs"]
mod accounts;
#[path = "live/files.rs"]
mod files;
#[path = "live/ids.rs"]
mod ids;
#[path = "live/io.rs"]
mod io;
#[path = "live/processes.rs"]
mod processes;
#[path = "live/rings.rs"]
mod rings;
#[path = "live/sockets.rs"]
mod sockets;
#[path = "live/starts.rs"]
mod starts;
#[path = "live/system.rs"]
mod system;
#[path = "live/whole.rs"]
mod whole;
