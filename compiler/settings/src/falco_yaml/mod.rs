//! `falco.yaml`: its keys, its typed form, and what is wrong in it.

pub mod config;
pub mod forms;
pub mod keys;
mod reader;

pub use reader::boolean;
