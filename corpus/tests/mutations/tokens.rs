//! The names that the official rules use: of which kind each is, and where it was written.

use catalogue::Catalogue;
use hir::Checked;
use hir::text::{Scalars, Traced};
use syntax::ast::{Ast, CheckOperator, NodeKind};
use syntax::span::{FileRange, Span};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Field,
    Macro,
    Operator,
    Event,
    List,
}

/// One use of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    pub kind: Kind,
    pub name: String,
    pub range: FileRange,
}

/// Every use of every name in a condition, where a person wrote it.
pub fn tokens(checked: &Checked) -> Vec<Token> {
    let mut found = Vec::new();
    let rules = checked.compiled.rules.iter().flatten().map(|rule| (&rule.text, &rule.unit));
    let macros = checked.compiled.macros.iter().filter_map(|one| Some((&one.text, one.unit.as_ref()?)));
    for (text, unit) in rules.chain(macros) {
        names(&unit.ast, &mut |kind, span| found.extend(token(checked, text, kind, span)));
        for one in text.uses() {
            let span = Span::new(one.name.offset, one.name.offset + one.len);
            let range = checked.sources.range(one.name.scalar, span);
            found.push(Token { kind: Kind::List, name: checked.sources.slice(range).to_owned(), range });
        }
    }
    found.sort();
    found.dedup();
    found
}

fn token(checked: &Checked, text: &Traced, kind: Kind, span: Span) -> Option<Token> {
    let place = text.place(span, &checked.sources);
    let name = span.slice(text.as_str());
    let written = place.via.is_empty() && checked.sources.slice(place.range) == name;
    written.then(|| Token { kind, name: name.to_owned(), range: place.range })
}

fn names(ast: &Ast, add: &mut impl FnMut(Kind, Span)) {
    for node in ast.preorder(ast.root()) {
        match ast.kind(node) {
            NodeKind::Field { arg: None, .. } => add(Kind::Field, ast.span(node)),
            NodeKind::Identifier(_) => add(Kind::Macro, ast.span(node)),
            NodeKind::Unary { op, .. } => operator(op, add),
            NodeKind::Binary { left, op, right } => {
                operator(op, add);
                if !matches!(ast.kind(left), NodeKind::Field { name, .. } if ast.bytes(name) == b"evt.type") {
                    continue;
                }
                match ast.kind(right) {
                    NodeKind::Value(_) => add(Kind::Event, ast.span(right)),
                    NodeKind::List(items) => {
                        ast.items(items).iter().for_each(|item| add(Kind::Event, item.span))
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// Operators that are words; a misspelt sign is another one, or two.
fn operator(op: CheckOperator, add: &mut impl FnMut(Kind, Span)) {
    let word = op.symbol.as_str();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        add(Kind::Operator, Span::new(op.span.start, op.span.start + word.len() as u32));
    }
}

/// Whether a misspelt name is a right one after all.
pub fn is_right(kind: Kind, word: &str, checked: &Checked, catalogue: &Catalogue) -> bool {
    let definitions = &checked.definitions;
    match kind {
        Kind::Field => catalogue.resolve("syscall", word).is_ok(),
        Kind::Macro => definitions.macros.get(word).is_some() || matches!(word, "and" | "or" | "not"),
        Kind::Operator => catalogue::OPERATORS.iter().any(|operator| operator.as_str() == word),
        Kind::Event => catalogue.knows_event_name(word) || definitions.lists.get(word).is_some(),
        Kind::List => definitions.lists.get(word).is_some(),
    }
}
