//! Events as tables of values, and rules built by hand.
#![allow(dead_code, missing_docs, unreachable_pub)] // Each test binary uses its part.

use std::cell::RefCell;

use catalogue::{EventCode, Format, Operator, Priority, ValueType};
use codegen::{
    Binding, Cost, EventSource, Filters, ImportBinding, Matches, Mode, ProcessCache, Scope, Strategy,
};
use ir::{
    Check, Const, EventSet, Expr, ExprId, Extracted, FieldSource, Import, ImportId, OutputTemplate, Program,
    ProgramBuilder, Rhs, Rule, RuleId, Slot, SlotId, SlotKind, SourceId, Value,
};

/// An event whose fields are given, and which counts how often each is asked for.
pub struct Table {
    pub code: EventCode,
    pub values: Vec<Extracted<'static>>,
    pub cache: Option<ProcessCache>,
    pub asked: RefCell<Vec<u32>>,
}

impl Table {
    pub fn new(code: u16, values: Vec<Extracted<'static>>) -> Table {
        let asked = RefCell::new(vec![0; values.len()]);
        Table { code: EventCode(code), values, cache: None, asked }
    }

    pub fn with_cache(mut self) -> Table {
        self.cache = Some(ProcessCache::new());
        self
    }
}

impl FieldSource for Table {
    fn event_code(&self) -> EventCode {
        self.code
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.asked.borrow_mut()[import.0 as usize] += 1;
        self.values[import.0 as usize]
    }
}

impl EventSource for Table {
    fn process_cache(&self) -> Option<&ProcessCache> {
        self.cache.as_ref()
    }
}

/// A text value.
pub fn text(text: &'static str) -> Extracted<'static> {
    Extracted::One(Value::Text(text.as_bytes()))
}

/// A number.
pub fn unsigned(number: u64) -> Extracted<'static> {
    Extracted::One(Value::Unsigned(number))
}

/// Builds rules of one source.
pub struct Rules {
    pub builder: ProgramBuilder,
    pub source: SourceId,
    order: Vec<RuleId>,
}

impl Default for Rules {
    fn default() -> Rules {
        let mut builder = ProgramBuilder::new();
        let source = builder.source("syscall");
        Rules { builder, source, order: Vec::new() }
    }
}

impl Rules {
    pub fn field(&mut self, name: &str, ty: ValueType) -> SlotId {
        self.field_of(name, ty, false)
    }

    pub fn field_of(&mut self, name: &str, ty: ValueType, list: bool) -> SlotId {
        let import = self.builder.import(Import {
            source: "syscall".into(),
            name: name.into(),
            arg: None,
            text: name.into(),
            ty,
            list,
            format: Format::Dec,
        });
        self.builder.slot(Slot { kind: SlotKind::Import(import), ty, list })
    }

    pub fn check(&mut self, slot: SlotId, op: Operator, constants: &[Const]) -> ExprId {
        let ids: Vec<_> = constants.iter().map(|constant| self.builder.const_(constant.clone())).collect();
        let rhs = match (op, &ids[..]) {
            (Operator::Exists, _) => Rhs::None,
            (Operator::In | Operator::Intersects | Operator::Pmatch, _) => Rhs::Set(ids.into()),
            (_, [one]) => Rhs::Const(*one),
            _ => Rhs::Set(ids.into()),
        };
        self.builder.check(Check { slot, op, modifier: None, rhs })
    }

    /// A check of a text field.
    pub fn text(&mut self, slot: SlotId, op: Operator, texts: &[&str]) -> ExprId {
        let constants: Vec<Const> = texts.iter().map(|text| Const::Text(text.as_bytes().into())).collect();
        self.check(slot, op, &constants)
    }

    pub fn all(&mut self, exprs: &[ExprId]) -> ExprId {
        self.builder.expr(Expr::And(exprs.into()))
    }

    pub fn any(&mut self, exprs: &[ExprId]) -> ExprId {
        self.builder.expr(Expr::Or(exprs.into()))
    }

    pub fn not(&mut self, expr: ExprId) -> ExprId {
        self.builder.expr(Expr::Not(expr))
    }

    /// Adds a rule for these event codes; its id is its position among the rules.
    pub fn rule(&mut self, condition: ExprId, codes: &[u16]) {
        let name = format!("rule {}", self.order.len());
        let rule = self.builder.rule(Rule {
            name: name.into(),
            description: "".into(),
            source: self.source,
            priority: Priority::Debug,
            tags: Box::default(),
            condition,
            events: codes.iter().map(|code| EventCode(*code)).collect::<EventSet>(),
            output: OutputTemplate::default(),
            capture: false,
            capture_duration_ms: 0,
        });
        self.order.push(rule);
    }

    pub fn finish(self) -> Program {
        self.builder.finish(self.order)
    }
}

/// Fields called `proc.*` belong to the process, `evt.type` is the type's name.
pub fn binding(program: &Program) -> Binding {
    Binding::new(program, |import| ImportBinding {
        scope: match &*import.name {
            "evt.type" => Scope::TypeName,
            name if name.starts_with("proc.") => Scope::Process,
            _ => Scope::Event,
        },
        cost: Cost::Cheap,
    })
}

/// The matches of an event, by machine code and by steps, which have to agree.
pub fn matches(program: &Program, event: &Table, strategy: Strategy) -> Vec<u32> {
    let by_mode = [Mode::Automatic, Mode::Steps].map(|mode| {
        let filters = Filters::compile_for(program, &binding(program), mode).unwrap();
        run(&filters, event, strategy)
    });
    assert_eq!(by_mode[0], by_mode[1]);
    by_mode[0].clone()
}

pub fn run(filters: &Filters, event: &Table, strategy: Strategy) -> Vec<u32> {
    let mut matches = Matches::new();
    filters.run(&mut filters.context(), SourceId(0), event, &mut matches, strategy);
    matches.iter().map(|rule| rule.0).collect()
}
