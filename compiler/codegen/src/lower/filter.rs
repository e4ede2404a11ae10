//! One filter function: a block for each step, in the order of the steps.

use std::sync::Arc;

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{AbiParam, Function, InstBuilder, Signature, UserFuncName, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};

use super::logic::Lowering;
use crate::abi::offset;
use crate::filters::Core;
use crate::plan::build::PlanFunction;

/// Compiles functions for the host.
#[derive(Clone)]
pub(crate) struct Compiler {
    isa: Arc<dyn TargetIsa>,
}

/// A compiler for this machine; an explanation where there is none.
pub(crate) fn host_compiler() -> Result<Compiler, String> {
    let mut flags = settings::builder();
    for (name, value) in [
        // Measured on the official rules: optimising takes longer than it ever saves, and the one-pass register
        // allocation makes the code in half the time (8 ms instead of 15), with no difference in time per event.
        ("opt_level", "none"),
        ("regalloc_algorithm", "single_pass"),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("unwind_info", "false"),
        ("enable_probestack", "false"),
    ] {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let builder = cranelift_native::builder().map_err(str::to_owned)?;
    let isa = builder.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())?;
    if isa.pointer_bytes() != 8 || cfg!(target_endian = "big") {
        return Err("machine code is made for 64-bit little-endian hosts only".to_owned());
    }
    Ok(Compiler { isa })
}

impl Compiler {
    /// The machine code of a function. `context` is reused between functions.
    pub(crate) fn function(
        &self,
        context: &mut Context,
        core: &Core,
        function: &PlanFunction,
    ) -> Result<Vec<u8>, String> {
        context.clear();
        self.lower(&mut context.func, core, function);
        let mut control = ControlPlane::default();
        let code = context.compile(&*self.isa, &mut control).map_err(|error| format!("{:?}", error.inner))?;
        if !code.buffer.relocs().is_empty() {
            return Err("the machine code is not self-contained".to_owned());
        }
        Ok(code.code_buffer().to_vec())
    }

    fn lower(&self, func: &mut Function, core: &Core, function: &PlanFunction) {
        let range = function.steps.clone();
        let pointer = types::I64;
        func.name = UserFuncName::user(0, function.entry);
        let convention: CallConv = self.isa.default_call_conv();
        let mut signature = Signature::new(convention);
        signature.params.extend([AbiParam::new(pointer); 3]);
        func.signature = signature;
        let mut callback = Signature::new(convention);
        callback.params.extend([AbiParam::new(pointer), AbiParam::new(types::I32)]);
        callback.returns.push(AbiParam::new(types::I32));
        let mut fetch = callback.clone();
        fetch.params.extend([AbiParam::new(types::I32); 2]);
        let callback = func.import_signature(callback);
        let fetch = func.import_signature(fetch);

        let start = func.dfg.make_block();
        let frame = func.dfg.append_block_param(start, pointer);
        let cells = func.dfg.append_block_param(start, pointer);
        let words = func.dfg.append_block_param(start, pointer);
        let blocks = range.clone().map(|_| func.dfg.make_block()).collect();
        let done = func.dfg.make_block();

        let mut cursor = FuncCursor::new(func);
        cursor.insert_block(start);
        let current = cursor.ins().load(types::I32, super::logic::own_memory(), frame, offset::CURRENT);
        let mut lowering = Lowering {
            cursor,
            tests: &core.tests,
            slots: &core.slots,
            frame,
            cells,
            words,
            current,
            callback,
            fetch,
            first: range.start,
            blocks,
            done,
        };
        let first = lowering.target(function.entry);
        lowering.cursor.ins().jump(first, &[]);
        for index in range {
            let Some(step) = core.steps.get(index as usize) else { break };
            lowering.step(index, step);
        }
        lowering.cursor.insert_block(done);
        lowering.cursor.ins().return_(&[]);
    }
}
