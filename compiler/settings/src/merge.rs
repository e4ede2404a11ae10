//! Merging of further configuration files (`config_files`) into the main one.

use crate::origin::Problem;
use crate::tree::{Node, Value};

/// What happens to top-level keys that exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strategy {
    /// Sequences grow, everything else is replaced.
    #[default]
    Append,
    /// Everything is replaced.
    Override,
    /// What exists stays.
    AddOnly,
}

impl Strategy {
    /// The strategy of that name; as in Falco, any other name means `append`.
    pub fn from_name(name: &str) -> Strategy {
        match name {
            "override" => Strategy::Override,
            "add-only" => Strategy::AddOnly,
            _ => Strategy::Append,
        }
    }
}

/// Merges the top-level keys of `addition` into `base`. An included file must not include further ones.
pub fn merge(base: &mut Node, addition: Node, strategy: Strategy) -> Result<(), Problem> {
    let Value::Mapping(entries) = addition.value else { return Ok(()) };
    for (key, node) in entries {
        if key == "config_files" {
            return Err(Problem::error("'config_files' in an included configuration file", node.origin)
                .with_help("name further files in the main configuration file only"));
        }
        match (strategy, node.value) {
            (Strategy::AddOnly, value) => {
                if base.key(&key).is_none() {
                    base.set(&key, Node { value, origin: node.origin });
                }
            }
            (Strategy::Append, Value::Sequence(added)) => {
                let mut elements = match base.key(&key) {
                    Some(existing) => existing.elements().to_vec(),
                    None => Vec::new(),
                };
                elements.extend(added);
                base.set(&key, Node { value: Value::Sequence(elements), origin: node.origin });
            }
            (_, value) => base.set(&key, Node { value, origin: node.origin }),
        }
    }
    Ok(())
}
