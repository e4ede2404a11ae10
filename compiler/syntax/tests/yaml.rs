//! YAML beyond the rule files at hand: errors with Falco's positions, the map into scalars, limits, splitting.

use syntax::items::{self, Element, ItemKind};
use syntax::yaml::{self, Limits, Shape, Yaml, YamlId, YamlKind};
use syntax::{LineIndex, Span};

/// The error as `line:column message`, from 1, or `ok`.
fn error(text: &str) -> String {
    match yaml::read(text).errors.first() {
        None => "ok".to_owned(),
        Some(error) => format!("{}:{} {}", error.at.line + 1, error.at.column + 1, error.message),
    }
}

#[test]
fn errors_stand_where_falco_sees_them() {
    for (text, wanted) in [
        ("this : is : not : yaml\n", "1:11 illegal map value"),
        ("- rule: a\n  desc: x: y\n", "2:10 illegal map value"),
        ("- rule: a\n desc: b\n", "2:2 end of sequence not found"),
        ("- rule: a\n   desc: b\n", "2:8 illegal map value"),
        ("- rule: \"a\n  desc: b", "2:10 illegal EOF in scalar"),
        // An open quote is noticed only on a line with text.
        ("- rule: \"a\n  desc: b\n", "ok"),
        ("- items: [a, b\n- rule: x\n", "2:7 end of sequence flow not found"),
        ("- items: [a,\n- rule: x\n", "2:1 illegal block entry"),
        ("- items: [a, b\n", "2:1 end of sequence flow not found"),
        ("- items: {a: b\n", "2:1 end of map flow not found"),
        ("- items: a]\n", "ok"),
        ("- items: ]\n", "1:10 illegal flow end"),
        ("- a: *nope\n", "1:6 the referenced anchor is not defined: nope"),
        ("- a: \"\\q\"\n", "1:9 unknown escape character: q"),
        // Columns go on where the text has ended.
        ("\"\\", "1:4 unknown escape character: "),
        ("- a: \"\\x4", "1:11 bad character found while scanning hex number"),
        ("- a: @x\n", "1:6 unknown token"),
        ("- a: %x\n", "1:6 unknown token"),
        ("- a: \"x\" y\n", "1:10 unexpected scalar"),
        ("- a: |x\n", "1:7 unexpected character in block scalar"),
        ("a: b\n- c\n", "2:1 end of map not found"),
        // What follows a finished root is another document.
        ("- a: b\nc: d\n", "ok"),
        ("- a:\n\t- b\n", "2:2 illegal block entry"),
        ("- a: b\n\tc: d\n", "2:1 illegal tab when looking for indentation"),
        ("- &x &y a\n", "1:6 cannot assign multiple anchors to the same node"),
        ("- !a !b c\n", "1:6 cannot assign multiple tags to the same node"),
        ("- &x\n  - *x\n", "2:5 an alias refers to the collection that contains it"),
        ("%YAML 2.0\n---\n- a\n", "1:1 YAML major version too large"),
        ("- a: 'it''s'\r\n- b: x: y\r\n", "2:7 illegal map value"),
        ("\u{FEFF}- a: b: c\n", "1:7 illegal map value"),
    ] {
        assert_eq!(error(text), wanted, "{text:?}");
    }
}

#[test]
fn a_null_document_ends_the_stream() {
    let documents = |text: &str| yaml::read(text).tree.documents().len();
    assert_eq!(documents(""), 0);
    assert_eq!(documents("# only a comment\n"), 0);
    assert_eq!(documents("# c\n---\n- a\n"), 1);
    assert_eq!(documents("- a\n---\n- b\n"), 2);
    assert_eq!(documents("- a\n---\n---\n- b\n"), 1);
    assert_eq!(documents("~\n---\n- rule: x\n"), 0);
    // What follows is not even looked at.
    assert_eq!(error("~\n---\n- a: b: c\n"), "ok");
}

#[test]
fn aliases_stand_for_their_anchor_within_bounds() {
    let tree = yaml::read("- a: &l [x, y]\n- b: *l\n").tree;
    let root = tree.documents()[0].root;
    let second = tree.elements(root)[1];
    let value = tree.get(second, "b").expect("b").value;
    assert_eq!(tree.elements(value).len(), 2);
    assert_eq!(tree.at(value), 5, "an alias is where its anchor is");

    let mut bomb = String::from("- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let below = format!("*a{}", level - 1);
        bomb += &format!("- &a{level} [{}]\n", vec![below; 10].join(", "));
    }
    assert!(error(&bomb).ends_with("aliases expand to too many nodes"), "{}", error(&bomb));
}

#[test]
fn nesting_has_a_limit() {
    let deep = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    assert_eq!(error(&deep(490)), "ok");
    assert!(error(&deep(600)).ends_with("bad file"));
    assert!(error(&"- ".repeat(100_000)).ends_with("bad file"));
    let large = Limits { bytes: 10, ..Limits::default() };
    assert!(!yaml::read_with("- a: 1234567890", large).is_ok());
}

/// Finds the value of `key` in the first item.
fn value(tree: &Yaml, key: &str) -> YamlId {
    let item = tree.elements(tree.documents()[0].root)[0];
    tree.get(item, key).expect("the key is there").value
}

#[test]
fn falco_positions_of_nodes() {
    let text = "- rule: \"q\"\n  condition: >\n    a and\n    b\n  tags: [x]\n  output:\n  desc: &d plain\n";
    let tree = yaml::read(text).tree;
    let lines = LineIndex::new(text);
    let at = |key: &str| {
        let at = lines.falco_position(text, tree.at(value(&tree, key)));
        (at.line, at.column)
    };
    assert_eq!(at("rule"), (0, 8), "the quote");
    assert_eq!(at("condition"), (1, 13), "the indicator");
    assert_eq!(at("tags"), (4, 8));
    assert_eq!(at("desc"), (6, 8), "the anchor");
    assert_eq!(at("output"), (6, 2), "a missing value is where the next key is");
    let output = value(&tree, "output");
    assert_eq!(tree.span(output), Span::empty(u32::try_from(text.find("\n  desc").unwrap()).unwrap()));
    let root = tree.documents()[0].root;
    assert_eq!(tree.at(tree.elements(root)[0]), 2, "an item is at its first key");
}

/// Every non-blank decoded character must stand in the source where the map says.
fn check_map(text: &str, key: &str, wanted: &str) {
    let parsed = yaml::read(text);
    assert!(parsed.is_ok(), "{text:?}: {:?}", parsed.errors);
    let tree = parsed.tree;
    let id = value(&tree, key);
    assert_eq!(tree.text(id), Some(wanted), "{text:?}");
    let map = tree.scalar_map(id).expect("a scalar");
    let mut last = 0;
    for (offset, c) in wanted.char_indices() {
        let source = map.source_offset(u32::try_from(offset).unwrap());
        assert!(source >= last, "{text:?}: the map goes back at {offset}");
        last = source;
        let there = text[source as usize..].chars().next();
        let escaped = matches!(there, Some('\\' | '\''));
        assert!(c.is_whitespace() || escaped || there == Some(c), "{text:?}: {c:?} at {source} is {there:?}");
    }
    assert!(map.source_offset(map.len()) > last || wanted.is_empty());
}

#[test]
fn scalars_map_to_their_source() {
    for (text, wanted) in [
        ("- k: plain text\n", "plain text"),
        ("- k: plain\n    on two\n\n    or three lines # c\n", "plain on two\nor three lines"),
        ("- k: 'it''s'\n", "it's"),
        ("- k: 'two\n    lines'\n", "two lines"),
        ("- k: \"a\\tb\\u00e9\\x41 \\\n    joined\"\n", "a\tb\u{e9}A joined"),
        (
            "- k: >\n    folded\n    text\n\n    para\n      more\n    less\n",
            "folded text\npara\n  more\nless\n",
        ),
        ("- k: |\n    literal\n      deep\n\n    end\n", "literal\n  deep\n\nend\n"),
        ("- k: |-\n    no newline\n\n", "no newline"),
        ("- k: |+\n    keeps\n\n- x\n", "keeps\n\n"),
        // Folding loses the line that `+` would keep.
        ("- k: >+\n    keeps\n\n- x\n", "keeps\n"),
        ("- k: |2\n      four\n    two\n", "  four\ntwo\n"),
        ("- k: >-\r\n    crlf\r\n    text\r\n", "crlf text"),
        ("- {k: in flow, l: x}\n", "in flow"),
        ("- k: \u{e9}t\u{e9}\n    \u{1F600}\n", "\u{e9}t\u{e9} \u{1F600}"),
        ("- k: ''\n", ""),
        ("- k: a:b#c\n", "a:b#c"),
    ] {
        check_map(text, "k", wanted);
    }
}

#[test]
fn ranges_map_to_what_was_written() {
    let text = "- k: >\n    first\n    second\n";
    let tree = yaml::read(text).tree;
    let map = tree.scalar_map(value(&tree, "k")).expect("a scalar");
    assert_eq!(map.source_span(Span::new(0, 5)).slice(text), "first");
    assert_eq!(map.source_span(Span::new(6, 12)).slice(text), "second");
    assert_eq!(map.source_span(Span::new(4, 8)).slice(text), "t\n    se");
    // An escape belongs to a range as a whole, also where it comes last.
    let text = "- k: \"fir\\x73t nam\\x65 \\u00e9\\\n  x\"\n";
    let tree = yaml::read(text).tree;
    let map = tree.scalar_map(value(&tree, "k")).expect("a scalar");
    assert_eq!(tree.text(value(&tree, "k")), Some("first name éx"));
    for (start, end, wanted) in [
        (0, 4, "fir\\x73"),
        (3, 4, "\\x73"),
        (6, 10, "nam\\x65"),
        (11, 13, "\\u00e9"),
        (13, 14, "x"),
        (0, 3, "fir"),
    ] {
        assert_eq!(map.source_span(Span::new(start, end)).slice(text), wanted);
    }
    let text = "- k: 'it''s'\n";
    let tree = yaml::read(text).tree;
    let map = tree.scalar_map(value(&tree, "k")).expect("a scalar");
    assert_eq!(map.source_span(Span::new(0, 3)).slice(text), "it''");
    let text = "- k: \"nam\\x65\"\n";
    let tree = yaml::read(text).tree;
    let map = tree.scalar_map(value(&tree, "k")).expect("a scalar");
    assert_eq!(map.source_span(Span::new(0, 4)).slice(text), "nam\\x65");
}

#[test]
fn items_are_cut_and_read() {
    let text = "# head\n---\n- rule: a\n  condition: >\n    x\n\n# about b\n- macro: b\n  condition: [\n- list: c\n  items: []\n";
    let pieces = yaml::split(text);
    assert_eq!(pieces.shape, Shape::Items);
    let texts: Vec<&str> = pieces.items.iter().map(|item| item.span.slice(text)).collect();
    assert_eq!(
        texts,
        ["- rule: a\n  condition: >\n    x\n\n", "- macro: b\n  condition: [\n", "- list: c\n  items: []\n"]
    );
    assert_eq!(pieces.items.iter().map(|item| item.line).collect::<Vec<_>>(), [2, 7, 9]);
    let read: Vec<bool> = texts.iter().map(|text| items::read_item(text).is_ok()).collect();
    assert_eq!(read, [true, false, true], "a broken item hides only itself");
}

#[test]
fn text_after_an_item_is_an_error_of_the_item() {
    let text = "- a: b\nc: d\n- e: f\n";
    assert_eq!(yaml::read(&text[..12]).tree.documents().len(), 2);
    let first = yaml::split(text).items[0];
    assert!(!items::read_item(first.span.slice(text)).is_ok());
}

#[test]
fn a_key_without_colon_passes_only_at_the_end() {
    let text = "- rule: a\n  desc\n";
    let tree = yaml::read(text).tree;
    assert_eq!(tree.open_key(), Some(12));
    assert_eq!(tree.pairs(tree.elements(tree.documents()[0].root)[0]).len(), 2);
    assert!(!items::read_item(text).is_ok());
    assert_eq!(error(&format!("{text}- rule: b\n")), "3:7 illegal map value");
}

#[test]
fn an_open_quote_is_an_error_of_an_item_only() {
    let text = "- rule: \"a\n- rule: b\n";
    assert!(yaml::read(text).is_ok(), "Falco takes the second line for a part of the text");
    assert!(yaml::read(text).tree.open_quote().is_some());
    let first = yaml::split(text).items[0];
    assert!(!items::read_item(first.span.slice(text)).is_ok());
}

#[test]
fn other_shapes_stay_whole() {
    for text in ["", "[a, b]", "a: b\n", "- a\n---\n- b\n", "%YAML 1.2\n---\n- a\n", "# c\n", "- a\r- b\r"] {
        assert_eq!(yaml::split(text).shape, Shape::Whole, "{text:?}");
    }
    assert_eq!(yaml::split("  - a\n  - b\n").items.len(), 2, "an indented sequence");
    assert_eq!(yaml::split("- a:\n  - b\n  - c\n- d\n").items.len(), 2, "only the outer dashes");
    assert_eq!(yaml::split("\u{FEFF}- a\n- b\n").items.len(), 2);
}

#[test]
fn items_know_their_kind_and_keys() {
    let text = "- {list: a, macro: b}\n- macro: m\n  condition:\n- rule: r\n  rule: s\n  x: 1\n- ~\n- text\n- foo: 1\n";
    let file = items::read(text).tree;
    let items::Document::Sequence(elements) = &file.documents[0] else { panic!("a sequence") };
    let kinds: Vec<_> = elements
        .iter()
        .map(|element| match element {
            Element::Item(item) => format!("{:?} {:?}", item.kind, item.name(&file.yaml)),
            Element::Null(_) => "null".to_owned(),
            Element::NotMapping(_) => "not a mapping".to_owned(),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "List Some(\"a\")",
            "Macro Some(\"m\")",
            "Rule Some(\"r\")",
            "null",
            "not a mapping",
            "Unknown None"
        ]
    );
    let rule = file.items().nth(2).expect("the rule");
    assert_eq!(rule.kind, ItemKind::Rule);
    assert_eq!(rule.fields.entries.len(), 3, "duplicates are kept");
    let condition = file.items().nth(1).and_then(|item| item.fields.get(items::Key::Condition));
    assert_eq!(condition.map(|entry| file.yaml.kind(entry.value)), Some(YamlKind::Null));
}
