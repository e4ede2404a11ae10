//! Field texts, as conditions write them, and what they resolve to.

use catalogue::{
    Arg, ArgKind, ArgSpec, CLASSES, Catalogue, ExtraClass, ExtraField, FIELDS, FieldErrorKind, FieldFlags,
    FieldRef, ResolvedField, ValueType, param_names,
};

fn all() -> Catalogue {
    Catalogue::everything()
}

/// The field's name and argument in a short form, or the message.
fn show(result: Result<ResolvedField, catalogue::FieldError>) -> String {
    match result {
        Ok(field) => match field.arg {
            None => field.name.into_owned(),
            Some(arg) => format!("{} {arg:?}", field.name),
        },
        Err(error) => format!("error: {}", error.message),
    }
}

#[track_caller]
fn check(source: &str, cases: &[(&str, &str)]) {
    let catalogue = all();
    for (text, wanted) in cases {
        assert_eq!(show(catalogue.resolve(source, text)), *wanted, "{text}");
    }
}

const NONE: &str = "error: filter_check called with nonexistent field ";

#[test]
fn plain_names() {
    check(
        "syscall",
        &[("proc.name", "proc.name"), ("evt.args", "evt.args"), ("container.id", "container.id")],
    );
    for text in
        ["proc.nam", "proc.namex", "proc.name.foo", "proc.name[0]", "nosuch.field", "evt.num2", "Proc.name"]
    {
        check("syscall", &[(text, &format!("{NONE}{text}"))]);
    }
}

#[test]
fn the_first_class_with_a_prefix_decides() {
    // `evt.time` of the generic class hides whatever begins like it.
    check("syscall", &[("evt.timeout", &format!("{NONE}evt.timeout"))]);
    let extra = ExtraField::new("proc.name2", ValueType::CharBuf);
    let shadowed = Catalogue::core().with_fields(vec![extra, ExtraField::new("own.name", ValueType::Uint64)]);
    assert!(shadowed.resolve("syscall", "proc.name2").is_err());
    assert!(shadowed.resolve("k8s_audit", "proc.name2").is_ok());
    assert_eq!(shadowed.resolve("syscall", "own.name").unwrap().field, FieldRef::Extra(1));
}

#[test]
fn event_parameters() {
    check(
        "syscall",
        &[
            ("evt.arg.flags", r#"evt.arg Param("flags")"#),
            ("evt.arg.fd1", r#"evt.arg Param("fd1")"#),
            ("evt.arg[0]", "evt.arg Index(0)"),
            ("evt.arg[ 3]", "evt.arg Index(3)"),
            ("evt.arg[-2]", "evt.arg Index(-2)"),
            ("evt.arg[4294967297]", "evt.arg Index(1)"),
            ("evt.arg", "error: filter syntax error: evt.arg"),
            ("evt.argx", "error: filter syntax error: evt.argx"),
            ("evt.arg[x]", "error: x is not a valid number"),
            ("evt.arg[0x1]", "error: 0x1 is not a valid number"),
            ("evt.arg[]", "error:  is not a valid number"),
            ("evt.arg.zzz", "error: unknown event argument zzz"),
            ("evt.arg.flagsx", &format!("{NONE}evt.arg.flagsx")),
            ("evt.arg.flags[0]", &format!("{NONE}evt.arg.flags[0]")),
            ("evt.arg[1", &format!("{NONE}evt.arg[1")),
            ("evt.rawarg.res", r#"evt.rawarg Param("res")"#),
            ("evt.rawarg", "error: filter syntax error: evt.rawarg"),
            ("evt.rawarg[0]", "error: evt.arg fields must be expressed explicitly"),
            ("evt.rawarg.zzz", "error: unknown event argument zzz"),
        ],
    );
    let types = [("res", ValueType::Errno), ("flags", ValueType::Flags32), ("name", ValueType::FsPath)];
    for (param, ty) in types {
        assert_eq!(all().resolve("syscall", &format!("evt.rawarg.{param}")).unwrap().ty, ty, "{param}");
        assert_eq!(all().resolve("syscall", &format!("evt.arg.{param}")).unwrap().ty, ValueType::CharBuf);
    }
    for (param, ..) in param_names() {
        let arg = Some(Arg::Param(param));
        assert_eq!(all().resolve("syscall", &format!("evt.arg.{param}")).unwrap().arg, arg);
    }
}

#[test]
fn other_event_fields() {
    check(
        "syscall",
        &[
            ("evt.abspath", "evt.abspath"),
            ("evt.abspath.src", "evt.abspath Source"),
            ("evt.abspath.dst", "evt.abspath Target"),
            ("evt.abspath.foo", &format!("{NONE}evt.abspath.foo")),
            ("evt.abspath.srcs", &format!("{NONE}evt.abspath.srcs")),
            ("evt.abspath[0]", &format!("{NONE}evt.abspath[0]")),
            ("evt.type", "evt.type"),
            ("evt.type[0]", &format!("{NONE}evt.type[0]")),
            ("evt.type.is.open", "evt.type.is Event { code: 2, also: Some(3) }"),
            ("evt.type.is.306", "evt.type.is Event { code: 306, also: None }"),
            ("evt.type.is.zzz", &format!("{NONE}evt.type.is.zzz")),
            ("evt.type.is", "error: filter syntax error: evt.type.is"),
            ("evt.type.isx", "error: filter syntax error: evt.type.isx"),
            ("evt.type.is[2]", "error: filter syntax error: evt.type.is[2]"),
            ("evt.around[1404996934793590564]", "evt.around Timestamp(1404996934793590564)"),
            ("evt.around", "error: filter syntax error: evt.around"),
            ("evt.around.x", "error: wrong syntax for evt.around"),
            ("evt.around[x]", "error: x is not a valid number"),
        ],
    );
}

#[test]
fn ancestors_and_arguments() {
    let names = ["aname", "aexe", "aexepath", "acmdline", "apid", "args", "aargs"];
    for name in names.map(|name| format!("proc.{name}")) {
        check(
            "syscall",
            &[
                (&name, &name),
                (&format!("{name}[0]"), &format!("{name} Index(0)")),
                (&format!("{name}[12]"), &format!("{name} Index(12)")),
                (&format!("{name}[-1]"), &name),
                (&format!("{name}[x]"), &format!("{NONE}{name}[x]")),
                (&format!("{name}[1"), &format!("{NONE}{name}[1")),
                (&format!("{name}[1]]"), &format!("{NONE}{name}[1]]")),
                (&format!("{name}.1"), &format!("{NONE}{name}.1")),
            ],
        );
    }
}

#[test]
fn environment_cgroups_and_descriptors() {
    check(
        "syscall",
        &[
            ("proc.env", "proc.env"),
            ("proc.env[PATH]", r#"proc.env Key("PATH")"#),
            ("proc.env[FOO BAR]", r#"proc.env Key("FOO BAR")"#),
            ("proc.env[7]", "proc.env"),
            ("proc.env[]", "proc.env"),
            ("proc.env[a]b]", &format!("{NONE}proc.env[a]b]")),
            ("proc.aenv", "proc.aenv"),
            ("proc.aenv[2]", "proc.aenv Index(2)"),
            ("proc.aenv[HOME]", r#"proc.aenv Key("HOME")"#),
            ("thread.cgroups", "thread.cgroups"),
            ("thread.cgroup.cpu_acct", r#"thread.cgroup Subsystem("cpu_acct")"#),
            ("thread.cgroup.cpu0", &format!("{NONE}thread.cgroup.cpu0")),
            ("thread.cgroup", "error: filter syntax error: thread.cgroup"),
            ("thread.cgroup[cpu]", "error: filter syntax error: thread.cgroup[cpu]"),
            ("fd.types", "fd.types"),
            ("fd.types[3]", "fd.types Index(3)"),
            ("fd.types[-1]", "fd.types"),
            ("fd.types[x]", "error: x is not a valid number"),
            ("fd.typesx", &format!("{NONE}fd.typesx")),
            ("argx", "error: filter error: proc.arg filter not implemented yet"),
        ],
    );
    check("k8s_audit", &[("argx", &format!("{NONE}argx"))]);
}

#[test]
fn plugin_fields() {
    let no = |name: &str, text: &str| {
        format!("error: filter '{text}': {name} requires an argument but none provided")
    };
    check(
        "syscall",
        &[
            ("container.image.repository", "container.image.repository"),
            ("container.label[app]", r#"container.label Key("app")"#),
            ("container.label[7]", r#"container.label Key("7")"#),
            ("container.label", &no("container.label", "container.label")),
            ("container.label.app", &no("container.label", "container.label.app")),
            ("container.mount[0]", r#"container.mount IndexOrKey { index: Some(0), key: "0" }"#),
            ("container.mount[/proc]", r#"container.mount IndexOrKey { index: None, key: "/proc" }"#),
            ("container.mount[01]", r#"container.mount IndexOrKey { index: None, key: "01" }"#),
            (
                "container.id[0]",
                "error: filter 'container.id[0]': container.id does not allow nor require an argument but one is provided: 0",
            ),
            ("container.idx[0]", &format!("{NONE}container.idx[0]")),
            (
                "container.label[",
                "error: filter 'container.label[': container.label terminates with incomplete argument brackets",
            ),
            (
                "container.label[a b]",
                "error: filter 'container.label[a': container.label has unbalanced argument brackets",
            ),
        ],
    );
    let bad = |why: &str, arg: &str| {
        let name = "ka.req.pod.containers.image";
        format!("error: filter {name}[{arg}] {name} has an invalid index argument {why}: {arg}")
    };
    check(
        "k8s_audit",
        &[
            ("ka.req.pod.containers.image", "ka.req.pod.containers.image"),
            ("ka.req.pod.containers.image[0]", "ka.req.pod.containers.image Index(0)"),
            (
                "ka.req.pod.containers.image[18446744073709551615]",
                "ka.req.pod.containers.image Index(9223372036854775807)",
            ),
            ("ka.req.pod.containers.image[01]", &bad("starting with 0", "01")),
            ("ka.req.pod.containers.image[]", &bad("starting with 0", "")),
            ("ka.req.pod.containers.image[x]", &bad("not composed only by digits", "x")),
            ("ka.req.pod.containers.image[-1]", &bad("not composed only by digits", "-1")),
            (
                "ka.req.pod.containers.image[18446744073709551616]",
                &bad("not representable on 64 bit", "18446744073709551616"),
            ),
            ("jevt.value[/verb]", r#"jevt.value Key("/verb")"#),
            ("ka.uri.param[limit]", r#"ka.uri.param Key("limit")"#),
        ],
    );
}

#[test]
fn sources_see_their_own_fields() {
    let catalogue = all();
    for (source, text, found) in [
        ("syscall", "proc.name", true),
        ("k8s_audit", "proc.name", false),
        ("k8s_audit", "evt.type", false),
        ("k8s_audit", "evt.num", true),
        ("k8s_audit", "ka.verb", true),
        ("syscall", "ka.verb", false),
        ("aws_cloudtrail", "ct.name", true),
        ("aws_cloudtrail", "json.value[/x]", true),
        ("okta", "okta.evt.type", true),
        ("gcp_auditlog", "gcp.user", true),
        ("github", "github.type", true),
        ("nosuch", "evt.num", true),
    ] {
        assert_eq!(catalogue.resolve(source, text).is_ok(), found, "{text} in {source}");
    }
    let sources = ["syscall", "k8s_audit", "aws_cloudtrail", "github", "okta", "gcp_auditlog"];
    assert_eq!(catalogue.sources(), sources);
    assert_eq!(Catalogue::falco_default().sources(), ["syscall"]);
    assert_eq!(Catalogue::core().with_plugin("k8saudit-eks").sources(), ["syscall", "k8s_audit"]);
}

#[test]
fn plugins_that_are_not_loaded() {
    let core = Catalogue::core();
    assert!(core.resolve("syscall", "container.id").is_err());
    assert_eq!(core.supplier_of("container.id"), Some("container"));
    assert_eq!(core.supplier_of("container.label[x]"), Some("container"));
    assert_eq!(core.supplier_of("proc.name"), None);
    assert_eq!(core.supplier_of("nosuch.name"), None);
    assert_eq!(Catalogue::falco_default().supplier_of("container.id"), None);
}

#[test]
fn extra_fields_take_arguments() {
    let arg = |kind, required| Some(ArgSpec { kind, required });
    let field = |name: &str, arg| ExtraField { arg, ..ExtraField::new(name, ValueType::Uint64) };
    let class = ExtraClass {
        name: "sample".to_owned(),
        source: Some("sample".to_owned()),
        plugin: Some("sample".to_owned()),
        async_events: vec!["sampled".to_owned()],
        fields: vec![
            field("sample.nth", arg(ArgKind::Index, true)),
            field("sample.of", arg(ArgKind::Key, false)),
        ],
    };
    let catalogue = Catalogue::core().with_plugin_version("sample", "1.2.3").with_class(class);
    assert_eq!(catalogue.resolve("sample", "sample.nth[4]").unwrap().arg, Some(Arg::Index(4)));
    assert_eq!(catalogue.resolve("sample", "sample.of").unwrap().arg, None);
    let missing = catalogue.resolve("sample", "sample.nth").unwrap_err();
    assert_eq!((missing.kind, missing.field), (FieldErrorKind::MissingArgument, Some(FieldRef::Extra(0))));
    assert!(catalogue.resolve("syscall", "sample.of").is_err());
    assert_eq!(catalogue.sources(), ["syscall", "sample"]);
    assert!(catalogue.knows_event_name("sampled"));
    assert!(catalogue.has_plugin("sample"));
    let fixed = Catalogue::core().with_static_fields(["env"]).resolve("okta", "static.env").unwrap();
    assert!(fixed.has(FieldFlags::OUTPUT_SUGGESTED));
}

#[test]
fn no_name_hides_another_one() {
    // The short cut of `resolve` depends on it.
    for (i, field) in FIELDS.iter().enumerate() {
        for earlier in FIELDS[..i].iter().filter(|f| f.class != field.class) {
            assert!(!field.name.starts_with(earlier.name), "{} hides {}", earlier.name, field.name);
        }
    }
}

#[test]
fn every_field_resolves_to_itself() {
    let catalogue = all();
    for (i, field) in FIELDS.iter().enumerate() {
        let text = match field.arg {
            None => field.name.to_owned(),
            Some(arg) => format!("{}{}", field.name, sample(arg.kind)),
        };
        let sources: Vec<_> = catalogue.sources().into_iter().map(str::to_owned).collect();
        let source = CLASSES[usize::from(field.class.0)].source.unwrap_or(&sources[0]);
        let found = catalogue.resolve(source, &text).unwrap_or_else(|e| panic!("{text}: {}", e.message));
        assert_eq!(found.name, field.name);
        assert_eq!(found.id().map(|id| usize::from(id.0)), Some(i));
        assert_eq!(found.arg.is_some(), field.arg.is_some(), "{text}");
        assert_eq!(catalogue.field(found.field).map(|f| f.about), Some(field.about));
    }
}

fn sample(kind: ArgKind) -> &'static str {
    match kind {
        ArgKind::Index | ArgKind::IndexOrKey => "[1]",
        ArgKind::Key | ArgKind::Env => "[name]",
        ArgKind::EventName => ".open",
        ArgKind::EventParam | ArgKind::EventParamTyped => ".fd",
        ArgKind::Timestamp => "[1]",
        ArgKind::Side => ".src",
        ArgKind::Subsystem => ".cpu",
    }
}

#[test]
fn near_names() {
    let catalogue = Catalogue::falco_default();
    for (text, first) in [
        ("proc.nmae", "proc.name"),
        ("fd.nam", "fd.name"),
        ("evt.tpye", "evt.type"),
        ("proc.aneme[2]", "proc.aname"),
        ("container.imag.repository", "container.image.repository"),
        ("process.name", "proc.name"),
        ("file.path", "fd.name"),
        ("k8s.namespace", "k8s.ns.name"),
        ("container.image.name", "container.image.repository"),
    ] {
        let near = catalogue.nearest_fields("syscall", text);
        assert_eq!(near.first().map(String::as_str), Some(first), "{text}: {near:?}");
    }
}
