//! Fields, and the operators that fit their types.

use catalogue::{ArgKind, FieldFlags, OPERATORS, OperatorSyntax};

use crate::completion::{CompletionKind, Proposals};
use crate::hover::field_text;

impl Proposals<'_> {
    /// The fields of the item's source.
    pub(super) fn fields(&mut self, rank: u8) {
        let analysis = self.analysis;
        let source = self.source.clone();
        for field in analysis.options().catalogue.fields(&source) {
            if field.flags.contains(FieldFlags::HIDDEN) {
                continue;
            }
            let list = if field.list { " list" } else { "" };
            let detail = format!("{}{list}", field.ty.printed_name());
            let old = field.flags.contains(FieldFlags::DEPRECATED);
            let made = self.add(CompletionKind::Field, if old { rank + 4 } else { rank }, field.name, detail);
            made.deprecated = old;
            made.documentation = field_text(&field);
            if let Some(arg) = field.arg.filter(|arg| arg.required) {
                made.is_snippet = true;
                made.insert = match arg.kind {
                    ArgKind::EventName
                    | ArgKind::EventParam
                    | ArgKind::EventParamTyped
                    | ArgKind::Side
                    | ArgKind::Subsystem => {
                        format!("{}.$1", field.name)
                    }
                    _ => format!("{}[$1]", field.name),
                };
            }
        }
    }

    /// The operators that fit a field's type; all of them for an unknown field.
    pub(super) fn operators_for(&mut self, field: &str) {
        let catalogue = &self.analysis.options().catalogue;
        let shape = catalogue.resolve(&self.source, field).ok().map(|field| (field.ty.class(), field.list));
        let fitting: Vec<_> = OPERATORS
            .iter()
            .copied()
            .filter(|op| shape.is_none_or(|(class, list)| op.allows(class, list)))
            .collect();
        for op in fitting {
            let rank = u8::from(op.as_str().starts_with(|c: char| c.is_ascii_alphabetic()));
            let made = self.add(CompletionKind::Operator, rank, op.as_str(), "");
            made.documentation = op.about().to_owned();
            if op.syntax() == OperatorSyntax::List {
                made.insert = format!("{} ($1)", op.as_str());
                made.is_snippet = true;
            }
        }
    }
}
