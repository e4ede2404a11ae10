//! `pmatch`: whether the components of some search path begin the value's components.

use rustc_hash::FxHashMap;

use super::glob::Glob;

/// The non-empty components of a path. Absolute and relative paths are alike.
pub fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|component| !component.is_empty())
}

/// A set of search paths.
#[derive(Clone, Debug, Default)]
pub struct PathSet {
    /// Paths without wildcards, as a tree; node 0 is the root and there is none when there are no such paths.
    nodes: Vec<Node>,
    /// Paths with wildcards.
    globs: Vec<Box<[Component]>>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// A search path ends here.
    ends: bool,
    children: FxHashMap<Box<[u8]>, usize>,
}

#[derive(Clone, Debug)]
enum Component {
    Plain(Box<[u8]>),
    Glob(Glob),
}

impl PathSet {
    /// Prepares search paths. A component with `*`, `?` or `[` is a pattern for one component.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p [u8]>) -> PathSet {
        let mut set = PathSet::default();
        for path in paths {
            let is_glob = |component: &[u8]| component.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['));
            if components(path).any(is_glob) {
                let parts = components(path).map(|component| match is_glob(component) {
                    true => Component::Glob(Glob::new(component, false)),
                    false => Component::Plain(component.into()),
                });
                set.globs.push(parts.collect());
            } else {
                set.insert(path);
            }
        }
        set
    }

    fn insert(&mut self, path: &[u8]) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut node = 0;
        for component in components(path) {
            let next = self.nodes.len();
            node = *self.nodes[node].children.entry(component.into()).or_insert(next);
            if node == next {
                self.nodes.push(Node::default());
            }
        }
        self.nodes[node].ends = true;
    }

    /// Whether some search path is a prefix of the value, component by component. A search path without components
    /// is a prefix of every value.
    pub fn matches(&self, value: &[u8]) -> bool {
        self.matches_plain(value) || self.globs.iter().any(|glob| matches_components(glob, value))
    }

    fn matches_plain(&self, value: &[u8]) -> bool {
        let Some(mut node) = self.nodes.first() else { return false };
        let mut rest = components(value);
        loop {
            if node.ends {
                return true;
            }
            let Some(component) = rest.next() else { return false };
            let Some(child) = node.children.get(component).and_then(|child| self.nodes.get(*child)) else {
                return false;
            };
            node = child;
        }
    }
}

fn matches_components(search: &[Component], value: &[u8]) -> bool {
    let mut rest = components(value);
    search.iter().all(|component| {
        rest.next().is_some_and(|found| match component {
            Component::Plain(plain) => found == &**plain,
            Component::Glob(glob) => glob.matches(found),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_components() {
        let value = "/opt/Dir/sub/file.txt";
        for (paths, expected) in [
            (vec!["/opt"], true),
            (vec!["opt"], true),
            (vec!["/opt/"], true),
            (vec!["//opt//Dir"], true),
            (vec!["/"], true),
            (vec![""], true),
            (vec!["/*/Dir"], true),
            (vec!["/opt/Dir/sub/file.txt"], true),
            (vec!["/op"], false),
            (vec!["/opt/Dir/sub/file.txt/x"], false),
            (vec!["/opt/*/file.txt"], false),
            (vec![], false),
            (vec!["/o*/Zzz", "/op*/Dir"], true),
            (vec!["/op*/Dir", "/o*/Zzz"], true),
            (vec!["/opt/di[!r]"], false),
            (vec!["/opt/Dir/sub/x", "/opt/Dir", "/opt/Dir/sub"], true),
            (vec!["/etc", "/usr/*"], false),
        ] {
            let set = PathSet::new(paths.iter().map(|path| path.as_bytes()));
            assert_eq!(set.matches(value.as_bytes()), expected, "{paths:?}");
        }
        assert!(PathSet::new([&b"/"[..]]).matches(b""));
        assert!(!PathSet::new([&b"/a"[..]]).matches(b""));
    }
}
