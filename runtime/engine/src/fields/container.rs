//! `container.*`: the container of the event's thread, or the one that a container event is about.

use ir::Extracted;

use super::text::Composer;
use super::{Argument, Call, Cost, Entry, Extract, absent, boolean, maybe, unsigned, word};
use crate::event::Event;
use crate::state::Container;
use crate::state::containers::Mount;

/// Id, name and type of what is not in a container.
const HOST: &str = "host";

pub(super) const TABLE: &[Entry] = &[
    Entry::process("container.id", Cost::Cheap, id).of_plugin(),
    text_field("container.full_id", |event, _| {
        known(event, || word(HOST), |container| Some(&container.full_id))
    }),
    text_field("container.name", |event, _| known(event, || word(HOST), |container| Some(&container.name))),
    text_field("container.image", |event, _| known(event, || word(""), |container| Some(&container.image))),
    text_field("container.image.id", |event, _| {
        known(event, || word(""), |container| Some(&container.image_id))
    }),
    text_field("container.image.digest", |event, _| {
        known(event, || word(""), |container| Some(&container.image_digest))
    }),
    text_field("container.image.repository", |event, _| {
        known(event, || word(""), |container| Some(&container.image_repo))
    }),
    text_field("container.image.tag", |event, _| {
        known(event, || word(""), |container| Some(&container.image_tag))
    }),
    text_field("container.type", |event, _| {
        of_container(event, || word(HOST), |container| word(container.kind.word()))
    }),
    text_field("container.ip", |event, _| known(event, || word(""), |container| Some(&container.ip))),
    text_field("container.cni.json", |event, _| {
        known(event, || word(""), |container| Some(&container.cni_json))
    }),
    text_field("container.privileged", |event, _| {
        of_container(event, || boolean(false), |container| boolean(container.privileged))
    }),
    text_field("container.host_pid", |event, _| {
        of_container(event, || boolean(false), |container| boolean(container.host_pid))
    }),
    text_field("container.host_network", |event, _| {
        of_container(event, || boolean(false), |container| boolean(container.host_network))
    }),
    text_field("container.host_ipc", |event, _| {
        of_container(event, || boolean(false), |container| boolean(container.host_ipc))
    }),
    text_field("container.label", |event, call| {
        known(event, || Extracted::Absent, |container| label(&container.labels, call.arg))
    }),
    Entry::process("container.labels", Cost::Expensive, |event, _| {
        of_container(event, || word(""), |container| super::text(labels(event, &container.labels)))
    })
    .of_plugin(),
    Entry::process("container.mounts", Cost::Expensive, mounts).of_plugin(),
    mount_field("container.mount", |event, call| {
        by_source(event, call, |event, mount| {
            let mut out = Composer::new(event.arena);
            push_mount(&mut out, mount);
            out.finish()
        })
    }),
    mount_field("container.mount.source", |event, call| {
        mount(event, call, |mount| &mount.destination, |_, mount| mount.source.as_bytes())
    }),
    mount_field("container.mount.dest", |event, call| {
        by_source(event, call, |_, mount| mount.destination.as_bytes())
    }),
    mount_field("container.mount.mode", |event, call| {
        by_source(event, call, |_, mount| mount.mode.as_bytes())
    }),
    mount_field("container.mount.rdwr", |event, call| {
        by_source(event, call, |_, mount| if mount.rw { b"true" } else { b"false" })
    }),
    mount_field("container.mount.propagation", |event, call| {
        by_source(event, call, |_, mount| mount.propagation.as_bytes())
    }),
    Entry::cheap("container.start_ts", |event, _| maybe(start(event).map(unsigned))).of_plugin(),
    Entry::cheap("container.duration", |event, _| {
        maybe(start(event).map(|start| unsigned(event.ts().wrapping_sub(start))))
    })
    .of_plugin(),
    never("container.healthcheck"),
    never("container.liveness_probe"),
    never("container.readiness_probe"),
    never("proc.is_container_healthcheck"),
    never("proc.is_container_liveness_probe"),
    never("proc.is_container_readiness_probe"),
];

const fn text_field(name: &'static str, extract: Extract) -> Entry {
    Entry::process(name, Cost::Moderate, extract).of_plugin()
}

const fn mount_field(name: &'static str, extract: Extract) -> Entry {
    Entry::process(name, Cost::Expensive, extract).of_plugin()
}

/// A field that Falco keeps only so that rules with it load.
pub(super) const fn never(name: &'static str) -> Entry {
    Entry::cheap(name, absent).of_plugin()
}

/// What the event's fields describe.
pub(super) enum Subject<'e> {
    /// No container.
    Host,
    /// A container of which more than the id is known.
    Known(&'e Container),
    /// A container of which only the id is known.
    Id(&'e str),
    /// Nothing: the event has no thread.
    None,
}

/// The container that a container event is about, or else the thread's.
pub(super) fn subject<'e>(event: &Event<'e>) -> Subject<'e> {
    if let Some(container) = event.state.containers.subject(event.num) {
        return Subject::Known(container);
    }
    let Some(thread) = event.thread else {
        return Subject::None;
    };
    match event.state.container(thread) {
        _ if thread.container.is_host() => Subject::Host,
        Some(container) => Subject::Known(container),
        None => Subject::Id(event.state.container_id(thread)),
    }
}

/// What `read` makes of a container of which more than the id is known, or `host` of none; absent otherwise.
pub(super) fn of_container<'e>(
    event: &Event<'e>,
    host: impl FnOnce() -> Extracted<'e>,
    read: impl FnOnce(&'e Container) -> Extracted<'e>,
) -> Extracted<'e> {
    match subject(event) {
        Subject::Host => host(),
        Subject::Known(container) => read(container),
        Subject::Id(_) | Subject::None => Extracted::Absent,
    }
}

/// As [`of_container`], for texts.
pub(super) fn known<'e>(
    event: &Event<'e>,
    host: impl FnOnce() -> Extracted<'e>,
    read: impl FnOnce(&'e Container) -> Option<&'e str>,
) -> Extracted<'e> {
    of_container(event, host, |container| maybe(read(container).map(|text| super::text(text.as_bytes()))))
}

fn id<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    match subject(event) {
        Subject::Host => word(HOST),
        Subject::Known(container) => super::text(container.id.as_bytes()),
        Subject::Id(id) => super::text(id.as_bytes()),
        Subject::None => Extracted::Absent,
    }
}

/// When the thread's process id namespace began.
fn start(event: &Event<'_>) -> Option<u64> {
    Some(event.thread?.pidns_init_start_ts).filter(|start| *start != 0)
}

/// The value of the label that the argument names.
pub(super) fn label<'e>(labels: &'e [(Box<str>, Box<str>)], arg: &Argument) -> Option<&'e str> {
    let Argument::Key(key) = arg else {
        return None;
    };
    labels.iter().find(|(name, _)| name == key).map(|(_, value)| &**value)
}

/// All labels but internal ones, `key:value` with commas between them; an empty value goes without its colon.
pub(super) fn labels<'e>(event: &Event<'e>, labels: &[(Box<str>, Box<str>)]) -> &'e [u8] {
    let mut out = Composer::new(event.arena);
    let internal = |name: &str| name.starts_with("annotation.") || name.starts_with("io.kubernetes.");
    for (name, value) in labels.iter().filter(|(name, _)| !internal(name)) {
        if !out.is_empty() {
            out.push(b", ");
        }
        out.push(name.as_bytes());
        if !value.is_empty() {
            out.byte(b':').push(value.as_bytes());
        }
    }
    out.finish()
}

/// Source, destination, mode, writability and propagation.
fn push_mount(out: &mut Composer<'_>, mount: &Mount) {
    let rw = if mount.rw { "true" } else { "false" };
    for (index, part) in
        [&*mount.source, &mount.destination, &mount.mode, rw, &mount.propagation].iter().enumerate()
    {
        if index > 0 {
            out.byte(b':');
        }
        out.push(part.as_bytes());
    }
}

fn mounts<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    of_container(
        event,
        || word(""),
        |container| {
            let mut out = Composer::new(event.arena);
            for (index, mount) in container.mounts.iter().enumerate() {
                if index > 0 {
                    out.byte(b',');
                }
                push_mount(&mut out, mount);
            }
            super::text(out.finish())
        },
    )
}

/// A text of the mount that the argument asks for: by position, or the first whose `key` matches the argument as an
/// unanchored regular expression.
fn mount<'e>(
    event: &Event<'e>,
    call: &Call<'_>,
    key: fn(&Mount) -> &str,
    read: fn(&Event<'e>, &'e Mount) -> &'e [u8],
) -> Extracted<'e> {
    of_container(
        event,
        || Extracted::Absent,
        |container| {
            let found = match call.arg {
                Argument::Index(index) => {
                    usize::try_from(*index).ok().and_then(|index| container.mounts.get(index))
                }
                Argument::Pattern(pattern) => container.mounts.iter().find(|mount| pattern.finds(key(mount))),
                _ => None,
            };
            maybe(found.map(|mount| super::text(read(event, mount))))
        },
    )
}

/// A text of the mount that the argument asks for by position or source.
fn by_source<'e>(
    event: &Event<'e>,
    call: &Call<'_>,
    read: fn(&Event<'e>, &'e Mount) -> &'e [u8],
) -> Extracted<'e> {
    mount(event, call, |mount| &mount.source, read)
}
