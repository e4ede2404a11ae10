//! Fields that the event types of a condition do not have, so that every comparison of them is false.

use catalogue::{Arg, EVENT_COUNT, EventCode, EventFlags, ResolvedField, SYSCALL_SOURCE};
use ir::EventSet;
use syntax::ast::{NodeId, NodeKind};

use crate::check::{CodeSet, TypedRhs};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::at;
use crate::lint::logic::eval::{Logic, is_equality};

pub(in crate::lint) fn run(logic: &Logic<'_, '_>, found: &mut Vec<Diagnostic>) {
    for index in logic.context.focused_range() {
        let condition = logic.condition(index);
        if *condition.source != *SYSCALL_SOURCE {
            continue;
        }
        let ast = condition.ast();
        let mut open: Vec<(NodeId, EventSet)> = vec![(ast.root(), EventSet::all())];
        while let Some((node, events)) = open.pop() {
            match ast.kind(node) {
                NodeKind::And(children) => {
                    let children = ast.children(children);
                    let events =
                        children.iter().fold(events, |set, child| set.and(&reach(logic, index, *child, 0)));
                    open.extend(children.iter().map(|child| (*child, events)));
                }
                NodeKind::Or(children) => {
                    open.extend(ast.children(children).iter().map(|child| (*child, events)));
                }
                NodeKind::Not(child) => open.push((child, events)),
                NodeKind::Unary { .. } | NodeKind::Binary { .. } => {
                    if events.is_empty() || events.len() >= EVENT_COUNT {
                        continue;
                    }
                    let Some(check) = condition.check(node) else { continue };
                    for field in check.left.fields() {
                        let Some(what) = lacks(field, &events) else { continue };
                        let message =
                            format!("`{}` never has a value here: {}", field.text, reason(&events, what));
                        let span = condition.left(node);
                        found.push(
                            at(logic.context, condition, span, &codes::FIELD_NOT_IN_EVENT, message)
                                .note("a comparison without a value is false, and its negation is true"),
                        );
                        break;
                    }
                }
                _ => {}
            }
        }
    }
}

/// What none of the events has that the field needs.
fn lacks<'f>(field: &'f ResolvedField, events: &EventSet) -> Option<&'f str> {
    let any = |has: &dyn Fn(EventCode) -> bool| events.iter().any(has);
    let class = field.id().map(|id| id.get().class.get().name);
    match (&*field.name, &field.arg) {
        ("evt.arg" | "evt.rawarg", Some(Arg::Param(name))) => {
            let has = |code: EventCode| code.get().is_some_and(|event| event.param(name).is_some());
            (!any(&has)).then_some(name)
        }
        ("evt.arg", Some(Arg::Index(index))) => {
            let index = usize::try_from(*index).ok()?;
            let has = |code: EventCode| code.get().is_some_and(|event| event.params.len() > index);
            (!any(&has)).then_some("parameter of this number")
        }
        // The list of types is that of a poll's descriptors, too.
        _ if class == Some("fd") && field.name != "fd.types" => {
            let flags = [EventFlags::CREATES_FD, EventFlags::USES_FD, EventFlags::DESTROYS_FD];
            let has =
                |code: EventCode| code.get().is_some_and(|event| flags.iter().any(|flag| event.has(*flag)));
            (!any(&has)).then_some("descriptor")
        }
        _ => None,
    }
}

fn reason(events: &EventSet, what: &str) -> String {
    const MOST: usize = 4;
    let mut names: Vec<&str> = events.iter().filter_map(EventCode::get).map(|event| event.name).collect();
    names.sort_unstable();
    names.dedup();
    let kind = match what {
        "descriptor" | "parameter of this number" => what.to_owned(),
        name => format!("parameter `{name}`"),
    };
    let more = names.len().saturating_sub(MOST);
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match more {
        0 => format!("no event {} has a {kind}", shown.join(" or ")),
        _ => format!("none of {} and {more} more event types has a {kind}", shown.join(", ")),
    }
}

/// The event types that an expression leaves, as far as its equalities of `evt.type` say.
fn reach(logic: &Logic<'_, '_>, index: usize, node: NodeId, depth: u32) -> EventSet {
    const DEEPEST: u32 = 8;
    let condition = logic.condition(index);
    let ast = condition.ast();
    match ast.kind(node) {
        NodeKind::And(children) => ast
            .children(children)
            .iter()
            .fold(EventSet::all(), |set, child| set.and(&reach(logic, index, *child, depth))),
        NodeKind::Or(children) => ast
            .children(children)
            .iter()
            .fold(EventSet::none(), |set, child| set.or(&reach(logic, index, *child, depth))),
        NodeKind::Identifier(_) if depth < DEEPEST => match logic.context.macro_at(condition.unit.name(node))
        {
            Some(inner) => {
                let known = logic.macro_events(inner);
                // A macro that refers to itself comes here again before it is known.
                known.get().copied().unwrap_or_else(|| {
                    let events = reach(logic, inner, logic.condition(inner).ast().root(), depth + 1);
                    *known.get_or_init(|| events)
                })
            }
            None => EventSet::all(),
        },
        NodeKind::Binary { .. } => {
            let Some(check) = condition.check(node) else { return EventSet::all() };
            let is_type =
                check.left.plain_field().is_some_and(|field| field.name == "evt.type" && field.arg.is_none());
            if !is_type || !is_equality(check) || !matches!(check.right, TypedRhs::Literals(_)) {
                return EventSet::all();
            }
            condition
                .literals(node)
                .iter()
                .filter_map(|(_, name)| std::str::from_utf8(name).ok())
                .fold(EventSet::none(), |set, name| set.or(&EventSet::named(name, logic.context.catalogue)))
        }
        _ => EventSet::all(),
    }
}
