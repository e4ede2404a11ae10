//! Which event types change the state, and how: the table from event code to handler.

use catalogue::{EVENT_COUNT, EVENTS, EventCode as E, EventFlags, Origin};

use super::{Step, Tracker};

/// Applies one event to the state.
pub(super) type Handler = fn(&mut Tracker, &mut Step<'_>);

/// What the tracker does with the events of one type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) handler: Option<Handler>,
    /// Position of the event's descriptor among the parameters.
    pub(super) fd_param: Option<u8>,
    /// The event works on a descriptor.
    pub(super) uses_fd: bool,
    /// The event has no thread.
    pub(super) no_thread: bool,
    /// An unknown thread may be looked up, or stands for itself as a placeholder. Not for events at which a thread
    /// begins or ends, nor for switches, most of which are to kernel threads.
    pub(super) lookup: bool,
    /// The first parameter is the result of the call.
    pub(super) has_result: bool,
    /// An enter event that guards the values of its exit event; rules do not see it.
    pub(super) guard: bool,
    /// Made by the runtime, not by the machine.
    pub(super) meta: bool,
}

impl Plan {
    /// No effect.
    pub(super) const NOTHING: Plan = Plan {
        handler: None,
        fd_param: None,
        uses_fd: false,
        no_thread: true,
        lookup: false,
        has_result: false,
        guard: false,
        meta: false,
    };
}

/// Events that have no thread besides those that the catalogue says so of.
const WITHOUT_THREAD: [E; 7] = [
    E::CONTAINER_JSON_2_E,
    E::USER_ADDED_E,
    E::USER_DELETED_E,
    E::GROUP_ADDED_E,
    E::GROUP_DELETED_E,
    E::PLUGINEVENT_E,
    E::ASYNCEVENT_E,
];

/// Events that never make the tracker look for an unknown thread.
const WITHOUT_LOOKUP: [E; 6] = [
    E::SYSCALL_CLONE_20_X,
    E::SYSCALL_CLONE3_X,
    E::SYSCALL_FORK_20_X,
    E::SYSCALL_VFORK_20_X,
    E::SCHEDSWITCH_6_E,
    E::PROCEXIT_1_E,
];

/// Enter events that guard their exits.
const GUARDS: [E; 7] = [
    E::SYSCALL_OPEN_E,
    E::SYSCALL_CREAT_E,
    E::SYSCALL_OPENAT_2_E,
    E::SYSCALL_OPENAT2_E,
    E::SYSCALL_EXECVE_19_E,
    E::SYSCALL_EXECVEAT_E,
    E::SOCKET_CONNECT_E,
];

/// The plan of every event type, by code.
pub(super) fn plans() -> Box<[Plan; EVENT_COUNT]> {
    Box::new(std::array::from_fn(|index| {
        let ty = &EVENTS[index];
        let own = ty.code;
        Plan {
            handler: handler(own),
            fd_param: ty.fd_param,
            uses_fd: ty.has(EventFlags::USES_FD),
            no_thread: ty.has(EventFlags::SKIPPARSERESET) || WITHOUT_THREAD.contains(&own),
            lookup: !WITHOUT_LOOKUP.contains(&own),
            has_result: ty.code.is_exit() && own != E::GENERIC_X,
            guard: GUARDS.contains(&own),
            meta: ty.origin == Some(Origin::Metaevent),
        }
    }))
}

/// The handler of an event type.
const fn handler(own: E) -> Option<Handler> {
    let handler: Handler = match own {
        E::SYSCALL_CLONE_20_X | E::SYSCALL_FORK_20_X | E::SYSCALL_VFORK_20_X | E::SYSCALL_CLONE3_X => {
            Tracker::clone_exit
        }
        E::SYSCALL_EXECVE_19_X | E::SYSCALL_EXECVEAT_X => Tracker::execve_exit,
        E::PROCEXIT_1_E => Tracker::thread_exit,
        E::SYSCALL_PRCTL_X => Tracker::prctl_exit,
        E::SYSCALL_SETSID_X => Tracker::setsid_exit,
        E::SCHEDSWITCH_6_E => Tracker::context_switch,
        E::SYSCALL_BRK_4_X | E::SYSCALL_MMAP_X | E::SYSCALL_MMAP2_X | E::SYSCALL_MUNMAP_X => {
            Tracker::memory_exit
        }
        E::SYSCALL_GETRLIMIT_X | E::SYSCALL_SETRLIMIT_X => Tracker::rlimit_exit,
        E::SYSCALL_PRLIMIT_X => Tracker::prlimit_exit,

        E::SYSCALL_OPEN_X => Tracker::open_exit,
        E::SYSCALL_OPENAT_2_X => Tracker::openat_exit,
        E::SYSCALL_OPENAT2_X => Tracker::openat2_exit,
        E::SYSCALL_CREAT_X => Tracker::creat_exit,
        E::SYSCALL_OPEN_BY_HANDLE_AT_X => Tracker::open_by_handle_at_exit,
        E::SYSCALL_CHDIR_X | E::SYSCALL_GETCWD_X => Tracker::chdir_exit,
        E::SYSCALL_FCHDIR_X => Tracker::fchdir_exit,
        E::SYSCALL_CHROOT_X => Tracker::chroot_exit,

        E::SYSCALL_CLOSE_X => Tracker::close_exit,
        E::SYSCALL_CLOSE_RANGE_X => Tracker::close_range_exit,
        E::SYSCALL_DUP_1_X | E::SYSCALL_DUP2_X | E::SYSCALL_DUP3_X => Tracker::dup_exit,
        E::SYSCALL_FCNTL_X => Tracker::fcntl_exit,
        E::SYSCALL_PIPE_X | E::SYSCALL_PIPE2_X => Tracker::pipe_exit,
        E::SYSCALL_EVENTFD_X | E::SYSCALL_EVENTFD2_X => Tracker::eventfd_exit,
        E::SYSCALL_SIGNALFD_X | E::SYSCALL_SIGNALFD4_X => Tracker::signalfd_exit,
        E::SYSCALL_TIMERFD_CREATE_X => Tracker::timerfd_exit,
        E::SYSCALL_INOTIFY_INIT_X | E::SYSCALL_INOTIFY_INIT1_X => Tracker::inotify_exit,
        E::SYSCALL_BPF_2_X => Tracker::bpf_exit,
        E::SYSCALL_USERFAULTFD_X => Tracker::userfaultfd_exit,
        E::SYSCALL_IO_URING_SETUP_X => Tracker::io_uring_exit,
        E::SYSCALL_EPOLL_CREATE_X | E::SYSCALL_EPOLL_CREATE1_X => Tracker::epoll_exit,
        E::SYSCALL_MEMFD_CREATE_X => Tracker::memfd_exit,
        E::SYSCALL_PIDFD_OPEN_X => Tracker::pidfd_open_exit,
        E::SYSCALL_PIDFD_GETFD_X => Tracker::pidfd_getfd_exit,

        E::SOCKET_SOCKET_X => Tracker::socket_exit,
        E::SOCKET_SOCKETPAIR_X => Tracker::socketpair_exit,
        E::SOCKET_BIND_X => Tracker::bind_exit,
        E::SOCKET_CONNECT_X => Tracker::connect_exit,
        E::SOCKET_ACCEPT_5_X | E::SOCKET_ACCEPT4_6_X => Tracker::accept_exit,
        E::SOCKET_GETSOCKOPT_X => Tracker::getsockopt_exit,
        E::SYSCALL_READ_X | E::SYSCALL_READV_X | E::SYSCALL_PREAD_X | E::SYSCALL_PREADV_X => {
            Tracker::read_exit
        }
        E::SOCKET_RECVFROM_X => Tracker::recvfrom_exit,
        E::SOCKET_RECVMSG_X => Tracker::recvmsg_exit,
        E::SOCKET_RECV_X => Tracker::recv_exit,
        E::SOCKET_RECVMMSG_X => Tracker::recvmmsg_exit,
        E::SYSCALL_WRITE_X | E::SYSCALL_WRITEV_X | E::SYSCALL_PWRITE_X | E::SYSCALL_PWRITEV_X => {
            Tracker::write_exit
        }
        E::SOCKET_SEND_X | E::SOCKET_SENDTO_X | E::SOCKET_SENDMSG_X => Tracker::send_exit,
        E::SOCKET_SENDMMSG_X => Tracker::sendmmsg_exit,

        E::SYSCALL_SETUID_X => Tracker::setuid_exit,
        E::SYSCALL_SETRESUID_X | E::SYSCALL_SETREUID_X => Tracker::setresuid_exit,
        E::SYSCALL_SETGID_X => Tracker::setgid_exit,
        E::SYSCALL_SETRESGID_X | E::SYSCALL_SETREGID_X => Tracker::setresgid_exit,
        E::SYSCALL_CAPSET_X => Tracker::capset_exit,
        E::SYSCALL_UNSHARE_X => Tracker::unshare_exit,
        E::SYSCALL_SETNS_X => Tracker::setns_exit,
        E::USER_ADDED_E | E::USER_DELETED_E => Tracker::user_event,
        E::GROUP_ADDED_E | E::GROUP_DELETED_E => Tracker::group_event,
        E::ASYNCEVENT_E => Tracker::async_event,
        E::CONTAINER_JSON_2_E => Tracker::container_json_event,
        E::DROP_E | E::DROP_X => Tracker::drop_event,
        _ => return None,
    };
    Some(handler)
}
