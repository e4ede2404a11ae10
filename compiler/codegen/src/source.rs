//! What the engine supplies: field values, and where results that depend on the process only are remembered.

use ir::FieldSource;

use crate::process_cache::ProcessCache;

/// An event together with the cache of the process that made it.
pub trait EventSource: FieldSource {
    /// The cache of the process whose fields the event shows; `None` when it has none, or when values of process-level
    /// fields differ from what they are for other events of the same process.
    fn process_cache(&self) -> Option<&ProcessCache>;
}
