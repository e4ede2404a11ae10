//! Conditions: text to tree, with Falco's acceptance, messages and positions (language.md 3).

mod boolean;
mod check;
mod cursor;
mod messages;
mod operand;
mod position;
mod print;
mod recover;
#[cfg(test)]
mod reference;
mod transformer;

pub use boolean::{ParseOptions, parse};
pub use operand::Operands;
pub use position::{end_position, position};
pub use print::{Expansion, print, print_expanded};
