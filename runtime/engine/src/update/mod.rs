//! How events change the state: the tracker that every event passes, and one file per family of events.

pub(crate) mod code;
mod container;
mod descriptor;
mod dispatch;
mod exec;
mod exit;
mod family;
mod file;
mod ids;
mod open;
mod process;
mod seed;
mod socket;
mod transfer;

use catalogue::{EVENT_COUNT, EVENTS, EventCode, Origin};
use events::{EventFlags, Param, RawEvent};
use rustc_hash::FxHashMap;

use crate::event::Event;
use crate::host::{HostLookup, NullHost};
use crate::state::path::{MAX_PATH, PathBuffer};
use crate::state::thread::{EnterId, NO_EVENT};
use crate::state::{ContainerId, FdId, State, StoredEnter, ThreadFlags, ThreadId};
use crate::stats::Stats;
use dispatch::Plan;
use exit::RecentlyExited;

/// Nanoseconds of the thread table's default purge interval and inactivity limit: Falco's 300 s.
const PURGE_NS: u64 = 300_000_000_000;

/// Nanoseconds from the first event to the first purge.
const FIRST_PURGE_NS: u64 = 30_000_000_000;

/// What the state is limited to and how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads that the table holds at most; further ones are dropped and counted.
    pub max_threads: usize,
    /// Live only: nanoseconds between two searches for inactive threads.
    pub purge_interval_ns: u64,
    /// Live only: nanoseconds without an event after which a thread that no longer exists is removed.
    pub thread_timeout_ns: u64,
    /// Whether failed and pending connections are told apart from established ones.
    pub track_connections: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            max_threads: crate::state::threads::DEFAULT_MAX_THREADS,
            purge_interval_ns: PURGE_NS,
            thread_timeout_ns: PURGE_NS,
            track_connections: false,
        }
    }
}

/// Keeps the state up to date: give it every event in order.
pub struct Tracker {
    state: State,
    host: Box<dyn HostLookup + Send>,
    options: Options,
    stats: Stats,
    plans: Box<[Plan; EVENT_COUNT]>,
    pending: Pending,
    enters: Enters,
    recently_exited: RecentlyExited,
    /// Number of events so far.
    num: u64,
    /// Time of the first event that is not a meta event.
    first_ts: u64,
    /// Whether the events that describe the machine at a capture's start are past.
    initial_over: bool,
    /// When inactive threads were last searched.
    last_purge_ts: u64,
    path: Box<PathBuffer>,
    text: Vec<u8>,
    tids: Vec<i64>,
    closed: Vec<FdId>,
    /// Containers of control group paths.
    cgroup_paths: FxHashMap<Box<[u8]>, ContainerId>,
}

impl std::fmt::Debug for Tracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracker").field("events", &self.num).field("threads", &self.state.threads.len()).finish()
    }
}

/// Changes that wait for the next event, so that rules still see what the current one removes.
#[derive(Debug, Default)]
struct Pending {
    thread: Option<i64>,
    fd: Option<(i64, i64)>,
    enter: Option<ThreadId>,
    any: bool,
}

/// Enter events of calls in progress.
#[derive(Debug, Default)]
struct Enters {
    entries: Vec<StoredEnter>,
    free: Vec<EnterId>,
}

impl Enters {
    fn store(&mut self, raw: &RawEvent<'_>) -> Option<EnterId> {
        let id = self.free.pop().unwrap_or_else(|| {
            self.entries.push(StoredEnter::default());
            EnterId(self.entries.len() as u32 - 1)
        });
        if self.entries[id.0 as usize].store(raw) {
            Some(id)
        } else {
            self.free.push(id);
            None
        }
    }

    fn get(&self, id: EnterId) -> &StoredEnter {
        &self.entries[id.0 as usize]
    }
}

/// One event on its way through the state.
pub(crate) struct Step<'r> {
    raw: &'r RawEvent<'r>,
    ts: u64,
    code: u16,
    /// The thread of the event.
    thread: Option<ThreadId>,
    /// What the event's descriptor refers to.
    fd: Option<FdId>,
    /// Result of the call.
    result: Option<i64>,
    /// The enter event, when it is stored and fits.
    enter: Option<EnterId>,
    name_changed: bool,
}

impl<'r> Step<'r> {
    #[inline]
    fn param(&self, index: usize) -> Param<'r> {
        self.raw.param(index)
    }

    /// Whether the call succeeded; events without a result count as such, as zero does.
    #[inline]
    fn succeeded(&self) -> bool {
        self.result.unwrap_or(0) >= 0
    }

    /// The result of a successful call, or 0 when the event has none.
    #[inline]
    fn value(&self) -> Option<i64> {
        Some(self.result.unwrap_or(0)).filter(|value| *value >= 0)
    }
}

/// What is known of an event after its changes were applied; [`Tracker::event`] makes an [`Event`] of it.
#[derive(Clone, Copy, Debug)]
pub struct Applied {
    /// Number of the event (`evt.num`).
    pub num: u64,
    /// Whether rules see the event: state-only events and enter events that only guard their exits are kept from them.
    pub deliver: bool,
    thread: Option<ThreadId>,
    fd: Option<FdId>,
    result: Option<i64>,
    enter: Option<EnterId>,
    name_changed: bool,
}

impl Applied {
    /// Where the event's thread is.
    pub fn thread(&self) -> Option<ThreadId> {
        self.thread
    }
}

impl Default for Tracker {
    fn default() -> Tracker {
        Tracker::new(Options::default(), Box::new(NullHost))
    }
}

impl Tracker {
    /// A tracker without any state.
    pub fn new(options: Options, host: Box<dyn HostLookup + Send>) -> Tracker {
        let mut state = State::default();
        state.threads.set_limit(options.max_threads);
        Tracker {
            state,
            host,
            options,
            stats: Stats::default(),
            plans: dispatch::plans(),
            pending: Pending::default(),
            enters: Enters::default(),
            recently_exited: RecentlyExited::default(),
            num: 0,
            first_ts: 0,
            initial_over: false,
            last_purge_ts: 0,
            path: Box::new([0; MAX_PATH]),
            text: Vec::new(),
            tids: Vec::new(),
            closed: Vec::new(),
            cgroup_paths: FxHashMap::default(),
        }
    }

    /// Everything known of the machine.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What was counted so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Time of the first event that was not a meta event; 0 before it.
    pub fn first_ts(&self) -> u64 {
        self.first_ts
    }

    /// Applies an event to the state. With `wanted` false the result is only good for counting: nobody will ask for the
    /// event's fields, so that what only they need is left out.
    #[inline]
    pub fn apply(&mut self, raw: &RawEvent<'_>, wanted: bool) -> Applied {
        let ts = raw.ts();
        if self.pending.any {
            self.settle(ts);
        }
        self.num += 1;
        self.stats.events += 1;
        let code = raw.code().0;
        let Some(plan) = self.plans.get(usize::from(code)).copied() else {
            return self.applied_blank(raw, ts, false);
        };
        if self.first_ts == 0 && !plan.meta {
            self.first_ts = ts;
        }
        if self.host.is_live() {
            self.purge(ts);
        }
        if plan.no_thread {
            return self.apply_without_thread(raw, ts, plan);
        }
        let tid = raw.tid();
        let Some(thread) = self.current_thread(tid, plan.lookup) else {
            return self.apply_unknown_thread(raw, ts, plan);
        };
        let entry = &mut self.state.threads[thread];
        entry.lastaccess_ts = ts;
        if plan.lookup {
            entry.flags.insert(ThreadFlags::ACTIVE);
        }
        let mut step =
            Step { raw, ts, code, thread: Some(thread), fd: None, result: None, enter: None, name_changed: false };
        if code & 1 == 1 {
            // "Follows its enter event" is decided before anything else: it tells which descriptor is meant.
            let follows = entry.lastevent_type + 1 == code
                || (code == code::EXECVE_19_X && entry.lastevent_type == code::EXECVEAT_E);
            if !follows {
                entry.lastevent_fd = -1;
            }
            step.enter = entry.enter;
            if step.enter.is_some() {
                self.pending.enter = Some(thread);
                self.pending.any = true;
                if !follows {
                    step.enter = None;
                }
            }
            if plan.handler.is_none() && !wanted {
                return self.applied(&step, plan);
            }
            if plan.has_result {
                step.result = raw.param(0).signed();
            }
            if plan.uses_fd {
                self.find_fd(&mut step, plan);
            }
        } else {
            self.enter(&mut step, plan);
        }
        if let Some(handler) = plan.handler {
            handler(self, &mut step);
        }
        self.applied(&step, plan)
    }

    /// The view of an applied event that extractors read.
    #[inline]
    pub fn event<'e>(&'e self, raw: &RawEvent<'e>, applied: &Applied, arena: &'e bumpalo::Bump) -> Event<'e> {
        let thread = applied.thread.map(|id| &self.state.threads[id]);
        Event {
            raw: *raw,
            code: EventCode(raw.code().0),
            num: applied.num,
            first_ts: self.first_ts,
            state: &self.state,
            thread,
            fd: applied.fd.map(|id| &self.state.fds[id]),
            fd_num: thread.map_or(-1, |thread| thread.lastevent_fd),
            result: applied.result,
            enter: applied.enter.map(|id| self.enters.get(id)),
            fd_name_changed: applied.name_changed,
            arena,
        }
    }

    #[inline]
    fn applied(&mut self, step: &Step<'_>, plan: Plan) -> Applied {
        let state_only = step.raw.flags().contains(EventFlags::STATE_ONLY);
        let deliver = !plan.guard && !state_only;
        self.stats.delivered += u64::from(deliver);
        self.stats.state_only += u64::from(state_only);
        Applied {
            num: self.num,
            deliver,
            thread: step.thread,
            fd: step.fd,
            result: step.result,
            enter: step.enter,
            name_changed: step.name_changed,
        }
    }

    #[cold]
    fn applied_blank(&mut self, raw: &RawEvent<'_>, ts: u64, deliver: bool) -> Applied {
        let step = Step {
            raw,
            ts,
            code: raw.code().0,
            thread: None,
            fd: None,
            result: None,
            enter: None,
            name_changed: false,
        };
        let mut applied = self.applied(&step, Plan::NOTHING);
        applied.deliver &= deliver;
        applied
    }

    /// Meta events: users, groups, containers, drops.
    #[cold]
    fn apply_without_thread(&mut self, raw: &RawEvent<'_>, ts: u64, plan: Plan) -> Applied {
        let code = raw.code().0;
        let mut step = Step { raw, ts, code, thread: None, fd: None, result: None, enter: None, name_changed: false };
        if code == code::PROCINFO_E {
            step.thread = self.state.threads.find(raw.tid());
        }
        if let Some(handler) = plan.handler {
            handler(self, &mut step);
        }
        let mut applied = self.applied(&step, plan);
        if applied.deliver && self.is_initial(code) {
            applied.deliver = false;
            self.stats.delivered -= 1;
        }
        applied
    }

    /// Whether an event belongs to those with which a capture begins to describe the machine: rules never see them.
    fn is_initial(&mut self, code: u16) -> bool {
        let describes = matches!(
            code,
            code::CONTAINER_JSON_2_E
                | code::USER_ADDED_E
                | code::USER_DELETED_E
                | code::GROUP_ADDED_E
                | code::GROUP_DELETED_E
                | code::ASYNCEVENT_E
        );
        // The first event that is not a meta event sets the time.
        self.initial_over |= !describes || self.first_ts != 0 || self.host.is_live();
        !self.initial_over
    }

    /// Events of a thread that is not in the table and could not be added.
    #[cold]
    fn apply_unknown_thread(&mut self, raw: &RawEvent<'_>, ts: u64, plan: Plan) -> Applied {
        let code = raw.code().0;
        let mut step = Step { raw, ts, code, thread: None, fd: None, result: None, enter: None, name_changed: false };
        if plan.has_result {
            step.result = raw.param(0).signed();
        }
        if let Some(handler) = plan.handler {
            handler(self, &mut step);
        }
        self.applied(&step, plan)
    }

    /// Notes an enter event on its thread; the few that guard their exits are stored.
    fn enter(&mut self, step: &mut Step<'_>, plan: Plan) {
        let Some(thread) = step.thread else { return };
        if step.code == code::SCHEDSWITCH_6_E {
            return;
        }
        let mut fd_num = -1;
        if plan.uses_fd {
            fd_num = step.raw.param(usize::from(plan.fd_param.unwrap_or(0))).signed().unwrap_or(-1);
        }
        let entry = &mut self.state.threads[thread];
        entry.lastevent_type = step.code;
        entry.lastevent_fd = fd_num;
        if plan.uses_fd {
            step.fd = self.state.fd_id(thread, fd_num);
        }
        // Recorders that had nothing to say left all parameters of these empty.
        let worthless = step.code != code::EXECVEAT_E && step.code != code::CONNECT_E && step.param(0).is_empty();
        if plan.guard && !worthless {
            let old = self.state.threads[thread].enter.take();
            self.enters.free.extend(old);
            self.state.threads[thread].enter = self.enters.store(step.raw);
        }
    }

    /// Finds the descriptor of an exit event.
    #[inline]
    fn find_fd(&mut self, step: &mut Step<'_>, plan: Plan) {
        let Some(thread) = step.thread else { return };
        let entry = &mut self.state.threads[thread];
        if entry.lastevent_fd == -1
            && let Some(index) = plan.fd_param
            && let Some(num) = step.raw.param(usize::from(index)).i64()
        {
            entry.lastevent_fd = num;
        }
        let num = entry.lastevent_fd;
        step.fd = self.state.fd_id(thread, num);
    }

    /// The thread of an event; asks the host, or adds a placeholder, when the table lacks it and `lookup` allows it.
    #[inline]
    fn current_thread(&mut self, tid: i64, lookup: bool) -> Option<ThreadId> {
        match self.state.threads.find_current(tid) {
            Some(thread) => Some(thread),
            None if lookup => self.look_up_thread(tid),
            None => None,
        }
    }

    /// Applies what the event before left to do.
    #[cold]
    fn settle(&mut self, ts: u64) {
        self.pending.any = false;
        if let Some(thread) = self.pending.enter.take()
            && let Some(enter) = self.state.threads[thread].enter.take()
        {
            self.enters.free.push(enter);
        }
        if let Some(tid) = self.pending.thread.take() {
            let ptid = self.state.thread(tid).map_or(-1, |thread| thread.ptid);
            self.recently_exited.record(tid, ptid, ts);
            self.remove_thread(tid);
        }
        if let Some((tid, num)) = self.pending.fd.take()
            && let Some(thread) = self.state.threads.find(tid)
        {
            self.state.close_fd(thread, num);
        }
    }

    /// Live only: removes placeholders, and threads that were inactive for long and no longer exist.
    fn purge(&mut self, ts: u64) {
        let interval = self.options.purge_interval_ns;
        if self.last_purge_ts == 0 {
            self.last_purge_ts = ts.saturating_sub(interval.saturating_sub(FIRST_PURGE_NS));
        }
        if ts <= self.last_purge_ts.saturating_add(interval) {
            return;
        }
        self.last_purge_ts = ts;
        let mut tids = std::mem::take(&mut self.tids);
        tids.clear();
        for thread in self.state.threads.iter() {
            let inactive = ts > thread.lastaccess_ts.saturating_add(self.options.thread_timeout_ns);
            if thread.is_invalid() || (inactive && !self.host.thread_alive(thread.tid)) {
                tids.push(thread.tid);
            }
        }
        for tid in tids.drain(..) {
            self.remove_thread(tid);
        }
        self.tids = tids;
    }

    /// When the machine booted, for the start of its process id namespaces. Falco does not use a capture's machine block,
    /// so that these times count from 0 in a replay; neither do we.
    fn boot_ts(&self) -> u64 {
        if self.host.is_live() { self.state.machine.boot_ts } else { 0 }
    }

    /// Makes sure that the event's descriptor is not shared with another process, and gives its entry.
    fn own_fd(&mut self, step: &mut Step<'_>) -> Option<FdId> {
        let id = step.fd?;
        if !self.state.fds.is_shared(id) {
            return Some(id);
        }
        let thread = step.thread?;
        let num = self.state.threads[thread].lastevent_fd;
        let own = self.state.own_fd(thread, num)?;
        step.fd = Some(own);
        Some(own)
    }

    /// Puts a new descriptor into the table of the event's thread; it becomes the event's descriptor.
    fn add_fd(&mut self, step: &mut Step<'_>, num: i64, id: FdId) {
        let Some(thread) = step.thread else {
            self.state.fds.release(id);
            return;
        };
        step.fd = None;
        if self.state.table_owner(thread).is_none() {
            self.state.fds.release(id);
            return;
        }
        self.state.threads[thread].lastevent_fd = num;
        if self.state.open_fd(thread, num, id) {
            step.fd = Some(id);
            step.name_changed = !self.state.fds[id].name.is_empty();
        } else {
            self.stats.fds_dropped += 1;
        }
    }
}

const _: () = assert!(NO_EVENT as usize > EVENT_COUNT);

/// Whether events of a type are made by the runtime and not by the machine.
fn is_meta(code: usize) -> bool {
    EVENTS.get(code).is_some_and(|ty| ty.origin == Some(Origin::Metaevent))
}
