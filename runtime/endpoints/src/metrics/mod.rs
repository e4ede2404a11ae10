//! Metrics: the table of all that exist, the numbers they come from, and their text in Prometheus' exposition format.

mod families;
mod fields;
mod host;
mod labels;
mod names;
mod render;
mod snapshot;
mod text;

pub(crate) use families::FALCO_EVENTS;
pub use families::{Group, Kind, METRICS, Metric};
pub use fields::{FieldValue, Previous, SnapshotSettings, output_fields};
pub use host::{HostNumbers, ProcessNumbers};
pub use labels::AlertLabels;
pub use names::{label_name, rule_name};
pub(crate) use render::{Parts, page};
pub use render::{Sources, metrics_text};
pub use snapshot::{
    CpuNumbers, DROP_FAMILIES, EngineNumbers, Facts, ITERATOR_COUNTERS, KernelNumbers, ProgramNumbers,
    RuleCost, RuleFacts, RulesetFacts, Selection, Snapshot,
};
pub(crate) use text::Exposition;
