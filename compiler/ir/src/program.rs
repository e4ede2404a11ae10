//! A program: the arenas, the rules and their metadata, and the builder that hash-conses nodes.

use catalogue::Priority;
use rustc_hash::FxHashMap;

use crate::consts::{Const, ConstId};
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, ExprId, Import, ImportId, Slot, SlotId};

/// Index of a rule in its program: definition order of all files together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// Index of an event source in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A part of an output line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Literal text.
    Text(Box<str>),
    /// A field or transformer, rendered; `width` (bytes) truncates or pads with spaces on the right.
    Value {
        /// What is rendered.
        slot: SlotId,
        /// The fixed width, if one was asked for.
        width: Option<u32>,
    },
}

/// An entry of `output_fields` in JSON alerts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OutputField {
    /// A typed value under its canonical text (or the name of a raw extra field).
    Raw {
        /// The key.
        key: Box<str>,
        /// The value; `None` for a raw extra field that is a transformer expression, which is always null.
        slot: Option<SlotId>,
    },
    /// A formatted extra field: its rendered text.
    Formatted {
        /// The key.
        key: Box<str>,
        /// What is rendered.
        template: Box<[Piece]>,
    },
}

/// A rule's output, `append_output` included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OutputTemplate {
    /// The message.
    pub pieces: Box<[Piece]>,
    /// The fields for JSON, in order of first appearance (sorted when printed).
    pub fields: Box<[OutputField]>,
}

/// A compiled rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: Box<str>,
    /// Its description.
    pub description: Box<str>,
    /// Its event source.
    pub source: SourceId,
    /// Its priority.
    pub priority: Priority,
    /// Its tags, sorted.
    pub tags: Box<[Box<str>]>,
    /// The condition, macros, lists and exceptions expanded.
    pub condition: ExprId,
    /// The event types that can satisfy the condition (for non-syscall sources: plugin and async events).
    pub events: EventSet,
    /// What an alert says.
    pub output: OutputTemplate,
    /// Whether a match starts a capture file, and for how long at least (milliseconds; 0: the configured default).
    pub capture: bool,
    /// See `capture`.
    pub capture_duration_ms: u32,
}

/// Rules lowered into one set of shared nodes. Every id in it is in range and operands precede their users; a bundle is
/// verified for that when it is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Event sources, by `SourceId`.
    pub sources: Vec<Box<str>>,
    /// Fields read, by `ImportId`.
    pub imports: Vec<Import>,
    /// Constants, by `ConstId`.
    pub consts: Vec<Const>,
    /// Slots, by `SlotId`.
    pub slots: Vec<Slot>,
    /// Expressions, by `ExprId`.
    pub exprs: Vec<Expr>,
    /// All compiled rules, by `RuleId`, enabled or not.
    pub rules: Vec<Rule>,
    /// The enabled rules in evaluation order.
    pub order: Vec<RuleId>,
}

impl Program {
    /// The import behind an id.
    pub fn import(&self, id: ImportId) -> &Import {
        &self.imports[id.0 as usize]
    }

    /// The constant behind an id.
    pub fn const_(&self, id: ConstId) -> &Const {
        &self.consts[id.0 as usize]
    }

    /// The slot behind an id.
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.0 as usize]
    }

    /// The expression behind an id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The rule behind an id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    /// The name of an event source.
    pub fn source(&self, id: SourceId) -> &str {
        &self.sources[id.0 as usize]
    }
}

/// Builds a program; equal nodes are interned once.
#[derive(Debug, Default)]
pub struct ProgramBuilder {
    program: Program,
    imports: FxHashMap<Import, ImportId>,
    consts: FxHashMap<Const, ConstId>,
    slots: FxHashMap<Slot, SlotId>,
    exprs: FxHashMap<Expr, ExprId>,
}

impl ProgramBuilder {
    /// A builder without nodes.
    pub fn new() -> ProgramBuilder {
        ProgramBuilder::default()
    }

    /// The nodes so far.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Interns a source name.
    pub fn source(&mut self, name: &str) -> SourceId {
        let index = self.program.sources.iter().position(|known| **known == *name).unwrap_or_else(|| {
            self.program.sources.push(name.into());
            self.program.sources.len() - 1
        });
        SourceId(index as u32)
    }

    /// Interns an import.
    pub fn import(&mut self, import: Import) -> ImportId {
        let next = ImportId(self.program.imports.len() as u32);
        *self.imports.entry(import).or_insert_with_key(|import| {
            self.program.imports.push(import.clone());
            next
        })
    }

    /// Interns a constant.
    pub fn const_(&mut self, value: Const) -> ConstId {
        let next = ConstId(self.program.consts.len() as u32);
        *self.consts.entry(value).or_insert_with_key(|value| {
            self.program.consts.push(value.clone());
            next
        })
    }

    /// Interns a slot.
    pub fn slot(&mut self, slot: Slot) -> SlotId {
        let next = SlotId(self.program.slots.len() as u32);
        *self.slots.entry(slot).or_insert_with_key(|slot| {
            self.program.slots.push(slot.clone());
            next
        })
    }

    /// Interns an expression as it is, without simplifying it.
    pub fn expr(&mut self, expr: Expr) -> ExprId {
        let next = ExprId(self.program.exprs.len() as u32);
        *self.exprs.entry(expr).or_insert_with_key(|expr| {
            self.program.exprs.push(expr.clone());
            next
        })
    }

    /// Interns a comparison.
    pub fn check(&mut self, check: Check) -> ExprId {
        self.expr(Expr::Check(check))
    }

    /// Adds a rule; it is evaluated only once `Program::order` names it.
    pub fn rule(&mut self, rule: Rule) -> RuleId {
        self.program.rules.push(rule);
        RuleId(self.program.rules.len() as u32 - 1)
    }

    /// The finished program, with the enabled rules in evaluation order.
    pub fn finish(mut self, order: Vec<RuleId>) -> Program {
        self.program.order = order;
        self.program
    }
}
