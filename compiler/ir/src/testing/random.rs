//! Random well-typed programs, and events whose values are drawn from the programs' own constants.

use bumpalo::Bump;
use catalogue::{
    EventCode, Format, MODIFIERS, OPERATORS, Operator, OperatorSyntax, Priority, Transformer, TypeClass,
    ValueType,
};

use super::prng::Prng;
use super::source::MapSource;
use crate::consts::{Const, ConstId, Network};
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, ExprId, Import, ImportId, Rhs, Slot, SlotId, SlotKind};
use crate::program::{OutputField, OutputTemplate, Piece, Program, ProgramBuilder, Rule, RuleId, SourceId};
use crate::value::{Extracted, Value};

/// How an import gives its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    One,
    /// Several values of a list field.
    List,
    /// Values of ancestors.
    Ancestors,
    /// The ends of a connection.
    Endpoints,
}

/// A program with what is needed to make events for it.
#[derive(Clone, Debug)]
pub struct RandomProgram {
    /// The program.
    pub program: Program,
    /// By import: how it gives its values.
    pub shapes: Vec<Shape>,
    /// By import: constants that it is compared with.
    constants: Vec<Vec<ConstId>>,
}

/// Event codes that rules and events use.
const CODES: [u16; 5] = [0, 1, 3, 200, 453];

const WORDS: [&str; 14] = [
    "",
    "a",
    "init",
    "bash",
    "/usr/bin/bash",
    "/etc/passwd",
    "/etc/shadow",
    "/etc",
    "ba",
    "sh",
    "INIT",
    "-n",
    "YmFzaA==",
    "/tmp//x/",
];
const PATTERNS: [&str; 8] = ["*", "ba*", "*sh", "[a-i]*t", "/etc/*", "?a*", "\\*", "/*/bin/*"];
const REGEXES: [&str; 7] = [".*", "ba.*", "[a-z]+", "(init|bash)", "/etc/.*d", "", "[[:upper:]]+"];
const NUMBERS: [u64; 9] = [0, 1, 2, 3, 80, 443, 1000, 65535, u64::MAX];

const FIELDS: [(&str, ValueType, Shape); 16] = [
    ("text0", ValueType::CharBuf, Shape::One),
    ("text1", ValueType::CharBuf, Shape::One),
    ("path0", ValueType::FsPath, Shape::One),
    ("bytes0", ValueType::ByteBuf, Shape::One),
    ("fd0", ValueType::Fd, Shape::One),
    ("small0", ValueType::Int16, Shape::One),
    ("count0", ValueType::Uint64, Shape::One),
    ("uint0", ValueType::Uint32, Shape::One),
    ("flag0", ValueType::Bool, Shape::One),
    ("cpu0", ValueType::Double, Shape::One),
    ("ip0", ValueType::IpAddr, Shape::One),
    ("net0", ValueType::IpNet, Shape::One),
    ("texts0", ValueType::CharBuf, Shape::List),
    ("counts0", ValueType::Uint64, Shape::List),
    ("aname0", ValueType::CharBuf, Shape::Ancestors),
    ("port0", ValueType::Port, Shape::Endpoints),
];

struct Generator {
    prng: Prng,
    builder: ProgramBuilder,
    shapes: Vec<Shape>,
    constants: Vec<Vec<ConstId>>,
}

impl RandomProgram {
    /// The program that a seed names.
    pub fn new(seed: u64) -> RandomProgram {
        let generator = Generator {
            prng: Prng::new(seed),
            builder: ProgramBuilder::new(),
            shapes: Vec::new(),
            constants: Vec::new(),
        };
        generator.generate()
    }

    /// An event for the program. Values live in the arena.
    pub fn event<'a>(&self, prng: &mut Prng, arena: &'a Bump) -> MapSource<'a> {
        let values = self.program.imports.iter().enumerate().map(|(id, import)| {
            let shape = self.shapes[id];
            if prng.chance(8) {
                return Extracted::Absent;
            }
            if shape == Shape::One {
                return Extracted::One(self.value(prng, id, import.ty, arena));
            }
            let count = if shape == Shape::Endpoints { prng.below(3) } else { prng.below(4) };
            let values: Vec<Value<'a>> = (0..count).map(|_| self.value(prng, id, import.ty, arena)).collect();
            let values = &*arena.alloc_slice_copy(&values);
            match shape {
                Shape::List => Extracted::List(values),
                Shape::Ancestors => Extracted::Ancestors(values),
                Shape::One | Shape::Endpoints => Extracted::Endpoints(values),
            }
        });
        let values = values.collect();
        MapSource::from_values(EventCode(prng.pick(&CODES)), values)
    }

    fn value<'a>(&self, prng: &mut Prng, import: usize, ty: ValueType, arena: &'a Bump) -> Value<'a> {
        let own = &self.constants[import];
        let constant = match own.is_empty() || prng.chance(25) {
            true => constant(prng, ty, Operator::Eq),
            false => self.program.const_(prng.pick(own)).clone(),
        };
        match constant {
            Const::Text(text) => {
                // What the operators look for: the text alone, with something around it, or in another case.
                let mut text = text.to_vec();
                match prng.below(8) {
                    0 => text.extend_from_slice(b"/x"),
                    1 => text.splice(0..0, *b"x/").for_each(drop),
                    2 => text.make_ascii_uppercase(),
                    3 => text.push(0xff),
                    _ => {}
                }
                Value::Text(arena.alloc_slice_copy(&text))
            }
            Const::Bytes(bytes) => {
                let mut bytes = bytes.to_vec();
                match prng.below(6) {
                    0 => bytes.extend_from_slice(b"\0z"),
                    1 => bytes.insert(0, 0),
                    _ => {}
                }
                Value::Bytes(arena.alloc_slice_copy(&bytes))
            }
            Const::Unsigned(value) if prng.chance(20) => Value::Unsigned(value.wrapping_add(1)),
            Const::Unsigned(value) => Value::Unsigned(value),
            Const::Signed(value) if prng.chance(20) => Value::Signed(value.wrapping_sub(1)),
            Const::Signed(value) => Value::Signed(value),
            Const::Float(value) if prng.chance(30) => Value::Float(value as f64 + 0.5),
            Const::Float(value) => Value::Float(value as f64),
            Const::Bool(value) => Value::Bool(value),
            Const::Address(address) => Value::Address(address),
            Const::Network(network) => Value::Address(network.address),
        }
    }
}

/// A constant for values of a type and an operator.
fn constant(prng: &mut Prng, ty: ValueType, op: Operator) -> Const {
    let text = |text: &str| Box::<[u8]>::from(text.as_bytes());
    let number = prng.pick(&NUMBERS);
    match ty.class() {
        TypeClass::String => Const::Text(text(match op {
            Operator::Glob | Operator::Iglob => prng.pick(&PATTERNS),
            Operator::Pmatch if prng.chance(40) => prng.pick(&PATTERNS),
            Operator::Regex => prng.pick(&REGEXES),
            _ => prng.pick(&WORDS),
        })),
        TypeClass::Buffer => Const::Bytes(text(prng.pick(&WORDS))),
        TypeClass::Bool => Const::Bool(prng.chance(50)),
        TypeClass::IpAddr => Const::Address(match prng.below(4) {
            0 => [10, 0, 0, 1].into(),
            1 => [192, 168, 1, 7].into(),
            2 => [0, 0, 0, 0, 0, 0, 0, 1_u16].into(),
            _ => [0x2001, 0x4860, 0, 0, 0, 0, 0, 0x8888_u16].into(),
        }),
        TypeClass::IpNet => {
            let Const::Address(address) = constant(prng, ValueType::IpAddr, op) else {
                return Const::Bool(false);
            };
            let longest = if address.is_ipv4() { 33 } else { 129 };
            Const::Network(Network { address, prefix: prng.below(longest) as u8 })
        }
        TypeClass::Number | TypeClass::Other if ty == ValueType::Double => {
            Const::Float(number as i64 & 0xffff)
        }
        TypeClass::Number | TypeClass::Other if ty.is_signed() => {
            Const::Signed(crate::ops::number::truncate_signed(number as i64, ty.width().unwrap_or(8)))
        }
        TypeClass::Number | TypeClass::Other => {
            Const::Unsigned(crate::ops::number::truncate_unsigned(number, ty.width().unwrap_or(8)))
        }
    }
}

impl Generator {
    fn generate(mut self) -> RandomProgram {
        let source = self.builder.source("syscall");
        let fields: Vec<SlotId> = (0..3 + self.prng.below(6)).map(|_| self.field()).collect();
        let slots = self.slots(fields);
        let mut pool: Vec<ExprId> = (0..4 + self.prng.below(12)).map(|_| self.check(&slots)).collect();
        for _ in 0..self.prng.below(16) {
            let expr = self.combine(&pool);
            pool.push(expr);
        }
        let count = 1 + self.prng.below(8);
        for number in 0..count {
            let rule = self.rule(number, source, &slots, &pool);
            self.builder.rule(rule);
        }
        // Some rules are disabled, and the order is not that of definition.
        let mut order: Vec<RuleId> = Vec::new();
        for rule in 0..count {
            if !self.prng.chance(10) {
                let at = self.prng.below(order.len() + 1);
                order.insert(at, RuleId(rule as u32));
            }
        }
        RandomProgram { program: self.builder.finish(order), shapes: self.shapes, constants: self.constants }
    }

    fn field(&mut self) -> SlotId {
        let (name, ty, shape) = self.prng.pick(&FIELDS);
        let list = shape == Shape::List;
        let import = self.builder.import(Import {
            source: "syscall".into(),
            name: format!("random.{name}").into(),
            arg: None,
            text: format!("random.{name}").into(),
            ty,
            list,
            format: Format::Dec,
        });
        if import.0 as usize == self.shapes.len() {
            self.shapes.push(shape);
            self.constants.push(Vec::new());
        }
        self.builder.slot(Slot { kind: SlotKind::Import(import), ty, list })
    }

    /// The fields and some transformers over them.
    fn slots(&mut self, mut slots: Vec<SlotId>) -> Vec<SlotId> {
        for _ in 0..self.prng.below(5) {
            let arg = self.prng.pick(&slots);
            let slot = self.builder.program().slot(arg).clone();
            let text = |builder: &mut ProgramBuilder, text: &str| {
                let value = builder.const_(Const::Text(text.as_bytes().into()));
                builder.slot(Slot { kind: SlotKind::Const(value), ty: ValueType::CharBuf, list: false })
            };
            let (transformer, args, selector, ty, list) = match self.prng.below(8) {
                choice @ 0..=3 if slot.ty.is_string() => {
                    use Transformer::{B64, Basename, Tolower, Toupper};
                    let transformer = [Tolower, Toupper, Basename, B64][choice];
                    if transformer == B64 && slot.ty != ValueType::CharBuf {
                        continue;
                    }
                    (transformer, vec![arg], None, slot.ty, slot.list)
                }
                4 if slot.list || slot.ty.is_string() || slot.ty == ValueType::ByteBuf => {
                    (Transformer::Len, vec![arg], None, ValueType::Uint64, false)
                }
                5 if slot.list => {
                    let separator = text(&mut self.builder, ",");
                    (Transformer::Join, vec![separator, arg], None, ValueType::CharBuf, false)
                }
                6 if slot.ty.is_string() && !slot.list => {
                    let suffix = text(&mut self.builder, "/x");
                    (Transformer::Concat, vec![arg, suffix], None, ValueType::CharBuf, false)
                }
                7 if slot.ty.is_string() && !slot.list => {
                    let option = text(&mut self.builder, "-n");
                    let kind = SlotKind::List([option, arg].into());
                    let list = self.builder.slot(Slot { kind, ty: ValueType::CharBuf, list: true });
                    let options = text(&mut self.builder, "n:x");
                    let selector = self.prng.chance(50).then_some(b'n');
                    let single = selector.is_some();
                    (Transformer::Getopt, vec![list, options], selector, ValueType::CharBuf, !single)
                }
                _ => continue,
            };
            let kind = SlotKind::Transform { transformer, args: args.into(), selector };
            slots.push(self.builder.slot(Slot { kind, ty, list }));
        }
        slots
    }

    /// The imports that a slot reads.
    fn imports(&self, slot: SlotId) -> Vec<ImportId> {
        match &self.builder.program().slot(slot).kind {
            SlotKind::Import(import) => vec![*import],
            kind => crate::interp::operands(kind).iter().flat_map(|operand| self.imports(*operand)).collect(),
        }
    }

    fn check(&mut self, slots: &[SlotId]) -> ExprId {
        let id = self.prng.pick(slots);
        let slot = self.builder.program().slot(id).clone();
        let allowed: Vec<Operator> =
            OPERATORS.into_iter().filter(|op| op.allows(slot.ty.class(), slot.list)).collect();
        let op = self.prng.pick(&allowed);
        let many = |prng: &mut Prng| if prng.chance(10) { prng.below(40) } else { prng.below(5) };
        let modifier = (op.syntax() == OperatorSyntax::String && self.prng.chance(25))
            .then(|| self.prng.pick(&MODIFIERS));
        let is_set = op.syntax() == OperatorSyntax::List || modifier.is_some();
        let right = slots.iter().copied().find(|other| {
            let other_slot = self.builder.program().slot(*other);
            *other != id && (other_slot.ty, other_slot.list) == (slot.ty, slot.list)
        });
        let field_allowed = !matches!(op, Operator::Pmatch | Operator::Regex | Operator::Exists)
            && modifier.is_none()
            && slot.ty != ValueType::IpNet;
        let rhs = match right {
            _ if op == Operator::Exists => Rhs::None,
            Some(right) if field_allowed && self.prng.chance(20) => Rhs::Slot(right),
            _ => {
                let count = if is_set { many(&mut self.prng) } else { 1 };
                let mut ids = Vec::new();
                for _ in 0..count {
                    let value = constant(&mut self.prng, slot.ty, op);
                    ids.push(self.builder.const_(value));
                }
                if let [import] = self.imports(id)[..] {
                    let import_ty = self.builder.program().import(import).ty;
                    if import_ty.class() == slot.ty.class() {
                        self.constants[import.0 as usize].extend(&ids);
                    }
                }
                if is_set { Rhs::Set(ids.into()) } else { Rhs::Const(ids[0]) }
            }
        };
        self.builder.check(Check { slot: id, op, modifier, rhs })
    }

    fn combine(&mut self, pool: &[ExprId]) -> ExprId {
        let choice = self.prng.below(10);
        if choice == 0 {
            let truth = self.prng.chance(50);
            return self.builder.expr(Expr::Const(truth));
        }
        if choice <= 2 {
            return self.builder.expr(Expr::Not(self.prng.pick(pool)));
        }
        let children: Box<[ExprId]> = (0..2 + self.prng.below(3)).map(|_| self.prng.pick(pool)).collect();
        self.builder.expr(if choice <= 6 { Expr::Or(children) } else { Expr::And(children) })
    }

    fn rule(&mut self, number: usize, source: SourceId, slots: &[SlotId], pool: &[ExprId]) -> Rule {
        let condition = self.prng.pick(pool);
        let events: EventSet = match self.prng.chance(40) {
            true => EventSet::below(454),
            false => CODES.into_iter().filter(|_| self.prng.chance(60)).map(EventCode).collect(),
        };
        let shown = self.prng.pick(slots);
        let width = self.prng.chance(20).then(|| self.prng.below(30) as u32);
        Rule {
            name: format!("rule {number}").into(),
            description: "made by chance".into(),
            source,
            priority: Priority::from_number(self.prng.below(8) as u8).unwrap_or(Priority::Debug),
            tags: (0..self.prng.below(3)).map(|tag| format!("tag{tag}").into()).collect(),
            condition,
            events,
            output: OutputTemplate {
                pieces: [Piece::Text("value ".into()), Piece::Value { slot: shown, width }].into(),
                fields: [OutputField::Raw { key: "shown".into(), slot: Some(shown) }].into(),
            },
            capture: self.prng.chance(10),
            capture_duration_ms: self.prng.below(1000) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp::Interpreter;

    #[test]
    fn neither_verdict_is_rare() {
        let (mut holding, mut decided, mut balanced) = (0, 0, 0);
        for seed in 0..300 {
            let random = RandomProgram::new(seed);
            let interpreter = Interpreter::new(&random.program).unwrap();
            let mut prng = Prng::new(seed);
            let (mut own, mut events) = (0, 0);
            for _ in 0..20 {
                let arena = Bump::new();
                let source = random.event(&mut prng, &arena);
                for rule in &random.program.rules {
                    own += usize::from(interpreter.holds(&source, rule.condition));
                    events += 1;
                }
            }
            holding += own;
            decided += events;
            balanced += usize::from((events / 5..=events * 4 / 5).contains(&own));
        }
        assert!((decided / 5..decided * 4 / 5).contains(&holding), "{holding} of {decided}");
        assert!(
            balanced > 150,
            "{balanced} of 300 programs have both verdicts on a fifth of their decisions"
        );
    }
}
