//! Drains the ring buffers and puts their events into one order of time.
//!
//! Every CPU writes its ring in order; the order across rings is made here. A round copies what the rings hold, then
//! delivers everything that is older than the round's start minus a margin: whatever happened earlier is in the rings by
//! then. The rest waits for the next round, at most a few milliseconds.
//!
//! Producers do not wake the consumer for each record, which would cost more than the record. The consumer naps between
//! rounds while there is work, and is woken when a ring fills faster; when there is none it announces that it sleeps, and
//! the next record wakes it. An idle host costs nothing.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use aya::maps::{Array, MapData, RingBuf};
use events::{EventFlags, RawEvent};
use rustix::event::{Timespec, epoll};

use crate::layout::{RECORD_HEADER_SIZE, Wake};

/// How long an event may take from its time stamp to the ring. Programs take microseconds and are not preempted; the rest
/// is for interrupts and stolen time.
const MARGIN: Duration = Duration::from_micros(800);
/// Pause between rounds while there is work.
const NAP: Duration = Duration::from_millis(3);
/// Rounds without an event after which the consumer goes to sleep: a lone event costs so many more wake-ups.
const IDLE_ROUNDS: u32 = 4;
/// Bytes of a ring that a round takes at most before it delivers: bounds memory and the length of a round.
const ROUND_BYTES: usize = 4 << 20;

/// One ring buffer and what was copied out of it.
struct Lane {
    ring: RingBuf<MapData>,
    bytes: Vec<u8>,
    /// Start of the first record that was not delivered.
    at: usize,
    /// Whether the last round left records in the ring.
    more: bool,
    /// Time stamp of the last copied record.
    last_ts: u64,
}

/// Offset of an event's time stamp in a record.
const TS: usize = RECORD_HEADER_SIZE;
/// Where a copied record keeps its length: in the unused part of its header.
const LENGTH: usize = 4;

impl Lane {
    /// Copies records out of the ring.
    fn fill(&mut self) {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
        } else if self.at > ROUND_BYTES {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.more = false;
        let limit = self.at + ROUND_BYTES;
        while let Some(record) = self.ring.next() {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(&record);
            match self.bytes.get_mut(start + LENGTH..start + LENGTH + 4) {
                // The kernel's records are far below 4 GiB.
                Some(length) => length.copy_from_slice(&(record.len() as u32).to_le_bytes()),
                None => self.bytes.truncate(start),
            }
            if let Some(ts) = ts_of(&record) {
                self.last_ts = ts;
            }
            if self.bytes.len() >= limit {
                self.more = true;
                break;
            }
        }
    }

    /// Time stamp of the first record that was not delivered.
    fn first_ts(&self) -> Option<u64> {
        ts_of(self.bytes.get(self.at..)?)
    }

    /// The first record that was not delivered, and moves on.
    fn take(&mut self) -> Option<&[u8]> {
        let start = self.at;
        let length = u32::from_le_bytes(*self.bytes.get(start + LENGTH..)?.first_chunk()?) as usize;
        self.at = (start + length).min(self.bytes.len());
        self.bytes.get(start..self.at)
    }
}

/// The time stamp in a record.
#[inline]
fn ts_of(record: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(*record.get(TS..)?.first_chunk()?))
}

/// What epoll says of the bell; rings have 0.
const BELL: u64 = 1;

/// All ring buffers.
pub(crate) struct Rings {
    lanes: Vec<Lane>,
    wake: Array<MapData, Wake>,
    epoll: OwnedFd,
    /// What to add to the boot clock.
    boot_time: u64,
    /// Ends a wait.
    bell: Option<OwnedFd>,
    idle_rounds: u32,
    /// Events delivered so far.
    delivered: u64,
    /// Records that were no events. None in practice.
    malformed: u64,
}

impl Rings {
    pub(crate) fn new(
        rings: Vec<RingBuf<MapData>>,
        wake: Array<MapData, Wake>,
        boot_time: u64,
    ) -> io::Result<Rings> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        for ring in &rings {
            // Only wake-ups count: with level triggering every nap would end at once while records arrive.
            let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
            epoll::add(&epoll, ring, epoll::EventData::new_u64(0), flags)?;
        }
        let lanes = rings
            .into_iter()
            .map(|ring| Lane { ring, bytes: Vec::new(), at: 0, more: false, last_ts: 0 })
            .collect();
        Ok(Rings { lanes, wake, epoll, boot_time, bell: None, idle_rounds: 0, delivered: 0, malformed: 0 })
    }

    pub(crate) fn wake_by(&mut self, bell: OwnedFd) -> io::Result<()> {
        epoll::add(&self.epoll, &bell, epoll::EventData::new_u64(BELL), epoll::EventFlags::IN)?;
        self.bell = Some(bell);
        Ok(())
    }

    pub(crate) fn set_boot_time(&mut self, boot_time: u64) {
        self.boot_time = boot_time;
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    pub(crate) fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Delivers events as they arrive until at least one came, the time is over, or the bell rang; how many.
    pub(crate) fn poll(
        &mut self,
        timeout: Duration,
        sink: &mut impl FnMut(RawEvent<'_>),
    ) -> io::Result<usize> {
        let started = Instant::now();
        loop {
            let delivered = self.round(sink);
            if delivered > 0 {
                self.idle_rounds = 0;
                return Ok(delivered);
            }
            let left = timeout.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Ok(0);
            }
            if self.pause(left)? {
                return Ok(0);
            }
        }
    }

    /// Waits for the next round. Called after a round that delivered nothing. Whether the bell rang.
    fn pause(&mut self, left: Duration) -> io::Result<bool> {
        if self.lanes.iter().any(|lane| lane.at < lane.bytes.len()) {
            // Events that only wait for the margin.
            return self.nap(MARGIN.min(left));
        }
        self.idle_rounds = self.idle_rounds.saturating_add(1);
        if self.idle_rounds < IDLE_ROUNDS {
            return self.nap(NAP.min(left));
        }
        // A record may have been on its way when the wish to be woken was written: look once more before sleeping.
        let error = |e: aya::maps::MapError| io::Error::other(e.to_string());
        if self.idle_rounds == IDLE_ROUNDS {
            self.wake.set(0, Wake { armed: 1 }, 0).map_err(error)?;
            return self.nap(NAP.min(left));
        }
        if self.wake.get(&0, 0).map_err(error)?.armed == 0 {
            // Somebody woke us in between.
            self.idle_rounds = 0;
            return Ok(false);
        }
        // Until a record wakes us, the wish stands.
        self.nap(left)
    }

    /// Sleeps until the time is over or somebody wakes us. Whether that was the bell.
    fn nap(&self, time: Duration) -> io::Result<bool> {
        let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
        let mut ready = [const { MaybeUninit::uninit() }; 16];
        let (ready, _) = match epoll::wait(&self.epoll, &mut ready, Some(&time)) {
            Err(rustix::io::Errno::INTR) => return Ok(false),
            ready => ready?,
        };
        let rung = ready.iter().any(|event| event.data.u64() == BELL);
        if let Some(bell) = self.bell.as_ref().filter(|_| rung) {
            // What is written there is only to wake.
            let _ = rustix::io::read(bell, &mut [0; 64]);
        }
        Ok(rung)
    }

    /// One round over all rings; how many events were delivered.
    fn round(&mut self, sink: &mut impl FnMut(RawEvent<'_>)) -> usize {
        // Everything that happened before this moment, less the margin, will have been copied.
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let now = self.boot_time + now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64;
        self.lanes.iter_mut().for_each(Lane::fill);
        let mut until = now.saturating_sub(MARGIN.as_nanos() as u64);
        for lane in self.lanes.iter().filter(|lane| lane.more) {
            // What is left in this ring comes after its last copied record: nothing younger may go before it.
            until = until.min(lane.last_ts);
        }
        let before = self.delivered + self.malformed;
        while let Some((index, limit)) = self.next_run(until) {
            let Some(lane) = self.lanes.get_mut(index) else { break };
            while lane.first_ts().is_some_and(|ts| ts <= limit) {
                match lane.take().and_then(event_of) {
                    Some(event) => {
                        self.delivered += 1;
                        sink(event);
                    }
                    None => self.malformed += 1,
                }
            }
        }
        (self.delivered + self.malformed - before) as usize
    }

    /// The ring whose first record is the oldest, and up to which time its records come before those of all others.
    fn next_run(&self, until: u64) -> Option<(usize, u64)> {
        let mut oldest: Option<(usize, u64)> = None;
        let mut limit = until;
        for (index, lane) in self.lanes.iter().enumerate() {
            let Some(ts) = lane.first_ts().filter(|ts| *ts <= until) else { continue };
            match oldest {
                Some((_, least)) if ts >= least => limit = limit.min(ts),
                _ => {
                    limit = oldest.map_or(limit, |(_, least)| limit.min(least));
                    oldest = Some((index, ts));
                }
            }
        }
        oldest.map(|(index, _)| (index, limit))
    }
}

/// The event in a record.
#[inline]
fn event_of(record: &[u8]) -> Option<RawEvent<'_>> {
    let (header, event) = record.split_first_chunk::<RECORD_HEADER_SIZE>()?;
    RawEvent::parse(event, u16::from_le_bytes([header[0], header[1]]), EventFlags::default()).ok()
}
