//! Parameters by name.

use catalogue::{EVENT_COUNT, EVENTS, EventCode, Param as ParamType, ParamDetail, ValueType};
use events::Param;

use crate::event::Event;

/// "This event type has no such parameter."
const NONE: u8 = u8::MAX;

/// The position of the first parameter with a name, for every event type.
#[derive(Clone, Debug)]
pub(crate) struct Positions([u8; EVENT_COUNT]);

impl Positions {
    pub(super) fn of(name: &str) -> Positions {
        let mut positions = [NONE; EVENT_COUNT];
        for (position, event) in positions.iter_mut().zip(EVENTS) {
            if let Some((index, _)) = event.param(name) {
                *position = u8::try_from(index).unwrap_or(NONE);
            }
        }
        Positions(positions)
    }

    /// The position in an event, when the event carries that parameter.
    pub(super) fn in_event(&self, event: &Event<'_>) -> Option<usize> {
        let position = self.0.get(event.code.index()).filter(|position| **position != NONE)?;
        let position = usize::from(*position);
        (position < event.raw.len()).then_some(position)
    }
}

/// Name, type and format of a parameter.
pub(super) fn param_type(code: EventCode, index: usize) -> Option<&'static ParamType> {
    code.get()?.params.get(index)
}

/// The first parameter with a name, when the event carries it.
pub(super) fn by_name<'e>(event: &Event<'e>, name: &str) -> Option<Param<'e>> {
    let (index, _) = event.code.get()?.param(name)?;
    (index < event.raw.len()).then(|| event.param(index))
}

/// A text parameter; [`NO_TEXT`] when it has none.
pub(super) fn text_or_na(param: Param<'_>) -> &[u8] {
    param.text().unwrap_or(NO_TEXT)
}

/// What a missing text reads as.
pub(super) const NO_TEXT: &[u8] = b"<NA>";

/// The type of a value: for a dynamic parameter, the one that its first byte selects.
pub(super) fn typed<'e>(ty: &ParamType, param: Param<'e>) -> (ValueType, Param<'e>) {
    match ty.detail {
        ParamDetail::Dynamic(table) => match param.dynamic() {
            Some((index, value)) => match table.table().entries.get(usize::from(index)) {
                Some((inner, _)) => (*inner, value),
                None => (ValueType::Dynamic, param),
            },
            None => (ValueType::Dynamic, param),
        },
        _ => (ty.ty, param),
    }
}
