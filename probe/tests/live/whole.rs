//! The probe as a whole: what is reported, in which order, with which counts.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use catalogue::Producer;
use probe::{Attachment, Options, Probe};

use crate::program::{Arg, Assembler, Convention};
use crate::recorder::{attachments, available, calls, folder, in_each_way, run, shared, until_exit};

/// Every event that the catalogue says the kernel side writes has a program, and every program loads.
#[test]
fn everything_the_catalogue_names_is_reported() {
    let Some(probe) = shared() else { return };
    let programs: BTreeSet<&str> = probe.programs().collect();
    let old_shapes = ["stat64", "lstat64", "fstat64", "llseek", "mmap2", "umount", "send", "recv"];
    for call in catalogue::syscalls().filter(|call| call.x86_64.is_some()) {
        let exit = call.exit.get().unwrap();
        if exit.producer == Producer::Driver && !call.exit.is_generic() && !old_shapes.contains(&call.name) {
            assert!(programs.contains(format!("sys_{}", call.name).as_str()), "{} has no program", call.name);
        }
    }
    assert!(probe.warnings().is_empty(), "{:?}", probe.warnings());
    for name in ["dispatch", "on_exec", "on_exit", "on_signal", "enter_openat", "enter_connect"] {
        assert!(programs.contains(name), "{name} is not in use");
    }
}

/// The kernel's verifier follows few ways through each program: opening is quick, and far from the limit of a million
/// instructions that other kernels, which do the same with less skill, have too.
#[test]
fn programs_are_easy_to_verify() {
    let Some(probe) = shared() else { return };
    let mut verified = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fdinfo").unwrap() {
        // Descriptors of other tests come and go.
        let Ok(info) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
        let number = |key: &str| -> Option<u32> {
            info.lines().find_map(|line| line.strip_prefix(key)?.trim().parse().ok())
        };
        if let (Some(id), Some(_)) = (number("prog_id:"), number("prog_type:")) {
            // Kernels before 5.16 do not tell.
            verified.push((number("verified_insns:").unwrap_or(0), id));
        }
    }
    assert!(verified.len() > 100);
    let (instructions, id) = verified.into_iter().max().unwrap();
    let largest = aya::programs::loaded_programs().filter_map(Result::ok).find(|program| program.id() == id);
    let name = largest.as_ref().and_then(|program| program.name_as_str()).unwrap_or("a program").to_owned();
    drop(probe);
    assert!(instructions < 30_000, "{name}: {instructions} instructions");
}

#[test]
fn events_come_in_order_of_time() {
    let Some(mut probe) = shared() else { return };
    let mut child = Command::new("/bin/sh")
        .args(["-c", "for i in 1 2 3; do ls / & done; wait"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let events = until_exit(&mut probe, i64::from(child.id()));
    child.wait().unwrap();
    assert!(events.windows(2).all(|pair| pair[0].ts <= pair[1].ts));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let age = now.abs_diff(events.last().unwrap().ts);
    assert!(age < 5_000_000_000, "time stamps are off by {age} ns");
}

/// Only what is wanted is reported, and the wish can change.
#[test]
fn the_set_of_calls_can_change() {
    if !available() {
        return;
    }
    let mut probe = Probe::open(&Options { syscalls: calls(&["openat"]), ..Options::default() }).unwrap();
    let symbols = |probe: &mut Probe| -> BTreeSet<&'static str> {
        let (events, _) = run(probe, Command::new("/bin/cat").arg("/etc/hostname"));
        events.iter().map(|e| e.kind.symbol).collect()
    };
    assert_eq!(symbols(&mut probe), BTreeSet::from(["SYSCALL_OPENAT_2_X", "PROCEXIT_1_E"]));
    probe.set_syscalls(&calls(&["close"])).unwrap();
    while probe.poll(Duration::from_millis(50), &mut |_| ()).unwrap() > 0 {}
    assert_eq!(symbols(&mut probe), BTreeSet::from(["SYSCALL_CLOSE_X", "PROCEXIT_1_E"]));
    probe.set_syscalls(&BTreeSet::new()).unwrap();
    while probe.poll(Duration::from_millis(50), &mut |_| ()).unwrap() > 0 {}
    assert_eq!(symbols(&mut probe), BTreeSet::from(["PROCEXIT_1_E"]));
}

/// This process makes calls all the time, of which nothing may be seen.
#[test]
fn own_activity_is_not_reported() {
    let Some(mut probe) = shared() else { return };
    let own = i64::from(std::process::id());
    let mut child = Command::new("/bin/true").spawn().unwrap();
    std::fs::read("/etc/passwd").unwrap();
    let events = until_exit(&mut probe, i64::from(child.id()));
    child.wait().unwrap();
    let mine: Vec<_> = events.iter().filter(|e| e.tid == own).map(|e| e.kind.symbol).collect();
    assert!(mine.is_empty(), "{mine:?}");
}

/// Events that are no system calls and too frequent to be in every recording.
#[test]
fn faults_and_switches() {
    if !available() {
        return;
    }
    let syscalls = calls(&["page_fault_user", "page_fault_kernel", "sched_switch"]);
    let mut probe = Probe::open(&Options { syscalls, ..Options::default() }).unwrap();
    // A program that waits gives its CPU away; one that does not may end before another one gets it.
    let (events, _) = run(&mut probe, Command::new("/bin/sleep").arg("0.05"));
    let of = |symbol: &str| events.iter().filter(|e| e.kind.symbol == symbol).cloned().collect::<Vec<_>>();
    let (faults, switches) = (of("PAGE_FAULT_E"), of("SCHEDSWITCH_6_E"));
    assert!(faults.iter().any(|e| e.param("error").u32().unwrap() & 16 != 0), "a fault of a program");
    assert!(faults.iter().all(|e| e.param("ip").u64() > Some(0)));
    assert!(switches.iter().all(|e| e.param("next").i64() >= Some(0)) && !switches.is_empty());
    let stats = probe.stats().unwrap();
    assert!(stats.cpus.iter().all(|cpu| cpu.seen == cpu.sent + cpu.lost()));
}

/// The other attachments give the same events for the same program.
#[test]
fn attachments_agree() {
    if !available() {
        return;
    }
    let dir = folder();
    let program = dir.join("program");
    let mut assembler = Assembler::new(Convention::Native);
    assembler.call("openat", &[Arg::N(-100), crate::program::text("/etc/hostname"), Arg::N(0), Arg::N(0)]);
    assembler.call("read", &[Arg::Ret(0), crate::program::room(4), Arg::N(4)]);
    assembler.call("socket", &[Arg::N(2), Arg::N(1), Arg::N(0)]);
    assembler.call("sched_yield", &[]);
    assembler.call("execve", &[crate::program::text("/no/where"), Arg::N(0), Arg::N(0)]);
    assembler.call("close", &[Arg::Ret(0)]);
    assembler.write(&program).unwrap();
    let syscalls =
        calls(&["openat", "read", "socket", "sched_yield", "execve", "close", "vfork", "clone", "clone3"]);
    let record = |attachment| {
        let options =
            Options { syscalls: syscalls.clone(), attachment: Some(attachment), ..Options::default() };
        let mut probe = Probe::open(&options).unwrap();
        assert_eq!(probe.attachment(), attachment);
        let (events, _) = run(&mut probe, &mut Command::new(&program));
        let start = events
            .iter()
            .position(|e| e.kind.symbol == "SYSCALL_EXECVE_19_X")
            .expect("the program is executed");
        // Numbers of processes and amounts of memory differ from run to run.
        let stable = |e: &crate::recorder::Event| {
            let skipped = ["tid", "pid", "vpgid", "pgid", "vm_size", "vm_rss", "pgft_min", "pgft_maj"];
            let params = e.kind.params.iter().zip(&e.params).filter(|(p, _)| !skipped.contains(&p.name));
            format!(
                "{} {:?}",
                e.kind.symbol,
                params.map(|(_, v)| v.escape_ascii().to_string()).collect::<Vec<_>>()
            )
        };
        events[start..].iter().map(stable).collect::<Vec<_>>()
    };
    let expected = record(Attachment::Default);
    assert_eq!(expected.len(), 8, "execution, six calls, the end: {expected:#?}");
    for attachment in attachments() {
        assert_eq!(record(attachment), expected, "{attachment:?}");
    }
    let _ = std::fs::remove_dir_all(dir);
}

/// Everything at once stays in shape (checked for each event by the recorder), in each way of hooking calls.
#[test]
fn a_busy_machine() {
    let busy =
        ["open", "openat", "read", "getdents64", "newfstatat", "close", "clone", "fork", "vfork", "execve"];
    in_each_way(&calls(&busy), |probe| {
        // The shell itself reads the names and opens the files: the least of systems has it.
        let script = "for file in /proc/[0-9]*/* /proc/sys/kernel/*; do true < \"$file\"; done 2>/dev/null; \
                      (exit 0); /bin/true";
        let mut child = Command::new("/bin/sh").args(["-c", script]).stdin(Stdio::null()).spawn().unwrap();
        let pid = i64::from(child.id());
        let events = until_exit(probe, pid);
        child.wait().unwrap();
        let own = events.iter().filter(|event| event.tid == pid).count();
        assert!(own > 1000, "{}: {own} events of the shell", probe.attachment().name());
        let stats = probe.stats().unwrap();
        assert_eq!((stats.malformed, stats.total().lost()), (0, 0), "{}", probe.attachment().name());
    });
}
