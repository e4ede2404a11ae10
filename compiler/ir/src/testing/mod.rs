//! For tests of this and other crates: events made of named values, and random programs with events to match.

pub mod prng;
pub mod random;
pub mod source;

pub use prng::Prng;
pub use random::{RandomProgram, Shape};
pub use source::{FieldValue, Fields, MapSource, OwnedValue};
