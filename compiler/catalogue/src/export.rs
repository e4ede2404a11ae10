//! Texts for other languages made from the tables: the C header of the kernel probe and word lists for editors.
//!
//! They are pure functions, so that whoever checks such a text in can compare it with what it should be.

use std::fmt::Write;

use crate::event::{EVENT_COUNT, EVENTS, EventFlags, Producer};
use crate::field::FIELDS;
use crate::flag::DYN_TABLES;
use crate::generated::constant::ALL as CONSTANTS;
use crate::operator::{MODIFIERS, OPERATORS};
use crate::priority::PRIORITIES;
use crate::syscall::{SYSCALL_CODE_COUNT, syscalls};
use crate::transformer::TRANSFORMERS;

/// The C header `event_types.h`: codes of events with their number of parameters and width of parameter lengths,
/// codes of system calls, and the constants that parameters hold.
///
/// Per event: `EVT_<SYMBOL>`; for those that the kernel side writes also `EVT_<SYMBOL>_NPARAMS` and
/// `EVT_<SYMBOL>_LENSIZE` (bytes that the length of one parameter takes). Per call: `SC_<NAME>`. Constants keep the
/// names of Falco's headers.
pub fn event_types_header() -> String {
    let mut out = String::from(
        "/* Numbers of events, system calls and parameters. Generated from the catalogue; do not edit. */\n\
         #ifndef EVENT_TYPES_H\n#define EVENT_TYPES_H\n\n",
    );
    line(&mut out, format_args!("#define EVENT_COUNT {EVENT_COUNT}"));
    line(&mut out, format_args!("#define SYSCALL_CODE_COUNT {SYSCALL_CODE_COUNT}\n"));
    line(&mut out, format_args!("enum event_type {{"));
    for event in EVENTS.iter().filter(|e| !e.is_unused()) {
        line(&mut out, format_args!("\tEVT_{} = {},", event.symbol, event.code.0));
    }
    line(&mut out, format_args!("}};\n"));
    for event in EVENTS.iter().filter(|e| matches!(e.producer, Producer::Driver | Producer::Iterator)) {
        let size = if event.has(EventFlags::LARGE_PAYLOAD) { 4 } else { 2 };
        line(&mut out, format_args!("#define EVT_{}_NPARAMS {}", event.symbol, event.params.len()));
        line(&mut out, format_args!("#define EVT_{}_LENSIZE {size}", event.symbol));
    }
    line(&mut out, format_args!("\nenum syscall_code {{"));
    for call in syscalls() {
        line(&mut out, format_args!("\tSC_{} = {},", call.name.to_uppercase(), call.code.0));
    }
    line(&mut out, format_args!("}};\n"));
    for (name, value) in CONSTANTS {
        match value {
            0x8000_0000.. => line(&mut out, format_args!("#define {name} {value:#x}ULL")),
            0.. => line(&mut out, format_args!("#define {name} {value}")),
            _ => line(&mut out, format_args!("#define {name} ({value})")),
        }
    }
    line(&mut out, format_args!(""));
    for table in DYN_TABLES {
        for (i, (ty, _)) in table.entries.iter().enumerate() {
            let name = table.name.trim_end_matches("_dynamic_param").to_uppercase();
            line(&mut out, format_args!("#define DYN_{name}_{} {i}", ty.name()));
        }
    }
    out.push_str("\n#endif\n");
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string never fails.
    let _ = writeln!(out, "{text}");
}

/// Words of the rules language for syntax highlighting, each list sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Operators that are words.
    pub operators: Vec<&'static str>,
    /// Operators that are signs; longer ones before those that begin like them.
    pub signs: Vec<&'static str>,
    /// Modifiers of operators.
    pub modifiers: Vec<&'static str>,
    /// Functions.
    pub transformers: Vec<&'static str>,
    /// Words between conditions.
    pub connectives: Vec<&'static str>,
    /// Priorities as messages print them, and `INFO`.
    pub priorities: Vec<&'static str>,
    /// First parts of the names of fields: `evt`, `proc`, `k8s`, ….
    pub field_prefixes: Vec<&'static str>,
}

/// The words of the rules language.
pub fn words() -> Words {
    let sorted = |mut words: Vec<&'static str>| {
        words.sort_unstable();
        words.dedup();
        words
    };
    let (operators, mut signs): (Vec<_>, Vec<_>) = OPERATORS
        .iter()
        .map(|op| op.as_str())
        .chain(["=="])
        .partition(|op| op.starts_with(char::is_alphabetic));
    signs.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    Words {
        operators: sorted(operators),
        signs,
        modifiers: sorted(MODIFIERS.iter().map(|m| m.as_str()).collect()),
        transformers: sorted(TRANSFORMERS.iter().map(|t| t.as_str()).collect()),
        connectives: vec!["and", "not", "or"],
        priorities: sorted(PRIORITIES.iter().map(|p| p.as_str()).chain(["INFO"]).collect()),
        field_prefixes: sorted(FIELDS.iter().filter_map(|f| f.name.split('.').next()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_has_codes_parameters_and_constants() {
        let header = event_types_header();
        for wanted in [
            "#define EVENT_COUNT 454",
            "\tEVT_SYSCALL_OPENAT_2_X = 307,",
            "#define EVT_SYSCALL_OPENAT_2_X_NPARAMS 7",
            "#define EVT_SYSCALL_OPENAT_2_X_LENSIZE 2",
            "\tSC_OPENAT = ",
            "#define PPM_O_RDWR 3",
            "#define PPM_AT_FDCWD (-100)",
            "#define PPM_CAP_CHECKPOINT_RESTORE 0x10000000000ULL",
            "#define DYN_BPF_FD 0",
        ] {
            assert!(
                header.lines().any(|l| l == wanted || (wanted.ends_with(' ') && l.starts_with(wanted))),
                "{wanted}"
            );
        }
        assert!(!header.contains("EVT_PROCEXIT_X"), "unused slots are left out");
    }

    #[test]
    fn words_of_the_language() {
        let words = words();
        assert_eq!(words.signs, ["!=", "<=", "==", ">=", "<", "=", ">"]);
        assert_eq!(words.modifiers, ["allof", "anyof", "oneof"]);
        assert_eq!(words.operators.len(), 13);
        assert!(words.operators.contains(&"bstartswith"));
        assert!(words.field_prefixes.contains(&"proc") && words.field_prefixes.contains(&"k8smeta"));
        assert!(words.priorities.contains(&"INFO"));
    }
}
