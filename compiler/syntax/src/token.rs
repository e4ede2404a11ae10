//! Tokens of conditions. What a byte sequence means depends on what may stand there, so each place of the
//! grammar has its own small `logos` lexer: an operand, an operator, a value and so on.
//!
//! Keywords are not reserved and mostly match by prefix (`inlist` is `in list`), as language.md 3.1 says.

use logos::Logos;

use crate::span::Span;

/// The kind of a recorded token, for highlighting and for `rulec dump tokens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `and`, `or` or `not`.
    Keyword,
    /// A name that stands for a macro.
    Identifier,
    /// A dotted field name.
    Field,
    /// The argument between `[` and `]`.
    Argument,
    /// `tolower`, `val` and so on, without the parenthesis.
    Transformer,
    /// `=`, `startswith`, `exists` and so on.
    Operator,
    /// `oneof`, `anyof`, `allof`.
    Modifier,
    /// A number after `<`, `<=`, `>`, `>=`, or among a transformer's arguments.
    Number,
    /// A quoted string, quotes included.
    Quoted,
    /// An unquoted value.
    Bare,
    /// `(`, `)`, `[`, `]` or `,`.
    Punctuation,
    /// Text skipped because it does not fit.
    Error,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands in the condition.
    pub span: Span,
}

/// How an operator was spelled; [`OperatorToken::as_str`] gives the text.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperatorToken {
    /// `exists`
    #[token("exists")]
    Exists,
    /// `<=`
    #[token("<=")]
    Le,
    /// `<`
    #[token("<")]
    Lt,
    /// `>=`
    #[token(">=")]
    Ge,
    /// `>`
    #[token(">")]
    Gt,
    /// `==`
    #[token("==")]
    EqEq,
    /// `=`
    #[token("=")]
    Eq,
    /// `!=`
    #[token("!=")]
    Ne,
    /// `glob`; like the other words below, only with a blank after it.
    #[regex(r"glob[ \t\x08\r\n]")]
    Glob,
    /// `iglob`
    #[regex(r"iglob[ \t\x08\r\n]")]
    Iglob,
    /// `contains`
    #[regex(r"contains[ \t\x08\r\n]")]
    Contains,
    /// `icontains`
    #[regex(r"icontains[ \t\x08\r\n]")]
    Icontains,
    /// `bcontains`
    #[regex(r"bcontains[ \t\x08\r\n]")]
    Bcontains,
    /// `startswith`
    #[regex(r"startswith[ \t\x08\r\n]")]
    Startswith,
    /// `bstartswith`
    #[regex(r"bstartswith[ \t\x08\r\n]")]
    Bstartswith,
    /// `endswith`
    #[regex(r"endswith[ \t\x08\r\n]")]
    Endswith,
    /// `regex`
    #[regex(r"regex[ \t\x08\r\n]")]
    Regex,
    /// `intersects`
    #[token("intersects")]
    Intersects,
    /// `in`
    #[token("in")]
    In,
    /// `pmatch`
    #[token("pmatch")]
    Pmatch,
}

/// Which right-hand side an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperatorClass {
    /// None (`exists`).
    Unary,
    /// A number or a transformed field.
    Number,
    /// A string, a transformed field, or a list after a modifier.
    String,
    /// A list, a transformed field or a name.
    List,
}

impl OperatorToken {
    /// Every operator, in the order Falco lists them.
    pub const ALL: [OperatorToken; 20] = [
        OperatorToken::Exists,
        OperatorToken::Le,
        OperatorToken::Lt,
        OperatorToken::Ge,
        OperatorToken::Gt,
        OperatorToken::EqEq,
        OperatorToken::Eq,
        OperatorToken::Ne,
        OperatorToken::Glob,
        OperatorToken::Iglob,
        OperatorToken::Contains,
        OperatorToken::Icontains,
        OperatorToken::Bcontains,
        OperatorToken::Startswith,
        OperatorToken::Bstartswith,
        OperatorToken::Endswith,
        OperatorToken::Regex,
        OperatorToken::Intersects,
        OperatorToken::In,
        OperatorToken::Pmatch,
    ];

    /// The operator as written.
    pub const fn as_str(self) -> &'static str {
        match self {
            OperatorToken::Exists => "exists",
            OperatorToken::Le => "<=",
            OperatorToken::Lt => "<",
            OperatorToken::Ge => ">=",
            OperatorToken::Gt => ">",
            OperatorToken::EqEq => "==",
            OperatorToken::Eq => "=",
            OperatorToken::Ne => "!=",
            OperatorToken::Glob => "glob",
            OperatorToken::Iglob => "iglob",
            OperatorToken::Contains => "contains",
            OperatorToken::Icontains => "icontains",
            OperatorToken::Bcontains => "bcontains",
            OperatorToken::Startswith => "startswith",
            OperatorToken::Bstartswith => "bstartswith",
            OperatorToken::Endswith => "endswith",
            OperatorToken::Regex => "regex",
            OperatorToken::Intersects => "intersects",
            OperatorToken::In => "in",
            OperatorToken::Pmatch => "pmatch",
        }
    }

    /// What may stand on its right.
    pub const fn class(self) -> OperatorClass {
        match self {
            OperatorToken::Exists => OperatorClass::Unary,
            OperatorToken::Le | OperatorToken::Lt | OperatorToken::Ge | OperatorToken::Gt => {
                OperatorClass::Number
            }
            OperatorToken::Intersects | OperatorToken::In | OperatorToken::Pmatch => OperatorClass::List,
            _ => OperatorClass::String,
        }
    }

    /// Whether the operator is a word that needs a blank after it.
    pub const fn needs_blank(self) -> bool {
        matches!(self.class(), OperatorClass::String)
            && !matches!(self, OperatorToken::EqEq | OperatorToken::Eq | OperatorToken::Ne)
    }

    /// The operator spelled `text`.
    pub fn from_text(text: &str) -> Option<OperatorToken> {
        OperatorToken::ALL.into_iter().find(|op| op.as_str() == text)
    }
}

/// A modifier of a string operator; needs a blank before and after.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `oneof`
    #[regex(r"oneof[ \t\x08\r\n]")]
    Oneof,
    /// `anyof`
    #[regex(r"anyof[ \t\x08\r\n]")]
    Anyof,
    /// `allof`
    #[regex(r"allof[ \t\x08\r\n]")]
    Allof,
}

impl Modifier {
    /// The modifier as written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Modifier::Oneof => "oneof",
            Modifier::Anyof => "anyof",
            Modifier::Allof => "allof",
        }
    }
}

/// A transformer's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransformerName {
    /// `val`: the value of a field; right-hand sides only.
    Val,
    /// `tolower`
    Tolower,
    /// `toupper`
    Toupper,
    /// `b64`
    B64,
    /// `basename`
    Basename,
    /// `len`
    Len,
    /// `join`
    Join,
    /// `concat`
    Concat,
    /// `getopt`
    Getopt,
}

impl TransformerName {
    /// Every transformer, in the order Falco lists them.
    pub const ALL: [TransformerName; 9] = [
        TransformerName::Val,
        TransformerName::Tolower,
        TransformerName::Toupper,
        TransformerName::B64,
        TransformerName::Basename,
        TransformerName::Len,
        TransformerName::Join,
        TransformerName::Concat,
        TransformerName::Getopt,
    ];

    /// The name as written.
    pub const fn as_str(self) -> &'static str {
        match self {
            TransformerName::Val => "val",
            TransformerName::Tolower => "tolower",
            TransformerName::Toupper => "toupper",
            TransformerName::B64 => "b64",
            TransformerName::Basename => "basename",
            TransformerName::Len => "len",
            TransformerName::Join => "join",
            TransformerName::Concat => "concat",
            TransformerName::Getopt => "getopt",
        }
    }
}

/// `not` before an operand.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Negation {
    #[regex(r"not[ \t\n\x0B\x0C\r]+")]
    Blank,
    #[token("not(")]
    Group,
}

/// What a check, a transformer's argument or a right-hand side can start with, values aside.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    #[token("(")]
    Group,
    #[regex(r"[a-zA-Z]+[a-zA-Z0-9_]*(\.[a-zA-Z]+[a-zA-Z0-9_]*)+")]
    Field,
    #[token("val(", |_| TransformerName::Val)]
    #[token("tolower(", |_| TransformerName::Tolower)]
    #[token("toupper(", |_| TransformerName::Toupper)]
    #[token("b64(", |_| TransformerName::B64)]
    #[token("basename(", |_| TransformerName::Basename)]
    #[token("len(", |_| TransformerName::Len)]
    #[token("join(", |_| TransformerName::Join)]
    #[token("concat(", |_| TransformerName::Concat)]
    #[token("getopt(", |_| TransformerName::Getopt)]
    Transformer(TransformerName),
    #[regex(r"[a-zA-Z]+[a-zA-Z0-9_]*")]
    Identifier,
}

/// A name alone, where a dot ends it.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    #[regex(r"[a-zA-Z]+[a-zA-Z0-9_]*")]
    Name,
}

/// A quoted string.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoted {
    // The first quote that no backslash precedes ends the string, however many backslashes come before.
    #[regex(r#""([^"\\\x00]|\\+[^\\\x00])*""#)]
    #[regex(r#"'([^'\\\x00]|\\+[^\\\x00])*'"#)]
    Quoted,
}

/// An unquoted value.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bare {
    #[regex(r#"[^()"'=, \t\n\x0B\x0C\r]+"#)]
    Bare,
}

/// An unquoted field argument.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BareArgument {
    #[regex(r#"[^\]\["' \t\n\x0B\x0C\r]+"#)]
    Bare,
}

/// A number as numeric operators and transformers take it.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    #[regex(r"0[xX][0-9a-fA-F]+")]
    Hex,
    #[regex(r"[+-]?[0-9]+\.?[0-9]*([eE][+-][0-9]+)?", priority = 2)]
    Decimal,
}
