//! What follows from conditions as logic: parts that never or always hold, rules that others hide, fields that the
//! events at hand do not have.

mod always;
mod carrier;
mod empty;
mod eval;
mod implied;
mod never;
mod shadow;

pub use eval::Logic;

pub(super) use always::run as always;
pub(super) use carrier::run as carrier;
pub(super) use empty::run as empty;
pub(super) use never::run as never;
pub(super) use shadow::run as shadow;
