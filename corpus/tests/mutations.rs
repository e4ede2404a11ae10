//! A misspelt field, macro, operator, event name or list name is pointed at, to the byte: each one used in the official
//! rules, and each in every style that YAML has for texts.

use std::collections::BTreeMap;

use corpus::reference::Reference;
use hir::text::Scalars;
use hir::{Checked, Input, Severity, SourceFile};
use syntax::ast::{Ast, NodeKind};
use syntax::span::{FileRange, Span};

const FILES: [&str; 3] = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];

fn check(files: &[SourceFile]) -> Checked {
    hir::check(&Input { files: files.to_vec(), ..Input::default() })
}

/// The first use of each name of each kind, where a person wrote it.
fn tokens(checked: &Checked) -> BTreeMap<(&'static str, String), FileRange> {
    let mut found = BTreeMap::new();
    let conditions = checked
        .compiled
        .rules
        .iter()
        .flatten()
        .map(|rule| (&rule.text, &rule.unit))
        .chain(checked.compiled.macros.iter().filter_map(|one| Some((&one.text, one.unit.as_ref()?))));
    for (text, unit) in conditions {
        let mut add = |kind: &'static str, span: Span| {
            let place = text.place(span, &checked.sources);
            let name = span.slice(text.as_str());
            if place.via.is_empty() && checked.sources.slice(place.range) == name {
                found.entry((kind, name.to_owned())).or_insert(place.range);
            }
        };
        names(&unit.ast, &mut add);
        for one in text.uses() {
            let span = Span::new(one.name.offset, one.name.offset + one.len);
            let range = checked.sources.range(one.name.scalar, span);
            found.entry(("list", checked.sources.slice(range).to_owned())).or_insert(range);
        }
    }
    found
}

fn names(ast: &Ast, add: &mut impl FnMut(&'static str, Span)) {
    for node in ast.preorder(ast.root()) {
        match ast.kind(node) {
            NodeKind::Field { arg: None, .. } => add("field", ast.span(node)),
            NodeKind::Identifier(_) => add("macro", ast.span(node)),
            NodeKind::Unary { op, .. } => add("operator", word(op)),
            NodeKind::Binary { left, op, right } => {
                add("operator", word(op));
                if !matches!(ast.kind(left), NodeKind::Field { name, .. } if ast.bytes(name) == b"evt.type") {
                    continue;
                }
                match ast.kind(right) {
                    NodeKind::Value(_) => add("event", ast.span(right)),
                    NodeKind::List(items) => ast.items(items).iter().for_each(|item| add("event", item.span)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn word(op: syntax::ast::CheckOperator) -> Span {
    Span::new(op.span.start, op.span.start + op.symbol.as_str().len() as u32)
}

/// The name with two neighbouring letters swapped; `None` when no such pair makes it another name.
fn misspell(name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    let middle = bytes.len() / 2;
    let swap = |at: usize| {
        let mut changed = bytes.to_vec();
        changed.swap(at, at + 1);
        String::from_utf8(changed).ok()
    };
    let letters = |at: &usize| {
        bytes
            .get(*at)
            .zip(bytes.get(*at + 1))
            .is_some_and(|(a, b)| a != b && a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
    };
    (middle..bytes.len()).chain((0..middle).rev()).find(letters).and_then(swap)
}

fn replace(text: &str, span: Span, with: &str) -> String {
    format!("{}{with}{}", &text[..span.start as usize], &text[span.end as usize..])
}

/// What was found instead, when a misspelt name is not pointed at.
fn missed((name, wrong, range): &(String, String, FileRange), files: &[SourceFile]) -> Option<String> {
    // Later files add nothing to what is wrong in this one.
    let mut files = files[..=range.file.0 as usize].to_vec();
    let file = &mut files[range.file.0 as usize];
    file.text = replace(&file.text, range.span, wrong).into();
    let span = Span::new(range.span.start, range.span.start + wrong.len() as u32);
    let wanted = FileRange { file: range.file, span };
    let checked = check(&files);
    if checked.diagnostics.iter().any(|one| one.primary() == wanted) {
        return None;
    }
    let found: Vec<_> = checked.diagnostics.iter().map(|one| (one.code.id, one.primary())).collect();
    Some(format!("{name} as {wrong} at {wanted:?}: {found:?}"))
}

#[test]
fn every_name_in_the_official_rules() {
    let Some(folder) = Reference::Rules.folder() else { return };
    let files = FILES.map(|name| {
        let text = std::fs::read_to_string(folder.join("official").join(name)).expect("an official file");
        SourceFile::new(name, text)
    });
    let original = check(&files);
    assert!(original.is_ok());
    let tokens = tokens(&original);
    let names: Vec<_> = tokens
        .iter()
        .filter(|((kind, name), _)| {
            *kind != "operator" || name.starts_with(|c: char| c.is_ascii_alphabetic())
        })
        .filter_map(|((kind, name), range)| {
            let wrong = misspell(name).filter(|wrong| !tokens.contains_key(&(kind, wrong.clone())))?;
            Some((format!("{kind} {name}"), wrong, *range))
        })
        .collect();
    let tried = names.len();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let missed: Vec<String> = std::thread::scope(|scope| {
        let files = &files;
        let workers: Vec<_> = names
            .chunks(tried.div_ceil(workers))
            .map(|part| {
                scope.spawn(move || part.iter().filter_map(|one| missed(one, files)).collect::<Vec<_>>())
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    assert!(missed.is_empty(), "{} of {tried} missed:\n{}", missed.len(), missed.join("\n"));
    assert!(tried > 200, "only {tried} names tried");
}

/// A condition in each style, and the same text inside.
const STYLES: [(&str, &str); 7] = [
    ("plain", "CONDITION"),
    ("flow", "\"CONDITION\""),
    ("double quoted", "\"CONDITION\""),
    ("single quoted", "'CONDITION'"),
    ("folded", ">\n    CONDITION"),
    ("literal", "|\n    CONDITION"),
    ("folded, stripped and indented", ">2-\n    CONDITION"),
];

#[test]
fn every_style() {
    let lists = "- list: shell_names\n  items: [bash, sh]\n- macro: opened\n  condition: evt.type in (open, openat)\n";
    let cases = [
        ("proc.nmae", "opened and\n    proc.nmae = x"),
        ("opend", "user.name = 'é' and\n    opend and proc.name = x"),
        ("contians", "opened and proc.name\n    contians x"),
        ("opne", "evt.type in (open,\n    opne) and fd.num = 1"),
        ("shell_nmaes", "opened and proc.name in\n    (shell_nmaes)"),
        ("5x", "opened and\n    fd.num = 5x"),
    ];
    for (style, shape) in STYLES {
        for (token, condition) in cases {
            let condition =
                if style == "single quoted" { condition.replace('\'', "''") } else { condition.to_owned() };
            let value = shape.replace("CONDITION", &condition);
            let rule = match style {
                "flow" => format!("- {{rule: r, desc: é, condition: {value}, output: x, priority: INFO}}\n"),
                _ => format!("- rule: r\n  desc: é\n  condition: {value}\n  output: x\n  priority: INFO\n"),
            };
            let text = format!(
                "{lists}{rule}- rule: s\n  desc: d\n  condition: opened and proc.name in (shell_names)\n  output: x\n  \
                 priority: INFO\n"
            );
            let at = text.find(token).expect("the token") as u32;
            let wanted = Span::new(at, at + token.len() as u32);
            let checked = check(&[SourceFile::new("f.yaml", text)]);
            let found: Vec<_> =
                checked.diagnostics.iter().map(|one| (one.code.id, one.primary().span)).collect();
            assert!(
                found.iter().any(|(_, span)| *span == wanted),
                "{style}, {token} at {wanted:?}: {found:?}"
            );
            let errors = checked.diagnostics.iter().filter(|one| one.severity == Severity::Error).count();
            assert!(errors <= 1, "{style}, {token}: {found:?}");
        }
    }
}
