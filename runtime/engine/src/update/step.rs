//! One event on its way through the state, and what is known of it afterwards.

use catalogue::EventCode;
use events::{Param, RawEvent};

use crate::state::thread::EnterId;
use crate::state::{FdId, ThreadId};

/// One event on its way through the state.
pub(crate) struct Step<'r> {
    pub(super) raw: &'r RawEvent<'r>,
    pub(super) ts: u64,
    pub(super) code: EventCode,
    /// The thread of the event.
    pub(super) thread: Option<ThreadId>,
    /// What the event's descriptor refers to.
    pub(super) fd: Option<FdId>,
    /// Result of the call.
    pub(super) result: Option<i64>,
    /// The enter event, when it is stored and fits.
    pub(super) enter: Option<EnterId>,
    pub(super) name_changed: bool,
}

impl<'r> Step<'r> {
    #[inline]
    pub(super) fn param(&self, index: usize) -> Param<'r> {
        self.raw.param(index)
    }

    /// Whether the call succeeded; events without a result count as such, as zero does.
    #[inline]
    pub(super) fn succeeded(&self) -> bool {
        self.result.unwrap_or(0) >= 0
    }

    /// The result of a successful call, or 0 when the event has none.
    #[inline]
    pub(super) fn value(&self) -> Option<i64> {
        Some(self.result.unwrap_or(0)).filter(|value| *value >= 0)
    }
}

/// What is known of an event after its changes were applied; [`super::Tracker::event`] makes an [`crate::Event`] of it.
#[derive(Clone, Copy, Debug)]
pub struct Applied {
    /// Number of the event (`evt.num`).
    pub num: u64,
    /// Whether rules see the event: state-only events and enter events that only guard their exits are kept from them.
    pub deliver: bool,
    pub(super) thread: Option<ThreadId>,
    pub(super) fd: Option<FdId>,
    pub(super) result: Option<i64>,
    pub(super) enter: Option<EnterId>,
    pub(super) name_changed: bool,
}

impl Applied {
    /// Where the event's thread is.
    pub fn thread(&self) -> Option<ThreadId> {
        self.thread
    }
}
