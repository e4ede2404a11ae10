//! Programs with what is expected of them: every call has the event that it must cause, parameter by parameter.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use catalogue::{SyscallCode, event_by_symbol, ia32_to_x86_64, syscall_by_name, syscall_by_x86_64};
use events::Param;
use events::param::{SockAddr, SockTuple};
use probe::Attachment;

use crate::program::{Arg, Assembler, Convention, Part};
use crate::recorder::{Event, calls, folder, in_each_way, run};

/// An expected parameter.
#[derive(Clone, Debug)]
pub enum Want {
    /// Anything.
    Any,
    /// No value.
    Empty,
    /// What the call returned to the program.
    Ret,
    /// What an earlier call returned.
    RetOf(usize),
    /// This signed number.
    I(i64),
    /// This unsigned number.
    U(u64),
    /// Not zero.
    Some,
    /// This text.
    T(String),
    /// These bytes.
    B(Vec<u8>),
    /// A dynamic value: the index of its type, and its bytes.
    D(u8, Vec<u8>),
    /// Device and inode of this file.
    Dev(PathBuf),
    Ino(PathBuf),
    /// A socket address, as text.
    Addr(&'static str),
    /// Both ends of a socket, as text; `*` stands for any port.
    Tuple(String),
}

/// One call and its event.
pub struct Step {
    pub name: &'static str,
    pub args: Vec<Arg>,
    pub symbol: &'static str,
    pub want: Vec<Want>,
}

/// A call, the symbol of its event and the parameters of that.
pub fn step(
    name: &'static str,
    args: impl Into<Vec<Arg>>,
    symbol: &'static str,
    want: impl Into<Vec<Want>>,
) -> Step {
    Step { name, args: args.into(), symbol, want: want.into() }
}

/// Another event of the call before.
pub fn also(symbol: &'static str, want: impl Into<Vec<Want>>) -> Step {
    Step { name: "", args: Vec::new(), symbol, want: want.into() }
}

/// A text.
pub fn t(s: impl AsRef<Path>) -> Want {
    Want::T(s.as_ref().display().to_string())
}

/// A path argument.
pub fn path(p: impl AsRef<Path>) -> Arg {
    crate::program::text(&p.as_ref().display().to_string())
}

pub const NATIVE: &[Convention] = &[Convention::Native];
pub const ALL: &[Convention] = &[Convention::Native, Convention::Int80, Convention::Bits32];

/// Runs the steps in each convention, and compares every event. `blocks` are the named blocks of memory.
pub fn check(
    conventions: &[Convention],
    blocks: impl Fn(Convention) -> Vec<Vec<Part>>,
    steps: impl Fn(Convention, &Path) -> Vec<Step>,
) {
    for &convention in conventions {
        let rehearsal = folder();
        let wanted = wanted(&steps(convention, &rehearsal));
        let _ = std::fs::remove_dir_all(rehearsal);
        in_each_way(&wanted, |probe| {
            if probe.attachment() == Attachment::Native && convention.is_narrow() {
                return;
            }
            let folder = folder();
            let steps = steps(convention, &folder);
            let mut assembler = Assembler::new(convention);
            blocks(convention).iter().for_each(|parts| assembler.block(parts));
            let calls = || steps.iter().filter(|step| !step.name.is_empty());
            calls().for_each(|step| assembler.call(step.name, &step.args));
            let program = folder.join("program");
            assembler.write(&program).expect("the program can be written");
            let (events, printed) = run(probe, &mut Command::new(&program));
            let results: Vec<i64> = printed
                .chunks_exact(8)
                .map(|bytes| i64::from_le_bytes(bytes.try_into().expect("eight bytes")))
                .map(|n| if convention.is_narrow() { widen(n as i32) } else { n })
                .collect();
            let place = format!("{}, {convention:?}", probe.attachment().name());
            assert_eq!(
                results.len(),
                calls().count(),
                "{place}: the program ran to its end; events: {}",
                list(&events)
            );
            let lacking = matches!(probe.attachment(), Attachment::Native | Attachment::Fexit);
            compare(&place, lacking, &steps, &results, &events);
            let _ = std::fs::remove_dir_all(folder);
        });
    }
}

/// What must be reported so that all steps, the start of their program and its end are.
fn wanted(steps: &[Step]) -> BTreeSet<SyscallCode> {
    let mut wanted = calls(&["execve", "write"]);
    for step in steps {
        let symbol = event_by_symbol(step.symbol).and_then(|code| code.get()).expect("known");
        wanted.extend(symbol.syscalls);
        // Numbers are those of 32-bit calls.
        let call = match step.name.strip_prefix('#') {
            Some(number) => ia32_to_x86_64(number.parse().expect("a number"))
                .and_then(|number| syscall_by_x86_64(number.into())),
            None => syscall_by_name(step.name),
        };
        wanted.extend(call.map(|call| call.code));
    }
    wanted
}

/// A 32-bit result: errors are negative, other values may be addresses.
fn widen(n: i32) -> i64 {
    if (-4095..0).contains(&n) { i64::from(n) } else { i64::from(n as u32) }
}

fn list(events: &[Event]) -> String {
    events
        .iter()
        .map(|e| {
            format!("\n  {} {:?}", e.kind.symbol, e.params.iter().map(|p| Param::new(p)).collect::<Vec<_>>())
        })
        .collect()
}

const ENOSYS: i64 = -38;

/// `lacking`: calls that this kernel lacks have no hook, and no event.
fn compare(place: &str, lacking: bool, steps: &[Step], results: &[i64], events: &[Event]) {
    let start =
        events.iter().position(|e| e.kind.symbol == "SYSCALL_EXECVE_19_X" && e.param("res").i64() == Some(0));
    let start = start.unwrap_or_else(|| panic!("{place}: no execution of the program: {}", list(events)));
    let mut exits = events[start + 1..].iter().filter(|e| e.kind.code.is_exit()).peekable();
    let mut index = 0;
    for step in steps {
        if lacking
            && results.get(index) == Some(&ENOSYS)
            && exits.peek().is_some_and(|e| e.kind.symbol != step.symbol)
        {
            index += 1;
            continue;
        }
        let Some(event) = exits.next() else {
            panic!("{place}: {} has no event: {}", step.name, list(events))
        };
        let place = format!("{place}, call {index} {}", step.name);
        assert_eq!(event.kind.symbol, step.symbol, "{place}: {}", list(std::slice::from_ref(event)));
        assert!(step.want.len() <= event.params.len(), "{place} has {} parameters", event.params.len());
        for (i, want) in step.want.iter().enumerate() {
            let param = Param::new(&event.params[i]);
            let name = event.kind.params[i].name;
            if let Err(why) = matches(want, param, index, results) {
                panic!(
                    "{place}: {}.{name} {why}, wanted {want:?}\n{}",
                    step.symbol,
                    list(std::slice::from_ref(event))
                );
            }
        }
        index += usize::from(!step.name.is_empty());
    }
    assert!(
        exits.next().is_some_and(|e| e.kind.symbol == "SYSCALL_WRITE_X"),
        "{place}: more events than calls"
    );
}

fn matches(want: &Want, param: Param<'_>, index: usize, results: &[i64]) -> Result<(), String> {
    let same = |ok: bool, found: String| if ok { Ok(()) } else { Err(format!("is {found}")) };
    let signed = |n: i64| same(param.signed() == Some(n), format!("{:?}", param.signed()));
    let unsigned = |n: u64| same(param.unsigned() == Some(n), format!("{:?}", param.unsigned()));
    match want {
        Want::Any => Ok(()),
        Want::Empty => same(param.is_empty(), format!("{param:?}")),
        Want::Ret if param.bytes().len() == 4 => unsigned(u64::from(results[index] as u32)),
        Want::Ret => signed(results[index]),
        Want::RetOf(earlier) => signed(results[*earlier]),
        Want::I(n) => signed(*n),
        Want::U(n) => unsigned(*n),
        Want::Some => same(param.unsigned().is_some_and(|n| n != 0), format!("{param:?}")),
        Want::T(s) => {
            same(param.text() == Some(s.as_bytes()) && param.bytes().last() == Some(&0), format!("{param:?}"))
        }
        Want::B(bytes) => same(param.bytes() == &bytes[..], format!("{param:?}")),
        Want::D(kind, bytes) => {
            let found = param.dynamic();
            same(found.is_some_and(|(k, p)| k == *kind && p.bytes() == &bytes[..]), format!("{param:?}"))
        }
        Want::Dev(path) => {
            let dev = std::fs::symlink_metadata(path).map_err(|e| e.to_string())?.dev();
            unsigned(dev)
        }
        Want::Ino(path) => unsigned(std::fs::symlink_metadata(path).map_err(|e| e.to_string())?.ino()),
        Want::Addr(wanted) => {
            let found = match param.sock_addr() {
                Some(SockAddr::Inet(end)) => format!("{}:{}", end.ip, end.port),
                Some(SockAddr::Unix { path }) => format!("unix {}", path.escape_ascii()),
                other => format!("{other:?}"),
            };
            same(found == *wanted, found)
        }
        Want::Tuple(wanted) => {
            let found = match param.sock_tuple() {
                Some(SockTuple::Inet { source, destination }) => {
                    format!("{}:{}->{}:{}", source.ip, source.port, destination.ip, destination.port)
                }
                Some(SockTuple::Unix { path, .. }) => format!("unix {}", path.escape_ascii()),
                other => format!("{other:?}"),
            };
            same(like(wanted, &found), found)
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('*').peekable();
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}
