//! Every deviation, decided on values by the interpreter.

use catalogue::Format;

use super::*;
use crate::consts::{Const, Network};
use crate::expr::ImportId;
use crate::interp::Interpreter;
use crate::value::{Extracted, FieldSource, Value};

struct Only<'v>(Extracted<'v>);

impl FieldSource for Only<'_> {
    fn event_code(&self) -> catalogue::EventCode {
        catalogue::EventCode(0)
    }

    fn extract(&self, _: ImportId) -> Extracted<'_> {
        self.0
    }
}

fn import(builder: &mut ProgramBuilder, name: &str, arg: Option<&str>, ty: ValueType, list: bool) -> SlotId {
    let text = arg.map_or(name.to_owned(), |arg| format!("{name}[{arg}]"));
    let import = builder.import(Import {
        source: "syscall".into(),
        name: name.into(),
        arg: arg.map(Into::into),
        text: text.into(),
        ty,
        list,
        format: Format::Na,
    });
    builder.slot(Slot { kind: SlotKind::Import(import), ty, list })
}

/// Decides `field op modifier (values)` for a left side.
fn decide(
    field: (&str, Option<&str>, ValueType),
    op: Operator,
    modifier: Option<Modifier>,
    values: &[Const],
    left: Extracted<'_>,
) -> bool {
    let mut builder = ProgramBuilder::new();
    let slot = import(&mut builder, field.0, field.1, field.2, false);
    let ids: Box<[_]> = values.iter().map(|value| builder.const_(value.clone())).collect();
    let is_set = modifier.is_some() || matches!(op, Operator::In | Operator::Intersects);
    let rhs = if is_set { Rhs::Set(ids) } else { Rhs::Const(ids[0]) };
    let root = check(&mut builder, Check { slot, op, modifier, rhs });
    let program = builder.finish(vec![]);
    Interpreter::new(&program).unwrap().holds(&Only(left), root)
}

fn text(text: &str) -> Const {
    Const::Text(text.as_bytes().into())
}

#[test]
fn fields_with_their_own_comparison() {
    use Modifier::*;
    use Operator::*;
    use ValueType::{CharBuf, IpAddr, IpNet, Pid, Port, Uint32};
    let ancestors = Extracted::Ancestors(&[Value::Text(b"bash"), Value::Text(b"init")]);
    let pids = Extracted::Ancestors(&[Value::Signed(1)]);
    let addresses = [Value::Address([10, 0, 0, 1].into()), Value::Address([172, 16, 0, 1].into())];
    let ends = Extracted::Endpoints(&addresses);
    let ports = Extracted::Endpoints(&[Value::Unsigned(443), Value::Unsigned(5000)]);
    let net = |a: [u8; 4]| Const::Network(Network { address: a.into(), prefix: 8 });
    let ip = |a: [u8; 4]| Const::Address(a.into());
    let (x, init) = (text("x"), text("init"));
    let aname = ("proc.aname", None, CharBuf);
    for (field, op, modifier, values, left, expected) in [
        (aname, In, None, vec![x.clone(), init.clone()], ancestors, true),
        (aname, In, None, vec![x.clone()], ancestors, false),
        (aname, Eq, Some(Anyof), vec![x.clone(), init.clone()], ancestors, false),
        (aname, Eq, Some(Anyof), vec![init.clone(), x.clone()], ancestors, true),
        (aname, Eq, Some(Oneof), vec![], ancestors, false),
        (
            ("proc.aname", Some("-1"), CharBuf),
            Eq,
            Some(Anyof),
            vec![x.clone(), init.clone()],
            ancestors,
            false,
        ),
        (
            ("proc.aname", Some("1"), CharBuf),
            Eq,
            Some(Anyof),
            vec![x.clone(), init.clone()],
            Extracted::One(Value::Text(b"init")),
            true,
        ),
        (("proc.apid", None, Pid), In, None, vec![Const::Signed(1)], pids, false),
        (("proc.apid", None, Pid), Eq, None, vec![Const::Signed(1)], pids, true),
        (
            ("proc.apid", Some("1"), Pid),
            In,
            None,
            vec![Const::Signed(1)],
            Extracted::One(Value::Signed(1)),
            true,
        ),
        (("fd.ip", None, IpAddr), In, None, vec![ip([10, 0, 0, 1])], ends, false),
        (("fd.ip", None, IpAddr), Intersects, None, vec![ip([10, 0, 0, 1])], ends, false),
        (("fd.ip", None, IpAddr), Eq, None, vec![ip([10, 0, 0, 1])], ends, true),
        (("fd.ip", None, IpAddr), Ne, None, vec![ip([10, 0, 0, 1])], ends, false),
        (("fd.net", None, IpNet), In, None, vec![net([11, 0, 0, 0]), net([10, 0, 0, 0])], ends, false),
        (("fd.net", None, IpNet), In, None, vec![net([10, 0, 0, 0]), net([11, 0, 0, 0])], ends, true),
        (("fd.net", None, IpNet), In, None, vec![], ends, false),
        (("fd.net", None, IpNet), Intersects, None, vec![net([10, 0, 0, 0])], ends, false),
        (("fd.port", None, Port), In, None, vec![Const::Unsigned(1), Const::Unsigned(443)], ports, true),
        (("fd.port", None, Port), Intersects, None, vec![Const::Unsigned(443)], ports, false),
        (
            ("fd.port", None, Port),
            Ne,
            Some(Allof),
            vec![Const::Unsigned(1), Const::Unsigned(443)],
            ports,
            true,
        ),
        (
            ("evt.rawarg", Some("flags"), Uint32),
            In,
            None,
            vec![Const::Unsigned(0)],
            Extracted::One(Value::Unsigned(0)),
            false,
        ),
        (
            ("evt.rawarg", Some("exe"), CharBuf),
            In,
            None,
            vec![x.clone()],
            Extracted::One(Value::Text(b"x")),
            true,
        ),
        (
            ("fd.snet", None, IpNet),
            Eq,
            Some(Anyof),
            vec![net([10, 0, 0, 0])],
            Extracted::One(addresses[0]),
            false,
        ),
        (
            ("fd.snet", None, IpNet),
            Ne,
            Some(Allof),
            vec![net([10, 0, 0, 0])],
            Extracted::One(addresses[0]),
            true,
        ),
        (("fd.snet", None, IpNet), Ne, Some(Allof), vec![], Extracted::One(addresses[0]), false),
        (("fd.snet", None, IpNet), Ne, Some(Allof), vec![net([10, 0, 0, 0])], Extracted::Absent, false),
        (
            ("fd.snet", None, IpNet),
            Eq,
            Some(Oneof),
            vec![net([10, 0, 0, 0])],
            Extracted::One(addresses[0]),
            true,
        ),
        (
            ("fd.snet", None, IpNet),
            Ne,
            Some(Anyof),
            vec![net([10, 0, 0, 0])],
            Extracted::One(addresses[0]),
            false,
        ),
        (
            ("fd.snet", None, IpNet),
            In,
            None,
            vec![net([11, 0, 0, 0]), net([10, 0, 0, 0])],
            Extracted::One(addresses[0]),
            true,
        ),
    ] {
        assert_eq!(
            decide(field, op, modifier, &values, left),
            expected,
            "{field:?} {op:?} {modifier:?} {values:?}"
        );
    }
}

#[test]
fn transformed_lists_equal_nothing() {
    let mut builder = ProgramBuilder::new();
    let ty = ValueType::CharBuf;
    let list = import(&mut builder, "fd.types", None, ty, true);
    let lower = |builder: &mut ProgramBuilder, arg| {
        let kind =
            SlotKind::Transform { transformer: Transformer::Tolower, args: [arg].into(), selector: None };
        builder.slot(Slot { kind, ty, list: true })
    };
    let lowered = lower(&mut builder, list);
    let twice = lower(&mut builder, lowered);
    let file = builder.const_(text("file"));
    let set = || Rhs::Set([file].into());
    let mut root = |slot, op, rhs| check(&mut builder, Check { slot, op, modifier: None, rhs });
    let cases = [
        (root(list, Operator::In, set()), true, true),
        (root(lowered, Operator::In, set()), false, true),
        (root(lowered, Operator::Intersects, set()), false, false),
        (root(lowered, Operator::In, Rhs::Slot(list)), false, true),
        (root(lowered, Operator::Intersects, Rhs::Slot(list)), false, false),
        (root(lowered, Operator::In, Rhs::Slot(twice)), true, true),
        (root(lowered, Operator::Exists, Rhs::None), true, true),
    ];
    let program = builder.finish(vec![]);
    let interpreter = Interpreter::new(&program).unwrap();
    let files = [Value::Text(b"file")];
    for (root, with_file, when_empty) in cases {
        assert_eq!(interpreter.holds(&Only(Extracted::List(&files)), root), with_file, "{root:?}");
        assert_eq!(interpreter.holds(&Only(Extracted::List(&[])), root), when_empty, "{root:?}");
        assert!(!interpreter.holds(&Only(Extracted::Absent), root));
    }
}

#[test]
fn around_compares_the_time() {
    let field = catalogue::Catalogue::core().resolve("syscall", "evt.rawtime").unwrap();
    assert_eq!((field.ty, field.list), (ValueType::AbsTime, false));
    let center = 1_700_000_000_000_000_000_u64;
    let around = ("evt.around", Some("1700000000000000000"), ValueType::Uint64);
    let ms = 1_000_000;
    for (window, time, expected) in [
        (10, center, true),
        (10, center + 10 * ms, true),
        (10, center + 10 * ms + 1, false),
        (10, center - 10 * ms, true),
        (10, center - 10 * ms - 1, false),
        (0, center, true),
        // Beyond the epoch Falco's lower bound wraps.
        (1_700_000_000_001, center, false),
    ] {
        let time = Extracted::One(Value::Unsigned(time));
        let found = decide(around, Operator::Eq, None, &[Const::Unsigned(window)], time);
        assert_eq!(found, expected, "{window} {time:?}");
    }
}
