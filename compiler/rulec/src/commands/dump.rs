//! `rulec dump`: what a stage of compilation makes of the rules.

use std::fmt::Write;
use std::process::ExitCode;

use hir::Checked;
use hir::compile::Unit;
use syntax::ast::Ast;

use crate::args::{Dump, Stage};
use crate::input::Prepared;
use crate::{commands, print, usage_error};

/// Prints the stage.
pub(crate) fn run(arguments: &Dump) -> ExitCode {
    let (prepared, checked) = match commands::load(&arguments.input) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    if let Some(name) = &arguments.rule
        && checked.definitions.rules.get(name).is_none()
    {
        return usage_error(&format!("there is no rule `{name}`"));
    }
    let text = match arguments.stage {
        Stage::Ir => ir_text(&prepared, &checked, arguments.rule.as_deref()),
        stage => stage_text(&checked, stage, arguments.rule.as_deref()),
    };
    print(&text)
}

fn ir_text(prepared: &Prepared, checked: &Checked, only: Option<&str>) -> String {
    let program = hir::program(checked, &prepared.input.options);
    let Some(name) = only else { return ir::print::program(&program) };
    let rule = program.rules.iter().find(|rule| *rule.name == *name);
    rule.map(|rule| format!("{}\n", ir::print::condition(&program, rule.condition))).unwrap_or_default()
}

fn stage_text(checked: &Checked, stage: Stage, only: Option<&str>) -> String {
    let mut out = String::new();
    for (at, rule) in checked.definitions.rules.iter().enumerate() {
        let Some(Some(compiled)) = checked.compiled.rules.get(at) else { continue };
        if only.is_some_and(|only| *rule.name != *only) {
            continue;
        }
        let _ = writeln!(out, "rule {}", rule.name);
        match stage {
            Stage::Tokens => tokens(&mut out, &compiled.unit.ast),
            Stage::Ast => tree(&mut out, &compiled.unit),
            Stage::Resolved => {
                let _ = writeln!(out, "  {}", checked.expanded(&compiled.unit));
            }
            Stage::EventTypes => {
                let names: Vec<&str> = {
                    let mut names: Vec<&str> = compiled
                        .reach
                        .holds
                        .iter()
                        .filter_map(|code| code.get())
                        .map(|event| event.name)
                        .collect();
                    names.sort_unstable();
                    names.dedup();
                    names
                };
                let _ = writeln!(out, "  {} codes: {}", compiled.reach.holds.len(), names.join(" "));
            }
            Stage::Ir => {}
        }
    }
    out
}

fn tokens(out: &mut String, ast: &Ast) {
    for token in ast.tokens() {
        let _ = writeln!(
            out,
            "  {:>4} {:<12} {}",
            token.span.start,
            format!("{:?}", token.kind),
            token.span.slice(ast.source())
        );
    }
}

fn tree(out: &mut String, unit: &Unit) {
    let ast = &unit.ast;
    let mut stack = vec![(ast.root(), 1)];
    while let Some((node, depth)) = stack.pop() {
        let span = ast.span(node);
        let kind = format!("{:?}", ast.kind(node));
        let kind = kind.split(['(', ' ', '{']).next().unwrap_or_default().to_lowercase();
        let text: String = span.slice(ast.source()).split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(out, "{:indent$}{kind} {}..{} {text}", "", span.start, span.end, indent = depth * 2);
        let mut children = Vec::new();
        ast.push_children(node, &mut children);
        stack.extend(children.into_iter().map(|child| (child, depth + 1)));
    }
}
