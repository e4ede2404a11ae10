//! Names of users and groups, per container.

use rustc_hash::FxHashMap;

use super::containers::ContainerId;

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

impl Users {
    /// The user with this id in a container ([`ContainerId::HOST`] for the host).
    pub fn user(&self, container: ContainerId, uid: u32) -> Option<&UserEntry> {
        self.users.get(&(container, uid))
    }

    /// The group with this id in a container ([`ContainerId::HOST`] for the host).
    pub fn group(&self, container: ContainerId, gid: u32) -> Option<&GroupEntry> {
        self.groups.get(&(container, gid))
    }
}
