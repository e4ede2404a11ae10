//! The evaluator: decides tests for machine code, evaluates process-level expressions, and runs whole functions where
//! executable memory is refused. It follows the same steps as the machine code and allocates only in the arena.

use bumpalo::collections::Vec as BumpVec;
use ir::ops::transform;
use ir::{Extracted, Value};

use crate::abi::Frame;
use crate::plan::build::PlanSlotKind;
use crate::plan::{Action, BitId, Compare, DONE, FAILS, HOLDS, Kind, SlotIx, Test, TestId, Variant};
use crate::prepare::Side;

/// Runs the steps of a function from its entry; conditions that hold are recorded in the frame.
pub(crate) fn function(frame: &Frame, entry: u32) {
    walk(frame, entry);
}

/// Decides a process-level expression that is not known, and remembers the result.
#[inline(never)]
pub(crate) fn resolve(frame: &Frame, bit: BitId) -> bool {
    let Some(entry) = frame.core().bits.get(bit.0 as usize) else { return false };
    let value = walk(frame, *entry) == HOLDS;
    let (word, mask) = place(bit);
    if let Some(word) = frame.word(word) {
        word.set(mask, value);
    }
    value
}

/// Where the bit of an expression is: the word's index and the mask within it.
pub(crate) fn place(bit: BitId) -> (usize, u64) {
    (bit.0 as usize / 64, 1 << (bit.0 % 64))
}

/// Follows steps until they end, and says how.
fn walk(frame: &Frame, mut next: u32) -> u32 {
    let steps = &frame.core().steps;
    while let Some(step) = steps.get(next as usize) {
        let holds = match step.action {
            Action::Test(id) => test(frame, id),
            Action::Bit(bit) => {
                let (word, mask) = place(bit);
                match frame.word(word).and_then(|word| word.get(mask)) {
                    Some(known) => known,
                    None => resolve(frame, bit),
                }
            }
            Action::Hit(condition) => frame.push_hit(condition),
        };
        next = if holds { step.then } else { step.otherwise };
    }
    debug_assert!([HOLDS, FAILS, DONE].contains(&next));
    next
}

/// Decides a test, filling the slots it needs.
pub(crate) fn test(frame: &Frame, id: TestId) -> bool {
    let index = id.0 as usize;
    let Some(test) = frame.core().tests.get(index) else { return false };
    if test.remember {
        if let Some(known) = frame.remembered(index) {
            return known;
        }
        let value = decide(frame, test);
        frame.remember(index, value);
        return value;
    }
    decide(frame, test)
}

/// Fills the slot of a test. Nothing: its value is plain; else the decision.
pub(crate) fn settle(frame: &Frame, id: TestId) -> Option<bool> {
    let Some(test) = frame.core().tests.get(id.0 as usize) else { return Some(false) };
    match value(frame, test.slot) {
        Extracted::Absent => Some(false),
        _ if frame.is_plain(test.slot) => None,
        _ => Some(decide(frame, test)),
    }
}

fn decide(frame: &Frame, test: &Test) -> bool {
    let value = value(frame, test.slot);
    match value {
        Extracted::Absent => false,
        Extracted::One(plain_value) if Variant::of_value(plain_value) == test.variant => {
            plain(plain_value, &test.kind).unwrap_or_else(|| general(frame, test, value))
        }
        _ => general(frame, test, value),
    }
}

/// Decides a value of the slot's variant; `None`: the test has no short cut.
#[inline]
fn plain(value: &Value<'_>, kind: &Kind) -> Option<bool> {
    Some(match (kind, value) {
        (Kind::Exists, _) => true,
        (Kind::Number { compare, value: right, .. }, Value::Unsigned(left)) => {
            compared(*compare, left, right)
        }
        (Kind::Number { compare, value: right, .. }, Value::Signed(left)) => {
            compared(*compare, left, &(*right as i64))
        }
        (Kind::Number { compare, value: right, .. }, Value::Bool(left)) => {
            compared(*compare, &u64::from(*left), right)
        }
        (Kind::Numbers(numbers), Value::Unsigned(left)) => numbers.contains(*left),
        (Kind::Numbers(numbers), Value::Signed(left)) => numbers.contains(*left as u64),
        (Kind::Numbers(numbers), Value::Bool(left)) => numbers.contains(u64::from(*left)),
        (Kind::Equal { text, holds }, Value::Text(left)) => (**left == **text) == *holds,
        (Kind::Texts(texts), Value::Text(left)) => texts.contains(left),
        (Kind::Affix(Side::Start, affix), Value::Text(left)) => left.starts_with(affix),
        (Kind::Affix(Side::End, affix), Value::Text(left)) => left.ends_with(affix),
        (Kind::Affixes(affixes), Value::Text(left)) => affixes.matches(left),
        (Kind::Inside(finder), Value::Text(left)) => finder.is_in(left),
        (Kind::InsideAny(automaton), Value::Text(left)) => automaton.is_match(left),
        (Kind::Networks(networks), Value::Address(left)) => networks.contains(*left),
        _ => return None,
    })
}

fn compared<T: Ord>(compare: Compare, left: &T, right: &T) -> bool {
    match compare {
        Compare::Eq => left == right,
        Compare::Ne => left != right,
        Compare::Lt => left < right,
        Compare::Le => left <= right,
        Compare::Gt => left > right,
        Compare::Ge => left >= right,
    }
}

fn general(frame: &Frame, test: &Test, left: &Extracted<'_>) -> bool {
    let checks = &frame.core().checks;
    test.checks
        .iter()
        .filter_map(|index| checks.get(*index as usize))
        .any(|check| check.holds(left, |slot| value(frame, slot)))
}

/// The value of a slot, computed on first use.
#[inline]
pub(crate) fn value(frame: &Frame, slot: SlotIx) -> &Extracted<'_> {
    match frame.filled(slot) {
        Some(value) => value,
        None => compute(frame, slot),
    }
}

#[inline(never)]
fn compute(frame: &Frame, slot: SlotIx) -> &Extracted<'_> {
    let slots = &frame.core().slots;
    let operands = |slot: SlotIx| slots.get(slot.0 as usize).map_or(&[][..], |plan| plan.kind.operands());
    if operands(slot).is_empty() {
        fill(frame, slot);
    } else {
        // Slots under way, each with how many of its operands are filled; in the arena, for there may be many.
        let mut pending = BumpVec::new_in(frame.arena());
        pending.push((slot, 0));
        while let Some((slot, done)) = pending.pop() {
            match operands(slot).get(done) {
                Some(operand) => {
                    pending.push((slot, done + 1));
                    if frame.filled(*operand).is_none() {
                        pending.push((*operand, 0));
                    }
                }
                None => fill(frame, slot),
            }
        }
    }
    frame.filled(slot).unwrap_or(&Extracted::Absent)
}

/// Fills a slot whose operands are filled.
fn fill(frame: &Frame, slot: SlotIx) {
    let Some(plan) = frame.core().slots.get(slot.0 as usize) else { return };
    let value = match &plan.kind {
        PlanSlotKind::Import(import) => return frame.fill_from_source(slot, *import, plan.variant),
        PlanSlotKind::Const(constant) => transform::literal(constant),
        PlanSlotKind::List(args) => transform::list(operands(frame, args), frame.arena()),
        PlanSlotKind::Transform { transformer, args, selector } => {
            transform::apply(*transformer, operands(frame, args), *selector, frame.arena())
        }
    };
    frame.fill(slot, value, plan.variant);
}

/// The values of operands that are filled.
fn operands<'f>(frame: &'f Frame, args: &[SlotIx]) -> &'f [Extracted<'f>] {
    let values = args.iter().map(|arg| frame.filled(*arg).copied().unwrap_or(Extracted::Absent));
    frame.arena().alloc_slice_fill_iter(values)
}
