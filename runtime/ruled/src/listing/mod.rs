//! What the program knows, listed: fields, events, plugins.

mod events;
mod fields;
mod plugins;

pub(crate) use events::{events, ignored_events};
pub(crate) use fields::{fields, wrap};
pub(crate) use plugins::{plugin_info, plugins};
