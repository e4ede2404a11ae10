//! Compiles rule files in another process. The process that handles events never reads rule text: it starts its own
//! program again in a hidden mode, hands over texts and options through a pipe, and gets back verdicts and a bundle,
//! which it verifies like any other.

mod child;
mod describe;
mod sandbox;
pub(crate) mod wire;

use std::io::{Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::{self, JoinHandle};

pub(crate) use wire::{Reply, Request};

/// The argument that starts the hidden mode. No user can mean it: Falco's command line has no words.
const MODE: &str = "compile-rules-of-parent";

/// A reply is no longer than this, bundle included.
const LONGEST_REPLY: u64 = 2 << 30;

/// Whether this process was started to compile.
pub(crate) fn is_asked_for() -> bool {
    let mut arguments = std::env::args_os();
    arguments.nth(1).is_some_and(|argument| argument == MODE) && arguments.next().is_none()
}

/// The child: enters the sandbox, reads the request, compiles, writes the reply.
pub(crate) fn run_child() -> ExitCode {
    match sandbox::enter().and_then(|()| child::serve().map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// A compilation in progress.
#[derive(Debug)]
pub(crate) struct Compilation {
    child: Child,
    writer: JoinHandle<std::io::Result<()>>,
}

/// What a compilation gave.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Verdicts and descriptions.
    pub(crate) reply: Reply,
    /// The bundle; empty when none was asked for or a file was refused.
    pub(crate) bundle: Vec<u8>,
}

impl Compilation {
    /// Starts compiling.
    pub(crate) fn start(request: Request) -> Result<Compilation, String> {
        let mut child = Command::new("/proc/self/exe")
            .arg(MODE)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start the process that compiles rules: {error}"))?;
        let stdin = child.stdin.take();
        // The child reads everything before it answers, so one thread would do; two cannot wait for each other.
        let writer = thread::Builder::new()
            .name("rules to child".into())
            .spawn(move || match stdin {
                Some(mut stdin) => wire::write_header(&mut stdin, &request).and_then(|()| stdin.flush()),
                None => Ok(()),
            })
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(Compilation { child, writer })
    }

    /// Waits for the result.
    pub(crate) fn finish(mut self) -> Result<Compiled, String> {
        let mut bytes = Vec::new();
        let read = match self.child.stdout.take() {
            Some(stdout) => stdout.take(LONGEST_REPLY).read_to_end(&mut bytes).map(|_| ()),
            None => Ok(()),
        };
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let written = self.writer.join();
        if !status.success() {
            return Err(format!("the process that compiles rules failed ({status})"));
        }
        read.map_err(|error| format!("cannot read compiled rules: {error}"))?;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(format!("cannot hand over rules: {error}")),
            Err(_) => return Err("cannot hand over rules".to_string()),
        }
        let mut input = bytes.as_slice();
        let reply =
            wire::read_header(&mut input).map_err(|error| format!("cannot read compiled rules: {error}"))?;
        let bundle_at = bytes.len() - input.len();
        bytes.drain(..bundle_at);
        Ok(Compiled { reply, bundle: bytes })
    }
}
