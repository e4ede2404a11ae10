//! Forms of alerts: every switch of the configuration, on one event.

use bumpalo::Bump;
use catalogue::{Format, Priority, Transformer, ValueType};
use engine::Tracker;
use engine::fields::{Fields, Printing, Settings};
use engine::format::internal::{self, InternalAlert, InternalValue};
use engine::format::{Formatter, Options, Parts};
use events::script::Script;
use ir::render::Buffers;
use ir::{
    EventSet, Expr, Import, OutputField, OutputTemplate, Piece, Program, ProgramBuilder, Rule, RuleId, Slot,
    SlotId, SlotKind,
};

const SCRIPT: &str = "
[processes]
100 cat args=[\"a \\\"b\\\"\", \"tab\\t\"] tty=34816
[descriptors]
100 3 file /etc/shadow
[events]
1700000001000000042 0 100 read res=5 data=\"ab\\0cd\" fd=3 size=5
";

/// `Shadow read by %proc.cmdline %proc.aname[7] %12proc.name|%2proc.name| %evt.buffer %toupper(proc.name)`, with two
/// extra fields.
fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let source = builder.source("syscall");
    let condition = builder.expr(Expr::Const(true));
    let cmdline = field(&mut builder, "proc.cmdline", None, ValueType::CharBuf, Format::Na);
    let ancestor = field(&mut builder, "proc.aname", Some("7"), ValueType::CharBuf, Format::Na);
    let name = field(&mut builder, "proc.name", None, ValueType::CharBuf, Format::Na);
    let buffer = field(&mut builder, "evt.buffer", None, ValueType::ByteBuf, Format::Na);
    let reltime = field(&mut builder, "evt.reltime", None, ValueType::RelTime, Format::PaddedDec);
    let tty = field(&mut builder, "proc.tty", None, ValueType::Uint32, Format::Id);
    let upper = builder.slot(Slot {
        kind: SlotKind::Transform { transformer: Transformer::Toupper, args: [name].into(), selector: None },
        ty: ValueType::CharBuf,
        list: false,
    });
    let text = |text: &str| Piece::Text(text.into());
    let value = |slot: SlotId, width: Option<u32>| Piece::Value { slot, width };
    let raw = |key: &str, slot: SlotId| OutputField::Raw { key: key.into(), slot: Some(slot) };
    let output = OutputTemplate {
        pieces: [
            text("Shadow read by "),
            value(cmdline, None),
            text(" "),
            value(ancestor, None),
            text(" "),
            value(name, Some(6)),
            text("|"),
            value(name, Some(2)),
            text("| "),
            value(buffer, None),
            text(" "),
            value(upper, None),
        ]
        .into(),
        fields: [
            raw("proc.cmdline", cmdline),
            raw("proc.aname[7]", ancestor),
            raw("proc.name", name),
            raw("evt.buffer", buffer),
            raw("evt.reltime", reltime),
            raw("proc.tty", tty),
            OutputField::Raw { key: "toupper(proc.name)".into(), slot: None },
            OutputField::Formatted {
                key: "who".into(),
                template: [text("tty "), value(tty, None), text(" of "), value(ancestor, None)].into(),
            },
        ]
        .into(),
    };
    let rule = Rule {
        name: "Shadow \"read\"".into(),
        description: Box::default(),
        source,
        priority: Priority::parse("info").expect("a priority"),
        tags: ["host".into(), "mitre".into()].into(),
        condition,
        events: EventSet::EMPTY,
        output,
        capture: false,
        capture_duration_ms: 0,
    };
    let rule = builder.rule(rule);
    builder.finish(vec![rule])
}

fn field(
    builder: &mut ProgramBuilder,
    name: &str,
    arg: Option<&str>,
    ty: ValueType,
    format: Format,
) -> SlotId {
    let import = builder.import(Import {
        source: "syscall".into(),
        name: name.into(),
        arg: arg.map(Box::from),
        text: name.into(),
        ty,
        list: false,
        format,
    });
    builder.slot(Slot { kind: SlotKind::Import(import), ty, list: false })
}

fn line(options: Options) -> String {
    alert(options).0
}

/// The line and the parts.
fn alert(options: Options) -> (String, Option<Parts>) {
    let program = program();
    let script = Script::parse(SCRIPT).expect("a script");
    let settings =
        Settings { utc_offset: options.utc_offset.clone(), buffers: options.buffers, ..Settings::default() };
    let fields = Fields::bind(&program, settings).expect("extractors");
    let memory = fields.memory();
    let mut formatter = Formatter::new(&program, options);
    let mut tracker = Tracker::default();
    tracker.load(&script.snapshot);
    let raw = script.events().next().expect("an event");
    let applied = tracker.apply(&raw, true);
    let arena = Bump::new();
    let event = tracker.event(&raw, &applied, &arena);
    let values = Printing::new(&fields, &memory, &event);
    let alert = formatter.alert(&program, RuleId(0), &values);
    assert_eq!((alert.ts, alert.rule), (1_700_000_001_000_000_042, "Shadow \"read\""));
    (String::from_utf8(alert.line.to_vec()).expect("UTF-8"), alert.parts.cloned())
}

const MESSAGE: &str = "Shadow read by cat a \"b\" tab\u{fffd} <NA> cat   |ca| ab.cd CAT";

#[test]
fn text() {
    let time = "22:13:21.000000042: Informational";
    assert_eq!(line(Options::default()), format!("{time} {MESSAGE}"));
    let escaped = MESSAGE.replace('"', "\\\"");
    assert_eq!(line(Options { escape_text: true, ..Options::default() }), format!("{time} {escaped}"));
    assert_eq!(
        line(Options { iso_8601: true, ..Options::default() }),
        format!("2023-11-14T22:13:21.000000042+0000: Informational {MESSAGE}")
    );
    assert_eq!(
        line(Options { utc_offset: (3600 + 1800).into(), ..Options::default() }),
        format!("23:43:21.000000042: Informational {MESSAGE}")
    );
    assert_eq!(
        line(Options { buffers: Buffers::Base64, ..Options::default() }),
        // Twice, as Falco does it.
        format!("{time} {}", MESSAGE.replace("ab.cd", "WVdJQVkyUT0="))
    );
}

#[test]
fn json() {
    let json = || Options { json: true, hostname: "lab".into(), ..Options::default() };
    let fields = r#"{"evt.buffer":"ab.cd","evt.reltime":0,"evt.time":1700000001000000042,"proc.aname[7]":null,"proc.cmdline":"cat a \"b\" tab�","proc.name":"cat","proc.tty":34816,"toupper(proc.name)":null,"who":"tty 34816 of <NA>"}"#;
    let message = MESSAGE.replace('"', "\\\"");
    let output = format!("22:13:21.000000042: Informational {message}");
    let tail = r#""priority":"Informational","rule":"Shadow \"read\"","source":"syscall","#;
    let tags = r#""tags":["host","mitre"],"#;
    let time = r#""time":"2023-11-14T22:13:21.000000042Z"}"#;
    assert_eq!(
        line(json()),
        format!(r#"{{"hostname":"lab","output":"{output}","output_fields":{fields},{tail}{tags}{time}"#)
    );
    assert_eq!(
        line(Options { include_output: false, include_tags: false, ..json() }),
        format!(r#"{{"hostname":"lab","output_fields":{fields},{tail}{time}"#)
    );
    assert_eq!(
        line(Options { include_message: true, include_output_fields: false, ..json() }),
        format!(r#"{{"hostname":"lab","message":"{message}","output":"{output}",{tail}{tags}{time}"#)
    );
    let iso = fields.replace("\"evt.time\"", "\"evt.time.iso8601\"");
    assert_eq!(
        line(Options { iso_8601: true, include_output: false, ..json() }),
        format!(r#"{{"hostname":"lab","output_fields":{iso},{tail}{tags}{time}"#)
    );
}

#[test]
fn parts_show_values_as_the_message_does() {
    assert_eq!(alert(Options::default()).1, None);
    for json in [false, true] {
        let options = Options { json, parts: true, include_output_fields: false, ..Options::default() };
        let (line, parts) = alert(options.clone());
        assert_eq!(line, self::line(Options { parts: false, ..options }), "the line is the same");
        let parts = parts.expect("parts");
        assert_eq!(parts.output, format!("22:13:21.000000042: Informational {MESSAGE}"));
        assert_eq!(parts.message, MESSAGE);
        let fields: Vec<_> =
            parts.output_fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let expected = [
            ("evt.buffer", "ab.cd"),
            ("evt.reltime", "000000000"),
            ("evt.time", "22:13:21.000000042"),
            ("proc.aname[7]", "<NA>"),
            ("proc.cmdline", "cat a \"b\" tab\u{fffd}"),
            ("proc.name", "cat"),
            ("proc.tty", "34816"),
            ("toupper(proc.name)", "<NA>"),
            ("who", "tty 34816 of <NA>"),
        ];
        assert_eq!(fields, expected);
    }
}

#[test]
fn alerts_of_the_runtime() {
    let alert = InternalAlert {
        ts: 1_700_000_001_000_000_042,
        priority: Priority::parse("debug").expect("a priority"),
        rule: "Falco internal: syscall event drop",
        message: "Falco internal: syscall event drop. 3 system calls dropped in last second.",
        fields: &[
            ("n_evts", InternalValue::Text("10")),
            ("n_drops", InternalValue::Integer(3)),
            ("ratio", InternalValue::Float(0.3)),
        ],
    };
    let write = |options: &Options| {
        let mut out = Vec::new();
        internal::write(&mut out, options, &alert);
        String::from_utf8(out).expect("UTF-8")
    };
    assert_eq!(
        write(&Options::default()),
        "22:13:21.000000042: Debug Falco internal: syscall event drop. 3 system calls dropped in last second. \
         (n_drops=3 n_evts=\"10\" ratio=0.3)"
    );
    assert_eq!(
        write(&Options { json: true, hostname: "lab".into(), ..Options::default() }),
        r#"{"hostname":"lab","output":"Falco internal: syscall event drop. 3 system calls dropped in last second.","output_fields":{"n_drops":3,"n_evts":"10","ratio":0.3},"priority":"Debug","rule":"Falco internal: syscall event drop","source":"internal","time":"2023-11-14T22:13:21.000000042Z"}"#
    );
}
