//! Loads an object: creates its maps, fills the tables, gives programs to the kernel when they are needed.

use std::time::{SystemTime, UNIX_EPOCH};

use aya::maps::{Array, ArrayOfMaps, Map, MapData, ProgramArray, RingBuf};
use aya::programs::{Program, ProgramError};
use aya::{Btf, Ebpf, EbpfLoader, VerifierLogLevel};
use catalogue::syscalls;

use crate::error::{ProbeError, chain};
use crate::layout::{CALL_NUMBERS, CallInfo, Control, Counters, FOREIGN_NUMBERS, FOREIGN_X32, Wake};
use crate::object::Attachment;
use crate::stats::ProgramRuns;

/// `BPF_MAP_TYPE_RINGBUF` of the kernel's user interface.
const MAP_TYPE_RINGBUF: u32 = 27;

/// System calls of the x32 interface that have numbers of their own, from 512 on, as x86-64 numbers.
const X32_CALLS: [u32; 36] = [
    13, 15, 16, 19, 20, 45, 46, 47, 59, 101, 127, 128, 129, 131, 222, 244, 246, 247, 273, 274, 278, 279, 295,
    296, 297, 299, 307, 310, 311, 55, 54, 206, 209, 322, 327, 328,
];

/// A loaded object whose programs can be taken into use.
pub(crate) struct Loaded {
    ebpf: Ebpf,
    btf: Btf,
    pub(crate) calls: ProgramArray<MapData>,
    pub(crate) control: Array<MapData, Control>,
    pub(crate) counters: Array<MapData, Counters>,
    /// Rings by CPU refer to these buffers, which the consumer reads.
    _rings: ArrayOfMaps<MapData, MapData>,
}

/// What [`load`] gives: the object, and what the consumer needs.
pub(crate) struct Parts {
    pub(crate) loaded: Loaded,
    pub(crate) rings: Vec<RingBuf<MapData>>,
    pub(crate) wake: Array<MapData, Wake>,
}

/// Creates the maps of an object and fills its tables. `ring_bytes` is a power of two and at least a page.
pub(crate) fn load(
    attachment: Attachment,
    ring_bytes: u32,
    cpus_per_ring: u32,
    settings: &Control,
) -> Result<Parts, ProbeError> {
    let cpus = possible_cpus();
    let btf = Btf::from_sys_fs().map_err(|e| ProbeError::Object(chain(&e)))?;
    let mut ebpf = EbpfLoader::new()
        .btf(Some(&btf))
        .map_max_entries("scratches", cpus)
        .map_max_entries("counters", cpus)
        .map_max_entries("rings", cpus)
        .verifier_log_level(VerifierLogLevel::DEBUG)
        .load(attachment.object())
        .map_err(|e| ProbeError::Object(chain(&e)))?;

    let mut control: Array<MapData, Control> = take(&mut ebpf, "control")?;
    control.set(0, settings, 0).map_err(map_error("control"))?;
    fill_tables(&mut ebpf)?;

    let mut by_cpu: ArrayOfMaps<MapData, MapData> = take(&mut ebpf, "rings")?;
    let mut rings = Vec::new();
    let group = if cpus_per_ring == 0 { cpus } else { cpus_per_ring };
    for first in (0..cpus).step_by(group as usize) {
        let ring = create_ring(ring_bytes)?;
        for cpu in first..(first + group).min(cpus) {
            by_cpu.set(cpu, &ring, 0).map_err(map_error("rings"))?;
        }
        rings.push(RingBuf::try_from(Map::RingBuf(ring)).map_err(map_error("rings"))?);
    }
    let calls = take(&mut ebpf, "calls")?;
    let counters = take(&mut ebpf, "counters")?;
    let wake = take(&mut ebpf, "wake")?;
    Ok(Parts { loaded: Loaded { ebpf, btf, calls, control, counters, _rings: by_cpu }, rings, wake })
}

fn create_ring(bytes: u32) -> Result<MapData, ProbeError> {
    let definition = aya_obj::Map::new_from_params(MAP_TYPE_RINGBUF, 0, 0, bytes, 0);
    MapData::create(definition, "ring", None).map_err(map_error("ring"))
}

/// Number of CPUs that there can be.
pub(crate) fn possible_cpus() -> u32 {
    aya::util::nr_cpus().map_or(1, |n| u32::try_from(n).unwrap_or(1)).max(1)
}

fn map_error<E: std::error::Error>(name: &'static str) -> impl Fn(E) -> ProbeError {
    move |e| ProbeError::Map { name, reason: chain(&e) }
}

/// Takes a map out of the object, in its type.
fn take<T>(ebpf: &mut Ebpf, name: &'static str) -> Result<T, ProbeError>
where
    T: TryFrom<Map, Error = aya::maps::MapError>,
{
    let map = ebpf
        .take_map(name)
        .ok_or_else(|| ProbeError::Map { name, reason: "missing in the object".into() })?;
    T::try_from(map).map_err(map_error(name))
}

/// Borrows a map of the object, in its type. Programs that are loaded later refer to it, so it must stay open.
fn borrow<'a, T>(ebpf: &'a mut Ebpf, name: &'static str) -> Result<T, ProbeError>
where
    T: TryFrom<&'a mut Map, Error = aya::maps::MapError>,
{
    let map =
        ebpf.map_mut(name).ok_or_else(|| ProbeError::Map { name, reason: "missing in the object".into() })?;
    T::try_from(map).map_err(map_error(name))
}

/// Fills what depends on the catalogue alone.
fn fill_tables(ebpf: &mut Ebpf) -> Result<(), ProbeError> {
    let mut infos: Array<&mut MapData, CallInfo> = borrow(ebpf, "call_infos")?;
    for call in syscalls() {
        if let Some(number) = native_number(call).filter(|n| *n < CALL_NUMBERS) {
            let info = CallInfo { code: call.code.0, event: call.exit.0 };
            infos.set(number, info, 0).map_err(map_error("call_infos"))?;
        }
    }
    let mut foreign: Array<&mut MapData, u32> = borrow(ebpf, "foreign_calls")?;
    for number in 0..FOREIGN_NUMBERS {
        let native = match number.checked_sub(FOREIGN_X32) {
            None => catalogue::ia32_to_x86_64(number).map(u32::from),
            Some(own) => X32_CALLS.get(own as usize).copied(),
        };
        foreign.set(number, native.unwrap_or(CALL_NUMBERS), 0).map_err(map_error("foreign_calls"))?;
    }
    Ok(())
}

/// The number of a call on this machine.
pub(crate) fn native_number(call: &catalogue::Syscall) -> Option<u32> {
    let number = if cfg!(target_arch = "aarch64") { call.aarch64 } else { call.x86_64 };
    number.map(u32::from)
}

impl Loaded {
    /// Whether the object has this program.
    pub(crate) fn has(&self, program: &str) -> bool {
        self.ebpf.program(program).is_some()
    }

    /// What a program cost so far, if the kernel has it.
    pub(crate) fn runs(&self, program: &str) -> Option<ProgramRuns> {
        let info = self.ebpf.program(program)?.info().ok()?;
        let ns = u64::try_from(info.run_time().as_nanos()).unwrap_or(u64::MAX);
        Some(ProgramRuns { name: program.to_string(), runs: info.run_count(), ns })
    }

    /// The program, given to the kernel if it was not yet. `hook` is its tracepoint or function. Programs on functions
    /// are given to the kernel anew for each: what was made of them before stays in use where it is.
    pub(crate) fn program(&mut self, name: &str, hook: &str) -> Result<&mut Program, ProbeError> {
        let error = |reason: String| ProbeError::Program { name: name.into(), reason };
        let Some(program) = self.ebpf.program_mut(name) else {
            return Err(error("missing in the object".into()));
        };
        let loaded = match program {
            Program::BtfTracePoint(p) => p.load(hook, &self.btf),
            Program::RawTracePoint(p) => p.load(),
            Program::TracePoint(p) => p.load(),
            Program::FExit(p) => {
                // Fails when it was not given to the kernel before.
                let _ = p.unload();
                p.load(hook, &self.btf)
            }
            Program::FEntry(p) => {
                let _ = p.unload();
                p.load(hook, &self.btf)
            }
            _ => return Err(error("unknown kind of program".into())),
        };
        match loaded {
            Ok(()) | Err(ProgramError::AlreadyLoaded) => Ok(program),
            Err(e) => Err(error(format!("on {hook}: {}", chain(&e)))),
        }
    }
}

/// Nanoseconds since the epoch at which the boot clock was 0. Of a few readings the one with the shortest distance
/// between both clocks counts.
pub(crate) fn boot_time() -> u64 {
    let boot = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
    };
    (0..5)
        .map(|_| {
            let before = boot();
            let epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
            let after = boot();
            (after - before, epoch.saturating_sub(before + (after - before) / 2))
        })
        .min()
        .map_or(0, |(_, boot_time)| boot_time)
}
