//! The pages that hovers show.

use std::fmt::Write;

use catalogue::{ArgKind, FieldFlags, Operator, Priority, Transformer};
use syntax::items::Key;

use crate::host::Analysis;
use crate::index::{Role, SymbolKind};
use crate::mitre;

/// Bytes of a condition shown at most.
const LONGEST_CONDITION: usize = 4000;
/// Items of a list shown at most.
const MOST_ITEMS: usize = 100;

impl Analysis {
    /// A rule, macro or list after all overrides.
    pub(super) fn symbol_page(&self, kind: SymbolKind, name: &str) -> Option<String> {
        let found = self.found(kind, name);
        if found.is_empty() {
            return None;
        }
        let mut page = format!("**{}** `{name}`", kind.as_str());
        let files: Vec<String> = found
            .iter()
            .map(|(file, start, item)| {
                let line = self.lines(*file).map_or(0, |lines| lines.line(start + item.extent().start) + 1);
                let what = match item.head().map(|head| head.role) {
                    Some(Role::Update) => "changed",
                    _ => "defined",
                };
                format!("{what} in `{}:{line}`", self.name(*file))
            })
            .collect();
        let checked = self.checked();
        match kind {
            SymbolKind::List => {
                if let Some(items) = self.list_items(name) {
                    let shown: Vec<&str> = items.iter().take(MOST_ITEMS).map(String::as_str).collect();
                    let more = if items.len() > MOST_ITEMS { ", …" } else { "" };
                    let s = if items.len() == 1 { "" } else { "s" };
                    write(
                        &mut page,
                        format_args!(", {} item{s}\n\n```\n{}{more}\n```", items.len(), shown.join(", ")),
                    );
                }
            }
            SymbolKind::Macro => {
                let at = checked.definitions.macros.position(name)?;
                let own = checked.definitions.macros.at(at)?.condition.text(&checked.sources);
                condition_block(&mut page, &own);
                if let Some(unit) = checked.compiled.macros.get(at).and_then(|one| one.unit.as_deref()) {
                    expanded_block(&mut page, &own, &checked.expanded(unit));
                }
                let uses = self.uses(kind, name);
                let plural = if uses == 1 { "" } else { "s" };
                write(&mut page, format_args!("\n\n{uses} use{plural}"));
            }
            SymbolKind::Rule => {
                if let Some(at) = checked.definitions.rules.position(name)
                    && let Some(rule) = checked.definitions.rules.at(at)
                {
                    let enabled = if rule.enabled { "" } else { ", disabled" };
                    write(&mut page, format_args!(" ({}{enabled})", rule.priority.as_str()));
                    let description = rule.description.text(&checked.sources);
                    if !description.is_empty() {
                        write(&mut page, format_args!("\n\n{}", description.trim()));
                    }
                    let own = rule.condition.text(&checked.sources);
                    if let Some(compiled) = checked.compiled.rules.get(at).and_then(|one| one.as_deref()) {
                        condition_block(&mut page, compiled.text.as_str());
                        expanded_block(&mut page, compiled.text.as_str(), &checked.expanded(&compiled.unit));
                    } else {
                        condition_block(&mut page, &own);
                    }
                }
            }
        }
        write(&mut page, format_args!("\n\n{}", files.join("  \n")));
        Some(page)
    }

    /// The rule whose item is at `offset`, after overrides, exceptions, lists and macros, as Markdown.
    pub fn effective_rule_at(&self, file: usize, offset: u32) -> Option<String> {
        let (_, item) = self.file(file)?.item_at(offset)?;
        let head = item.head().filter(|head| head.kind == SymbolKind::Rule)?;
        self.symbol_page(SymbolKind::Rule, &head.name)
    }

    /// An exception of a rule: what it compares, and how many rows of values it has in all.
    pub(super) fn exception_page(&self, rule: &str, name: &str) -> Option<String> {
        let (mut compared, mut rows) = (Vec::new(), 0);
        for (_, _, item) in self.found(SymbolKind::Rule, rule) {
            for (_, fields) in item.exceptions().filter(|(own, _)| *own == name) {
                rows += fields.get(Key::Values).map_or(0, |values| item.yaml.elements(values.value).len());
                let mut comps = item.scalars(&fields, Key::Comps).into_iter();
                let fields = item.scalars(&fields, Key::Fields);
                if compared.is_empty() {
                    compared = fields
                        .iter()
                        .map(|field| format!("{field} {}", comps.next().unwrap_or("in")))
                        .collect();
                }
            }
        }
        let s = if rows == 1 { "" } else { "s" };
        let compared = compared.join(", ");
        Some(format!("**exception** `{name}` of `{rule}`, {rows} row{s} of values\n\n```\n{compared}\n```"))
    }

    /// A field of the source.
    pub(super) fn field_page(&self, source: &str, text: &str) -> Option<String> {
        let catalogue = &self.options().catalogue;
        let Ok(resolved) = catalogue.resolve(source, text) else {
            let plugin = catalogue.supplier_of(text)?;
            return Some(format!("`{text}` is a field of the plugin `{plugin}`, which is not loaded"));
        };
        let field = catalogue.field(resolved.field)?;
        Some(field_page(&field, resolved.ty.printed_name(), resolved.list))
    }
}

/// The page of a field as completion shows it.
pub(crate) fn field_text(field: &catalogue::FieldView<'_>) -> String {
    field_page(field, field.ty.printed_name(), field.list)
}

fn field_page(field: &catalogue::FieldView<'_>, ty: &str, list: bool) -> String {
    let mut page = format!(
        "**field** `{}`: {}{ty}{}",
        field.name,
        if list { "LIST(" } else { "" },
        if list { ")" } else { "" }
    );
    if let Some(arg) = field.arg {
        let form = match arg.kind {
            ArgKind::Index => "`[n]`",
            ArgKind::Key => "`[key]`",
            ArgKind::IndexOrKey | ArgKind::Env => "`[n]` or `[name]`",
            ArgKind::EventName => "`.event`",
            ArgKind::EventParam => "`.name` or `[n]`",
            ArgKind::EventParamTyped => "`.name`",
            ArgKind::Timestamp => "`[nanoseconds]`",
            ArgKind::Side => "`.src` or `.dst`",
            ArgKind::Subsystem => "`.subsystem`",
        };
        write(&mut page, format_args!("  \nargument {form}{}", if arg.required { ", required" } else { "" }));
    }
    write(&mut page, format_args!("\n\n{}", field.about));
    for (flag, remark) in [
        (FieldFlags::DEPRECATED, "It should not be used any more."),
        (FieldFlags::NEVER_SET, "It never has a value."),
        (FieldFlags::PRINT_ONLY, "It is meant for outputs."),
        (FieldFlags::FILTER_ONLY, "It is meant for conditions and prints as `<NA>`."),
        (FieldFlags::NO_TRANSFORMER, "No transformer may wrap it."),
    ] {
        if field.flags.contains(flag) {
            write(&mut page, format_args!("\n\n{remark}"));
        }
    }
    let operator = if field.ty == catalogue::ValueType::Bool { "= true" } else { "exists" };
    let arg = match field.arg {
        Some(arg) if arg.required && arg.kind == ArgKind::Index => "[1]",
        _ => "",
    };
    if field.arg.is_none_or(|arg| !arg.required || arg.kind == ArgKind::Index) {
        write(&mut page, format_args!("\n\n```\n{}{arg} {operator}\n```", field.name));
    }
    if let Some(plugin) = field.plugin {
        write(&mut page, format_args!("\n\nfrom the plugin `{plugin}`"));
    }
    page
}

pub(super) fn operator(text: &str) -> Option<String> {
    let mut words = text.split(' ');
    let op = Operator::from_text(words.next()?)?;
    let mut page = format!("**operator** `{}`\n\n{}", op.as_str(), op.about());
    if let Some(modifier) = words.next().and_then(catalogue::Modifier::from_text) {
        write(&mut page, format_args!("\n\n`{}`: {}", modifier.as_str(), modifier.about()));
    }
    Some(page)
}

pub(super) fn transformer(name: &str) -> Option<String> {
    let one = Transformer::from_text(name)?;
    Some(format!("**transformer** `{}`\n\n{}", one.usage(), one.about()))
}

pub(super) fn value(field: &str, text: &str) -> Option<String> {
    if matches!(field, "evt.type" | "syscall.type" | "evt.asynctype") {
        let about = catalogue::event_about(text).unwrap_or_default();
        if !about.is_empty() || !catalogue::events_by_name(text).is_empty() {
            let params: Vec<&str> = catalogue::events_by_name(text)
                .iter()
                .rev()
                .find_map(|code| code.get().filter(|event| !event.params.is_empty()))
                .map(|event| event.params.iter().map(|param| param.name).collect())
                .unwrap_or_default();
            let params = if params.is_empty() {
                String::new()
            } else {
                format!("\n\nparameters: {}", params.join(", "))
            };
            return Some(format!("**event** `{text}`\n\n{about}{params}"));
        }
    }
    None
}

pub(super) fn priority(text: &str) -> Option<String> {
    let priority = Priority::parse(text)?;
    Some(format!("**priority** `{}`\n\n{}", priority.as_str().to_uppercase(), priority.about()))
}

/// What an override does.
pub(super) fn change(text: &str) -> Option<String> {
    let about = match text {
        "append" => "What stands here goes behind the earlier value.",
        "replace" => "What stands here takes the place of the earlier value.",
        _ => return None,
    };
    Some(format!("**override** `{text}`\n\n{about}"))
}

/// An event source, with the plugin that supplies it.
pub(super) fn source(text: &str) -> String {
    let class = catalogue::known_plugins().find(|class| class.source == Some(text));
    let from = match class.and_then(|class| class.plugin) {
        Some(plugin) => format!("Events of the plugin `{plugin}`."),
        None if text == catalogue::SYSCALL_SOURCE => "What programs ask of the kernel.".to_owned(),
        None => "No plugin that is known here supplies it.".to_owned(),
    };
    format!("**event source** `{text}`\n\n{from}")
}

pub(super) fn tag(text: &str) -> Option<String> {
    if let Some((link, name)) = mitre::page(text) {
        return Some(format!("**MITRE ATT&CK** {}\n\n[{link}]({link})", name.unwrap_or(text)));
    }
    let about = match text {
        "maturity_stable" => "reviewed, robust rules that are on by default",
        "maturity_incubating" => "rules for particular needs, on their way to stable",
        "maturity_sandbox" => "experimental rules",
        "maturity_deprecated" => "rules that are no longer recommended",
        "host" => "about processes on hosts",
        "container" => "about processes in containers",
        _ => return None,
    };
    Some(format!("**tag** `{text}`\n\n{about}"))
}

pub(crate) fn key(key: Key) -> String {
    format!("**key** `{}`\n\n{}", key.as_str(), key_about(key))
}

/// What a key is for.
pub(crate) const fn key_about(key: Key) -> &'static str {
    match key {
        Key::RequiredEngineVersion => "The oldest engine version that can load the file.",
        Key::RequiredPluginVersions => "Plugins that must be loaded, with their least versions.",
        Key::List => "A named sequence of values, put as text wherever its name stands in a condition.",
        Key::Macro => "A named part of a condition.",
        Key::Rule => "A condition with the alert that it raises.",
        Key::Items => "The values of the list; names of earlier lists stand for their values.",
        Key::Condition => "When the rule matches.",
        Key::Output => "The alert's message; `%field` stands for the field's value.",
        Key::Desc => "What the rule is for.",
        Key::Priority => "How serious a match is.",
        Key::Source => "Whose events the rule looks at; `syscall` unless said otherwise.",
        Key::Enabled => "Whether the rule is evaluated.",
        Key::Capture => "Whether a match starts a capture file.",
        Key::CaptureDuration => "How long that capture lasts, in milliseconds.",
        Key::WarnEvttypes => "Whether to warn of a condition that does not restrict event types.",
        Key::SkipIfUnknownFilter => "Whether to skip the rule quietly when it names an unknown field.",
        Key::Tags => "Words to select rules by.",
        Key::Exceptions => "Combinations of values for which the rule does not match.",
        Key::Append => "Whether the item adds to an earlier definition; `override` says it better.",
        Key::Override => "Which keys add to, or replace, those of an earlier definition.",
        Key::Name => "The name.",
        Key::Fields => "The fields that the exception compares.",
        Key::Comps => "The operators it compares them with: one for each field.",
        Key::Values => "Rows of values: one value for each field.",
        Key::Version => "The least version.",
        Key::Alternatives => "Other plugins that will do.",
    }
}

fn condition_block(page: &mut String, text: &str) {
    write(page, format_args!("\n\n```\n{}\n```", shortened(text.trim())));
}

fn expanded_block(page: &mut String, own: &str, expanded: &str) {
    if own.split_whitespace().ne(expanded.split_whitespace()) {
        write(page, format_args!("\n\nexpanded:\n```\n{}\n```", shortened(expanded)));
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CONDITION) {
        Some((at, _)) => format!("{} …", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

fn write(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string never fails.
    let _ = page.write_fmt(text);
}
