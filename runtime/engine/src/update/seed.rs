//! The state at the start: what a snapshot lists.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use events::snapshot::{self, FdTarget, FileDetail, InterfaceAddress, Snapshot};

use super::Tracker;
use crate::state::interfaces::Interface;
use crate::state::path::join;
use crate::state::socket_name::{mapped, write_listed};
use crate::state::thread::set_text;
use crate::state::{
    Connection, ContainerId, ExeMarks, FdInfo, FdKind, FdMarks, GroupEntry, Interfaces, L4, MachineInfo,
    Role, Socket, State, ThreadFlags, ThreadId, ThreadInfo, UserEntry,
};

impl Tracker {
    /// Takes over a snapshot. What was known before is forgotten: a capture that begins inside another one starts anew.
    pub fn load(&mut self, snapshot: &Snapshot) {
        let mut state = State::default();
        state.threads.set_limit(self.options.max_threads);
        state.epoch = self.state.epoch + 1;
        state.stamp = self.state.stamp;
        state.host_names = std::mem::take(&mut self.state.host_names);
        self.state = state;
        self.pending = Default::default();
        self.enters = Default::default();
        self.recently_exited = Default::default();
        self.cgroup_paths.clear();
        self.last_purge_ts = 0;
        self.initial_over = false;
        self.first_ts = 0;
        self.load_machine(snapshot);
        for thread in &snapshot.threads {
            self.load_thread(thread);
        }
        self.load_users(snapshot);
        let mut ids: Vec<_> = self.state.threads.ids().collect();
        ids.sort_by_key(|id| self.state.threads[*id].tid);
        for table in &snapshot.descriptors {
            if let Some(thread) = self.state.threads.find(table.tid) {
                self.fill_fds(thread, &table.entries);
            }
        }
        ids.iter().for_each(|id| self.link(*id));
        self.orient_sockets();
    }

    fn load_machine(&mut self, snapshot: &Snapshot) {
        if let Some(machine) = &snapshot.machine {
            self.state.machine = MachineInfo {
                cpus: machine.cpus,
                memory: machine.memory,
                hostname: String::from_utf8_lossy(&machine.hostname).into(),
                boot_ts: machine.boot_ts,
            };
        }
        let interface = |listed: &snapshot::Interface| {
            let (ip, mask, broadcast): (IpAddr, IpAddr, IpAddr) = match listed.address {
                InterfaceAddress::V4 { address, netmask, broadcast } => (
                    Ipv4Addr::from(address).into(),
                    Ipv4Addr::from(netmask).into(),
                    Ipv4Addr::from(broadcast).into(),
                ),
                InterfaceAddress::V6 { address, netmask, broadcast } => (
                    Ipv6Addr::from(address).into(),
                    Ipv6Addr::from(netmask).into(),
                    Ipv6Addr::from(broadcast).into(),
                ),
            };
            Interface { name: String::from_utf8_lossy(&listed.name).into(), ip, mask, broadcast }
        };
        self.state.interfaces.set(snapshot.interfaces.iter().map(interface).collect());
    }

    fn load_users(&mut self, snapshot: &Snapshot) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into();
        for user in &snapshot.users {
            let (name, home, shell) = (text(&user.name), text(&user.home), text(&user.shell));
            let user = UserEntry { uid: user.uid, gid: user.gid, name, home, shell };
            self.state.users.add_user(ContainerId::HOST, user);
        }
        for group in &snapshot.groups {
            self.state
                .users
                .add_group(ContainerId::HOST, GroupEntry { gid: group.gid, name: text(&group.name) });
        }
    }

    fn load_thread(&mut self, listed: &snapshot::Thread) {
        if self.no_room_for(listed.pid) && self.state.threads.find(listed.tid).is_none() {
            self.stats.threads_dropped += 1;
            return;
        }
        let id = self.state.threads.create();
        self.fill_thread(id, listed);
        self.state.stamp += 1;
        self.state.threads[id].version = self.state.stamp;
        self.stats.threads_added += 1;
        if let Some(old) = self.state.threads.insert(id) {
            self.state.threads.detach(old);
            self.discard_thread(old);
        }
    }

    /// Takes over what is listed of a thread; of a main thread also what belongs to its process.
    pub(super) fn fill_thread(&mut self, id: ThreadId, listed: &snapshot::Thread) {
        let entry = &mut self.state.threads[id];
        entry.fill(listed);
        if entry.is_main() {
            entry.env.set(&listed.env);
            set_text(&mut entry.cwd, join(b"", &listed.cwd, &mut self.path));
            if entry.cwd.last() != Some(&b'/') {
                entry.cwd.push(b'/');
            }
        }
        self.find_container(id);
        self.know_ids_of(id);
    }

    /// Opens what is listed in a thread's own table.
    pub(super) fn fill_fds(&mut self, thread: ThreadId, listed: &[snapshot::Fd]) {
        for fd in listed {
            let id = self.state.fds.create();
            fill_fd(self.state.fds.get_mut(id), fd, &self.state.interfaces);
            match self.state.threads[thread].fds.set(fd.fd, id) {
                Ok(old) => old.into_iter().for_each(|old| self.state.fds.release(old)),
                Err(id) => {
                    self.state.fds.release(id);
                    self.stats.fds_dropped += 1;
                }
            }
        }
    }

    /// Which end of a connection is the client: a connection from a port that is bound on this machine was accepted.
    /// Falco does this for IPv4 only; so do captures, whose values are compared with Falco's.
    fn orient_sockets(&mut self) {
        let live = self.live;
        let State { threads, fds, .. } = &mut self.state;
        let mut bound = std::collections::BTreeSet::new();
        let ids: Vec<_> = threads.ids().collect();
        for id in &ids {
            for (_, fd) in threads[*id].fds.iter() {
                if let Socket::Server { port, .. } = fds[fd].socket() {
                    bound.insert(port);
                }
            }
        }
        for id in &ids {
            for (_, fd) in threads[*id].fds.iter() {
                let entry = fds.get_mut(fd);
                let Some(tuple) = entry.tuple().filter(|tuple| live || tuple.source.is_ipv4()) else {
                    continue;
                };
                if bound.contains(&tuple.source_port) {
                    entry.swap_ends();
                    let socket = entry.socket();
                    entry.name.clear();
                    write_listed(&mut entry.name, &socket);
                    entry.role = Role::Server;
                } else {
                    entry.role = Role::Client;
                }
            }
        }
    }
}

impl ThreadInfo {
    /// Takes over what a table tells of a thread, except what belongs to the process.
    fn fill(&mut self, listed: &snapshot::Thread) {
        self.tid = listed.tid;
        self.pid = listed.pid;
        self.ptid = listed.ptid;
        self.sid = listed.sid;
        self.vpgid = listed.vpgid;
        self.pgid = listed.pgid;
        self.vtid = listed.vtid;
        self.vpid = listed.vpid;
        set_text(&mut self.comm, &listed.comm);
        set_text(&mut self.exe, &listed.exe);
        self.set_exepath(&listed.exepath);
        set_text(&mut self.root, &listed.root);
        self.args.set(&listed.args);
        self.set_cgroups(events::Param::new(&listed.cgroups).strings());
        self.flags = ThreadFlags(listed.flags).union(ThreadFlags::NAME_CHANGED).union(ThreadFlags::ACTIVE);
        self.fdlimit = listed.fdlimit;
        self.uid = listed.uid;
        self.gid = listed.gid;
        self.loginuid = listed.loginuid;
        self.cap_permitted = listed.cap_permitted;
        self.cap_effective = listed.cap_effective;
        self.cap_inheritable = listed.cap_inheritable;
        self.exe_marks = ExeMarks {
            writable: listed.exe_writable,
            upper_layer: listed.exe_upper_layer,
            lower_layer: listed.exe_lower_layer,
            from_memfd: listed.exe_from_memfd,
        };
        self.exe_ino = listed.exe_ino;
        self.exe_ino_ctime = listed.exe_ino_ctime;
        self.exe_ino_mtime = listed.exe_ino_mtime;
        self.vmsize = listed.vm_size;
        self.vmrss = listed.vm_rss;
        self.vmswap = listed.vm_swap;
        self.pfmajor = listed.page_faults_major;
        self.pfminor = listed.page_faults_minor;
        self.pidns_init_start_ts = listed.pidns_init_start_ts;
        self.tty = listed.tty;
        self.clone_ts = listed.clone_ts;
        if listed.clone_ts != 0 {
            self.exe_times();
        }
    }
}

/// Takes over what a table tells of a descriptor.
fn fill_fd(entry: &mut FdInfo, listed: &snapshot::Fd, interfaces: &Interfaces) {
    entry.kind = FdKind::from_code(listed.target.code()).unwrap_or(FdKind::Unsupported);
    entry.ino = listed.ino;
    entry.marks = FdMarks::FROM_PROC;
    match &listed.target {
        FdTarget::File { name, detail } => {
            set_text(&mut entry.name, name);
            if let FileDetail::Known { open_flags, dev } = detail {
                entry.open_flags = *open_flags;
                entry.dev = dev.unwrap_or(0);
            }
        }
        FdTarget::Named { name, .. } => set_text(&mut entry.name, name),
        FdTarget::Unix { source, destination, name } => {
            entry.socket.set_unix(*source, *destination);
            set_text(&mut entry.name, name);
            entry.role = if name.is_empty() { Role::Client } else { Role::Server };
        }
        FdTarget::Ipv4 { source, destination, source_port, destination_port, l4 } => {
            let (source, destination) = (Ipv4Addr::from(*source).into(), Ipv4Addr::from(*destination).into());
            fill_tuple(entry, (source, *source_port), (destination, *destination_port), *l4, interfaces);
        }
        FdTarget::Ipv6 { source, destination, source_port, destination_port, l4 } => {
            let source = IpAddr::from(Ipv6Addr::from(*source));
            let destination = IpAddr::from(Ipv6Addr::from(*destination));
            let (source, destination) = match (mapped(source), mapped(destination)) {
                (Some(source), Some(destination)) => (source, destination),
                _ => (source, destination),
            };
            fill_tuple(entry, (source, *source_port), (destination, *destination_port), *l4, interfaces);
        }
        FdTarget::Ipv4Server { ip, port, l4 } => {
            entry.socket.set_server(Ipv4Addr::from(*ip).into(), *port, *l4);
        }
        FdTarget::Ipv6Server { ip, port, l4 } => {
            entry.socket.set_server(Ipv6Addr::from(*ip).into(), *port, *l4);
        }
    }
    if entry.kind.is_ip() {
        let socket = entry.socket();
        write_listed(&mut entry.name, &socket);
    }
}

fn fill_tuple(
    entry: &mut FdInfo,
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
    l4: L4,
    interfaces: &Interfaces,
) {
    let v6 = source.0.is_ipv6();
    entry.kind = if v6 { FdKind::Ipv6 } else { FdKind::Ipv4 };
    entry.socket.set_source(source.0, source.1);
    entry.socket.set_destination(destination.0, destination.1);
    entry.socket.set_l4(v6, l4);
    if l4 == L4::Tcp {
        entry.connection = Connection::Connected;
    }
    if !v6 {
        interfaces.complete(entry);
    }
}
