//! Every operator on every class of value, with literals of every length that machine code treats differently: the same
//! case through interpreter, machine code and steps, alone and grouped with others, filled before and not.

mod table;

use catalogue::{MODIFIERS, Modifier, OPERATORS, Operator, OperatorSyntax, ValueType};
use codegen::{Filters, Matches, Mode, Strategy};
use ir::interp::Interpreter;
use ir::{Check, Const, ExprId, Extracted, Network, Program, Rhs, RuleId, SourceId, Value};
use table::{Rules, Table, binding};

const CODE: u16 = 3;

/// Evaluates a program on values of its fields in every way; all have to agree.
fn agree(program: &Program, events: &[Vec<Extracted<'static>>]) {
    let interpreter = Interpreter::new(program).unwrap();
    let filters = [Mode::Automatic, Mode::Steps]
        .map(|mode| Filters::compile_for(program, &binding(program), mode).unwrap());
    let mut contexts = filters.each_ref().map(Filters::context);
    let mut matches = Matches::new();
    for values in events {
        let event = Table::new(CODE, values.clone());
        let expected = interpreter.matches(&event, true);
        for (filters, context) in filters.iter().zip(&mut contexts) {
            for strategy in [Strategy::All, Strategy::First] {
                filters.run(context, SourceId(0), &event, &mut matches, strategy);
                let expected = if strategy == Strategy::All {
                    &expected[..]
                } else {
                    &expected[..expected.len().min(1)]
                };
                let found: Vec<RuleId> = matches.iter().collect();
                let conditions: Vec<_> =
                    program.rules.iter().map(|rule| program.expr(rule.condition)).collect();
                assert_eq!(
                    found,
                    expected,
                    "{values:?} {:?} {:?} {conditions:?}",
                    filters.backend(),
                    program.consts
                );
            }
        }
    }
}

/// Texts whose lengths and ends are where machine code changes its way: around 1, 2, 4, 8, 16 and 64 bytes.
fn texts() -> Vec<String> {
    let long = "/usr/lib/x86_64-linux-gnu/security/pam_unix.so.0123456789abcdefghijklmnopqrstuvwxyz";
    let mut texts: Vec<String> =
        (0..=20).chain([31, 62, 63, 64, 65]).map(|len| long[..len].to_owned()).collect();
    texts.extend((1..=20).map(|len| long[long.len() - len..].to_owned()));
    // Equal but for one byte, at the start, in the middle and at the end.
    for (len, at) in [(3, 1), (5, 2), (7, 4), (9, 4), (15, 7), (16, 8), (17, 8), (20, 9), (20, 19), (8, 0)] {
        let mut text = long[..len].to_owned().into_bytes();
        text[at] ^= 0x20;
        texts.push(String::from_utf8(text).unwrap());
    }
    texts.extend(["\u{e9}\u{ff}", "<NA>", "USR", "/USR/LIB/X86"].map(str::to_owned));
    texts
}

fn leaked(text: &str) -> Extracted<'static> {
    Extracted::One(Value::Text(Box::leak(text.to_owned().into_boxed_str()).as_bytes()))
}

#[test]
fn texts_against_one_literal() {
    let texts = texts();
    let mut events: Vec<Vec<Extracted<'static>>> = texts.iter().map(|text| vec![leaked(text)]).collect();
    events.push(vec![Extracted::Absent]);
    events.push(vec![Extracted::One(Value::Unsigned(1))]);
    events.push(vec![Extracted::Ancestors(Box::leak(Box::new([Value::Text(b"/"), Value::Text(b"/u")])))]);
    for op in [
        Operator::Eq,
        Operator::Ne,
        Operator::Lt,
        Operator::Ge,
        Operator::Startswith,
        Operator::Endswith,
        Operator::Contains,
        Operator::Icontains,
        Operator::In,
        Operator::Intersects,
    ] {
        let mut rules = Rules::default();
        let field = rules.field("fd.name", ValueType::FsPath);
        for text in &texts {
            let check = rules.text(field, op, &[text]);
            rules.rule(check, &[CODE]);
            let not = rules.not(check);
            rules.rule(not, &[CODE]);
        }
        agree(&rules.finish(), &events);
    }
}

#[test]
fn texts_against_groups() {
    let texts = texts();
    let mut events: Vec<Vec<Extracted<'static>>> = texts.iter().map(|text| vec![leaked(text)]).collect();
    events.push(vec![Extracted::Absent]);
    for op in
        [Operator::Eq, Operator::Startswith, Operator::Endswith, Operator::Contains, Operator::Icontains]
    {
        for size in [2, 3, 7, 20] {
            let mut rules = Rules::default();
            let field = rules.field("fd.name", ValueType::FsPath);
            for start in 0..texts.len() {
                // Neighbours in the list share beginnings; far ones do not.
                for stride in [1, 13] {
                    let checks: Vec<ExprId> = (0..size)
                        .map(|n| &texts[(start + n * stride) % texts.len()])
                        .filter(|text| !text.is_empty() || start == 0)
                        .map(|text| rules.text(field, op, &[text]))
                        .collect();
                    let any = rules.any(&checks);
                    rules.rule(any, &[CODE]);
                    let none: Vec<ExprId> = checks.iter().map(|check| rules.not(*check)).collect();
                    let none = rules.all(&none);
                    rules.rule(none, &[CODE]);
                }
            }
            agree(&rules.finish(), &events);
        }
    }
}

/// A field of a type, literals for it and values of it.
fn classes() -> Vec<(ValueType, Vec<Const>, Vec<Value<'static>>)> {
    let numbers = [0, 1, 2, 63, 64, 255, 1 << 31, u64::MAX >> 1, 1 << 63, u64::MAX];
    let signed = numbers.map(|number| number as i64);
    let address = |text: &str| text.parse::<std::net::IpAddr>().unwrap();
    let addresses =
        ["10.0.0.1", "10.255.0.1", "0.0.0.0", "::1", "::", "fe80::1", "::ffff:10.0.0.1"].map(address);
    let networks =
        [("10.0.0.0", 8), ("10.0.0.1", 32), ("0.0.0.0", 0), ("::", 1), ("fe80::", 10), ("::1", 128)]
            .map(|(text, prefix)| Const::Network(Network { address: address(text), prefix }));
    let bytes: [&[u8]; 5] = [b"", b"\0", b"ab", b"abc\0d", b"0123456789abcdef0"];
    vec![
        (ValueType::Uint64, numbers.map(Const::Unsigned).into(), numbers.map(Value::Unsigned).into()),
        (ValueType::Int64, signed.map(Const::Signed).into(), signed.map(Value::Signed).into()),
        (ValueType::Port, [0, 22, 443].map(Const::Unsigned).into(), [0, 22, 80].map(Value::Unsigned).into()),
        (ValueType::Bool, [true, false].map(Const::Bool).into(), [true, false].map(Value::Bool).into()),
        (
            ValueType::Double,
            [0, 1, -5].map(Const::Float).into(),
            [0.0, 1.0, 1.5, -5.0, f64::NAN].map(Value::Float).into(),
        ),
        (ValueType::IpAddr, addresses.map(Const::Address).into(), addresses.map(Value::Address).into()),
        (ValueType::IpNet, networks.into(), addresses.map(Value::Address).into()),
        (ValueType::ByteBuf, bytes.map(|b| Const::Bytes(b.into())).into(), bytes.map(Value::Bytes).into()),
        (
            ValueType::CharBuf,
            ["", "a", "b*", "/a/b", "[a-c]+", "ab"].map(|text| Const::Text(text.as_bytes().into())).into(),
            ["", "a", "bcd", "/a/b/c", "ab", "b*"].map(|text| Value::Text(text.as_bytes())).into(),
        ),
    ]
}

/// Everything that a field of a class may give, shapes and unexpected variants included.
fn shapes(values: &[Value<'static>]) -> Vec<Extracted<'static>> {
    let mut all =
        vec![Extracted::Absent, Extracted::One(Value::Unsigned(1)), Extracted::One(Value::Text(b"a"))];
    all.extend(values.iter().map(|value| Extracted::One(*value)));
    for list in [&[][..], &values[..1], &values[..2], values] {
        let list: &'static [Value<'static>] = Box::leak(list.to_vec().into_boxed_slice());
        all.extend([Extracted::List(list), Extracted::Ancestors(list), Extracted::Endpoints(list)]);
    }
    all
}

#[test]
fn every_operator_on_every_class() {
    for (ty, literals, values) in classes() {
        for list in [false, true] {
            let mut rules = Rules::default();
            let field = rules.field_of("evt.one", ty, list);
            let other = rules.field_of("evt.other", ty, list);
            for op in OPERATORS.into_iter().filter(|op| op.allows(ty.class(), list)) {
                let modifiers: &[Option<Modifier>] = match op.syntax() {
                    OperatorSyntax::String => {
                        &[None, Some(MODIFIERS[0]), Some(MODIFIERS[1]), Some(MODIFIERS[2])]
                    }
                    _ => &[None],
                };
                let ids: Vec<_> =
                    literals.iter().map(|literal| rules.builder.const_(literal.clone())).collect();
                let mut sides = vec![Rhs::Slot(other)];
                for modifier in modifiers {
                    if op == Operator::Exists {
                        sides = vec![Rhs::None];
                    } else if op.syntax() == OperatorSyntax::List || modifier.is_some() {
                        sides.extend(
                            [&ids[..0], &ids[..1], &ids[..2], &ids[1..]].map(|ids| Rhs::Set(ids.into())),
                        );
                    } else {
                        sides.extend(ids.iter().map(|id| Rhs::Const(*id)));
                    }
                    for rhs in sides.drain(..) {
                        let check = rules.builder.check(Check { slot: field, op, modifier: *modifier, rhs });
                        rules.rule(check, &[CODE]);
                        let not = rules.not(check);
                        rules.rule(not, &[CODE]);
                    }
                }
            }
            // Numbers and networks in groups, as texts above.
            if !list {
                let checks: Vec<ExprId> = literals
                    .iter()
                    .map(|literal| rules.check(field, Operator::Eq, std::slice::from_ref(literal)))
                    .collect();
                for size in 2..=checks.len() {
                    let any = rules.any(&checks[..size]);
                    rules.rule(any, &[CODE]);
                }
            }
            let shapes = shapes(&values);
            let events: Vec<Vec<Extracted<'static>>> = shapes
                .iter()
                .flat_map(|left| [0, 3, shapes.len() - 1].map(|right| vec![*left, shapes[right]]))
                .collect();
            agree(&rules.finish(), &events);
        }
    }
}

#[test]
fn the_name_of_the_event_type_is_known_when_compiling() {
    let mut rules = Rules::default();
    let name = rules.field("evt.type", ValueType::CharBuf);
    let number = rules.field("evt.num", ValueType::Uint64);
    let one = rules.check(number, Operator::Eq, &[Const::Unsigned(1)]);
    let open = rules.text(name, Operator::In, &["open", "openat"]);
    let like_open = rules.text(name, Operator::Startswith, &["open"]);
    let not_open = rules.not(open);
    let conditions =
        [rules.all(&[open, one]), rules.all(&[not_open, one]), rules.any(&[like_open, one]), open];
    let codes: Vec<u16> = (0..catalogue::EVENTS.len() as u16).collect();
    for condition in conditions {
        rules.rule(condition, &codes);
    }
    let program = rules.finish();
    let interpreter = Interpreter::new(&program).unwrap();
    let filters = Filters::compile(&program, &binding(&program)).unwrap();
    // Opens, all others, generic ones (whose name varies).
    assert!(filters.stats().functions <= 5, "{:?}", filters.stats());
    for code in codes {
        for number in 0..2 {
            let name = catalogue::EVENTS[usize::from(code)].name;
            let values =
                vec![Extracted::One(Value::Text(name.as_bytes())), Extracted::One(Value::Unsigned(number))];
            let event = Table::new(code, values);
            assert_eq!(
                table::run(&filters, &event, Strategy::All),
                interpreter.matches(&event, true).iter().map(|rule| rule.0).collect::<Vec<u32>>(),
                "{name}"
            );
        }
    }
}
