//! Names of users and groups, per container.

use rustc_hash::FxHashMap;

use super::containers::ContainerId;

/// Entries kept of users, and of groups; further ones are not stored.
const MAX_ENTRIES: usize = 65_536;

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserEntry {
    /// User id.
    pub uid: u32,
    /// Primary group.
    pub gid: u32,
    /// Login name.
    pub name: Box<str>,
    /// Home directory.
    pub home: Box<str>,
    /// Login shell.
    pub shell: Box<str>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupEntry {
    /// Group id.
    pub gid: u32,
    /// Name.
    pub name: Box<str>,
}

/// Users and groups by container and id.
#[derive(Clone, Debug, Default)]
pub struct Users {
    users: FxHashMap<(ContainerId, u32), UserEntry>,
    groups: FxHashMap<(ContainerId, u32), GroupEntry>,
}

/// Names that begin so are not entries but references to a directory service.
fn is_service(name: &str) -> bool {
    name.starts_with(['+', '-'])
}

impl Users {
    /// The user with this id in a container ([`ContainerId::HOST`] for the host).
    pub fn user(&self, container: ContainerId, uid: u32) -> Option<&UserEntry> {
        self.users.get(&(container, uid))
    }

    /// The group with this id in a container ([`ContainerId::HOST`] for the host).
    pub fn group(&self, container: ContainerId, gid: u32) -> Option<&GroupEntry> {
        self.groups.get(&(container, gid))
    }

    /// How many users and groups are known.
    pub fn len(&self) -> usize {
        self.users.len() + self.groups.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All users with their container, by container and id.
    pub fn users(&self) -> impl Iterator<Item = (ContainerId, &UserEntry)> {
        let mut all: Vec<_> = self.users.iter().map(|((container, _), user)| (*container, user)).collect();
        all.sort_by_key(|(container, user)| (container.0, user.uid));
        all.into_iter()
    }

    /// All groups with their container, by container and id.
    pub fn groups(&self) -> impl Iterator<Item = (ContainerId, &GroupEntry)> {
        let mut all: Vec<_> = self.groups.iter().map(|((container, _), group)| (*container, group)).collect();
        all.sort_by_key(|(container, group)| (container.0, group.gid));
        all.into_iter()
    }

    /// Learns of a user from an event or a table.
    pub(crate) fn add_user(&mut self, container: ContainerId, user: UserEntry) {
        if !is_service(&user.name) {
            self.set_user(container, user);
        }
    }

    /// Learns of a group from an event or a table.
    pub(crate) fn add_group(&mut self, container: ContainerId, group: GroupEntry) {
        if !is_service(&group.name) {
            self.set_group(container, group);
        }
    }

    /// Stores a user. A known one keeps its group.
    pub(crate) fn set_user(&mut self, container: ContainerId, user: UserEntry) {
        let room = self.users.len() < MAX_ENTRIES;
        match self.users.get_mut(&(container, user.uid)) {
            Some(known) => *known = UserEntry { gid: known.gid, ..user },
            None if room => {
                self.users.insert((container, user.uid), user);
            }
            None => {}
        }
    }

    /// Stores a group.
    pub(crate) fn set_group(&mut self, container: ContainerId, group: GroupEntry) {
        if self.groups.len() < MAX_ENTRIES || self.groups.contains_key(&(container, group.gid)) {
            self.groups.insert((container, group.gid), group);
        }
    }

    pub(crate) fn remove_user(&mut self, container: ContainerId, uid: u32) {
        self.users.remove(&(container, uid));
    }

    pub(crate) fn remove_group(&mut self, container: ContainerId, gid: u32) {
        self.groups.remove(&(container, gid));
    }

    /// Forgets a container's users and groups.
    pub(crate) fn remove_container(&mut self, container: ContainerId) {
        self.users.retain(|(owner, _), _| *owner != container);
        self.groups.retain(|(owner, _), _| *owner != container);
    }
}
