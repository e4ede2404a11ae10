//! A rule's condition with its exceptions, as text (language.md 7.3).

use catalogue::{Modifier, Operator, OperatorSyntax};

use crate::compile::Compiler;
use crate::scope::{Entry, Exception, Rule};
use crate::text::{ScalarId, Traced};

/// Why exceptions cannot be assembled: which one, Falco's message, and the row at fault.
pub(super) struct AssemblyError<'r> {
    pub(super) exception: &'r Exception,
    pub(super) message: &'static str,
    pub(super) row: Option<&'r Entry>,
}

impl Compiler<'_, '_> {
    /// The condition with exceptions, before list substitution.
    pub(super) fn assemble<'r>(&self, rule: &'r Rule) -> Result<Traced, AssemblyError<'r>> {
        let condition = rule.condition.traced(self.sources);
        let Some(near) = rule.condition.first_scalar().filter(|_| !rule.exceptions.is_empty()) else {
            return Ok(condition);
        };
        let mut text = Traced::default();
        text.push_glue_at("(", near);
        rule.condition.push_to(&mut text, self.sources);
        text.push_glue(")", near);
        for exception in &rule.exceptions {
            if exception.fields.is_list() {
                self.rows(&mut text, exception, near)?;
            } else {
                self.values(&mut text, exception, near)?;
            }
        }
        Ok(text)
    }

    /// `and not (F O (v1, v2))`.
    fn values<'r>(
        &self,
        text: &mut Traced,
        exception: &'r Exception,
        near: ScalarId,
    ) -> Result<(), AssemblyError<'r>> {
        for (index, value) in exception.values.iter().enumerate() {
            if value.is_list() {
                let message = "Expected values array to contain a list of strings";
                return Err(AssemblyError { exception, message, row: Some(value) });
            }
            if index == 0 {
                text.push_glue(" and not (", near);
                self.push_atom(text, &exception.fields, near);
                text.push_glue(" ", near);
                self.push_atom(text, &exception.comps, near);
                text.push_glue(" (", near);
            } else {
                text.push_glue(", ", near);
            }
            self.push_value(text, value, near);
        }
        if !exception.values.is_empty() {
            text.push_glue("))", near);
        }
        Ok(())
    }

    /// `and not (( F1 O1 v1 and  F2 O2 v2) or (…))`.
    fn rows<'r>(
        &self,
        text: &mut Traced,
        exception: &'r Exception,
        near: ScalarId,
    ) -> Result<(), AssemblyError<'r>> {
        let (fields, comps) = (exception.fields.items(), exception.comps.items());
        for (index, row) in exception.values.iter().enumerate() {
            // Without `comps`, which only a replaced exception can lack here, Falco reads beyond the end of a list.
            if fields.len() != comps.len() {
                let message = "Fields and comps lists must have equal length";
                return Err(AssemblyError { exception, message, row: None });
            }
            if fields.len() != row.items().len() {
                let message = "Fields and values lists must have equal length";
                return Err(AssemblyError { exception, message, row: Some(row) });
            }
            text.push_glue(if index == 0 { " and not ((" } else { " or (" }, near);
            for (column, ((field, comp), value)) in fields.iter().zip(comps).zip(row.items()).enumerate() {
                text.push_glue(if column == 0 { " " } else { " and  " }, near);
                self.push_atom(text, field, near);
                text.push_glue(" ", near);
                self.push_atom(text, comp, near);
                text.push_glue(" ", near);
                match value {
                    Entry::Many(values) => {
                        text.push_glue("(", near);
                        for (index, value) in values.iter().enumerate() {
                            if index > 0 {
                                text.push_glue(", ", near);
                            }
                            self.push_value(text, value, near);
                        }
                        text.push_glue(")", near);
                    }
                    Entry::One(_) if takes_list(comp.text()) => {
                        let bare = !value.text().starts_with('(');
                        text.push_glue(if bare { "(" } else { "" }, near);
                        self.push_atom(text, value, near);
                        text.push_glue(if bare { ")" } else { "" }, near);
                    }
                    Entry::One(_) => self.push_value(text, value, near),
                }
            }
            text.push_glue(")", near);
        }
        if !exception.values.is_empty() {
            text.push_glue(")", near);
        }
        Ok(())
    }

    fn push_atom(&self, text: &mut Traced, atom: &Entry, near: ScalarId) {
        match atom.scalar() {
            Some(scalar) => {
                let decoded = self.sources.scalar_text(scalar);
                let offset = decoded.find(atom.text()).unwrap_or(0);
                text.push_part(atom.text(), scalar, offset as u32);
            }
            None => text.push_glue(atom.text(), near),
        }
    }

    fn push_value(&self, text: &mut Traced, value: &Entry, near: ScalarId) {
        match value.scalar() {
            Some(scalar) => self.push_quoted(text, value.text(), scalar),
            None => text.push_glue(value.text(), near),
        }
    }
}

/// Whether an operator of an exception takes a list: `in`, `intersects`, `pmatch`, or one with a modifier.
fn takes_list(comp: &str) -> bool {
    let string_operator =
        |op: &str| Operator::from_text(op).is_some_and(|op| op.syntax() == OperatorSyntax::String);
    matches!(comp, "in" | "intersects" | "pmatch")
        || comp
            .split_once(' ')
            .is_some_and(|(op, modifier)| string_operator(op) && Modifier::from_text(modifier).is_some())
}
