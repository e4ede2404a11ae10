//! `evt.infra.docker.*`: items of the description that old infrastructure events carry.

use catalogue::EventCode as E;
use ir::Extracted;

use super::{Entry, text};
use crate::event::Event;

pub(super) const TABLE: &[Entry] = &[
    Entry::moderate("evt.infra.docker.name", |event, _| item(event, b"Event", |_, value| value)),
    Entry::moderate("evt.infra.docker.container.id", |event, _| {
        item(event, b"ID", |_, value| value.get(..12).unwrap_or(value))
    }),
    Entry::moderate("evt.infra.docker.container.name", |event, _| item(event, b"name", |_, value| value)),
    Entry::moderate("evt.infra.docker.container.image", |event, _| item(event, b"Image", image)),
];

/// The value of the first item `Key: value` whose text begins with the key. `shorten` gets the text after the first
/// colon and the part of it up to the next one.
fn item<'e>(event: &Event<'e>, key: &[u8], shorten: fn(&'e [u8], &'e [u8]) -> &'e [u8]) -> Extracted<'e> {
    if event.code != E::INFRASTRUCTURE_EVENT_E {
        return Extracted::Absent;
    }
    let description = event.param(2).text().unwrap_or_default();
    for part in description.split(|byte| *byte == b';').map(<[u8]>::trim_ascii) {
        if part.starts_with(key) {
            let after = part.iter().position(|byte| *byte == b':').map_or(&b""[..], |at| &part[at + 1..]);
            let value = after.split(|byte| *byte == b':').next().unwrap_or_default();
            return text(shorten(after, value.trim_ascii()).trim_ascii());
        }
    }
    Extracted::Absent
}

/// The image without its digest; an image that is nothing but a digest keeps it.
fn image<'e>(after: &'e [u8], value: &'e [u8]) -> &'e [u8] {
    match value.iter().position(|byte| *byte == b'@') {
        Some(at) => &value[..at],
        None if value.windows(6).any(|part| part == b"sha256") => after,
        None => value,
    }
}
