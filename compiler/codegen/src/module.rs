//! Executable memory: written once, then made executable and no longer writable, and unmapped when it is dropped.
#![allow(unsafe_code)]

use std::io;

use memmap2::{Mmap, MmapMut};
use wasmtime_internal_jit_icache_coherence as icache;

use crate::abi::FilterFn;

/// Alignment of functions, in bytes: a cache line.
const ALIGNMENT: usize = 64;

/// Compiled functions in memory. Nothing can run them longer than they exist: `call` borrows the owner.
#[derive(Debug)]
pub(crate) struct CodeMemory {
    map: Mmap,
    /// Where each function starts.
    starts: Box<[usize]>,
}

impl CodeMemory {
    /// Publishes position-independent functions without relocations. Fails where executable memory is refused.
    pub(crate) fn publish(functions: &[Vec<u8>]) -> io::Result<CodeMemory> {
        let mut starts = Vec::with_capacity(functions.len());
        let mut size = 0usize;
        for code in functions {
            starts.push(size);
            size = (size + code.len()).next_multiple_of(ALIGNMENT);
        }
        let mut map = MmapMut::map_anon(size.max(ALIGNMENT))?;
        for (start, code) in starts.iter().zip(functions) {
            map[*start..][..code.len()].copy_from_slice(code);
        }
        // SAFETY: the range is that of the mapping, which stays mapped while it is flushed; nothing runs in it yet.
        unsafe { icache::clear_cache(map.as_ptr().cast(), map.len()) }.map_err(io::Error::other)?;
        let map = map.make_exec()?;
        icache::pipeline_flush_mt().map_err(io::Error::other)?;
        Ok(CodeMemory { map, starts: starts.into() })
    }

    /// The function with this index.
    pub(crate) fn function(&self, index: usize) -> Option<FilterFn> {
        let start = *self.starts.get(index)?;
        let address = self.map.get(start..)?.as_ptr();
        // SAFETY: `lower` has made exactly this signature's machine code for the host, and `publish` has put a whole
        // function at this address; whoever calls it keeps this memory borrowed.
        Some(unsafe { std::mem::transmute::<*const u8, FilterFn>(address) })
    }

    /// Bytes of machine code, padding included.
    pub(crate) fn size(&self) -> usize {
        self.map.len()
    }
}
