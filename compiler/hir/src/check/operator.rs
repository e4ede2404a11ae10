//! Operators as the catalogue knows them.

use catalogue::{Modifier, Operator};
use syntax::token::{Modifier as ModifierToken, OperatorToken};

pub(super) fn operator(token: OperatorToken) -> Operator {
    match token {
        OperatorToken::Exists => Operator::Exists,
        OperatorToken::Le => Operator::Le,
        OperatorToken::Lt => Operator::Lt,
        OperatorToken::Ge => Operator::Ge,
        OperatorToken::Gt => Operator::Gt,
        OperatorToken::EqEq | OperatorToken::Eq => Operator::Eq,
        OperatorToken::Ne => Operator::Ne,
        OperatorToken::Glob => Operator::Glob,
        OperatorToken::Iglob => Operator::Iglob,
        OperatorToken::Contains => Operator::Contains,
        OperatorToken::Icontains => Operator::Icontains,
        OperatorToken::Bcontains => Operator::Bcontains,
        OperatorToken::Startswith => Operator::Startswith,
        OperatorToken::Bstartswith => Operator::Bstartswith,
        OperatorToken::Endswith => Operator::Endswith,
        OperatorToken::Regex => Operator::Regex,
        OperatorToken::Intersects => Operator::Intersects,
        OperatorToken::In => Operator::In,
        OperatorToken::Pmatch => Operator::Pmatch,
    }
}

pub(super) fn modifier(token: ModifierToken) -> Modifier {
    match token {
        ModifierToken::Oneof => Modifier::Oneof,
        ModifierToken::Anyof => Modifier::Anyof,
        ModifierToken::Allof => Modifier::Allof,
    }
}
