//! Tokens for the reference grammar: a lexer that knows what may stand where it is.

use logos::Logos;

use super::{Tok, canonical, quoted};
use crate::condition::cursor::is_blank;
use crate::token::{
    Bare, BareArgument, Modifier, Name, Negation, Number, Operand, OperatorClass, OperatorToken, Quoted,
    TransformerName,
};

/// What may come next.
#[derive(Clone, Copy)]
enum Place {
    Operand,
    /// After an operand: `and`, `or` or a closing parenthesis.
    Connective,
    Operator,
    /// The right side of an operator of this class; of a modifier for `Unary`.
    Right(OperatorClass),
    FirstValue,
    NextValue,
    /// After a value of a list.
    AfterValue,
    /// The field in `val(`.
    ValField,
    TransformerArgument,
    /// After a transformer's argument, or an element of a list among them.
    AfterArgument,
    ListArgument,
    FirstListArgument,
    /// Directly after a field's name or a transformer's parenthesis: perhaps `[`.
    Bracket,
    InBracket,
    CloseBracket,
}

/// Parentheses that are open around the place.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Transformer,
    ArgumentList,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    place: Place,
    open: Vec<Open>,
    /// The transformer or field being read is the right side of an operator.
    right: bool,
    failed: bool,
}

type Item = Result<(usize, Tok, usize), usize>;

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0, place: Place::Operand, open: Vec::new(), right: false, failed: false }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn lex<K: Logos<'t, Source = str>>(&self) -> Option<(K, &'t str)>
    where
        K::Extras: Default,
    {
        let mut lexer = K::lexer(self.rest());
        match lexer.next() {
            Some(Ok(kind)) => Some((kind, lexer.slice())),
            _ => None,
        }
    }

    fn blanks(&mut self) -> bool {
        let count = self.rest().bytes().take_while(|&byte| is_blank(byte)).count();
        self.at += count;
        count > 0
    }

    fn take(&mut self, text: &str, tok: Tok, next: Place) -> Option<Tok> {
        self.at += text.len();
        self.place = next;
        Some(tok)
    }

    /// The end of a field or transformer, its argument read: what follows depends on where it stood.
    fn after_field(&self) -> Place {
        match self.open.last() {
            Some(_) => Place::AfterArgument,
            None if self.right => Place::Connective,
            None => Place::Operator,
        }
    }

    fn token(&mut self) -> Option<Tok> {
        if let Place::Bracket = self.place {
            if self.rest().starts_with('[') {
                return self.take("[", Tok::OpenArgument, Place::InBracket);
            }
            self.place = self.after_field();
        }
        match self.place {
            Place::InBracket => return self.bracket_value(),
            Place::CloseBracket => {
                if !self.rest().starts_with(']') {
                    return None;
                }
                let next = self.after_field();
                return self.take("]", Tok::CloseArgument, next);
            }
            _ => {}
        }
        let blank = self.blanks();
        match self.place {
            Place::Operand => self.operand(),
            Place::Connective => self.connective(),
            Place::Operator => self.operator(),
            Place::Right(class) => self.right_side(class, blank),
            Place::FirstValue if self.rest().starts_with(')') => {
                self.take(")", Tok::Close, Place::Connective)
            }
            Place::FirstValue | Place::NextValue => self.value(Place::AfterValue),
            Place::AfterValue if self.rest().starts_with(',') => self.take(",", Tok::Comma, Place::NextValue),
            Place::AfterValue if self.rest().starts_with(')') => {
                self.take(")", Tok::Close, Place::Connective)
            }
            Place::ValField => match self.lex() {
                Some((Operand::Field, text)) => self.field(text),
                _ => None,
            },
            Place::FirstListArgument if self.rest().starts_with(')') => self.close_argument_list(),
            Place::TransformerArgument | Place::FirstListArgument | Place::ListArgument => self.argument(),
            Place::AfterArgument => self.after_argument(),
            _ => None,
        }
    }

    fn operand(&mut self) -> Option<Tok> {
        self.right = false;
        match self.lex() {
            Some((Negation::Blank, text)) => return self.take(text, Tok::Not, Place::Operand),
            Some((Negation::Group, text)) => return self.take(text, Tok::NotGroup, Place::Operand),
            None => {}
        }
        match self.lex() {
            Some((Operand::Group, text)) => return self.take(text, Tok::Open, Place::Operand),
            Some((Operand::Field, text)) => return self.field(text),
            Some((Operand::Transformer(name), text)) if name != TransformerName::Val => {
                return self.transformer(name, text);
            }
            _ => {}
        }
        let (Name::Name, text) = self.lex()?;
        self.take(text, Tok::Identifier(text.to_owned()), Place::Connective)
    }

    fn field(&mut self, text: &str) -> Option<Tok> {
        self.take(text, Tok::Field(text.to_owned()), Place::Bracket)
    }

    fn transformer(&mut self, name: TransformerName, text: &str) -> Option<Tok> {
        self.open.push(Open::Transformer);
        match name {
            TransformerName::Val => self.take(text, Tok::Val, Place::ValField),
            _ => self.take(text, Tok::Transformer(name.as_str()), Place::TransformerArgument),
        }
    }

    fn connective(&mut self) -> Option<Tok> {
        if self.rest().starts_with(')') {
            return self.take(")", Tok::Close, Place::Connective);
        }
        let (word, plain, group) = if self.rest().starts_with("and") {
            ("and", Tok::And, Tok::AndGroup)
        } else if self.rest().starts_with("or") {
            ("or", Tok::Or, Tok::OrGroup)
        } else {
            return None;
        };
        self.at += word.len();
        if self.blanks() {
            return self.take("", plain, Place::Operand);
        }
        self.rest().starts_with('(').then_some(())?;
        self.take("(", group, Place::Operand)
    }

    fn operator(&mut self) -> Option<Tok> {
        let (operator, _) = self.lex::<OperatorToken>()?;
        let text = operator.as_str();
        self.right = true;
        let tok = match operator.class() {
            OperatorClass::Unary => return self.take(text, Tok::Exists, Place::Connective),
            OperatorClass::Number => Tok::NumberOperator(text),
            OperatorClass::String => Tok::StringOperator(text),
            OperatorClass::List => Tok::ListOperator(text),
        };
        self.take(text, tok, Place::Right(operator.class()))
    }

    fn right_side(&mut self, class: OperatorClass, blank: bool) -> Option<Tok> {
        if class == OperatorClass::String
            && blank
            && let Some(modifier) = self.modifier()
        {
            return Some(modifier);
        }
        if class != OperatorClass::Unary
            && let Some((Operand::Transformer(name), text)) = self.lex()
        {
            return self.transformer(name, text);
        }
        match class {
            OperatorClass::Number => self.number(Place::Connective),
            OperatorClass::String => self.value(Place::Connective),
            OperatorClass::List | OperatorClass::Unary => {
                if self.rest().starts_with('(') {
                    return self.take("(", Tok::Open, Place::FirstValue);
                }
                let (Name::Name, text) = self.lex()?;
                self.take(text, Tok::Identifier(text.to_owned()), Place::Connective)
            }
        }
    }

    /// `oneof` and the like, if a list or a name follows that is not a connective.
    fn modifier(&mut self) -> Option<Tok> {
        let start = self.at;
        let (modifier, _) = self.lex::<Modifier>()?;
        self.at += modifier.as_str().len();
        self.blanks();
        let rest = self.rest();
        let keyword = ["and", "or", "not"].iter().any(|word| {
            let after = rest.strip_prefix(word).map(|after| after.bytes().next());
            after.is_some_and(|next| !next.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        });
        if keyword || !(rest.starts_with('(') || self.lex::<Name>().is_some()) {
            self.at = start;
            return None;
        }
        self.take("", Tok::Modifier(modifier.as_str()), Place::Right(OperatorClass::Unary))
    }

    fn number(&mut self, next: Place) -> Option<Tok> {
        let (_, text) = self.lex::<Number>()?;
        self.take(text, Tok::Number(text.to_owned()), next)
    }

    fn quoted(&mut self, next: Place) -> Option<Tok> {
        let (Quoted::Quoted, text) = self.lex()?;
        self.take(text, quoted(text), next)
    }

    fn value(&mut self, next: Place) -> Option<Tok> {
        if let Some(tok) = self.quoted(next) {
            return Some(tok);
        }
        let (Bare::Bare, text) = self.lex()?;
        self.take(text, Tok::Bare(canonical(text.as_bytes())), next)
    }

    fn bracket_value(&mut self) -> Option<Tok> {
        if let Some(tok) = self.quoted(Place::CloseBracket) {
            return Some(tok);
        }
        let (BareArgument::Bare, text) = self.lex()?;
        self.take(text, Tok::Bare(canonical(text.as_bytes())), Place::CloseBracket)
    }

    fn argument(&mut self) -> Option<Tok> {
        let in_list = self.open.last() == Some(&Open::ArgumentList);
        if let Some(tok) = self.number(Place::AfterArgument) {
            return Some(tok);
        }
        if let Some(tok) = self.quoted(Place::AfterArgument) {
            return Some(tok);
        }
        match self.lex()? {
            (Operand::Group, text) if !in_list => {
                self.open.push(Open::ArgumentList);
                self.take(text, Tok::Open, Place::FirstListArgument)
            }
            (Operand::Field, text) => self.field(text),
            (Operand::Transformer(name), text) if name != TransformerName::Val => {
                self.transformer(name, text)
            }
            _ => None,
        }
    }

    fn close_argument_list(&mut self) -> Option<Tok> {
        self.open.pop();
        self.take(")", Tok::Close, Place::AfterArgument)
    }

    fn after_argument(&mut self) -> Option<Tok> {
        let open = *self.open.last()?;
        if self.rest().starts_with(',') {
            let next =
                if open == Open::ArgumentList { Place::ListArgument } else { Place::TransformerArgument };
            return self.take(",", Tok::Comma, next);
        }
        self.rest().starts_with(')').then_some(())?;
        if open == Open::ArgumentList {
            return self.close_argument_list();
        }
        self.open.pop();
        self.take(")", Tok::Close, Place::Bracket)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let start = self.at;
        if self.failed || self.rest().bytes().all(is_blank) {
            return None;
        }
        match self.token() {
            Some(tok) => Some(Ok((start, tok, self.at))),
            None => {
                self.failed = true;
                Some(Err(self.at))
            }
        }
    }
}
