//! Values by field.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{PRIORITIES, Priority, TypeClass, ValueType};
use syntax::ast::NodeKind;
use syntax::items::Key;

use crate::completion::fields::innermost;
use crate::completion::{CompletionKind, Proposals};
use crate::cursor::field_text;
use crate::index::SymbolKind;

/// Kinds of descriptors.
const DESCRIPTORS: &[&str] = &[
    "file",
    "directory",
    "ipv4",
    "ipv6",
    "unix",
    "pipe",
    "event",
    "signalfd",
    "eventpoll",
    "inotify",
    "timerfd",
    "memfd",
    "bpf",
    "userfaultfd",
    "io_uring",
];
/// Networks that are nobody's in particular.
const NETWORKS: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"];
/// Names of errors that calls often fail with.
const RESULTS: &[&str] = &[
    "SUCCESS",
    "EACCES",
    "EAGAIN",
    "EBADF",
    "EBUSY",
    "ECONNREFUSED",
    "EEXIST",
    "EINPROGRESS",
    "EINTR",
    "EINVAL",
    "EIO",
    "EISDIR",
    "EMFILE",
    "ENOENT",
    "ENOEXEC",
    "ENOMEM",
    "ENOSPC",
    "ENOSYS",
    "ENOTDIR",
    "EPERM",
    "EROFS",
    "ETIMEDOUT",
];

/// Values of fields that have few: what the field can be, told from its documentation.
const FIXED: &[(&str, &[&str])] = &[
    ("fd.type", DESCRIPTORS),
    ("fd.types", DESCRIPTORS),
    ("fd.net", NETWORKS),
    ("fd.cnet", NETWORKS),
    ("fd.snet", NETWORKS),
    ("fd.lnet", NETWORKS),
    ("fd.rnet", NETWORKS),
    ("user.name", &["root"]),
    ("user.uid", &["0"]),
    ("fd.typechar", &["'f'", "4", "6", "u", "p", "e", "s", "l", "i", "t", "m", "b"]),
    ("fd.l4proto", &["tcp", "udp", "icmp", "raw"]),
    ("fd.lproto", &["http", "https", "dns", "ssh"]),
    ("fd.sockfamily", &["ip", "unix"]),
    ("evt.dir", &["<", ">"]),
    (
        "evt.category",
        &[
            "file",
            "net",
            "ipc",
            "wait",
            "signal",
            "sleep",
            "time",
            "process",
            "scheduler",
            "memory",
            "user",
            "system",
            "processing",
            "other",
        ],
    ),
    ("evt.res", RESULTS),
    ("container.id", &["host"]),
    ("container.type", &["docker", "containerd", "cri-o", "podman", "lxc", "libvirt-lxc"]),
    ("proc.stdin.type", DESCRIPTORS),
    ("proc.stdout.type", DESCRIPTORS),
    ("proc.stderr.type", DESCRIPTORS),
];

/// Fields that hold names of processes: what one is compared with may be in any of them.
const PROCESS_NAMES: &[&str] = &["proc.name", "proc.pname", "proc.aname"];

/// Values taken from the workspace at most.
const MOST_SEEN: usize = 500;

impl Proposals<'_> {
    /// What a field, with transformers around it or not, can be compared with.
    pub(super) fn values(&mut self, operand: &str) {
        let (field, shape) = (innermost(operand), self.shape_of(operand));
        if shape.is_some_and(|shape| shape.ty == ValueType::Bool) {
            return self.booleans();
        }
        if field != operand && shape.is_none_or(|shape| shape.ty.class() != TypeClass::String) {
            return;
        }
        // An element of a list is like any other.
        let field = field.split('[').next().unwrap_or(field);
        if matches!(field, "evt.type" | "syscall.type") {
            self.values_seen(field, 0);
            let seen: BTreeSet<String> = self.all.iter().map(|one| one.label.clone()).collect();
            let mut names: BTreeSet<&str> = catalogue::event_names().collect();
            names.extend(catalogue::syscalls().map(|call| call.name));
            // What stands for no event.
            names.remove("NA");
            for name in names.into_iter().filter(|name| !seen.contains(*name)) {
                self.add(CompletionKind::Value, 1, name, "event");
            }
            return;
        }
        if field.starts_with("thread.cap_") {
            for name in catalogue::constant::ALL.iter().filter_map(|(name, _)| name.strip_prefix("PPM_")) {
                if name.starts_with("CAP_") {
                    self.add(CompletionKind::Value, 0, name, "capability");
                }
            }
        }
        if let Some((_, values)) = FIXED.iter().find(|(name, _)| *name == field) {
            for value in *values {
                self.add(CompletionKind::Value, 0, value, field);
            }
        }
        if let Some(parameter) = field.strip_prefix("evt.arg.").or_else(|| field.strip_prefix("evt.rawarg."))
            && let Some(table) = flags_of(parameter, &self.own_events)
        {
            for name in table {
                self.add(CompletionKind::Value, 0, name, "flag");
            }
        }
        self.values_seen(field, 2);
    }

    /// What rules of the workspace compare a field with; items of lists that they do, further down.
    pub(super) fn values_seen(&mut self, field: &str, rank: u8) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let family = if PROCESS_NAMES.contains(&field) { PROCESS_NAMES } else { &[field] };
        for (_, file) in self.analysis.files() {
            for condition in file.items.iter().flat_map(|(_, item)| &item.conditions) {
                let ast = &condition.ast;
                for id in ast.preorder(ast.root()) {
                    let NodeKind::Binary { left, right, .. } = ast.kind(id) else { continue };
                    if !family.contains(&field_text(ast, left).split('[').next().unwrap_or("")) {
                        continue;
                    }
                    match ast.kind(right) {
                        NodeKind::Value(_) => {
                            *seen.entry(ast.span(right).slice(ast.source())).or_default() += 1;
                        }
                        NodeKind::List(items) => {
                            for item in ast.items(items) {
                                *seen.entry(item.span.slice(ast.source())).or_default() += 1;
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        let analysis = self.analysis;
        let mut listed: BTreeSet<&str> = BTreeSet::new();
        for (value, count) in seen.iter().filter(|(value, _)| !value.is_empty()).take(MOST_SEEN) {
            let lists = analysis.found(SymbolKind::List, value);
            for (_, _, item) in lists {
                let entry = item.item().and_then(|own| own.fields.get(Key::Items));
                let nodes = entry.map_or(&[][..], |entry| item.yaml.elements(entry.value));
                listed.extend(nodes.iter().filter_map(|&node| item.yaml.text(node)));
            }
            // Not what is being typed.
            if lists.is_empty() && (*count > 1 || *value != self.word) {
                self.add(CompletionKind::Value, rank, value, "in this workspace");
            }
        }
        listed
            .retain(|value| !seen.contains_key(value) && analysis.found(SymbolKind::List, value).is_empty());
        for value in listed.into_iter().take(MOST_SEEN) {
            self.add(CompletionKind::Value, rank + 1, value, "in a list of this workspace");
        }
    }

    pub(super) fn booleans(&mut self) {
        for word in ["true", "false"] {
            self.add(CompletionKind::Constant, 0, word, "");
        }
    }

    pub(super) fn priorities(&mut self) {
        for (rank, priority) in PRIORITIES.into_iter().enumerate() {
            if priority == Priority::Informational {
                self.add(CompletionKind::Constant, rank as u8, "INFO", "priority");
            }
            self.add(CompletionKind::Constant, rank as u8, &priority.as_str().to_uppercase(), "priority");
        }
    }
}

/// Names of the flags of the first event parameter of this name that has some, of the given events if they have one.
fn flags_of(parameter: &str, events: &[String]) -> Option<Vec<&'static str>> {
    let own = events.iter().flat_map(|name| catalogue::events_by_name(name)).filter_map(|code| code.get());
    let others = catalogue::EVENTS.iter().filter(|event| !event.is_unused());
    let table = own.chain(others);
    let table = table.filter_map(|event| event.param(parameter)).find_map(|(_, param)| param.flag_table())?;
    Some(table.table().entries.iter().map(|(name, _)| *name).collect())
}
