//! What filters promise beyond the right result: order, sharing, extraction on demand, process-level results.

mod table;

use catalogue::{Operator, ValueType};
use codegen::{Backend, Filters, Matches, Strategy};
use ir::{Const, Extracted, SourceId};
use table::{Rules, Table, binding, matches, run, text, unsigned};

const OPEN: u16 = 3;
const CLOSE: u16 = 5;

#[test]
fn machine_code_is_made_here() {
    let mut rules = Rules::default();
    let name = rules.field("fd.name", ValueType::FsPath);
    let check = rules.text(name, Operator::Eq, &["/etc/shadow"]);
    rules.rule(check, &[OPEN]);
    let program = rules.finish();
    let filters = Filters::compile(&program, &binding(&program)).unwrap();
    assert_eq!(*filters.backend(), Backend::Machine);
    assert!(filters.stats().code_bytes > 0);
    assert!(filters.wants(SourceId(0), catalogue::EventCode(OPEN)));
    for (source, code) in [(0, CLOSE), (1, OPEN), (0, u16::MAX)] {
        assert!(!filters.wants(SourceId(source), catalogue::EventCode(code)), "{source} {code}");
    }
    assert_eq!(run(&filters, &Table::new(OPEN, vec![text("/etc/shadow")]), Strategy::First), [0]);
    assert_eq!(run(&filters, &Table::new(OPEN, vec![text("/etc/shadoW")]), Strategy::First), []);
    assert_eq!(run(&filters, &Table::new(OPEN, vec![Extracted::Absent]), Strategy::First), []);
}

#[test]
fn rules_match_in_order_and_equal_conditions_are_decided_once() {
    let mut rules = Rules::default();
    let number = rules.field("evt.num", ValueType::Uint64);
    let small = rules.check(number, Operator::Lt, &[Const::Unsigned(10)]);
    let even = rules.check(number, Operator::In, &[0, 2, 4, 6, 8, 1 << 40].map(Const::Unsigned));
    for condition in [small, even, small, even, small] {
        rules.rule(condition, &[OPEN]);
    }
    let program = rules.finish();
    let filters = Filters::compile(&program, &binding(&program)).unwrap();
    assert_eq!((filters.stats().tests, filters.stats().functions), (2, 1));
    for (value, first, all) in
        [(4, &[0][..], &[0, 1, 2, 3, 4][..]), (5, &[0], &[0, 2, 4]), (1 << 40, &[1], &[1, 3]), (11, &[], &[])]
    {
        let event = Table::new(OPEN, vec![unsigned(value)]);
        assert_eq!(matches(&program, &event, Strategy::First), first, "{value}");
        assert_eq!(matches(&program, &event, Strategy::All), all, "{value}");
    }
}

#[test]
fn fields_are_extracted_on_demand_and_once() {
    let mut rules = Rules::default();
    let number = rules.field("evt.num", ValueType::Uint64);
    let name = rules.field("fd.name", ValueType::FsPath);
    let other = rules.field("fd.filename", ValueType::FsPath);
    let one = rules.check(number, Operator::Eq, &[Const::Unsigned(1)]);
    for part in ["a", "b", "c"] {
        let checks = [
            rules.text(name, Operator::Startswith, &[part]),
            rules.text(name, Operator::Contains, &[part]),
            rules.text(other, Operator::Endswith, &[part]),
            one,
        ];
        let condition = rules.all(&checks);
        rules.rule(condition, &[OPEN]);
    }
    let program = rules.finish();
    let filters = Filters::compile(&program, &binding(&program)).unwrap();
    for (number, name, asked) in [(0, "a", [1, 0, 0]), (1, "x", [1, 1, 0]), (1, "bc", [1, 1, 1])] {
        let event = Table::new(OPEN, vec![unsigned(number), text(name), text("x")]);
        assert_eq!(run(&filters, &event, Strategy::All), []);
        assert_eq!(*event.asked.borrow(), asked, "{number} {name}");
    }
}

#[test]
fn process_level_results_last_until_the_cache_is_cleared() {
    let mut rules = Rules::default();
    let process = rules.field("proc.name", ValueType::CharBuf);
    let file = rules.field("fd.name", ValueType::FsPath);
    let shell = rules.text(process, Operator::In, &["sh", "bash", "zsh"]);
    let not_etc = rules.text(file, Operator::Startswith, &["/etc"]);
    let not_etc = rules.not(not_etc);
    let condition = rules.all(&[not_etc, shell]);
    rules.rule(condition, &[OPEN]);
    rules.rule(shell, &[OPEN, CLOSE]);
    let program = rules.finish();
    let filters = Filters::compile(&program, &binding(&program)).unwrap();
    assert_eq!(filters.stats().process_expressions, 1);

    let mut context = filters.context();
    let mut matches = Matches::new();
    let mut event = Table::new(OPEN, vec![text("bash"), text("/tmp")]).with_cache();
    let mut run = |event: &Table| {
        filters.run(&mut context, SourceId(0), event, &mut matches, Strategy::All);
        matches.iter().map(|rule| rule.0).collect::<Vec<u32>>()
    };
    assert_eq!(run(&event), [0, 1]);
    assert_eq!(run(&event), [0, 1]);
    assert_eq!(*event.asked.borrow(), [1, 2]);
    // The cache answers for the process, whatever the field says now.
    event.values[0] = text("cat");
    assert_eq!(run(&event), [0, 1]);
    event.cache.as_ref().unwrap().clear();
    assert_eq!(run(&event), []);
    assert_eq!(*event.asked.borrow(), [2, 3]);
    // Without a cache it is one look per event.
    event.cache = None;
    assert_eq!(run(&event), []);
    assert_eq!(run(&event), []);
    assert_eq!(*event.asked.borrow(), [4, 3]);
    // Other filters find nothing of these in the cache.
    let event = Table::new(OPEN, vec![text("bash"), text("/tmp")]).with_cache();
    assert_eq!(run(&event), [0, 1]);
    let mut rules = Rules::default();
    let process = rules.field("proc.name", ValueType::CharBuf);
    let cat = rules.text(process, Operator::Eq, &["cat"]);
    rules.rule(cat, &[OPEN]);
    let other_program = rules.finish();
    let other = Filters::compile(&other_program, &binding(&other_program)).unwrap();
    other.run(&mut context, SourceId(0), &event, &mut matches, Strategy::All);
    assert!(matches.is_empty());
    filters.run(&mut context, SourceId(0), &event, &mut matches, Strategy::All);
    assert_eq!(matches.len(), 2);
}

#[test]
fn a_cache_of_more_expressions_than_fit_inline() {
    let mut rules = Rules::default();
    let process = rules.field("proc.pid", ValueType::Int64);
    let file = rules.field("fd.num", ValueType::Int64);
    let open = rules.check(file, Operator::Ge, &[Const::Signed(0)]);
    for pid in 0..1000 {
        let check = rules.check(process, Operator::Eq, &[Const::Signed(pid)]);
        let condition = rules.all(&[check, open]);
        rules.rule(condition, &[OPEN]);
    }
    let program = rules.finish();
    let filters = Filters::compile(&program, &binding(&program)).unwrap();
    assert_eq!(filters.stats().process_expressions, 1000);
    let signed = |value| Extracted::One(ir::Value::Signed(value));
    for pid in [0, 63, 64, 511, 999] {
        let event = Table::new(OPEN, vec![signed(pid), signed(3)]).with_cache();
        for _ in 0..2 {
            assert_eq!(run(&filters, &event, Strategy::All), [pid as u32]);
        }
        assert_eq!(*event.asked.borrow(), [1, 2]);
    }
}
