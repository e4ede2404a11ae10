//! System calls, their numbers and groups.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::data::Data;
use super::{header, literal};
use catalogue::SyscallFlags;

const SETS: [(&str, &str); 7] = [
    ("default_state", "DEFAULT_STATE"),
    ("io", "IO"),
    ("high_volume_ignored_by_default", "HIGH_VOLUME"),
    ("repair_base", "REPAIR_BASE"),
    ("repair_if_network", "REPAIR_NETWORK"),
    ("repair_if_accept_or_listen", "REPAIR_ACCEPT_LISTEN"),
    ("repair_if_file_or_io", "REPAIR_FILE_IO"),
];

pub(crate) fn render(data: &Data) -> String {
    let calls = &data.syscalls.syscalls;
    let codes: BTreeMap<&str, u16> = calls.iter().map(|s| (s.name.as_str(), s.code)).collect();
    assert_eq!(codes.len(), calls.len(), "names are unique");
    let events: BTreeMap<&str, u16> = data.events.iter().map(|e| (e.symbol.as_str(), e.code)).collect();

    assert_eq!(data.about.syscalls.len(), calls.len(), "only calls are described");
    let mut out = header("System calls", "syscalls.yaml");
    out.push_str(
        "use crate::event::EventCode as E;\nuse crate::syscall::{Syscall, SyscallCode, SyscallFlags};\n\n",
    );
    out.push_str("use SyscallCode as S;\n\n");
    out.push_str("/// Codes by name.\n#[allow(missing_docs)]\nimpl SyscallCode {\n");
    for call in calls {
        writeln!(out, "    pub const {}: Self = Self({});", call.name.to_uppercase(), call.code).unwrap();
    }
    out.push_str("}\n\n");

    let last = calls.iter().map(|s| s.code).max().expect("there are calls");
    writeln!(out, "pub(crate) static SLOTS: [Option<Syscall>; {}] = [", last + 1).unwrap();
    for code in 0..=last {
        let Some(call) = calls.iter().find(|s| s.code == code) else {
            out.push_str("    None,\n");
            continue;
        };
        // A tracepoint has one event, its enter; a call without events of its own has the generic ones.
        let (enter, exit) = match &call.events {
            None => (0, 1),
            Some(stem) => {
                let enter = events[format!("{stem}_E").as_str()];
                let exit = events[format!("{stem}_X").as_str()];
                let unused = data.events[usize::from(exit)].producer == "none";
                (enter, if unused { enter } else { exit })
            }
        };
        let mut bits = 0;
        for flag in &call.flags {
            bits |= match flag.as_str() {
                "USED" => SyscallFlags::USED.0,
                "NEVER_DROP" => SyscallFlags::NEVER_DROP.0,
                "ALWAYS_DROP" => SyscallFlags::ALWAYS_DROP.0,
                other => panic!("unknown flag {other}"),
            };
        }
        writeln!(
            out,
            "    Some(Syscall {{ code: S({code}), name: {}, x86_64: {:?}, aarch64: {:?}, enter: E({enter}), \
             exit: E({exit}), flags: SyscallFlags({bits}), about: {} }}),",
            literal(&call.name),
            call.x86_64,
            call.aarch64,
            literal(&data.about.syscalls[&call.name]),
        )
        .unwrap();
    }
    out.push_str("];\n\npub(crate) static BY_NAME: &[(&str, S)] = &[\n");
    for (name, code) in &codes {
        writeln!(out, "    ({}, S({code})),", literal(name)).unwrap();
    }
    out.push_str("];\n\n");

    let x86_64: BTreeMap<_, _> = calls.iter().filter_map(|s| Some((s.x86_64?, s.code))).collect();
    let aarch64: BTreeMap<_, _> = calls.iter().filter_map(|s| Some((s.aarch64?, s.code))).collect();
    for (name, map) in [("BY_X86_64", x86_64), ("BY_AARCH64", aarch64)] {
        let rows: Vec<_> = map.iter().map(|(number, code)| format!("({number}, S({code}))")).collect();
        writeln!(out, "pub(crate) static {name}: &[(u16, S)] = &[\n{}];\n", wrap(&rows)).unwrap();
    }
    let rows: Vec<_> = data.syscalls.ia32_to_x86_64.iter().map(|(a, b)| format!("({a}, {b})")).collect();
    writeln!(out, "pub(crate) static IA32_TO_X86_64: &[(u16, u16)] = &[\n{}];", wrap(&rows)).unwrap();

    assert_eq!(SETS.len(), data.syscalls.sets.len(), "every set has a name in the code");
    for (key, name) in SETS {
        let mut set: Vec<u16> = data.syscalls.sets[key].split_ascii_whitespace().map(|n| codes[n]).collect();
        set.sort_unstable();
        let rows: Vec<_> = set.iter().map(|code| format!("S({code})")).collect();
        writeln!(out, "\npub(crate) const {name}: &[S] = &[\n{}];", wrap(&rows)).unwrap();
    }
    out
}

fn wrap(items: &[String]) -> String {
    items.chunks(8).map(|row| format!("    {},\n", row.join(", "))).collect()
}
