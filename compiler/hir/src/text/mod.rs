//! Texts assembled from several scalars, each byte knowing where a person wrote it.
//!
//! Falco appends, adds exceptions and substitutes lists as text and parses the result, so these texts are what is
//! parsed; diagnostics lead back from them to the files.

mod list;
mod scalar;
mod traced;

pub use list::{Replacement, Replacements};
pub use scalar::{ScalarId, Scalars};
pub use traced::{Origin, Place, Traced, Use, UseId};
