//! Which system calls the probe must report: those that the rules can match, and those that keep the state right that
//! the rules read. Everything else costs the host next to nothing.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use catalogue::{
    EVENT_COUNT, EVENTS, SYSCALL_SOURCE, SyscallCode, SyscallSet, events_by_name, syscall_by_name, syscalls,
};
use ir::passes::{ByName, narrow};
use ir::{Expr, ImportId, OutputField, Piece, Program, Rhs, Rule, SlotId, SlotKind};
use settings::falco_yaml::config::BaseSyscalls;

/// What is to be reported, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interesting {
    /// The calls (and tracepoints).
    pub(crate) syscalls: BTreeSet<SyscallCode>,
    /// Whether any rule looks at descriptors, so that they must be tracked.
    pub(crate) descriptors: bool,
    /// What the user should know, one line each.
    pub(crate) warnings: Vec<String>,
    /// What was put together, one line each.
    pub(crate) notes: Vec<String>,
}

/// Calls that only tell what descriptors refer to.
const DESCRIPTOR_CALLS: [&str; 37] = [
    "accept",
    "accept4",
    "bind",
    "close",
    "close_range",
    "connect",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "eventfd",
    "eventfd2",
    "fcntl",
    "fcntl64",
    "getsockopt",
    "inotify_init",
    "inotify_init1",
    "io_uring_setup",
    "memfd_create",
    "open",
    "open_by_handle_at",
    "openat",
    "openat2",
    "pidfd_getfd",
    "pidfd_open",
    "pipe",
    "pipe2",
    "shutdown",
    "signalfd",
    "signalfd4",
    "socket",
    "socketpair",
    "timerfd_create",
    "userfaultfd",
    // Sockets learn their addresses from these.
    "recvfrom",
];

/// Further ones of the same kind: sockets learn their addresses from them, and they pass descriptors on.
const MESSAGE_CALLS: [&str; 5] = ["recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto"];

/// Fields that need no descriptors, by class: whole classes end in a dot.
const WITHOUT_DESCRIPTORS: [&str; 31] = [
    "proc.",
    "thread.",
    "user.",
    "group.",
    "container.",
    "k8s.",
    "static.",
    "evt.num",
    "evt.time",
    "evt.time.s",
    "evt.time.iso8601",
    "evt.datetime",
    "evt.datetime.s",
    "evt.rawtime",
    "evt.rawtime.s",
    "evt.rawtime.ns",
    "evt.reltime",
    "evt.reltime.s",
    "evt.reltime.ns",
    "evt.type",
    "evt.type.is",
    "evt.cpu",
    "evt.dir",
    "evt.res",
    "evt.rawres",
    "evt.failed",
    "evt.source",
    "evt.hostname",
    "evt.count",
    "evt.is_async",
    "evt.asynctype",
];

/// Fields of the classes above that need descriptors all the same, by how they begin: of their own, or of a directory
/// changed to by number.
const WITH_DESCRIPTORS: [&str; 5] = ["proc.cwd", "proc.fd", "proc.stdin", "proc.stdout", "proc.stderr"];

/// Chooses the calls for a program. Follows Falco's rules, except that descriptors nobody looks at are not tracked, and
/// that "any event" does not mean context switches and page faults.
pub(crate) fn interesting(program: &Program, base: &BaseSyscalls) -> Interesting {
    let program = &narrow(program);
    let mut warnings = Vec::new();
    let mut notes = Vec::new();
    let descriptors = needs_descriptors(program);
    let rules = of_rules(program);
    notes.push(format!("({}) syscalls in rules: {}", rules.len(), names(&rules)));
    let (wanted, unwanted) = custom(&base.custom_set, &mut warnings);
    let mut chosen = rules.clone();
    if base.repair && base.custom_set.is_empty() {
        repair(&mut chosen);
        notes.push("+ what keeps the state right (base_syscalls.repair)".into());
    } else {
        if wanted.is_empty() {
            let state = of_state(descriptors);
            notes.push(format!("+({}) syscalls for the state: {}", state.len(), names(&state)));
            chosen.extend(state);
        } else {
            notes.push(format!(
                "+({}) syscalls of base_syscalls.custom_set: {}",
                wanted.len(),
                names(&wanted)
            ));
            chosen.extend(wanted);
        }
        chosen.retain(|code| !unwanted.contains(code));
        if base.repair {
            repair(&mut chosen);
        }
    }
    if !base.all {
        let left_out: BTreeSet<_> =
            rules.into_iter().filter(|code| SyscallSet::HighVolume.contains(*code)).collect();
        if !left_out.is_empty() {
            warnings.push(format!(
                "rules match events that are not monitored because they are frequent: {}; set base_syscalls.all to \
                 monitor them",
                names(&left_out)
            ));
        }
        chosen.retain(|code| !SyscallSet::HighVolume.contains(*code));
    }
    // Without the end of processes, state would grow for ever.
    chosen.extend(syscall_by_name("sched_process_exit").map(|call| call.code));
    notes.push(format!("({}) syscalls selected in total: {}", chosen.len(), names(&chosen)));
    Interesting { syscalls: chosen, descriptors, warnings, notes }
}

fn names(codes: &BTreeSet<SyscallCode>) -> String {
    let mut names: Vec<&str> = codes.iter().filter_map(|code| code.name()).collect();
    names.sort_unstable();
    names.join(", ")
}

/// The enabled rules on system calls.
fn rules(program: &Program) -> impl Iterator<Item = &Rule> {
    let rules = program.order.iter().map(|id| program.rule(*id));
    rules.filter(|rule| *program.source(rule.source) == *SYSCALL_SOURCE)
}

/// What rules can match.
fn of_rules(program: &Program) -> BTreeSet<SyscallCode> {
    let mut codes = BTreeSet::new();
    let mut generic_conditions = Vec::new();
    for rule in rules(program) {
        let any = rule.events.len() > EVENT_COUNT / 2;
        for code in rule.events.iter() {
            if code.is_generic() {
                generic_conditions.push(rule.condition);
                continue;
            }
            let Some(event) = EVENTS.get(usize::from(code.0)) else { continue };
            codes.extend(event.syscalls.iter().filter(|code| !any || !is_flood(**code)));
        }
    }
    if !generic_conditions.is_empty() {
        // Calls without events of their own share one; their names tell them apart.
        let by_name = ByName::new(program);
        for call in syscalls().filter(|call| call.exit.is_generic()) {
            let possible = by_name.possible(call.name);
            if generic_conditions
                .iter()
                .any(|condition| possible.get(condition.0 as usize).is_some_and(|yes| *yes))
            {
                codes.insert(call.code);
            }
        }
    }
    codes
}

/// Tracepoints that must be named to be wanted.
fn is_flood(code: SyscallCode) -> bool {
    matches!(code.name(), Some("sched_switch" | "page_fault_user" | "page_fault_kernel"))
}

/// What keeps the state right.
fn of_state(descriptors: bool) -> BTreeSet<SyscallCode> {
    let is_descriptor_call = |code: SyscallCode| {
        code.name().is_some_and(|name| DESCRIPTOR_CALLS.contains(&name) || MESSAGE_CALLS.contains(&name))
    };
    let state = SyscallSet::DefaultState.codes().iter().copied();
    state.filter(|code| descriptors || !is_descriptor_call(*code)).collect()
}

/// What the configuration names: calls wanted, and calls not wanted (`!name`).
fn custom(listed: &[String], warnings: &mut Vec<String>) -> (BTreeSet<SyscallCode>, BTreeSet<SyscallCode>) {
    let (mut wanted, mut unwanted) = (BTreeSet::new(), BTreeSet::new());
    for entry in listed {
        let (name, set) = match entry.strip_prefix('!') {
            Some(name) => (name, &mut unwanted),
            None => (entry.as_str(), &mut wanted),
        };
        let before = set.len();
        set.extend(syscall_by_name(name).map(|call| call.code));
        for code in events_by_name(name) {
            set.extend(
                EVENTS.get(usize::from(code.0)).into_iter().flat_map(|event| event.syscalls.iter().copied()),
            );
        }
        if set.len() == before && syscall_by_name(name).is_none() && events_by_name(name).is_empty() {
            warnings.push(format!("base_syscalls.custom_set: there is no system call or event '{name}'"));
        }
    }
    (wanted, unwanted)
}

/// Adds the least that keeps the state right for what is in the set.
fn repair(codes: &mut BTreeSet<SyscallCode>) {
    const NETWORK: [&str; 18] = [
        "accept",
        "accept4",
        "bind",
        "connect",
        "getpeername",
        "getsockname",
        "listen",
        "recv",
        "recvfrom",
        "recvmmsg",
        "recvmsg",
        "send",
        "sendmmsg",
        "sendmsg",
        "sendto",
        "setsockopt",
        "shutdown",
        "socketpair",
    ];
    let has = |name: &str| syscall_by_name(name).is_some_and(|call| codes.contains(&call.code));
    let network = NETWORK.iter().any(|name| has(name)) || has("socket") || has("getsockopt");
    let listens = has("accept") || has("accept4") || has("listen");
    let files = codes.iter().any(|code| SyscallSet::Io.contains(*code) || is_file_call(*code));
    codes.extend(SyscallSet::RepairBase.codes());
    for (needed, set) in [
        (network, SyscallSet::RepairNetwork),
        (listens, SyscallSet::RepairAcceptListen),
        (files, SyscallSet::RepairFileIo),
    ] {
        if needed {
            codes.extend(set.codes());
        }
    }
}

/// Whether a call is about files.
fn is_file_call(code: SyscallCode) -> bool {
    code.events().filter_map(|code| EVENTS.get(usize::from(code.0))).any(|event| {
        matches!(
            event.category,
            catalogue::Category::File | catalogue::Category::IoRead | catalogue::Category::IoWrite
        )
    })
}

/// Whether a condition or an output of an enabled rule reads a field that comes from descriptors.
fn needs_descriptors(program: &Program) -> bool {
    let mut reader =
        Reader { program, slots: vec![false; program.slots.len()], exprs: vec![false; program.exprs.len()] };
    for rule in rules(program) {
        reader.rule(rule);
    }
    let imports = reader.imports();
    imports.into_iter().any(|import| of_descriptors(&program.import(import).name))
}

fn of_descriptors(name: &str) -> bool {
    let without = WITHOUT_DESCRIPTORS
        .iter()
        .any(|known| if known.ends_with('.') { name.starts_with(known) } else { name == *known });
    !without || WITH_DESCRIPTORS.iter().any(|known| name.starts_with(known))
}

/// Finds what rules read.
struct Reader<'p> {
    program: &'p Program,
    slots: Vec<bool>,
    exprs: Vec<bool>,
}

impl Reader<'_> {
    fn rule(&mut self, rule: &Rule) {
        self.mark_expr(rule.condition.0 as usize);
        self.pieces(&rule.output.pieces);
        for field in &rule.output.fields {
            match field {
                OutputField::Raw { slot, .. } => slot.iter().for_each(|slot| self.slot(*slot)),
                OutputField::Formatted { template, .. } => self.pieces(template),
            }
        }
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            if let Piece::Value { slot, .. } = piece {
                self.slot(*slot);
            }
        }
    }

    fn mark_expr(&mut self, at: usize) {
        if let Some(mark) = self.exprs.get_mut(at) {
            *mark = true;
        }
    }

    fn slot(&mut self, slot: SlotId) {
        if let Some(mark) = self.slots.get_mut(slot.0 as usize) {
            *mark = true;
        }
    }

    /// Follows expressions and slots down, from high ids to low: operands come before their users.
    fn imports(mut self) -> BTreeSet<ImportId> {
        for at in (0..self.exprs.len()).rev().collect::<Vec<_>>() {
            if !self.exprs[at] {
                continue;
            }
            match &self.program.exprs[at] {
                Expr::Const(_) => {}
                Expr::Not(child) => self.mark_expr(child.0 as usize),
                Expr::And(children) | Expr::Or(children) => {
                    children.iter().for_each(|child| self.mark_expr(child.0 as usize));
                }
                Expr::Check(check) => {
                    self.slot(check.slot);
                    if let Rhs::Slot(slot) = check.rhs {
                        self.slot(slot);
                    }
                }
            }
        }
        let mut imports = BTreeSet::new();
        for at in (0..self.slots.len()).rev() {
            if !self.slots[at] {
                continue;
            }
            match &self.program.slots[at].kind {
                SlotKind::Import(import) => {
                    imports.insert(*import);
                }
                SlotKind::Const(_) => {}
                SlotKind::List(slots) | SlotKind::Transform { args: slots, .. } => {
                    slots.iter().for_each(|slot| self.slot(*slot));
                }
            }
        }
        imports
    }
}
