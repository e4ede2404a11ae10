//! Where Falco says a problem is: a chain of locations, outermost first (language.md 10.4).

use std::sync::Arc;

/// What a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemType {
    /// The whole file.
    RulesContent,
    /// A top-level item before its kind is known.
    RulesContentItem,
    /// A `required_engine_version` item.
    RequiredEngineVersion,
    /// A `required_plugin_versions` item or its sequence.
    RequiredPluginVersions,
    /// One requirement.
    RequiredPluginVersionsEntry,
    /// An alternative of a requirement.
    RequiredPluginVersionsAlternative,
    /// A list.
    List,
    /// An element of a list.
    ListItem,
    /// A macro.
    Macro,
    /// A macro's condition.
    MacroCondition,
    /// A rule.
    Rule,
    /// A rule's condition.
    RuleCondition,
    /// A place in a condition's text.
    ConditionExpression,
    /// A rule's output.
    RuleOutput,
    /// A rule's priority.
    RulePriority,
    /// The `override` mapping or one of its keys.
    Overrides,
    /// A rule's exceptions.
    Exceptions,
    /// One exception.
    Exception,
    /// The values of an exception.
    ExceptionValues,
    /// One value of an exception.
    ExceptionValue,
    /// The value of a key.
    ValueFor,
}

impl ItemType {
    /// As Falco prints it.
    pub const fn as_str(self) -> &'static str {
        match self {
            ItemType::RulesContent => "rules content",
            ItemType::RulesContentItem => "rules content item",
            ItemType::RequiredEngineVersion => "required_engine_version",
            ItemType::RequiredPluginVersions => "required plugin versions",
            ItemType::RequiredPluginVersionsEntry => "required plugin versions entry",
            ItemType::RequiredPluginVersionsAlternative => "required plugin versions alternative",
            ItemType::List => "list",
            ItemType::ListItem => "list item",
            ItemType::Macro => "macro",
            ItemType::MacroCondition => "macro condition",
            ItemType::Rule => "rule",
            ItemType::RuleCondition => "rule condition",
            ItemType::ConditionExpression => "condition expression",
            ItemType::RuleOutput => "rule output",
            ItemType::RulePriority => "rule priority",
            ItemType::Overrides => "overrides",
            ItemType::Exceptions => "exceptions",
            ItemType::Exception => "exception",
            ItemType::ExceptionValues => "exception values",
            ItemType::ExceptionValue => "exception value",
            ItemType::ValueFor => "value for",
        }
    }
}

/// One location of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What it is.
    pub item_type: ItemType,
    /// Which one, where it has a name.
    pub item_name: Arc<str>,
    /// The file's name as given, or for condition expressions the start of the text in double quotes.
    pub name: Arc<str>,
    /// Line from 0; see [`Context::in_condition`] for condition expressions.
    pub line: u32,
    /// Column from 0, in bytes; likewise.
    pub column: u32,
    /// Offset from 0, in bytes; likewise.
    pub offset: u32,
}

/// A chain of locations, outermost first, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The locations.
    pub locations: Vec<Location>,
    /// The text that the last location refers to, when it is not the file's.
    pub condition: Option<Arc<str>>,
}

/// Longest text that names a condition expression in full, in bytes.
const SHORT_CONDITION: usize = 20;

impl Context {
    /// The chain that every chain of a file starts with.
    pub fn of_file(name: &Arc<str>) -> Context {
        let item_name = "".into();
        let location = Location {
            item_type: ItemType::RulesContent,
            item_name,
            name: name.clone(),
            line: 0,
            column: 0,
            offset: 0,
        };
        Context { locations: vec![location], condition: None }
    }

    /// The chain with a place in a condition's text added. The parser's position (offset from 0, line and column from
    /// 1, or three zeros) is added to that of the last location, as Falco does it.
    #[must_use]
    pub fn in_condition(mut self, text: &Arc<str>, position: syntax::span::Position) -> Context {
        let parent = self.locations.last();
        let (line, column, offset) = parent.map_or((0, 0, 0), |at| (at.line, at.column, at.offset));
        self.locations.push(Location {
            item_type: ItemType::ConditionExpression,
            item_name: "".into(),
            name: condition_name(text).into(),
            line: line.saturating_add(position.line),
            column: column.saturating_add(position.column),
            offset: offset.saturating_add(position.offset),
        });
        self.condition = Some(text.clone());
        self
    }

    /// The innermost location.
    pub fn last(&self) -> Option<&Location> {
        self.locations.last()
    }
}

/// The text in double quotes; cut to 17 bytes and three dots when it has more than 20.
fn condition_name(text: &str) -> String {
    let bytes = text.as_bytes();
    let (shown, dots) =
        if bytes.len() > SHORT_CONDITION { (&bytes[..SHORT_CONDITION - 3], "...") } else { (bytes, "") };
    let shown = String::from_utf8_lossy(shown).replace(['\n', '\r'], " ");
    format!("\"{shown}{dots}\"")
}
