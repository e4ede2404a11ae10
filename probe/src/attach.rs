//! Takes programs into use: registers those of system calls, attaches those of hooks; and back.

use std::collections::{BTreeMap, BTreeSet};

use aya::programs::Program;
use aya::programs::fentry::FEntryLink;
use aya::programs::fexit::FExitLink;
use aya::programs::raw_trace_point::RawTracePointLink;
use aya::programs::tp_btf::BtfTracePointLink;
use aya::programs::trace_point::TracePointLink;
use catalogue::SyscallCode;

use crate::error::{ProbeError, chain};
use crate::load::{Loaded, native_number};
use crate::names::Names;
use crate::object::{
    Attachment, DISPATCH_PROGRAM, ENTERED, EXEC, FORK, GENERIC_PROGRAM, REFUSAL, RING_COMPLETE,
    RING_OPERATIONS, RING_SUBMIT, TRACEPOINTS, call_program,
};

/// An attached program; dropping it detaches.
#[allow(dead_code, reason = "held for its drop")]
enum Link {
    Btf(BtfTracePointLink),
    Raw(RawTracePointLink),
    Trace(TracePointLink),
    Entry(FEntryLink),
    Exit(FExitLink),
}

/// What is in use now.
#[derive(Default)]
pub(crate) struct Attached {
    /// By tracepoint or function, and program on it.
    hooks: BTreeMap<(String, String), Link>,
    /// By number of the call, its program.
    calls: BTreeMap<u32, String>,
}

/// A program on a tracepoint or function.
#[derive(Debug, PartialEq, Eq)]
struct Hook {
    point: String,
    program: String,
    /// What does the same at a higher price, for kernels that refuse the program.
    instead: Option<String>,
    /// The probe works without it.
    optional: bool,
}

impl Hook {
    fn new(point: impl Into<String>, program: impl Into<String>) -> Hook {
        Hook { point: point.into(), program: program.into(), instead: None, optional: false }
    }

    fn or(mut self, program: String) -> Hook {
        self.instead = Some(program);
        self
    }

    fn optional(mut self) -> Hook {
        self.optional = true;
        self
    }
}

/// What is to be in use.
#[derive(Default, Debug, PartialEq, Eq)]
struct Plan {
    calls: BTreeMap<u32, String>,
    /// Ends of calls come first, so that no start is seen whose end is not.
    hooks: Vec<Hook>,
    /// Where the program is that finds those of calls.
    caller: &'static str,
    /// Operations of io_uring to report, one bit per opcode.
    ring_operations: u64,
}

impl Plan {
    fn wants_rings(&self) -> bool {
        self.ring_operations != 0
    }
}

impl Attached {
    pub(crate) fn programs(&self) -> impl Iterator<Item = &str> {
        self.calls.values().chain(self.hooks.keys().map(|(_, program)| program)).map(String::as_str)
    }

    /// Programs on tracepoints; one may be on several.
    pub(crate) fn hooked(&self) -> BTreeSet<&str> {
        self.hooks.keys().map(|(_, program)| program.as_str()).collect()
    }

    /// Detaches everything.
    pub(crate) fn clear(&mut self, loaded: &mut Loaded) -> Result<(), ProbeError> {
        self.hooks.clear();
        self.register(loaded, BTreeMap::new(), "")
    }

    /// Brings into use what the set needs and nothing else; gives warnings. Everything that is the same wherever it is put
    /// is loaded before anything is attached, so that all hooks start within a moment.
    pub(crate) fn change(
        &mut self,
        loaded: &mut Loaded,
        attachment: Attachment,
        names: &Names,
        syscalls: &BTreeSet<SyscallCode>,
        starts: bool,
    ) -> Result<Vec<String>, ProbeError> {
        let mut plan = plan(syscalls, attachment, names, starts, |program| loaded.has(program));
        let mut warnings = Vec::new();
        if attachment != Attachment::Fexit {
            for name in plan.calls.values() {
                loaded.program(name, plan.caller)?;
            }
            plan.hooks.retain_mut(|hook| keep_if_loadable(loaded, hook, &mut warnings));
        }
        if plan.wants_rings() {
            self.add_rings(loaded, &mut plan, &mut warnings);
        }
        self.register(loaded, plan.calls, plan.caller)?;
        self.hooks.retain(|(point, program), _| {
            plan.hooks.iter().any(|hook| hook.point == *point && hook.program == *program)
        });
        for hook in plan.hooks {
            let key = (hook.point, hook.program);
            if self.hooks.contains_key(&key) {
                continue;
            }
            match attach(loaded, &key.1, &key.0) {
                Ok(link) => {
                    self.hooks.insert(key, link);
                }
                // Kernels may lack tracepoints of single calls.
                Err(e) if hook.optional => warnings.push(format!("{} is not reported: {e}", key.0)),
                Err(e) => return Err(e),
            }
        }
        Ok(warnings)
    }

    /// Adds what reports calls through io_uring. Without it such calls are not seen, which is worth a warning.
    fn add_rings(&self, loaded: &mut Loaded, plan: &mut Plan, warnings: &mut Vec<String>) {
        let mut reasons = Vec::new();
        let mut load = |(tracepoint, program): (&str, &str)| {
            loaded.program(program, tracepoint).map_err(|error| reasons.push(error.to_string())).is_ok()
        };
        match RING_SUBMIT.into_iter().find(|pair| load(*pair)) {
            Some(submit) if load(RING_COMPLETE) => {
                plan.hooks.extend(
                    [RING_COMPLETE, submit]
                        .map(|(tracepoint, program)| Hook::new(tracepoint, program).optional()),
                );
            }
            _ => warnings.push(format!(
                "this kernel does not tell which calls are submitted through io_uring: {}",
                reasons.join("; ")
            )),
        }
    }

    /// Operations of io_uring whose calls are in the set, one bit per opcode.
    pub(crate) fn ring_operations(syscalls: &BTreeSet<SyscallCode>) -> u64 {
        let wanted =
            |name: &&str| catalogue::syscall_by_name(name).is_some_and(|call| syscalls.contains(&call.code));
        let wanted = RING_OPERATIONS.iter().filter(|(_, names)| names.iter().any(wanted));
        wanted.fold(0, |bits, (opcode, _)| bits | 1 << opcode)
    }

    /// Registers the programs of calls with the program that hands calls over to them.
    fn register(
        &mut self,
        loaded: &mut Loaded,
        wanted: BTreeMap<u32, String>,
        caller: &str,
    ) -> Result<(), ProbeError> {
        let error = |e: aya::maps::MapError| ProbeError::Map { name: "calls", reason: chain(&e) };
        for number in self.calls.keys().filter(|number| !wanted.contains_key(number)) {
            loaded.calls.clear_index(number).map_err(error)?;
        }
        for (number, name) in &wanted {
            if self.calls.get(number) == Some(name) {
                continue;
            }
            // Programs on functions must be on that of their caller.
            let program = loaded.program(name, caller)?;
            let fd = program.fd().and_then(|fd| Ok(fd.try_clone()?));
            let fd = fd.map_err(|e| ProbeError::Program { name: name.clone(), reason: chain(&e) })?;
            loaded.calls.set(*number, &fd, 0).map_err(error)?;
        }
        self.calls = wanted;
        Ok(())
    }
}

/// Gives the program of a hook, or what may stand for it, to the kernel. False when the hook is to be left out.
fn keep_if_loadable(loaded: &mut Loaded, hook: &mut Hook, warnings: &mut Vec<String>) -> bool {
    let mut tried = loaded.program(&hook.program, &hook.point).map(drop);
    if tried.is_err()
        && let Some(instead) = hook.instead.take()
    {
        tried = loaded.program(&instead, &hook.point).map(drop);
        hook.program = instead;
    }
    match tried {
        Err(e) if hook.optional => {
            warnings.push(format!("{} is not reported: {e}", hook.point));
            false
        }
        // Reported when the program is wanted in earnest.
        _ => true,
    }
}

/// Works out what a set of calls needs.
fn plan(
    syscalls: &BTreeSet<SyscallCode>,
    attachment: Attachment,
    names: &Names,
    starts: bool,
    has: impl Fn(&str) -> bool,
) -> Plan {
    let (caller, dispatcher) =
        if attachment == Attachment::Fexit { REFUSAL } else { ("sys_exit", DISPATCH_PROGRAM) };
    let mut plan = Plan { caller, ring_operations: Attached::ring_operations(syscalls), ..Plan::default() };
    let mut entered = Vec::new();
    let mut tracepoints: BTreeSet<&str> = BTreeSet::from(["sched_process_exit"]);
    let (mut execution, mut creation) = (false, false);
    for call in syscalls.iter().filter_map(|code| code.get()) {
        if TRACEPOINTS.iter().any(|(name, _)| *name == call.name) {
            tracepoints.insert(call.name);
            continue;
        }
        let Some(number) = native_number(call) else { continue };
        let own = call_program(call.name);
        let program = if has(&own) { own } else { GENERIC_PROGRAM.to_string() };
        let starts = starts && ENTERED.contains(&call.name);
        let start = format!("enter_{}", call.name);
        if attachment == Attachment::Fexit {
            for function in names.functions(call.name) {
                if starts {
                    entered.push(Hook::new(&function, &start));
                }
                plan.hooks.push(Hook::new(function, &program));
            }
            if names.has_refusal() {
                plan.calls.insert(number, program);
            }
        } else {
            let tracepoint = names.tracepoint(call.name);
            if starts && let Some(name) = &tracepoint {
                let hook = Hook::new(format!("syscalls/sys_enter_{name}"), start).optional();
                // Starts of opening are kept until the call ends; on older kernels they are events of their own.
                entered.push(if call.name == "connect" {
                    hook
                } else {
                    hook.or(format!("report_{}", call.name))
                });
            }
            if attachment != Attachment::Native {
                plan.calls.insert(number, program);
            } else if let Some(name) = tracepoint {
                plan.hooks.push(Hook::new(format!("syscalls/sys_exit_{name}"), program).optional());
            }
        }
        execution |= matches!(call.name, "execve" | "execveat");
        creation |= matches!(call.name, "clone" | "clone3" | "fork" | "vfork");
    }
    // What ends something comes first: a start whose end is not seen would be kept for long.
    plan.hooks.sort_by_key(|hook| !hook.program.starts_with("sys_close"));
    if !plan.calls.is_empty() {
        plan.hooks.push(Hook::new(caller, dispatcher));
    }
    let mut kernel_event = |(tracepoint, program): (&str, &str)| {
        if has(program) {
            plan.hooks.push(Hook::new(tracepoint, program));
        }
    };
    if execution {
        kernel_event(EXEC);
    }
    // On x86 a new process passes the end of the call that made it, though not that of the function.
    if creation && (attachment == Attachment::Fexit || !cfg!(target_arch = "x86_64")) {
        kernel_event(FORK);
    }
    TRACEPOINTS.iter().filter(|(name, _)| tracepoints.contains(name)).for_each(|pair| kernel_event(*pair));
    plan.hooks.extend(entered);
    plan
}

fn attach(loaded: &mut Loaded, name: &str, hook: &str) -> Result<Link, ProbeError> {
    let error = |e: &dyn std::error::Error| ProbeError::Program { name: name.into(), reason: chain(e) };
    match loaded.program(name, hook)? {
        Program::BtfTracePoint(program) => {
            let id = program.attach().map_err(|e| error(&e))?;
            Ok(Link::Btf(program.take_link(id).map_err(|e| error(&e))?))
        }
        Program::RawTracePoint(program) => {
            let id = program.attach(hook).map_err(|e| error(&e))?;
            Ok(Link::Raw(program.take_link(id).map_err(|e| error(&e))?))
        }
        Program::TracePoint(program) => {
            let (category, event) = hook.split_once('/').unwrap_or(("syscalls", hook));
            let id = program.attach(category, event).map_err(|e| error(&e))?;
            Ok(Link::Trace(program.take_link(id).map_err(|e| error(&e))?))
        }
        Program::FExit(program) => {
            let id = program.attach().map_err(|e| error(&e))?;
            let link = program.take_link(id).map_err(|e| error(&e))?;
            // The link keeps what was given to the kernel: its descriptor is not needed.
            program.unload().map_err(|e| error(&e))?;
            Ok(Link::Exit(link))
        }
        Program::FEntry(program) => {
            let id = program.attach().map_err(|e| error(&e))?;
            let link = program.take_link(id).map_err(|e| error(&e))?;
            program.unload().map_err(|e| error(&e))?;
            Ok(Link::Entry(link))
        }
        _ => Err(ProbeError::Program { name: name.into(), reason: "unknown kind of program".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(names: &[&str]) -> BTreeSet<SyscallCode> {
        names.iter().map(|name| catalogue::syscall_by_name(name).expect("known").code).collect()
    }

    fn hooks(plan: &Plan) -> Vec<&str> {
        plan.hooks.iter().map(|hook| hook.point.as_str()).collect()
    }

    #[test]
    fn nothing_wanted_still_reports_the_end_of_processes() {
        let plan = plan(&BTreeSet::new(), Attachment::Default, &Names::default(), true, |_| true);
        assert!(plan.calls.is_empty());
        assert_eq!(hooks(&plan), ["sched_process_exit"]);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn calls_bring_their_hooks() {
        let names = Names::of_tracepoints(["openat"]);
        let calls = codes(&["openat", "execve", "sethostname"]);
        let plan = plan(&calls, Attachment::Default, &names, true, |p| p != "sys_sethostname");
        assert_eq!(plan.calls[&257], "sys_openat");
        assert_eq!(plan.calls[&170], GENERIC_PROGRAM);
        assert_eq!(
            hooks(&plan),
            ["sys_exit", "sched_process_exec", "sched_process_exit", "syscalls/sys_enter_openat"]
        );
    }

    #[test]
    fn native_attachment_hooks_each_call() {
        let names = Names::of_tracepoints(["openat", "umount"]);
        let plan = plan(&codes(&["openat", "umount2"]), Attachment::Native, &names, false, |_| true);
        assert!(plan.calls.is_empty() && plan.ring_operations == 1 << 18);
        assert_eq!(
            hooks(&plan),
            ["syscalls/sys_exit_openat", "syscalls/sys_exit_umount", "sched_process_exit"]
        );
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn functions_get_programs_for_each_convention() {
        let names = Names::of([
            "__x64_sys_openat",
            "__ia32_compat_sys_openat",
            "__x64_sys_close",
            "__do_sys_fork",
            REFUSAL.0,
        ]);
        let plan = plan(&codes(&["openat", "close", "fork"]), Attachment::Fexit, &names, true, |_| true);
        let pairs: Vec<_> =
            plan.hooks.iter().map(|hook| format!("{} {}", hook.program, hook.point)).collect();
        let expected = [
            "sys_close __x64_sys_close",
            "sys_openat __x64_sys_openat",
            "sys_openat __ia32_compat_sys_openat",
            "sys_fork __do_sys_fork",
            "on_refusal __secure_computing",
            "on_fork sched_process_fork",
            "on_exit sched_process_exit",
            "enter_openat __x64_sys_openat",
            "enter_openat __ia32_compat_sys_openat",
        ];
        assert_eq!(BTreeSet::from_iter(pairs.iter().map(String::as_str)), BTreeSet::from(expected));
        assert_eq!(pairs[0], expected[0], "ends come first");
        assert_eq!(plan.calls.len(), 3, "refused calls");
    }
}
