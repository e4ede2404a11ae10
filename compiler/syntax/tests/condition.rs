//! Conditions beyond the reference data: depth limits, messages, positions, recovery and printing.

use expect_test::{Expect, expect};
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::condition::{ParseOptions, parse, position, print, print_expanded};

fn verdict(text: &str, max_depth: u32) -> Result<String, (String, u32)> {
    let parsed = parse(text, ParseOptions { max_depth, ..ParseOptions::LOAD });
    parsed
        .into_result()
        .map(|ast| print(&ast, ast.root()))
        .map_err(|error| (error.message.into_owned(), error.offset))
}

/// `count` times `open`, the core, and as many closing parentheses.
fn nested(open: &str, count: usize, core: &str) -> String {
    format!("{}{core}{}", open.repeat(count), ")".repeat(count))
}

/// How many times `open` can be repeated around `core`.
fn deepest(open: &str, core: &str, limit: u32) -> usize {
    (1..400).take_while(|&count| verdict(&nested(open, count, core), limit).is_ok()).count()
}

#[test]
fn nesting_is_counted_as_falco_does() {
    for (open, core, loading, describing) in [
        ("(", "a", 199, 19),
        ("(", "f.a exists", 198, 18),
        ("(", "f.a = 1", 198, 18),
        ("(", "f.a in (x)", 198, 18),
        ("not (", "a", 199, 19),
        ("not(", "a", 248, 23),
    ] {
        assert_eq!(deepest(open, core, 1000), loading, "{open}{core} when loading");
        assert_eq!(deepest(open, core, 100), describing, "{open}{core} when describing");
    }
}

#[test]
fn flat_chains_cost_no_depth() {
    let chain = vec!["f.a = 1"; 20_000].join(" and ");
    assert!(verdict(&chain, 100).is_ok());
    assert_eq!(verdict(&format!("{}a", "not ".repeat(30_001)), 100), Ok("not a".to_owned()));
}

#[test]
fn too_deep_says_the_limit() {
    let text = nested("(", 200, "a");
    let at = 199;
    assert_eq!(
        verdict(&text, 1000),
        Err(("exceeded max depth limit of 1000".to_owned(), at + 1)),
        "{}",
        position(&text, at).column
    );
}

#[test]
fn any_limit_is_safe() {
    let deep = 200_000;
    assert!(verdict(&nested("(", deep, "a"), u32::MAX).is_ok());
    assert!(verdict(&format!("{} = 1", nested("tolower(", deep, "f.a")), u32::MAX).is_ok());
}

#[test]
fn messages_and_offsets() {
    let with_transformers =
        "'val', 'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'";
    for (text, message, offset) in [
        ("(a", "expected a ')' token".to_owned(), 2),
        ("a and", "expected blank or '(' after 'and'".to_owned(), 5),
        ("a and ", "expected a '(' token, a field check, or an identifier".to_owned(), 6),
        ("f.a = 'x' y", "unexpected token after 'x', expecting 'or', 'and'".to_owned(), 10),
        ("f.a in x, y", "unexpected token after 'x', expecting 'or', 'and'".to_owned(), 8),
        (
            "f.a in",
            format!(
                "expected a list, an identifier, or a field with a valid transformer: {with_transformers}"
            ),
            6,
        ),
        ("f.a in (\"\\q\", x)", "expected a ')' token".to_owned(), 12),
        ("f.a in (x, \"\\q\")", "unsupported string escape sequence: \\q".to_owned(), 15),
        ("f.a = \"\\xzz\"", "invalid hex char escape sequence: zz".to_owned(), 12),
        ("tolower(f.a = x", "expected a ')' token closing the transformer".to_owned(), 12),
        ("join(x.y, (a.b c.d)) = 1", "expected ')'".to_owned(), 15),
        ("f.a = val(f.b", "expected a ')' token closing the transformer".to_owned(), 13),
        ("not", "".to_owned(), 0),
    ] {
        let wanted = if message.is_empty() { Ok(text.to_owned()) } else { Err((message, offset)) };
        assert_eq!(verdict(text, 1000), wanted, "{text}");
    }
}

#[test]
fn quotes_end_where_falco_ends_them() {
    for (text, printed) in [
        (r#"f.a = "a\\" x""#, r#"f.a = "a\\\" x""#),
        (r#"f.a = '\x41\/\t'"#, r#"f.a = "A/\t""#),
        ("f.a = ''", "f.a = "),
        ("f.a in ('', x)", "f.a in (, x)"),
    ] {
        // An escaped backslash before a quote does not end the string, so the first holds `a\" x`.
        match verdict(text, 1000) {
            Ok(got) => assert_eq!(got, printed, "{text}"),
            Err(error) => panic!("{text}: {error:?}"),
        }
    }
}

#[test]
fn values_may_hold_any_byte() {
    let ast = parse("f.a = \"\\xff\\x00\"", ParseOptions::LOAD).tree;
    let NodeKind::Binary { right, .. } = ast.kind(ast.root()) else { panic!("a check") };
    let NodeKind::Value(value) = ast.kind(right) else { panic!("a value") };
    assert_eq!(ast.bytes(value), [0xff, 0]);
}

/// The tree as an indented outline with spans.
fn outline(ast: &Ast) -> String {
    let mut lines = String::new();
    let mut stack: Vec<(NodeId, usize)> = vec![(ast.root(), 0)];
    while let Some((id, depth)) = stack.pop() {
        let span = ast.span(id);
        let kind = match ast.kind(id) {
            NodeKind::And(_) => "and",
            NodeKind::Or(_) => "or",
            NodeKind::Not(_) => "not",
            NodeKind::Unary { .. } | NodeKind::Binary { .. } => "check",
            NodeKind::Incomplete(_) => "incomplete",
            NodeKind::Missing => "missing",
            _ => span.slice(ast.source()),
        };
        lines += &format!("{}{kind} {}..{}\n", "  ".repeat(depth), span.start, span.end);
        let mut children = Vec::new();
        ast.push_children(id, &mut children);
        stack.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
    }
    lines
}

fn check_recovery(text: &str, expected: Expect) {
    let parsed = parse(text, ParseOptions::EDITOR);
    let errors: String = parsed
        .errors
        .iter()
        .map(|error| {
            let message: String = error.message.chars().take(40).collect();
            format!("{}..{} {message}\n", error.span.start, error.span.end)
        })
        .collect();
    expected.assert_eq(&format!("{errors}{}", outline(&parsed.tree)));
}

#[test]
fn an_unfinished_check_keeps_its_field() {
    check_recovery(
        "a.b = 1 and proc.name  and c.d exists",
        expect![[r#"
        23..26 expected a valid check operator: one of 
        and 0..37
          check 0..7
            a.b 0..3
            1 6..7
          incomplete 12..21
            proc.name 12..21
          check 27..37
            c.d 27..30
    "#]],
    );
}

#[test]
fn an_unclosed_group_keeps_its_content() {
    check_recovery(
        "(a or b and not",
        expect![[r#"
        15..15 expected a ')' token
        or 1..15
          a 1..2
          and 6..15
            b 6..7
            not 12..15
    "#]],
    );
}

#[test]
fn a_missing_value_loses_only_itself() {
    check_recovery(
        "x.y = and z.w in (a, b",
        expect![[r#"
            10..13 unexpected token after 'and', expecting 
            22..22 expected a ')' token
            and 0..16
              check 0..9
                x.y 0..3
                and 6..9
              check 10..16
                z.w 10..13
                missing 22..22
        "#]],
    );
}

#[test]
fn several_mistakes_are_all_found() {
    check_recovery(
        "a b and (c d) or e.f > x or ) g",
        expect![[r#"
        2..3 unexpected token after 'a', expecting 'o
        11..12 expected a ')' token
        23..24 expected a number value or a field with 
        28..29 expected a '(' token, a field check, or 
        or 0..28
          and 0..10
            a 0..1
            c 9..10
          check 17..22
            e.f 17..20
            missing 23..23
          missing 28..28
    "#]],
    );
}

#[test]
fn macros_expand_while_printing() {
    let rule = parse("x and m or n", ParseOptions::LOAD).tree;
    let m = parse("a or n", ParseOptions::LOAD).tree;
    let n = parse("b.c = 1", ParseOptions::LOAD).tree;
    let expand = |name: &str| match name {
        "m" => Some((&m, m.root())),
        "n" => Some((&n, n.root())),
        _ => None,
    };
    let text = print_expanded(&rule, rule.root(), &expand, 1000);
    assert_eq!(text.as_deref(), Some("((x and (a or b.c = 1)) or b.c = 1)"));
    assert_eq!(print_expanded(&rule, rule.root(), &expand, 10), None);
}
