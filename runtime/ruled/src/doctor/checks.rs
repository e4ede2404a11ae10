//! What is looked at, in the order in which things must be mended.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use catalogue::syscall_by_name;
use probe::{Features, Options, Probe};

use super::{Finding, Verdict};
use crate::containers::ENGINES;
use crate::host::Roots;
use crate::privileges;

/// The oldest kernel with everything that the probe needs.
const OLDEST: (u32, u32) = (5, 8);

/// How long the trial waits for an event.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn all() -> Vec<Finding> {
    let features = Features::probe();
    let roots = Roots::of_environment();
    let mut findings = vec![
        kernel(),
        privileged(&features),
        lockdown(&features),
        btf(&features),
        ring_buffer(&features),
        trace_file_system(&features),
        functions(&features),
        foreign_calls(&features),
        host_proc(&roots),
        other_processes(&roots),
        memory(),
        containers(&roots),
    ];
    if features.missing().is_none() {
        findings.push(trial(&roots));
    }
    findings
}

fn fine(name: &'static str, text: impl Into<String>) -> Finding {
    Finding { name, verdict: Verdict::Fine, text: text.into(), help: None }
}

fn limited(name: &'static str, text: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { name, verdict: Verdict::Limited, text: text.into(), help: Some(help.into()) }
}

fn unfit(name: &'static str, text: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { name, verdict: Verdict::Unfit, text: text.into(), help: Some(help.into()) }
}

fn kernel() -> Finding {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let text = format!("Linux {release} on {}", std::env::consts::ARCH);
    if privileges::release() >= OLDEST {
        return fine("kernel", text);
    }
    // Distributions bring eBPF to older kernels: what counts are the abilities below.
    limited("kernel", text, "Linux 5.8 or later is expected; what this kernel can do is checked below")
}

fn privileged(features: &Features) -> Finding {
    if features.privileged {
        return fine("privileges", "may load eBPF programs");
    }
    let help = "run as root, or grant CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE (and CAP_DAC_READ_SEARCH for all of /proc): \
                setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep /usr/bin/ruled";
    unfit("privileges", "may not load eBPF programs", help)
}

fn lockdown(features: &Features) -> Finding {
    if features.confidential {
        let help = "boot with lockdown=integrity or without lockdown";
        return unfit(
            "lockdown",
            "mode \"confidentiality\" forbids eBPF programs to read kernel memory",
            help,
        );
    }
    fine("lockdown", "does not hinder eBPF")
}

fn btf(features: &Features) -> Finding {
    if features.btf {
        return fine("btf", "the kernel describes its types");
    }
    let help = "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, such as those of current distributions";
    unfit("btf", "there is no /sys/kernel/btf/vmlinux", help)
}

fn ring_buffer(features: &Features) -> Finding {
    if features.ring_buffer {
        return fine("ring_buffer", "eBPF ring buffers are there");
    }
    let help =
        "use Linux 5.8 or later; in a container, a seccomp profile that permits bpf and perf_event_open";
    unfit("ring_buffer", "there are no eBPF ring buffers, or a filter of system calls refuses bpf", help)
}

fn trace_file_system(features: &Features) -> Finding {
    match features.tracefs {
        Some(path) => fine("tracefs", format!("mounted at {path}")),
        None => limited(
            "tracefs",
            "not mounted: names of opened files are taken at the end of the call only, and a program could exchange them",
            "mount -t tracefs tracefs /sys/kernel/tracing",
        ),
    }
}

fn functions(features: &Features) -> Finding {
    let text = if features.tracing {
        "programs on single functions are permitted: only the calls that rules need pay"
    } else {
        "programs on single functions are not permitted: all calls pay for one hook, some 50 to 90 ns"
    };
    fine("fexit", text)
}

fn foreign_calls(features: &Features) -> Finding {
    let text = if features.compat_calls { "can be made, and are reported" } else { "cannot be made" };
    fine("32_bit_calls", text)
}

fn host_proc(roots: &Roots) -> Finding {
    if roots.shows_host() {
        return fine("host_proc", format!("{} shows the host's processes", roots.proc.display()));
    }
    limited(
        "host_proc",
        "this is a namespace of process ids: processes from before the start have no names, and own activity is not \
         recognised",
        "mount the host's /proc, for instance at /host/proc, and set HOST_ROOT=/host; or share the host's process ids",
    )
}

fn other_processes(roots: &Roots) -> Finding {
    let own = rustix::process::geteuid().as_raw();
    // For root, nobody is somebody else.
    let others = fs::read_dir(&roots.proc).into_iter().flatten().filter_map(Result::ok).filter(|entry| {
        entry.file_name().to_string_lossy().parse::<u32>().is_ok()
            && entry.metadata().is_ok_and(|process| own == 0 || process.uid() != own)
    });
    let mut refused = None;
    for process in others {
        match fs::read_link(process.path().join("exe")) {
            Ok(_) => {
                return fine(
                    "other_processes",
                    "executables and descriptors of other users' processes can be read",
                );
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                refused = Some(process.file_name())
            }
            // Threads of the kernel have none; others are gone.
            Err(_) => {}
        }
    }
    match refused {
        None => fine("other_processes", "there are none"),
        Some(process) => limited(
            "other_processes",
            format!("cannot read those of process {}", process.display()),
            "grant CAP_SYS_PTRACE (and CAP_DAC_READ_SEARCH): without it, what ran before the start is described poorly",
        ),
    }
}

fn memory() -> Finding {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let available: u64 =
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0) / 1024;
    let cpus = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    // By default two CPUs share a ring of 8 MB, mapped once for the kernel.
    let rings = cpus.div_ceil(2) * 8;
    let text = format!("{available} MiB available; ring buffers take {rings} MiB by default");
    if available >= rings + 128 {
        return fine("memory", text);
    }
    limited("memory", text, "lower engine.modern_ebpf.buf_size_preset or raise cpus_for_each_buffer")
}

fn containers(roots: &Roots) -> Finding {
    let sockets = ENGINES.into_iter().flat_map(|(_, _, sockets)| sockets);
    let found: Vec<&str> =
        sockets.copied().filter(|path| roots.root.join(path.trim_start_matches('/')).exists()).collect();
    if found.is_empty() {
        return fine("containers", "no container runtime; ids of containers come from control groups");
    }
    fine(
        "containers",
        format!(
            "{}; ids of containers come from control groups, these runtimes are asked for names, images and pods",
            found.join(", ")
        ),
    )
}

/// Loads the probe and starts a program: its event must come.
fn trial(roots: &Roots) -> Finding {
    let syscalls: BTreeSet<_> = ["execve", "execveat"]
        .into_iter()
        .filter_map(|name| syscall_by_name(name))
        .map(|call| call.code)
        .collect();
    let options = Options {
        syscalls,
        ring_bytes: 1 << 20,
        own_process: Some(roots.own_process()),
        ..Options::default()
    };
    let mut probe = match Probe::open(&options) {
        Ok(probe) => probe,
        Err(error) => {
            return unfit("probe", error.to_string(), "see the checks above; run with log_level=debug");
        }
    };
    // The hidden mode of this program ends at once without input; that it starts is all that counts.
    let child = Command::new("/proc/self/exe")
        .arg("--page-size")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return limited("probe", "loaded, but no program could be started to try it", "try again");
    };
    let start = Instant::now();
    let mut events = 0;
    while events == 0 && start.elapsed() < PATIENCE {
        if let Err(error) = probe.poll(Duration::from_millis(50), &mut |_| events += 1) {
            return unfit("probe", error.to_string(), "see the checks above");
        }
    }
    let _ = child.wait();
    if events == 0 {
        return unfit("probe", "loaded, but no event came", "report this with the kernel's release");
    }
    fine("probe", format!("loaded, and events come; calls are hooked by {}", probe.choice()))
}
