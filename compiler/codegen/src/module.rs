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
    /// Where each function starts that has code.
    starts: Box<[Option<usize>]>,
}

impl CodeMemory {
    /// Publishes position-independent code without relocations for some of `count` functions, given with their indices.
    /// Fails where executable memory is refused.
    pub(crate) fn publish(count: usize, functions: &[(usize, Vec<u8>)]) -> io::Result<CodeMemory> {
        let size: usize = functions.iter().map(|(_, code)| code.len().next_multiple_of(ALIGNMENT)).sum();
        let mut starts = vec![None; count];
        let mut map = MmapMut::map_anon(size.max(ALIGNMENT))?;
        let mut start = 0;
        for (index, code) in functions {
            map[start..][..code.len()].copy_from_slice(code);
            starts[*index] = Some(start);
            start += code.len().next_multiple_of(ALIGNMENT);
        }
        // SAFETY: the range is that of the mapping, which stays mapped while it is flushed; nothing runs in it yet.
        unsafe { icache::clear_cache(map.as_ptr().cast(), map.len()) }.map_err(io::Error::other)?;
        let map = map.make_exec()?;
        icache::pipeline_flush_mt().map_err(io::Error::other)?;
        Ok(CodeMemory { map, starts: starts.into() })
    }

    /// The code of the function with this index.
    pub(crate) fn function(&self, index: usize) -> Option<FilterFn> {
        let start = (*self.starts.get(index)?)?;
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
