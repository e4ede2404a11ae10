//! The verdict that Falco itself would give on a rules file: at most one error, warnings in its order, its codes,
//! messages, location chains, positions and snippets (language.md section 10).

pub mod code;
pub mod describe;
mod json;
pub mod load_result;
pub mod location;
pub mod schema;
mod snippet;
mod text;

pub use code::{DeprecatedField, LoadCode};
pub use load_result::{Issue, LoadResult};
pub use location::{Context, ItemType, Location};
