//! One condition by itself, as the filter library compiles it: no macros, lists or rules around it.

use std::sync::Arc;

use catalogue::Catalogue;
use ir::{ExprId, Program, ProgramBuilder};
use rustc_hash::FxHashMap;

use crate::check::{Fault, Step, check_unit};
use crate::codes;
use crate::compile::{Cache, Compiled};
use crate::environment::Environment;
use crate::lower::Lowering;
use crate::scope::{Definitions, ENGINE_VERSION};
use crate::source::Sources;

/// Compiles a condition for the fields of an event source.
///
/// # Errors
/// Falco's message: of the parser, or of the first comparison that does not compile.
pub fn condition(text: &str, catalogue: &Catalogue, source: &str) -> Result<(Program, ExprId), Fault> {
    let mut cache = Cache::default();
    let unit = cache.unit(text);
    if let Some(error) = unit.errors.first() {
        return Err(Fault::new(&codes::CONDITION_SYNTAX, error.span, error.message.clone()));
    }
    if let Some(&node) = unit.identifiers.first() {
        let message = format!("filter error: unexpected identifier '{}'", unit.name(node));
        return Err(Fault::new(&codes::UNDEFINED_MACRO, unit.ast.span(node), message));
    }
    let environment = Environment::new(catalogue, ENGINE_VERSION);
    let checked = check_unit(&unit.ast, &environment.fields(source), false);
    let fault = checked.steps.into_iter().find_map(|step| match step {
        Step::Fault(_, fault) => Some(fault),
        _ => None,
    });
    if let Some(fault) = fault {
        return Err(fault);
    }
    let mut lowering = Lowering {
        builder: ProgramBuilder::new(),
        sources: &Sources::default(),
        environment: &environment,
        definitions: &Definitions::default(),
        compiled: &Compiled::default(),
        cache,
        macros: FxHashMap::default(),
    };
    let source: Arc<str> = source.into();
    let source_id = lowering.builder.source(&source);
    let root = lowering.condition(&unit, &source, source_id);
    Ok((lowering.builder.finish(Vec::new()), root))
}
