//! Names of users and groups: of the host, and of containers from their own files.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use engine::state::{GroupEntry, UserEntry};
use rustc_hash::FxHashMap;
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};

/// Bytes read of a file of users.
const LONGEST_FILE: u64 = 4 << 20;

/// Text kept of a name, a folder or a shell.
const LONGEST_TEXT: usize = 255;

/// How often the host's files are looked at for changes.
const RECHECK: Duration = Duration::from_secs(1);

/// Containers whose files are remembered.
const MOST_CONTAINERS: usize = 1024;

/// How long what a container's files said is believed.
const CONTAINER_AGE: Duration = Duration::from_secs(30);

/// Users and groups of one system.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) users: FxHashMap<u32, UserEntry>,
    pub(super) groups: FxHashMap<u32, GroupEntry>,
}

impl Names {
    fn parse(passwd: &[u8], group: &[u8]) -> Names {
        let mut names = Names::default();
        for parts in entries(passwd) {
            let id = |at: usize| parts.get(at).and_then(|part: &&[u8]| super::task_dir::number::<u32>(part));
            let (Some(uid), Some(gid)) = (id(2), id(3)) else { continue };
            let part = |at: usize| text(parts.get(at).copied().unwrap_or_default());
            let user = UserEntry { uid, gid, name: part(0), home: part(5), shell: part(6) };
            // The first entry of an id counts, as for the system's own resolver.
            names.users.entry(uid).or_insert(user);
        }
        for parts in entries(group) {
            let Some(gid) = parts.get(2).and_then(|part| super::task_dir::number::<u32>(part)) else {
                continue;
            };
            names
                .groups
                .entry(gid)
                .or_insert(GroupEntry { gid, name: text(parts.first().copied().unwrap_or_default()) });
        }
        names
    }
}

/// The entries of a file, in parts. Lines that refer to a directory service are no entries.
fn entries(file: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    file.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty() && !matches!(line.first(), Some(b'+' | b'-' | b'#')))
        .map(|line| line.split(|byte| *byte == b':').collect())
}

fn text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_TEXT)]).into()
}

/// Reads `/etc/passwd` and `/etc/group` below a folder that somebody else may have furnished: links stay inside, and
/// nothing but a regular file of sensible length is read.
fn read_below(root: &Path) -> Names {
    let file = |name: &str| {
        let how = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::openat(CWD, root, how, Mode::empty()).ok()?;
        let how = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let limits = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let file: OwnedFd = rustix::fs::openat2(&root, name, how, Mode::empty(), limits).ok()?;
        let stat = rustix::fs::fstat(&file).ok()?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return None;
        }
        let mut bytes = Vec::new();
        File::from(file).take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    Names::parse(&file("etc/passwd").unwrap_or_default(), &file("etc/group").unwrap_or_default())
}

/// Answers who an id is.
#[derive(Debug)]
pub(super) struct Directory {
    /// The root of the host's files.
    root: PathBuf,
    proc: PathBuf,
    host: Names,
    changed: [Option<SystemTime>; 2],
    checked: Instant,
    containers: FxHashMap<Box<str>, (Instant, Names)>,
}

impl Directory {
    pub(super) fn new(root: &Path, proc: &Path) -> Directory {
        Directory {
            root: root.into(),
            proc: proc.into(),
            host: read_below(root),
            changed: changes(root),
            checked: Instant::now(),
            containers: FxHashMap::default(),
        }
    }

    /// The users and groups of the host.
    pub(super) fn host(&mut self) -> &Names {
        if self.checked.elapsed() >= RECHECK {
            self.checked = Instant::now();
            let changed = changes(&self.root);
            if changed != self.changed {
                self.changed = changed;
                self.host = read_below(&self.root);
            }
        }
        &self.host
    }

    /// The users and groups of a container (empty: the host) that a process lives in.
    pub(super) fn of(&mut self, container: &str, pid: i64) -> &Names {
        if container.is_empty() {
            return self.host();
        }
        let old = |(read, _): &(Instant, Names)| read.elapsed() >= CONTAINER_AGE;
        if self.containers.get(container).is_none_or(old) {
            if self.containers.len() >= MOST_CONTAINERS {
                self.containers.clear();
            }
            let names = read_below(&self.proc.join(pid.to_string()).join("root"));
            self.containers.insert(container.into(), (Instant::now(), names));
        }
        match self.containers.get(container) {
            Some((_, names)) => names,
            None => &self.host,
        }
    }
}

/// When the host's files last changed.
fn changes(root: &Path) -> [Option<SystemTime>; 2] {
    ["etc/passwd", "etc/group"]
        .map(|name| std::fs::metadata(root.join(name)).and_then(|metadata| metadata.modified()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_users() {
        let passwd =
            b"root:x:0:0:root:/root:/bin/bash\n# note\n+nis::::::\nme:x:1000:100:Me,,:/home/me:/bin/zsh\n\
                       again:x:1000:100::/:/x\nbroken:x:y:z\nshort:x:7:8\n";
        let group = b"root:x:0:\nusers:x:100:me,you\n-x:x:5:\nbroken\n";
        let names = Names::parse(passwd, group);
        assert_eq!(names.users.len(), 3);
        assert_eq!(&*names.users[&1000].name, "me");
        assert_eq!(&*names.users[&1000].shell, "/bin/zsh");
        assert_eq!(&*names.users[&7].home, "");
        assert_eq!(&*names.groups[&100].name, "users");
        assert!(!names.groups.contains_key(&5));
    }

    #[test]
    fn links_do_not_lead_out_and_pipes_do_not_block() {
        let root = std::env::temp_dir().join(format!("ruled-users-{}", std::process::id()));
        let etc = root.join("etc");
        std::fs::create_dir_all(&etc).unwrap();
        // An absolute link ends in the folder, not in the host's file.
        std::os::unix::fs::symlink("/etc/real", etc.join("passwd")).unwrap();
        std::fs::write(etc.join("real"), "inside:x:0:0::/:/\n").unwrap();
        nix::unistd::mkfifo(&etc.join("group"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let names = read_below(&root);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(&*names.users[&0].name, "inside");
        assert!(names.groups.is_empty());
    }
}
