//! The state as a snapshot: what a recording that starts now must tell first.

use std::net::IpAddr;

use events::snapshot::{
    Fd, FdTable, FdTarget, FileDetail, Group, Interface, InterfaceAddress, Machine, NamedKind, Snapshot,
    Thread, User,
};

use super::{ContainerId, FdInfo, FdKind, Role, Socket, State, ThreadFlags, ThreadInfo};

impl State {
    /// Everything that a snapshot can hold. Users and groups of containers have no place in it: see [`State::users`].
    pub fn snapshot(&self) -> Snapshot {
        let mut threads: Vec<&ThreadInfo> =
            self.threads.iter().filter(|thread| !thread.is_invalid()).collect();
        threads.sort_by_key(|thread| thread.tid);
        let tables = threads.iter().filter(|thread| !thread.flags.contains(ThreadFlags::CLONE_FILES));
        let descriptors = tables.map(|thread| {
            let entries = thread.fds.iter().map(|(num, id)| (num, &self.fds[id]));
            // The format has no place for descriptors of unknown kinds.
            let entries =
                entries.filter(|(_, fd)| fd.kind != FdKind::Unknown).map(|(num, fd)| descriptor(num, fd));
            let entries = entries.collect();
            FdTable { tid: thread.tid, entries }
        });
        Snapshot {
            machine: Some(Machine {
                cpus: self.machine.cpus,
                memory: self.machine.memory,
                max_pid: 0,
                hostname: self.machine.hostname.as_bytes().into(),
                boot_ts: self.machine.boot_ts,
            }),
            interfaces: self.interfaces.list().iter().filter_map(interface).collect(),
            users: self
                .users
                .users()
                .filter(|(container, _)| container.is_host())
                .map(|(_, user)| User {
                    uid: user.uid,
                    gid: user.gid,
                    name: user.name.as_bytes().into(),
                    home: user.home.as_bytes().into(),
                    shell: user.shell.as_bytes().into(),
                })
                .collect(),
            groups: self
                .users
                .groups()
                .filter(|(container, _)| container.is_host())
                .map(|(_, group)| Group { gid: group.gid, name: group.name.as_bytes().into() })
                .collect(),
            descriptors: descriptors.collect(),
            threads: threads.iter().map(|thread| listed(thread)).collect(),
        }
    }

    /// The id under which a container's users are kept; empty for the host.
    pub fn container_name(&self, container: ContainerId) -> &str {
        self.containers.id(container)
    }
}

fn listed(thread: &ThreadInfo) -> Thread {
    Thread {
        tid: thread.tid,
        pid: thread.pid,
        ptid: thread.ptid,
        sid: thread.sid,
        vpgid: thread.vpgid,
        pgid: thread.pgid,
        comm: thread.comm.clone(),
        exe: thread.exe.clone(),
        exepath: thread.exepath.clone(),
        args: thread.args.raw().to_vec(),
        env: thread.env.raw().to_vec(),
        cwd: thread.cwd.clone(),
        root: thread.root.clone(),
        cgroups: thread.cgroups.raw().to_vec(),
        fdlimit: thread.fdlimit,
        flags: thread.flags.0,
        uid: thread.uid,
        gid: thread.gid,
        loginuid: thread.loginuid,
        vm_size: thread.vmsize,
        vm_rss: thread.vmrss,
        vm_swap: thread.vmswap,
        page_faults_major: thread.pfmajor,
        page_faults_minor: thread.pfminor,
        vtid: thread.vtid,
        vpid: thread.vpid,
        pidns_init_start_ts: thread.pidns_init_start_ts,
        tty: thread.tty,
        exe_writable: thread.exe_marks.writable,
        exe_upper_layer: thread.exe_marks.upper_layer,
        exe_lower_layer: thread.exe_marks.lower_layer,
        exe_from_memfd: thread.exe_marks.from_memfd,
        cap_inheritable: thread.cap_inheritable,
        cap_permitted: thread.cap_permitted,
        cap_effective: thread.cap_effective,
        exe_ino: thread.exe_ino,
        exe_ino_ctime: thread.exe_ino_ctime,
        exe_ino_mtime: thread.exe_ino_mtime,
        clone_ts: thread.clone_ts,
    }
}

fn descriptor(num: i64, info: &FdInfo) -> Fd {
    let name = info.name.clone();
    let named = |kind| FdTarget::Named { kind, name: info.name.clone() };
    let target = match (info.kind, info.socket()) {
        (_, Socket::Unix { source, destination }) => FdTarget::Unix { source, destination, name },
        (_, Socket::Server { ip: IpAddr::V4(ip), port, l4 }) => {
            FdTarget::Ipv4Server { ip: ip.octets(), port, l4 }
        }
        (_, Socket::Server { ip: IpAddr::V6(ip), port, l4 }) => {
            FdTarget::Ipv6Server { ip: ip.octets(), port, l4 }
        }
        (_, Socket::Tuple(tuple)) => {
            // A snapshot has the local end first; whoever loads it finds out again who accepted.
            let ends = ((tuple.source, tuple.source_port), (tuple.destination, tuple.destination_port));
            let (local, remote) = if info.role == Role::Server { (ends.1, ends.0) } else { ends };
            match (local, remote) {
                ((IpAddr::V4(source), source_port), (IpAddr::V4(destination), destination_port)) => {
                    FdTarget::Ipv4 {
                        source: source.octets(),
                        destination: destination.octets(),
                        source_port,
                        destination_port,
                        l4: tuple.l4,
                    }
                }
                ((source, source_port), (destination, destination_port)) => FdTarget::Ipv6 {
                    source: wide(source),
                    destination: wide(destination),
                    source_port,
                    destination_port,
                    l4: tuple.l4,
                },
            }
        }
        (FdKind::File | FdKind::FileOld, _) => FdTarget::File {
            name,
            detail: FileDetail::Known { open_flags: info.open_flags, dev: Some(info.dev) },
        },
        (kind, _) => named(NamedKind::from_code(kind as u8).unwrap_or(NamedKind::Unsupported)),
    };
    Fd { fd: num, ino: info.ino, target }
}

fn wide(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn interface(one: &super::Interface) -> Option<Interface> {
    let address = match (one.ip, one.mask, one.broadcast) {
        (IpAddr::V4(ip), IpAddr::V4(mask), IpAddr::V4(broadcast)) => InterfaceAddress::V4 {
            address: ip.octets(),
            netmask: mask.octets(),
            broadcast: broadcast.octets(),
        },
        (IpAddr::V6(ip), IpAddr::V6(mask), IpAddr::V6(broadcast)) => InterfaceAddress::V6 {
            address: ip.octets(),
            netmask: mask.octets(),
            broadcast: broadcast.octets(),
        },
        _ => return None,
    };
    Some(Interface { name: one.name.as_bytes().into(), address, link_speed: 0 })
}
