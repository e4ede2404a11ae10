//! Inside conditions: what may follow the tokens before the cursor.

use catalogue::{Operator, OperatorSyntax, Transformer};

use crate::completion::context::Context;
use crate::completion::{CompletionKind, Proposals};
use crate::index::SymbolKind;

/// What a condition expects next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expect {
    /// A check, macro, `not` or parenthesis.
    Operand,
    /// A field, within a transformer's parentheses.
    Argument {
        /// The innermost transformer.
        transformer: String,
        /// Commas before the cursor.
        position: usize,
    },
    /// An operator for the field.
    Operator(String),
    /// A value for the field.
    Value(String, Operator),
    /// A parenthesis, then values.
    OpenList,
    /// An element of a list of values for the field.
    Element(String),
    /// `and`, `or`, `)`.
    Connective,
    /// Nothing that could be proposed: within quotes.
    Quoted,
}

enum Paren {
    Group,
    Transformer {
        name: String,
        /// Commas since it was opened.
        position: usize,
        /// Whether it is what a value is compared with.
        is_value: bool,
    },
}

/// What is expected at the end of `text`, its last word not counted.
pub(crate) fn state(text: &str) -> Expect {
    let text = strip_indicator(text);
    let mut parens: Vec<Paren> = Vec::new();
    let mut expect = Expect::Operand;
    // The last word is being typed; a word right before a parenthesis can be a transformer.
    let mut field = String::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let Some(first) = trimmed.chars().next() else { return expect };
        if matches!(first, '"' | '\'') {
            let Some(len) = trimmed.get(1..).and_then(|rest| rest.find(first)) else { return Expect::Quoted };
            rest = trimmed.get(len + 2..).unwrap_or("");
            expect = after_value(expect);
            continue;
        }
        if matches!(first, '=' | '!' | '<' | '>') {
            let len = trimmed.find(|c| !matches!(c, '=' | '!' | '<' | '>')).unwrap_or(trimmed.len());
            let op = Operator::from_text(trimmed.get(..len).unwrap_or("")).unwrap_or(Operator::Eq);
            // `evt.dir = <` and `>`: a value that looks like an operator.
            if matches!(expect, Expect::Value(..)) {
                expect = Expect::Connective;
            } else {
                expect = Expect::Value(field.clone(), op);
            }
            rest = trimmed.get(len..).unwrap_or("");
            continue;
        }
        if matches!(first, '(' | ')' | ',') {
            rest = trimmed.get(1..).unwrap_or("");
            expect = punctuation(first, expect, &mut parens, &mut field);
            continue;
        }
        let len = trimmed
            .find(|c: char| {
                c.is_whitespace() || matches!(c, '(' | ')' | ',' | '=' | '!' | '<' | '>' | '"' | '\'')
            })
            .unwrap_or(trimmed.len());
        let word = trimmed.get(..len).unwrap_or("");
        rest = trimmed.get(len..).unwrap_or("");
        if rest.is_empty() {
            return expect;
        }
        expect = match expect {
            // Appended conditions begin with a connective.
            Expect::Operand if matches!(word, "not" | "and" | "or") => Expect::Operand,
            Expect::Operand | Expect::Argument { .. } | Expect::Value(..)
                if rest.starts_with('(') && Transformer::from_text(word).is_some() =>
            {
                rest = rest.get(1..).unwrap_or("");
                let is_value = matches!(expect, Expect::Value(..));
                parens.push(Paren::Transformer { name: word.to_owned(), position: 0, is_value });
                Expect::Argument { transformer: word.to_owned(), position: 0 }
            }
            Expect::Argument { transformer, position } => {
                if word.contains('.') {
                    field = word.to_owned();
                }
                Expect::Argument { transformer, position }
            }
            Expect::Operand if word.contains('.') => {
                field = word.to_owned();
                Expect::Operator(field.clone())
            }
            Expect::Operand => Expect::Connective,
            Expect::Operator(field) => match Operator::from_text(word) {
                Some(Operator::Exists) => Expect::Connective,
                Some(op) if op.syntax() == OperatorSyntax::List => Expect::OpenList,
                Some(op) => Expect::Value(field, op),
                None => Expect::Operand,
            },
            Expect::Value(field, op) if matches!(word, "oneof" | "anyof" | "allof") => {
                Expect::Value(field, op)
            }
            Expect::Value(..) | Expect::OpenList => Expect::Connective,
            Expect::Connective if matches!(word, "and" | "or") => Expect::Operand,
            other => other,
        };
    }
}

fn after_value(expect: Expect) -> Expect {
    match expect {
        Expect::Value(..) | Expect::OpenList => Expect::Connective,
        other => other,
    }
}

fn punctuation(sign: char, expect: Expect, parens: &mut Vec<Paren>, field: &mut String) -> Expect {
    match (sign, expect) {
        ('(', Expect::OpenList | Expect::Value(..)) => Expect::Element(field.clone()),
        ('(', Expect::Operand) => {
            parens.push(Paren::Group);
            Expect::Operand
        }
        (')', Expect::Element(_)) => Expect::Connective,
        (')', _) => match parens.pop() {
            Some(Paren::Transformer { name, is_value, .. }) => {
                *field = format!("{name}({field})");
                match parens.last() {
                    Some(Paren::Transformer { name, position, .. }) => {
                        Expect::Argument { transformer: name.clone(), position: *position }
                    }
                    _ if is_value => Expect::Connective,
                    _ => Expect::Operator(field.clone()),
                }
            }
            _ => Expect::Connective,
        },
        (',', Expect::Argument { .. }) => match parens.last_mut() {
            Some(Paren::Transformer { name, position, .. }) => {
                *position += 1;
                Expect::Argument { transformer: name.clone(), position: *position }
            }
            _ => Expect::Operand,
        },
        (_, other) => other,
    }
}

/// A block scalar's text without its indicator, a quoted one's without its quote.
fn strip_indicator(text: &str) -> &str {
    let text = text.trim_start();
    if text.starts_with(['|', '>']) {
        return text.split_once('\n').map_or("", |(_, rest)| rest);
    }
    text.strip_prefix(['"', '\'']).unwrap_or(text)
}

impl Proposals<'_> {
    pub(super) fn condition(&mut self, text: &str, context: &Context<'_>) {
        let word = context.word;
        self.condition_words(text, context);
        // What has the quotes that the scalar stands in would end it.
        if let Some(quote) = text.trim_start().chars().next().filter(|first| matches!(first, '"' | '\'')) {
            self.all.retain(|one| !one.insert.contains(quote));
        }
        if let Some((_, elements)) = text.rsplit_once('(')
            && matches!(state(text), Expect::Element(_))
        {
            self.leave_out(elements.get(..elements.len().saturating_sub(word.len())).unwrap_or(""));
        }
    }

    fn condition_words(&mut self, text: &str, context: &Context<'_>) {
        let word = context.word;
        match state(text) {
            Expect::Operand => {
                let is_start = strip_indicator(text).trim() == word;
                if let Some(("rule", name)) = context.head()
                    && is_start
                    && self.analysis.found(SymbolKind::Rule, name).len() > 1
                {
                    for word in ["and", "or", "and not"] {
                        self.add(CompletionKind::Operator, 0, word, "appended to the earlier condition");
                    }
                }
                self.macros(0, context);
                self.fields(1, word);
                self.transformers(2);
                for word in ["not", "("] {
                    self.add(CompletionKind::Operator, 3, word, "");
                }
            }
            Expect::Argument { .. } => {
                self.fields(0, word);
                self.transformers(1);
            }
            Expect::Operator(field) => self.operators_for(&field),
            Expect::OpenList => {
                self.snippet(0, "(…)", "values", "($1)");
                self.lists(1, context);
            }
            Expect::Value(field, op) => {
                if op.syntax() != OperatorSyntax::List {
                    self.values(&field);
                }
                for modifier in catalogue::MODIFIERS {
                    if op.syntax() == OperatorSyntax::String {
                        let made = self.add(CompletionKind::Operator, 5, modifier.as_str(), "modifier");
                        made.insert = format!("{} (", modifier.as_str());
                    }
                }
                self.snippet(6, "val(…)", "the value of a field", "val($1)");
            }
            Expect::Element(field) => {
                self.lists(0, context);
                self.values(&field);
            }
            Expect::Connective => {
                for word in ["and", "or", "and not"] {
                    self.add(CompletionKind::Operator, 0, word, "");
                }
            }
            Expect::Quoted => {}
        }
    }

    pub(super) fn output(&mut self, text: &str, word: &str) {
        let Some((_, expr)) = text.rsplit_once('%') else { return };
        // A transformer's argument, or a field right after the sign.
        let started = expr.trim_start_matches(|c: char| c.is_ascii_digit());
        let name = started.rsplit(['(', ',']).next().unwrap_or(started).trim_start();
        if name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '[' | ']' | '-'))
            && !started.contains(')')
        {
            self.fields(0, word);
            self.transformers(1);
        }
    }

    pub(super) fn transformers(&mut self, rank: u8) {
        for one in catalogue::TRANSFORMERS {
            if one.as_str() == "val" {
                continue;
            }
            let made = self.add(CompletionKind::Transformer, rank, one.as_str(), one.usage());
            made.insert = format!("{}($1)", one.as_str());
            made.is_snippet = true;
        }
    }
}
