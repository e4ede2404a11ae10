//! `proc.*`: the process of the event's thread.

use bumpalo::Bump;
use ir::{Extracted, Value};

use super::names;
use super::text::{self, Composer};
use super::{Argument, Call, Cost, Entry, Extract, boolean, maybe, signed, unsigned, word};
use crate::event::Event;
use crate::state::{State, ThreadInfo};

pub(super) const TABLE: &[Entry] = &[
    own("proc.name", Cost::Cheap, |event, _| from_thread(event, |thread| super::text(&thread.comm))),
    own("proc.exe", Cost::Cheap, |event, _| from_thread(event, |thread| super::text(&thread.exe))),
    own("proc.exepath", Cost::Cheap, |event, _| from_thread(event, |thread| super::text(&thread.exepath))),
    own("proc.args", Cost::Moderate, args),
    own("proc.cmdline", Cost::Moderate, |event, _| {
        from_thread(event, |thread| super::text(cmdline(event.arena, thread)))
    }),
    own("proc.exeline", Cost::Moderate, exeline),
    own("proc.cmdnargs", Cost::Moderate, |event, _| {
        from_thread(event, |thread| unsigned(thread.args.len() as u64))
    }),
    own("proc.cmdlenargs", Cost::Moderate, |event, _| {
        from_thread(event, |thread| unsigned(thread.args.iter().map(|arg| arg.len() as u64).sum::<u64>()))
    }),
    Entry::expensive("proc.env", env),
    Entry::cheap("proc.cwd", |event, _| from_thread(event, |thread| super::text(event.state.cwd(thread)))),
    own("proc.tty", Cost::Cheap, |event, _| from_thread(event, |thread| unsigned(thread.tty))),
    own("proc.pid", Cost::Cheap, |event, _| from_thread(event, |thread| id(thread.pid))),
    own("proc.vpid", Cost::Cheap, |event, _| from_thread(event, |thread| known_id(thread.vpid))),
    own("proc.sid", Cost::Cheap, |event, _| from_thread(event, |thread| signed(thread.sid))),
    own("proc.vpgid", Cost::Cheap, |event, _| from_thread(event, |thread| signed(thread.vpgid))),
    own("proc.pgid", Cost::Cheap, |event, _| from_thread(event, |thread| signed(thread.pgid))),
    own("proc.is_sid_leader", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.sid == thread.vpid))
    }),
    own("proc.is_vpgid_leader", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.vpgid == thread.vpid))
    }),
    own("proc.is_pgid_leader", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.pgid == thread.pid))
    }),
    own("proc.is_exe_writable", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.exe_marks.writable))
    }),
    own("proc.is_exe_upper_layer", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.exe_marks.upper_layer))
    }),
    own("proc.is_exe_lower_layer", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.exe_marks.lower_layer))
    }),
    own("proc.is_exe_from_memfd", Cost::Cheap, |event, _| {
        from_thread(event, |thread| boolean(thread.exe_marks.from_memfd))
    }),
    own("proc.exe_ino", Cost::Cheap, |event, _| {
        from_thread(event, |thread| match thread.exe_ino {
            0 => Extracted::Absent,
            // The field is signed.
            inode => signed(inode as i64),
        })
    }),
    own("proc.exe_ino.ctime", Cost::Cheap, |event, _| {
        from_thread(event, |thread| not_zero(thread.exe_ino_ctime))
    }),
    own("proc.exe_ino.mtime", Cost::Cheap, |event, _| {
        from_thread(event, |thread| not_zero(thread.exe_ino_mtime))
    }),
    own("proc.exe_ino.ctime_duration_proc_start", Cost::Cheap, |event, _| {
        from_thread(event, |thread| not_zero(thread.exe_ino_ctime_duration_clone_ts))
    }),
    own("proc.exe_ino.ctime_duration_pidns_start", Cost::Cheap, |event, _| {
        from_thread(event, |thread| not_zero(thread.exe_ino_ctime_duration_pidns_start))
    }),
    own("proc.pidns_init_start_ts", Cost::Cheap, |event, _| {
        from_thread(event, |thread| not_zero(thread.pidns_init_start_ts))
    }),
    own("proc.pid.ts", Cost::Cheap, |event, _| from_thread(event, |thread| not_zero(thread.clone_ts))),
    Entry::cheap("proc.duration", |event, _| {
        from_thread(event, |thread| match thread.clone_ts {
            0 => Extracted::Absent,
            start => unsigned(event.ts().wrapping_sub(start)),
        })
    }),
    Entry::moderate("proc.fdopencount", |event, _| {
        from_thread(event, |thread| unsigned(open_fds(event.state, thread)))
    }),
    Entry::cheap("proc.fdlimit", |event, _| {
        from_thread(event, |thread| signed(fd_limit(event.state, thread)))
    }),
    Entry::moderate("proc.fdusage", |event, _| from_thread(event, |thread| fd_usage(event.state, thread))),
    Entry::cheap("proc.vmsize", |event, _| from_thread(event, |thread| unsigned(thread.vmsize))),
    Entry::cheap("proc.vmrss", |event, _| from_thread(event, |thread| unsigned(thread.vmrss))),
    Entry::cheap("proc.vmswap", |event, _| from_thread(event, |thread| unsigned(thread.vmswap))),
    Entry::cheap("proc.nthreads", |event, _| {
        from_thread(event, |thread| unsigned(threads(event.state, thread)))
    }),
    Entry::cheap("proc.nchilds", |event, _| {
        from_thread(event, |thread| unsigned(other_threads(event.state, thread)))
    }),
    Entry::moderate("proc.stdin.type", |event, _| standard_type(event, 0)),
    Entry::moderate("proc.stdout.type", |event, _| standard_type(event, 1)),
    Entry::moderate("proc.stderr.type", |event, _| standard_type(event, 2)),
    Entry::moderate("proc.stdin.name", |event, _| standard_name(event, 0)),
    Entry::moderate("proc.stdout.name", |event, _| standard_name(event, 1)),
    Entry::moderate("proc.stderr.name", |event, _| standard_name(event, 2)),
];

const fn own(name: &'static str, cost: Cost, extract: Extract) -> Entry {
    Entry::process(name, cost, extract)
}

/// What `read` makes of the event's thread; absent without one.
#[inline]
pub(super) fn from_thread<'e>(
    event: &Event<'e>,
    read: impl FnOnce(&'e ThreadInfo) -> Extracted<'e>,
) -> Extracted<'e> {
    match event.thread {
        Some(thread) => read(thread),
        None => Extracted::Absent,
    }
}

/// A process id, when it is one.
pub(super) fn id<'e>(id: i64) -> Extracted<'e> {
    if (-1..=i64::from(u32::MAX)).contains(&id) { signed(id) } else { Extracted::Absent }
}

/// An id in a namespace, when it is known.
pub(super) fn known_id<'e>(id: i64) -> Extracted<'e> {
    if id == -1 { Extracted::Absent } else { signed(id) }
}

/// A number for which zero means "not known".
fn not_zero<'e>(value: u64) -> Extracted<'e> {
    if value == 0 { Extracted::Absent } else { unsigned(value) }
}

fn args<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| match call.arg {
        Argument::Index(index) if *index >= 0 => {
            super::text(thread.args.get(*index as usize).unwrap_or_default())
        }
        _ => super::text(joined_args(event.arena, thread)),
    })
}

/// All arguments but the first of the command line, joined by spaces.
pub(super) fn joined_args<'e>(arena: &'e Bump, thread: &ThreadInfo) -> &'e [u8] {
    text::join(arena, thread.args.iter(), b' ')
}

/// The command's name and its arguments.
pub(super) fn cmdline<'e>(arena: &'e Bump, thread: &ThreadInfo) -> &'e [u8] {
    text::join(arena, std::iter::once(&*thread.comm).chain(thread.args.iter()), b' ')
}

fn exeline<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| {
        let mut out = Composer::new(event.arena);
        out.push(&thread.exe).byte(b' ').push(joined_args(event.arena, thread));
        super::text(out.finish())
    })
}

fn env<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| match call.arg {
        Argument::Key(name) => super::text(variable(event.state, thread, name.as_bytes())),
        _ => super::text(joined_env(event.arena, event.state, thread)),
    })
}

/// The environment is the main thread's.
fn env_owner<'s>(state: &'s State, thread: &'s ThreadInfo) -> &'s ThreadInfo {
    state.main_thread(thread).unwrap_or(thread)
}

/// The value of an environment variable without the spaces around it; empty when there is none.
pub(super) fn variable<'s>(state: &'s State, thread: &'s ThreadInfo, name: &[u8]) -> &'s [u8] {
    let value =
        |item: &'s [u8]| item.strip_prefix(name)?.strip_prefix(b"=").filter(|value| !value.is_empty());
    let value = env_owner(state, thread).env.iter().find_map(value).unwrap_or_default();
    let start = value.iter().position(|byte| *byte != b' ').unwrap_or(value.len());
    let end = value.iter().rposition(|byte| *byte != b' ').map_or(start, |last| last + 1);
    &value[start..end]
}

/// The whole environment, joined by spaces.
pub(super) fn joined_env<'e>(arena: &'e Bump, state: &State, thread: &ThreadInfo) -> &'e [u8] {
    text::join(arena, env_owner(state, thread).env.iter(), b' ')
}

fn open_fds(state: &State, thread: &ThreadInfo) -> u64 {
    state.main_thread(thread).and_then(|main| state.fd_table(main)).map_or(0, |table| table.len() as u64)
}

/// The open descriptors of the thread's process, as a value.
pub(super) fn open_fd_count<'e>(state: &State, thread: &ThreadInfo) -> Extracted<'e> {
    unsigned(open_fds(state, thread))
}

fn fd_limit(state: &State, thread: &ThreadInfo) -> i64 {
    state.main_thread(thread).map_or(0, |main| main.fdlimit)
}

fn fd_usage<'e>(state: &State, thread: &ThreadInfo) -> Extracted<'e> {
    let limit = fd_limit(state, thread);
    let usage = match open_fds(state, thread) {
        _ if limit <= 0 => 0.0,
        open if open <= limit as u64 => open as f64 * 100.0 / limit as f64,
        _ => 100.0,
    };
    Extracted::One(Value::Float(usage))
}

fn threads(state: &State, thread: &ThreadInfo) -> u64 {
    state.group(thread).map_or(0, |group| u64::from(group.alive))
}

/// The process's threads without the main one, as long as that has not exited.
fn other_threads(state: &State, thread: &ThreadInfo) -> u64 {
    let leads = state.main_thread(thread).is_some_and(|main| !main.is_dead());
    threads(state, thread).saturating_sub(u64::from(leads))
}

fn standard_type<'e>(event: &Event<'e>, num: i64) -> Extracted<'e> {
    maybe(event.fd_of(num).map(|fd| word(names::fd_type(fd.kind))))
}

fn standard_name<'e>(event: &Event<'e>, num: i64) -> Extracted<'e> {
    maybe(event.fd_of(num).map(|fd| super::text(&fd.name)))
}
