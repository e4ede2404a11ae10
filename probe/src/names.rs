//! What the running kernel calls the functions and tracepoints of a system call.
//!
//! The name of a call is not always that of the function that serves it: `stat` is served by `__x64_sys_newstat`, a
//! 32-bit `getuid` by `__ia32_sys_getuid16`, a 32-bit `futex` by one of two functions. A kernel has a function for each
//! convention; what takes no arguments has one for all.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::object::REFUSAL;

/// What may stand in place of a call's name (`*`) in 32-bit functions: older and newer forms of arguments.
const NARROW_FORMS: [&str; 15] = [
    "*",
    "new*",
    "old*",
    "old_*",
    "*16",
    "*32",
    "*64",
    "*_64",
    "*_time32",
    "*_time64",
    "ia32_*",
    "ia32_*64",
    "ia32_*_64",
    "x86_*",
    "x86_*64",
];
/// Calls that are served under other names, and these; the 64-bit function has the first.
const OTHER_NAMES: [(&str, &[&str]); 7] = [
    ("lseek", &["lseek", "llseek"]),
    ("mmap", &["mmap", "mmap_pgoff"]),
    ("newfstatat", &["newfstatat", "ia32_fstatat64", "x86_fstatat"]),
    ("pread64", &["pread64", "x86_pread"]),
    ("pwrite64", &["pwrite64", "x86_pwrite"]),
    ("sendfile", &["sendfile64", "sendfile"]),
    ("umount2", &["umount", "oldumount"]),
];
/// Calls without arguments: one function serves all conventions.
const ARGUMENTLESS: [&str; 19] = [
    "fork",
    "getegid",
    "geteuid",
    "getgid",
    "getpgrp",
    "getpid",
    "getppid",
    "gettid",
    "getuid",
    "inotify_init",
    "munlockall",
    "pause",
    "restart_syscall",
    "rt_sigreturn",
    "sched_yield",
    "setsid",
    "sync",
    "vfork",
    "vhangup",
];
/// Calls that never return: a program on their end would never run, and its trampoline never be freed.
const ENDLESS: [&str; 2] = ["exit", "exit_group"];
/// The function that serves several 32-bit calls about sockets.
const SOCKETCALL: &str = "__ia32_compat_sys_socketcall";
/// Calls that it stands for.
const PACKED: [&str; 18] = [
    "socket",
    "bind",
    "connect",
    "listen",
    "accept",
    "getsockname",
    "getpeername",
    "socketpair",
    "sendto",
    "recvfrom",
    "shutdown",
    "setsockopt",
    "getsockopt",
    "sendmsg",
    "recvmsg",
    "accept4",
    "recvmmsg",
    "sendmmsg",
];

/// Names that this kernel has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    functions: BTreeSet<String>,
    /// Of the ends of calls, without `sys_exit_`.
    tracepoints: BTreeSet<String>,
}

impl Names {
    /// Reads the kernel's type information and the folder of its tracepoints.
    pub(crate) fn read(tracefs: Option<&str>) -> Names {
        let types = fs::read("/sys/kernel/btf/vmlinux").unwrap_or_default();
        let folder = tracefs.and_then(|path| fs::read_dir(Path::new(path).join("events/syscalls")).ok());
        let entries =
            folder.into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Names {
            functions: strings(&types).filter(|name| is_function(name)).map(str::to_string).collect(),
            tracepoints: entries
                .filter_map(|name| Some(name.strip_prefix("sys_exit_")?.to_string()))
                .collect(),
        }
    }

    /// Whether filters can refuse calls; see [`REFUSAL`].
    pub(crate) fn has_refusal(&self) -> bool {
        self.functions.contains(REFUSAL.0)
    }

    /// A kernel with these functions.
    #[cfg(test)]
    pub(crate) fn of<'a>(functions: impl IntoIterator<Item = &'a str>) -> Names {
        Names { functions: functions.into_iter().map(str::to_string).collect(), ..Names::default() }
    }

    /// A kernel with these tracepoints.
    #[cfg(test)]
    pub(crate) fn of_tracepoints<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
        Names { tracepoints: names.into_iter().map(str::to_string).collect(), ..Names::default() }
    }

    /// Functions whose ends are those of the call, in all conventions. None when this kernel lacks the call.
    pub(crate) fn functions(&self, call: &str) -> Vec<String> {
        let Some(native) = self.native_function(call) else { return Vec::new() };
        let mut functions = vec![native];
        functions.extend(self.narrow_functions(call));
        functions
    }

    fn native_function(&self, call: &str) -> Option<String> {
        if ENDLESS.contains(&call) {
            return None;
        }
        let prefix = if cfg!(target_arch = "x86_64") { "__x64_sys_" } else { "__arm64_sys_" };
        // The kernel's type information may know what takes no arguments by its inner name alone.
        let inner = ARGUMENTLESS.contains(&call).then(|| format!("__do_sys_{call}"));
        let names = native_names(call).map(|name| format!("{prefix}{name}"));
        inner.into_iter().chain(names).find(|name| self.functions.contains(name))
    }

    /// Functions of 32-bit calls (`__ia32_`) and of those of the x32 interface that have their own (`__x64_compat_`).
    fn narrow_functions(&self, call: &str) -> Vec<String> {
        if cfg!(not(target_arch = "x86_64")) {
            return Vec::new();
        }
        let mut found = BTreeSet::new();
        for form in
            NARROW_FORMS.iter().flat_map(|form| other_names(call).map(move |name| form.replace('*', name)))
        {
            for prefix in ["__ia32_sys_", "__ia32_compat_sys_", "__x64_compat_sys_"] {
                let name = format!("{prefix}{form}");
                // That would be the 64-bit function under another name.
                let same = form == call && ARGUMENTLESS.contains(&call);
                if !same && !is_other_call(call, &form) && self.functions.contains(&name) {
                    found.insert(name);
                }
            }
        }
        if PACKED.contains(&call) && self.functions.contains(SOCKETCALL) {
            found.insert(SOCKETCALL.to_string());
        }
        found.into_iter().collect()
    }

    /// Whether 32-bit calls of this name may be served by a function that is not known here.
    pub(crate) fn may_miss_narrow(&self, call: &str) -> bool {
        let number = catalogue::syscall_by_name(call).and_then(|call| call.x86_64);
        let has_narrow = || (0..512).any(|narrow| catalogue::ia32_to_x86_64(narrow) == number);
        !ARGUMENTLESS.contains(&call)
            && self.native_function(call).is_some()
            && self.narrow_functions(call).is_empty()
            && number.is_some()
            && has_narrow()
    }

    /// The tracepoint of the end of a call is `sys_exit_` and this.
    pub(crate) fn tracepoint(&self, call: &str) -> Option<String> {
        native_names(call).find(|name| self.tracepoints.contains(name))
    }
}

/// Names under which the kernel may have the 64-bit call, the likelier first.
fn native_names(call: &str) -> impl Iterator<Item = String> {
    let first = other_names(call).next().unwrap_or(call).to_string();
    [format!("new{call}"), first].into_iter()
}

fn other_names(call: &str) -> impl Iterator<Item = &str> {
    let known = OTHER_NAMES.iter().find(|(name, _)| *name == call);
    let own = known.is_none().then_some(call);
    known.into_iter().flat_map(|(_, names)| names.iter().copied()).chain(own)
}

/// Whether what looks like a form of a call is a call of its own, as `getdents64` is.
fn is_other_call(call: &str, form: &str) -> bool {
    form != call && catalogue::syscall_by_name(form).is_some_and(|other| other.x86_64.is_some())
}

fn is_function(name: &str) -> bool {
    let prefixes = ["__x64_", "__ia32_", "__arm64_sys_", "__do_sys_"];
    prefixes.iter().any(|prefix| name.starts_with(prefix)) || name == REFUSAL.0
}

/// The strings of type information (BTF): its header says where they lie, each ends with a NUL.
fn strings(types: &[u8]) -> impl Iterator<Item = &str> {
    let word = |at: usize| Some(u32::from_le_bytes(*types.get(at..)?.first_chunk()?) as usize);
    let start = word(4).zip(word(16)).map_or(usize::MAX, |(header, offset)| header + offset);
    let strings = types.get(start..).unwrap_or_default();
    strings.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok())
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn strings_are_those_behind_the_header() {
        let mut types = vec![0; 24 + 5];
        types[4] = 24;
        types[16] = 5;
        types.extend(b"\0__x64_sys_read\0other\0");
        assert_eq!(strings(&types).collect::<Vec<_>>(), ["", "__x64_sys_read", "other", ""]);
        assert_eq!(strings(b"short").count(), 1);
    }

    #[test]
    fn functions_of_all_conventions_are_found() {
        let names = Names::of([
            "__x64_sys_newstat",
            "__ia32_compat_sys_newstat",
            "__ia32_compat_sys_ia32_stat64",
            "__x64_sys_connect",
            "__ia32_sys_connect",
            "__ia32_compat_sys_socketcall",
            "__do_sys_fork",
            "__x64_sys_exit",
            "__x64_sys_umount",
            "__ia32_sys_oldumount",
            "__x64_sys_inotify_init",
            "__ia32_sys_inotify_init",
            "__x64_sys_getdents",
            "__ia32_compat_sys_getdents",
            "__ia32_sys_getdents64",
        ]);
        let functions = |call: &str| names.functions(call).join(" ");
        assert_eq!(
            functions("stat"),
            "__x64_sys_newstat __ia32_compat_sys_ia32_stat64 __ia32_compat_sys_newstat"
        );
        assert_eq!(functions("connect"), "__x64_sys_connect __ia32_compat_sys_socketcall __ia32_sys_connect");
        assert_eq!(functions("umount2"), "__x64_sys_umount __ia32_sys_oldumount");
        assert_eq!(functions("fork"), "__do_sys_fork");
        assert_eq!(functions("inotify_init"), "__x64_sys_inotify_init");
        assert_eq!(functions("getdents"), "__x64_sys_getdents __ia32_compat_sys_getdents");
        assert_eq!(functions("exit"), "");
        assert!(!names.may_miss_narrow("fork") && !names.may_miss_narrow("stat"));
        assert!(Names::of(["__x64_sys_read"]).may_miss_narrow("read"));
    }

    /// On this kernel: a program of another call on it would tell the call as what it is not.
    #[test]
    fn no_function_serves_two_calls() {
        let names = Names::read(None);
        let mut owners = std::collections::BTreeMap::new();
        for call in catalogue::syscalls().filter(|call| call.x86_64.is_some()) {
            for function in names.functions(call.name).into_iter().filter(|name| name != SOCKETCALL) {
                if let Some(other) = owners.insert(function.clone(), call.name) {
                    panic!("{function} serves {other} and {}", call.name);
                }
            }
        }
    }
}
