//! Processes: creation, execution, end.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use catalogue::SyscallCode;
use probe::Attachment;

use crate::program::Arg::N;
use crate::program::{Arg, Assembler, Convention, Part, text};
use crate::recorder::{Event, calls, folder, in_each_way, until_exit};
use crate::steps::Want::{Any, B, Empty, I, U};
use crate::steps::{ALL, check, step, t};

/// What tells of processes.
fn process_calls() -> BTreeSet<SyscallCode> {
    calls(&["execve", "execveat", "fork", "vfork", "clone", "clone3", "signal_deliver"])
}

/// Runs a shell script to its end, with calls hooked in each way; every event of the machine meanwhile, and the shell's
/// process.
fn shell(script: &str, mut look: impl FnMut(&[Event], i64)) {
    in_each_way(&process_calls(), |probe| {
        let mut child = Command::new("/bin/sh")
            .args(["-c", script])
            .env("MARK", "here")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let pid = i64::from(child.id());
        let events = until_exit(probe, pid);
        child.wait().unwrap();
        look(&events, pid);
    });
}

fn find<'e>(events: &'e [Event], symbol: &str, tid: i64) -> &'e Event {
    let mut of_thread = events.iter().filter(|e| e.tid == tid);
    of_thread.find(|e| e.kind.symbol == symbol).unwrap_or_else(|| panic!("no {symbol} of {tid}"))
}

#[test]
fn execution_tells_everything() {
    shell("exec /bin/cat /etc/hostname /dev/null", |events, pid| {
        let all: Vec<_> =
            events.iter().filter(|e| e.tid == pid && e.kind.symbol == "SYSCALL_EXECVE_19_X").collect();
        let [first, second] = all[..] else { panic!("{} executions", all.len()) };
        assert_eq!((first.text("exe"), first.text("filename")), ("/bin/sh".into(), "/bin/sh".into()));
        assert_eq!(second.param("args").bytes(), b"/etc/hostname\0/dev/null\0");
        assert_eq!((second.text("exe"), second.text("comm")), ("/bin/cat".into(), "cat".into()));
        assert_eq!(second.text("filename"), "/bin/cat");
        let real = std::fs::canonicalize("/bin/cat").unwrap();
        assert_eq!(second.text("trusted_exepath"), real.display().to_string());
        let number = |name| second.param(name).signed().unwrap();
        assert_eq!((number("res"), number("tid"), number("pid")), (0, pid, pid));
        assert_eq!(number("ptid"), i64::from(std::process::id()));
        assert_eq!((number("uid"), number("gid")), (0, 0));
        let meta = std::fs::metadata(&real).unwrap();
        assert_eq!(number("exe_ino"), meta.ino() as i64);
        assert_eq!(number("exe_ino_ctime"), meta.ctime() * 1_000_000_000 + meta.ctime_nsec());
        assert_eq!(number("exe_ino_mtime"), meta.mtime() * 1_000_000_000 + meta.mtime_nsec());
        assert_eq!(number("flags") & 1, 1, "root owns the file, so it can write it");
        assert!(second.param("env").strings().any(|s| s == b"MARK=here"));
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let caps = status.lines().find_map(|l| l.strip_prefix("CapEff:")).unwrap();
        assert_eq!(second.param("cap_effective").u64(), u64::from_str_radix(caps.trim(), 16).ok());
        let own_groups = std::fs::read_to_string("/proc/self/cgroup").unwrap();
        let groups: Vec<String> =
            second.param("cgroups").strings().map(|s| String::from_utf8_lossy(s).into()).collect();
        for line in own_groups.lines() {
            let (names, path) = line.split_once(':').unwrap().1.split_once(':').unwrap();
            for name in names.split(',').filter(|n| ["cpuset", "cpu", "cpuacct", "memory"].contains(n)) {
                assert!(groups.contains(&format!("{name}={path}")), "{name}={path} is not in {groups:?}");
            }
        }
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let files = limits.lines().find(|l| l.starts_with("Max open files")).unwrap();
        assert_eq!(number("fdlimit").to_string(), files.split_whitespace().nth(3).unwrap());
    });
}

#[test]
fn scripts_and_deleted_and_hidden_programs() {
    let dir = folder();
    let script = dir.join("script");
    std::fs::write(&script, "#!/bin/sh\nexit 0\n").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    shell(&format!("exec {}", script.display()), |events, pid| {
        let last = events.iter().rfind(|e| e.tid == pid && e.kind.symbol == "SYSCALL_EXECVE_19_X").unwrap();
        let interpreter = std::fs::canonicalize("/bin/sh").unwrap();
        assert_eq!(last.text("trusted_exepath"), interpreter.display().to_string());
        assert_eq!(last.text("filename"), script.display().to_string());
        assert_eq!(last.text("comm"), "script");
        assert_eq!(last.param("args").bytes(), format!("{}\0", script.display()).as_bytes());
    });
    let _ = std::fs::remove_dir_all(dir);
}

/// Failed executions show what was asked for.
#[test]
fn failed_execution() {
    check(
        ALL,
        |_| vec![],
        |_, dir| {
            let missing = dir.join("missing");
            let argv = || {
                Arg::Block(vec![
                    Part::Address(text("zero")),
                    Part::Address(text("one")),
                    Part::Address(text("two")),
                    Part::Word(0),
                ])
            };
            let envp = || Arg::Block(vec![Part::Address(text("A=1")), Part::Word(0)]);
            let mut wants = vec![I(-2), t("zero"), B(b"one\0two\0".to_vec())];
            wants.extend(vec![Any; 10]);
            wants.extend([t("program"), Any, B(b"A=1\0".to_vec())]);
            let mut whole = wants.clone();
            whole.extend(vec![Any; 11]);
            whole.extend([t(dir.join("program")), Any, U(0), t(&missing)]);
            vec![
                step("execve", [crate::steps::path(&missing), argv(), envp()], "SYSCALL_EXECVE_19_X", whole),
                step(
                    "execveat",
                    [N(-100), crate::steps::path(&missing), argv(), envp(), N(0)],
                    "SYSCALL_EXECVEAT_X",
                    wants,
                ),
                step("execve", [N(8), N(0), N(0)], "SYSCALL_EXECVE_19_X", [I(-14), Empty, Empty]),
            ]
        },
    );
}

#[test]
fn both_sides_of_creation_and_the_end() {
    // The trailing command keeps the shell from replacing itself.
    shell("/bin/true; (exit 3); exit 7", |events, pid| {
        let creations: Vec<_> = events
            .iter()
            .filter(|e| e.tid == pid && (e.kind.name.contains("clone") || e.kind.name.contains("fork")))
            .filter(|e| e.param("res").i64() > Some(0))
            .collect();
        assert_eq!(creations.len(), 2, "the shell makes two processes");
        for (creation, code) in creations.iter().zip([0i64, 3]) {
            let child = creation.param("res").i64().unwrap();
            assert_eq!(creation.text("exe"), "/bin/sh");
            assert_eq!(creation.param("tid").i64(), Some(pid));
            let own = events
                .iter()
                .find(|e| e.tid == child && ["clone", "fork", "vfork", "clone3"].contains(&e.kind.name))
                .expect("the new process is seen too");
            assert_eq!(own.param("res").i64(), Some(0));
            let number = |name| own.param(name).signed().unwrap();
            assert_eq!((number("tid"), number("pid"), number("ptid")), (child, child, pid));
            assert_eq!((number("vtid"), number("vpid")), (child, child));
            let end = find(events, "PROCEXIT_1_E", child);
            assert_eq!((end.param("status").i64(), end.param("ret").i64()), (Some(code << 8), Some(code)));
            assert_eq!(
                (end.param("sig").u8(), end.param("core").u8(), end.param("reaper_tid").i64()),
                (Some(0), Some(0), Some(0))
            );
        }
        assert_eq!(find(events, "PROCEXIT_1_E", pid).param("ret").i64(), Some(7));
    });
}

#[test]
fn orphans_and_killed_processes() {
    let dir = folder();
    let heir = dir.join("heir");
    // The orphan tells who its parent is once the one that made it has gone.
    let orphan =
        format!("sleep 0.3; read -r a b c parent d < /proc/$$/stat; echo $parent > {}", heir.display());
    let script = format!(
        "(/bin/sh -c '{orphan}' & exit 0); /bin/sh -c 'kill -9 $$'; trap : TERM; kill -TERM $$; exit 0"
    );
    shell(&script, |events, pid| {
        let children: Vec<i64> = events
            .iter()
            .filter(|e| e.tid == pid && ["clone", "fork", "vfork", "clone3"].contains(&e.kind.name))
            .filter_map(|e| e.param("res").i64())
            .filter(|child| *child > 0)
            .collect();
        let [middle, killed, ..] = children[..] else {
            panic!("the shell makes two processes: {children:?}")
        };
        let reaper = find(events, "PROCEXIT_1_E", middle).param("reaper_tid").i64();
        let mut told = String::new();
        for _ in 0..100 {
            told = std::fs::read_to_string(&heir).unwrap_or_default();
            if told.ends_with('\n') {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(reaper.map(|tid| tid.to_string()).as_deref(), Some(told.trim()));
        let killed = find(events, "PROCEXIT_1_E", killed);
        assert_eq!((killed.param("status").i64(), killed.param("sig").u8()), (Some(9), Some(9)));
        let delivered = |sig: u8| {
            let mut own = events.iter().filter(|e| e.tid == pid && e.kind.symbol == "SIGNALDELIVER_E");
            own.find(|e| e.param("sig").u8() == Some(sig))
                .unwrap_or_else(|| panic!("signal {sig} is not reported"))
        };
        let terminated = delivered(15);
        assert_eq!((terminated.param("spid").i64(), terminated.param("dpid").i64()), (Some(pid), Some(pid)));
        assert!(delivered(17).param("spid").i64() > Some(0), "the child that ended");
        std::fs::remove_file(&heir).unwrap();
    });
    let _ = std::fs::remove_dir_all(dir);
}

/// 64-bit and 32-bit programs that create processes and execute each other.
#[test]
fn creation_in_every_convention() {
    for convention in [Convention::Native, Convention::Int80, Convention::Bits32] {
        in_each_way(&process_calls(), |probe| {
            if probe.attachment() == Attachment::Native && convention.is_narrow() {
                return;
            }
            let dir = folder();
            let program = dir.join("program");
            let mut assembler = Assembler::new(convention);
            // A child that shares nothing but memory and is waited for.
            assembler.call("vfork", &[]);
            assembler.write(&program).unwrap();
            let mut child = Command::new(&program).stdout(Stdio::null()).spawn().unwrap();
            let pid = i64::from(child.id());
            let events = until_exit(probe, pid);
            child.wait().unwrap();
            let caller = find(&events, "SYSCALL_VFORK_20_X", pid);
            let new = caller.param("res").i64().unwrap();
            let other = find(&events, "SYSCALL_VFORK_20_X", new);
            assert_eq!(other.param("res").i64(), Some(0), "{convention:?}");
            assert_eq!(other.param("ptid").i64(), Some(pid));
            assert_eq!(caller.param("flags").u32().unwrap() & (1 << 27), 1 << 27, "CLONE_VFORK");
            let _ = std::fs::remove_dir_all(dir);
        });
    }
}

#[test]
fn threads() {
    in_each_way(&process_calls(), |probe| {
        // A program of several threads, at hand everywhere: this one, asked for nothing but the list of its tests.
        let test = std::env::current_exe().unwrap();
        let mut child =
            Command::new(test).args(["--exact", "processes::nothing"]).stdout(Stdio::null()).spawn().unwrap();
        let pid = i64::from(child.id());
        let events = until_exit(probe, pid);
        child.wait().unwrap();
        let thread = events
            .iter()
            .filter(|e| e.tid == pid && e.kind.symbol == "SYSCALL_CLONE3_X")
            .find(|e| e.param("flags").u32().unwrap() & (1 << 13) != 0)
            .expect("a thread is created");
        let tid = thread.param("res").i64().unwrap();
        let own = find(&events, "SYSCALL_CLONE3_X", tid);
        assert_eq!((own.param("tid").i64(), own.param("pid").i64()), (Some(tid), Some(pid)));
    });
}

/// For [`threads`].
#[test]
fn nothing() {}
