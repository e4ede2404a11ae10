//! What the program may do, and what it says when that is too little.

use std::fs;
use std::process::Command;

use crate::daemon::{CANARY, Daemon, configuration};
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
