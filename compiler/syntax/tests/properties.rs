//! Properties over random inputs: printing reads back, scalars map to their source, nothing panics.

use proptest::prelude::*;
use syntax::condition::{ParseOptions, parse, print};
use syntax::{fuzz, output, yaml};

/// A value that its canonical text can be read back from: not empty, and without what does not make it quote.
fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9_./*-]{1,8}", "[a-z \"'=\\\\\t\n]{0,6}[a-z]", Just("\u{e9} \u{1F600}".to_owned())]
}

fn quoted(text: &str) -> String {
    let quoted = syntax::quote::quote(text);
    if quoted.starts_with('"') { quoted } else { format!("\"{quoted}\"") }
}

fn field() -> impl Strategy<Value = String> {
    (
        "[a-z]{1,4}(\\.[a-z][a-z0-9_]{0,4}){1,2}",
        prop_oneof![Just(""), Just("[1]"), Just("[\"x y\"]"), Just("[\"\"]")],
    )
        .prop_map(|(name, arg)| format!("{name}{arg}"))
}

fn left() -> impl Strategy<Value = String> {
    field().prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("tolower({inner})")),
            inner.clone().prop_map(|inner| format!("getopt({inner}, \"nt:\")[t]")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("concat({a}, 5, ({b}))")),
        ]
    })
}

fn check() -> impl Strategy<Value = String> {
    let right = prop_oneof![
        value().prop_map(|value| format!(" = {}", quoted(&value))),
        value().prop_map(|value| format!(" startswith {}", quoted(&value))),
        (-99..99).prop_map(|number| format!(" >= {number}")),
        prop::collection::vec(value(), 0..4).prop_map(|values| {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!(" in ({})", values.join(" , "))
        }),
        value().prop_map(|value| format!(" contains anyof ({})", quoted(&value))),
        field().prop_map(|field| format!(" != val({field})")),
        Just(" exists".to_owned()),
    ];
    prop_oneof![(left(), right).prop_map(|(left, right)| left + &right), "[a-z]{1,6}_m"]
}

fn condition() -> impl Strategy<Value = String> {
    check().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" or "))),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

/// Text of a scalar, in lines.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof!["[a-z][a-z\u{e9}\u{1F600} ]{0,10}[a-z]", "  [a-z]{1,5}", Just(String::new())];
    ("[a-z]{2,9}", prop::collection::vec(line, 0..5)).prop_map(|(first, mut rest)| {
        rest.insert(0, first);
        rest
    })
}

/// A scalar in some style, with the value its text stands for left to the reader.
fn scalar() -> impl Strategy<Value = String> {
    let block = |header: &'static str| {
        (lines(), 4usize..8).prop_map(move |(lines, indent)| {
            let indent = " ".repeat(indent);
            let body: String = lines.iter().map(|line| format!("{indent}{line}\n")).collect();
            format!("{header}\n{body}")
        })
    };
    let flow = |quote: &'static str| {
        lines().prop_map(move |lines| format!("{quote}{}{quote}\n", lines.join("\n     ")))
    };
    prop_oneof![
        block("|"),
        block(">"),
        block("|-"),
        block(">+"),
        flow(""),
        flow("'"),
        flow("\""),
        Just("'a''b''''c'\n".to_owned()),
        Just("\"\\u00e9\\n\\x41\\\\ \\\n  b\"\n".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_reads_back(text in condition()) {
        let parsed = parse(&text, ParseOptions::LOAD);
        prop_assert!(parsed.is_ok(), "{text}: {:?}", parsed.errors);
        let printed = print(&parsed.tree, parsed.tree.root());
        // A transformer's texts are printed without quotes, and `not (not x)` without its parenthesis.
        if printed.contains("nt:") || printed.contains("not not") {
            return Ok(());
        }
        let again = parse(&printed, ParseOptions::LOAD);
        prop_assert!(again.is_ok(), "{printed}: {:?}", again.errors);
        prop_assert!(parsed.tree.same_tree(parsed.tree.root(), &again.tree, again.tree.root()), "{printed}");
        prop_assert_eq!(print(&again.tree, again.tree.root()), printed);
    }

    #[test]
    fn quoting_reads_back(text in "\\PC{0,20}[^\\\\]") {
        let quoted = quoted(&text);
        let value = syntax::quote::unquote(&quoted);
        prop_assert_eq!(value.as_deref(), Ok(text.as_bytes()));
    }

    #[test]
    fn scalars_map_to_their_source(scalar in scalar(), crlf: bool) {
        let text = format!("- key: {scalar}  other: x\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let parsed = yaml::read(&text);
        prop_assert!(parsed.is_ok(), "{text:?}: {:?}", parsed.errors);
        let tree = parsed.tree;
        let item = tree.elements(tree.documents()[0].root)[0];
        let id = tree.get(item, "key").expect("key").value;
        let value = tree.text(id).expect("a text");
        let map = tree.scalar_map(id).expect("a scalar");
        let escaped = text.contains('\\') || text.contains("''");
        for (offset, c) in value.char_indices() {
            let source = map.source_offset(u32::try_from(offset).expect("small")) as usize;
            let there = text[source..].chars().next();
            prop_assert!(
                there == Some(c) || escaped || c.is_whitespace() && there.is_some_and(char::is_whitespace),
                "{text:?}: {c:?} at {source} is {there:?}"
            );
        }
    }

    #[test]
    fn conditions_never_panic(text in "[a-z.=<>!()\\[\\]\"'\\\\, \t\n0-9\u{e9}\u{b}]{0,60}") {
        fuzz::condition(text.as_bytes());
    }

    #[test]
    fn words_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "and", "or", "not", "(", ")", "not(", "or(", "a", "f.a", "=", "in", "(x, y)", "exists", "oneof", "'q'", "\"",
        "tolower(", "join(", "val(", ",", "[", "]", "<", "1", " ", " ", " ", "\n",
    ]), 0..40)) {
        fuzz::condition(words.concat().as_bytes());
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzz::condition(&bytes);
        fuzz::file(&bytes);
        fuzz::template(&bytes);
    }

    #[test]
    fn files_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "- ", "rule: ", "a", ": ", ":", "\n", "\n", "\n  ", "\n    ", "  ", "[", "]", "{", "}", ", ", "'", "\"", "|", ">",
        "|-", "\\", "#", " # c", "&x ", "*x", "!t ", "---\n", "...\n", "? ", "\t", "\r\n", "\r", "\u{FEFF}", "~", "%YAML 1.2\n",
    ]), 0..40)) {
        fuzz::file(words.concat().as_bytes());
        fuzz::file(format!("- {}", words.concat()).as_bytes());
    }

    #[test]
    fn templates_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "%", "*", "5", "proc.name", ".", "[1]", "[", "]", "tolower(", ")", "(", " ", "x", "\u{e9}", ",",
    ]), 0..30), choice: u8) {
        let mut bytes = vec![choice & 3];
        bytes.extend(words.concat().bytes());
        fuzz::template(&bytes);
    }
}

/// Ten times the text takes about ten times as long, not a hundred.
#[test]
fn time_grows_linearly() {
    // Of the processor, so that other work on the machine does not count.
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        std::time::Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let time = |run: &dyn Fn()| {
        (0..5)
            .map(|_| {
                let start = now();
                run();
                now() - start
            })
            .min()
            .unwrap_or_default()
    };
    for unit in
        ["(", "not ", "a and ", "f.a = 'x' or ", "f.a in (a, b", "a b ) ", "tolower(", "\"", "f.a = oneof "]
    {
        let (small, large) = (unit.repeat(2_000), unit.repeat(20_000));
        let options = ParseOptions { max_depth: u32::MAX, ..ParseOptions::EDITOR };
        let few = time(&|| drop(parse(&small, options)));
        let many = time(&|| drop(parse(&large, options)));
        assert!(many < few * 40 + std::time::Duration::from_millis(20), "{unit}: {few:?} {many:?}");
    }
    for unit in ["%a.b ", "%a.bc", "%tolower(", "%tolower(a.b)[", "%", "%%", "%9", "%a.bcdefghijkl"] {
        let (small, large) = (unit.repeat(2_000), unit.repeat(20_000));
        let accepts = |ast: &syntax::ast::Ast| ast.source() == "a.b";
        let few = time(&|| drop(output::parse(&small, accepts)));
        let many = time(&|| drop(output::parse(&large, accepts)));
        assert!(many < few * 40 + std::time::Duration::from_millis(20), "{unit}: {few:?} {many:?}");
    }
    for unit in ["- a: b\n", "[", "- ", "a: ", "'", "# c\n", "- |\n  x\n", "? ", "a\n", "&a ", "- \"x\n"] {
        let (small, large) = (unit.repeat(2_000), unit.repeat(20_000));
        let few = time(&|| drop(yaml::read(&small)));
        let many = time(&|| drop(yaml::read(&large)));
        assert!(many < few * 40 + std::time::Duration::from_millis(20), "{unit:?}: {few:?} {many:?}");
    }
}
