//! Operators, transformers, priorities and types, as the language defines them.

use std::collections::BTreeSet;

use catalogue::{
    FIELDS, MODIFIERS, OPERATORS, Operator, OperatorSyntax, PRIORITIES, Priority, Shape, TRANSFORMERS,
    Transformer, TypeClass, VALUE_TYPES, ValueType,
};

#[test]
fn operators_and_their_syntax() {
    let texts: BTreeSet<_> = OPERATORS.iter().map(|op| op.as_str()).collect();
    let wanted = "= != < <= > >= exists contains icontains bcontains startswith bstartswith endswith glob iglob regex \
                  in intersects pmatch";
    assert_eq!(texts, wanted.split(' ').collect());
    for op in OPERATORS {
        assert_eq!(Operator::from_text(op.as_str()), Some(op));
    }
    assert_eq!(Operator::from_text("=="), Some(Operator::Eq));
    for text in ["like", "notin", "IN", "===", ""] {
        assert_eq!(Operator::from_text(text), None, "{text}");
    }
    let with = |syntax| OPERATORS.into_iter().filter(move |op| op.syntax() == syntax).map(Operator::as_str);
    let sorted = |syntax| with(syntax).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    assert_eq!(sorted(OperatorSyntax::Unary), ["exists"]);
    assert_eq!(sorted(OperatorSyntax::Number), ["<", "<=", ">", ">="]);
    assert_eq!(sorted(OperatorSyntax::List), ["in", "intersects", "pmatch"]);
    assert_eq!(MODIFIERS.map(|m| m.as_str()), ["oneof", "anyof", "allof"]);
}

#[test]
fn operators_by_type() {
    use TypeClass::*;
    let table = [
        (Number, "= != < <= > >= in intersects"),
        (Bool, "= != in intersects"),
        (
            String,
            "= != < <= > >= in intersects contains startswith endswith icontains glob iglob regex pmatch",
        ),
        (Buffer, "= != in intersects contains startswith endswith bcontains bstartswith"),
        (IpAddr, "= != in intersects"),
        (IpNet, "= != in intersects"),
    ];
    for (class, allowed) in table {
        let allowed: BTreeSet<_> = allowed.split(' ').chain(["exists"]).collect();
        for op in OPERATORS {
            assert_eq!(op.allows(class, false), allowed.contains(op.as_str()), "{class:?} {}", op.as_str());
            let listed = matches!(op.as_str(), "exists" | "in" | "intersects");
            assert_eq!(op.allows(class, true), listed, "list of {class:?} {}", op.as_str());
        }
    }
    for op in OPERATORS {
        assert_eq!(op.allows(Other, false), op == Operator::Exists);
        assert_eq!(op.allows(Other, true), op == Operator::Exists);
    }
}

#[test]
fn messages_for_operators_that_a_type_does_not_allow() {
    use ValueType::*;
    let text = |op: &str, ty, list, modifier| Operator::from_text(op).unwrap().rejection(ty, list, modifier);
    for (op, ty, list, modifier, wanted) in [
        ("contains", Uint32, false, false, "'contains' operator not supported for numeric filters"),
        ("<", Bool, false, false, "'<' operator not supported for numeric filters"),
        ("bcontains", CharBuf, false, true, "'bcontains' operator not supported for string filters"),
        ("glob", ByteBuf, false, false, "'glob' operator not supported for buffer filters"),
        ("<", IpAddr, false, false, "'<' operator not supported for ip address and network filters"),
        ("glob", IpNet, false, true, "'glob' with modifier not supported for ip address and network filters"),
        ("==", CharBuf, true, false, "'=' operator not supported list filters"),
        ("in", Int64, true, false, "list filters are not supported for type 'INT64'"),
        ("=", Uid, false, false, "'=' operator not supported for type 'UID'"),
        ("=", Pid32, false, false, "'=' operator not supported for type '<NA>'"),
    ] {
        assert_eq!(text(op, ty, list, modifier).as_deref(), Some(wanted));
    }
    assert_eq!(text("intersects", IpNet, true, false), Option::None);
    assert_eq!(text("exists", Uid, true, false), Option::None);
}

#[test]
fn transformers_by_type() {
    let names: Vec<_> = TRANSFORMERS.iter().map(|t| t.as_str()).collect();
    assert_eq!(names, ["tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt", "val"]);
    for t in TRANSFORMERS {
        assert_eq!(Transformer::from_text(t.as_str()), Some(t));
    }
    let shape = |ty, list| Shape { ty, list };
    let apply = |name, ty, list| Transformer::from_text(name).unwrap().apply(shape(ty, list));
    for ty in VALUE_TYPES {
        for list in [false, true] {
            let text = ty.is_string().then_some(shape(ty, list));
            for name in ["tolower", "toupper", "basename"] {
                assert_eq!(apply(name, ty, list), text, "{name} of {}", ty.name());
            }
            let bytes = matches!(ty, ValueType::CharBuf | ValueType::ByteBuf);
            assert_eq!(apply("b64", ty, list), bytes.then_some(shape(ty, list)));
            let long = list || ty.is_string() || ty == ValueType::ByteBuf;
            assert_eq!(apply("len", ty, list), long.then_some(shape(ValueType::Uint64, false)));
        }
    }
    let of = |name: &str| {
        let field = FIELDS.iter().find(|f| f.name == name).unwrap();
        field.transformers().map(Transformer::as_str).collect::<Vec<_>>()
    };
    assert_eq!(of("proc.name"), ["toupper", "tolower", "basename", "b64", "len"]);
    assert_eq!(of("fd.types"), ["toupper", "tolower", "basename", "b64", "len"]);
    assert_eq!(of("evt.buffer"), ["b64", "len"]);
    assert!(of("proc.aname").is_empty());
    assert!(of("proc.pid").is_empty());
}

#[test]
fn priorities() {
    let long = "Emergency Alert Critical Error Warning Notice Informational Debug";
    assert!(PRIORITIES.iter().map(|p| p.as_str()).eq(long.split(' ')));
    for (i, priority) in PRIORITIES.into_iter().enumerate() {
        assert_eq!(priority as usize, i);
        assert_eq!(Priority::from_number(i as u8), Some(priority));
        assert_eq!(Priority::parse(&priority.as_str().to_uppercase()), Some(priority));
    }
    assert_eq!(Priority::parse("iNfO"), Some(Priority::Informational));
    assert_eq!(Priority::Informational.short_name(), "Info");
    for text in ["warn", "err", "crit", "4", "", " debug"] {
        assert_eq!(Priority::parse(text), None, "{text}");
    }
    assert!(Priority::Emergency < Priority::Debug);
}
