//! What lies under an offset.

use syntax::Span;
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::items::{Fields, Item, ItemKind, Key};
use syntax::yaml::YamlId;

use crate::host::Analysis;
use crate::index::{ItemIndex, Role, SymbolKind, to_decoded, to_source};

/// What the cursor is on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// A name of a rule, macro or list.
    Symbol { kind: SymbolKind, role: Role, name: String },
    /// A field, in a condition or output.
    Field { text: String },
    /// An operator, with the field on its left.
    Operator { op: String },
    /// A transformer.
    Transformer { name: String },
    /// A value compared with a field.
    Value { field: String, text: String },
    /// The value of `priority`.
    Priority { text: String },
    /// A tag.
    Tag { text: String },
    /// A key.
    Key { key: Key },
    /// What `override` does to a key.
    Change { text: String },
    /// An event source.
    Source { text: String },
    /// The name of an exception of a rule.
    Exception { rule: String, name: String },
}

/// What the cursor is on, and its range in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) what: What,
    pub(crate) span: Span,
    /// Event source of the item.
    pub(crate) source: String,
}

/// A field's text as written, argument included.
pub(crate) fn field_text(ast: &Ast, node: NodeId) -> String {
    match ast.kind(node) {
        NodeKind::Field { name, arg } => {
            let name = ast.text_lossy(name).into_owned();
            match arg {
                Some(arg) => format!("{name}[{}]", ast.text_lossy(arg)),
                None => name,
            }
        }
        NodeKind::Transformer { args, .. } => {
            ast.children(args).first().map_or_else(String::new, |&first| field_text_leaf(ast, first))
        }
        _ => String::new(),
    }
}

/// The field below nested transformers.
fn field_text_leaf(ast: &Ast, node: NodeId) -> String {
    let field = ast.preorder(node).find(|&id| matches!(ast.kind(id), NodeKind::Field { .. }));
    field.map_or_else(String::new, |id| field_text(ast, id))
}

impl Analysis {
    /// What is at `offset` of a file.
    pub(crate) fn target(&self, file: usize, offset: u32) -> Option<Target> {
        let (start, item) = self.file(file)?.item_at(offset)?;
        let local = offset.checked_sub(start)?;
        let source = self.source_of(item);
        let (what, span) = what(self, item, local)?;
        Some(Target { what, span: span.shift(start), source })
    }

    /// The event source that an item's fields belong to.
    pub(crate) fn source_of(&self, item: &ItemIndex) -> String {
        if let Some(source) = item.source() {
            return source.to_owned();
        }
        // An update has the source of what it changes.
        let inherited = item.head().filter(|head| head.kind == SymbolKind::Rule).and_then(|head| {
            self.found(SymbolKind::Rule, &head.name)
                .iter()
                .find_map(|(_, _, item)| item.source().map(str::to_owned))
        });
        inherited.unwrap_or_else(|| catalogue::SYSCALL_SOURCE.to_owned())
    }
}

fn what(analysis: &Analysis, index: &ItemIndex, at: u32) -> Option<(What, Span)> {
    for one in index.mentions.iter().filter(|one| one.span.touches(at)) {
        let known = one.role != Role::Use || !analysis.found(one.kind, &one.name).is_empty();
        // A word in a list of values is a list only if there is one.
        if known || one.kind == SymbolKind::Macro {
            let what = What::Symbol { kind: one.kind, role: one.role, name: one.name.to_string() };
            return Some((what, one.span));
        }
    }
    for condition in &index.conditions {
        if index.yaml.span(condition.node).touches(at)
            && let Some(offset) = to_decoded(&index.yaml, condition.node, at)
            && let Some((what, span)) = in_condition(&condition.ast, offset)
        {
            let span = to_source(&index.yaml, condition.node, span);
            return span.touches(at).then_some((what, span));
        }
    }
    if let Some(output) = index.outputs.iter().find(|field| field.span.touches(at)) {
        return Some((What::Field { text: output.text.to_string() }, output.span));
    }
    index.items.iter().find_map(|item| in_item(index, item, at))
}

fn in_item(index: &ItemIndex, item: &Item, at: u32) -> Option<(What, Span)> {
    let yaml = &index.yaml;
    for entry in &item.fields.entries {
        if yaml.span(entry.key).touches(at)
            && let Some(key) = entry.known
        {
            return Some((What::Key { key }, yaml.span(entry.key)));
        }
        let text = |node: YamlId| yaml.text(node).unwrap_or_default().to_owned();
        if let Some(found) = in_parts(index, item, entry.value, at) {
            return Some(found);
        }
        match entry.known {
            Some(Key::Priority) if yaml.span(entry.value).touches(at) => {
                return Some((What::Priority { text: text(entry.value) }, yaml.span(entry.value)));
            }
            Some(Key::Tags) => {
                if let Some(&tag) = yaml.elements(entry.value).iter().find(|&&tag| yaml.span(tag).touches(at))
                {
                    return Some((What::Tag { text: text(tag) }, yaml.span(tag)));
                }
            }
            Some(Key::Source) if yaml.span(entry.value).touches(at) => {
                return Some((What::Source { text: text(entry.value) }, yaml.span(entry.value)));
            }
            _ => {}
        }
    }
    None
}

/// What is at an offset of a mapping, or of a sequence of mappings: of `override`, `exceptions` and the like.
fn in_parts(index: &ItemIndex, item: &Item, value: YamlId, at: u32) -> Option<(What, Span)> {
    let yaml = &index.yaml;
    let nodes = yaml.elements(value).iter().copied().chain([value]);
    for entry in nodes.flat_map(|node| Fields::of(yaml, node).entries) {
        let Some(key) = entry.known else { continue };
        if yaml.span(entry.key).touches(at) {
            return Some((What::Key { key }, yaml.span(entry.key)));
        }
        let scalars = yaml.elements(entry.value).iter().copied().chain([entry.value]);
        for node in scalars.filter(|&node| yaml.span(node).touches(at)) {
            let Some(text) = yaml.text(node).map(str::to_owned) else { continue };
            let rule = item.head().and_then(|head| yaml.text(head.value));
            let what = match (key, rule) {
                (Key::Fields, _) => What::Field { text },
                (Key::Comps, _) => What::Operator { op: text },
                (Key::Name, Some(rule)) if item.kind == ItemKind::Rule => {
                    What::Exception { rule: rule.to_owned(), name: text }
                }
                _ if matches!(text.as_str(), "append" | "replace") => What::Change { text },
                _ => continue,
            };
            return Some((what, yaml.span(node)));
        }
    }
    None
}

/// What is at an offset of a condition's decoded text.
fn in_condition(ast: &Ast, at: u32) -> Option<(What, Span)> {
    let mut best: Option<(What, Span)> = None;
    let mut offer = |what: What, span: Span| {
        if span.touches(at) && best.as_ref().is_none_or(|(_, old)| span.len() <= old.len() || old.end == at) {
            best = Some((what, span));
        }
    };
    for id in ast.preorder(ast.root()) {
        let node = ast.node(id);
        match node.kind {
            NodeKind::Field { .. } => offer(What::Field { text: field_text(ast, id) }, node.span),
            NodeKind::Unary { op, .. } => offer(What::Operator { op: op.text().into_owned() }, op.span),
            NodeKind::Binary { left, op, right } => {
                offer(What::Operator { op: op.text().into_owned() }, op.span);
                let field = field_text(ast, left);
                match ast.kind(right) {
                    NodeKind::Value(text) => {
                        let text = ast.text_lossy(text).into_owned();
                        offer(What::Value { field, text }, ast.span(right));
                    }
                    NodeKind::List(items) => {
                        for item in ast.items(items) {
                            let text = ast.text_lossy(item.text).into_owned();
                            offer(What::Value { field: field.clone(), text }, item.span);
                        }
                    }
                    _ => {}
                }
            }
            NodeKind::Transformer { name, .. } => {
                let end = node.span.start + name.as_str().len() as u32;
                offer(What::Transformer { name: name.as_str().to_owned() }, Span::new(node.span.start, end));
            }
            _ => {}
        }
    }
    best
}
