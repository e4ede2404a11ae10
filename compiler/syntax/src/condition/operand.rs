//! A field or transformer alone, as outputs have them: every beginning of a text that is one, longest first.

use crate::ast::{Ast, NodeKind};
use crate::condition::boolean::{ParseOptions, Parser};
use crate::span::Span;
use crate::token::{Operand, TransformerName};

/// Falco parses the fields of outputs with the parser's default limit.
const OPTIONS: ParseOptions = ParseOptions { max_depth: 100, recover: false, tokens: false };

/// Field names longer than this are tried whole only, not by their beginnings; no field is that long.
const LONGEST_BEGINNING: usize = 256;

/// Iterates over the beginnings of a text that are a field or a transformer, longest first, each with its length.
///
/// For `proc.aname[2]x`: `proc.aname[2]`, `proc.aname`, `proc.anam` and so on to `proc.a`.
pub struct Operands<'t> {
    text: &'t str,
    next: Next,
    longest: usize,
}

enum Next {
    Whole,
    WithoutArgument,
    /// A field's name of at most this length.
    Beginning(usize),
    Done,
}

impl<'t> Operands<'t> {
    /// The candidates at the start of `text`.
    pub fn new(text: &'t str) -> Operands<'t> {
        Operands { text, next: Next::Whole, longest: 0 }
    }

    /// Length of the longest candidate met so far; 0 if there is none.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The candidate that is all of `text`'s beginning, with the argument after it or without.
    fn parse(text: &str, argument: bool) -> Option<(Ast, usize)> {
        let mut parser = Parser::new(text, OPTIONS);
        parser.without_root_argument = !argument;
        // The routine that looks for a field or transformer is itself a level.
        parser.guard().ok()?;
        parser.inner_depth = 1;
        let root = match parser.cursor.peek_operand()? {
            (Operand::Field, len) => {
                let name = parser.cursor.take_operand(Operand::Field, len);
                if argument {
                    parser.field(name, 0).ok()?
                } else {
                    let name_text = Ast::source_text(name);
                    parser.ast.add(NodeKind::Field { name: name_text, arg: None }, 0, name)
                }
            }
            (Operand::Transformer(name), len) if name != TransformerName::Val => {
                parser.cursor.take_operand(Operand::Transformer(name), len);
                parser.cursor.blank();
                parser.transformer(name, 0).ok()?
            }
            _ => return None,
        };
        let len = parser.cursor.at();
        let mut ast = parser.ast;
        ast.finish(root, text.get(..len).unwrap_or(""));
        Some((ast, len))
    }

    fn field(name: &str) -> Ast {
        let mut ast = Ast::with_capacity(1);
        let span = Span::from(0..name.len());
        let root = ast.add(NodeKind::Field { name: Ast::source_text(span), arg: None }, 0, span);
        ast.finish(root, name);
        ast
    }
}

impl Iterator for Operands<'_> {
    type Item = (Ast, usize);

    fn next(&mut self) -> Option<(Ast, usize)> {
        loop {
            let found = match self.next {
                Next::Whole => {
                    self.next = Next::WithoutArgument;
                    Operands::parse(self.text, true)
                }
                Next::WithoutArgument => {
                    let found = Operands::parse(self.text, false);
                    self.next = match &found {
                        Some((ast, len)) if matches!(ast.kind(ast.root()), NodeKind::Field { .. }) => {
                            Next::Beginning(len.saturating_sub(1).min(LONGEST_BEGINNING))
                        }
                        _ => Next::Done,
                    };
                    // Without an argument the whole was this already.
                    found.filter(|(_, len)| *len != self.longest)
                }
                Next::Beginning(len) => {
                    let name = self.text.get(..len).unwrap_or("");
                    self.next = if name.contains('.') { Next::Beginning(len - 1) } else { Next::Done };
                    let is_field = name.contains('.') && !name.ends_with('.');
                    is_field.then(|| (Operands::field(name), len))
                }
                Next::Done => return None,
            };
            if let Some((ast, len)) = found {
                self.longest = self.longest.max(len);
                return Some((ast, len));
            }
        }
    }
}
