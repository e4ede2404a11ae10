//! Tests of single values: presence, numbers, and texts against one constant by length and at most two loads.

use cranelift_codegen::cursor::Cursor;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Type, Value, types};

use super::logic::{Lowering, text_memory};
use crate::abi::offset;
use crate::plan::{Compare, Kind, Test, TestId};
use crate::prepare::Side;

/// The most bytes that two loads cover.
const INLINE_BYTES: usize = 16;

impl Lowering<'_> {
    /// Ends the current block with a decision of the test.
    pub(super) fn test(&mut self, id: TestId, then: Block, otherwise: Block) {
        let Some(Test { slot, kind, .. }) = self.tests.get(id.0 as usize) else {
            self.cursor.ins().jump(otherwise, &[]);
            return;
        };
        let slot = *slot;
        match kind {
            Kind::Exists => {
                self.plain_value(id, slot, then, otherwise);
                self.cursor.ins().jump(then, &[]);
            }
            Kind::Number { compare, signed, value } => {
                self.plain_value(id, slot, then, otherwise);
                let left = self.cell(slot, offset::LOW, types::I64);
                let condition = condition(*compare, *signed);
                let holds = self.cursor.ins().icmp_imm_s(condition, left, *value as i64);
                self.branch(holds, then, otherwise);
            }
            Kind::Equal { text, holds } => {
                self.plain_value(id, slot, then, otherwise);
                let different = if *holds { otherwise } else { then };
                let len = self.cell(slot, offset::HIGH, types::I64);
                let same = self.cursor.ins().icmp_imm_s(IntCC::Equal, len, text.len() as i64);
                self.continue_if(same, different);
                let start = self.cell(slot, offset::LOW, types::I64);
                self.bytes_at(start, text, id, *holds, then, otherwise);
            }
            Kind::Affix(side, affix) => {
                self.plain_value(id, slot, then, otherwise);
                let len = self.cell(slot, offset::HIGH, types::I64);
                let enough =
                    self.cursor.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, len, affix.len() as i64);
                self.continue_if(enough, otherwise);
                let start = self.cell(slot, offset::LOW, types::I64);
                let from = match side {
                    Side::Start => start,
                    Side::End => {
                        let end = self.cursor.ins().iadd(start, len);
                        self.cursor.ins().iadd_imm_s(end, -(affix.len() as i64))
                    }
                };
                self.bytes_at(from, affix, id, true, then, otherwise);
            }
            Kind::Numbers(numbers) => self.numbers(id, slot, numbers, then, otherwise),
            Kind::Texts(texts) => self.texts(id, slot, texts, then, otherwise),
            Kind::Affixes(affixes) => self.affixes(id, slot, affixes, then, otherwise),
            Kind::Networks { networks, holds } => {
                let (inside, outside) = if *holds { (then, otherwise) } else { (otherwise, then) };
                self.plain_value(id, slot, then, otherwise);
                self.networks(id, slot, networks, (inside, outside), (then, otherwise));
            }
            Kind::Inside(_) | Kind::InsideAny(_) | Kind::General => {
                let state = self.cell(slot, offset::STATE, types::I32);
                let host = self.block();
                self.unless_absent(state, host, otherwise);
                self.cursor.insert_block(host);
                self.ask_host(id, then, otherwise);
            }
        }
    }

    /// Compares the bytes at an address, known to be there, with a constant: the test wants them equal (`holds`) or
    /// different. Of a long constant only the first and the last eight bytes are compared here; if they are equal, the
    /// host decides.
    fn bytes_at(
        &mut self,
        address: Value,
        text: &[u8],
        id: TestId,
        holds: bool,
        then: Block,
        otherwise: Block,
    ) {
        let (equal, different) = if holds { (then, otherwise) } else { (otherwise, then) };
        let len = text.len();
        let Some(ty) = load_type(len) else {
            self.cursor.ins().jump(equal, &[]);
            return;
        };
        let width = ty.bytes() as usize;
        let mut unequal = self.difference(address, ty, 0, text);
        if len > width {
            let last = self.difference(address, ty, len - width, text);
            unequal = self.cursor.ins().bor(unequal, last);
        }
        if len <= INLINE_BYTES {
            self.branch(unequal, different, equal);
            return;
        }
        let undecided = self.block();
        self.branch(unequal, different, undecided);
        self.cursor.insert_block(undecided);
        self.ask_host(id, then, otherwise);
    }

    /// Zero when the bytes at `address + at` are those of the constant at `at`.
    fn difference(&mut self, address: Value, ty: Type, at: usize, text: &[u8]) -> Value {
        let width = ty.bytes() as usize;
        let loaded = self.cursor.ins().load(ty, text_memory(), address, at as i32);
        self.cursor.ins().bxor_imm_u(loaded, loaded_number(text, at, width))
    }
}

/// The number that a load of `width` bytes at `at` of this text gives (hosts are little-endian, see `host_compiler`).
pub(super) fn loaded_number(text: &[u8], at: usize, width: usize) -> i64 {
    let part = text.get(at..at + width).unwrap_or_default();
    part.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte)) as i64
}

/// The widest load that fits into this many bytes: one or two of them, overlapping, cover up to twice as many.
pub(super) fn load_type(len: usize) -> Option<Type> {
    match len {
        0 => None,
        1 => Some(types::I8),
        2..=3 => Some(types::I16),
        4..=7 => Some(types::I32),
        _ => Some(types::I64),
    }
}

fn condition(compare: Compare, signed: bool) -> IntCC {
    match (compare, signed) {
        (Compare::Eq, _) => IntCC::Equal,
        (Compare::Ne, _) => IntCC::NotEqual,
        (Compare::Lt, true) => IntCC::SignedLessThan,
        (Compare::Le, true) => IntCC::SignedLessThanOrEqual,
        (Compare::Gt, true) => IntCC::SignedGreaterThan,
        (Compare::Ge, true) => IntCC::SignedGreaterThanOrEqual,
        (Compare::Lt, false) => IntCC::UnsignedLessThan,
        (Compare::Le, false) => IntCC::UnsignedLessThanOrEqual,
        (Compare::Gt, false) => IntCC::UnsignedGreaterThan,
        (Compare::Ge, false) => IntCC::UnsignedGreaterThanOrEqual,
    }
}
