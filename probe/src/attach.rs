//! Takes programs into use: registers those of system calls, attaches those of hooks; and back.

use std::collections::{BTreeMap, BTreeSet};

use aya::programs::Program;
use aya::programs::raw_trace_point::RawTracePointLink;
use aya::programs::tp_btf::BtfTracePointLink;
use aya::programs::trace_point::TracePointLink;
use catalogue::SyscallCode;

use crate::error::{ProbeError, chain};
use crate::load::{Loaded, native_number};
use crate::object::{
    Attachment, DISPATCH_PROGRAM, ENTERED, EXEC, FORK, GENERIC_PROGRAM, TRACEPOINTS, call_program,
};

/// An attached program; dropping it detaches.
#[allow(dead_code, reason = "held for its drop")]
enum Hook {
    Btf(BtfTracePointLink),
    Raw(RawTracePointLink),
    Trace(TracePointLink),
}

/// What is in use now.
#[derive(Default)]
pub(crate) struct Attached {
    /// By tracepoint, the program on it.
    hooks: BTreeMap<String, (String, Hook)>,
    /// By number of the call, its program.
    calls: BTreeMap<u32, String>,
}

/// What is to be in use.
#[derive(Default, Debug, PartialEq, Eq)]
struct Plan {
    calls: BTreeMap<u32, String>,
    /// Tracepoint and program. Ends of calls come first, so that no start is seen whose end is not.
    hooks: Vec<(String, String)>,
    /// Names of wanted calls that this machine does not have.
    absent: Vec<&'static str>,
}

impl Attached {
    pub(crate) fn programs(&self) -> impl Iterator<Item = &str> {
        self.calls.values().chain(self.hooks.values().map(|(program, _)| program)).map(String::as_str)
    }

    /// Brings into use what the set needs and nothing else; gives warnings.
    pub(crate) fn change(
        &mut self,
        loaded: &mut Loaded,
        attachment: Attachment,
        syscalls: &BTreeSet<SyscallCode>,
        starts: bool,
    ) -> Result<Vec<String>, ProbeError> {
        let plan = plan(syscalls, attachment, starts, |program| loaded.has(program));
        let mut warnings = Vec::new();
        self.register(loaded, &plan.calls)?;
        self.hooks.retain(|hook, (program, _)| plan.hooks.iter().any(|(h, p)| h == hook && p == program));
        for (hook, program) in plan.hooks {
            if self.hooks.contains_key(&hook) {
                continue;
            }
            match attach(loaded, &program, &hook) {
                Ok(link) => {
                    self.hooks.insert(hook, (program, link));
                }
                // Kernels may lack tracepoints of single calls.
                Err(ProbeError::Program { reason, .. }) if hook.contains('/') => {
                    warnings.push(format!("{hook} is not reported: {reason}"));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(warnings)
    }

    /// Registers the programs of calls with the dispatcher.
    fn register(&mut self, loaded: &mut Loaded, wanted: &BTreeMap<u32, String>) -> Result<(), ProbeError> {
        let error = |e: aya::maps::MapError| ProbeError::Map { name: "calls", reason: chain(&e) };
        for number in self.calls.keys().filter(|number| !wanted.contains_key(number)) {
            loaded.calls.clear_index(number).map_err(error)?;
        }
        for (number, name) in wanted {
            if self.calls.get(number) == Some(name) {
                continue;
            }
            let program = loaded.program(name, "sys_exit")?;
            let fd = program.fd().and_then(|fd| Ok(fd.try_clone()?));
            let fd = fd.map_err(|e| ProbeError::Program { name: name.clone(), reason: chain(&e) })?;
            loaded.calls.set(*number, &fd, 0).map_err(error)?;
        }
        self.calls.clone_from(wanted);
        Ok(())
    }
}

/// Works out what a set of calls needs.
fn plan(
    syscalls: &BTreeSet<SyscallCode>,
    attachment: Attachment,
    starts: bool,
    has: impl Fn(&str) -> bool,
) -> Plan {
    let mut plan = Plan::default();
    let mut entered = Vec::new();
    let mut tracepoints: BTreeSet<&str> = BTreeSet::from(["sched_process_exit"]);
    let (mut execution, mut creation) = (false, false);
    for call in syscalls.iter().filter_map(|code| code.get()) {
        if TRACEPOINTS.iter().any(|(name, _)| *name == call.name) {
            tracepoints.insert(call.name);
            continue;
        }
        let Some(number) = native_number(call) else {
            plan.absent.push(call.name);
            continue;
        };
        let own = call_program(call.name);
        let program = if has(&own) { own } else { GENERIC_PROGRAM.to_string() };
        if attachment == Attachment::Native {
            plan.hooks.push((format!("syscalls/sys_exit_{}", call.name), program));
        } else {
            plan.calls.insert(number, program);
        }
        if starts && ENTERED.contains(&call.name) {
            entered.push((format!("syscalls/sys_enter_{}", call.name), format!("enter_{}", call.name)));
        }
        execution |= matches!(call.name, "execve" | "execveat");
        creation |= matches!(call.name, "clone" | "clone3" | "fork" | "vfork");
    }
    if !plan.calls.is_empty() {
        plan.hooks.push(("sys_exit".into(), DISPATCH_PROGRAM.into()));
    }
    let mut kernel_event = |(hook, program): (&str, &str)| {
        if has(program) {
            plan.hooks.push((hook.into(), program.into()));
        }
    };
    if execution {
        kernel_event(EXEC);
    }
    // On x86 a new process passes the end of the call that made it.
    if creation && !cfg!(target_arch = "x86_64") {
        kernel_event(FORK);
    }
    TRACEPOINTS.iter().filter(|(name, _)| tracepoints.contains(name)).for_each(|pair| kernel_event(*pair));
    plan.hooks.extend(entered);
    plan
}

fn attach(loaded: &mut Loaded, name: &str, hook: &str) -> Result<Hook, ProbeError> {
    let error = |e: &dyn std::error::Error| ProbeError::Program { name: name.into(), reason: chain(e) };
    match loaded.program(name, hook)? {
        Program::BtfTracePoint(program) => {
            let id = program.attach().map_err(|e| error(&e))?;
            Ok(Hook::Btf(program.take_link(id).map_err(|e| error(&e))?))
        }
        Program::RawTracePoint(program) => {
            let id = program.attach(hook).map_err(|e| error(&e))?;
            Ok(Hook::Raw(program.take_link(id).map_err(|e| error(&e))?))
        }
        Program::TracePoint(program) => {
            let (category, event) = hook.split_once('/').unwrap_or(("syscalls", hook));
            let id = program.attach(category, event).map_err(|e| error(&e))?;
            Ok(Hook::Trace(program.take_link(id).map_err(|e| error(&e))?))
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
        plan.hooks.iter().map(|(hook, _)| hook.as_str()).collect()
    }

    #[test]
    fn nothing_wanted_still_reports_the_end_of_processes() {
        let plan = plan(&BTreeSet::new(), Attachment::Default, true, |_| true);
        assert!(plan.calls.is_empty());
        assert_eq!(hooks(&plan), ["sched_process_exit"]);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn calls_bring_their_hooks() {
        let plan = plan(&codes(&["openat", "execve", "sethostname"]), Attachment::Default, true, |p| {
            p != "sys_sethostname"
        });
        assert_eq!(plan.calls[&257], "sys_openat");
        assert_eq!(plan.calls[&170], GENERIC_PROGRAM);
        assert_eq!(
            hooks(&plan),
            ["sys_exit", "sched_process_exec", "sched_process_exit", "syscalls/sys_enter_openat"]
        );
    }

    #[test]
    fn native_attachment_hooks_each_call() {
        let plan = plan(&codes(&["openat"]), Attachment::Native, false, |_| true);
        assert!(plan.calls.is_empty());
        assert_eq!(hooks(&plan), ["syscalls/sys_exit_openat", "sched_process_exit"]);
    }
}
