//! Problems of conditions in both views: Falco's positions in the texts it compiles, ours in what a person wrote.

use catalogue::suggest;
use syntax::ast::Ast;
use syntax::condition::position;
use syntax::span::Position;

use crate::check::Fault;
use crate::codes;
use crate::compile::Compiler;
use crate::compile::cache::Unit;
use crate::compile::macros::Unresolved;
use crate::diagnostic::Diagnostic;
use crate::falco::{Context, LoadCode};
use crate::finding::Finding;
use crate::scope::{Change, Standing};
use crate::text::{Place, Traced};

impl Unit {
    /// Falco's position of a node.
    pub(super) fn position(&self, node: syntax::ast::NodeId) -> Position {
        self.position_at(self.ast.node(node).at)
    }

    /// Falco's position of an offset.
    pub(super) fn position_at(&self, offset: u32) -> Position {
        position(self.ast.source(), offset)
    }
}

impl Compiler<'_, '_> {
    /// Names that stand for no macro. Falco's view holds the first; ours has each.
    pub(super) fn unresolved(
        &mut self,
        message: &str,
        context: Context,
        all: &[Unresolved],
        index: Option<usize>,
        code: LoadCode,
    ) {
        let mut first = true;
        for one in all {
            let owner = self.compiled.macros.get(one.owner);
            let Some((text, unit)) = owner.and_then(|owner| Some((&owner.text, owner.unit.as_ref()?))) else {
                continue;
            };
            let ours = self.unresolved_name(text, &unit.ast, one, index);
            if first {
                self.findings.push(Finding::new(code, message, context.clone(), ours));
            } else {
                self.findings.push(Finding { issue: None, diagnostic: Some(ours) });
            }
            first = false;
        }
    }

    /// Our view of one name that stands for no macro; `index` is the macro that refers to it, `None` for rules.
    pub(super) fn unresolved_name(
        &self,
        text: &Traced,
        ast: &Ast,
        one: &Unresolved,
        index: Option<usize>,
    ) -> Diagnostic {
        let span = ast.span(one.node);
        let place = self.place(text, span);
        let name = &one.name;
        let definition = self.definitions.macros.get(name);
        if one.is_loop {
            let mut ours = Diagnostic::new(
                &codes::MACRO_LOOP,
                place.range,
                format!("the macro `{name}` refers to itself"),
            );
            if let Some(definition) = definition {
                ours = ours.secondary(definition.item.name, "the macro is defined here");
            }
            return ours;
        }
        let ours =
            Diagnostic::new(&codes::UNDEFINED_MACRO, place.range, format!("there is no macro `{name}`"));
        let ours = with_lists(ours, &place, "from the list named here");
        if let Some(definition) = definition.filter(|_| index.is_some()) {
            let mut ours = ours.secondary(definition.item.name, "defined only here");
            ours.message = format!("the macro `{name}` is defined later");
            return ours.note("a macro sees only macros that are defined before it; rules see all");
        }
        if self.definitions.lists.get(name).is_some() {
            return ours.note(format!(
                "there is a list `{name}`, but a list is no condition: compare a field `in ({name})`"
            ));
        }
        let names = self.definitions.macros.iter().map(|one| &*one.name);
        let near = suggest::nearest(name, names);
        if near.is_empty() && name.contains('.') {
            return ours;
        }
        let range = place.range;
        ours.suggest(range, near)
    }

    /// Our view of a fault in a condition.
    pub(super) fn fault(&self, text: &Traced, fault: &Fault) -> Diagnostic {
        let place = self.place(text, fault.span);
        let message = fault.message.strip_prefix("filter error: ").unwrap_or(&fault.message);
        let message = match message.strip_prefix("filter_check called with nonexistent field ") {
            Some(field) => format!("there is no field `{field}`"),
            None => message.to_owned(),
        };
        let mut ours = Diagnostic::new(fault.code, place.range, message);
        ours.notes = fault.notes.clone();
        let mut near: Vec<&str> = fault.suggestions.iter().map(String::as_str).collect();
        if fault.code == &codes::BAD_LITERAL || fault.code == &codes::UNKNOWN_EVENT_TYPE {
            // A misspelt name of a list is read as a value.
            let lists = self.definitions.lists.iter().map(|list| &*list.name);
            near.extend(suggest::nearest(fault.span.slice(text.as_str()), lists));
        }
        let ours = ours.suggest(place.range, near);
        with_lists(ours, &place, "from the list named here")
    }
}

/// Adds the places where the lists are named that a text came from.
pub(super) fn with_lists(ours: Diagnostic, place: &Place, text: &str) -> Diagnostic {
    place.via.iter().fold(ours, |ours, name| ours.secondary(*name, text))
}

/// Adds the places where a definition was changed.
pub(super) fn with_layers(ours: Diagnostic, standing: &Standing) -> Diagnostic {
    let changes = standing.layers.iter().skip_while(|layer| layer.change != Change::Define);
    let mut ours = ours;
    for layer in changes.skip(1) {
        let text = match layer.change {
            Change::Define => "defined again here",
            Change::Append => "appended to here",
            Change::Replace => "overridden here",
            Change::Enable => continue,
        };
        if layer.name.file != ours.primary().file
            || !ours.labels.iter().any(|label| label.range == layer.name)
        {
            ours = ours.secondary(layer.name, text);
        }
    }
    ours
}
