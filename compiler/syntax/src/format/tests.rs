//! What the formatter makes of texts, and what it must never do, on random texts.

use proptest::prelude::*;

use super::*;

/// The formatted text, after checking everything that must hold for every text.
fn checked(text: &str) -> String {
    let plan = plan(text, &Options::default()).unwrap_or_else(|error| panic!("{error} in:\n{text}"));
    let edits = plan.edits.clone();
    for pair in edits.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{pair:?} overlap in:\n{text}");
    }
    for edit in &edits {
        let white = |text: &str| text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        assert!(white(edit.span.slice(text)) && white(&edit.text), "{edit:?} in:\n{text}");
    }
    let formatted = apply(text, &edits);
    assert!(keeps_values(text, &plan.yaml, &edits), "another value:\n{text}\n--- became\n{formatted}");
    if let Some(values) = values(text) {
        let after = self::values(&formatted);
        assert_eq!(after, Some(values), "another value for serde:\n{text}\n--- became\n{formatted}");
    }
    let again = format(&formatted, &Options::default()).unwrap();
    assert_eq!(again, formatted, "formatting again changes more:\n{text}");
    formatted
}

/// The documents as another YAML reader understands them; `None` if it refuses the text.
fn values(text: &str) -> Option<Vec<serde_norway::Value>> {
    use serde::Deserialize;
    let documents = serde_norway::Deserializer::from_str(text);
    documents.map(|document| serde_norway::Value::deserialize(document).ok()).collect()
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    assert_eq!(checked(before), after);
}

#[test]
fn dashes_keys_and_blanks() {
    becomes(
        "\n\n  -   macro:   a   \n      condition :\tb\n  - list: c\n    items:  [ d,e , f ]\n\n\n\n",
        "- macro: a\n  condition: b\n\n- list: c\n  items: [d, e, f]\n",
    );
    becomes(
        "- rule: a\n  tags:\n  - x\n  -   y\n  exceptions:\n   - name: e\n     fields: [f]\n",
        "- rule: a\n  tags:\n    - x\n    - y\n  exceptions:\n    - name: e\n      fields: [f]\n",
    );
    becomes("-\n    macro: a\n    condition: b", "-\n  macro: a\n  condition: b\n");
    becomes("- - a\n  -   - b\n", "- - a\n  - - b\n");
}

#[test]
fn comments_stay_with_what_they_belong_to() {
    becomes(
        "# top\n- macro: a # one\n  condition: b   # two  \n# about c\n- macro: c\n    # inside\n  condition: d\n  # after\n- list: e\n  items:\n  # first\n  - f\n#  - g\n  - h\n",
        "# top\n- macro: a # one\n  condition: b   # two\n\n# about c\n- macro: c\n    # inside\n  condition: d\n  # after\n\n- list: e\n  items:\n    # first\n    - f\n#  - g\n    - h\n",
    );
    // A comment after a block scalar must not become part of it.
    becomes(
        "- rule: a\n  desc: >\n          text\n     # comment\n  output: o\n",
        "- rule: a\n  desc: >\n    text\n  # comment\n  output: o\n",
    );
}

#[test]
fn block_scalars_move_as_they_are() {
    becomes(
        "-  rule: a\n   desc: >   # why\n         one\n           more\n         \n\n         two\n   output: |-\n     x  \n       y\n   priority: INFO\n",
        "- rule: a\n  desc: >   # why\n    one\n      more\n\n\n    two\n  output: |-\n    x  \n      y\n  priority: INFO\n",
    );
    becomes("- a: |2\n     x\n    y\n", "- a: |2\n     x\n    y\n");
    becomes("-   a: |1\n      x\n     y\n", "- a: |1\n    x\n   y\n");
    // What `+` keeps is counted; what others drop is not.
    becomes("- a: |+\n    x\n\n\n- b: >\n    y\n\n\n\n", "- a: |+\n    x\n\n\n- b: >\n    y\n");
    becomes("- a: |+\n    x\n\n\n", "- a: |+\n    x\n\n\n");
    becomes("- a: |\n    x", "- a: |\n    x");
    becomes("- a: |-\n    x", "- a: |-\n    x\n");
    becomes("- a: >\n- b: c\n", "- a: >\n\n- b: c\n");
}

#[test]
fn long_lists_are_broken() {
    let long = (0..40).map(|n| format!("binary{n}")).collect::<Vec<_>>().join(",");
    let formatted = checked(&format!("- list: a\n  items: [{long}]\n"));
    assert!(formatted.lines().all(|line| line.len() <= 120), "{formatted}");
    assert!(formatted.lines().skip(2).all(|line| line.starts_with("          binary")), "{formatted}");
    becomes(
        "- list: a\n  items: [\n      x,\n\n\n  y # why\n       ,z\n  ]\n- list: b\n  items:\n      [\n   x,\n  ]\n",
        "- list: a\n  items: [\n    x,\n\n    y # why\n    , z\n    ]\n\n- list: b\n  items:\n    [\n      x,\n    ]\n",
    );
    becomes("- values: [[a,b],\n  [c,\n d]]\n", "- values: [[a, b],\n           [c,\n            d]]\n");
}

#[test]
fn conditions() {
    let part = "proc.name in (some_binaries, more_binaries) and proc.args contains \" and or \"";
    becomes(
        &format!("- macro: a\n  condition: >\n   {part} and ({part} or proc.pname = x)\n     or more\n"),
        &format!(
            "- macro: a\n  condition: >\n    proc.name in (some_binaries, more_binaries)\n    and proc.args contains \" and or \"\n    and ({part} or proc.pname = x)\n      or more\n"
        ),
    );
    becomes(
        "- macro: a\n  condition: (a or\n   (b and c and\n    d)\n      )\n- macro: b\n  condition: a and\n             b\n             or (c and\n  \n   d)\n",
        "- macro: a\n  condition: (a or\n              (b and c and\n               d)\n             )\n\n- macro: b\n  condition: a and\n             b\n             or (c and\n\n                 d)\n",
    );
    becomes(
        "- macro: a\n  condition:\n       ct.name=x\n         and y\n  output:\n       a\n        (b,\n      c)\n",
        "- macro: a\n  condition:\n    ct.name=x\n    and y\n  output:\n    a\n     (b,\n    c)\n",
    );
}

/// Time and stack must not grow with nesting; these took minutes or overflowed if they did.
#[test]
fn deep_and_long_texts() {
    let nested =
        |open: &str, close: &str, times: usize| format!("{}a{}", open.repeat(times), close.repeat(times));
    checked(&format!("- condition: >\n    {}\n", nested("(a and ", ")", 1500)));
    checked(&format!("- condition: >\n    {}\n", nested("(a and ", ")", 20_000)));
    checked(&format!("- condition: >\n    a{}\n", " or b".repeat(20_000)));
    checked(&format!("- items: {}\n", nested("[", "]", 400)));
    checked(&format!("- items: [{}]\n", "[a, b], ".repeat(5_000)));
    checked(&nested("- ", "", 400));
    checked(&format!("{}- a: b\n", "# comment\n".repeat(20_000)));
    checked(&"- a: b\n# c\n".repeat(5_000));
}

#[test]
fn everything_else_of_yaml() {
    becomes("- a: b\r\n  c:   d  \r\n- e: f", "- a: b\r\n  c: d\r\n\r\n- e: f\r\n");
    becomes("\r\n\n- a: b\n- c: d", "- a: b\n\n- c: d\n");
    becomes("\u{feff}\n-  a: b\n", "\u{feff}- a: b\n");
    becomes("---\n-  a: b\n\n---\n- c: d\n...\n\n\n", "---\n- a: b\n\n---\n- c: d\n...\n");
    becomes(
        "-   &x a: &y\n    - b\n    -   *x\n    - &z\n    - !!str   c\n",
        "- &x a: &y\n    - b\n    - *x\n    - &z\n    - !!str   c\n",
    );
    becomes("{a:   [b,c],\n  d: e}\n", "{a:   [b, c],\n d: e}\n");
    becomes("- ? a\n  : b\n-    c: d\n", "- ? a\n  : b\n-    c: d\n");
    becomes("- a: \"x\n\n    y  \\  \n   z\"\n", "- a: \"x\n\n    y  \\  \n    z\"\n");
    becomes("- desc: Zeichen größer   als 中文\n", "- desc: Zeichen größer   als 中文\n");
    becomes("", "");
    becomes(" \n\n", "");
    becomes("#  only a comment  \n\n\n# another", "#  only a comment\n\n# another\n");
    // Falco reads nothing after an empty document, so neither do we.
    becomes("---\n---\n-   a:   b   \n", "---\n---\n-   a:   b   \n");
}

#[test]
fn what_is_not_yaml_is_left_alone() {
    for (text, message) in [
        ("- a: [b\n", "line 2, column 1: end of sequence flow not found"),
        ("- a: b\n c\n: d", "line 2, column 2: end of sequence not found"),
        ("- a: 'b\n", "line 1, column 6: this quote is never closed"),
        ("- a: b\rc\n", "line 1, column 7: a carriage return that is not part of a line break"),
    ] {
        assert_eq!(format(text, &Options::default()).unwrap_err().to_string(), message, "{text:?}");
    }
}

#[test]
fn a_range_is_formatted_by_items() {
    let text = "-   a: b\n# c\n-   c: d\n-   e: f\n";
    let at = |needle: &str| clamp(text.find(needle).unwrap());
    let edits = format_range(text, Span::empty(at("c: d")), &Options::default()).unwrap();
    assert_eq!(apply(text, &edits), "-   a: b\n\n# c\n- c: d\n-   e: f\n");
    let all = format_range(text, Span::new(0, at("f")), &Options::default()).unwrap();
    assert_eq!(apply(text, &all), format(text, &Options::default()).unwrap());
    // Indented items move together.
    let text = "  - a: b\n  - c: d\n";
    let edits = format_range(text, Span::empty(3), &Options::default()).unwrap();
    assert_eq!(apply(text, &edits), "- a: b\n\n- c: d\n");
}

#[test]
fn typing_a_line_break_formats_the_line_before() {
    let text = "-   a:   b  \n    c:  d \n    ";
    let edits = format_on_type(text, clamp(text.len()), &Options::default()).unwrap();
    assert_eq!(apply(text, &edits), "- a: b\n  c: d\n    ");
}

/// A rule file with much that an author may do, to be changed at random.
const SAMPLE: &str = "\
# Rules
- required_engine_version: 0.57.0

- list: binaries
  items: [a, 'b', \"c\", # why
          d-e, [f, g]]
- macro: container
  condition: (container.id != host)
- rule: &name A rule
  desc: >-
    Folded text
      more of it

    end  # no comment
  condition: >
    evt.type in (open, openat) and (proc.name = \"and or\" or fd.name startswith /etc/ or proc.cmdline contains ' # ' and x)
    and not container
  output: |
    Text %proc.name
      (x=%y)

  # between
  priority:
    WARNING
  tags:
  - host
  - \"T1059: x\"
  exceptions:
    - name: e
      fields: [proc.name, fd.name]
      comps: [in, =]
      values:
      - [[a, b], {c: d}]
- macro: plain
  condition: a and (b or
               c) and
             \"d\"
---
- rule: other
  override: {condition: append, tags: replace}
  condition: \"and
    x\\
     y\"
  keep: |+
    z

...
";

/// A change: where (in thousandths of the text), how many characters are removed, what is put there.
fn change() -> impl Strategy<Value = (usize, usize, &'static str)> {
    let pieces = [
        "", " ", "  ", "   ", "\t", "\n", "\n\n\n", "\r\n", "\n  ", "\n# c\n", " # c\n", "#", "-", "- ", ":",
        ": ", ",", "[", "]", "{", "}", "'", "\"", "\\", "|", ">", "|2", ">+", "? ", "&a ", "*name ", "!t ",
        "---\n", "...\n", "é", "x", "and ", " or ", "(", ")", "\n    ", "\n\t", "%",
    ];
    (0usize..1000, 0usize..4, prop::sample::select(pieces.to_vec()))
}

fn changed(text: &str, changes: &[(usize, usize, &str)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (at, removed, piece) in changes {
        let at = at * characters.len() / 1000;
        let end = (at + removed).min(characters.len());
        characters.splice(at..end, piece.chars());
    }
    characters.into_iter().collect()
}

/// How many random texts are tried: 1000, or what `PROPTEST_CASES` says.
fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    /// Whatever still is YAML after random changes keeps its values, comments and order.
    #[test]
    fn changed_files_keep_their_values(changes in prop::collection::vec(change(), 0..6)) {
        let text = changed(SAMPLE, &changes);
        if plan(&text, &Options::default()).is_ok() {
            checked(&text);
        }
    }

    /// The same with nothing but white space changed, which mostly stays YAML.
    #[test]
    fn changed_blanks_keep_values(changes in prop::collection::vec((0usize..1000, 0usize..4), 0..30)) {
        let blanks = [" ", "   ", "\n", "\n\n\n"];
        let mut text = SAMPLE.to_string();
        for (at, kind) in changes {
            let from = at * text.len() / 1000;
            let place = text.bytes().enumerate().skip(from).find(|(_, byte)| matches!(byte, b' ' | b'\n'));
            if let Some((place, _)) = place {
                text.insert_str(place, blanks[kind]);
            }
        }
        if plan(&text, &Options::default()).is_ok() {
            checked(&text);
        }
    }

    /// Short random texts of the characters that mean something.
    #[test]
    fn random_texts_keep_their_values(text in "[-:,?#&*!|>'\"%@a \\n\\[\\]{}]{0,40}") {
        if plan(&text, &Options::default()).is_ok() {
            checked(&text);
        }
    }

    /// Formatting a range twice, or the ranges one after the other, never changes a value.
    #[test]
    fn ranges_keep_values(changes in prop::collection::vec(change(), 0..3), at in 0usize..1000) {
        let text = changed(SAMPLE, &changes);
        let offset = clamp(at * text.len() / 1000);
        if let Ok(edits) = format_range(&text, Span::empty(offset), &Options::default()) {
            let plan = plan(&text, &Options::default()).unwrap();
            prop_assert!(keeps_values(&text, &plan.yaml, &edits));
        }
    }
}
