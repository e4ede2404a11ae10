//! Fields, and the operators that fit their types.

use catalogue::{ArgKind, Catalogue, FieldFlags, OPERATORS, Operator, OperatorSyntax, Shape, Transformer};

use crate::completion::{CompletionKind, Proposals};
use crate::index::everything;

impl Proposals<'_> {
    /// The fields of the source; of a plugin that is not loaded, too, once its source is named.
    fn catalogue(&self) -> &Catalogue {
        let own = &self.analysis.options().catalogue;
        if own.has_source(&self.source) { own } else { everything() }
    }

    /// The fields of the item's source; behind a field that takes a name, the names.
    pub(super) fn fields(&mut self, rank: u8, word: &str) {
        let analysis = self.analysis;
        let source = self.source.clone();
        let own = &analysis.options().catalogue;
        let catalogue = if own.has_source(&source) { own } else { everything() };
        if let Some((field, kind)) = self.field_with_names(word) {
            return self.arguments(&field, kind);
        }
        for field in catalogue.fields(&source) {
            if field.flags.contains(FieldFlags::HIDDEN) {
                continue;
            }
            let list = if field.list { " list" } else { "" };
            let detail = format!("{}{list}", field.ty.printed_name());
            let old = field.flags.contains(FieldFlags::DEPRECATED);
            let made = self.add(CompletionKind::Field, if old { rank + 4 } else { rank }, field.name, detail);
            made.deprecated = old;
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

    /// The field before the last point of a word, when a name follows it.
    fn field_with_names(&self, word: &str) -> Option<(String, ArgKind)> {
        let catalogue = self.catalogue();
        word.match_indices('.').find_map(|(at, _)| {
            let name = word.get(..at)?;
            let field = catalogue.fields(&self.source).find(|field| field.name == name)?;
            let kind = field.arg.filter(|arg| arg.required)?.kind;
            let named = matches!(
                kind,
                ArgKind::EventName | ArgKind::EventParam | ArgKind::EventParamTyped | ArgKind::Side
            );
            named.then(|| (name.to_owned(), kind))
        })
    }

    /// Names that a field takes: events or their parameters, those of the item's own event types first.
    fn arguments(&mut self, field: &str, kind: ArgKind) {
        match kind {
            ArgKind::Side => {
                for side in ["src", "dst"] {
                    self.add(CompletionKind::Field, 0, &format!("{field}.{side}"), "");
                }
            }
            ArgKind::EventName => {
                for name in catalogue::event_names() {
                    self.add(CompletionKind::Field, 1, &format!("{field}.{name}"), "event");
                }
            }
            _ => {
                let own: Vec<&str> = self
                    .own_events
                    .iter()
                    .flat_map(|name| catalogue::events_by_name(name))
                    .filter_map(|code| code.get())
                    .flat_map(|event| event.params.iter().map(|param| param.name))
                    .collect();
                for (name, code, _) in catalogue::param_names() {
                    let Some((_, param)) = code.get().and_then(|event| event.param(name)) else { continue };
                    let rank = u8::from(!own.contains(&name));
                    let detail = param.ty.printed_name();
                    self.add(CompletionKind::Field, rank, &format!("{field}.{name}"), detail);
                }
            }
        }
    }

    /// What a field yields after the transformers around it; `None` for one that is unknown.
    pub(super) fn shape_of(&self, operand: &str) -> Option<Shape> {
        let mut wrapped = operand;
        let mut around = Vec::new();
        while let Some((name, inside)) = wrapped.split_once('(') {
            around.push(Transformer::from_text(name)?);
            wrapped = inside;
        }
        let field = self.catalogue().resolve(&self.source, innermost(operand)).ok()?;
        around.into_iter().rev().try_fold(field.shape(), |shape, one| one.apply(shape))
    }

    /// The operators that fit what a field yields; all of them for an unknown field.
    pub(super) fn operators_for(&mut self, operand: &str) {
        let shape = self.shape_of(operand);
        for op in OPERATORS {
            if shape.is_some_and(|shape| !op.allows(shape.ty.class(), shape.list)) {
                continue;
            }
            let is_word = op.as_str().starts_with(|c: char| c.is_ascii_alphabetic());
            let rank = match op {
                Operator::Eq | Operator::In => 0,
                _ => 1 + u8::from(is_word),
            };
            let made = self.add(CompletionKind::Operator, rank, op.as_str(), "");
            if op.syntax() == OperatorSyntax::List {
                made.insert = format!("{} ($1)", op.as_str());
                made.is_snippet = true;
            }
        }
    }
}

/// The field within transformers.
pub(super) fn innermost(operand: &str) -> &str {
    operand.rsplit('(').next().unwrap_or(operand).trim_end_matches(')')
}
