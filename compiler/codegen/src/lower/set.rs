//! Tests of one value against a set: small sets of numbers inline; sets of texts behind a filter that most values do
//! not pass, so that the host is asked only when it probably says yes.

use cranelift_codegen::cursor::Cursor;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, types};

use super::check::{load_type, loaded_number};
use super::logic::{Lowering, text_memory};
use crate::abi::offset;
use crate::plan::{SlotIx, TestId};
use crate::prepare::{Affixes, Networks, Numbers, Side, Texts, length_bit};

/// The most numbers or networks that are compared one after the other.
const INLINE_NUMBERS: usize = 4;

/// Odd and well mixed (the golden ratio): spreads the first bytes of texts over the top bits of a product.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

impl Lowering<'_> {
    pub(super) fn numbers(
        &mut self,
        id: TestId,
        slot: SlotIx,
        numbers: &Numbers,
        then: Block,
        otherwise: Block,
    ) {
        self.plain_value(id, slot, then, otherwise);
        let members = numbers.members();
        let value = self.cell(slot, offset::LOW, types::I64);
        if members.iter().all(|member| *member < 64) {
            let below = self.cursor.ins().icmp_imm_s(IntCC::UnsignedLessThan, value, 64);
            self.continue_if(below, otherwise);
            let mask = members.iter().fold(0u64, |mask, member| mask | 1 << member);
            let mask = self.cursor.ins().iconst(types::I64, mask as i64);
            let shifted = self.cursor.ins().ushr(mask, value);
            let bit = self.cursor.ins().band_imm_u(shifted, 1);
            self.branch(bit, then, otherwise);
        } else if members.len() <= INLINE_NUMBERS {
            for member in members {
                let next = self.block();
                let equal = self.cursor.ins().icmp_imm_s(IntCC::Equal, value, *member as i64);
                self.branch(equal, then, next);
                self.cursor.insert_block(next);
            }
            self.cursor.ins().jump(otherwise, &[]);
        } else {
            self.ask_host(id, then, otherwise);
        }
    }

    /// A plain address is an IPv4 one: few networks are compared one after the other.
    pub(super) fn networks(
        &mut self,
        id: TestId,
        slot: SlotIx,
        networks: &Networks,
        (inside, outside): (Block, Block),
        (then, otherwise): (Block, Block),
    ) {
        let Some(few) = networks.few_v4(INLINE_NUMBERS) else {
            self.ask_host(id, then, otherwise);
            return;
        };
        let address = self.cell(slot, offset::LOW, types::I64);
        for (mask, start) in few {
            let next = self.block();
            let masked = self.cursor.ins().band_imm_u(address, i64::from(mask));
            let equal = self.cursor.ins().icmp_imm_s(IntCC::Equal, masked, i64::from(start));
            self.branch(equal, inside, next);
            self.cursor.insert_block(next);
        }
        self.cursor.ins().jump(outside, &[]);
    }

    /// Texts whose length no member has are not members.
    pub(super) fn texts(&mut self, id: TestId, slot: SlotIx, texts: &Texts, then: Block, otherwise: Block) {
        self.plain_value(id, slot, then, otherwise);
        let len = self.cell(slot, offset::HIGH, types::I64);
        let longest =
            self.cursor.ins().iconst(types::I64, i64::from(length_bit(usize::MAX).trailing_zeros()));
        let len = self.cursor.ins().umin(len, longest);
        let mask = self.cursor.ins().iconst(types::I64, texts.lengths() as i64);
        let shifted = self.cursor.ins().ushr(mask, len);
        let bit = self.cursor.ins().band_imm_u(shifted, 1);
        self.ask_host_if(bit, id, then, otherwise);
    }

    /// Texts are dropped when they are shorter than the shortest affix, or when their outermost bytes (as many as one
    /// load takes and every affix has) fall on a bit that no affix falls on.
    pub(super) fn affixes(
        &mut self,
        id: TestId,
        slot: SlotIx,
        affixes: &Affixes,
        then: Block,
        otherwise: Block,
    ) {
        self.plain_value(id, slot, then, otherwise);
        let len = self.cell(slot, offset::HIGH, types::I64);
        let shortest = affixes.shortest().min(i64::MAX as usize) as i64;
        let enough = self.cursor.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, len, shortest);
        let Some(ty) = load_type(affixes.shortest()) else {
            self.ask_host_if(enough, id, then, otherwise);
            return;
        };
        self.continue_if(enough, otherwise);
        let width = ty.bytes() as usize;
        let mut mask = 0u64;
        for affix in affixes.iter() {
            let at = match affixes.side() {
                Side::Start => 0,
                Side::End => affix.len().saturating_sub(width),
            };
            let number = loaded_number(affix, at, width) as u64;
            mask |= 1 << (number.wrapping_mul(MIX) >> 58);
        }
        let start = self.cell(slot, offset::LOW, types::I64);
        let address = match affixes.side() {
            Side::Start => start,
            Side::End => {
                let end = self.cursor.ins().iadd(start, len);
                self.cursor.ins().iadd_imm_s(end, -(width as i64))
            }
        };
        let loaded = self.cursor.ins().load(ty, text_memory(), address, 0);
        let wide = if width < 8 { self.cursor.ins().uextend(types::I64, loaded) } else { loaded };
        let mix = self.cursor.ins().iconst(types::I64, MIX as i64);
        let mixed = self.cursor.ins().imul(wide, mix);
        let bit = self.cursor.ins().ushr_imm_u(mixed, 58);
        let mask = self.cursor.ins().iconst(types::I64, mask as i64);
        let shifted = self.cursor.ins().ushr(mask, bit);
        let possible = self.cursor.ins().band_imm_u(shifted, 1);
        self.ask_host_if(possible, id, then, otherwise);
    }
}
