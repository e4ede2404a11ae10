//! Rules and configurations with the calls that they need.

use hir::{Input, SourceFile};

use super::*;

fn program(conditions: &[(&str, &str)]) -> Program {
    let rules: String = conditions
        .iter()
        .enumerate()
        .map(|(index, (condition, output))| {
            format!("- rule: R{index}\n  desc: d\n  condition: {condition}\n  output: \"{output}\"\n  priority: INFO\n")
        })
        .collect();
    let input = Input {
        files: vec![SourceFile::new("rules.yaml", rules.as_str())],
        options: hir::Options::default(),
    };
    let checked = hir::check(&input);
    assert!(checked.is_ok(), "{rules}");
    hir::program(&checked, &input.options)
}

fn base(custom_set: &[&str], repair: bool, all: bool) -> BaseSyscalls {
    BaseSyscalls { custom_set: custom_set.iter().map(|name| name.to_string()).collect(), repair, all }
}

fn chosen(condition: &str, base: &BaseSyscalls) -> (Vec<&'static str>, Interesting) {
    let found = interesting(&program(&[(condition, "x")]), base);
    let mut names: Vec<_> = found.syscalls.iter().filter_map(|code| code.name()).collect();
    names.sort_unstable();
    (names, found)
}

#[test]
fn rules_without_descriptors_track_none() {
    let (names, found) = chosen("evt.type in (execve, execveat) and proc.name=nc", &base(&[], false, false));
    assert!(!found.descriptors);
    for needed in
        ["execve", "execveat", "clone", "fork", "vfork", "clone3", "setuid", "sched_process_exit", "chdir"]
    {
        assert!(names.contains(&needed), "{needed} is not in {names:?}");
    }
    for not_needed in ["open", "openat", "close", "dup2", "socket", "connect", "pipe", "recvmsg"] {
        assert!(!names.contains(&not_needed), "{not_needed} is in {names:?}");
    }
}

#[test]
fn any_look_at_a_descriptor_needs_them_all() {
    for condition in [
        "evt.type=openat and fd.name startswith /etc",
        "evt.type=execve and proc.cwd=/tmp",
        "evt.type=execve and proc.stdin.type=ipv4",
        "evt.type=mkdirat and fs.path.name=/x",
        "evt.type=dup2 and evt.arg.oldfd=1",
    ] {
        let (names, found) = chosen(condition, &base(&[], false, false));
        assert!(found.descriptors, "{condition}");
        for needed in ["open", "close", "dup3", "socket", "fchdir"] {
            assert!(names.contains(&needed), "{condition}: {needed} is not in {names:?}");
        }
    }
    let in_output = interesting(&program(&[("evt.type=execve", "%fd.name")]), &base(&[], false, false));
    assert!(in_output.descriptors);
}

#[test]
fn calls_without_events_of_their_own_are_told_apart_by_name() {
    let (names, _) = chosen("evt.type=sched_yield", &base(&["execve"], false, false));
    assert_eq!(names, ["execve", "sched_process_exit", "sched_yield"]);
    let (names, _) = chosen("evt.type in (mremap, openat)", &base(&["execve"], false, false));
    assert_eq!(names, ["execve", "mremap", "openat", "sched_process_exit"]);
    // "Not this call" is "no call without an event of its own" for Falco, so the rule never sees mremap.
    let (names, _) =
        chosen("evt.type in (mremap, openat) and not evt.type=sched_yield", &base(&["execve"], false, false));
    assert_eq!(names, ["execve", "openat", "sched_process_exit"]);
}

#[test]
fn any_event_is_no_wish_for_context_switches() {
    let (names, found) = chosen("proc.name=x", &base(&[], false, false));
    assert!(names.contains(&"ptrace") && !names.contains(&"sched_switch"), "{names:?}");
    assert!(!names.contains(&"write"), "frequent calls are left out");
    assert!(
        found
            .warnings
            .iter()
            .any(|warning| warning.contains("write") && warning.contains("base_syscalls.all"))
    );
    let (names, found) = chosen("proc.name=x", &base(&[], false, true));
    assert!(names.contains(&"write") && found.warnings.is_empty());
    let (names, _) = chosen("evt.type=switch", &base(&[], false, false));
    assert!(names.contains(&"sched_switch"), "{names:?}");
}

#[test]
fn the_configuration_adds_and_removes() {
    let (names, _) = chosen("evt.type=ptrace", &base(&["clone", "execve"], false, false));
    assert_eq!(names, ["clone", "execve", "ptrace", "sched_process_exit"]);
    let (names, _) = chosen("evt.type in (ptrace, mount)", &base(&["!mount", "!umount2"], false, false));
    assert!(
        names.contains(&"ptrace") && !names.contains(&"mount") && !names.contains(&"umount2"),
        "{names:?}"
    );
    assert!(names.contains(&"clone"), "only names that are wanted replace the state's");
    let (_, found) = chosen("evt.type=ptrace", &base(&["nonsense", "execve"], false, false));
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].contains("nonsense"));
}

#[test]
fn repair_takes_the_least() {
    let (names, _) = chosen("evt.type=accept4 and fd.sport=22", &base(&[], true, false));
    for needed in ["accept4", "socket", "bind", "getsockopt", "close", "clone", "prctl", "sched_process_exit"]
    {
        assert!(names.contains(&needed), "{needed} is not in {names:?}");
    }
    assert!(!names.contains(&"openat") && !names.contains(&"eventfd2"), "{names:?}");
    let (names, _) = chosen("evt.type=openat and fd.name=/x", &base(&["ptrace"], true, false));
    assert!(names.contains(&"close") && names.contains(&"ptrace") && !names.contains(&"bind"), "{names:?}");
}

#[test]
fn the_end_of_processes_cannot_be_removed() {
    let (names, _) = chosen("evt.type=ptrace", &base(&["!procexit", "!sched_process_exit"], false, false));
    assert!(names.contains(&"sched_process_exit"));
}

#[test]
fn lists_hold_calls_that_exist() {
    for name in DESCRIPTOR_CALLS.iter().chain(&MESSAGE_CALLS) {
        assert!(syscall_by_name(name).is_some(), "{name}");
    }
}
