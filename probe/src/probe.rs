//! `Probe`: opened with a set of system calls, gives events until it is dropped.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use catalogue::SyscallCode;
use events::RawEvent;

use crate::attach::Attached;
use crate::choose::{Choice, ranking};
use crate::error::ProbeError;
use crate::features::{Features, Missing};
use crate::layout::Control;
use crate::load::{self, Loaded, Parts};
use crate::names::Names;
use crate::object::Attachment;
use crate::ring::Rings;
use crate::stats::{ProgramRuns, Stats};

/// How a probe is to work.
#[derive(Clone, Debug)]
pub struct Options {
    /// Calls and tracepoints to report. The end of processes is always reported: without it, state would grow for ever.
    pub syscalls: BTreeSet<SyscallCode>,
    /// Bytes of each ring buffer; rounded up to a power of two and a page.
    pub ring_bytes: u32,
    /// CPUs that share a ring buffer; 0 for one buffer for all.
    pub cpus_per_ring: u32,
    /// Bytes recorded of data that calls move, at most 65,000.
    pub snaplen: u32,
    /// Leave out calls that failed.
    pub drop_failed: bool,
    /// Report the start of opening files and connecting, so that names cannot be exchanged while the call runs.
    pub starts: bool,
    /// How to hook calls; `None` lets the kernel's abilities decide.
    pub attachment: Option<Attachment>,
    /// Process whose activity is not reported, by its number in the outermost namespace. `None`: this process, provided
    /// that `/proc` is that namespace's.
    pub own_process: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            syscalls: BTreeSet::new(),
            ring_bytes: ring_preset(4).unwrap_or(8 << 20),
            cpus_per_ring: 1,
            snaplen: 80,
            drop_failed: false,
            starts: true,
            attachment: None,
            own_process: None,
        }
    }
}

/// Bytes of a ring buffer by preset (`buf_size_preset`, 1 to 10: 1 MB to 512 MB, each twice the one before).
pub fn ring_preset(preset: u32) -> Option<u32> {
    (1..=10).contains(&preset).then(|| 1 << (19 + preset))
}

/// Longest recording of data (`PPM_MAX_ARG_SIZE`).
const SNAPLEN_LIMIT: u32 = 65_000;

/// A loaded and attached probe. Dropping it detaches everything.
pub struct Probe {
    // Fields drop in order: hooks first.
    attached: Attached,
    loaded: Loaded,
    rings: Rings,
    control: Control,
    features: Features,
    names: Names,
    choice: Choice,
    starts: bool,
    warnings: Vec<String>,
}

impl Probe {
    /// Loads what the options need and attaches it. Events wait in the ring buffers from then on.
    pub fn open(options: &Options) -> Result<Probe, ProbeError> {
        let features = Features::probe();
        if let Some(missing) = features.missing() {
            return Err(missing.into());
        }
        let boot_time = load::boot_time();
        let ring_bytes = options.ring_bytes.max(rustix::param::page_size() as u32).next_power_of_two();
        let control = Control {
            boot_time,
            secret: secret(),
            ring_operations: 0,
            own_process: options.own_process.unwrap_or_else(own_process),
            snaplen: options.snaplen.min(SNAPLEN_LIMIT),
            drop_failed: u32::from(options.drop_failed),
            wake_bytes: ring_bytes / 4,
        };
        let names = Names::read(features.tracefs);
        let ranking: Vec<_> = match options.attachment {
            Some(asked) => vec![(asked, None)],
            None => ranking(&features, &names, &options.syscalls).into(),
        };
        let (mut passed_over, mut failed) = (Vec::new(), None);
        for (attachment, reason) in ranking {
            if let Some(reason) = reason {
                passed_over.push((attachment, reason));
                continue;
            }
            let Parts { loaded, rings, wake } =
                load::load(attachment, ring_bytes, options.cpus_per_ring, &control)?;
            let mut probe = Probe {
                attached: Attached::default(),
                loaded,
                rings: Rings::new(rings, wake, boot_time)?,
                control,
                features: features.clone(),
                names: names.clone(),
                choice: Choice { attachment, passed_over: passed_over.clone() },
                starts: options.starts,
                warnings: Vec::new(),
            };
            match probe.set_syscalls(&options.syscalls) {
                Ok(()) => return Ok(probe),
                // The next attachment may do.
                Err(error @ ProbeError::Program { .. }) => {
                    passed_over.push((attachment, error.to_string()));
                    failed = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(failed.unwrap_or(Missing::Btf.into()))
    }

    /// Detaches everything: the host is as without a probe. Programs stay loaded and buffers mapped, so that
    /// [`Probe::set_syscalls`] resumes at once.
    pub fn pause(&mut self) -> Result<(), ProbeError> {
        self.control.ring_operations = 0;
        self.attached.clear(&mut self.loaded)?;
        self.write_control()
    }

    /// Reports these calls and tracepoints from now on. What is no longer wanted is detached.
    pub fn set_syscalls(&mut self, syscalls: &BTreeSet<SyscallCode>) -> Result<(), ProbeError> {
        // Programs on functions need no tracepoints.
        let starts =
            self.starts && (self.attachment() == Attachment::Fexit || self.features.tracefs.is_some());
        self.control.ring_operations = Attached::ring_operations(syscalls);
        self.write_control()?;
        self.warnings =
            self.attached.change(&mut self.loaded, self.choice.attachment, &self.names, syscalls, starts)?;
        if self.starts && !starts {
            self.warnings.push(
                "the trace file system is not mounted (mount -t tracefs tracefs /sys/kernel/tracing): names of opened \
                 files are taken at the end of the call only"
                    .into(),
            );
        }
        Ok(())
    }

    /// Gives events to `sink`, in order of time, until at least one came, the time is over, or the bell rang; how many.
    pub fn poll(
        &mut self,
        timeout: Duration,
        sink: &mut impl FnMut(RawEvent<'_>),
    ) -> Result<usize, ProbeError> {
        Ok(self.rings.poll(timeout, sink)?)
    }

    /// Ends a wait of [`Probe::poll`] when `bell` becomes readable, and reads what is there. It must not block.
    pub fn wake_by(&mut self, bell: OwnedFd) -> io::Result<()> {
        self.rings.wake_by(bell)
    }

    /// Counts so far.
    pub fn stats(&self) -> Result<Stats, ProbeError> {
        let cpus = self.loaded.counters.iter().collect::<Result<Vec<_>, _>>();
        let cpus = cpus.map_err(|e| ProbeError::Map { name: "counters", reason: e.to_string() })?;
        Ok(Stats { cpus, delivered: self.rings.delivered(), malformed: self.rings.malformed() })
    }

    /// What the programs that are attached to something cost so far. All zero unless the kernel measures it
    /// (`kernel.bpf_stats_enabled=1`); those that others go on to count there.
    pub fn program_runs(&self) -> Vec<ProgramRuns> {
        self.attached.hooked().into_iter().filter_map(|name| self.loaded.runs(name)).collect()
    }

    /// Sets the clocks anew: after suspend or when the clock was set, time stamps drift. Never lets time stamps go back.
    pub fn refresh_clock(&mut self) -> Result<(), ProbeError> {
        let boot_time = load::boot_time();
        if boot_time > self.control.boot_time {
            self.control.boot_time = boot_time;
            self.rings.set_boot_time(boot_time);
            self.write_control()?;
        }
        Ok(())
    }

    /// Records this many bytes of data that calls move from now on, at most 65,000.
    pub fn set_snaplen(&mut self, snaplen: u32) -> Result<(), ProbeError> {
        self.control.snaplen = snaplen.min(SNAPLEN_LIMIT);
        self.write_control()
    }

    fn write_control(&mut self) -> Result<(), ProbeError> {
        let error = |e: aya::maps::MapError| ProbeError::Map { name: "control", reason: e.to_string() };
        self.loaded.control.set(0, self.control, 0).map_err(error)
    }

    /// Nanoseconds since the epoch at which the machine started.
    pub fn boot_time(&self) -> u64 {
        self.control.boot_time
    }

    /// How calls are hooked.
    pub fn attachment(&self) -> Attachment {
        self.choice.attachment
    }

    /// How calls are hooked, and why not better.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// What the host can do.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// What does not work as wished, one line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Names of the programs that are attached or registered.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        self.attached.programs()
    }
}

/// A number that nobody can guess.
fn secret() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// This process as the mounted `/proc` numbers it.
fn own_process() -> u32 {
    let link = std::fs::read_link("/proc/self").ok();
    link.and_then(|pid| pid.to_str()?.parse().ok()).unwrap_or_else(std::process::id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_double() {
        let sizes: Vec<_> = (0..=11).map(ring_preset).collect();
        assert_eq!((sizes[0], sizes[11]), (None, None));
        assert_eq!((sizes[1], sizes[4], sizes[10]), (Some(1 << 20), Some(8 << 20), Some(512 << 20)));
    }
}
