//! Falco's own rules on events that are made to match them, or nearly: interpreter, machine code and steps agree.
//!
//! `RULES_DIR` names the folder with `official/`. Without it the test is skipped, loudly; with `REQUIRE_REFERENCE=1` that
//! is a failure.

mod paired;

use std::fs;
use std::path::PathBuf;

use bumpalo::Bump;
use catalogue::{EVENTS, EventCode, Operator, TypeClass};
use codegen::{Binding, Cost, Filters, ImportBinding, Scope};
use hir::{Input, Options, SourceFile};
use ir::testing::{MapSource, Prng};
use ir::{Check, Const, Expr, ExprId, Extracted, FieldSource, ImportId, Program, Rhs, SlotKind, Value};
use paired::{Memory, Pair};

const EVENTS_OF_A_RULE: usize = 300;

fn program() -> Option<Program> {
    let Some(folder) = std::env::var_os("RULES_DIR").map(|folder| PathBuf::from(folder).join("official"))
    else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        eprintln!("SKIPPED: the official rules need RULES_DIR");
        return None;
    };
    let files = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"]
        .map(|name| SourceFile::new(name, fs::read_to_string(folder.join(name)).expect("a rule file")));
    let mut program = hir::compile(&Input { files: files.into(), options: Options::default() })
        .expect("the official rules load");
    // Disabled ones too.
    program.order = (0..program.rules.len() as u32).map(ir::RuleId).collect();
    Some(program)
}

fn binding(program: &Program) -> Binding {
    Binding::new(program, |import| ImportBinding {
        scope: match import.name.split('.').next() {
            _ if &*import.name == "evt.type" && import.arg.is_none() => Scope::TypeName,
            Some("proc" | "user" | "group" | "container" | "k8s" | "thread") => Scope::Process,
            _ => Scope::Event,
        },
        cost: Cost::Cheap,
    })
}

fn import_of(program: &Program, check: &Check) -> Option<ImportId> {
    match program.slot(check.slot).kind {
        SlotKind::Import(import) => Some(import),
        _ => None,
    }
}

fn constants(check: &Check) -> &[ir::ConstId] {
    match &check.rhs {
        Rhs::Const(one) => std::slice::from_ref(one),
        Rhs::Set(many) => many,
        Rhs::None | Rhs::Slot(_) => &[],
    }
}

/// A value for which the check probably holds.
fn satisfying<'a>(
    program: &'a Program,
    check: &'a Check,
    prng: &mut Prng,
    arena: &'a Bump,
) -> Option<Value<'a>> {
    let ids = constants(check);
    let constant = program.const_(*ids.get(prng.below(ids.len()))?);
    Some(match constant {
        Const::Text(text) => {
            let mut text = text.to_vec();
            let around: &[u8] = b"/tail of some length";
            match check.op {
                Operator::Startswith | Operator::Contains | Operator::Pmatch => {
                    text.extend_from_slice(around)
                }
                Operator::Endswith => text.splice(0..0, around.iter().copied()).for_each(drop),
                _ => {}
            }
            Value::Text(arena.alloc_slice_copy(&text))
        }
        Const::Unsigned(number) => Value::Unsigned(match check.op {
            Operator::Gt => number + 1,
            Operator::Lt => number.saturating_sub(1),
            _ => *number,
        }),
        Const::Signed(number) => Value::Signed(match check.op {
            Operator::Gt => number + 1,
            Operator::Lt => number - 1,
            _ => *number,
        }),
        Const::Float(number) => Value::Float(*number as f64),
        Const::Bool(truth) => Value::Bool(*truth),
        Const::Bytes(bytes) => Value::Bytes(bytes),
        Const::Address(address) => Value::Address(*address),
        Const::Network(network) => Value::Address(network.address),
    })
}

/// Values that are there for every field: an ordinary one of its type.
fn ordinary(class: TypeClass, signed: bool, prng: &mut Prng) -> Value<'static> {
    let texts: [&[u8]; 4] = [b"", b"nginx", b"/usr/lib/x86_64-linux-gnu/libc.so.6", b"some text"];
    match class {
        TypeClass::Number if signed => Value::Signed(prng.below(5) as i64 - 1),
        TypeClass::Number | TypeClass::Other => Value::Unsigned(prng.below(5) as u64),
        TypeClass::Bool => Value::Bool(prng.chance(50)),
        TypeClass::String => Value::Text(prng.pick(&texts)),
        TypeClass::Buffer => Value::Bytes(prng.pick(&texts)),
        TypeClass::IpAddr | TypeClass::IpNet => Value::Address([8, 8, 4, prng.below(3) as u8].into()),
    }
}

/// Values by import that go some way to make a condition hold.
fn towards<'a>(program: &'a Program, root: ExprId, prng: &mut Prng, arena: &'a Bump) -> Vec<Extracted<'a>> {
    let mut values: Vec<Extracted<'a>> = program
        .imports
        .iter()
        .map(|import| match prng.below(10) {
            0 => Extracted::Absent,
            _ => {
                let value = ordinary(import.ty.class(), import.ty.is_signed(), prng);
                if import.list {
                    Extracted::List(arena.alloc_slice_copy(&[value]))
                } else {
                    Extracted::One(value)
                }
            }
        })
        .collect();
    let mut wanted = vec![(root, true)];
    while let Some((expr, truth)) = wanted.pop() {
        match (program.expr(expr), truth) {
            (Expr::Const(_), _) => {}
            (Expr::Not(inner), _) => wanted.push((*inner, !truth)),
            (Expr::And(operands), true) | (Expr::Or(operands), false) => {
                wanted.extend(operands.iter().map(|operand| (*operand, truth)));
            }
            (Expr::And(operands) | Expr::Or(operands), _) => wanted.push((prng.pick(operands), truth)),
            (Expr::Check(check), truth) if truth != (check.op == Operator::Ne) && !prng.chance(5) => {
                let value = satisfying(program, check, prng, arena);
                if let (Some(import), Some(value)) = (import_of(program, check), value) {
                    let several = &*arena.alloc_slice_copy(&[value, value]);
                    let ancestors = program.import(import).name.starts_with("proc.a") && prng.chance(50);
                    values[import.0 as usize] = match program.import(import) {
                        import if import.list => Extracted::List(several),
                        _ if ancestors => Extracted::Ancestors(several),
                        import if ["fd.ip", "fd.net", "fd.port"].contains(&&*import.name) => {
                            Extracted::Endpoints(several)
                        }
                        _ => Extracted::One(value),
                    };
                }
            }
            (Expr::Check(_), _) => {}
        }
    }
    values
}

#[test]
fn official_rules_match_the_same_events_in_every_way() {
    let Some(program) = program() else { return };
    let binding = binding(&program);
    let filters = Filters::compile(&program, &binding).unwrap();
    eprintln!("{:?}", filters.stats());
    let mut pair = Pair::new(&program, &binding);
    let mut prng = Prng::new(44);
    let mut matched = vec![0; program.rules.len()];
    for (number, rule) in program.rules.iter().enumerate() {
        let codes: Vec<EventCode> =
            rule.events.iter().filter(|code| *code != EventCode::ASYNCEVENT_E).collect();
        if codes.is_empty() {
            continue;
        }
        let process_arena = Bump::new();
        let mut arena = Bump::new();
        let mut process = (Vec::new(), Memory::default());
        for event in 0..EVENTS_OF_A_RULE {
            arena.reset();
            if event % 4 == 0 {
                process.0 = towards(&program, rule.condition, &mut prng, &process_arena);
                process.1.clear();
            }
            let code = prng.pick(&codes);
            let mut values = towards(&program, rule.condition, &mut prng, &arena);
            for (id, value) in values.iter_mut().enumerate() {
                match binding.of(ImportId(id as u32)).scope {
                    Scope::Process => *value = process.0[id],
                    Scope::TypeName if !code.is_generic() => {
                        *value = Extracted::One(Value::Text(EVENTS[code.index()].name.as_bytes()));
                    }
                    _ => {}
                }
            }
            let fields = MapSource::from_values(code, values);
            debug_assert_eq!(fields.event_code(), code);
            let memory = prng.chance(80).then_some(&process.1);
            let context = format!("{}, event {event} of type {}", rule.name, EVENTS[code.index()].name);
            matched[number] += pair.check(&fields, memory, &context);
        }
    }
    let reached = matched.iter().filter(|count| **count > 0).count();
    assert!(
        reached * 10 > matched.len() * 8,
        "events match only {reached} of {} rules: {matched:?}",
        matched.len()
    );
}
