//! The converter: events as old recorders wrote them, and what is delivered.

mod support;

use std::collections::BTreeMap;

use catalogue::{CONVERSIONS, ConversionAction, EVENTS, EventFlags};
use events::script::Script;
use events::write::EventWriter;
use expect_test::{Expect, expect};

/// Converts the events of a script.
fn check(script: &str, delivered: Expect) {
    let read = support::read(&support::capture(script), Default::default());
    assert_eq!(read.error, None);
    let mut lines = read.events;
    lines.extend(read.notices.iter().map(|notice| format!("notice: {notice}")));
    // Times only disturb.
    let lines: Vec<_> =
        lines.iter().map(|line| line.split_once(' ').map_or(line.as_str(), |(_, rest)| rest)).collect();
    delivered.assert_eq(&lines.join("\n"));
}

#[test]
fn events_of_today_pass() {
    check(
        "+1ms 0 7 close res=0 fd=3
         +1ms 0 7 procexit status=0
         +1ms 0 7 SYSCALL_EXECVE_19_E filename=/bin/ls
         +1ms 0 - switch",
        expect![[r#"
            0 7 close res=0 fd=3
            0 7 procexit status=0
            0 7 execve> filename=/bin/ls
            0 - switch"#]],
    );
}

#[test]
fn exit_events_take_parameters_from_their_enter_event() {
    check(
        "+1ms 0 7 close> fd=3
         +1ms 1 8 close> fd=4
         +1ms 0 7 close @params=1 res=0
         +1ms 1 8 close @params=1 res=-EBADF
         +1ms 0 7 read> fd=5 size=100
         +1ms 0 7 signaldeliver spid=1 dpid=7 sig=SIGCHLD
         +1ms 0 7 read @params=2 res=3 data=abc
         +1ms 0 7 sendfile> out_fd=1 in_fd=2 offset=3 size=4
         +1ms 0 7 sendfile @params=2 res=4 offset=9",
        expect![[r#"
            0 7 close res=0 fd=3
            1 8 close res=-EBADF fd=4
            0 7 signaldeliver spid=1 dpid=7 sig=SIGCHLD
            0 7 read res=3 data=abc fd=5 size=100
            0 7 sendfile res=4 offset=9 out_fd=1 in_fd=2 size=4"#]],
    );
}

#[test]
fn without_an_enter_event_parameters_are_default_or_empty() {
    check(
        "+1ms 0 7 close @params=1 res=0
         +1ms 0 7 mkdir> mode=0 
         +1ms 0 7 setuid @params=1 res=0
         +1ms 0 7 socket> domain=AF_INET type=1 proto=6
         +1ms 0 7 close @params=1 res=0
         +1ms 0 7 socket @params=1 fd=3",
        expect![[r#"
            0 7 close res=0 fd=0
            0 7 setuid res=0
            0 7 close res=0 fd=0
            0 7 socket fd=3 domain=AF_UNSPEC type=0 proto=0 flags=O_NONE"#]],
    );
}

#[test]
fn a_stored_event_is_used_once_and_dies_with_its_thread() {
    check(
        "+1ms 0 7 close> fd=3
         +1ms 0 7 close @params=1 res=0
         +1ms 0 7 close @params=1 res=0
         +1ms 0 7 close> fd=4
         +1ms 0 7 procexit status=0
         +1ms 0 7 close @params=1 res=0",
        expect![[r#"
            0 7 close res=0 fd=3
            0 7 close res=0 fd=0
            0 7 procexit status=0
            0 7 close res=0 fd=0"#]],
    );
}

#[test]
fn open_and_connect_keep_their_enter_events() {
    check(
        "+1ms 0 7 open> @params=0
         +1ms 0 7 open @params=4 fd=3 name=/etc/passwd flags=O_RDONLY mode=0
         +1ms 0 7 SYSCALL_OPENAT_E dirfd=AT_FDCWD name=x flags=O_RDWR mode=0o600
         +1ms 0 7 SYSCALL_OPENAT_X fd=4
         +1ms 0 7 connect> @params=1 fd=3
         +1ms 0 7 connect @params=2 res=0 tuple=10.0.0.1:4000->10.0.0.2:80
         +1ms 0 7 accept4> flags=0x1
         +1ms 0 7 accept4 @params=5 fd=5 tuple=family:1 queuepct=1 queuelen=2 queuemax=3",
        expect![[r#"
            0 7 open>
            0 7 open fd=3 name=/etc/passwd flags=O_RDONLY mode=0o0
            0 7 openat fd=4 dirfd=AT_FDCWD name=x flags=O_RDWR mode=0o600
            0 7 connect> fd=3
            0 7 connect res=0 tuple=10.0.0.1:4000->10.0.0.2:80 fd=3
            0 7 accept4 fd=5 tuple=hex:01 queuepct=1 queuelen=2 queuemax=3 flags=1"#]],
    );
}

#[test]
fn program_starts_grow_version_by_version() {
    check(
        "+1ms 0 7 SYSCALL_EXECVE_8_E
         +1ms 0 7 SYSCALL_EXECVE_8_X res=0 exe=ls args=[-l] tid=7 pid=7 ptid=1 cwd=/ fdlimit=1024
         +1ms 0 7 SYSCALL_EXECVE_17_E
         +1ms 0 7 SYSCALL_EXECVE_17_X res=0 exe=ls args=[-l] tid=7 pid=7 ptid=1 cwd=/ fdlimit=1024 comm=ls \\
                  cgroups=[\"cpu=/\"] env=[A=b] tty=34816
         +1ms 0 7 execve> filename=./ls
         +1ms 0 7 execve @params=28 res=0 exe=ls uid=1000 trusted_exepath=/bin/ls
         +1ms 0 7 SYSCALL_CLONE_11_X res=8 exe=ls args=[-l] tid=7 pid=7 ptid=1 cwd=/ fdlimit=1024 flags=CLONE_FS uid=1 gid=2
         +1ms 0 7 clone @params=20 res=8 vtid=8 vpid=8",
        expect![[r#"
            0 7 execve>
            0 7 execve res=0 exe=ls args=[-l] tid=7 pid=7 ptid=1 cwd=/ fdlimit=1024
            0 7 execve>
            0 7 execve res=0 exe=ls args=[-l] tid=7 pid=7 ptid=1 cwd=/ fdlimit=1024 comm=ls cgroups=["cpu=/"] env=["A=b"] tty=34816
            0 7 execve> filename=./ls
            0 7 execve res=0 exe=ls uid=1000 trusted_exepath=/bin/ls filename=./ls
            0 7 clone res=8 exe=ls args=[-l] tid=7 pid=7 ptid=1 cwd=/ fdlimit=1024 flags=CLONE_FS uid=1 gid=2
            0 7 clone res=8 vtid=8 vpid=8"#]],
    );
}

#[test]
fn container_events_become_json() {
    check(
        r#"+1ms 0 - CONTAINER_E id=0123456789ab type=1 name="a \"web\" server" image="x\\y"
           +1ms 0 - CONTAINER_JSON_E json="{\"container\":{}}""#,
        expect![[r#"
            0 - container json="{\"container\":{\"id\":\"0123456789ab\",\"type\":1,\"name\":\"a \\\"web\\\" server\",\"image\":\"x\\\\y\"}}"
            0 - container json="{\"container\":{}}""#]],
    );
}

#[test]
fn old_and_unused_events_are_dropped_and_unknown_counts_noted() {
    check(
        "+1ms 0 7 read> fd=1 size=2
         +1ms 0 7 PROCEXIT_X
         +1ms 0 7 execveat> dirfd=3 pathname=x flags=0
         +1ms 0 7 read @params=3 res=0
         +1ms 0 7 close res=0 fd=1",
        expect![[r#"
            0 7 execveat> dirfd=3 pathname=x flags=0x0
            0 7 close res=0 fd=1
            event SYSCALL_READ_X with 3 parameters left out: no rule to convert it"#]],
    );
}

#[test]
fn the_old_bpf_result_is_unwrapped() {
    check(
        "+1ms 0 7 SYSCALL_BPF_E cmd=5
         +1ms 0 7 SYSCALL_BPF_X res_or_fd=#0:9",
        expect!["0 7 bpf fd=9 cmd=BPF_PROG_LOAD"],
    );
}

/// Every rule of the catalogue leads to an event that the catalogue describes.
#[test]
fn every_conversion_ends_in_an_event_of_today() {
    let mut outcomes: BTreeMap<&str, u32> = BTreeMap::new();
    for rule in CONVERSIONS {
        let ty = rule.event.get().expect("a known type");
        let mut writer = EventWriter::new();
        writer.begin(1, 7, rule.event);
        for param in ty.params.iter().take(rule.params.into()) {
            writer.param(&[0; 16][..param.ty.width().unwrap_or_default().into()]);
        }
        let event = writer.finish_event(0, Default::default()).expect("a whole event");
        let bytes = support::write(&Default::default(), [event], events::scap::Compression::None);
        let read = support::read(&bytes, Default::default());
        assert_eq!((&read.error, &read.notices), (&None, &vec![]), "{}", ty.symbol);
        let dropped = read.events.is_empty();
        *outcomes.entry(if dropped { "dropped" } else { "delivered" }).or_default() += 1;
        match rule.action {
            ConversionAction::Store => assert!(dropped, "{}", ty.symbol),
            ConversionAction::Pass | ConversionAction::StoreAndPass => assert!(!dropped, "{}", ty.symbol),
            _ => {}
        }
        for line in &read.events {
            let script = Script::parse(line).expect("what is printed parses");
            for event in script.events() {
                let ty = event.code().get().expect("a known type");
                assert_eq!(event.len(), ty.params.len(), "{}", ty.symbol);
                // Enter events whose values guard against races survive although they are of an old version.
                assert!(!ty.has(EventFlags::OLD_VERSION) || event.code().is_enter(), "{}", ty.symbol);
            }
        }
    }
    expect![[r#"{"delivered": 164, "dropped": 89}"#]].assert_eq(&format!("{outcomes:?}"));
}

/// Events as written before parameter counts were stored.
#[test]
fn events_without_a_count_get_one() {
    let script = Script::parse(
        "+1ms 3 7 open> @params=0
         +1ms 3 7 open @params=4 fd=3 name=/etc/passwd flags=O_RDONLY mode=0
         +1ms 3 7 write> fd=1 size=3
         +1ms 3 7 write @params=2 res=3 data=abc @state
         +1ms 3 7 getcwd @params=2 res=0 path=/
         +1ms 3 7 procexit @params=1 status=0",
    )
    .expect("a right script");
    let mut bytes = support::write(&Default::default(), [], events::scap::Compression::None);
    for event in script.events() {
        let mut wire = Vec::new();
        event.append_to(&mut wire);
        let mut old = wire[..16].to_vec();
        old.extend((wire.len() as u32 - 4).to_le_bytes());
        old.extend(&wire[20..22]);
        old.extend(&wire[26..]);
        let with_flags = event.flags() != Default::default();
        let ty: u32 = if with_flags { 0x208 } else { 0x204 };
        let mut body = event.cpu().to_le_bytes().to_vec();
        if with_flags {
            body.extend(event.flags().0.to_le_bytes());
        }
        body.extend(&old);
        body.resize(body.len().next_multiple_of(4), 0);
        let len = (body.len() as u32 + 12).to_le_bytes();
        bytes.extend([&ty.to_le_bytes()[..], &len, &body, &len].concat());
    }
    let raw = support::read(&bytes, support::RAW());
    assert_eq!(raw.error, None);
    let as_written: Vec<_> = script.events().map(|event| events::script::print_event(&event)).collect();
    assert_eq!(raw.events, as_written);
    let converted = support::read(&bytes, Default::default());
    expect![[r#"
        1700000000001000000 3 7 open>
        1700000000002000000 3 7 open fd=3 name=/etc/passwd flags=O_RDONLY mode=0o0
        1700000000004000000 3 7 write @state res=3 data=abc fd=1 size=3
        1700000000005000000 3 7 getcwd res=0 path=/
        1700000000006000000 3 7 procexit @params=1 status=0"#]]
    .assert_eq(&converted.events.join("\n"));
    assert!(EVENTS.iter().all(|event| event.params.len() <= 32));
}
