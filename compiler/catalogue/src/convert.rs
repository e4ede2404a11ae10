//! Rules that bring events of older capture files to today's shape.

use crate::event::EventCode;
use crate::generated;

/// What to do with one event type that has a given number of parameters.
#[derive(Debug)]
pub struct Conversion {
    /// The event type found in the file.
    pub event: EventCode,
    /// The number of parameters found.
    pub params: u8,
    /// What happens to it.
    pub action: ConversionAction,
}

/// What the converter does with an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConversionAction {
    /// Deliver it as it is.
    Pass,
    /// Keep the enter event for its exit event, and deliver nothing.
    Store,
    /// Keep it and deliver it as well.
    StoreAndPass,
    /// Add parameters after those present.
    Append(&'static [ConversionStep]),
    /// Make it another event with exactly these parameters.
    Become(EventCode, &'static [ConversionStep]),
}

/// Where one parameter of a converted event comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConversionStep {
    /// An empty parameter (length 0).
    Empty,
    /// The default value of the parameter's type.
    Default,
    /// A parameter of the event itself, by index.
    Own(u8),
    /// A parameter of the stored enter event; when there is none, the default value of the type.
    EnterOrDefault(u8),
    /// A parameter of the stored enter event; when there is none, empty.
    EnterOrEmpty(u8),
    /// JSON text that describes the container of an old container event.
    ContainerJson,
}

/// Every rule, ascending by event code and number of parameters.
pub static CONVERSIONS: &[Conversion] = generated::conversions::CONVERSIONS;

/// The rule for an event with this many parameters.
pub fn conversion(event: EventCode, params: usize) -> Option<&'static Conversion> {
    let params = u8::try_from(params).ok()?;
    let found = CONVERSIONS.binary_search_by_key(&(event, params), |c| (c.event, c.params)).ok()?;
    CONVERSIONS.get(found)
}
