//! Transfers of data: they tell more about sockets.

use events::Param;
use events::param::SockTuple;

use super::socket::{kind_of, name_by_protocol, rename, unmap_both, valid_tuple};
use super::{Step, Tracker};
use crate::state::socket_name::{mapped, write_tuple, write_unix};
use crate::state::{Connection, FdId, FdKind, L4, Role, SocketTuple, State, ThreadId};

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

impl Tracker {
    /// `read`, `readv`, `pread`, `preadv`.
    pub(super) fn read_exit(&mut self, step: &mut Step<'_>) {
        self.transferred(step);
    }

    /// `write`, `writev`, `pwrite`, `pwritev`.
    pub(super) fn write_exit(&mut self, step: &mut Step<'_>) {
        self.transferred(step);
    }

    /// `recvfrom`.
    pub(super) fn recvfrom_exit(&mut self, step: &mut Step<'_>) {
        self.received(step, 2);
    }

    /// `recvmsg`.
    pub(super) fn recvmsg_exit(&mut self, step: &mut Step<'_>) {
        self.received(step, 3);
        self.take_passed_fds(step, 4);
    }

    /// `recv`.
    pub(super) fn recv_exit(&mut self, step: &mut Step<'_>) {
        self.received(step, 4);
    }

    /// `recvmmsg`. Old captures hold no parameters of it.
    pub(super) fn recvmmsg_exit(&mut self, step: &mut Step<'_>) {
        if !step.param(0).is_empty() {
            self.received(step, 4);
            self.take_passed_fds(step, 5);
        }
    }

    /// `send`, `sendto`, `sendmsg`.
    pub(super) fn send_exit(&mut self, step: &mut Step<'_>) {
        if step.fd.is_none() && step.thread.is_some() {
            self.infer_socket(step);
        }
        self.sent(step);
    }

    /// `sendmmsg`. Old captures hold no parameters of it.
    pub(super) fn sendmmsg_exit(&mut self, step: &mut Step<'_>) {
        if !step.param(0).is_empty() {
            self.sent(step);
        }
    }

    fn received(&mut self, step: &mut Step<'_>, tuple: usize) {
        if self.transferred(step) {
            self.learn_ends(step, step.param(tuple), Direction::In);
        }
    }

    fn sent(&mut self, step: &mut Step<'_>) {
        if self.transferred(step) {
            self.learn_ends(step, step.param(4), Direction::Out);
        }
    }

    /// A socket that data went through is connected. Answers whether there was a transfer on a known descriptor.
    #[inline]
    fn transferred(&mut self, step: &mut Step<'_>) -> bool {
        let Some(fd) = step.fd else { return false };
        let entry = &self.state.fds[fd];
        let succeeded = step.succeeded();
        if entry.kind.is_ip_tuple() {
            let connection = match succeeded {
                true => Connection::Connected,
                false if self.options.track_connections => Connection::Failed,
                false => return false,
            };
            if entry.connection != connection
                && let Some(own) = self.own_fd(step)
            {
                self.state.fds.get_mut(own).connection = connection;
            }
        }
        succeeded
    }

    /// Takes the ends of a socket from the event, unless it is a connection that is named already.
    fn learn_ends(&mut self, step: &mut Step<'_>, param: Param<'_>, direction: Direction) {
        let (Some(thread), Some(fd)) = (step.thread, step.fd) else { return };
        let entry = &self.state.fds[fd];
        if !entry.name.is_empty() && entry.is_v4(L4::Tcp) {
            return;
        }
        let Some(tuple) = valid_tuple(param.sock_tuple(), param.bytes()) else { return };
        if self.ends_known(fd, &tuple) {
            return;
        }
        let Some(fd) = self.own_fd(step) else { return };
        if !self.update_ends(fd, &tuple) {
            return;
        }
        let kind = self.state.fds[fd].kind;
        if kind.is_ip_tuple() {
            if self.state.fds[fd].role == Role::None {
                let role = guess_role(&self.state, thread, fd, direction);
                self.state.fds.get_mut(fd).role = role;
            }
            let entry = self.state.fds.get_mut(fd);
            // The source is the client: what a client reads came from the other end.
            let backwards = match direction {
                Direction::In => Role::Client,
                Direction::Out => Role::Server,
            };
            if entry.role == backwards {
                entry.swap_ends();
            }
            step.name_changed |= name_by_protocol(entry, &mut self.text);
        } else {
            let entry = self.state.fds.get_mut(fd);
            step.name_changed |= rename(entry, &mut self.text, |name| write_param(name, &tuple));
        }
    }

    /// Whether a tuple tells nothing new, so that a shared entry can stay shared.
    fn ends_known(&self, fd: FdId, tuple: &SockTuple<'_>) -> bool {
        let SockTuple::Inet { source, destination } = *tuple else { return false };
        let (source, destination) = unmap_both(source, destination);
        let entry = &self.state.fds[fd];
        let Some(own) = entry.tuple() else { return false };
        let new = (source.ip, source.port, destination.ip, destination.port);
        kind_of(source.ip) == entry.kind
            && (new == (own.source, own.source_port, own.destination, own.destination_port)
                || new == (own.destination, own.destination_port, own.source, own.source_port))
    }

    /// Writes the ends into an entry. Answers whether the name has to follow.
    fn update_ends(&mut self, fd: FdId, tuple: &SockTuple<'_>) -> bool {
        let entry = self.state.fds.get_mut(fd);
        match *tuple {
            SockTuple::Inet { source, destination } => {
                let v6 = source.ip.is_ipv6();
                let (source, destination) = unmap_both(source, destination);
                let stays_v6 = source.ip.is_ipv6();
                if !v6 && entry.kind == FdKind::Ipv4Server {
                    let l4 = entry.socket.server_l4_v4();
                    entry.socket.set_l4(false, l4);
                }
                // A bound IPv6 socket keeps its kind; only its bytes change.
                if !stays_v6 {
                    entry.kind = FdKind::Ipv4;
                }
                if !entry.set_ends(source, destination) {
                    return false;
                }
            }
            SockTuple::Unix { source, destination, path: _ } => {
                entry.kind = FdKind::Unix;
                entry.socket.set_unix(source, destination);
                return true;
            }
            SockTuple::Other { .. } | SockTuple::Malformed { .. } => {}
        }
        if let Some(v6) = match entry.kind {
            FdKind::Ipv4 => Some(false),
            FdKind::Ipv6 => Some(true),
            _ => None,
        } && entry.socket.l4(v6) == L4::Unknown
        {
            // A protocol that lets ends change is not TCP.
            entry.socket.set_l4(v6, L4::Udp);
        }
        self.state.interfaces.complete(entry);
        true
    }

    /// Live only: descriptors that came over a unix socket are looked up on the machine.
    fn take_passed_fds(&mut self, step: &Step<'_>, control: usize) {
        const SCM_RIGHTS: u32 = 1;
        const HEADER: usize = 16;
        let (Some(thread), Some(fd)) = (step.thread, step.fd) else { return };
        if !self.live || !step.succeeded() || self.state.fds[fd].kind != FdKind::Unix {
            return;
        }
        let pid = self.state.threads[thread].pid;
        let mut rest = step.param(control).bytes();
        while let Some((head, _)) = rest.split_first_chunk::<HEADER>() {
            let len = Param::new(head).u64().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
            let Some(data) = rest.get(HEADER..len) else { return };
            if Param::new(&head[12..]).u32() == Some(SCM_RIGHTS) {
                for num in data.chunks_exact(4).filter_map(|chunk| Param::new(chunk).i32()) {
                    self.look_up_fd(thread, pid, i64::from(num));
                }
            }
            rest = rest.get(len.next_multiple_of(8)..).unwrap_or_default();
        }
    }

    fn look_up_fd(&mut self, thread: ThreadId, pid: i64, num: i64) {
        if let (Some(known), Some(owner)) = (self.host.fd(pid, num), self.state.table_owner(thread)) {
            self.fill_fds(owner, &[known]);
        }
    }
}

/// What a process is on a socket whose ends are known: the owner of the destination port is the server; when it also
/// owns the source port, the direction of the first transfer decides.
fn guess_role(state: &State, thread: ThreadId, fd: FdId, direction: Direction) -> Role {
    // The ports are read as those of an IPv4 socket whatever the family, as Falco does.
    let own = state.fds[fd].socket.tuple_v4();
    let thread = &state.threads[thread];
    let bound = state.open_fds(thread).any(|(_, fd)| match fd.kind {
        FdKind::Ipv4 => fd.socket.tuple_v4().destination_port == own.destination_port,
        FdKind::Ipv4Server => fd.socket.server_port_v4() == own.destination_port,
        _ => false,
    });
    if !bound {
        return Role::Client;
    }
    let used = state
        .open_fds(thread)
        .any(|(_, fd)| fd.kind == FdKind::Ipv4 && fd.socket.tuple_v4().source_port == own.source_port);
    match direction {
        _ if !used => Role::Server,
        Direction::In => Role::Server,
        Direction::Out => Role::Client,
    }
}

/// Appends a tuple as a parameter shows it.
fn write_param(out: &mut Vec<u8>, tuple: &SockTuple<'_>) {
    match *tuple {
        SockTuple::Inet { source, destination } => {
            let plain = SocketTuple {
                source: source.ip,
                destination: destination.ip,
                source_port: source.port,
                destination_port: destination.port,
                l4: L4::Unknown,
            };
            match (mapped(source.ip), mapped(destination.ip)) {
                (Some(source), Some(destination)) => {
                    write_tuple(out, &SocketTuple { source, destination, ..plain });
                }
                _ => write_tuple(out, &plain),
            }
        }
        SockTuple::Unix { source, destination, path } => write_unix(out, source, destination, path),
        SockTuple::Other { family } | SockTuple::Malformed { family } => {
            out.extend_from_slice(format!("family {family}").as_bytes());
        }
    }
}
