//! Control groups of a process, in the form of events: `subsystem=path` items.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

/// Longest list that is kept, as in events.
const LONGEST: usize = 4096;

/// Paths of the unified hierarchy whose controllers are remembered.
const MOST_PATHS: usize = 4096;

/// What the probe reports of a hierarchy without controllers that can be read.
const USUAL: [&str; 5] = ["cpuset", "cpu", "cpuacct", "io", "memory"];

/// Reads control groups; remembers the controllers of unified hierarchies.
#[derive(Debug)]
pub(super) struct Cgroups {
    /// Where the hierarchy is mounted.
    mount: PathBuf,
    controllers: FxHashMap<Box<[u8]>, Vec<String>>,
}

impl Cgroups {
    /// `root` is the root of the host's files.
    pub(super) fn new(root: &Path) -> Cgroups {
        let unified = root.join("sys/fs/cgroup/unified");
        let mount = if unified.is_dir() { unified } else { root.join("sys/fs/cgroup") };
        Cgroups { mount, controllers: FxHashMap::default() }
    }

    /// The items for the text of a `cgroup` file, each followed by a NUL.
    pub(super) fn list(&mut self, text: &[u8]) -> Vec<u8> {
        let mut items = Vec::new();
        let mut unified = None;
        for line in text.split(|byte| *byte == b'\n') {
            let mut parts = line.splitn(3, |byte| *byte == b':');
            let (Some(_), Some(names), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if names.is_empty() {
                unified = Some(path);
                continue;
            }
            // Named hierarchies have no controllers.
            for name in names.split(|byte| *byte == b',').filter(|name| !name.contains(&b'=')) {
                push(&mut items, name, path);
            }
        }
        // Beside other hierarchies, the unified one tells only what they do not.
        if let Some(path) = unified.filter(|path| items.is_empty() || path.len() > 1) {
            for name in self.controllers(path).clone() {
                if !has(&items, name.as_bytes()) {
                    push(&mut items, name.as_bytes(), path);
                }
            }
        }
        items
    }

    /// The controllers of a group: those of the nearest group above it that has any.
    fn controllers(&mut self, path: &[u8]) -> &Vec<String> {
        if self.controllers.len() >= MOST_PATHS {
            self.controllers.clear();
        }
        let mount = &self.mount;
        self.controllers.entry(path.into()).or_insert_with(|| {
            let text = String::from_utf8_lossy(path);
            let mut folder = mount.join(text.trim_start_matches('/'));
            while folder.starts_with(mount) {
                let listed = std::fs::read_to_string(folder.join("cgroup.controllers")).unwrap_or_default();
                let names: Vec<String> = listed.split_whitespace().map(str::to_string).collect();
                if !names.is_empty() {
                    return names;
                }
                if !folder.pop() {
                    break;
                }
            }
            USUAL.iter().map(|name| name.to_string()).collect()
        })
    }
}

fn has(items: &[u8], name: &[u8]) -> bool {
    items
        .split(|byte| *byte == 0)
        .any(|item| item.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"=")))
}

/// Appends an item if there is room for it.
fn push(items: &mut Vec<u8>, name: &[u8], path: &[u8]) {
    if items.len() + name.len() + path.len() + 2 <= LONGEST {
        items.extend_from_slice(name);
        items.push(b'=');
        items.extend_from_slice(path);
        items.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(cgroups: &mut Cgroups, text: &str) -> Vec<String> {
        let list = cgroups.list(text.as_bytes());
        list.split(|byte| *byte == 0)
            .filter(|item| !item.is_empty())
            .map(|item| String::from_utf8_lossy(item).into_owned())
            .collect()
    }

    #[test]
    fn old_hierarchies_name_their_subsystems() {
        let mut cgroups = Cgroups::new(Path::new("/nonexistent"));
        let text = "4:memory:/docker/abc\n3:cpu,cpuacct:/x:y\n1:name=systemd:/init\n0::/\n";
        assert_eq!(items(&mut cgroups, text), ["memory=/docker/abc", "cpu=/x:y", "cpuacct=/x:y"]);
    }

    #[test]
    fn the_unified_hierarchy_asks_for_controllers() {
        let root = std::env::temp_dir().join(format!("ruled-cgroups-{}", std::process::id()));
        let mount = root.join("sys/fs/cgroup");
        std::fs::create_dir_all(mount.join("a/b")).unwrap();
        std::fs::write(mount.join("a/cgroup.controllers"), "cpu memory\n").unwrap();
        std::fs::write(mount.join("a/b/cgroup.controllers"), "\n").unwrap();
        let mut cgroups = Cgroups::new(&root);
        assert_eq!(items(&mut cgroups, "0::/a/b\n"), ["cpu=/a/b", "memory=/a/b"]);
        assert_eq!(items(&mut cgroups, "0::/c\n")[0], "cpuset=/c");
        std::fs::remove_dir_all(root).unwrap();
    }
}
