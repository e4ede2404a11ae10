//! Passes over programs. None changes which rules match which events.

pub mod event_types;
pub mod fold;
pub mod fuse;
pub mod order;
pub mod prune;

mod rebuild;

pub use event_types::{ByName, narrow};
pub use fold::fold;
pub use fuse::{Fused, fuse};
pub use order::order;
pub use prune::prune;

#[cfg(test)]
mod tests;
