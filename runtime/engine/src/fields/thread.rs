//! `thread.*`: the event's thread itself.

use bumpalo::Bump;
use catalogue::EventCode as E;
use ir::{Extracted, Value};

use super::names::CAPABILITIES;
use super::proc::{from_thread, id, known_id};
use super::text::{self, Composer};
use super::{Argument, Call, Cost, Entry, boolean, maybe, unsigned};
use crate::event::Event;
use crate::state::ThreadInfo;

pub(super) const TABLE: &[Entry] = &[
    Entry::cheap("thread.tid", |event, _| id(event.raw.tid())),
    Entry::cheap("thread.vtid", |event, _| from_thread(event, |thread| known_id(thread.vtid))),
    Entry::cheap("thread.ismain", |event, _| from_thread(event, |thread| boolean(thread.is_main()))),
    Entry::moderate("thread.nametid", |event, _| {
        from_thread(event, |thread| {
            let mut out = Composer::new(event.arena);
            out.push(&thread.comm).format(format_args!("{}", event.raw.tid()));
            super::text(out.finish())
        })
    }),
    Entry::moderate("thread.cap_permitted", |event, _| {
        from_thread(event, |thread| super::text(capabilities(event.arena, thread.cap_permitted)))
    }),
    Entry::moderate("thread.cap_inheritable", |event, _| {
        from_thread(event, |thread| super::text(capabilities(event.arena, thread.cap_inheritable)))
    }),
    Entry::moderate("thread.cap_effective", |event, _| {
        from_thread(event, |thread| super::text(capabilities(event.arena, thread.cap_effective)))
    }),
    Entry::moderate("thread.cgroups", |event, _| {
        from_thread(event, |thread| match thread.cgroups.is_empty() {
            true => Extracted::Absent,
            false => super::text(text::join(event.arena, thread.cgroups.iter(), b' ')),
        })
    }),
    Entry::moderate("thread.cgroup", |event, call| {
        from_thread(event, |thread| match call.arg {
            Argument::Key(subsystem) => maybe(thread.cgroup(subsystem.as_bytes()).map(super::text)),
            _ => Extracted::Absent,
        })
    }),
    Entry::cheap("thread.pfmajor", |event, _| from_thread(event, |thread| unsigned(thread.pfmajor))),
    Entry::cheap("thread.pfminor", |event, _| from_thread(event, |thread| unsigned(thread.pfminor))),
    Entry::cheap("thread.vmsize", |event, _| {
        from_thread(event, |thread| unsigned(of_main(thread, thread.vmsize)))
    }),
    Entry::cheap("thread.vmrss", |event, _| {
        from_thread(event, |thread| unsigned(of_main(thread, thread.vmrss)))
    }),
    Entry::cheap("thread.vmsize.b", |event, _| {
        from_thread(event, |thread| unsigned(of_main(thread, thread.vmsize) * 1024))
    }),
    Entry::cheap("thread.vmrss.b", |event, _| {
        from_thread(event, |thread| unsigned(of_main(thread, thread.vmrss) * 1024))
    }),
    Entry::moderate("thread.exectime", |event, call| unsigned(exec_time(event, call))),
    Entry::moderate("thread.totexectime", total_exec_time),
    Entry::new("thread.cpu", super::Scope::Event, Cost::Moderate, |event, call| cpu(event, call, true, true)),
    Entry::moderate("thread.cpu.user", |event, call| cpu(event, call, true, false)),
    Entry::moderate("thread.cpu.system", |event, call| cpu(event, call, false, true)),
];

/// Memory counters belong to the process: other threads show none.
fn of_main(thread: &ThreadInfo, kilobytes: u32) -> u64 {
    if thread.is_main() { u64::from(kilobytes) } else { 0 }
}

/// Names of the set capabilities, joined by spaces.
fn capabilities(arena: &Bump, set: u64) -> &[u8] {
    if set == 0 {
        return b"";
    }
    let names = CAPABILITIES
        .iter()
        .enumerate()
        .filter(|(bit, _)| set >> bit & 1 == 1)
        .map(|(_, name)| name.as_bytes());
    text::join(arena, names, b' ')
}

/// On a switch, the time since the CPU's previous one.
fn exec_time(event: &Event<'_>, call: &Call<'_>) -> u64 {
    if event.code != E::SCHEDSWITCH_6_E {
        return 0;
    }
    call.memory.keyed(event.num, i64::from(event.raw.cpu()), |before| match before {
        0 => (event.ts(), 0),
        before => (event.ts(), event.ts().wrapping_sub(before)),
    })
}

/// The sum of a thread's time on CPUs.
fn total_exec_time<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| {
        let now = call.memory.second().map_or(0, |cells| {
            exec_time(event, &Call { arg: call.arg, mode: call.mode, settings: call.settings, memory: cells })
        });
        unsigned(
            call.memory.keyed(event.num, thread.tid, |sum| (sum.wrapping_add(now), sum.wrapping_add(now))),
        )
    })
}

/// What process accounting events tell: the rise of a thread's counters since the event before, 100 at most.
fn cpu<'e>(event: &Event<'e>, call: &Call<'_>, user: bool, system: bool) -> Extracted<'e> {
    if event.code != E::PROCINFO_E {
        return Extracted::Absent;
    }
    from_thread(event, |thread| {
        let counter =
            |index: usize, counts: bool| if counts { event.param(index).u64().unwrap_or(0) } else { 0 };
        let total = counter(0, user).wrapping_add(counter(1, system));
        let rise = call.memory.keyed(event.num, thread.tid, |before| match before {
            0 => (total, 0),
            before => (total, total.wrapping_sub(before)),
        });
        Extracted::One(Value::Float((rise as f64).min(100.0)))
    })
}
