//! The embedded eBPF objects, and which of them fits a kernel.

use std::fmt;

/// How system calls are hooked. All give the same events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attachment {
    /// One BTF tracepoint on the end of every system call. Sees every call, 32-bit ones included.
    Default,
    /// One raw tracepoint on the end of every system call, for kernels that refuse BTF tracepoints. Sees every call.
    Portable,
    /// One tracepoint per wanted system call: others cost almost nothing. 32-bit calls are not seen.
    Native,
    /// Programs on the kernel's functions of the wanted calls alone, those of 32-bit calls included: others cost nothing.
    Fexit,
}

impl Attachment {
    /// Every way.
    pub const ALL: [Attachment; 4] =
        [Attachment::Default, Attachment::Portable, Attachment::Native, Attachment::Fexit];

    /// The name in configuration and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Attachment::Default => "default",
            Attachment::Portable => "portable",
            Attachment::Native => "native",
            Attachment::Fexit => "fexit",
        }
    }

    /// The way with this name.
    pub fn by_name(name: &str) -> Option<Attachment> {
        Attachment::ALL.into_iter().find(|attachment| attachment.name() == name)
    }

    /// The compiled object.
    pub fn object(self) -> &'static [u8] {
        match self {
            Attachment::Default => aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/probe.o")),
            Attachment::Portable => {
                aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/probe-portable.o"))
            }
            Attachment::Native => aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/probe-native.o")),
            Attachment::Fexit => aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/probe-fexit.o")),
        }
    }
}

/// The name, and in a few words what it means.
impl fmt::Display for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match self {
            Attachment::Default => "one hook on the end of all system calls",
            Attachment::Portable => "one raw tracepoint on the end of all system calls",
            Attachment::Native => "a tracepoint on the end of each wanted system call",
            Attachment::Fexit => "a program on the function of each wanted system call",
        };
        write!(f, "{}: {meaning}", self.name())
    }
}

/// Name of the program of a system call in the objects.
pub fn call_program(syscall: &str) -> String {
    format!("sys_{syscall}")
}

/// The program of calls without events of their own.
pub const GENERIC_PROGRAM: &str = "sys_generic";
/// The program on the end of every call, which finds that of the call.
pub const DISPATCH_PROGRAM: &str = "dispatch";

/// The function that asks the filters of a thread (seccomp) about a call, and the program on it that finds that of the
/// call when they refuse: then the call's own function does not run.
pub const REFUSAL: (&str, &str) = ("__secure_computing", "on_refusal");

/// Kernel events: the tracepoint and the program on it, by name of the code in the catalogue.
pub const TRACEPOINTS: &[(&str, &str)] = &[
    ("sched_process_exit", "on_exit"),
    ("sched_switch", "on_switch"),
    ("signal_deliver", "on_signal"),
    ("page_fault_user", "on_user_fault"),
    ("page_fault_kernel", "on_kernel_fault"),
];
/// Successful executions: tracepoint and program.
pub const EXEC: (&str, &str) = ("sched_process_exec", "on_exec");
/// New processes where their own return from the call is not seen: tracepoint and program.
pub const FORK: (&str, &str) = ("sched_process_fork", "on_fork");
/// Calls whose start is reported too; the programs are called `enter_` and this.
pub const ENTERED: &[&str] = &["open", "openat", "openat2", "creat", "connect"];
/// Calls that can be submitted through io_uring: opcode of the kernel's user interface, and the calls that stand for it.
pub const RING_OPERATIONS: &[(u8, &[&str])] = &[
    (9, &["sendmsg"]),
    (10, &["recvmsg"]),
    (16, &["connect"]),
    (18, &["openat"]),
    (28, &["openat2"]),
    (35, &["renameat", "renameat2"]),
    (36, &["unlinkat"]),
    (37, &["mkdirat"]),
    (38, &["symlinkat"]),
    (39, &["linkat"]),
];
/// Submission through io_uring: tracepoint and program, newer kernels first. One of them exists.
pub const RING_SUBMIT: [(&str, &str); 2] =
    [("io_uring_submit_req", "on_ring_submit"), ("io_uring_submit_sqe", "on_ring_submit_old")];
/// Completion of requests: tracepoint and program.
pub const RING_COMPLETE: (&str, &str) = ("io_uring_complete", "on_ring_complete");
