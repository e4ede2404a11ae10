//! What items say in vain: definitions replaced without a word, keys given twice or ignored, documents that are not
//! read.

use rustc_hash::FxHashMap;
use syntax::items::{Item, ItemKind, Key};
use syntax::span::{FileRange, Span};
use syntax::yaml::{Yaml, YamlId, YamlKind};

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::lint::LintContext;
use crate::source::TreeId;

/// An item that defined something, with what it said.
struct Definition {
    name: FileRange,
    tree: TreeId,
    node: YamlId,
    /// Whether an update came after it, so that a plain definition drops something in any case.
    changed: bool,
}

type Known<'a> = FxHashMap<(&'static str, &'a str), Definition>;

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let mut known = Known::default();
    for tree in context.sources.tree_ids() {
        let Some(yaml) = context.sources.tree(tree) else { continue };
        for document in yaml.documents() {
            for &element in yaml.elements(document.root) {
                if matches!(yaml.kind(element), YamlKind::Mapping(_)) {
                    item(context, tree, yaml, element, &mut known, found);
                }
            }
        }
    }
}

fn item<'a>(
    context: &LintContext<'a>,
    tree: TreeId,
    yaml: &'a Yaml,
    node: YamlId,
    known: &mut Known<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let item = Item::of(yaml, node);
    duplicate_keys(context, tree, yaml, node, found);
    let kind = match item.kind {
        ItemKind::List => "list",
        ItemKind::Macro => "macro",
        ItemKind::Rule => "rule",
        _ => return,
    };
    ignored_override(context, tree, &item, yaml, found);
    let flag = |key: Key| item.fields.get(key).and_then(|entry| yaml.text(entry.value)).unwrap_or("");
    let append = flag(Key::Append);
    let appends = ["true", "yes", "on", "y"].iter().any(|word| append.eq_ignore_ascii_case(word));
    if kind == "rule" {
        ignored_keys(context, tree, &item, yaml, appends, found);
        exception_keys(context, tree, &item, yaml, found);
    }
    let overrides = item.fields.get(Key::Override).is_some_and(|entry| !yaml.pairs(entry.value).is_empty());
    let defines = [Key::Items, Key::Condition].iter().any(|key| item.fields.has(*key));
    let (Some(name), Some(head)) = (item.name(yaml), item.head()) else { return };
    let place = context.sources.node_range(tree, head.value);
    let key = (kind, name);
    if appends || overrides || !defines {
        if let Some(old) = known.get_mut(&key) {
            old.changed = true;
        }
        return;
    }
    let differs = |old: &&Definition| {
        let Some(earlier) = context.sources.tree(old.tree) else { return true };
        old.changed || !says_the_same((earlier, &Item::of(earlier, old.node)), (yaml, &item))
    };
    if let Some(old) = known.get(&key).filter(differs) {
        let message = format!("the {kind} `{name}` is defined again, which drops its earlier definition");
        let mut ours = Diagnostic::new(&codes::SILENT_REDEFINITION, place, message)
            .label("this one counts")
            .secondary(old.name, "dropped");
        let replaced = match kind {
            "list" => Some("items"),
            "macro" => Some("condition"),
            _ => None,
        };
        if let Some(replaced) = replaced {
            ours = ours.note("`override` says that this is meant");
            if let Some(edit) = add_override(context, tree, yaml, &item, replaced) {
                ours = ours.fix_all(format!("add `override: {{{replaced}: replace}}`"), vec![edit], true);
            }
        } else {
            ours = ours.note("to change parts of a rule, name them under `override`");
        }
        found.push(ours);
    }
    known.insert(key, Definition { name: place, tree, node, changed: false });
}

/// Whether two items have the same keys and values, white space in them aside.
fn says_the_same((a, first): (&Yaml, &Item), (b, second): (&Yaml, &Item)) -> bool {
    let (first, second) = (&first.fields.entries, &second.fields.entries);
    let both = || first.iter().zip(second);
    let mut open: Vec<(YamlId, YamlId)> =
        both().flat_map(|(one, other)| [(one.key, other.key), (one.value, other.value)]).collect();
    if first.len() != second.len() {
        return false;
    }
    while let Some((one, other)) = open.pop() {
        let same = match (a.text(one), b.text(other)) {
            (Some(one), Some(other)) => one == other || one.split_whitespace().eq(other.split_whitespace()),
            (None, None) => {
                let (elements, pairs) = (a.elements(one), a.pairs(one));
                open.extend(elements.iter().copied().zip(b.elements(other).iter().copied()));
                let pairs_of_both = pairs.iter().zip(b.pairs(other));
                open.extend(
                    pairs_of_both.flat_map(|(one, other)| [(one.key, other.key), (one.value, other.value)]),
                );
                elements.len() == b.elements(other).len() && pairs.len() == b.pairs(other).len()
            }
            _ => false,
        };
        if !same {
            return false;
        }
    }
    true
}

/// A line with `override` after the item's name, for items in block style.
fn add_override(
    context: &LintContext<'_>,
    tree: TreeId,
    yaml: &Yaml,
    item: &Item,
    key: &str,
) -> Option<Edit> {
    let head = item.head()?;
    let (name, value) = (
        context.sources.range(tree, yaml.span(head.key)),
        context.sources.range(tree, yaml.span(head.value)),
    );
    let file = context.sources.file(name.file)?;
    let line = file.text.get(..name.span.start as usize)?.rsplit('\n').next()?;
    let after = file.text.get(value.span.end as usize..)?.split('\n').next()?.trim();
    let block = line.bytes().all(|byte| matches!(byte, b' ' | b'-'));
    if !block || !(after.is_empty() || after.starts_with('#')) {
        return None;
    }
    let text = format!("\n{}override: {{{key}: replace}}", " ".repeat(line.len()));
    Some(Edit { range: FileRange { file: name.file, span: Span::empty(value.span.end) }, text })
}

fn duplicate_keys(
    context: &LintContext<'_>,
    tree: TreeId,
    yaml: &Yaml,
    node: YamlId,
    found: &mut Vec<Diagnostic>,
) {
    let mut open = vec![node];
    let mut keys: Vec<Option<&str>> = Vec::new();
    let nested = |node: &YamlId| matches!(yaml.kind(*node), YamlKind::Mapping(_) | YamlKind::Sequence(_));
    while let Some(node) = open.pop() {
        let pairs = yaml.pairs(node);
        keys.clear();
        keys.extend(pairs.iter().map(|pair| yaml.text(pair.key)));
        for (index, pair) in pairs.iter().enumerate() {
            open.extend(Some(pair.value).filter(nested));
            let Some(key) = keys[index] else { continue };
            let first = keys.iter().take(index).position(|other| *other == Some(key));
            let Some(first) = first.map(|first| pairs[first]) else { continue };
            let range = context.sources.node_range(tree, pair.key);
            found.push(
                Diagnostic::new(
                    &codes::DUPLICATE_KEY,
                    range,
                    format!("`{key}` is given twice; the first one counts"),
                )
                .label("ignored")
                .secondary(context.sources.node_range(tree, first.key), "this one counts"),
            );
        }
        open.extend(yaml.elements(node).iter().copied().filter(nested));
    }
}

fn ignored_override(
    context: &LintContext<'_>,
    tree: TreeId,
    item: &Item,
    yaml: &Yaml,
    found: &mut Vec<Diagnostic>,
) {
    let Some(entry) = item.fields.get(Key::Override) else { return };
    let empty = yaml.pairs(entry.value).is_empty() && yaml.elements(entry.value).is_empty();
    if !empty {
        return;
    }
    let range = context.sources.node_range(tree, entry.key);
    let message = "`override` names no key, so the item is a plain definition";
    found.push(
        Diagnostic::new(&codes::IGNORED_OVERRIDE, range, message)
            .note("write `override: {condition: replace}` or the like"),
    );
}

/// Keys that an appending or enabling rule item has in vain.
fn ignored_keys(
    context: &LintContext<'_>,
    tree: TreeId,
    item: &Item,
    yaml: &Yaml,
    appends: bool,
    found: &mut Vec<Diagnostic>,
) {
    const BODY: [Key; 4] = [Key::Condition, Key::Output, Key::Desc, Key::Priority];
    let overrides = item.fields.get(Key::Override).is_some_and(|entry| !yaml.pairs(entry.value).is_empty());
    let enables = !appends && !overrides && !BODY.iter().any(|key| item.fields.has(*key));
    let (used, how): (&[Key], _) = if appends {
        (
            &[Key::Rule, Key::Append, Key::Condition, Key::Exceptions, Key::Source],
            "appending with `append: true`",
        )
    } else if enables && item.fields.has(Key::Enabled) {
        (&[Key::Rule, Key::Enabled, Key::Append, Key::Override], "enabling or disabling a rule")
    } else {
        return;
    };
    for entry in &item.fields.entries {
        let Some(key) = entry.known.filter(|key| ItemKind::Rule.keys().contains(key) && !used.contains(key))
        else {
            continue;
        };
        let range = context.sources.node_range(tree, entry.key);
        let message = format!("`{}` is ignored when {how}", key.as_str());
        found.push(
            Diagnostic::new(&codes::IGNORED_KEY, range, message)
                .note("name it under `override` to change it"),
        );
    }
}

/// Keys of exceptions that mean nothing.
fn exception_keys(
    context: &LintContext<'_>,
    tree: TreeId,
    item: &Item,
    yaml: &Yaml,
    found: &mut Vec<Diagnostic>,
) {
    const KNOWN: [&str; 4] = ["name", "fields", "comps", "values"];
    let Some(exceptions) = item.fields.get(Key::Exceptions) else { return };
    for &exception in yaml.elements(exceptions.value) {
        for pair in yaml.pairs(exception) {
            let Some(key) = yaml.text(pair.key).filter(|key| !KNOWN.contains(key)) else { continue };
            let range = context.sources.node_range(tree, pair.key);
            let message = format!("exceptions have no key `{key}`, so it is ignored");
            found.push(
                Diagnostic::new(&codes::IGNORED_KEY, range, message)
                    .suggest(range, catalogue::suggest::nearest(key, KNOWN)),
            );
        }
    }
}
