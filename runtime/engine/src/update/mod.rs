//! How events change the state: the tracker that every event passes, and one file per family of events.

mod container;
mod descriptor;
mod dispatch;
mod exec;
mod exit;
mod family;
mod file;
mod ids;
mod open;
mod options;
mod pending;
mod process;
mod seed;
mod socket;
mod step;
mod transfer;

use catalogue::{EVENT_COUNT, EventCode};
use events::{EventFlags, RawEvent};
use rustc_hash::FxHashMap;

use crate::event::Event;
use crate::host::{HostLookup, NullHost};
use crate::state::path::{MAX_PATH, PathBuffer};
use crate::state::{ContainerId, FdId, HostNames, MAX_ANCESTORS, State, ThreadFlags, ThreadId};
use crate::stats::Stats;
use dispatch::Plan;
use exit::RecentlyExited;
pub use options::Options;
use pending::{Enters, Pending};
pub use step::Applied;
use step::Step;

/// Keeps the state up to date: give it every event in order.
pub struct Tracker {
    state: State,
    host: Box<dyn HostLookup + Send>,
    /// Whether the machine is there to be asked.
    live: bool,
    options: Options,
    stats: Stats,
    plans: Box<[Plan; EVENT_COUNT]>,
    /// Events of each type.
    by_type: Box<[u64; EVENT_COUNT]>,
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
        f.debug_struct("Tracker")
            .field("events", &self.num)
            .field("threads", &self.state.threads.len())
            .finish()
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
            live: host.is_live(),
            host,
            options,
            stats: Stats::default(),
            plans: dispatch::plans(),
            by_type: Box::new([0; EVENT_COUNT]),
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

    /// The event types that change the state.
    pub fn state_changing() -> impl Iterator<Item = EventCode> {
        dispatch::plans()
            .into_iter()
            .enumerate()
            .filter(|(_, plan)| plan.handler.is_some() || plan.guard)
            .map(|(code, _)| EventCode(code as u16))
    }

    /// Everything known of the machine.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Takes over what the rules' host names stand for; it stays until it is given again.
    pub fn set_host_names(&mut self, names: HostNames) {
        self.state.host_names = names;
    }

    /// What was counted so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Events of each type, by code.
    pub fn events_by_type(&self) -> &[u64] {
        self.by_type.as_slice()
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
        let code = raw.code();
        let Some(plan) = self.plans.get(code.index()).copied() else {
            return self.applied_blank(raw, ts, false);
        };
        if let Some(count) = self.by_type.get_mut(code.index()) {
            *count += 1;
        }
        if self.first_ts == 0 && !plan.meta {
            self.first_ts = ts;
        }
        if self.live {
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
        let mut step = Step {
            raw,
            ts,
            code,
            thread: Some(thread),
            fd: None,
            result: None,
            enter: None,
            name_changed: false,
        };
        if code.is_exit() {
            // "Follows its enter event" is decided before anything else: it tells which descriptor is meant.
            let follows = entry.lastevent_type.0 + 1 == code.0
                || (code == EventCode::SYSCALL_EXECVE_19_X
                    && entry.lastevent_type == EventCode::SYSCALL_EXECVEAT_E);
            if !follows {
                entry.lastevent_fd = -1;
            }
            step.enter = entry.enter;
            if step.enter.is_some() {
                self.pending.enter = Some(thread);
                self.pending.any = true;
                if follows {
                    self.stats.enters_found += 1;
                } else {
                    self.stats.enters_missed += 1;
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

    /// Whether a thread belongs to our own process or to one that it started: alerts on what alerts cause would never end.
    #[cold]
    pub(crate) fn is_own(&self, thread: Option<ThreadId>) -> bool {
        let (Some(own), Some(thread)) = (self.options.own_pid, thread) else { return false };
        let mut thread = Some(&self.state.threads[thread]);
        for _ in 0..MAX_ANCESTORS {
            match thread {
                Some(one) if one.pid == own => return true,
                Some(one) => thread = self.state.parent(one),
                None => return false,
            }
        }
        false
    }

    /// The view of an applied event that extractors read.
    #[inline]
    pub fn event<'e>(&'e self, raw: &RawEvent<'e>, applied: &Applied, arena: &'e bumpalo::Bump) -> Event<'e> {
        // Events that need no thread may still carry the id of one: fields describe it.
        let thread =
            applied.thread.map(|id| &self.state.threads[id]).or_else(|| self.state.thread(raw.tid()));
        Event {
            raw: *raw,
            code: raw.code(),
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
            code: raw.code(),
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
        let code = raw.code();
        let mut step =
            Step { raw, ts, code, thread: None, fd: None, result: None, enter: None, name_changed: false };
        if code == EventCode::PROCINFO_E {
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
    fn is_initial(&mut self, code: EventCode) -> bool {
        let describes = matches!(
            code,
            EventCode::CONTAINER_JSON_2_E
                | EventCode::USER_ADDED_E
                | EventCode::USER_DELETED_E
                | EventCode::GROUP_ADDED_E
                | EventCode::GROUP_DELETED_E
                | EventCode::ASYNCEVENT_E
        );
        // The first event that is not a meta event sets the time.
        self.initial_over |= !describes || self.first_ts != 0 || self.live;
        !self.initial_over
    }

    /// Events of a thread that is not in the table and could not be added.
    #[cold]
    fn apply_unknown_thread(&mut self, raw: &RawEvent<'_>, ts: u64, plan: Plan) -> Applied {
        let code = raw.code();
        let mut step =
            Step { raw, ts, code, thread: None, fd: None, result: None, enter: None, name_changed: false };
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
        if step.code == EventCode::SCHEDSWITCH_6_E {
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
            self.stats.fd_lookups += 1;
            self.stats.fd_misses += u64::from(step.fd.is_none());
        }
        // Recorders that had nothing to say left all parameters of these empty.
        let worthless = step.code != EventCode::SYSCALL_EXECVEAT_E
            && step.code != EventCode::SOCKET_CONNECT_E
            && step.param(0).is_empty();
        if plan.guard && !worthless {
            let old = self.state.threads[thread].enter.take();
            self.enters.free.extend(old);
            let kept = self.enters.store(step.raw);
            self.stats.enters_stored += u64::from(kept.is_some());
            self.stats.enters_not_stored += u64::from(kept.is_none());
            self.state.threads[thread].enter = kept;
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
        self.stats.fd_lookups += 1;
        self.stats.fd_misses += u64::from(step.fd.is_none());
    }

    /// The thread of an event; asks the host, or adds a placeholder, when the table lacks it and `lookup` allows it.
    #[inline]
    fn current_thread(&mut self, tid: i64, lookup: bool) -> Option<ThreadId> {
        self.stats.thread_lookups += 1;
        match self.state.threads.find_current(tid) {
            Some(thread) => Some(thread),
            None if lookup => self.look_up_thread(tid),
            None => None,
        }
    }

    /// When the machine booted, for the start of its process id namespaces. Falco does not use a capture's machine block,
    /// so that these times count from 0 in a replay; neither do we.
    fn boot_ts(&self) -> u64 {
        if self.live { self.state.machine.boot_ts } else { 0 }
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
            self.stats.fds_added += 1;
            step.fd = Some(id);
            step.name_changed = !self.state.fds[id].name.is_empty();
        } else {
            self.stats.fds_dropped += 1;
        }
    }
}
