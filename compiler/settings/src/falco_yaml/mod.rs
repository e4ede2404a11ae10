//! `falco.yaml`: its keys, its typed form, and what is wrong in it.

pub mod config;
mod duration;
pub mod endpoints;
pub mod forms;
pub mod keys;
pub mod outputs;
mod reader;

pub use duration::duration;
pub use reader::boolean;
