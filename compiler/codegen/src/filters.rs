//! `Filters`: a compiled program.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use catalogue::EventCode;
use cranelift_codegen::Context;
use ir::{Program, SourceId};

use crate::abi::EvalContext;
use crate::binding::Binding;
use crate::error::Error;
use crate::general::General;
use crate::lower::host_compiler;
use crate::module::CodeMemory;
use crate::plan::build::{Plan, PlanFunction, PlanSlot};
use crate::plan::{Step, Test};

/// How filters are to be evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// By machine code where the host allows it, else by steps.
    #[default]
    Automatic,
    /// By steps: starts faster, runs slower.
    Steps,
}

/// How filters are evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// By machine code.
    Machine,
    /// By steps, because that was asked for.
    Steps,
    /// By steps, because the host refuses machine code: why. Matches are the same, at several times the cost per event;
    /// worth a warning.
    Refused(String),
}

/// What was compiled, and how long it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Filter functions: event types with the same rules share one.
    pub functions: usize,
    /// Distinct tests.
    pub tests: usize,
    /// Distinct field values and results of transformers that conditions use.
    pub slots: usize,
    /// Distinct process-level expressions.
    pub process_expressions: usize,
    /// Steps of all functions and expressions.
    pub steps: usize,
    /// Bytes of machine code.
    pub code_bytes: usize,
    /// Time to analyse the program and prepare its constants.
    pub planning: Duration,
    /// Time to generate and publish machine code.
    pub generating: Duration,
}

/// What evaluation refers to; indices in steps are indices into these.
pub(crate) struct Core {
    /// Different for every `Filters` of this process; never 0.
    pub(crate) id: u64,
    pub(crate) slots: Box<[PlanSlot]>,
    pub(crate) tests: Box<[Test]>,
    pub(crate) checks: Box<[General]>,
    pub(crate) bits: Box<[u32]>,
    pub(crate) steps: Box<[Step]>,
    pub(crate) functions: Box<[PlanFunction]>,
    pub(crate) process_words: usize,
    /// The most conditions that one function has.
    pub(crate) most_conditions: usize,
}

/// A compiled program: immutable, shared by workers, replaced as a whole on reload. Its machine code is freed when it is
/// dropped.
pub struct Filters {
    pub(crate) core: Core,
    pub(crate) code: Option<CodeMemory>,
    dispatch: Vec<Box<[u32]>>,
    backend: Backend,
    stats: Stats,
}

impl std::fmt::Debug for Filters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filters")
            .field("backend", &self.backend)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

impl Filters {
    /// Compiles a verified program for this host.
    pub fn compile(program: &Program, binding: &Binding) -> Result<Filters, Error> {
        Filters::compile_for(program, binding, Mode::Automatic)
    }

    /// Compiles a verified program to be evaluated in a given way.
    pub fn compile_for(program: &Program, binding: &Binding, mode: Mode) -> Result<Filters, Error> {
        match mode {
            Mode::Automatic => Filters::assemble(program, binding, |core| generate(core).map(Some)),
            Mode::Steps => Filters::assemble(program, binding, |_| Ok(None)),
        }
    }

    /// Plans, then has code generated: none when it is not wanted, an explanation when it cannot be had.
    fn assemble(
        program: &Program,
        binding: &Binding,
        generate: impl FnOnce(&Core) -> Result<Option<CodeMemory>, String>,
    ) -> Result<Filters, Error> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let start = Instant::now();
        let plan = Plan::new(program, binding)?;
        let core = Core {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            process_words: plan.bits.len().div_ceil(64),
            most_conditions: plan
                .functions
                .iter()
                .map(|function| function.conditions.len())
                .max()
                .unwrap_or(0),
            slots: plan.slots,
            tests: plan.tests,
            checks: plan.checks,
            bits: plan.bits,
            steps: plan.steps,
            functions: plan.functions.into(),
        };
        let planned = Instant::now();
        let (code, backend) = match generate(&core) {
            Ok(Some(code)) => (Some(code), Backend::Machine),
            Ok(None) => (None, Backend::Steps),
            Err(reason) => (None, Backend::Refused(reason)),
        };
        let stats = Stats {
            functions: core.functions.len(),
            tests: core.tests.len(),
            slots: core.slots.len(),
            process_expressions: core.bits.len(),
            steps: core.steps.len(),
            code_bytes: code.as_ref().map_or(0, CodeMemory::size),
            planning: planned - start,
            generating: planned.elapsed(),
        };
        Ok(Filters { core, code, dispatch: plan.dispatch, backend, stats })
    }

    /// Memory for evaluating these filters; one per worker.
    pub fn context(&self) -> EvalContext {
        EvalContext::shaped(&self.core)
    }

    /// How events are evaluated.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// What was compiled.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The index of the function for events of this type; `None`: no rule can match.
    #[inline]
    pub(crate) fn function_index(&self, source: SourceId, code: EventCode) -> Option<usize> {
        let entry = *self.dispatch.get(source.0 as usize)?.get(usize::from(code.0))?;
        (entry as usize).checked_sub(1)
    }
}

/// Makes the machine code of all functions that run often, on two threads when there is enough to do.
fn generate(core: &Core) -> Result<CodeMemory, String> {
    let compiler = host_compiler()?;
    let mut order: Vec<usize> =
        (0..core.functions.len()).filter(|index| core.functions[*index].is_frequent).collect();
    order.sort_by_key(|index| std::cmp::Reverse(core.functions[*index].steps.len()));
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut context = Context::new();
        let mut made = Vec::new();
        while let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            made.push((*index, compiler.function(&mut context, core, &core.functions[*index])?));
        }
        Ok::<_, String>(made)
    };
    let total: usize = order.iter().map(|index| core.functions[*index].steps.len()).sum();
    let made = if total < STEPS_WORTH_A_THREAD {
        work()?
    } else {
        std::thread::scope(|scope| {
            // Where no thread can be had, this one does all.
            let other = std::thread::Builder::new().spawn_scoped(scope, work).ok();
            let mut made = work()?;
            if let Some(other) = other {
                made.extend(other.join().map_err(|_| "code generation failed".to_owned())??);
            }
            Ok::<_, String>(made)
        })?
    };
    CodeMemory::publish(core.functions.len(), &made)
        .map_err(|error| format!("executable memory is refused: {error}"))
}

/// Below this many steps a thread costs more than it saves.
const STEPS_WORTH_A_THREAD: usize = 200;

#[cfg(test)]
mod tests {
    use catalogue::EventCode;
    use ir::testing::RandomProgram;
    use ir::{EventSet, SourceId};

    use super::{Backend, Filters};
    use crate::binding::Binding;

    #[test]
    fn where_machine_code_is_refused_filters_say_why_and_work_all_the_same() {
        let program = RandomProgram::new(1).program;
        let refuse = |_: &_| Err("executable memory is refused: permission denied".to_owned());
        let refused = Filters::assemble(&program, &Binding::unknown(), refuse).unwrap();
        assert!(
            matches!(refused.backend(), Backend::Refused(reason) if reason.contains("permission denied"))
        );
        assert_eq!(refused.stats().code_bytes, 0);
        let compiled = Filters::compile(&program, &Binding::unknown()).unwrap();
        assert_eq!(*compiled.backend(), Backend::Machine);
        for code in 0..EventSet::CAPACITY as u16 {
            let wants = |filters: &Filters| filters.wants(SourceId(0), EventCode(code));
            assert_eq!(wants(&refused), wants(&compiled));
        }
    }
}
