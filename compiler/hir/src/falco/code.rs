//! Falco's `LOAD_*` codes and the fields it calls deprecated.

/// A code of Falco's loader. Names starting with `Err` stand for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoadCode {
    /// `LOAD_ERR_FILE_READ`
    ErrFileRead,
    /// `LOAD_ERR_YAML_PARSE`
    ErrYamlParse,
    /// `LOAD_ERR_YAML_VALIDATE`
    ErrYamlValidate,
    /// `LOAD_ERR_COMPILE_CONDITION`
    ErrCompileCondition,
    /// `LOAD_ERR_COMPILE_OUTPUT`
    ErrCompileOutput,
    /// `LOAD_ERR_VALIDATE`
    ErrValidate,
    /// `LOAD_ERR_EXTENSION`
    ErrExtension,
    /// `LOAD_UNKNOWN_SOURCE`
    UnknownSource,
    /// `LOAD_UNSAFE_NA_CHECK`
    UnsafeNaCheck,
    /// `LOAD_NO_EVTTYPE`
    NoEvttype,
    /// `LOAD_UNKNOWN_FILTER`
    UnknownFilter,
    /// `LOAD_UNUSED_MACRO`
    UnusedMacro,
    /// `LOAD_UNUSED_LIST`
    UnusedList,
    /// `LOAD_UNKNOWN_ITEM`
    UnknownItem,
    /// `LOAD_DEPRECATED_ITEM`
    DeprecatedItem,
    /// `LOAD_WARNING_EXTENSION`
    WarningExtension,
    /// `LOAD_APPEND_NO_VALUES`
    AppendNoValues,
    /// `LOAD_EXCEPTION_NAME_NOT_UNIQUE`
    ExceptionNameNotUnique,
    /// `LOAD_INVALID_MACRO_NAME`
    InvalidMacroName,
    /// `LOAD_INVALID_LIST_NAME`
    InvalidListName,
    /// `LOAD_COMPILE_CONDITION`
    CompileCondition,
    /// `LOAD_UNKNOWN_KEY`
    UnknownKey,
}

impl LoadCode {
    /// The code as Falco prints it.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Falco's short text for the code.
    pub const fn short(self) -> &'static str {
        self.row().1
    }

    /// `codedesc` of JSON results: the short text for errors, as in Falco; an explanation of our own for warnings.
    pub const fn description(self) -> &'static str {
        if self.is_error() { self.row().1 } else { self.row().2 }
    }

    /// Whether the file that has it is refused.
    pub const fn is_error(self) -> bool {
        matches!(
            self,
            LoadCode::ErrFileRead
                | LoadCode::ErrYamlParse
                | LoadCode::ErrYamlValidate
                | LoadCode::ErrCompileCondition
                | LoadCode::ErrCompileOutput
                | LoadCode::ErrValidate
                | LoadCode::ErrExtension
        )
    }

    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            LoadCode::ErrFileRead => ("LOAD_ERR_FILE_READ", "File read error", ""),
            LoadCode::ErrYamlParse => ("LOAD_ERR_YAML_PARSE", "YAML parse error", ""),
            LoadCode::ErrYamlValidate => {
                ("LOAD_ERR_YAML_VALIDATE", "Error validating internal structure of YAML file", "")
            }
            LoadCode::ErrCompileCondition => ("LOAD_ERR_COMPILE_CONDITION", "Error compiling condition", ""),
            LoadCode::ErrCompileOutput => ("LOAD_ERR_COMPILE_OUTPUT", "Error compiling output", ""),
            LoadCode::ErrValidate => {
                ("LOAD_ERR_VALIDATE", "Error validating rule/macro/list/exception objects", "")
            }
            LoadCode::ErrExtension => ("LOAD_ERR_EXTENSION", "Error in extension item", ""),
            LoadCode::UnknownSource => (
                "LOAD_UNKNOWN_SOURCE",
                "Unknown event source",
                "No loaded plugin provides the event source that the rule names, so the rule is left out.",
            ),
            LoadCode::UnsafeNaCheck => (
                "LOAD_UNSAFE_NA_CHECK",
                "Unsafe <NA> comparison in condition",
                "A missing value makes every comparison false, so comparing with <NA> does not find it. Use exists.",
            ),
            LoadCode::NoEvttype => (
                "LOAD_NO_EVTTYPE",
                "Condition has no event-type restriction",
                "The condition can hold for many event types, so it is evaluated very often. Restrict evt.type.",
            ),
            LoadCode::UnknownFilter => (
                "LOAD_UNKNOWN_FILTER",
                "Unknown field or event-type in condition or output",
                "The rule names a field or event type that this engine does not have and asks to be skipped then.",
            ),
            LoadCode::UnusedMacro => {
                ("LOAD_UNUSED_MACRO", "Unused macro", "No rule and no other macro refers to the macro.")
            }
            LoadCode::UnusedList => {
                ("LOAD_UNUSED_LIST", "Unused list", "No rule, macro or other list refers to the list.")
            }
            LoadCode::UnknownItem => (
                "LOAD_UNKNOWN_ITEM",
                "Unknown rules file item",
                "The item is neither a rule, macro, list nor version requirement and is ignored.",
            ),
            LoadCode::DeprecatedItem => (
                "LOAD_DEPRECATED_ITEM",
                "Used deprecated item",
                "The file uses something that a later release is going to drop.",
            ),
            LoadCode::WarningExtension => {
                ("LOAD_WARNING_EXTENSION", "Warning in extension item", "An extension reported a warning.")
            }
            LoadCode::AppendNoValues => (
                "LOAD_APPEND_NO_VALUES",
                "Overriding/appending with no values",
                "The exception that is to be extended brings no values, so nothing changes.",
            ),
            LoadCode::ExceptionNameNotUnique => (
                "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
                "Multiple exceptions defined with the same name",
                "Two exceptions of the rule have one name: values appended later reach only the first.",
            ),
            LoadCode::InvalidMacroName => (
                "LOAD_INVALID_MACRO_NAME",
                "Invalid macro name",
                "Conditions cannot refer to a macro of this name: letters, digits and underscores only.",
            ),
            LoadCode::InvalidListName => (
                "LOAD_INVALID_LIST_NAME",
                "Invalid list name",
                "The name has characters that separate words in conditions, so references may not be found.",
            ),
            LoadCode::CompileCondition => (
                "LOAD_COMPILE_CONDITION",
                "Warning in rule condition",
                "The condition compiles but may not mean what it seems to mean.",
            ),
            LoadCode::UnknownKey => (
                "LOAD_UNKNOWN_KEY",
                "Unknown key in item definition",
                "Items of this kind have no such key. Is it misspelt?",
            ),
        }
    }
}

/// A field that Falco calls deprecated because events for the start of calls no longer exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeprecatedField {
    /// `evt.dir`
    EvtDir,
    /// `evt.latency`
    EvtLatency,
    /// `evt.latency.s`
    EvtLatencyS,
    /// `evt.latency.ns`
    EvtLatencyNs,
    /// `evt.latency.human`
    EvtLatencyHuman,
    /// `evt.wait_latency`
    EvtWaitLatency,
}

impl DeprecatedField {
    /// All of them, in the order in which Falco reports them.
    pub const ALL: [DeprecatedField; 6] = [
        DeprecatedField::EvtDir,
        DeprecatedField::EvtLatency,
        DeprecatedField::EvtLatencyS,
        DeprecatedField::EvtLatencyNs,
        DeprecatedField::EvtLatencyHuman,
        DeprecatedField::EvtWaitLatency,
    ];

    /// The field's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeprecatedField::EvtDir => "evt.dir",
            DeprecatedField::EvtLatency => "evt.latency",
            DeprecatedField::EvtLatencyS => "evt.latency.s",
            DeprecatedField::EvtLatencyNs => "evt.latency.ns",
            DeprecatedField::EvtLatencyHuman => "evt.latency.human",
            DeprecatedField::EvtWaitLatency => "evt.wait_latency",
        }
    }

    /// The field of exactly this name (an argument does not matter).
    pub fn from_name(name: &str) -> Option<DeprecatedField> {
        DeprecatedField::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Its bit in a set of deprecated fields.
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Falco's message for its use in a condition.
    pub const fn condition_message(self) -> &'static str {
        match self {
            DeprecatedField::EvtDir => {
                "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always \
                 evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'"
            }
            _ => "field is not available due to the drop of enter events.",
        }
    }
}
