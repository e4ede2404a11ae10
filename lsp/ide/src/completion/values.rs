//! Values by field.

use std::collections::BTreeSet;

use catalogue::{PRIORITIES, ValueType};
use syntax::ast::NodeKind;

use crate::completion::{CompletionKind, Proposals};
use crate::cursor::field_text;

/// Values of fields that have few: what the field can be, told from its documentation.
const FIXED: &[(&str, &[&str])] = &[
    (
        "fd.type",
        &[
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
        ],
    ),
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
    ("evt.res", &["SUCCESS", "EACCES", "ENOENT", "EPERM"]),
    ("container.id", &["host"]),
    ("container.type", &["docker", "containerd", "cri-o", "podman", "lxc", "libvirt-lxc"]),
    ("proc.stdin.type", &["pipe", "ipv4", "ipv6", "unix", "file"]),
    ("proc.stdout.type", &["pipe", "ipv4", "ipv6", "unix", "file"]),
];

/// Values taken from the workspace at most.
const MOST_SEEN: usize = 500;

impl Proposals<'_> {
    pub(super) fn values(&mut self, field: &str) {
        if matches!(field, "evt.type" | "syscall.type") {
            let mut names: BTreeSet<&str> = catalogue::event_names().collect();
            names.extend(catalogue::syscalls().map(|call| call.name));
            for name in names {
                self.add(CompletionKind::Value, 1, name, "event");
            }
            return;
        }
        let resolved = self.analysis.options().catalogue.resolve(&self.source, field).ok();
        if resolved.as_ref().is_some_and(|field| field.ty == ValueType::Bool) {
            return self.booleans();
        }
        if let Some((_, values)) = FIXED.iter().find(|(name, _)| *name == field) {
            for value in *values {
                self.add(CompletionKind::Value, 0, value, field);
            }
        }
        if let Some(parameter) = field.strip_prefix("evt.arg.").or_else(|| field.strip_prefix("evt.rawarg."))
            && let Some(table) = flags_of(parameter)
        {
            for name in table {
                self.add(CompletionKind::Value, 0, name, "flag");
            }
        }
        self.values_seen(field, 2);
    }

    /// What rules of the workspace compare a field with.
    pub(super) fn values_seen(&mut self, field: &str, rank: u8) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (_, file) in self.analysis.files() {
            for condition in file.items.iter().flat_map(|(_, item)| &item.conditions) {
                let ast = &condition.ast;
                for id in ast.preorder(ast.root()) {
                    let NodeKind::Binary { left, right, .. } = ast.kind(id) else { continue };
                    if field_text(ast, left) != field {
                        continue;
                    }
                    match ast.kind(right) {
                        NodeKind::Value(_) => {
                            seen.insert(ast.span(right).slice(ast.source()).to_owned());
                        }
                        NodeKind::List(items) => {
                            let texts =
                                ast.items(items).iter().map(|item| item.span.slice(ast.source()).to_owned());
                            seen.extend(texts);
                        }
                        _ => {}
                    }
                }
            }
        }
        for value in seen.into_iter().filter(|value| !value.is_empty()).take(MOST_SEEN) {
            if self.analysis.found(crate::SymbolKind::List, &value).is_empty() {
                self.add(CompletionKind::Value, rank, &value, "in this workspace");
            }
        }
    }

    pub(super) fn booleans(&mut self) {
        for word in ["true", "false"] {
            self.add(CompletionKind::Constant, 0, word, "");
        }
    }

    pub(super) fn priorities(&mut self) {
        for (rank, priority) in PRIORITIES.into_iter().enumerate() {
            self.add(CompletionKind::Constant, rank as u8, &priority.as_str().to_uppercase(), "priority");
        }
    }
}

/// Names of the flags of the first event parameter of this name that has some.
fn flags_of(parameter: &str) -> Option<Vec<&'static str>> {
    let events = catalogue::EVENTS.iter().filter(|event| !event.is_unused());
    let table =
        events.filter_map(|event| event.param(parameter)).find_map(|(_, param)| param.flag_table())?;
    Some(table.table().entries.iter().map(|(name, _)| *name).collect())
}
