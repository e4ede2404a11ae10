//! The evaluator: decides tests for machine code, evaluates process-level expressions, and runs whole functions where
//! executable memory is refused. It follows the same steps as the machine code and allocates only in the arena.

use bumpalo::collections::Vec as BumpVec;
use ir::ops::transform;
use ir::{Extracted, Value};

use crate::abi::{Frame, kind};
use crate::plan::build::PlanSlotKind;
use crate::plan::{Action, BitId, Compare, DONE, FAILS, HOLDS, Kind, SlotIx, Test, TestId};
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
        next = if leads_on(frame, step.action) { step.then } else { step.otherwise };
    }
    debug_assert!([HOLDS, FAILS, DONE].contains(&next));
    next
}

/// As [`function`], condition by condition: `leave` is called with each one that was looked at, before the next begins.
pub(crate) fn by_condition(frame: &Frame, entry: u32, mut leave: impl FnMut(u32)) {
    let steps = &frame.core().steps;
    let mut next = entry;
    // Conditions lie one after the other, each up to its hit; steps lead forwards only.
    while let Some(rest) = steps.get(next as usize..).filter(|rest| !rest.is_empty()) {
        let hit = rest.iter().zip(next..).find_map(|(step, index)| match step.action {
            Action::Hit(condition) => Some((index, condition)),
            Action::Test(_) | Action::Bit(_) => None,
        });
        let Some((end, condition)) = hit else { return };
        while next <= end {
            let Some(step) = steps.get(next as usize) else { return };
            next = if leads_on(frame, step.action) { step.then } else { step.otherwise };
        }
        leave(condition);
    }
}

/// Whether a step leads on as if it held.
#[inline]
fn leads_on(frame: &Frame, action: Action) -> bool {
    match action {
        Action::Test(id) => test(frame, id),
        Action::Bit(bit) => {
            let (word, mask) = place(bit);
            match frame.word(word).and_then(|word| word.get(mask)) {
                Some(known) => known,
                None => resolve(frame, bit),
            }
        }
        Action::Hit(condition) => frame.push_hit(condition),
    }
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
    match filled(frame, test.slot) {
        kind::ABSENT => Some(false),
        kind::PLAIN => None,
        _ => Some(decide(frame, test)),
    }
}

fn decide(frame: &Frame, test: &Test) -> bool {
    match filled(frame, test.slot) {
        kind::ABSENT => false,
        kind::PLAIN => plain(frame, test),
        _ => match (frame.value(test.slot), &test.kind) {
            (Extracted::One(Value::Address(address)), Kind::Networks { networks, holds }) => {
                networks.contains(address) == *holds
            }
            (value, _) => general(frame, test, value),
        },
    }
}

/// Decides a plain value.
#[inline]
fn plain(frame: &Frame, test: &Test) -> bool {
    let slot = test.slot;
    match &test.kind {
        Kind::Exists => true,
        Kind::Number { compare, signed: false, value } => compared(*compare, frame.number(slot), *value),
        Kind::Number { compare, signed: true, value } => {
            compared(*compare, frame.number(slot) as i64, *value as i64)
        }
        Kind::Numbers(numbers) => numbers.contains(frame.number(slot)),
        Kind::Equal { text, holds } => (frame.text(slot) == &**text) == *holds,
        Kind::Texts(texts) => texts.contains(frame.text(slot)),
        Kind::Affix(Side::Start, affix) => frame.text(slot).starts_with(affix),
        Kind::Affix(Side::End, affix) => frame.text(slot).ends_with(affix),
        Kind::Affixes(affixes) => affixes.matches(frame.text(slot)),
        Kind::Inside(substring) => substring.is_in(frame.text(slot)),
        Kind::InsideAny(automaton) => automaton.is_match(frame.text(slot)),
        Kind::Networks { networks, holds } => networks.contains_v4(frame.number(slot) as u32) == *holds,
        Kind::General => general(frame, test, frame.value(slot)),
    }
}

fn compared<T: Ord>(compare: Compare, left: T, right: T) -> bool {
    match compare {
        Compare::Eq => left == right,
        Compare::Ne => left != right,
        Compare::Lt => left < right,
        Compare::Le => left <= right,
        Compare::Gt => left > right,
        Compare::Ge => left >= right,
    }
}

fn general(frame: &Frame, test: &Test, left: Extracted<'_>) -> bool {
    let checks = &frame.core().checks;
    test.checks
        .iter()
        .filter_map(|index| checks.get(*index as usize))
        .any(|check| check.holds(&left, |slot| value(frame, slot)))
}

/// The value of a slot, computed on first use.
fn value(frame: &Frame, slot: SlotIx) -> Extracted<'_> {
    filled(frame, slot);
    frame.value(slot)
}

/// Computes a slot on first use; the kind of its value.
#[inline]
fn filled(frame: &Frame, slot: SlotIx) -> u32 {
    match frame.kind(slot) {
        Some(kind) => kind,
        None => compute(frame, slot),
    }
}

#[inline(never)]
fn compute(frame: &Frame, slot: SlotIx) -> u32 {
    let slots = &frame.core().slots;
    let operands = |slot: SlotIx| slots.get(slot.0 as usize).map_or(&[][..], |plan| plan.kind.operands());
    if !operands(slot).is_empty() {
        // Slots under way, each with how many of its operands are filled; in the arena, for there may be many.
        let mut pending = BumpVec::new_in(frame.arena());
        pending.push((slot, 0));
        while let Some((user, done)) = pending.pop() {
            match operands(user).get(done) {
                Some(operand) => {
                    pending.push((user, done + 1));
                    if frame.kind(*operand).is_none() {
                        pending.push((*operand, 0));
                    }
                }
                None => _ = fill(frame, user),
            }
        }
    }
    fill(frame, slot)
}

/// Fills a slot whose operands are filled; the kind of its value.
fn fill(frame: &Frame, slot: SlotIx) -> u32 {
    let Some(plan) = frame.core().slots.get(slot.0 as usize) else { return kind::ABSENT };
    if let Some(kind) = frame.kind(slot) {
        return kind;
    }
    let value = match &plan.kind {
        PlanSlotKind::Import(import) => return frame.fill_from_source(slot, *import, plan.variant),
        PlanSlotKind::Const(constant) => transform::literal(constant),
        PlanSlotKind::List(args) => transform::list(values(frame, args), frame.arena()),
        PlanSlotKind::Transform { transformer, args, selector } => {
            transform::apply(*transformer, values(frame, args), *selector, frame.arena())
        }
    };
    frame.fill(slot, value, plan.variant)
}

/// The values of slots that are filled.
fn values<'f>(frame: &'f Frame, slots: &[SlotIx]) -> &'f [Extracted<'f>] {
    frame.arena().alloc_slice_fill_iter(slots.iter().map(|slot| frame.value(*slot)))
}
