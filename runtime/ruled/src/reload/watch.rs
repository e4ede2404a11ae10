//! Notices that configuration or rules files changed (`watch_config_files`).
//!
//! The folders of the files are watched, not the files: editors and package managers replace files, and Kubernetes swaps a
//! link beside them. What is seen there only makes it look: a reload happens if a file's identity, size or time differs.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};

use super::{Handle, Reason};
use crate::config::Config;

/// Milliseconds without a change before files count as written; Falco waits as long.
const QUIET_MS: u16 = 100;

/// The watching thread, as the worker sees it.
pub(super) struct Watcher {
    paths: Arc<Mutex<BTreeSet<PathBuf>>>,
    waker: UnixStream,
}

impl Watcher {
    /// Starts to watch what a configuration was read from.
    pub(super) fn start(config: &Config, handle: Handle) -> io::Result<Watcher> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
        let (waker, woken) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let paths = Arc::new(Mutex::new(watched(config)));
        let mut thread = Thread {
            inotify,
            woken,
            paths: paths.clone(),
            watches: Vec::new(),
            armed: BTreeSet::new(),
            seen: Vec::new(),
            handle,
        };
        thread.arm();
        thread::Builder::new().name("watch files".into()).spawn(move || thread.run())?;
        Ok(Watcher { paths, waker })
    }

    /// Watches what this configuration was read from instead.
    pub(super) fn watch(&self, config: &Config) {
        *self.paths.lock().unwrap_or_else(PoisonError::into_inner) = watched(config);
        // If the socket is full, the thread is about to wake up anyway.
        let _ = (&self.waker).write(&[0]);
    }
}

/// Files and folders that the configuration names, whether they exist or not.
fn watched(config: &Config) -> BTreeSet<PathBuf> {
    let mut paths: BTreeSet<PathBuf> = config.files.iter().map(|(name, _)| PathBuf::from(name)).collect();
    let included = settings::falco_yaml::forms::config_files(&config.root);
    paths.extend(included.into_iter().map(|include| PathBuf::from(include.path)));
    paths.extend(config.rules.iter().map(PathBuf::from));
    if !config.falco.bundle.file.is_empty() {
        paths.insert(PathBuf::from(&config.falco.bundle.file));
    }
    paths.extend(config.bundle.clone());
    paths
}

/// What tells one state of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Print {
    path: PathBuf,
    /// Device, inode, size, and both times in nanoseconds; `None`: not there.
    state: Option<(u64, u64, u64, i128, i128)>,
}

fn fingerprint(paths: &BTreeSet<PathBuf>) -> Vec<Print> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        files.push(path.clone());
        if let Ok(entries) = fs::read_dir(path) {
            files.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
        }
    }
    files.sort();
    files.dedup();
    let state = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        if metadata.is_dir() {
            // A folder's times change with every temporary file in it; its files are in the list themselves.
            return Some((metadata.dev(), metadata.ino(), 0, 0, 0));
        }
        let time = |seconds: i64, ns: i64| i128::from(seconds) * 1_000_000_000 + i128::from(ns);
        Some((
            metadata.dev(),
            metadata.ino(),
            metadata.size(),
            time(metadata.mtime(), metadata.mtime_nsec()),
            time(metadata.ctime(), metadata.ctime_nsec()),
        ))
    };
    files.into_iter().map(|path| Print { state: state(&path), path }).collect()
}

struct Thread {
    inotify: Inotify,
    woken: UnixStream,
    paths: Arc<Mutex<BTreeSet<PathBuf>>>,
    watches: Vec<WatchDescriptor>,
    /// What is watched, and its state when it was last looked at.
    armed: BTreeSet<PathBuf>,
    seen: Vec<Print>,
    handle: Handle,
}

impl Thread {
    /// Watches the folders of the current paths, and takes their state as known.
    fn arm(&mut self) {
        for watch in self.watches.drain(..) {
            let _ = self.inotify.rm_watch(watch);
        }
        let paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut folders = BTreeSet::new();
        for path in &paths {
            if path.is_dir() {
                folders.insert(path.clone());
            }
            // A link and what it leads to may change independently.
            for file in [Some(path.clone()), fs::canonicalize(path).ok()].into_iter().flatten() {
                if let Some(parent) = file.parent() {
                    let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
                    folders.insert(here.to_path_buf());
                }
            }
        }
        let flags = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_MOVE
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_ATTRIB
            | AddWatchFlags::IN_ONLYDIR;
        self.watches =
            folders.iter().filter_map(|folder| self.inotify.add_watch(folder, flags).ok()).collect();
        self.seen = fingerprint(&paths);
        self.armed = paths;
    }

    fn run(mut self) {
        let mut pending = false;
        loop {
            let timeout = if pending { PollTimeout::from(QUIET_MS) } else { PollTimeout::NONE };
            let mut fds = [
                PollFd::new(self.inotify.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.woken.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut fds, timeout) {
                Err(nix::errno::Errno::EINTR) => continue,
                Err(_) => return,
                Ok(0) => {
                    pending = false;
                    let paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    let now = fingerprint(&paths);
                    if now != self.seen {
                        // Links may lead elsewhere now.
                        self.arm();
                        self.handle.request(Reason::Files);
                    }
                }
                Ok(_) => {
                    let readable = |fd: &PollFd<'_>| fd.revents().is_some_and(|events| !events.is_empty());
                    let (changed, woken) = (readable(&fds[0]), readable(&fds[1]));
                    if woken {
                        match self.woken.read(&mut [0; 64]) {
                            // The worker is gone, and with it the program.
                            Ok(0) => return,
                            _ => {
                                let before = std::mem::take(&mut self.seen);
                                let armed = std::mem::take(&mut self.armed);
                                self.arm();
                                // What changed, came or went while the rules were prepared must not be missed. Only now:
                                // from here on, the new watches tell.
                                pending |= fingerprint(&armed) != before;
                                if pending {
                                    self.seen = before;
                                }
                            }
                        }
                    }
                    if changed {
                        while self.inotify.read_events().is_ok_and(|events| !events.is_empty()) {}
                        pending = true;
                    }
                }
            }
        }
    }
}
