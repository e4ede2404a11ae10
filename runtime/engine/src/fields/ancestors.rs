//! Parents, further ancestors, and the leaders of session and process group.

use bumpalo::collections::Vec as ArenaVec;
use ir::{Extracted, Value};

use super::proc::{self, from_thread, id};
use super::text::Composer;
use super::{Argument, Call, Cost, Entry, Mode, maybe, signed, text, unsigned};
use crate::event::Event;
use crate::state::{MAX_ANCESTORS, State, ThreadInfo};

/// Ancestors that `proc.aenv[NAME]` searches.
const ENV_LEVELS: usize = 20;

pub(super) const TABLE: &[Entry] = &[
    Entry::process("proc.pname", Cost::Cheap, |event, _| from_parent(event, |parent| text(&parent.comm))),
    Entry::process("proc.pexe", Cost::Cheap, |event, _| from_parent(event, |parent| text(&parent.exe))),
    Entry::process("proc.pexepath", Cost::Cheap, |event, _| {
        from_parent(event, |parent| text(&parent.exepath))
    }),
    Entry::process("proc.pcmdline", Cost::Moderate, |event, _| {
        from_parent(event, |parent| text(proc::cmdline(event.arena, parent)))
    }),
    Entry::process("proc.ppid", Cost::Cheap, |event, _| from_parent(event, |parent| id(parent.pid))),
    Entry::cheap("proc.pvpid", |event, _| {
        from_thread(event, |thread| maybe(event.state.parent(thread).map(|parent| signed(parent.vpid))))
    }),
    Entry::cheap("proc.ppid.ts", |event, _| {
        from_thread(event, |thread| maybe(event.state.parent(thread).map(|parent| unsigned(parent.clone_ts))))
    }),
    Entry::moderate("proc.ppid.duration", |event, _| {
        from_parent(event, |parent| match (parent.clone_ts, event.thread) {
            // Falco goes on to the next field in its table: the number of open descriptors.
            (0, Some(thread)) => proc::open_fd_count(event.state, thread),
            (start, _) => unsigned(event.ts().wrapping_sub(start)),
        })
    }),
    Entry::process("proc.aname", Cost::Moderate, |event, call| {
        ancestors(event, call, |_, thread| &thread.comm)
    }),
    Entry::process("proc.aexe", Cost::Moderate, |event, call| {
        ancestors(event, call, |_, thread| &thread.exe)
    }),
    Entry::process("proc.aexepath", Cost::Moderate, |event, call| {
        ancestors(event, call, |_, thread| &thread.exepath)
    }),
    Entry::process("proc.acmdline", Cost::Expensive, |event, call| {
        ancestors(event, call, |event, thread| proc::cmdline(event.arena, thread))
    }),
    Entry::process("proc.aargs", Cost::Expensive, args),
    Entry::process("proc.apid", Cost::Moderate, pids),
    Entry::expensive("proc.aenv", env),
    Entry::moderate("proc.loginshellid", login_shell),
    Entry::moderate("proc.sname", |event, _| leader(event, |thread| thread.sid, true, |thread| &thread.comm)),
    Entry::moderate("proc.sid.exe", |event, _| {
        leader(event, |thread| thread.sid, true, |thread| &thread.exe)
    }),
    Entry::moderate("proc.sid.exepath", |event, _| {
        leader(event, |thread| thread.sid, true, |thread| &thread.exepath)
    }),
    Entry::moderate("proc.vpgid.name", |event, _| {
        leader(event, |thread| thread.vpgid, true, |thread| &thread.comm)
    }),
    Entry::moderate("proc.vpgid.exe", |event, _| {
        leader(event, |thread| thread.vpgid, true, |thread| &thread.exe)
    }),
    Entry::moderate("proc.vpgid.exepath", |event, _| {
        leader(event, |thread| thread.vpgid, true, |thread| &thread.exepath)
    }),
    Entry::moderate("proc.pgid.name", |event, _| {
        leader(event, |thread| thread.pgid, false, |thread| &thread.comm)
    }),
    Entry::moderate("proc.pgid.exe", |event, _| {
        leader(event, |thread| thread.pgid, false, |thread| &thread.exe)
    }),
    Entry::moderate("proc.pgid.exepath", |event, _| {
        leader(event, |thread| thread.pgid, false, |thread| &thread.exepath)
    }),
];

/// The main thread of the n-th ancestor process; the thread's own one for 0.
fn ancestor<'s>(state: &'s State, thread: &'s ThreadInfo, level: i64) -> Option<&'s ThreadInfo> {
    let mut at = state.main_thread(thread)?;
    for _ in 0..level.min(MAX_ANCESTORS as i64) {
        at = state.main_thread(state.parent(at)?)?;
    }
    Some(at)
}

fn from_parent<'e>(event: &Event<'e>, read: impl FnOnce(&'e ThreadInfo) -> Extracted<'e>) -> Extracted<'e> {
    from_thread(event, |thread| maybe(ancestor(event.state, thread, 1).map(read)))
}

/// The threads that parents' ids lead to, nearest first. Ends when the chain turns out to be circular.
fn chain<'s>(state: &'s State, thread: &'s ThreadInfo) -> impl Iterator<Item = &'s ThreadInfo> {
    // The second cursor moves twice as fast: on a circle they meet.
    let mut slow = state.parent(thread);
    let mut fast = slow.and_then(|thread| state.parent(thread));
    std::iter::from_fn(move || {
        let current = slow.filter(|thread| thread.tid != -1)?;
        slow = state.parent(current);
        for _ in 0..2 {
            fast = fast.and_then(|thread| state.parent(thread));
            if slow.is_some_and(|slow| slow.tid == slow.ptid || fast.is_some_and(|fast| fast.tid == slow.tid))
            {
                slow = None;
            }
        }
        Some(current)
    })
    .take(MAX_ANCESTORS)
}

/// A text of one ancestor; without a level, of all of them: to compare each, or to print them joined.
fn ancestors<'e>(
    event: &Event<'e>,
    call: &Call<'_>,
    read: fn(&Event<'e>, &'e ThreadInfo) -> &'e [u8],
) -> Extracted<'e> {
    from_thread(event, |thread| {
        if let Argument::Index(level) = call.arg
            && *level >= 0
        {
            return maybe(ancestor(event.state, thread, *level).map(|thread| text(read(event, thread))));
        }
        let Some(main) = event.state.main_thread(thread) else {
            return Extracted::Absent;
        };
        match call.mode {
            Mode::Match => {
                let values = chain(event.state, main).map(|thread| Value::Text(read(event, thread)));
                all(event, values)
            }
            Mode::Print => joined(event, chain(event.state, main).map(|thread| read(event, thread))),
        }
    })
}

fn all<'e>(event: &Event<'e>, values: impl Iterator<Item = Value<'e>>) -> Extracted<'e> {
    let mut list = ArenaVec::new_in(event.arena);
    list.extend(values);
    if list.is_empty() { Extracted::Absent } else { Extracted::Ancestors(list.into_bump_slice()) }
}

/// Texts with spaces between them, but none after leading empty ones; absent when nothing is left.
fn joined<'e>(event: &Event<'e>, texts: impl Iterator<Item = &'e [u8]>) -> Extracted<'e> {
    let mut out = Composer::new(event.arena);
    for item in texts {
        if !out.is_empty() {
            out.byte(b' ');
        }
        out.push(item);
    }
    if out.is_empty() { Extracted::Absent } else { text(out.finish()) }
}

/// Arguments of an ancestor; without a level those of all, as one text also in conditions.
fn args<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| match call.arg {
        Argument::Index(level) if *level >= 0 => maybe(
            ancestor(event.state, thread, *level).map(|thread| text(proc::joined_args(event.arena, thread))),
        ),
        _ => maybe(event.state.main_thread(thread).map(|main| {
            joined(event, chain(event.state, main).map(|thread| proc::joined_args(event.arena, thread)))
        })),
    })
}

/// The id of an ancestor; without a level all in conditions, the own one in outputs.
fn pids<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| {
        let level = match call.arg {
            Argument::Index(level) if *level >= 0 => *level,
            _ if call.mode == Mode::Print => 0,
            _ => {
                return maybe(event.state.main_thread(thread).map(|main| {
                    all(event, chain(event.state, main).map(|thread| Value::Signed(thread.pid)))
                }));
            }
        };
        maybe(ancestor(event.state, thread, level).map(|thread| id(thread.pid)))
    })
}

fn env<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| {
        let state = event.state;
        let whole = |thread: &'e ThreadInfo| proc::joined_env(event.arena, state, thread);
        let Some(main) = state.main_thread(thread) else {
            return match (call.arg, call.mode) {
                (Argument::Key(_), _) => text(b""),
                (Argument::Index(level), _) if *level > 0 => text(b""),
                (_, Mode::Print) => text(whole(thread)),
                _ => Extracted::Absent,
            };
        };
        match call.arg {
            Argument::Key(name) => {
                let mut at = main;
                for _ in 0..ENV_LEVELS {
                    let Some(parent) = state.parent(at) else { break };
                    at = parent;
                    let value = proc::variable(state, at, name.as_bytes());
                    if !value.is_empty() {
                        return text(value);
                    }
                }
                text(b"")
            }
            Argument::Index(level) if *level > 0 && call.mode == Mode::Print => {
                let mut at = main;
                for _ in 0..(*level).min(MAX_ANCESTORS as i64) {
                    match state.parent(at) {
                        Some(parent) => at = parent,
                        None => return Extracted::Absent,
                    }
                }
                text(whole(at))
            }
            // In conditions a level means nothing to Falco: any ancestor may satisfy the check.
            _ if call.mode == Mode::Match => {
                all(event, chain(state, main).map(|thread| Value::Text(whole(thread))))
            }
            _ => text(whole(thread)),
        }
    })
}

/// The process id of the last command on the way up whose name ends in `sh`.
fn login_shell<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| {
        let Some(main) = event.state.main_thread(thread) else {
            return Extracted::Absent;
        };
        let line = std::iter::once(main).chain(chain(event.state, main));
        maybe(line.filter(|thread| thread.comm.ends_with(b"sh")).last().map(|shell| signed(shell.pid)))
    })
}

/// A text of the leader of a session or group: the thread with that id, or else the oldest ancestor of an unbroken line
/// with the same id. `virtual_id` tells that the id is one of the thread's own namespace.
fn leader<'e>(
    event: &Event<'e>,
    group: fn(&ThreadInfo) -> i64,
    virtual_id: bool,
    read: fn(&'e ThreadInfo) -> &'e [u8],
) -> Extracted<'e> {
    from_thread(event, |thread| {
        let wanted = group(thread);
        if wanted == -1 {
            return text(b"");
        }
        if (!virtual_id || !thread.in_pid_namespace())
            && let Some(leader) = event.state.thread(wanted)
        {
            return text(read(leader));
        }
        let oldest = chain(event.state, thread).take_while(|thread| group(thread) == wanted).last();
        text(oldest.map_or(&b""[..], read))
    })
}
