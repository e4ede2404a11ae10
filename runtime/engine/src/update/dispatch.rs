//! Which event types change the state, and how: the table from event code to handler.

use catalogue::{EVENT_COUNT, EVENTS, EventFlags};

use super::{Step, Tracker, code, is_meta};

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
const WITHOUT_THREAD: [u16; 7] = [
    code::CONTAINER_JSON_2_E,
    code::USER_ADDED_E,
    code::USER_DELETED_E,
    code::GROUP_ADDED_E,
    code::GROUP_DELETED_E,
    code::PLUGINEVENT_E,
    code::ASYNCEVENT_E,
];

/// Events that never make the tracker look for an unknown thread.
const WITHOUT_LOOKUP: [u16; 6] = [
    code::CLONE_20_X,
    code::CLONE3_X,
    code::FORK_20_X,
    code::VFORK_20_X,
    code::SCHEDSWITCH_6_E,
    code::PROCEXIT_1_E,
];

/// Enter events that guard their exits.
const GUARDS: [u16; 7] = [
    code::OPEN_E,
    code::CREAT_E,
    code::OPENAT_2_E,
    code::OPENAT2_E,
    code::EXECVE_19_E,
    code::EXECVEAT_E,
    code::CONNECT_E,
];

/// The plan of every event type, by code.
pub(super) fn plans() -> Box<[Plan; EVENT_COUNT]> {
    Box::new(std::array::from_fn(|index| {
        let ty = &EVENTS[index];
        let own = index as u16;
        Plan {
            handler: handler(own),
            fd_param: ty.fd_param,
            uses_fd: ty.has(EventFlags::USES_FD),
            no_thread: ty.has(EventFlags::SKIPPARSERESET) || WITHOUT_THREAD.contains(&own),
            lookup: !WITHOUT_LOOKUP.contains(&own),
            has_result: ty.code.is_exit() && own != code::GENERIC_X,
            guard: GUARDS.contains(&own),
            meta: is_meta(index),
        }
    }))
}

/// The handler of an event type.
const fn handler(own: u16) -> Option<Handler> {
    let handler: Handler = match own {
        code::CLONE_20_X | code::FORK_20_X | code::VFORK_20_X | code::CLONE3_X => Tracker::clone_exit,
        code::EXECVE_19_X | code::EXECVEAT_X => Tracker::execve_exit,
        code::PROCEXIT_1_E => Tracker::thread_exit,
        code::PRCTL_X => Tracker::prctl_exit,
        code::SETSID_X => Tracker::setsid_exit,
        code::SCHEDSWITCH_6_E => Tracker::context_switch,
        code::BRK_4_X | code::MMAP_X | code::MMAP2_X | code::MUNMAP_X => Tracker::memory_exit,
        code::GETRLIMIT_X | code::SETRLIMIT_X => Tracker::rlimit_exit,
        code::PRLIMIT_X => Tracker::prlimit_exit,

        code::OPEN_X => Tracker::open_exit,
        code::OPENAT_2_X => Tracker::openat_exit,
        code::OPENAT2_X => Tracker::openat2_exit,
        code::CREAT_X => Tracker::creat_exit,
        code::OPEN_BY_HANDLE_AT_X => Tracker::open_by_handle_at_exit,
        code::CHDIR_X | code::GETCWD_X => Tracker::chdir_exit,
        code::FCHDIR_X => Tracker::fchdir_exit,
        code::CHROOT_X => Tracker::chroot_exit,

        code::CLOSE_X => Tracker::close_exit,
        code::CLOSE_RANGE_X => Tracker::close_range_exit,
        code::DUP_1_X | code::DUP2_X | code::DUP3_X => Tracker::dup_exit,
        code::FCNTL_X => Tracker::fcntl_exit,
        code::PIPE_X | code::PIPE2_X => Tracker::pipe_exit,
        code::EVENTFD_X | code::EVENTFD2_X => Tracker::eventfd_exit,
        code::SIGNALFD_X | code::SIGNALFD4_X => Tracker::signalfd_exit,
        code::TIMERFD_CREATE_X => Tracker::timerfd_exit,
        code::INOTIFY_INIT_X | code::INOTIFY_INIT1_X => Tracker::inotify_exit,
        code::BPF_2_X => Tracker::bpf_exit,
        code::USERFAULTFD_X => Tracker::userfaultfd_exit,
        code::IO_URING_SETUP_X => Tracker::io_uring_exit,
        code::EPOLL_CREATE_X | code::EPOLL_CREATE1_X => Tracker::epoll_exit,
        code::MEMFD_CREATE_X => Tracker::memfd_exit,
        code::PIDFD_OPEN_X => Tracker::pidfd_open_exit,
        code::PIDFD_GETFD_X => Tracker::pidfd_getfd_exit,

        code::SOCKET_X => Tracker::socket_exit,
        code::SOCKETPAIR_X => Tracker::socketpair_exit,
        code::BIND_X => Tracker::bind_exit,
        code::CONNECT_X => Tracker::connect_exit,
        code::ACCEPT_5_X | code::ACCEPT4_6_X => Tracker::accept_exit,
        code::GETSOCKOPT_X => Tracker::getsockopt_exit,
        code::READ_X | code::READV_X | code::PREAD_X | code::PREADV_X => Tracker::read_exit,
        code::RECVFROM_X => Tracker::recvfrom_exit,
        code::RECVMSG_X => Tracker::recvmsg_exit,
        code::RECV_X => Tracker::recv_exit,
        code::RECVMMSG_X => Tracker::recvmmsg_exit,
        code::WRITE_X | code::WRITEV_X | code::PWRITE_X | code::PWRITEV_X => Tracker::write_exit,
        code::SEND_X | code::SENDTO_X | code::SENDMSG_X => Tracker::send_exit,
        code::SENDMMSG_X => Tracker::sendmmsg_exit,

        code::SETUID_X => Tracker::setuid_exit,
        code::SETRESUID_X | code::SETREUID_X => Tracker::setresuid_exit,
        code::SETGID_X => Tracker::setgid_exit,
        code::SETRESGID_X | code::SETREGID_X => Tracker::setresgid_exit,
        code::CAPSET_X => Tracker::capset_exit,
        code::UNSHARE_X => Tracker::unshare_exit,
        code::SETNS_X => Tracker::setns_exit,
        code::USER_ADDED_E | code::USER_DELETED_E => Tracker::user_event,
        code::GROUP_ADDED_E | code::GROUP_DELETED_E => Tracker::group_event,
        code::ASYNCEVENT_E => Tracker::async_event,
        code::CONTAINER_JSON_2_E => Tracker::container_json_event,
        code::DROP_E | code::DROP_X => Tracker::drop_event,
        _ => return None,
    };
    Some(handler)
}
