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
    /// The kernel may interrupt its own code for another thread, or hides whether it does: then programs on functions
    /// would lose events, because another thread's call on the same CPU finds them busy.
    pub preemptible: bool,
    /// Programs on kernel probes.
    pub kprobe: bool,
    /// Where the trace file system is mounted: needed for starts of calls and for the native attachment.
    pub tracefs: Option<&'static str>,
    /// The process may load and attach programs.
    pub privileged: bool,
    /// The kernel hides its memory from everybody (lockdown "confidentiality").
    pub confidential: bool,
    /// Calls that are not 64-bit ones can be made on this machine: those of 32 bits, or of the x32 interface.
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
            privileged: has_privileges(&read("/proc/self/status")),
            confidential: is_confidential(&read("/sys/kernel/security/lockdown")),
            preemptible: preemptible(),
            compat_calls: cfg!(target_arch = "x86_64")
                && compat_calls(&read("/proc/kallsyms"), &read("/proc/cmdline")),
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

/// Whether other than 64-bit calls may be made, by the kernel's symbols and its command line. Without a way to know, they
/// may.
fn compat_calls(symbols: &str, command_line: &str) -> bool {
    // The former exists with the emulation of 32-bit calls, the latter with the x32 interface.
    let functions = ["__ia32_compat_sys_openat", "__x64_compat_sys_execve"];
    let has = |name: &str| symbols.lines().any(|line| line.split([' ', '\t']).any(|word| word == name));
    // From Linux 6.7 on the emulation can be switched off at boot.
    let off = |option: &str| matches!(option, "ia32_emulation=0" | "ia32_emulation=off" | "ia32_emulation=n");
    let is_off = command_line.split_whitespace().any(off);
    symbols.is_empty() || has(functions[0]) && !is_off || has(functions[1])
}

fn preemptible() -> bool {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let config = [format!("/boot/config-{release}"), format!("/lib/modules/{release}/config")];
    let config = config.iter().map(|path| read(path)).find(|text| !text.is_empty());
    is_preemptible(
        &read("/proc/version"),
        &read("/sys/kernel/debug/sched/preempt"),
        &read("/proc/cmdline"),
        &config.unwrap_or_default(),
    )
}

/// Whether kernel code is interrupted for other threads, by the kernel's version, the mode of its scheduler (with the
/// chosen one in brackets), its command line and its configuration; each may be unknown and empty.
fn is_preemptible(version: &str, modes: &str, command_line: &str, config: &str) -> bool {
    if !version.contains("PREEMPT_DYNAMIC") {
        return version.is_empty() || version.contains("PREEMPT");
    }
    let chosen = modes.split_once('(').and_then(|(_, rest)| Some(rest.split_once(')')?.0));
    let asked =
        || command_line.split_whitespace().filter_map(|word| word.strip_prefix("preempt=")).next_back();
    let built = || {
        let modes = [("CONFIG_PREEMPT_NONE=y", "none"), ("CONFIG_PREEMPT_VOLUNTARY=y", "voluntary")];
        modes.into_iter().find(|(line, _)| config.lines().any(|one| one == *line)).map(|(_, mode)| mode)
    };
    !matches!(chosen.or_else(asked).or_else(built), Some("none" | "voluntary"))
}

/// The text of a file; empty when it cannot be read.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
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
    fn other_calls_than_64_bit_ones() {
        let (wide, narrow) =
            ("0 T __x64_sys_openat\n", "0 T __x64_sys_openat\n0 T __ia32_compat_sys_openat\t[x]\n");
        assert!(compat_calls(narrow, "quiet") && !compat_calls(wide, "quiet"));
        assert!(!compat_calls(narrow, "root=/dev/vda ia32_emulation=0"));
        assert!(compat_calls(narrow, "ia32_emulation=1"));
        let x32 = "0 T __x64_compat_sys_execve\n";
        assert!(compat_calls(x32, "ia32_emulation=0"));
        assert!(compat_calls("", ""), "nothing is known");
    }

    #[test]
    fn preemption_is_found_out() {
        let dynamic = "Linux version 6.1.0 #1 SMP PREEMPT_DYNAMIC";
        assert!(!is_preemptible("Linux version 5.15.0 #1 SMP", "", "", ""));
        assert!(is_preemptible("Linux version 6.1.0-rt #1 SMP PREEMPT_RT", "", "", ""));
        assert!(is_preemptible("Linux version 5.15.0 #1 SMP PREEMPT", "", "", ""));
        assert!(is_preemptible("", "", "", "") && is_preemptible(dynamic, "", "", ""));
        assert!(!is_preemptible(dynamic, "none (voluntary) full\n", "preempt=full", ""));
        assert!(is_preemptible(dynamic, "none voluntary (full) lazy\n", "", "CONFIG_PREEMPT_VOLUNTARY=y"));
        assert!(!is_preemptible(dynamic, "", "quiet preempt=none", "CONFIG_PREEMPT=y"));
        assert!(is_preemptible(dynamic, "", "preempt=full", "CONFIG_PREEMPT_VOLUNTARY=y"));
        assert!(!is_preemptible(dynamic, "", "", "CONFIG_SMP=y\nCONFIG_PREEMPT_VOLUNTARY=y\n"));
        assert!(is_preemptible(dynamic, "", "", "CONFIG_PREEMPT_VOLUNTARY_BUILD=y\nCONFIG_PREEMPT=y\n"));
    }

    #[test]
    fn each_message_is_one_line() {
        for missing in [Missing::Privileges, Missing::Btf, Missing::RingBuffer, Missing::Confidentiality] {
            assert!(!missing.to_string().contains('\n'));
        }
    }
}
