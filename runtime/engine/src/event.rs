//! `Event`: one event together with the state it refers to; what extractors read.

use bumpalo::Bump;
use catalogue::EventCode;
use events::{Param, RawEvent};

use crate::state::{FdInfo, State, StoredEnter, ThreadInfo};

/// One delivered event after its state changes were applied. Cheap to build; borrowed data lives as long as the event.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    /// The event's bytes.
    pub raw: RawEvent<'e>,
    /// Its type.
    pub code: EventCode,
    /// Its number among delivered events, from 1 (`evt.num`).
    pub num: u64,
    /// Time of the first delivered event that is not a meta event (`evt.reltime` counts from it), in nanoseconds.
    pub first_ts: u64,
    /// Everything known of the machine.
    pub state: &'e State,
    /// The thread that made the event.
    pub thread: Option<&'e ThreadInfo>,
    /// What the event's descriptor refers to, when the event has one that is known.
    pub fd: Option<&'e FdInfo>,
    /// The event's descriptor number, or the thread's latest one; negative when there is none (`fd.num`).
    pub fd_num: i64,
    /// The result of a system call (exit events with parameters, the generic one apart).
    pub result: Option<i64>,
    /// The enter event of this exit event, when it was stored and fits.
    pub enter: Option<&'e StoredEnter>,
    /// Whether this event renamed an existing socket (`fd.name_changed`).
    pub fd_name_changed: bool,
    /// Where extractors compose strings; emptied before each event.
    pub arena: &'e Bump,
}

impl<'e> Event<'e> {
    /// Parameter `index`; empty when absent.
    #[inline]
    pub fn param(&self, index: usize) -> Param<'e> {
        self.raw.param(index)
    }

    /// Nanoseconds since the epoch.
    #[inline]
    pub fn ts(&self) -> u64 {
        self.raw.ts()
    }

    /// Whether the system call failed; false for events without a result.
    #[inline]
    pub fn failed(&self) -> bool {
        self.result.is_some_and(|result| result < 0)
    }

    /// What another descriptor of the event's process refers to.
    pub fn fd_of(&self, num: i64) -> Option<&'e FdInfo> {
        self.state.fd(self.thread?, num)
    }
}
