//! Renaming rules, macros and lists everywhere.

use std::fmt;

use syntax::Span;

use crate::cursor::What;
use crate::edit::SourceEdit;
use crate::host::Analysis;
use crate::index::SymbolKind;

/// Why a name cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameError {
    /// There is no name under the cursor.
    NothingHere,
    /// The new name has a form that conditions could not refer to.
    BadName(String),
    /// Something else has the new name.
    Taken(String),
    /// The name is defined in no file of the workspace.
    Undefined(String),
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenameError::NothingHere => f.write_str("only names of rules, macros and lists can be changed"),
            RenameError::BadName(why) | RenameError::Taken(why) | RenameError::Undefined(why) => {
                f.write_str(why)
            }
        }
    }
}

impl std::error::Error for RenameError {}

impl Analysis {
    /// The range of the name at `offset`, if it can be changed.
    pub fn prepare_rename(&self, file: usize, offset: u32) -> Result<(Span, String), RenameError> {
        let (kind, name, span) = self.symbol_at(file, offset)?;
        if self.found(kind, &name).is_empty() {
            return Err(RenameError::Undefined(format!("the {} `{name}` is not defined", kind.as_str())));
        }
        Ok((span, name))
    }

    /// The edits that give the name at `offset` another text.
    pub fn rename(&self, file: usize, offset: u32, new: &str) -> Result<SourceEdit, RenameError> {
        let (kind, name, _) = self.symbol_at(file, offset)?;
        if self.found(kind, &name).is_empty() {
            return Err(RenameError::Undefined(format!("the {} `{name}` is not defined", kind.as_str())));
        }
        self.check_name(kind, &name, new)?;
        let mut edit = SourceEdit::default();
        for place in self.places(kind, &name) {
            let text = match kind {
                SymbolKind::Rule => scalar(self, place.file, place.span, new),
                _ => new.to_owned(),
            };
            // An alias stands for the name elsewhere.
            let change = (place.file, crate::FileEdit { span: place.span, text });
            if !edit.edits.contains(&change) {
                edit.edits.push(change);
            }
        }
        Ok(edit)
    }

    fn symbol_at(&self, file: usize, offset: u32) -> Result<(SymbolKind, String, Span), RenameError> {
        match self.target(file, offset) {
            Some(target) => match target.what {
                What::Symbol { kind, name, .. } => Ok((kind, name, target.span)),
                _ => Err(RenameError::NothingHere),
            },
            None => Err(RenameError::NothingHere),
        }
    }

    fn check_name(&self, kind: SymbolKind, old: &str, new: &str) -> Result<(), RenameError> {
        let word = kind.as_str();
        if new == old {
            return Ok(());
        }
        if kind == SymbolKind::Rule {
            if new.trim() != new || new.is_empty() || new.contains(['\n', '\r']) {
                return Err(RenameError::BadName(format!("`{new}` is no name of a rule")));
            }
        } else if !is_identifier(new) {
            return Err(RenameError::BadName(format!(
                "`{new}` is no name of a {word}: letters, digits and underscores, a letter first"
            )));
        } else if is_reserved(new) {
            return Err(RenameError::BadName(format!("`{new}` is a word of the language")));
        }
        for other in [SymbolKind::Rule, SymbolKind::Macro, SymbolKind::List] {
            // Lists are put in as text wherever their name stands, so a macro of the same name would be replaced.
            let clashes = other == kind || (other != SymbolKind::Rule && kind != SymbolKind::Rule);
            if clashes && !self.found(other, new).is_empty() {
                return Err(RenameError::Taken(format!("there is a {} `{new}` already", other.as_str())));
            }
        }
        if kind == SymbolKind::List && !self.places(SymbolKind::List, new).is_empty() {
            return Err(RenameError::Taken(format!(
                "`{new}` is a value in a condition, which the list would replace"
            )));
        }
        if kind == SymbolKind::Macro && !self.places(SymbolKind::Macro, new).is_empty() {
            return Err(RenameError::Taken(format!(
                "`{new}` is referred to already, though it is not defined"
            )));
        }
        Ok(())
    }
}

/// A rule's name as it is to be written in place of one at `span`.
fn scalar(analysis: &Analysis, file: usize, span: Span, new: &str) -> String {
    let before = analysis.text(file).get(..span.start as usize).and_then(|text| text.chars().last());
    match before {
        Some('"') => new.replace('\\', "\\\\").replace('"', "\\\""),
        Some('\'') => new.replace('\'', "''"),
        _ if needs_quotes(new) => format!("\"{}\"", new.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => new.to_owned(),
    }
}

/// Whether YAML would read a plain scalar otherwise.
pub(crate) fn needs_quotes(text: &str) -> bool {
    text.starts_with(|c: char| "&*!|>'\"%@`#{}[],?:- ".contains(c))
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with([':', ' '])
        || text.is_empty()
}

pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a condition could not refer to a macro of this name.
pub(crate) fn is_reserved(text: &str) -> bool {
    matches!(text, "and" | "or" | "not")
        || catalogue::Operator::from_text(text).is_some()
        || catalogue::Transformer::from_text(text).is_some()
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    fn renamed(text: &str, new: &str) -> Vec<String> {
        let (analysis, file, offset) = fixture(text);
        match analysis.rename(file, offset, new) {
            Ok(edit) => (0..analysis.len()).map(|file| edit.apply(file, analysis.text(file))).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn over_files_and_styles() {
        assert_eq!(
            renamed(
                "//- a.yaml\n- macro: old$0\n  condition: evt.type=open\n//- b.yaml\n- rule: r\n  condition: >\n    not old\n    and 'old' in (x)\n",
                "new_one"
            ),
            [
                "- macro: new_one\n  condition: evt.type=open\n",
                "- rule: r\n  condition: >\n    not new_one\n    and 'old' in (x)\n"
            ]
        );
    }

    #[test]
    fn conflicts_are_refused() {
        let text = "- macro: a$0\n  condition: evt.type=open\n- macro: b\n  condition: a\n- list: c\n  items: [d]\n- macro: e\n  condition: proc.name in (word)\n";
        assert_eq!(renamed(text, "b"), ["there is a macro `b` already"]);
        assert_eq!(renamed(text, "c"), ["there is a list `c` already"]);
        assert_eq!(renamed(text, "and"), ["`and` is a word of the language"]);
        assert_eq!(
            renamed(text, "a b"),
            ["`a b` is no name of a macro: letters, digits and underscores, a letter first"]
        );
        let list = "- list: c$0\n  items: [d]\n- macro: e\n  condition: proc.name in (word)\n";
        assert_eq!(renamed(list, "word"), ["`word` is a value in a condition, which the list would replace"]);
    }

    #[test]
    fn rules_are_quoted_where_needed() {
        assert_eq!(renamed("- rule: Old$0 one\n", "New: one"), ["- rule: \"New: one\"\n"]);
    }
}
