//! The words of the grammar are the catalogue's: no operator, modifier or transformer is in one and not in the other.

use catalogue::{Modifier, Operator, Transformer};
use syntax::token::{OperatorToken, TransformerName};

#[test]
fn operators_are_the_catalogues() {
    for token in OperatorToken::ALL {
        let operator = Operator::from_text(token.as_str()).unwrap_or_else(|| panic!("{}", token.as_str()));
        assert!(operator.as_str() == token.as_str() || token == OperatorToken::EqEq);
    }
    for operator in catalogue::OPERATORS {
        assert!(OperatorToken::from_text(operator.as_str()).is_some(), "{}", operator.as_str());
    }
}

#[test]
fn modifiers_are_the_catalogues() {
    use syntax::token::Modifier as Token;
    for (token, modifier) in
        [(Token::Oneof, Modifier::Oneof), (Token::Anyof, Modifier::Anyof), (Token::Allof, Modifier::Allof)]
    {
        assert_eq!(Modifier::from_text(token.as_str()), Some(modifier));
    }
    assert_eq!(catalogue::MODIFIERS.len(), 3);
}

#[test]
fn transformers_are_the_catalogues() {
    for name in TransformerName::ALL {
        assert!(Transformer::from_text(name.as_str()).is_some(), "{}", name.as_str());
    }
    assert_eq!(catalogue::TRANSFORMERS.len(), TransformerName::ALL.len());
}
