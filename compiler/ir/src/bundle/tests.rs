//! Round trips, corruption, and refusal by name.

use catalogue::{Catalogue, EventCode, Format, Operator, Priority, ValueType};

use super::format::{HEADER, ROW};
use super::*;
use crate::consts::{Const, Network};
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, Import, Rhs, Slot, SlotKind};
use crate::program::{OutputField, OutputTemplate, Piece, Program, ProgramBuilder, Rule};
use crate::testing::{Prng, RandomProgram};

pub(super) fn manifest() -> Manifest {
    Manifest {
        version: 42,
        producer: "rulec 0.1.0".into(),
        sources: vec![SourceDigest::new("rules.yaml", b"- list: a\n  items: []\n")],
        plugins: vec![RequiredPlugin { name: "json".into(), version: "0.7.0".into() }],
    }
}

/// A program over real fields.
pub(super) fn small() -> Program {
    let mut builder = ProgramBuilder::new();
    let source = builder.source("syscall");
    let ty = ValueType::CharBuf;
    let import = builder.import(Import {
        source: "syscall".into(),
        name: "proc.name".into(),
        arg: None,
        text: "proc.name".into(),
        ty,
        list: false,
        format: Format::Na,
    });
    let slot = builder.slot(Slot { kind: SlotKind::Import(import), ty, list: false });
    let init = builder.const_(Const::Text(b"init".as_slice().into()));
    builder.const_(Const::Network(Network { address: "fe80::".parse().unwrap(), prefix: 10 }));
    let condition = builder.check(Check { slot, op: Operator::Eq, modifier: None, rhs: Rhs::Const(init) });
    let rule = builder.rule(Rule {
        name: "Init".into(),
        description: "Something by init".into(),
        source,
        priority: Priority::Notice,
        tags: ["process".into()].into(),
        condition,
        events: [EventCode(3), EventCode(5)].into_iter().collect(),
        output: OutputTemplate {
            pieces: [Piece::Text("by ".into()), Piece::Value { slot, width: Some(8) }].into(),
            fields: [OutputField::Raw { key: "proc.name".into(), slot: Some(slot) }].into(),
        },
        capture: false,
        capture_duration_ms: 0,
    });
    builder.finish(vec![rule])
}

#[test]
fn random_programs_survive() {
    for seed in 0..500 {
        let program = RandomProgram::new(seed).program;
        let bytes = write(&program, &manifest());
        assert_eq!(bytes, write(&program, &manifest()), "seed {seed}");
        let bundle = Bundle::open(&bytes).unwrap();
        assert_eq!(bundle.manifest(), &manifest());
        assert_eq!(bundle.program_unbound(), Ok(program), "seed {seed}");
    }
}

#[test]
fn signatures_cover_everything() {
    let program = small();
    let bytes = write_signed(&program, &manifest(), &[7; 32], |digest| {
        let mut signature = [9; 64];
        signature[..32].copy_from_slice(digest);
        signature
    });
    let bundle = Bundle::open(&bytes).unwrap();
    let digest = *bundle.digest();
    let signature = *bundle.signature().unwrap();
    assert_eq!(signature.key, [7; 32]);
    assert_eq!(signature.signature[..32], digest);
    assert_eq!(bundle.program(&Catalogue::core()), Ok(program));

    // A changed byte is refused, or it is one of the signature itself.
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        if let Ok(bundle) = Bundle::open(&changed) {
            assert_eq!(*bundle.digest(), digest, "byte {at}");
            assert_ne!(*bundle.signature().unwrap(), signature, "byte {at}");
        }
    }
    for end in 0..bytes.len() {
        assert!(Bundle::open(&bytes[..end]).is_err(), "the first {end} bytes");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Bundle::open(&longer).is_err());
}

/// The bytes with their digest made right again.
fn mended(bytes: Vec<u8>) -> Vec<u8> {
    with_digest(bytes)
}

#[test]
fn broken_content_is_refused_without_panic() {
    let mut prng = Prng::new(1);
    let mut accepted = 0;
    for round in 0..5_000 {
        let mut bytes = write(&RandomProgram::new(round % 50).program, &manifest());
        for _ in 0..1 + prng.below(3) {
            let at = prng.below(bytes.len());
            bytes[at] = if prng.chance(50) { prng.bits() as u8 } else { bytes[at] ^ (1 << prng.below(8)) };
        }
        let bytes = mended(bytes);
        if let Ok(program) = Bundle::open(&bytes).and_then(|bundle| bundle.program_unbound()) {
            // Whatever is accepted can be evaluated and written.
            let interpreter = crate::interp::Interpreter::new(&program).unwrap();
            let source = crate::testing::MapSource::from_values(EventCode(3), vec![]);
            interpreter.matches(&source, true);
            let again = write(&program, &manifest());
            assert_eq!(Bundle::open(&again).and_then(|bundle| bundle.program_unbound()), Ok(program.clone()));
            crate::print::program(&program);
            accepted += 1;
        }
    }
    assert!(accepted > 0 && accepted < 4_000, "{accepted}");
}

#[test]
fn names_decide_whether_a_program_loads() {
    let bytes = write(&small(), &manifest());
    let renamed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let mut bytes = bytes.clone();
        while let Some(at) = bytes.windows(from.len()).position(|window| window == from.as_bytes()) {
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
        let bytes = mended(bytes);
        Bundle::open(&bytes).and_then(|bundle| bundle.program(&Catalogue::core())).unwrap_err().to_string()
    };
    let symbol = catalogue::EVENTS[3].symbol;
    let gone = "X".repeat(symbol.len());
    assert_eq!(renamed(symbol, &gone), format!("bundle uses event type '{gone}', which is unknown here"));
    assert_eq!(renamed("CHARBUF", "CHARBOX"), "bundle uses value type 'CHARBOX', which is unknown here");
    assert_eq!(renamed("Notice", "Nodice"), "bundle uses priority 'Nodice', which is unknown here");
    assert_eq!(
        renamed("proc.name", "proc.nome"),
        "bundle reads field 'proc.nome' of source 'syscall', which is unknown here: \
         filter_check called with nonexistent field proc.nome"
    );
    assert_eq!(
        renamed("proc.name", "thread.id"),
        "bundle reads field 'thread.id' of source 'syscall', which is unknown here: \
         filter_check called with nonexistent field thread.id"
    );
    assert_eq!(renamed("rulecbdl", "rulecbdx"), "not a rule bundle");
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(
        Bundle::open(&newer).unwrap_err().to_string(),
        "bundle format version 2 is not supported (supported: 1)"
    );
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(Bundle::open(&changed).unwrap_err(), BundleError::Digest);
}

#[test]
fn fields_with_another_type_are_refused() {
    let mut program = small();
    program.imports[0].name = "proc.pid".into();
    program.imports[0].text = "proc.pid".into();
    let bytes = write(&program, &manifest());
    assert_eq!(
        Bundle::open(&bytes).unwrap().program(&Catalogue::core()).unwrap_err().to_string(),
        "bundle reads field 'proc.pid' as CHARBUF, but here it is INT64"
    );
}

/// Adds a section of an unknown kind before the end.
fn with_section(flags: u32) -> Vec<u8> {
    let old = write(&small(), &manifest());
    let count = 7;
    let mut bytes = old[..HEADER].to_vec();
    bytes[12] = 8;
    bytes[16..24].copy_from_slice(&((old.len() + ROW + 3) as u64).to_le_bytes());
    for row in 0..count {
        let mut row = old[HEADER + ROW * row..][..ROW].to_vec();
        let offset = u64::from_le_bytes(row[8..16].try_into().unwrap()) + ROW as u64;
        row[8..16].copy_from_slice(&offset.to_le_bytes());
        bytes.extend(row);
    }
    bytes.extend(100_u32.to_le_bytes());
    bytes.extend(flags.to_le_bytes());
    bytes.extend(((old.len() + ROW) as u64).to_le_bytes());
    bytes.extend(3_u64.to_le_bytes());
    bytes.extend(&old[HEADER + ROW * count..]);
    bytes.extend(b"new");
    mended(bytes)
}

#[test]
fn later_sections_are_skipped_unless_required() {
    let optional = with_section(0);
    assert_eq!(Bundle::open(&optional).unwrap().program(&Catalogue::core()), Ok(small()));
    assert_eq!(Bundle::open(&with_section(1)).unwrap_err(), BundleError::UnknownSection(100));
}

#[test]
fn inconsistent_programs_are_refused() {
    type Change = fn(&mut Program);
    let changes: [(Change, &str); 12] = [
        (|p| p.rules[0].condition.0 = 9, "rule 0: no such expression"),
        (|p| p.rules[0].source.0 = 9, "rule 0: no such event source"),
        (|p| p.rules.push(p.rules[0].clone()), "rule 1: another rule has its name"),
        (|p| p.order.push(p.order[0]), "place in the order 1: the rule occurs twice"),
        (|p| p.slots[0].list = true, "slot 0: its type is not that of the field"),
        (
            |p| p.slots[0].kind = SlotKind::List([crate::SlotId(0)].into()),
            "slot 0: an operand does not precede it",
        ),
        (|p| p.exprs.push(Expr::Not(crate::ExprId(1))), "expression 1: an operand does not precede it"),
        (|p| p.consts[0] = Const::Unsigned(1), "expression 0: a constant does not suit the type"),
        (
            |p| p.consts[0] = Const::Text([b'a'; 256].into()),
            "expression 0: a constant does not suit the type",
        ),
        (
            |p| p.consts[1] = Const::Network(Network { address: [1, 2, 3, 4].into(), prefix: 33 }),
            "constant 1: the prefix is too long",
        ),
        (
            |p| {
                let Expr::Check(check) = &mut p.exprs[0] else { return };
                check.op = Operator::Regex;
                p.consts[0] = Const::Text(b"(".as_slice().into());
            },
            "expression 0: a regular expression is not valid",
        ),
        (
            |p| {
                let Expr::Check(check) = &mut p.exprs[0] else { return };
                check.op = Operator::Bcontains;
            },
            "expression 0: the operator does not suit the type",
        ),
    ];
    assert_eq!(verify(&small()), Ok(()));
    for (change, message) in changes {
        let mut program = small();
        change(&mut program);
        assert_eq!(verify(&program).unwrap_err().to_string(), message);
    }
    let mut program = small();
    program.rules[0].events = EventSet::below(EventSet::CAPACITY);
    assert_eq!(verify(&program).unwrap_err().to_string(), "rule 0: an event type does not exist");
}

#[test]
fn the_bytes_do_not_change() {
    // A bundle of version 1 as it was when the format was settled. If this fails, the version must grow.
    let bytes = write(&small(), &manifest());
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    expect_test::expect_file!["golden_v1.hex"].assert_eq(&hex);
    let saved = crate::ops::bytes::decode_hex(include_bytes!("golden_v1.hex")).unwrap();
    assert_eq!(Bundle::open(&saved).unwrap().program(&Catalogue::core()), Ok(small()));
}
