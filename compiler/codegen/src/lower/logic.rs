//! Steps, jumps, process-level bits, and calls into the host.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, SigRef, Type, Value, types};

use crate::abi::{kind, offset};
use crate::eval;
use crate::host::SETTLED;
use crate::plan::build::{PlanSlot, PlanSlotKind};
use crate::plan::{Action, BitId, SlotIx, Step, Test, TestId};

/// A function being made.
pub(super) struct Lowering<'f> {
    pub(super) cursor: FuncCursor<'f>,
    pub(super) tests: &'f [Test],
    pub(super) slots: &'f [PlanSlot],
    pub(super) frame: Value,
    pub(super) cells: Value,
    pub(super) words: Value,
    /// The state of a cell that holds a plain value of this event.
    pub(super) current: Value,
    /// Signatures of the callbacks: `abi::Callback` and `abi::Fetch`.
    pub(super) callback: SigRef,
    pub(super) fetch: SigRef,
    /// Index of the function's first step.
    pub(super) first: u32,
    /// The blocks of its steps.
    pub(super) blocks: Vec<Block>,
    pub(super) done: Block,
}

/// Flags for frame, cells and words: always there and aligned.
pub(super) fn own_memory() -> MemFlagsData {
    MemFlagsData::trusted()
}

/// Flags for texts: there, but anywhere.
pub(super) fn text_memory() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl Lowering<'_> {
    /// The block of a step; everything else is the function's end.
    pub(super) fn target(&self, step: u32) -> Block {
        step.checked_sub(self.first)
            .and_then(|index| self.blocks.get(index as usize))
            .copied()
            .unwrap_or(self.done)
    }

    pub(super) fn step(&mut self, index: u32, step: &Step) {
        let block = self.target(index);
        self.cursor.insert_block(block);
        let (then, otherwise) = (self.target(step.then), self.target(step.otherwise));
        match step.action {
            Action::Test(id) => self.test(id, then, otherwise),
            Action::Bit(bit) => self.bit(bit, then, otherwise),
            Action::Hit(condition) => {
                let stop = self.call(offset::HIT, condition);
                self.branch(stop, then, otherwise);
            }
        }
    }

    /// Known false is decided first: of the expressions that an event looks at, most are.
    fn bit(&mut self, bit: BitId, then: Block, otherwise: Block) {
        let (word, mask) = eval::place(bit);
        // The byte that holds the bit: a test of memory with an 8-bit mask.
        let byte = word as i32 * 16 + mask.trailing_zeros() as i32 / 8;
        let mask = 1i64 << (mask.trailing_zeros() % 8);
        let not_refuted = self.block();
        let unknown = self.cold_block();
        let refuted = self.bit_of(byte, mask);
        self.branch(refuted, otherwise, not_refuted);
        self.cursor.insert_block(not_refuted);
        let proven = self.bit_of(byte + 8, mask);
        self.branch(proven, then, unknown);
        self.cursor.insert_block(unknown);
        let holds = self.call(offset::RESOLVE, bit.0);
        self.branch(holds, then, otherwise);
    }

    fn bit_of(&mut self, byte: i32, mask: i64) -> Value {
        let byte = self.cursor.ins().load(types::I8, own_memory(), self.words, byte);
        self.cursor.ins().band_imm_u(byte, mask)
    }

    /// Calls one of the frame's callbacks.
    pub(super) fn call(&mut self, callback: i32, index: u32) -> Value {
        let callee = self.cursor.ins().load(types::I64, own_memory(), self.frame, callback);
        let index = self.cursor.ins().iconst(types::I32, i64::from(index));
        let call = self.cursor.ins().call_indirect(self.callback, callee, &[self.frame, index]);
        self.cursor.func.dfg.first_result(call)
    }

    /// Fills a cell with a field of the event source.
    fn fetch(&mut self, slot: SlotIx, import: u32, variant: u32) -> Value {
        let callee = self.cursor.ins().load(types::I64, own_memory(), self.frame, offset::FETCH);
        let slot = self.cursor.ins().iconst(types::I32, i64::from(slot.0));
        let import = self.cursor.ins().iconst(types::I32, i64::from(import));
        let variant = self.cursor.ins().iconst(types::I32, i64::from(variant));
        let call = self.cursor.ins().call_indirect(self.fetch, callee, &[self.frame, slot, import, variant]);
        self.cursor.func.dfg.first_result(call)
    }

    /// Leaves a test to the host.
    pub(super) fn ask_host(&mut self, test: TestId, then: Block, otherwise: Block) {
        let holds = self.call(offset::DECIDE, test.0);
        self.branch(holds, then, otherwise);
    }

    pub(super) fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        self.cursor.ins().brif(condition, then, &[], otherwise, &[]);
    }

    /// Ends the block: to the next one, which becomes the current one, when the condition holds.
    pub(super) fn continue_if(&mut self, condition: Value, otherwise: Block) {
        let next = self.block();
        self.branch(condition, next, otherwise);
        self.cursor.insert_block(next);
    }

    pub(super) fn block(&mut self) -> Block {
        self.cursor.func.dfg.make_block()
    }

    pub(super) fn cold_block(&mut self) -> Block {
        let block = self.cursor.func.dfg.make_block();
        self.cursor.func.layout.set_cold(block);
        block
    }

    /// Part of a cell.
    pub(super) fn cell(&mut self, slot: SlotIx, part: i32, ty: Type) -> Value {
        let offset = slot.0 as i32 * offset::CELL_SIZE as i32 + part;
        self.cursor.ins().load(ty, own_memory(), self.cells, offset)
    }

    /// Goes on in a block where the slot's cell holds a plain value. A cell that is not filled is filled by the host,
    /// which also decides values that are not plain; an absent value goes to `otherwise`.
    pub(super) fn plain_value(&mut self, test: TestId, slot: SlotIx, then: Block, otherwise: Block) {
        let state = self.cell(slot, offset::STATE, types::I32);
        let plain = self.cursor.ins().icmp(IntCC::Equal, state, self.current);
        let (fast, slow, ask, decided) =
            (self.block(), self.cold_block(), self.cold_block(), self.cold_block());
        self.branch(plain, fast, slow);
        self.cursor.insert_block(slow);
        self.unless_absent(state, ask, otherwise);
        self.cursor.insert_block(ask);
        if let Some(PlanSlot { kind: PlanSlotKind::Import(import), variant }) =
            self.slots.get(slot.0 as usize)
        {
            let state = self.fetch(slot, import.0, *variant as u32);
            let is_plain = self.cursor.ins().icmp_imm_s(IntCC::Equal, state, i64::from(kind::PLAIN));
            self.branch(is_plain, fast, decided);
            self.cursor.insert_block(decided);
            self.ask_host(test, then, otherwise);
        } else {
            let answer = self.call(offset::SETTLE, test.0);
            let is_plain = self.cursor.ins().icmp_imm_s(IntCC::Equal, answer, i64::from(SETTLED));
            self.branch(is_plain, fast, decided);
            self.cursor.insert_block(decided);
            self.branch(answer, then, otherwise);
        }
        self.cursor.insert_block(fast);
    }

    /// Leaves a test to the host when a first look says that it may hold.
    pub(super) fn ask_host_if(&mut self, possible: Value, test: TestId, then: Block, otherwise: Block) {
        self.continue_if(possible, otherwise);
        self.ask_host(test, then, otherwise);
    }

    /// Goes to `otherwise` when the state says that the value is absent, else to `next`.
    pub(super) fn unless_absent(&mut self, state: Value, next: Block, otherwise: Block) {
        let distance = i64::from(kind::ABSENT) - i64::from(kind::PLAIN);
        let absent = self.cursor.ins().iadd_imm_s(self.current, distance);
        let is_absent = self.cursor.ins().icmp(IntCC::Equal, state, absent);
        self.branch(is_absent, otherwise, next);
    }
}
