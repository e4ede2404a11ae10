//! The running machine: the first snapshot from `/proc`, and answers to what the engine asks later.
//!
//! Everything read here belongs to somebody else and may vanish, lie or be a trap: texts are bytes of bounded length,
//! numbers that do not parse are unknown, files in containers are opened so that links cannot lead out.

mod cgroups;
mod clock;
mod descriptors;
mod live;
mod machine;
mod names;
mod scan;
mod sockets;
mod status;
mod task_dir;
mod thread;
mod users;

use std::path::{Path, PathBuf};

pub(crate) use live::LiveHost;
pub(crate) use names::Names;
pub(crate) use scan::{Extent, scan};

/// Where the host's files are.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    /// The host's `/`.
    pub(crate) root: PathBuf,
    /// The host's `/proc`.
    pub(crate) proc: PathBuf,
}

impl Roots {
    /// As the environment says: `HOST_ROOT` is where a container has the host's files.
    pub(crate) fn of_environment() -> Roots {
        match std::env::var_os("HOST_ROOT").filter(|root| !root.is_empty()) {
            Some(root) => Roots::at(Path::new(&root)),
            None => Roots::at(Path::new("/")),
        }
    }

    /// Below a folder.
    pub(crate) fn at(root: &Path) -> Roots {
        Roots { root: root.into(), proc: root.join("proc") }
    }

    /// Whether `/proc` has the numbers that the kernel's events have. In a namespace of process ids it has others: who is
    /// looked up there is somebody else.
    pub(crate) fn shows_host(&self) -> bool {
        /// The inode of the first namespace of process ids (`PROC_PID_INIT_INO`).
        const FIRST: &str = "pid:[4026531836]";
        let elsewhere = self.proc != Path::new("/proc");
        elsewhere
            || std::fs::read_link(self.proc.join("self/ns/pid")).is_ok_and(|link| link == Path::new(FIRST))
    }

    /// The number of this process as the host has it.
    pub(crate) fn own_process(&self) -> u32 {
        let link = std::fs::read_link(self.proc.join("self")).ok();
        link.and_then(|pid| pid.to_str()?.parse().ok()).unwrap_or_else(std::process::id)
    }
}
