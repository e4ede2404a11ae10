//! Conditions on host names hold for the addresses that the names stand for, once somebody told.

use std::net::IpAddr;
use std::sync::Arc;

use catalogue::{Catalogue, EVENTS, Operator, Priority};
use codegen::{Mode, Strategy};
use engine::fields::{Settings, host_names};
use engine::state::HostNames;
use engine::{Engine, NullHost, Ruleset};
use events::script::Script;
use ir::{
    Check, Const, EventSet, ExprId, OutputTemplate, Program, ProgramBuilder, Rhs, Rule, Slot, SlotKind,
};

mod support;

use support::import;

const MACHINE: &str = "
[interfaces]
eth0 10.0.0.2/24
[processes]
1   systemd ptid=0
100 curl    ptid=1
[descriptors]
100 5 tcp 10.0.0.2:4000->10.9.9.9:443
100 6 file /etc/passwd
[events]
1ms 0 100 read fd=5 res=1
1ms 0 100 read fd=6 res=1
";

fn check(builder: &mut ProgramBuilder, field: &str, op: Operator, names: &[&str]) -> ExprId {
    let import = import(&Catalogue::falco_default(), field).unwrap();
    let (ty, list) = (import.ty, import.list);
    let import = builder.import(import);
    let slot = builder.slot(Slot { kind: SlotKind::Import(import), ty, list });
    let literals: Vec<_> =
        names.iter().map(|name| builder.const_(Const::Text(name.as_bytes().into()))).collect();
    let rhs = if op == Operator::In { Rhs::Set(literals.into()) } else { Rhs::Const(literals[0]) };
    builder.check(Check { slot, op, modifier: None, rhs })
}

/// One rule for each check, named after it.
fn program(checks: &[(&str, Operator, &[&str])]) -> Program {
    let mut builder = ProgramBuilder::new();
    let source = builder.source("syscall");
    let rules = checks
        .iter()
        .map(|(field, op, names)| {
            let condition = check(&mut builder, field, *op, names);
            builder.rule(Rule {
                name: format!("{field} {} {}", op.as_str(), names.join(",")).into(),
                description: "".into(),
                source,
                priority: Priority::Debug,
                tags: Box::new([]),
                condition,
                events: EVENTS.iter().map(|ty| ty.code).collect::<EventSet>(),
                output: OutputTemplate::default(),
                capture: false,
                capture_duration_ms: 0,
            })
        })
        .collect();
    builder.finish(rules)
}

#[test]
fn names_stand_for_addresses() {
    let program = program(&[
        ("fd.sip.name", Operator::Eq, &["api.test"]),
        ("fd.sip.name", Operator::Eq, &["alias.test"]),
        ("fd.sip.name", Operator::In, &["web.test", "alias.test"]),
        ("fd.sip.name", Operator::Ne, &["api.test"]),
        ("fd.sip.name", Operator::Ne, &["web.test"]),
        ("fd.rip.name", Operator::Eq, &["api.test"]),
        ("fd.cip.name", Operator::Eq, &["api.test"]),
        ("fd.lip.name", Operator::Eq, &["here.test"]),
    ]);
    let wanted = ["alias.test", "api.test", "here.test", "web.test"];
    assert!(host_names(&program).into_iter().eq(wanted));
    let ruleset = Arc::new(Ruleset::new(program, Settings::default(), Mode::Automatic).unwrap());
    let mut engine = Engine::new(
        ruleset,
        Strategy::All,
        engine::format::Options::default(),
        engine::Options::default(),
        Box::new(NullHost),
    );
    let script = Script::parse(MACHINE).unwrap();
    engine.load(&script.snapshot);
    let alerts = |engine: &mut Engine| {
        let mut alerts = Vec::new();
        script.events().for_each(|event| engine.process(&event, |alert| alerts.push(alert.rule.to_string())));
        alerts
    };
    // Nothing is known: a connection has another name than any.
    assert_eq!(alerts(&mut engine), ["fd.sip.name != api.test", "fd.sip.name != web.test"]);
    let (api, here): (IpAddr, IpAddr) = ([10, 9, 9, 9].into(), [10, 0, 0, 2].into());
    let mapped: IpAddr = "::ffff:10.9.9.9".parse().unwrap();
    engine.set_host_names(HostNames::new([
        ("api.test", &[[1, 2, 3, 4].into(), api][..]),
        ("alias.test", &[mapped]),
        ("here.test", &[here]),
        ("web.test", &[[10, 9, 9, 8].into()]),
    ]));
    let expected = [
        "fd.sip.name = api.test",
        "fd.sip.name = alias.test",
        "fd.sip.name in web.test,alias.test",
        "fd.sip.name != web.test",
        "fd.rip.name = api.test",
        "fd.lip.name = here.test",
    ];
    assert_eq!(alerts(&mut engine), expected);
    // Another look at the machine changes nothing about names.
    engine.load(&script.snapshot);
    assert_eq!(alerts(&mut engine), expected);
}
