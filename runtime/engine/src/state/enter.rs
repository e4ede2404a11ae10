//! The enter event of a call in progress, kept until its exit event.

use catalogue::EventCode;
use events::{Param, RawEvent};

/// Parameters kept of an enter event; the ones stored have at most five.
const MAX_PARAMS: usize = 8;

/// Bytes kept of an enter event; longer ones are not stored.
const MAX_BYTES: usize = 4096;

/// A copy of an enter event that guards the exit event's values: a program can change its memory during the call.
#[derive(Clone, Debug, Default)]
pub struct StoredEnter {
    code: u16,
    params: usize,
    ends: [u16; MAX_PARAMS],
    data: Vec<u8>,
}

impl StoredEnter {
    /// Copies an event into this buffer. Returns false, and leaves the buffer without an event, when it is too long.
    pub(crate) fn store(&mut self, raw: &RawEvent<'_>) -> bool {
        self.code = raw.code().0;
        self.params = 0;
        self.data.clear();
        for param in raw.params().take(MAX_PARAMS) {
            if self.data.len() + param.bytes().len() > MAX_BYTES {
                self.params = 0;
                return false;
            }
            self.data.extend_from_slice(param.bytes());
            self.ends[self.params] = self.data.len() as u16;
            self.params += 1;
        }
        true
    }

    /// The event's type.
    pub fn code(&self) -> EventCode {
        EventCode(self.code)
    }

    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.params
    }

    /// Whether the event has no parameters.
    pub fn is_empty(&self) -> bool {
        self.params == 0
    }

    /// Parameter `index`; empty when absent.
    pub fn param(&self, index: usize) -> Param<'_> {
        if index >= self.params {
            return Param::default();
        }
        let start = if index == 0 { 0 } else { usize::from(self.ends[index - 1]) };
        Param::new(self.data.get(start..usize::from(self.ends[index])).unwrap_or_default())
    }
}
