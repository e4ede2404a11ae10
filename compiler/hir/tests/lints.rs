//! Lints on conditions: what each finds, and what is close to it and fine.

use std::collections::BTreeSet;

use hir::{Checked, Input, Options, SourceFile};
use ir::interp::Interpreter;
use ir::testing::{MapSource, OwnedValue, Prng};
use ir::{Extracted, Value};

const AROUND: &str = "\
- list: shells
  items: [bash, sh]
- list: one_shell
  items: [bash]
- list: nothing
  items: []
- macro: spawned
  condition: evt.type in (execve, execveat)
- macro: shell
  condition: proc.name in (shells)
- macro: never_true
  condition: evt.num = 0
- macro: hook
  condition: never_true
- rule: uses everything
  desc: d
  condition: >
    spawned and (shell or hook) and not proc.pname in (nothing) and proc.aname in (shells, one_shell)
    and not never_true
  output: x
  priority: INFO
";

fn check(condition: &str) -> Checked {
    let text = format!(
        "{AROUND}- rule: r\n  desc: d\n  condition: |-\n    {condition}\n  output: x\n  priority: INFO\n  \
         warn_evttypes: false\n"
    );
    hir::check(&Input { files: vec![SourceFile::new("rules.yaml", text)], ..Input::default() })
}

fn codes(condition: &str) -> BTreeSet<&'static str> {
    check(condition).diagnostics.iter().map(|one| one.code.id).collect()
}

const FOUND: &[(&str, &str)] = &[
    ("W0201", "spawned and proc.name in (one_shel)"),
    ("W0201", "spawned and proc.name in (whitelisted_programs)"),
    ("W0202", "evt.type = openat and fd.name = 'test.txt'"),
    ("W0202", "evt.type = openat and fd.name in (etc/passwd)"),
    ("W0202", "evt.type = openat and fd.directory = /etc/"),
    ("W0202", "evt.type = openat and fd.filename = /etc/passwd"),
    ("W0202", "spawned and proc.name = /bin/bash"),
    ("W0202", "spawned and proc.exepath = bin/bash"),
    ("W0203", "spawned and proc.name = sixteen_bytes_xx"),
    ("W0203", "spawned and proc.pname in (bash, sixteen_bytes_xx)"),
    ("W0203", "spawned and proc.aname[2] startswith sixteen_bytes_xx"),
    ("W0204", "evt.type = open and evt.type = close"),
    ("W0204", "spawned and evt.type = open"),
    ("W0204", "shell and spawned and proc.name = zsh"),
    ("W0204", "spawned and proc.name = bash and proc.name != bash"),
    ("W0204", "spawned and proc.name = bash and not shell"),
    ("W0204", "spawned and proc.name = bash and proc.name startswith py"),
    ("W0204", "spawned and proc.name = bash and proc.name contains z"),
    ("W0204", "spawned and user.uid = 5 and user.uid > 10"),
    ("W0204", "evt.type = connect and fd.sport > 10 and fd.sport < 11"),
    ("W0204", "spawned and proc.cmdline startswith a and proc.cmdline startswith b"),
    ("W0204", "spawned and proc.cmdline endswith a and proc.cmdline endswith b"),
    ("W0204", "spawned and (proc.name = a or proc.name = b) and proc.name in (c, d)"),
    ("W0204", "spawned and proc.args contains x and not proc.args contains x"),
    ("W0204", "spawned and (user.name = root or (proc.name = a and proc.name = b))"),
    ("W0204", "spawned and tolower(proc.name) = a and tolower(proc.name) = b"),
    ("W0205", "spawned and (proc.name != a or proc.name != b)"),
    ("W0205", "spawned and proc.name != anyof (a, b)"),
    ("W0205", "spawned and proc.args contains ''"),
    ("W0205", "spawned and proc.args glob '*'"),
    ("W0205", "spawned and proc.exepath pmatch (/, /bin)"),
    ("W0205", "spawned and user.uid >= 0"),
    ("W0205", "spawned and (shell or not shell)"),
    ("W0207", "spawned and proc.name in (a, b, 'a')"),
    ("W0209", "evt.type = unlink and fd.name = /x"),
    ("W0209", "evt.type in (execve, execveat) and evt.arg.oldpath = /x"),
    ("W0209", "evt.type = close and evt.arg[30] = x"),
    ("W0210", "spawned and proc.name in ()"),
    ("W0210", "spawned and proc.name in (nothing)"),
    ("W0213", "evt.type = connect and fd.ip in (10.0.0.1)"),
    ("W0213", "spawned and proc.apid in (1)"),
    ("W0213", "evt.type = connect and fd.net intersects (10.0.0.0/8)"),
    ("W0213", "evt.type = connect and fd.snet != allof (10.0.0.0/8)"),
    ("W0213", "spawned and proc.name = oneof ()"),
    ("W0213", "evt.type = poll and tolower(fd.types) in (file)"),
    ("W0214", "spawned and proc.aname = anyof (a, b)"),
    ("W0214", "evt.type = connect and fd.net in (10.0.0.0/8, 11.0.0.0/8)"),
    ("W0215", "evt.type = connect and fd.sport = 70000"),
    ("W0215", "spawned and user.uid = -1"),
    ("W0215", "evt.type = connect and fd.net = 10.0.0.0/256"),
    ("W0216", "spawned and proc.cmdline contains 'use shells now'"),
    ("W0218", "evt.type = oneof (open, openat)"),
    ("W0218", "evt.type = open and evt.type = anyof (open, openat)"),
    ("W0220", "spawned and proc.name = one_shell"),
    ("W0222", "spawned and proc.aname != bash"),
    ("W0223", r#"spawned and proc.args contains "a\ b""#),
    ("W0223", r#"spawned and proc.args in ("\q")"#),
    ("W0224", "spawned and proc.name inshells"),
    ("W0224", "spawned and proc.pname existsand shell"),
    ("W0229", "evt.type = connect and fd.l4proto = TCP"),
    ("W0229", "evt.type = connect and fd.type = ipv5"),
    ("W0229", "evt.type = connect and fd.type startswith sock"),
    ("W0229", "evt.type = connect and fd.typechar in (4, 44)"),
    ("W0229", "evt.type = connect and fd.l4proto != sctp"),
    ("W0229", "spawned and tolower(proc.name) = Bash"),
    ("W0229", "spawned and toupper(proc.name) endswith sh"),
    ("W0229", "spawned and basename(proc.exepath) in (bash, /bin/sh)"),
    ("W0229", "spawned and len(proc.args) < 0"),
];

#[test]
fn found() {
    let mut wrong = Vec::new();
    for (code, condition) in FOUND {
        let found = codes(condition);
        if !found.contains(code) {
            wrong.push(format!("{code} not found in `{condition}`: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fine() {
    let mut wrong = Vec::new();
    for condition in [
        "spawned and proc.name in (one_shell)",
        "spawned and proc.name in (some_tool)",
        "spawned and proc.name in (mysqld_safe, 'known_programs')",
        "spawned and proc.args in (known_programs)",
        "evt.type = openat and fd.filename = test.txt",
        "evt.type = openat and fd.name = /etc/test.txt",
        "evt.type = openat and fd.name endswith test.txt",
        "evt.type = connect and fd.name = '127.0.0.1:40->127.0.0.1:80'",
        "evt.type = openat and fd.name = 'pipe:[12]'",
        "evt.type = openat and fd.directory = /",
        "evt.type = openat and fd.directory in (/etc, /var)",
        "spawned and proc.name = kworker/0",
        "spawned and proc.name = fifteen_bytes_x",
        "spawned and proc.exepath = /usr/bin/sixteen_bytes_xx",
        "spawned and proc.cmdline contains sixteen_bytes_xx",
        "evt.type = open and fd.name startswith /etc",
        "spawned and shell and proc.name = bash",
        "spawned and shell and proc.name != bash",
        "spawned and proc.name startswith b and proc.name startswith ba",
        "spawned and proc.name startswith b and not proc.name startswith ba",
        "spawned and user.uid > 5 and user.uid < 7",
        "evt.type = connect and fd.sport >= 10 and fd.sport <= 10",
        "spawned and (proc.name = a or proc.pname = b) and proc.name = c",
        "spawned and proc.aname = a and proc.aname = b",
        "evt.type = connect and fd.port = 1 and fd.port = 2",
        "evt.type = connect and fd.ip = 10.0.0.1 and fd.ip = 10.0.0.2",
        "spawned and proc.aname[1] = a and proc.aname[2] = b",
        "spawned and (proc.name != a or proc.pname != b)",
        "spawned and proc.name != a and proc.name != b",
        "spawned and proc.name != allof (a, b)",
        "spawned and proc.args contains ' '",
        "spawned and user.uid > 0",
        "spawned and never_true",
        "spawned and not hook",
        "spawned and not proc.name in (nothing)",
        "evt.type in (open, openat) and evt.arg.flags contains O_RDWR",
        "evt.type in (unlink, open) and fd.name = /x",
        "evt.type in (rename, renameat) and evt.arg.oldpath = /x",
        "(evt.type = unlink or evt.type = open) and fd.name = /x",
        "evt.type != unlink and fd.name = /x",
        "spawned and proc.apid[1] in (1)",
        "spawned and proc.aname[1] = anyof (a, b)",
        "evt.type = connect and fd.snet in (10.0.0.0/8, 11.0.0.0/8)",
        "evt.type = connect and fd.net in (10.0.0.0/8)",
        "evt.type = connect and fd.sip in (10.0.0.1, 10.0.0.2)",
        "evt.type = connect and fd.sport = 65535",
        "spawned and user.uid = 4294967295",
        "spawned and proc.cmdline contains 'shells'",
        "spawned and proc.name = anyof (shells)",
        "spawned and not proc.aname = bash",
        r#"spawned and proc.args contains "a\\ b""#,
        "spawned and proc.pname exists and shell",
        "evt.type in (open, openat)",
        "evt.type startswith open",
        "evt.type = poll and fd.types in (file)",
        "evt.type = openat and proc.name in (a, b) and proc.pname in (a, b)",
        "container.id != host and spawned",
        "evt.type = connect and fd.type in (ipv4, ipv6) and fd.l4proto != tcp",
        "evt.type = connect and fd.type startswith ipv and fd.typechar = 4",
        "evt.type = connect and fd.type glob 'IP*'",
        "spawned and tolower(proc.name) = bash2",
        "spawned and toupper(proc.name) contains 'é-1'",
        "spawned and basename(proc.exepath) startswith ba",
        "spawned and tolower(proc.name) glob 'B*'",
        "spawned and len(proc.args) > 0",
    ] {
        let checked = check(condition);
        if !checked.diagnostics.is_empty() {
            let found: Vec<_> = checked.diagnostics.iter().map(|one| (one.code.id, &one.message)).collect();
            wrong.push(format!("`{condition}`: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No event at all matches what is said to match none: values are the rules' own constants, so that comparisons hold
/// often.
#[test]
fn never_is_never() {
    const EVENTS: usize = 4000;
    let mut prng = Prng::new(7);
    for (_, condition) in FOUND.iter().filter(|(code, condition)| {
        // Here a part never holds, not the whole.
        *code == "W0204" && !condition.contains("user.name = root or")
    }) {
        let checked = check(condition);
        let program = hir::program(&checked, &Options::default());
        let rule = program.rules.iter().find(|rule| &*rule.name == "r").expect("the rule");
        let interpreter = Interpreter::new(&program).expect("a program");
        let pool: Vec<OwnedValue> = program.consts.iter().map(OwnedValue::of_const).collect();
        let fits = |value: &Value<'_>, ty: catalogue::ValueType| match value {
            Value::Text(_) => ty.class() == catalogue::TypeClass::String,
            Value::Unsigned(_) => ty.class() == catalogue::TypeClass::Number && !ty.is_signed(),
            _ => false,
        };
        for _ in 0..EVENTS {
            let values = program.imports.iter().map(|import| {
                let values: Vec<Value<'_>> =
                    pool.iter().map(OwnedValue::as_value).filter(|value| fits(value, import.ty)).collect();
                match values.as_slice() {
                    [] => Extracted::Absent,
                    _ if import.list || prng.chance(10) => Extracted::Absent,
                    values => Extracted::One(prng.pick(values)),
                }
            });
            let values: Vec<Extracted<'_>> = values.collect();
            let source = MapSource::from_values(catalogue::EventCode(1), values);
            assert!(!interpreter.holds(&source, rule.condition), "an event matches `{condition}`");
        }
    }
}
