//! One look-up per event: does it pass as it is, and how wide are its lengths?

use catalogue::{EVENT_COUNT, EVENTS, EventCode, EventFlags};

/// The converter has to look at the event.
const CONVERT: u16 = 0xFE;
/// The event passes, whatever the number of its parameters.
const PASS: u16 = 0xFF;
/// Low byte: `CONVERT`, `PASS`, or the number of parameters with which the event passes.
const COUNT: u16 = 0xFF;
/// The lengths of parameters take four bytes.
const WIDE: u16 = 0x100;

static PLANS: [u16; EVENT_COUNT] = plans();

const fn plans() -> [u16; EVENT_COUNT] {
    let mut plans = [0; EVENT_COUNT];
    let mut code = 0;
    while code < EVENT_COUNT {
        plans[code] = plan(code);
        code += 1;
    }
    plans
}

const fn plan(code: usize) -> u16 {
    let event = &EVENTS[code];
    let wide = if event.flags.contains(EventFlags::LARGE_PAYLOAD) { WIDE } else { 0 };
    // A thread that exits takes its stored enter event along.
    let exits = code == super::convert::THREAD_EXIT.index();
    if event.flags.intersects(EventFlags(EventFlags::UNUSED.0 | EventFlags::OLD_VERSION.0)) || exits {
        return CONVERT | wide;
    }
    if !event.flags.contains(EventFlags::CONVERTER_MANAGED) {
        return PASS | wide;
    }
    if event.code.is_exit() { event.params.len() as u16 | wide } else { CONVERT | wide }
}

/// What to do with an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plan {
    /// Nothing: it is of today's shape.
    Pass,
    /// Show it to the converter.
    Convert,
    /// Ignore it: the catalogue does not know its type.
    Unknown,
}

/// What to do with an event of this type and number of parameters.
#[inline]
pub(crate) fn of(code: EventCode, params: u32) -> Plan {
    match PLANS.get(code.index()) {
        Some(&plan) => {
            let count = plan & COUNT;
            if count == PASS || u32::from(count) == params { Plan::Pass } else { Plan::Convert }
        }
        None => Plan::Unknown,
    }
}

/// Whether the lengths of an event's parameters take four bytes.
#[inline]
pub(crate) fn is_wide(code: EventCode) -> bool {
    PLANS.get(code.index()).is_some_and(|plan| plan & WIDE != 0)
}
