//! The tables of language.md 6.2 to 6.4, 7.3 and 10.4: texts in, compiled conditions, messages and places out.

use catalogue::{Catalogue, ExtraField, ValueType};
use hir::{Checked, Input, Options, SourceFile};

fn check(text: &str) -> Checked {
    let field = |name: &str| ExtraField::new(name, ValueType::CharBuf);
    let catalogue = Catalogue::core().with_fields(vec![field("p.n"), field("c.c")]);
    let files = vec![SourceFile::new("f.yaml", text)];
    hir::check(&Input { files, options: Options { catalogue, ..Options::default() } })
}

fn rule(condition: &str, rest: &str) -> String {
    let condition = serde_json::Value::from(condition).to_string();
    format!("- rule: r\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n{rest}")
}

/// The compiled condition of the rule `r`, or Falco's message.
fn compiled(text: &str) -> String {
    let checked = check(text);
    match checked.files.iter().find_map(|file| file.error.as_ref()) {
        Some(error) => error.message.clone(),
        None => match checked.describe_rule("r", &Catalogue::core()) {
            Some(rule) => rule.condition_compiled,
            None => "not loaded".to_owned(),
        },
    }
}

#[test]
fn lists_are_put_in_as_text() {
    for (lists, condition, wanted) in [
        ("l: [x, y]", "p.n in (a, l, b)", "p.n in (a, x, y, b)"),
        ("l: [x, y]", "p.n in l", "unexpected token after 'x', expecting 'or', 'and'"),
        ("l: [x]", "p.n in l", "p.n in x"),
        ("l: [x]", "p.n = oneof l", "p.n = oneof x"),
        ("l: [x, y]", "p.n = oneof (l)", "p.n = oneof (x, y)"),
        ("bash: [x, y]", "p.n = bash", "unexpected token after 'x', expecting 'or', 'and'"),
        ("bash: [x]", "p.n = bash", "p.n = x"),
        ("now: [x, y]", "c.c contains \"run now ok\"", "c.c contains \"run x, y ok\""),
        ("now: [x, y]", "c.c contains 'now'", "c.c contains now"),
        ("l: [\"p.n=a\"]", "(l)", "p.n = a"),
        ("e: []", "p.n in (e)", "p.n in ()"),
        ("e: []", "p.n in (a, e, b)", "p.n in (a, b)"),
        ("e: []", "p.n in (e, b)", "p.n in (b)"),
        ("e: []", "p.n in (a, e)", "p.n in (a)"),
        ("l: [\"a,b\"]", "p.n in (l)", "p.n in (a, b)"),
        ("l: [\"it's me\"]", "p.n in (l)", "p.n in (\"it's me\")"),
        ("l: ['a\\b c']", "p.n in (l)", "p.n in (\"a\\b c\")"),
        ("l: ['', a]", "p.n in (l)", "p.n in (a)"),
        ("l: [a, '']", "p.n in (l)", "expected a string value"),
        ("bash: [x]", "p.n in (bash_x, my.bash, bash-y)", "p.n in (bash_x, my.bash, bash-y)"),
        ("a: [x]\nb: [a, z]", "p.n in (b)", "p.n in (x, z)"),
        ("b: [a, z]\na: [x]", "p.n in (b)", "p.n in (x, z)"),
        ("a: [x]\nb: [a]\nc: [b]", "p.n in (c)", "p.n in (a)"),
        ("a: [a, z]", "p.n in (a)", "p.n in (a, z)"),
        ("a: [b]\nb: [a]", "p.n in (a)", "p.n in (b)"),
        ("a: [b]\nb: [a]", "p.n in (b)", "p.n in (b)"),
        ("my list: [x, y]", "p.n in (my list)", "p.n in (x, y)"),
        ("é: [ü]", "p.n in (é)", "p.n in (ü)"),
    ] {
        let lists: String = lists
            .lines()
            .map(|line| line.split_once(": ").expect("a list"))
            .map(|(name, items)| format!("- list: {name}\n  items: {items}\n"))
            .collect();
        assert_eq!(compiled(&(lists.clone() + &rule(condition, ""))), wanted, "{lists}{condition}");
    }
}

#[test]
fn macros_see_what_is_before_them() {
    for (macros, condition, wanted) in [
        ("n: m\nm: p.n = a", "n", "Undefined macro 'm' used in filter."),
        ("n: m\nm: p.n = a\nn: m", "n", "p.n = a"),
        ("a: p.n = x\nb: a\na: b", "b", "reference loop in macro 'b'"),
        ("m: m", "m", "Undefined macro 'm' used in filter."),
        ("m: m\nm: m", "m", "reference loop in macro 'm'"),
        ("m: p.n = a or p.n = b", "p.n = x and m", "(p.n = x and (p.n = a or p.n = b))"),
        ("m: p.n = a or p.n = b", "not m", "not (p.n = a or p.n = b)"),
        ("my-m: p.n = a", "my-m", "unexpected token after 'my', expecting 'or', 'and'"),
        ("and: p.n = a", "p.n = b and and", "(p.n = b and p.n = a)"),
    ] {
        let macros: String = macros
            .lines()
            .map(|line| line.split_once(": ").expect("a macro"))
            .map(|(name, condition)| format!("- macro: {name}\n  condition: {condition}\n"))
            .collect();
        assert_eq!(compiled(&(macros.clone() + &rule(condition, ""))), wanted, "{macros}{condition}");
    }
}

#[test]
fn exceptions_are_put_in_as_text() {
    for (condition, exception, wanted) in [
        ("c.c = x", "{name: e, fields: p.n, values: [a, b]}", "(c.c = x and not p.n in (a, b))"),
        (
            "c.c = x",
            "{name: e, fields: [p.n, c.c], values: [[a, /b], [c, '/d e']]}",
            "(c.c = x and not ((p.n = a and c.c = /b) or (p.n = c and c.c = \"/d e\")))",
        ),
        (
            "c.c = x",
            "{name: e, fields: [p.n, c.c], comps: [in, startswith], values: [[[a, b], /b]]}",
            "(c.c = x and not (p.n in (a, b) and c.c startswith /b))",
        ),
        (
            "c.c = x",
            "{name: e, fields: c.c, comps: startswith oneof, values: [/a, '/b c']}",
            "(c.c = x and not c.c startswith oneof (/a, \"/b c\"))",
        ),
        ("c.c = x", "{name: e, fields: p.n}", "c.c = x"),
        ("c.c = x", "{name: e, fields: p.n, values: []}", "c.c = x"),
        ("c.c = x", "{name: e, fields: p.n, values: [~]}", "(c.c = x and not p.n in ())"),
        (
            "c.c = x or c.c = y",
            "{name: e, fields: p.n, values: [a]}",
            "((c.c = x or c.c = y) and not p.n in (a))",
        ),
        (
            "c.c = x",
            "{name: e, fields: [p.n], values: [['a)or(c.c=y']]}",
            "(c.c = x and not (p.n = a or c.c = y))",
        ),
        (
            "c.c = x",
            "{name: e, fields: [p.n], values: [['toupper(c.c)']]}",
            "(c.c = x and not p.n = toupper(c.c))",
        ),
        ("c.c = x", "{name: e, fields: [tolower(p.n)], values: [[a]]}", "(c.c = x and not tolower(p.n) = a)"),
        ("c.c = x", "{name: e, fields: [p.n], comps: [' = '], values: [[a]]}", "(c.c = x and not p.n = a)"),
        (
            "c.c = x",
            "{name: e, fields: [p.n], comps: ['startswith  oneof'], values: [[a]]}",
            "'startswith  oneof' is not a supported comparison operator",
        ),
    ] {
        let rest = format!("  exceptions: [{exception}]\n");
        assert_eq!(compiled(&rule(condition, &rest)), wanted, "{condition} {exception}");
    }
}

/// The last location of the first error: type, name of the text, line, column and offset; and the snippet.
fn place(text: &str) -> (String, String) {
    let checked = check(text);
    let error = checked.files[0].error.as_ref().expect("an error");
    let chain: Vec<&str> = error.context.locations.iter().map(|at| at.item_type.as_str()).collect();
    let last = error.context.last().expect("a location");
    let shown = format!("{} {} {}:{} +{}", chain.join(" > "), last.name, last.line, last.column, last.offset);
    (shown, error.snippet(|name| checked.sources.text_of(name)))
}

#[test]
fn places_are_sums_of_both_counts() {
    let (shown, snippet) = place(
        "- rule: r\n  desc: d\n  condition: evt.type = open and fd.num = abc\n  output: o\n  priority: INFO\n",
    );
    // The item's key stands at 10, the condition's value at line 2, column 13, offset 33.
    assert_eq!(
        shown,
        "rules content > rule > rule condition > condition expression \"evt.type = open a...\" 3:34 +53"
    );
    assert_eq!(snippet, "evt.type = open and fd.num = abc\n                               ^\n");
    let (shown, _) = place("- macro: m\n  condition: nope\n");
    assert_eq!(shown, "rules content > macro > condition expression \"nope\" 1:3 +2");
    let (shown, snippet) =
        place("- rule: r\n  desc: d\n  condition: evt.type = open\n  output: '%nope'\n  priority: INFO\n");
    assert_eq!(shown, "rules content > rule > rule output f.yaml 3:10 +59");
    assert_eq!(snippet, "  output: '%nope'\n          ^\n");
    let (shown, snippet) = place("- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n");
    assert_eq!(shown, "rules content > rule f.yaml 0:2 +2");
    assert_eq!(snippet, "- rule: r\n  ^\n");
    let (shown, _) = place("- list: l\n  items: [a, [b]]\n");
    assert_eq!(shown, "rules content > list > value for > list item f.yaml 1:13 +23");
}
