//! What must be asked of the machine that the events come from.

use std::net::IpAddr;

use crate::state::{FdInfo, GroupEntry, ThreadInfo, UserEntry};

/// Answers questions about the live machine. The engine calls it from the event thread, so an implementation must not
/// block for long; offline there is nobody to ask, see [`NullHost`].
pub trait HostLookup {
    /// Fills `thread` with what the machine knows of a thread that the table lacks. Returns false when it is gone.
    fn thread(&mut self, tid: i64, thread: &mut ThreadInfo) -> bool;

    /// Whether a thread still exists: asked before an inactive one is purged.
    fn thread_alive(&mut self, tid: i64) -> bool;

    /// Fills `fd` with what descriptor `num` of process `pid` refers to. Returns false when it is not open.
    fn fd(&mut self, pid: i64, num: i64, fd: &mut FdInfo) -> bool;

    /// The user with this id, as the container (empty for the host) names it. `pid` lives in that container.
    fn user(&mut self, container: &str, pid: i64, uid: u32) -> Option<UserEntry>;

    /// The group with this id, as the container (empty for the host) names it. `pid` lives in that container.
    fn group(&mut self, container: &str, pid: i64, gid: u32) -> Option<GroupEntry>;

    /// The addresses that a host name stands for; must answer from a cache and never block.
    fn resolve(&mut self, name: &str) -> Vec<IpAddr>;

    /// Whether this is a live machine: only then is the table purged by age.
    fn is_live(&self) -> bool {
        true
    }
}

/// Nobody to ask: captures and scripts.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullHost;

impl HostLookup for NullHost {
    fn thread(&mut self, _: i64, _: &mut ThreadInfo) -> bool {
        false
    }

    fn thread_alive(&mut self, _: i64) -> bool {
        true
    }

    fn fd(&mut self, _: i64, _: i64, _: &mut FdInfo) -> bool {
        false
    }

    fn user(&mut self, _: &str, _: i64, _: u32) -> Option<UserEntry> {
        None
    }

    fn group(&mut self, _: &str, _: i64, _: u32) -> Option<GroupEntry> {
        None
    }

    fn resolve(&mut self, _: &str) -> Vec<IpAddr> {
        Vec::new()
    }

    fn is_live(&self) -> bool {
        false
    }
}
