//! What the program may do, and what it says when that is too little.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::daemon::{CANARY, Daemon, configuration, is};
use crate::support::{Scratch, command, ruled};

/// BPF, PERFMON, SYS_PTRACE, DAC_READ_SEARCH: bits of `capability.h`.
const NEEDED: u64 = 1 << 39 | 1 << 38 | 1 << 19 | 1 << 2;

/// `setpriv` with a command line that starts the program with no more than these capabilities.
fn limited(keep: &str, arguments: &[&str]) -> Command {
    let plain = command(&[]);
    let mut limited = Command::new("setpriv");
    let set = if keep.is_empty() { "-all".to_string() } else { format!("-all,{keep}") };
    limited.arg(format!("--bounding-set={set}")).arg("--inh-caps=-all").arg("--ambient-caps=-all");
    limited.arg(plain.get_program()).args(arguments);
    for (key, value) in plain.get_envs() {
        limited.env(key, value.unwrap_or_default());
    }
    limited
}

/// The masks of all threads of a process under a key of `status`.
fn masks(pid: u32, key: &str) -> Vec<u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.unwrap().path().join("status")).ok())
        .map(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            u64::from_str_radix(line.trim(), 16).unwrap()
        })
        .collect()
}

pub fn few_capabilities_are_enough_and_kept() {
    let scratch = Scratch::new("live-few");
    let rules = scratch.file("rules.yaml", CANARY);
    let config = configuration(&scratch, "");
    let arguments = ["-c", &config, "-r", &rules];
    // With everything: what is not needed is given up, in every thread.
    let daemon = Daemon::start(&arguments);
    for key in ["CapEff:", "CapPrm:"] {
        let masks = masks(daemon.pid(), key);
        assert!(!masks.is_empty() && masks.iter().all(|mask| mask & !NEEDED == 0), "{key} {masks:x?}");
        assert!(masks.contains(&NEEDED), "{key} {masks:x?}");
    }
    assert!(
        masks(daemon.pid(), "CapInh:").iter().chain(&masks(daemon.pid(), "CapAmb:")).all(|mask| *mask == 0)
    );
    assert_eq!(daemon.end().code, Some(0));
    // With no more than that: it works, the rules' compiler included.
    let few = "+bpf,+perfmon,+sys_ptrace,+dac_read_search,+setuid,+setgid";
    let daemon = Daemon::start_command(limited(few, &arguments));
    assert_eq!(daemon.end().code, Some(0));
}

/// Somebody else than root, with the rights that the documentation names.
pub fn nobody_with_few_capabilities_can_watch() {
    let scratch = Scratch::new("live-nobody");
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o755)).unwrap();
    let old = scratch.file("old", "x");
    let text = format!(
        "{CANARY}- rule: Changed\n  desc: d\n  condition: evt.type=fchmod and fd.name={old}\n  output: '%proc.exepath {old} as \
         %user.name'\n  priority: INFO\n"
    );
    let rules = scratch.file("rules.yaml", text);
    let config = configuration(&scratch, "");
    let program = scratch.path("ruled");
    fs::copy(env!("CARGO_BIN_EXE_ruled"), &program).unwrap();
    let few = "-all,+bpf,+perfmon,+sys_ptrace,+dac_read_search";
    let nobody = || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(format!("--bounding-set={few}")).arg(format!("--inh-caps={few}"));
        command.arg(format!("--ambient-caps={few}")).arg(&program);
        command
    };
    let mut daemon = nobody();
    daemon.args(["-c", &config, "-r", &rules]);
    // From before the start: it takes rights to learn of somebody else's.
    let file = fs::File::open(&old).unwrap();
    let mut daemon = Daemon::start_command(daemon);
    nix::sys::stat::fchmod(&file, nix::sys::stat::Mode::S_IRUSR).unwrap();
    let own = std::env::current_exe().unwrap().display().to_string();
    let expected = format!("{} {old} as root", own.trim_end_matches(" (deleted)"));
    daemon.expect("Changed", |alert| is(alert, "Changed", &expected));
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.pid())).unwrap();
    assert!(status.contains("Uid:\t65534\t65534\t65534\t65534"), "{status}");
    assert!(masks(daemon.pid(), "CapEff:").iter().all(|mask| *mask == NEEDED), "{status}");
    assert_eq!(daemon.end().code, Some(0));
    let output = nobody().args(["doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report}");
    let checks = report["checks"].as_array().unwrap();
    for name in ["privileges", "other_processes", "probe"] {
        let check = checks.iter().find(|check| check["name"] == name).unwrap();
        assert_eq!(check["status"], "ok", "{check}");
    }
}

/// In a namespace of process ids, with the host's files elsewhere, as in a container.
pub fn a_container_with_the_hosts_files_watches_the_host() {
    let scratch = Scratch::new("live-contained");
    let (host, old) = (scratch.path("host"), scratch.file("old", "x"));
    fs::create_dir_all(&host).unwrap();
    let text = format!(
        "{CANARY}- rule: Changed\n  desc: d\n  condition: evt.type=fchmod and fd.name={old}\n  output: '%fd.name by \
         %proc.pid, %proc.exepath, as %user.name'\n  priority: INFO\n- rule: Own\n  desc: d\n  condition: \
         proc.name=ruled and evt.type in (write, openat, open)\n  output: own activity of %proc.pid.\n  priority: INFO\n"
    );
    let rules = scratch.file("rules.yaml", text);
    let config = configuration(&scratch, "");
    let plain = command(&[]);
    let script = format!(
        "mount --rbind / {host} && mount -t proc proc /proc && export HOST_ROOT={host} && exec {} -c {config} -r {rules}",
        plain.get_program().display()
    );
    let mut contained = Command::new("unshare");
    contained.args(["--mount", "--pid", "--fork", "sh", "-c", &script]);
    contained.env("FALCO_HOSTNAME", "lab").env("TZ", "UTC");
    // From before the start: only the host's `/proc` tells of it.
    let file = fs::File::open(&old).unwrap();
    let mut daemon = Daemon::start_wrapped(contained);
    nix::sys::stat::fchmod(&file, nix::sys::stat::Mode::S_IRUSR).unwrap();
    let own = std::env::current_exe().unwrap().display().to_string();
    let expected =
        format!("{old} by {}, {}, as root", std::process::id(), own.trim_end_matches(" (deleted)"));
    daemon.expect("Changed", |alert| is(alert, "Changed", &expected));
    daemon.settle();
    let mark = format!("own activity of {}.", daemon.pid());
    let ended = daemon.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.alerts.iter().any(|alert| is(alert, "Own", &mark)), "{mark}");
    assert!(!ended.stderr.contains("namespace of process ids"), "{}", ended.stderr);
}

pub fn a_host_that_lacks_something_is_told_so() {
    let scratch = Scratch::new("live-lacks");
    let rules = scratch.file("rules.yaml", CANARY);
    let config = configuration(&scratch, "");
    let output = limited("+setuid,+setgid", &["-c", &config, "-r", &rules]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("Error: ")).collect();
    assert_eq!(errors.len(), 1, "{stderr}");
    assert!(errors[0].contains("CAP_BPF") && errors[0].contains("run as root"), "{stderr}");
    let output = limited("", &["doctor", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["fit"], false);
    let checks = report["checks"].as_array().unwrap();
    let privileges = checks.iter().find(|check| check["name"] == "privileges").unwrap();
    assert_eq!(privileges["status"], "error");
    assert!(privileges["help"].as_str().unwrap().contains("CAP_BPF"), "{privileges}");
}

/// What is missing is named in one line, with what to do about it, and the doctor says the same.
pub fn kernels_that_lack_something_are_told_apart() {
    let scratch = Scratch::new("live-kernels");
    let rules = scratch.file("rules.yaml", CANARY);
    let config = configuration(&scratch, "");
    let cases = [
        ("btf", "mount -t tmpfs none /sys/kernel/btf", "CONFIG_DEBUG_INFO_BTF"),
        (
            "lockdown",
            "mount -t tmpfs none /sys/kernel/security && echo 'none integrity [confidentiality]' > /sys/kernel/security/lockdown",
            "lockdown=integrity",
        ),
    ];
    let program = command(&[]).get_program().display().to_string();
    for (name, pretend, help) in cases {
        let run = |arguments: &str| {
            let script = format!("{pretend} && exec {program} {arguments}");
            let mut command = Command::new("unshare");
            command.args(["--mount", "sh", "-c", &script]).stdin(Stdio::null()).output().unwrap()
        };
        let output = run(&format!("-c {config} -r {rules}"));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{name}: {stderr}");
        let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("Error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(help), "{name}: {stderr}");
        let output = run("doctor --json");
        assert_eq!(output.status.code(), Some(3));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == name).unwrap();
        assert!(check["status"] == "error" && check["help"].as_str().unwrap().contains(help), "{check}");
    }
}

pub fn the_doctor_knows_this_host() {
    let run = ruled(&["doctor"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(
        run.stdout.contains("ok       probe: loaded") && run.stdout.ends_with("This host can be watched.\n")
    );
    let report: serde_json::Value = serde_json::from_str(&ruled(&["doctor", "--json"]).stdout).unwrap();
    assert_eq!(report["fit"], true);
    let names: Vec<_> =
        report["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    for name in ["kernel", "privileges", "lockdown", "btf", "ring_buffer", "tracefs", "host_proc", "probe"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
}
