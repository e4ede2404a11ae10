//! `user.*` and `group.*`: the ids that the event's thread acts with, and their names.

use catalogue::EventCode as E;
use ir::Extracted;

use super::proc::from_thread;
use super::{Call, Cost, Entry, params, signed, text, unsigned};
use crate::event::Event;
use crate::state::{ThreadInfo, UserEntry};

pub(super) const TABLE: &[Entry] = &[
    Entry::process("user.uid", Cost::Cheap, |event, _| from_thread(event, |thread| unsigned(thread.uid))),
    Entry::process("user.name", Cost::Moderate, name),
    Entry::process("user.homedir", Cost::Moderate, |event, _| {
        from_thread(event, |thread| match user(event, thread, thread.uid) {
            Some(user) => text(user.home.as_bytes()),
            None if thread.uid == 0 => text(b"/root"),
            None => text(params::NO_TEXT),
        })
    }),
    Entry::process("user.shell", Cost::Moderate, |event, _| {
        from_thread(event, |thread| match user(event, thread, thread.uid) {
            Some(user) => text(user.shell.as_bytes()),
            None => text(params::NO_TEXT),
        })
    }),
    Entry::process("user.loginuid", Cost::Cheap, |event, _| {
        from_thread(event, |thread| match thread.loginuid {
            u32::MAX => signed(-1),
            uid => signed(uid),
        })
    }),
    Entry::process("user.loginname", Cost::Moderate, |event, _| {
        from_thread(event, |thread| text(name_of(event, thread, thread.loginuid)))
    }),
    Entry::process("group.gid", Cost::Cheap, |event, _| from_thread(event, |thread| unsigned(thread.gid))),
    Entry::process("group.name", Cost::Moderate, |event, _| {
        from_thread(event, |thread| {
            text(match event.state.users.group(thread.container, thread.gid) {
                Some(group) => group.name.as_bytes(),
                None if thread.gid == 0 => b"root",
                None => params::NO_TEXT,
            })
        })
    }),
];

/// The user with this id in the thread's container.
fn user<'e>(event: &Event<'e>, thread: &ThreadInfo, uid: u32) -> Option<&'e UserEntry> {
    event.state.users.user(thread.container, uid)
}

fn name_of<'e>(event: &Event<'e>, thread: &ThreadInfo, uid: u32) -> &'e [u8] {
    match user(event, thread, uid) {
        Some(user) => user.name.as_bytes(),
        None if uid == 0 => b"root",
        None => params::NO_TEXT,
    }
}

/// On events about a container, the user that the container of the event's thread runs as. Results of such events are
/// never remembered for a thread.
fn name<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    from_thread(event, |thread| {
        let of_container = match event.code {
            E::CONTAINER_JSON_2_E => true,
            E::ASYNCEVENT_E => event.param(1).text() == Some(b"container"),
            _ => false,
        };
        match event.state.container(thread).filter(|it| of_container && !it.user.is_empty()) {
            Some(container) => text(container.user.as_bytes()),
            None => text(name_of(event, thread, thread.uid)),
        }
    })
}
