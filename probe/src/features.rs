//! What this kernel and this process can do, and in one line what is missing.

use std::fmt;
use std::fs;
use std::path::Path;

use aya::maps::MapType;
use aya::programs::ProgramType;
use aya::sys::{is_map_supported, is_program_supported};

/// Bits of the effective capabilities, from the kernel's `capability.h`.
const CAP_SYS_ADMIN: u32 = 21;
const CAP_PERFMON: u32 = 38;
const CAP_BPF: u32 = 39;

/// Abilities of the host that decide what is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// The kernel describes its types (`/sys/kernel/btf/vmlinux`).
    pub btf: bool,
    /// Ring buffer maps.
    pub ring_buffer: bool,
    /// Raw tracepoints.
    pub raw_tracepoint: bool,
    /// Programs on functions (fentry, fexit), not only on tracepoints.
    pub tracing: bool,
    /// Programs on kernel probes.
    pub kprobe: bool,
    /// Where the trace file system is mounted: needed for starts of calls and for the native attachment.
    pub tracefs: Option<&'static str>,
    /// The process may load and attach programs.
    pub privileged: bool,
    /// The kernel hides its memory from everybody (lockdown "confidentiality").
    pub confidential: bool,
    /// 32-bit calls can be made on this machine.
    pub compat_calls: bool,
}

/// Something without which the probe cannot run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// CAP_BPF and CAP_PERFMON.
    Privileges,
    /// Kernel types.
    Btf,
    /// Ring buffer maps.
    RingBuffer,
    /// Reading kernel memory.
    Confidentiality,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Missing::Privileges => {
                "not permitted to load eBPF programs: run as root, or grant CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE"
            }
            Missing::Btf => {
                "this kernel has no type information (/sys/kernel/btf/vmlinux): a kernel built with \
                 CONFIG_DEBUG_INFO_BTF=y, such as those of current distributions, is needed"
            }
            Missing::RingBuffer => {
                "no eBPF ring buffers: Linux 5.8 or later is needed, and no filter of system calls that refuses bpf, \
                 as a container's seccomp profile may"
            }
            Missing::Confidentiality => {
                "kernel lockdown mode \"confidentiality\" forbids eBPF programs to read kernel memory: boot with \
                 lockdown=integrity or without lockdown"
            }
        })
    }
}

impl Features {
    /// Asks the kernel. Loads a few trivial programs and maps, which disappear at once.
    pub fn probe() -> Features {
        let supported = |kind| is_program_supported(kind).unwrap_or(false);
        let tracefs = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];
        Features {
            btf: Path::new("/sys/kernel/btf/vmlinux").exists(),
            ring_buffer: is_map_supported(MapType::RingBuf).unwrap_or(false),
            raw_tracepoint: supported(ProgramType::RawTracePoint),
            tracing: supported(ProgramType::Tracing),
            kprobe: supported(ProgramType::KProbe),
            tracefs: tracefs.into_iter().find(|path| Path::new(path).join("events/syscalls").exists()),
            privileged: has_privileges(&fs::read_to_string("/proc/self/status").unwrap_or_default()),
            confidential: is_confidential(
                &fs::read_to_string("/sys/kernel/security/lockdown").unwrap_or_default(),
            ),
            compat_calls: compat_calls(),
        }
    }

    /// What is missing to run at all; the first thing to mend.
    pub fn missing(&self) -> Option<Missing> {
        if !self.privileged {
            Some(Missing::Privileges)
        } else if self.confidential {
            Some(Missing::Confidentiality)
        } else if !self.btf {
            Some(Missing::Btf)
        } else if !self.ring_buffer {
            Some(Missing::RingBuffer)
        } else {
            None
        }
    }
}

/// Whether the effective capabilities in the text of `/proc/self/status` suffice.
fn has_privileges(status: &str) -> bool {
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let Some(bits) = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()) else { return false };
    let has = |cap: u32| bits & (1 << cap) != 0;
    has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON))
}

/// Whether the chosen mode in the text of the lockdown file is the strictest.
fn is_confidential(lockdown: &str) -> bool {
    lockdown.contains("[confidentiality]")
}

/// Whether 32-bit programs may run. Without a way to know, they may.
#[cfg(target_arch = "x86_64")]
fn compat_calls() -> bool {
    let symbols = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    symbols.is_empty() || symbols.lines().any(|line| line.ends_with(" __ia32_compat_sys_openat"))
}

#[cfg(not(target_arch = "x86_64"))]
fn compat_calls() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_are_read_from_the_status_file() {
        let status = |bits: u64| format!("Name:\tx\nCapEff:\t{bits:016x}\nCapBnd:\t000001ffffffffff\n");
        assert!(has_privileges(&status(0x1ff_ffff_ffff)));
        assert!(has_privileges(&status(1 << CAP_BPF | 1 << CAP_PERFMON)));
        assert!(has_privileges(&status(1 << CAP_SYS_ADMIN)));
        assert!(!has_privileges(&status(1 << CAP_BPF)));
        assert!(!has_privileges(""));
    }

    #[test]
    fn only_the_chosen_lockdown_mode_counts() {
        assert!(is_confidential("none integrity [confidentiality]\n"));
        assert!(!is_confidential("none [integrity] confidentiality\n"));
        assert!(!is_confidential(""));
    }

    #[test]
    fn each_message_is_one_line() {
        for missing in [Missing::Privileges, Missing::Btf, Missing::RingBuffer, Missing::Confidentiality] {
            assert!(!missing.to_string().contains('\n'));
        }
    }
}
