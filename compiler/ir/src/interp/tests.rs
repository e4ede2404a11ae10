//! Evaluation order, absence, sharing, depth and traces.

use std::cell::Cell;

use catalogue::{EventCode, Format, Operator, Transformer, ValueType};

use super::*;
use crate::consts::Const;
use crate::expr::{Import, ImportId, Slot};
use crate::program::ProgramBuilder;
use crate::value::Value;

/// Fields by import id; counts extractions.
struct Fields<'v> {
    values: Vec<Extracted<'v>>,
    extractions: Cell<usize>,
}

impl FieldSource for Fields<'_> {
    fn event_code(&self) -> EventCode {
        EventCode(7)
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.extractions.set(self.extractions.get() + 1);
        self.values[import.0 as usize]
    }
}

fn field(builder: &mut ProgramBuilder, name: &str) -> SlotId {
    let ty = ValueType::CharBuf;
    let import = Import {
        source: "syscall".into(),
        name: name.into(),
        arg: None,
        text: name.into(),
        ty,
        list: false,
        format: Format::Na,
    };
    let import = builder.import(import);
    builder.slot(Slot { kind: SlotKind::Import(import), ty, list: false })
}

fn equals(builder: &mut ProgramBuilder, slot: SlotId, text: &str) -> ExprId {
    let value = builder.const_(Const::Text(text.as_bytes().into()));
    builder.check(Check { slot, op: Operator::Eq, modifier: None, rhs: Rhs::Const(value) })
}

fn text(text: &str) -> Extracted<'_> {
    Extracted::One(Value::Text(text.as_bytes()))
}

#[test]
fn shared_nodes_are_evaluated_once_and_only_when_needed() {
    let mut builder = ProgramBuilder::new();
    let (a, b) = (field(&mut builder, "a"), field(&mut builder, "b"));
    let is_a = equals(&mut builder, a, "a");
    let is_b = equals(&mut builder, b, "b");
    let both = builder.expr(Expr::And([is_a, is_b].into()));
    let not = builder.expr(Expr::Not(both));
    let root = builder.expr(Expr::Or([both, not, is_b].into()));
    let program = builder.finish(vec![]);
    let interpreter = Interpreter::new(&program).unwrap();
    for (left, right, expected, extractions) in
        [("a", "b", true, 2), ("x", "b", true, 1), ("a", "x", true, 2)]
    {
        let source = Fields { values: vec![text(left), text(right)], extractions: Cell::new(0) };
        assert_eq!(interpreter.holds(&source, root), expected);
        assert_eq!(source.extractions.get(), extractions, "{left} {right}");
    }
}

#[test]
fn depth_does_not_matter() {
    let mut builder = ProgramBuilder::new();
    let ty = ValueType::CharBuf;
    let mut slot = field(&mut builder, "a");
    for round in 0..20_000 {
        let transformer = if round % 2 == 0 { Transformer::Toupper } else { Transformer::Tolower };
        let kind = SlotKind::Transform { transformer, args: [slot].into(), selector: None };
        slot = builder.slot(Slot { kind, ty, list: false });
    }
    let mut root = equals(&mut builder, slot, "init");
    for _ in 0..20_000 {
        root = builder.expr(Expr::Not(root));
        let pair = Expr::And([root, root].into());
        root = builder.expr(pair);
    }
    let program = builder.finish(vec![]);
    let interpreter = Interpreter::new(&program).unwrap();
    let source = Fields { values: vec![text("InIt")], extractions: Cell::new(0) };
    assert!(interpreter.holds(&source, root));
    let arena = Bump::new();
    let trace = trace::trace(&interpreter, &source, root, &arena);
    assert!(trace.truncated && trace.nodes.len() == trace::NODE_LIMIT);
}

#[test]
fn traces_name_the_leaf_that_decides() {
    let mut builder = ProgramBuilder::new();
    let (a, b) = (field(&mut builder, "a"), field(&mut builder, "b"));
    let is_a = equals(&mut builder, a, "a");
    let is_b = equals(&mut builder, b, "b");
    let is_c = equals(&mut builder, b, "c");
    let either = builder.expr(Expr::Or([is_b, is_c].into()));
    let neither = builder.expr(Expr::Not(either));
    let root = builder.expr(Expr::And([is_a, neither, is_b].into()));
    let program = builder.finish(vec![]);
    let interpreter = Interpreter::new(&program).unwrap();
    let arena = Bump::new();
    let source = Fields { values: vec![text("a"), text("c")], extractions: Cell::new(0) };
    let found = trace::trace(&interpreter, &source, root, &arena);
    let shape: Vec<_> = found.nodes.iter().map(|n| (n.expr, n.depth, n.truth, n.evaluated)).collect();
    assert_eq!(
        shape,
        [
            (root, 0, false, true),
            (is_a, 1, true, true),
            (neither, 1, false, true),
            (either, 2, true, true),
            (is_b, 3, false, true),
            (is_c, 3, true, true),
            (is_b, 1, false, false),
        ]
    );
    assert_eq!(found.culprit, Some(5));
    assert_eq!(found.nodes[5].left, Some(text("c")));

    let source = Fields { values: vec![Extracted::Absent, text("x")], extractions: Cell::new(0) };
    let found = trace::trace(&interpreter, &source, root, &arena);
    assert_eq!(found.culprit, Some(1));
    assert_eq!(found.nodes[1].left, Some(Extracted::Absent));
}
