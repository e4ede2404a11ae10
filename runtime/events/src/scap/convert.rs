//! The converter: brings events of older recorders to today's shape (scap format reference, section 11).
//!
//! Which event becomes what is data, in the catalogue; here is what the actions mean.

use std::fmt;

use catalogue::{ConversionAction, ConversionStep, EventCode, EventFlags, ValueType, conversion};
use rustc_hash::FxHashMap;

use super::container_json;
use crate::param::Param;
use crate::raw::{RawEvent, WireError};
use crate::write::EventWriter;

/// The thread is gone.
pub(crate) const THREAD_EXIT: EventCode = EventCode::PROCEXIT_1_E;

/// Steps that one event may take; the longest chain of the catalogue takes fewer than twenty.
const MAX_ROUNDS: usize = 50;

/// Stored enter events kept at most, in number and in bytes. Beyond, all are forgotten: their exit events then get
/// fallback values. No real capture has as many threads inside of a call.
const MAX_STORED: usize = 128 * 1024;
const MAX_STORED_BYTES: usize = 64 * 1024 * 1024;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is delivered as it was.
    Pass,
    /// [`Converter::built`] is delivered in its place.
    Built,
    /// Nothing is delivered.
    Drop,
}

/// Why an event cannot be converted. It is left out; reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unconvertible {
    code: EventCode,
    params: usize,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    NoRule,
    TooMany,
    OldExit,
    Rounds,
    Wire(WireError),
}

impl fmt::Display for Unconvertible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = self.code.get().map_or("?", |event| event.symbol);
        write!(f, "event {symbol} with {} parameters left out: ", self.params)?;
        match self.why {
            Why::NoRule => write!(f, "no rule to convert it"),
            Why::TooMany => write!(f, "it has more than its type"),
            Why::OldExit => write!(f, "an old exit event that nothing converts"),
            Why::Rounds => write!(f, "conversion does not end"),
            Why::Wire(error) => write!(f, "{error}"),
        }
    }
}

/// Enter events that wait for their exit event, and the buffers that events are built in.
#[derive(Debug, Default)]
pub(crate) struct Converter {
    stored: Stored,
    writers: [EventWriter; 2],
    /// Which of `writers` holds the event built last.
    last: usize,
}

impl Converter {
    /// Forgets the stored events.
    pub(crate) fn clear(&mut self) {
        self.stored.clear();
    }

    /// The event built last.
    pub(crate) fn built(&self) -> &EventWriter {
        &self.writers[self.last & 1]
    }

    /// Converts `event`. Chains of versions are followed to the end.
    pub(crate) fn convert(&mut self, event: RawEvent<'_>) -> Result<Outcome, Unconvertible> {
        let [first, second] = &mut self.writers;
        for round in 0..MAX_ROUNDS {
            let (source, target) =
                if round % 2 == 0 { (&mut *first, &mut *second) } else { (&mut *second, &mut *first) };
            let fail = |why| Unconvertible { code: event.code(), params: event.len(), why };
            let current = match round {
                0 => event,
                _ => source.event(event.cpu(), event.flags()).map_err(|error| fail(Why::Wire(error)))?,
            };
            let fail = |why| Unconvertible { code: current.code(), params: current.len(), why };
            let pass = || if round == 0 { Outcome::Pass } else { Outcome::Built };
            let action = match decide(&current).map_err(fail)? {
                Decision::Drop => return Ok(Outcome::Drop),
                Decision::Pass => {
                    if current.code() == THREAD_EXIT {
                        self.stored.forget(current.tid());
                    }
                    return Ok(pass());
                }
                Decision::Apply(action) => action,
            };
            match action {
                ConversionAction::Pass => return Ok(pass()),
                ConversionAction::Store => {
                    self.stored.put(&current);
                    return Ok(Outcome::Drop);
                }
                ConversionAction::StoreAndPass => {
                    self.stored.put(&current);
                    return Ok(pass());
                }
                ConversionAction::Append(steps) => {
                    build(&current, current.code(), current.len(), steps, &mut self.stored, target)
                }
                ConversionAction::Become(code, steps) => {
                    build(&current, code, 0, steps, &mut self.stored, target)
                }
            }
            .map_err(|error| fail(Why::Wire(error)))?;
            self.last = (round + 1) % 2;
        }
        Err(Unconvertible { code: event.code(), params: event.len(), why: Why::Rounds })
    }
}

enum Decision {
    Drop,
    Pass,
    Apply(ConversionAction),
}

/// What the catalogue says about an event of this type and number of parameters.
fn decide(event: &RawEvent<'_>) -> Result<Decision, Why> {
    let code = event.code();
    let Some(ty) = code.get() else { return Ok(Decision::Drop) };
    if ty.has(EventFlags::UNUSED) {
        return Ok(Decision::Drop);
    }
    let old = ty.has(EventFlags::OLD_VERSION);
    if !ty.has(EventFlags::CONVERTER_MANAGED) {
        return match (old, code.is_enter()) {
            (false, _) => Ok(Decision::Pass),
            (true, true) => Ok(Decision::Drop),
            (true, false) => Err(Why::OldExit),
        };
    }
    if code.is_exit() {
        if event.len() > ty.params.len() {
            return Err(Why::TooMany);
        }
        if !old && event.len() == ty.params.len() {
            return Ok(Decision::Pass);
        }
    }
    conversion(code, event.len()).map(|rule| Decision::Apply(rule.action)).ok_or(Why::NoRule)
}

/// Builds an event of type `code` in `target`: the first `keep` parameters of `old`, then one per step.
fn build(
    old: &RawEvent<'_>,
    code: EventCode,
    keep: usize,
    steps: &[ConversionStep],
    stored: &mut Stored,
    target: &mut EventWriter,
) -> Result<(), WireError> {
    target.begin(old.ts(), old.tid(), code);
    for param in old.params().take(keep) {
        target.param(param.bytes());
    }
    let mut enter_used = false;
    for step in steps {
        let ty =
            code.get().and_then(|event| event.params.get(target.len())).map_or(ValueType::ByteBuf, |p| p.ty);
        match *step {
            ConversionStep::Empty => target.empty(),
            ConversionStep::Default => target.param(default(ty)),
            ConversionStep::Own(i) => {
                let i = usize::from(i);
                let from = old.code().get().and_then(|event| event.params.get(i)).map(|p| p.ty);
                target.param(fitted(old.param(i), from, ty))
            }
            ConversionStep::EnterOrDefault(i) | ConversionStep::EnterOrEmpty(i) => {
                enter_used = true;
                let enter = stored.get(old.tid(), EventCode(old.code().0.wrapping_sub(1)));
                match enter.filter(|enter| usize::from(i) < enter.len()) {
                    Some(enter) => target.param(fitted(enter.param(usize::from(i)), None, ty)),
                    None if matches!(step, ConversionStep::EnterOrDefault(_)) => target.param(default(ty)),
                    None => target.empty(),
                }
            }
            ConversionStep::ContainerJson => target.text(&container_json::of(old)),
        };
    }
    if enter_used {
        stored.used(old.tid());
    }
    target.finish().map(|_| ())
}

/// The default value of a type: zeros; all ones for user and group ids; empty when the size varies.
fn default(ty: ValueType) -> &'static [u8] {
    match ty {
        ValueType::Uid | ValueType::Gid => &[0xFF; 4],
        ty => {
            let zeros: &[u8] = &[0; 16];
            ty.width().and_then(|width| zeros.get(..usize::from(width))).unwrap_or_default()
        }
    }
}

/// The bytes of a parameter of type `from` as one of type `to`: a value of a larger type is cut.
fn fitted<'a>(param: Param<'a>, from: Option<ValueType>, to: ValueType) -> &'a [u8] {
    // The old bpf event wraps its result; only the value itself is meant by the number that replaces it.
    let bytes = match (from, param.dynamic()) {
        (Some(ValueType::Dynamic), Some((_, inner))) if to != ValueType::Dynamic => inner.bytes(),
        _ => param.bytes(),
    };
    match to.width() {
        Some(width) => bytes.get(..usize::from(width)).unwrap_or(bytes),
        None => bytes,
    }
}

/// One stored enter event per thread.
#[derive(Debug, Default)]
struct Stored {
    /// Wire bytes; an empty buffer is a slot whose event was used.
    slots: FxHashMap<i64, Vec<u8>>,
    bytes: usize,
}

impl Stored {
    fn clear(&mut self) {
        self.slots.clear();
        self.bytes = 0;
    }

    fn put(&mut self, event: &RawEvent<'_>) {
        if self.slots.len() >= MAX_STORED || self.bytes >= MAX_STORED_BYTES {
            self.clear();
        }
        let slot = self.slots.entry(event.tid()).or_default();
        // Capacities, not lengths: used slots keep their buffer for the thread's next call.
        let before = slot.capacity();
        slot.clear();
        event.append_to(slot);
        self.bytes += slot.capacity() - before;
    }

    fn forget(&mut self, tid: i64) {
        if let Some(slot) = self.slots.remove(&tid) {
            self.bytes -= slot.capacity();
        }
    }

    /// The thread's stored event, if it is of this type: another one does not belong to the exit event at hand, whose
    /// own enter event was lost.
    fn get(&self, tid: i64, code: EventCode) -> Option<RawEvent<'_>> {
        let bytes = self.slots.get(&tid).filter(|bytes| !bytes.is_empty())?;
        RawEvent::parse(bytes, 0, Default::default()).ok().filter(|event| event.code() == code)
    }

    /// An exit event took what it needs.
    fn used(&mut self, tid: i64) {
        if let Some(slot) = self.slots.get_mut(&tid) {
            slot.clear();
        }
    }
}
