//! Rewrites of the official rules keep the meaning: the conditions that result are the same trees.

use std::collections::BTreeMap;

use ide::{ActionKind, Analysis, AnalysisHost, File};
use ir::testing::Prng;
use syntax::Span;
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::condition::{ParseOptions, parse};

/// Places tried; `IDE_REWRITES=10000` for a long run.
fn places() -> usize {
    std::env::var("IDE_REWRITES").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// A condition with nested `and` and `or` as one, and comparisons of one field with one set.
fn canonical(ast: &Ast, id: NodeId) -> String {
    let text = |id| ast.span(id).slice(ast.source()).split_whitespace().collect::<String>();
    let joined = |word: &str| {
        let mut parts: Vec<String> = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            match (ast.kind(id), word) {
                (NodeKind::And(children), "and") | (NodeKind::Or(children), "or") => {
                    open.extend(ast.children(children).iter().rev());
                }
                _ => parts.push(canonical(ast, id)),
            }
        }
        // `f in a` beside `f in b` is `f in a,b`.
        if word == "or" {
            parts.dedup_by(|next, last| match (last.split_once(" in "), next.split_once(" in ")) {
                (Some((field, _)), Some((other, more))) if field == other && !field.contains([' ', '(']) => {
                    *last = format!("{last},{more}");
                    true
                }
                _ => false,
            });
        }
        if parts.len() == 1 { parts.remove(0) } else { format!("({})", parts.join(&format!(" {word} "))) }
    };
    match ast.kind(id) {
        NodeKind::And(_) => joined("and"),
        NodeKind::Or(_) => joined("or"),
        NodeKind::Not(inner) => format!("not {}", canonical(ast, inner)),
        NodeKind::Binary { left, op, right } => match (op.text().as_ref(), ast.kind(right)) {
            ("=" | "in", NodeKind::Value(value)) => format!("{} in {}", text(left), ast.text_lossy(value)),
            ("=" | "in", NodeKind::List(items)) => {
                let values: Vec<_> = ast.items(items).iter().map(|item| ast.text_lossy(item.text)).collect();
                format!("{} in {}", text(left), values.join(","))
            }
            (op, _) => format!("{} {op} {}", text(left), text(right)),
        },
        _ => text(id),
    }
}

/// The condition of every rule, and how many errors there are.
fn meaning(analysis: &Analysis) -> (BTreeMap<String, String>, usize) {
    let checked = analysis.checked();
    let compiled = checked.compiled.rules.iter().enumerate().filter_map(|(at, one)| {
        let rule = checked.definitions.rules.at(at)?;
        let text = checked.expanded(&one.as_ref()?.unit);
        let tree = parse(&text, ParseOptions::LOAD).tree;
        Some((rule.name.to_string(), canonical(&tree, tree.root())))
    });
    let errors = analysis.all_diagnostics().iter().filter(|one| one.severity == hir::Severity::Error).count();
    (compiled.collect(), errors)
}

#[test]
fn rules_mean_the_same_afterwards() {
    let Some(folder) = std::env::var_os("RULES_DIR") else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        eprintln!("skipped: RULES_DIR is not set");
        return;
    };
    let folder = std::path::Path::new(&folder).join("official");
    let names = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let files: Vec<File> = names.iter().map(|&name| File::new(name, read(name))).collect();
    let mut host = AnalysisHost::default();
    host.set_files(&files);
    let analysis = host.analysis();
    let before = meaning(&analysis);
    let mut random = Prng::new(3);
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..places() {
        let file = random.below(files.len());
        let text = &files[file].text;
        // The words of a line that stand behind a random place, one more each time.
        let start = text.floor_char_boundary(random.below(text.len()));
        let start = text[..start].rfind([' ', '(', '\n']).map_or(0, |at| at + 1);
        let ends = text[start..].match_indices([' ', ')', '\n']).map(|(at, _)| start + at + 1);
        let mut seen = Vec::new();
        for end in ends.take(14).flat_map(|end| [end - 1, end]) {
            for action in analysis.code_actions(file, Span::from(start..end)) {
                let is_rewrite =
                    matches!(action.kind, ActionKind::Extract | ActionKind::Inline | ActionKind::Rewrite)
                        && !action.title.starts_with("add");
                if !is_rewrite || seen.contains(&action.edit) {
                    continue;
                }
                seen.push(action.edit.clone());
                let kind = action.title.split('`').next().unwrap_or_default().trim().to_owned();
                *tried.entry(kind).or_default() += 1;
                let changed = files.iter().enumerate().map(|(number, file)| {
                    File::new(file.name.clone(), action.edit.apply(number, &file.text))
                });
                host.set_files(&changed.collect::<Vec<_>>());
                let after = meaning(&host.analysis());
                let place = format!("{} at `{}` of {}", action.title, &text[start..end], names[file]);
                assert_eq!(after.1, before.1, "errors after: {place}");
                for (rule, condition) in &before.0 {
                    assert!(after.0.get(rule) == Some(condition), "{rule} after: {place}");
                }
            }
        }
    }
    eprintln!("{tried:?}");
    assert!(tried.len() >= 3, "{tried:?}");
}
