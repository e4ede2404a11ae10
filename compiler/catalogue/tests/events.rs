//! The tables of events, system calls, flags and conversions agree with each other and with the rules that the
//! capture format and the language set.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{
    CLASSES, CONVERSIONS, Catalogue, ConversionAction, ConversionStep, DYN_TABLES, EVENT_COUNT, EVENTS,
    EventCode, EventFlags, FIELDS, FLAG_TABLES, FlagTableId, ParamDetail, Producer, SYSCALL_CODE_COUNT,
    SyscallCode, SyscallSet, TypeClass, ValueType, conversion, event_about, event_by_symbol, event_names,
    events_by_name, first_param, ia32_to_x86_64, param_names, syscall_by_aarch64, syscall_by_name,
    syscall_by_x86_64, syscalls,
};

#[test]
fn events_are_indexed_by_code() {
    assert_eq!(EVENTS.len(), EVENT_COUNT);
    for (i, event) in EVENTS.iter().enumerate() {
        assert_eq!(event.code.index(), i);
        assert_eq!(event_by_symbol(event.symbol), Some(event.code));
        assert!(events_by_name(event.name).contains(&event.code));
        assert_eq!(event.is_unused(), event.producer == Producer::Unused);
        assert_eq!(event.is_unused(), event.origin.is_none());
        assert!(event.params.len() <= 32, "{}", event.symbol);
    }
    assert_eq!(EventCode(EVENT_COUNT as u16).get().map(|e| e.code), None);
    assert_eq!(events_by_name("open"), [EventCode::SYSCALL_OPEN_E, EventCode::SYSCALL_OPEN_X]);
    assert!(events_by_name("nosuch").is_empty());
}

#[test]
fn parameters_refer_to_what_exists() {
    for event in EVENTS {
        if let Some(fd) = event.fd_param {
            assert!(event.has(EventFlags::USES_FD), "{}", event.symbol);
            assert_eq!(event.params[usize::from(fd)].ty, ValueType::Fd, "{}", event.symbol);
        }
        let mut names = BTreeSet::new();
        for param in event.params {
            assert!(names.insert(param.name), "{} has two {}", event.symbol, param.name);
            match param.detail {
                ParamDetail::Flags(_) => assert!(param.ty.is_flags(), "{} {}", event.symbol, param.name),
                ParamDetail::Dynamic(_) => assert_eq!(param.ty, ValueType::Dynamic),
                ParamDetail::DirFd(i) => {
                    assert_eq!(param.ty, ValueType::FsRelPath);
                    assert_eq!(event.params[usize::from(i)].ty, ValueType::Fd);
                }
                ParamDetail::None => assert_ne!(param.ty, ValueType::Dynamic),
            }
        }
    }
}

#[test]
fn the_first_declaration_of_a_parameter_types_it() {
    let mut first = BTreeMap::new();
    for event in EVENTS {
        for param in event.params {
            first.entry(param.name).or_insert(param.ty);
        }
    }
    assert!(param_names().map(|(name, ..)| name).eq(first.keys().copied()));
    for (name, ty) in first {
        assert_eq!(first_param(name).map(|p| p.ty), Some(ty), "{name}");
    }
}

#[test]
fn system_calls_and_their_events() {
    for call in syscalls() {
        assert_eq!(syscall_by_name(call.name).map(|c| c.code), Some(call.code));
        assert_eq!(call.code.name(), Some(call.name));
        for (number, found) in [
            (call.x86_64, call.x86_64.and_then(|n| syscall_by_x86_64(n.into()))),
            (call.aarch64, call.aarch64.and_then(|n| syscall_by_aarch64(n.into()))),
        ] {
            assert_eq!(found.map(|c| c.code), number.map(|_| call.code), "{}", call.name);
        }
        let events: Vec<_> = call.code.events().collect();
        // Calls that were added after enter events were dropped have no enter event.
        for code in [call.enter, call.exit].into_iter().filter(|code| !code.get().unwrap().is_unused()) {
            assert!(events.contains(&code), "{}", call.name);
        }
        assert!(events.contains(&call.exit), "{}", call.name);
    }
    assert_eq!(SyscallCode::OPENAT.get().map(|c| c.x86_64), Some(Some(257)));
    assert_eq!(SyscallCode(u16::MAX).get().map(|c| c.code), None);
    assert!(syscalls().all(|c| usize::from(c.code.0) < SYSCALL_CODE_COUNT));
    assert_eq!((ia32_to_x86_64(3), ia32_to_x86_64(5), ia32_to_x86_64(17)), (Some(0), Some(2), None));
    assert_eq!(ia32_to_x86_64(u32::MAX), None);
}

#[test]
fn groups_of_calls() {
    for (set, len) in [
        (SyscallSet::DefaultState, 70),
        (SyscallSet::Io, 18),
        (SyscallSet::HighVolume, 12),
        (SyscallSet::RepairBase, 22),
        (SyscallSet::RepairNetwork, 3),
        (SyscallSet::RepairAcceptListen, 1),
        (SyscallSet::RepairFileIo, 1),
    ] {
        assert_eq!(set.codes().len(), len, "{set:?}");
        assert!(set.codes().is_sorted() && set.codes().iter().all(|&code| set.contains(code)));
    }
    // Whatever changes the state of processes and descriptors belongs to the default set.
    let wanted =
        EVENTS.iter().filter(|e| e.has(EventFlags::MODIFIES_STATE) && e.producer == Producer::Driver);
    for code in wanted.flat_map(|e| e.syscalls) {
        assert!(SyscallSet::DefaultState.contains(*code), "{:?}", code.name());
    }
}

#[test]
fn flag_tables() {
    let flags = FlagTableId::FILE_FLAGS.table();
    assert_eq!(flags.name, "file_flags");
    assert_eq!(
        (flags.value("O_RDWR"), flags.name_of(4), flags.value("nosuch")),
        (Some(3), Some("O_CREAT"), None)
    );
    for (i, table) in FLAG_TABLES.iter().enumerate() {
        assert_eq!(FlagTableId::from_name(table.name), Some(FlagTableId(i as u8)));
        assert!(!table.entries.is_empty());
    }
    for table in DYN_TABLES {
        assert!(table.entries.iter().all(|(ty, _)| *ty != ValueType::Dynamic));
    }
}

#[test]
fn conversions_lead_to_todays_events() {
    for found in CONVERSIONS {
        let event = found.event.get().unwrap();
        assert!(event.has(EventFlags::CONVERTER_MANAGED), "{}", event.symbol);
        assert!(std::ptr::eq(conversion(found.event, found.params.into()).unwrap(), found));
        let steps = match found.action {
            ConversionAction::Append(steps) => {
                assert!(usize::from(found.params) + steps.len() <= event.params.len(), "{}", event.symbol);
                steps
            }
            ConversionAction::Become(to, steps) => {
                assert!(steps.len() <= to.get().unwrap().params.len(), "{}", event.symbol);
                steps
            }
            _ => &[],
        };
        for step in steps {
            match *step {
                ConversionStep::Own(i) => assert!(i < found.params, "{}", event.symbol),
                ConversionStep::EnterOrDefault(i) | ConversionStep::EnterOrEmpty(i) => {
                    let enter = EventCode(found.event.0 & !1).get().unwrap();
                    assert!(usize::from(i) < enter.params.len(), "{}", event.symbol);
                }
                _ => {}
            }
        }
    }
    assert!(conversion(EventCode::SYSCALL_OPEN_X, 6).is_none());
    assert!(conversion(EventCode::SYSCALL_OPEN_X, 1000).is_none());
}

#[test]
fn literals_of_the_event_type() {
    let catalogue = Catalogue::falco_default();
    let symbols = |name: &str| {
        let codes = catalogue.type_codes(name).codes();
        codes.map(|code| code.get().unwrap().symbol).collect::<Vec<_>>()
    };
    let calls = |name: &str| {
        let codes = catalogue.type_syscalls(name);
        codes.into_iter().filter_map(SyscallCode::name).collect::<Vec<_>>()
    };
    assert_eq!(symbols("open"), ["SYSCALL_OPEN_E", "SYSCALL_OPEN_X"]);
    assert_eq!(symbols("getpid"), ["GENERIC_E", "GENERIC_X"]);
    assert_eq!(symbols(""), ["GENERIC_E", "GENERIC_X"]);
    assert!(
        symbols("container").contains(&"CONTAINER_JSON_E") && symbols("container").contains(&"ASYNCEVENT_E")
    );
    assert_eq!(symbols("container_removed"), ["ASYNCEVENT_E"]);
    assert_eq!(symbols("asyncevent"), ["ASYNCEVENT_E"]);
    assert!(symbols("syscall").is_empty() && symbols("nosuch").is_empty());
    assert_eq!(calls("open"), ["open"]);
    assert_eq!(calls("getpid"), ["getpid"]);
    assert_eq!(calls("procexit"), ["sched_process_exit"]);
    assert!(calls("accept").contains(&"accept4"));
    assert!(calls("container").is_empty());
    for name in ["", "NA", "unknown", "syscall", "asyncevent", "pluginevent", "container", "openat", "getpid"]
    {
        assert!(catalogue.knows_event_name(name), "{name}");
    }
    for name in ["op", "open*", "Open", " open"] {
        assert!(!catalogue.knows_event_name(name), "{name}");
    }
    assert!(!Catalogue::core().knows_event_name("container_removed"));
    let names: Vec<_> = event_names().collect();
    assert!(names.is_sorted() && names.contains(&"execve"));
}

#[test]
fn everything_is_described() {
    for name in event_names() {
        assert!(event_about(name).is_some_and(|text| text.ends_with('.')), "{name}");
    }
    let mut texts = BTreeMap::<&str, Vec<&str>>::new();
    for field in FIELDS {
        assert!(field.about.len() > 10 && field.about.ends_with('.'), "{}: {}", field.name, field.about);
        texts.entry(field.about).or_default().push(field.name);
    }
    for class in CLASSES {
        assert!(class.about.ends_with('.'), "{}", class.name);
    }
    for (text, names) in texts {
        // Namespaces of the same object in different plugins may be described alike.
        let plugins: BTreeSet<_> = names.iter().map(|name| name.split('.').next()).collect();
        assert_eq!(plugins.len(), names.len(), "{names:?} share: {text}");
    }
    assert!(syscalls().all(|call| call.about.ends_with('.')));
    assert!(FLAG_TABLES.iter().all(|table| table.about.ends_with('.')));
}

#[test]
fn lists_have_types_that_lists_may_have() {
    for field in FIELDS {
        assert!(!field.list || field.ty.may_be_listed(), "{}", field.name);
        assert!(field.ty.class() != TypeClass::Other || field.name == "evt.rawarg", "{}", field.name);
    }
}
