//! Answers to what the engine asks about the running machine.

use std::time::{Duration, Instant};

use engine::state::{GroupEntry, UserEntry};
use engine::{HostLookup, HostThread};
use events::snapshot;

use super::cgroups::Cgroups;
use super::clock::Clock;
use super::descriptors::{self, Shared};
use super::task_dir::TaskDir;
use super::users::Directory;
use super::{Roots, thread};
use crate::containers::Asker;

/// How long the tables of sockets are believed: reading them again for every new process would be slow.
const SOCKETS_AGE: Duration = Duration::from_millis(100);

/// The machine that this process runs on.
#[derive(Debug)]
pub(crate) struct LiveHost {
    roots: Roots,
    cgroups: Cgroups,
    shared: Shared,
    users: Directory,
    clock: Clock,
    /// When the tables of sockets were last forgotten.
    sockets_read: Instant,
    /// Whether anybody looks at descriptors.
    with_descriptors: bool,
    /// Whether threads can be looked up at all.
    shows_host: bool,
    /// Who asks container runtimes.
    containers: Option<Asker>,
}

impl LiveHost {
    pub(crate) fn new(roots: &Roots, with_descriptors: bool, containers: Option<Asker>) -> LiveHost {
        LiveHost {
            cgroups: Cgroups::new(&roots.root),
            shared: Shared::default(),
            users: Directory::new(&roots.root, &roots.proc),
            clock: Clock::now(),
            sockets_read: Instant::now(),
            with_descriptors,
            containers,
            shows_host: roots.shows_host(),
            roots: roots.clone(),
        }
    }

    fn folder(&self, tid: i64) -> Option<TaskDir> {
        if !self.shows_host {
            return None;
        }
        TaskDir::open(&self.roots.proc.join(tid.to_string())).ok()
    }

    fn refresh_sockets(&mut self) {
        if self.sockets_read.elapsed() >= SOCKETS_AGE {
            self.shared.forget_sockets();
            self.sockets_read = Instant::now();
        }
    }
}

impl HostLookup for LiveHost {
    fn thread(&mut self, tid: i64) -> Option<HostThread> {
        // The kernel shows threads under their own number, too, although it does not list them.
        let folder = self.folder(tid)?;
        let found = thread::read(&folder, tid, &mut self.cgroups, &self.clock)?;
        let mut descriptors = Vec::new();
        if self.with_descriptors && found.thread.pid == tid {
            self.refresh_sockets();
            descriptors = descriptors::list(&folder, &mut self.shared);
        }
        Some(HostThread { thread: found.thread, descriptors, clone_ts: found.clone_ts })
    }

    fn thread_alive(&mut self, tid: i64) -> bool {
        // Where nobody can tell, inactivity alone decides.
        self.folder(tid).is_some()
    }

    fn fd(&mut self, pid: i64, num: i64) -> Option<snapshot::Fd> {
        self.refresh_sockets();
        let folder = self.folder(pid)?;
        descriptors::one(&folder, num, &mut self.shared)
    }

    fn user(&mut self, container: &str, pid: i64, uid: u32) -> Option<UserEntry> {
        self.users.of(container, pid).users.get(&uid).cloned()
    }

    fn group(&mut self, container: &str, pid: i64, gid: u32) -> Option<GroupEntry> {
        self.users.of(container, pid).groups.get(&gid).cloned()
    }

    fn container(&mut self, id: &str) {
        if let Some(asker) = &self.containers {
            asker.ask(id);
        }
    }
}
