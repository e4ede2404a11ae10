//! Passes keep verdicts, and do what they are for.

use bumpalo::Bump;
use catalogue::{EventCode, Operator, ValueType};

use super::*;
use crate::bundle::verify;
use crate::expr::{Check, Expr, ExprId, Rhs};
use crate::interp::Interpreter;
use crate::program::{Program, ProgramBuilder, RuleId};
use crate::testing::{MapSource, Prng, RandomProgram};
use crate::value::{Extracted, FieldSource};
use crate::{Const, EventSet, Import, ImportId, Slot, SlotKind};

/// The events of one program, for another whose imports are some of them.
struct Rebound<'a> {
    source: &'a MapSource<'a>,
    imports: Vec<ImportId>,
}

impl FieldSource for Rebound<'_> {
    fn event_code(&self) -> EventCode {
        self.source.event_code()
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.source.extract(self.imports[import.0 as usize])
    }
}

fn rebind(old: &Program, new: &Program) -> Vec<ImportId> {
    let place = |import: &Import| old.imports.iter().position(|known| known == import).unwrap();
    new.imports.iter().map(|import| ImportId(place(import) as u32)).collect()
}

#[test]
fn passes_keep_verdicts() {
    for seed in 0..600 {
        let random = RandomProgram::new(seed);
        let before = &random.program;
        let (enabled, renamed) = prune::enabled(before);
        let cost = |import: &Import| import.text.len() as u32;
        let programs =
            [fold(before), order(before, &cost), order(&fold(before), &cost), enabled, narrow(before)];
        let interpreter = Interpreter::new(before).unwrap();
        let fused = fuse(before);
        for (number, after) in programs.iter().enumerate() {
            verify(after).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            let imports = rebind(before, after);
            let changed = Interpreter::new(after).unwrap();
            let mut prng = Prng::new(seed);
            for _ in 0..20 {
                let arena = Bump::new();
                let source = random.event(&mut prng, &arena);
                let mut expected = interpreter.matches(&source, true);
                assert!(
                    expected.iter().all(|rule| fused.rules(source.event_code()).contains(rule)),
                    "seed {seed}"
                );
                if number == 3 {
                    expected = expected.iter().map(|rule| renamed[rule.0 as usize].unwrap()).collect();
                }
                let rebound = Rebound { source: &source, imports: imports.clone() };
                assert_eq!(changed.matches(&rebound, true), expected, "seed {seed}, program {number}");
            }
        }
    }
}

fn field(builder: &mut ProgramBuilder, name: &str) -> crate::SlotId {
    let ty = ValueType::CharBuf;
    let import = builder.import(Import {
        source: "syscall".into(),
        name: name.into(),
        arg: None,
        text: name.into(),
        ty,
        list: false,
        format: catalogue::Format::Na,
    });
    builder.slot(Slot { kind: SlotKind::Import(import), ty, list: false })
}

fn check(builder: &mut ProgramBuilder, slot: crate::SlotId, op: Operator, values: &[&str]) -> ExprId {
    let ids: Vec<_> = values.iter().map(|text| builder.const_(Const::Text(text.as_bytes().into()))).collect();
    let rhs = match ids[..] {
        [only] if op != Operator::In => Rhs::Const(only),
        _ => Rhs::Set(ids.into()),
    };
    builder.check(Check { slot, op, modifier: None, rhs })
}

/// A program whose rules have these conditions.
fn with_rules(mut builder: ProgramBuilder, conditions: &[ExprId], events: EventSet) -> Program {
    let mut rule = RandomProgram::new(0).program.rules[0].clone();
    rule.output = Default::default();
    rule.source = builder.source("syscall");
    rule.events = events;
    let order = conditions.iter().enumerate().map(|(number, condition)| {
        rule.name = format!("rule {number}").into();
        rule.condition = *condition;
        builder.rule(rule.clone())
    });
    let order: Vec<RuleId> = order.collect();
    builder.finish(order)
}

#[test]
fn conditions_become_simpler() {
    use Operator::{Contains, Eq, Glob, In, Regex, Startswith};
    let mut builder = ProgramBuilder::new();
    let b = &mut builder;
    let name = field(b, "proc.name");
    let is_a = check(b, name, Eq, &["a"]);
    let is_b = check(b, name, Eq, &["b"]);
    let not_a = b.expr(Expr::Not(is_a));
    let not_not_a = b.expr(Expr::Not(not_a));
    let inner = b.expr(Expr::And([is_a, is_b].into()));
    let never = b.expr(Expr::Const(false));
    let always = b.expr(Expr::Not(never));
    let conditions = [
        b.expr(Expr::And([always, inner, is_a].into())),
        b.expr(Expr::Or([never, not_not_a].into())),
        b.expr(Expr::Or([is_a, not_a].into())),
        b.expr(Expr::And([is_a, is_b, not_a].into())),
        b.expr(Expr::And([].into())),
        check(b, name, In, &["a"]),
        check(b, name, In, &["a", "b", "a"]),
        check(b, name, In, &[]),
        check(b, name, Glob, &["/etc/*"]),
        check(b, name, Glob, &["*x*"]),
        check(b, name, Glob, &["*"]),
        check(b, name, Glob, &["a*b"]),
        check(b, name, Startswith, &[""]),
        check(b, name, Contains, &["z"]),
        check(b, name, Regex, &["a"]),
    ];
    let folded = fold(&with_rules(builder, &conditions, EventSet::EMPTY));
    let shown: Vec<String> =
        folded.rules.iter().map(|rule| crate::print::condition(&folded, rule.condition)).collect();
    assert_eq!(
        shown,
        [
            r#"(proc.name = "a" and proc.name = "b")"#,
            r#"proc.name = "a""#,
            "true",
            "false",
            "true",
            r#"proc.name = "a""#,
            r#"proc.name in ("a", "b")"#,
            "false",
            r#"proc.name startswith "/etc/""#,
            r#"proc.name contains "x""#,
            "proc.name exists",
            r#"proc.name glob "a*b""#,
            "proc.name exists",
            r#"proc.name contains "z""#,
            r#"proc.name regex "a""#,
        ]
    );
}

#[test]
fn cheap_checks_come_first() {
    use Operator::{Contains, Eq, Exists, Regex};
    let mut builder = ProgramBuilder::new();
    let b = &mut builder;
    let (name, args) = (field(b, "proc.name"), field(b, "proc.args"));
    let slow = check(b, name, Regex, &["a.*"]);
    let search = check(b, args, Contains, &["x"]);
    let equal = check(b, name, Eq, &["a"]);
    let there = b.check(Check { slot: name, op: Exists, modifier: None, rhs: Rhs::None });
    let either = b.expr(Expr::Or([search, there].into()));
    let root = b.expr(Expr::And([slow, either, equal].into()));
    let program = with_rules(builder, &[root], EventSet::EMPTY);
    let cost = |import: &Import| if &*import.name == "proc.args" { 30 } else { 2 };
    let ordered = order(&program, &cost);
    assert_eq!(
        crate::print::condition(&ordered, ordered.rules[0].condition),
        r#"(proc.name = "a" and (proc.name exists or proc.args contains "x") and proc.name regex "a.*")"#
    );
}

#[test]
fn rules_are_grouped_by_event_type() {
    let mut builder = ProgramBuilder::new();
    let name = field(&mut builder, "proc.name");
    let is_a = check(&mut builder, name, Operator::Eq, &["a"]);
    let never = builder.expr(Expr::Const(false));
    let codes = [EventCode(2), EventCode(5)].into_iter().collect();
    let mut program = with_rules(builder, &[is_a, never, is_a], codes);
    program.order = vec![RuleId(2), RuleId(1), RuleId(0)];
    let fused = fuse(&program);
    assert_eq!(fused.rules(EventCode(5)), [RuleId(2), RuleId(0)]);
    assert_eq!(fused.rules(EventCode(4)), []);
    assert_eq!(fused.rules(EventCode(9999)), []);
    assert_eq!(fused.groups.len(), 2);
    assert_eq!(fused.wanted(), codes);
}

#[test]
fn event_types_that_cannot_match_are_left_out() {
    use Operator::{Eq, Ne, Startswith};
    let mut builder = ProgramBuilder::new();
    let b = &mut builder;
    let (ty, name) = (field(b, "evt.type"), field(b, "proc.name"));
    let opens = check(b, ty, Startswith, &["open"]);
    let is_a = check(b, name, Eq, &["a"]);
    let not_close = check(b, ty, Ne, &["close"]);
    let both = b.expr(Expr::And([is_a, opens].into()));
    let either = b.expr(Expr::Or([is_a, opens].into()));
    let neither = b.expr(Expr::Not(either));
    let program =
        with_rules(builder, &[both, either, neither, not_close], EventSet::below(catalogue::EVENT_COUNT));
    let narrowed = narrow(&program);
    let named = |wanted: fn(&str) -> bool| -> EventSet {
        let fits = |code: &EventCode| event_types::fixed_name(*code).is_none_or(wanted);
        EventSet::below(catalogue::EVENT_COUNT).iter().filter(fits).collect()
    };
    let events: Vec<EventSet> = narrowed.rules.iter().map(|rule| rule.events).collect();
    assert_eq!(
        events,
        [
            named(|name| name.starts_with("open")),
            named(|_| true),
            named(|name| !name.starts_with("open")),
            named(|name| name != "close"),
        ]
    );
    assert!(events[0].contains(EventCode::GENERIC_X) && events[0].contains(EventCode::ASYNCEVENT_E));
}
