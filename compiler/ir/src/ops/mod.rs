//! What every operator and transformer means, as plain functions on values and prepared constants.
//!
//! The reference interpreter and the helpers of compiled filters are these same functions, so that each operator has
//! one meaning. Nothing here allocates while it matches; transformers put their results into an arena that lives as
//! long as the event.

pub mod bytes;
pub mod compare;
pub mod getopt;
pub mod glob;
pub mod matcher;
pub mod net;
pub mod number;
pub mod path;
pub mod regex;
pub mod set;
pub mod string;
pub mod transform;
