//! Takes everything away from the compiling child before it reads a byte of rule text: user, groups, capabilities,
//! network, files, memory without end. What then goes wrong in a parser stays in the parser.

use std::collections::BTreeMap;

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Gid, Uid, geteuid, setgid, setgroups, setuid};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

/// User and group `nobody` on every distribution that matters; they need not exist by name.
const NOBODY: u32 = 65534;

/// Address space of the child: many times what the largest rule set needs.
const ADDRESS_SPACE_BYTES: u64 = 2 << 30;

/// Processor time of the child.
const CPU_SECONDS: u64 = 60;

/// Enters the sandbox. What the system does not offer to an ordinary user (a network namespace, say) is left out when
/// the process is not privileged anyway; for root every step must succeed.
pub(super) fn enter() -> Result<(), String> {
    let failed = |what: &str, error: &dyn std::fmt::Display| format!("cannot {what}: {error}");
    setrlimit(Resource::RLIMIT_AS, ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES)
        .map_err(|e| failed("limit memory", &e))?;
    setrlimit(Resource::RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS)
        .map_err(|e| failed("limit processor time", &e))?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(|e| failed("forbid core files", &e))?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0).map_err(|e| failed("forbid writing files", &e))?;
    if geteuid().is_root() {
        // In a container without CAP_SYS_ADMIN this is refused; the system call filter below closes the network, too.
        let _ = unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWIPC);
        setgroups(&[]).map_err(|e| failed("drop groups", &e))?;
        setgid(Gid::from_raw(NOBODY)).map_err(|e| failed("drop the group", &e))?;
        setuid(Uid::from_raw(NOBODY)).map_err(|e| failed("drop the user", &e))?;
    }
    prctl::set_no_new_privs().map_err(|e| failed("forbid new privileges", &e))?;
    prctl::set_dumpable(false).map_err(|e| failed("forbid inspection", &e))?;
    let filter = system_call_filter().map_err(|e| failed("build the system call filter", &e))?;
    apply_filter(&filter).map_err(|e| failed("filter system calls", &e))
}

/// Allows what computing needs: memory, the pipes that are open already, time, the end. Everything else fails with
/// EPERM, opening files and sockets included.
fn system_call_filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let allowed = [
        "read",
        "write",
        "readv",
        "writev",
        "close",
        "mmap",
        "munmap",
        "mremap",
        "mprotect",
        "madvise",
        "brk",
        "exit",
        "exit_group",
        "futex",
        "rt_sigaction",
        "rt_sigprocmask",
        "rt_sigreturn",
        "sigaltstack",
        "clock_gettime",
        "getrandom",
        "sched_yield",
        "restart_syscall",
        "fstat",
        "lseek",
        "gettid",
        "getpid",
        "tgkill",
        "sched_getaffinity",
        "poll",
        "ppoll",
        "fcntl",
    ];
    let numbers = allowed.iter().filter_map(|name| {
        let syscall = catalogue::syscall_by_name(name)?;
        let number = if cfg!(target_arch = "x86_64") { syscall.x86_64 } else { syscall.aarch64 };
        number.map(|number| (i64::from(number), Vec::new()))
    });
    let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> = numbers.collect();
    let refuse = SeccompAction::Errno(nix::libc::EPERM as u32);
    let architecture = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, refuse, SeccompAction::Allow, architecture)?.try_into()
}
