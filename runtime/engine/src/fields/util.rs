//! `util.cnt`.

use super::{Entry, unsigned};

pub(super) const TABLE: &[Entry] = &[Entry::cheap("util.cnt", |event, call| {
    unsigned(call.memory.once_per_event(event.num, |count| (count + 1, count + 1)))
})];
