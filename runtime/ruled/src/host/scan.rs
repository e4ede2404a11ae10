//! The snapshot of the running machine.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use events::Snapshot;
use events::snapshot::{FdTable, Group, User};
use rustc_hash::FxHashMap;
use rustix::fs::{CWD, Dir, Mode, OFlags};

use super::cgroups::Cgroups;
use super::clock::Clock;
use super::descriptors::{self, Shared};
use super::task_dir::{TaskDir, number};
use super::users::Directory;
use super::{Roots, machine, thread};

/// What is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Descriptors of processes: not needed by rules that never look at one.
    pub(crate) descriptors: bool,
    /// Threads at most.
    pub(crate) threads: usize,
}

/// Looks at the whole machine, until `enough` is set. A process that goes away meanwhile is left out; nothing else can
/// fail.
pub(crate) fn scan(roots: &Roots, extent: Extent, enough: &AtomicBool) -> Snapshot {
    let clock = Clock::now();
    let mut snapshot = Snapshot {
        machine: Some(machine::machine(&roots.proc, &clock)),
        interfaces: machine::interfaces(),
        ..Snapshot::default()
    };
    users(&mut snapshot, roots);
    let mut scanner = Scanner {
        proc: roots.proc.clone(),
        cgroups: Cgroups::new(&roots.root),
        shared: Shared::default(),
        clock,
        extent,
        init_starts: FxHashMap::default(),
        namespaces: Vec::new(),
    };
    let processes = if roots.shows_host() { numbers(&roots.proc) } else { Vec::new() };
    for pid in processes {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        scanner.process(pid, &mut snapshot);
    }
    scanner.finish(&mut snapshot);
    snapshot
}

fn users(snapshot: &mut Snapshot, roots: &Roots) {
    let mut directory = Directory::new(&roots.root, &roots.proc);
    let names = directory.host();
    snapshot.users = names
        .users
        .values()
        .map(|user| User {
            uid: user.uid,
            gid: user.gid,
            name: user.name.as_bytes().into(),
            home: user.home.as_bytes().into(),
            shell: user.shell.as_bytes().into(),
        })
        .collect();
    snapshot.users.sort_by_key(|user| user.uid);
    snapshot.groups = names
        .groups
        .values()
        .map(|group| Group { gid: group.gid, name: group.name.as_bytes().into() })
        .collect();
    snapshot.groups.sort_by_key(|group| group.gid);
}

/// The numbers among the names in a folder, ascending.
fn numbers(folder: &Path) -> Vec<i64> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(folder) = rustix::fs::openat(CWD, folder, flags, Mode::empty()) else { return Vec::new() };
    listed(folder)
}

fn listed(folder: std::os::fd::OwnedFd) -> Vec<i64> {
    let Ok(mut folder) = Dir::new(folder) else { return Vec::new() };
    let mut found = Vec::new();
    while let Some(Ok(entry)) = folder.read() {
        found.extend(number::<i64>(entry.file_name().to_bytes()));
    }
    found.sort_unstable();
    found
}

struct Scanner {
    proc: PathBuf,
    cgroups: Cgroups,
    shared: Shared,
    clock: Clock,
    extent: Extent,
    /// When the first process of a namespace was created.
    init_starts: FxHashMap<u64, u64>,
    /// By thread of the snapshot, its namespace of process ids; 0 for the host's.
    namespaces: Vec<u64>,
}

impl Scanner {
    fn process(&mut self, pid: i64, snapshot: &mut Snapshot) {
        let Ok(folder) = TaskDir::open(&self.proc.join(pid.to_string())) else { return };
        if !self.thread(&folder, pid, snapshot) {
            return;
        }
        if self.extent.descriptors {
            let entries = descriptors::list(&folder, &mut self.shared);
            snapshot.descriptors.push(FdTable { tid: pid, entries });
        }
        let Ok(tasks) = folder.folder("task") else { return };
        for tid in listed(tasks).into_iter().filter(|tid| *tid != pid) {
            if let Ok(folder) = TaskDir::open(&self.proc.join(format!("{pid}/task/{tid}"))) {
                self.thread(&folder, tid, snapshot);
            }
        }
    }

    /// Adds a thread, if it is one.
    fn thread(&mut self, folder: &TaskDir, tid: i64, snapshot: &mut Snapshot) -> bool {
        if snapshot.threads.len() >= self.extent.threads {
            return false;
        }
        let Some(found) = thread::read(folder, tid, &mut self.cgroups, &self.clock) else { return false };
        if found.pid_namespace != 0 && found.thread.vpid == 1 {
            self.init_starts.insert(found.pid_namespace, found.clone_ts);
        }
        self.namespaces.push(found.pid_namespace);
        snapshot.threads.push(events::snapshot::Thread { clone_ts: found.clone_ts, ..found.thread });
        true
    }

    /// Fills in what only the whole tells.
    fn finish(self, snapshot: &mut Snapshot) {
        for (thread, namespace) in snapshot.threads.iter_mut().zip(&self.namespaces) {
            if let Some(start) = self.init_starts.get(namespace) {
                thread.pidns_init_start_ts = *start;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_its_threads_and_its_parent_are_found() {
        let (tell, told) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            tell.send(nix::unistd::gettid().as_raw()).unwrap();
            let _ = ended.recv();
        });
        let tid = i64::from(told.recv().unwrap());
        let extent = Extent { descriptors: true, threads: 100_000 };
        let snapshot = scan(&Roots::at(Path::new("/")), extent, &AtomicBool::new(false));
        drop(end);
        other.join().unwrap();
        let pid = i64::from(std::process::id());
        let own = snapshot.threads.iter().find(|thread| thread.tid == pid).unwrap();
        let second = snapshot.threads.iter().find(|thread| thread.tid == tid).unwrap();
        assert_eq!((second.pid, second.ptid), (pid, own.ptid));
        assert!(snapshot.threads.iter().any(|thread| thread.tid == own.ptid));
        assert!(snapshot.descriptors.iter().any(|table| table.tid == pid && !table.entries.is_empty()));
        assert!(snapshot.users.iter().any(|user| user.uid == 0 && user.name == b"root"));
        assert!(snapshot.interfaces.iter().any(|interface| interface.name == b"lo"));
        assert!(snapshot.machine.unwrap().memory > 1 << 20);
    }

    #[test]
    fn another_root_is_read_instead() {
        let extent = Extent { descriptors: true, threads: 10 };
        let snapshot = scan(&Roots::at(Path::new("/nonexistent")), extent, &AtomicBool::new(false));
        assert!(snapshot.threads.is_empty() && snapshot.users.is_empty());
    }

    #[test]
    fn nobody_waits_for_a_scan_that_nobody_wants() {
        let extent = Extent { descriptors: true, threads: 10 };
        let snapshot = scan(&Roots::at(Path::new("/")), extent, &AtomicBool::new(true));
        assert!(snapshot.threads.is_empty() && snapshot.machine.is_some());
    }
}
