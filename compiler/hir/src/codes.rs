//! The table of diagnostic codes. Identifiers are stable: a code is never given another meaning.

use crate::diagnostic::Severity;
use crate::falco::LoadCode;

/// A kind of problem.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// Identifier, such as `E0102`.
    pub id: &'static str,
    /// Name for settings and search, such as `unknown-field`.
    pub name: &'static str,
    /// How bad it is unless configured otherwise.
    pub severity: Severity,
    /// The code under which Falco reports it, if it does.
    pub falco: Option<LoadCode>,
    /// One line on what it means.
    pub title: &'static str,
    /// The page: meaning, a rule that triggers it, the repaired rule.
    pub page: &'static str,
}

impl Code {
    /// The code with this identifier (in any case) or name.
    pub fn find(text: &str) -> Option<&'static Code> {
        ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(text) || code.name == text)
    }
}

macro_rules! codes {
    ($($const_name:ident = $id:literal $name:literal $severity:ident $falco:expr, $title:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: `", $title, "`")]
            pub static $const_name: Code = Code {
                id: $id,
                name: $name,
                severity: Severity::$severity,
                falco: $falco,
                title: $title,
                page: include_str!(concat!("../codes/", $id, ".md")),
            };
        )*

        /// Every code, ascending by identifier.
        pub static ALL: &[&Code] = &[$(&$const_name),*];
    };
}

use LoadCode as F;

codes! {
    YAML_SYNTAX = "E0001" "yaml-syntax" Error Some(F::ErrYamlParse), "the file is not YAML";
    NOT_RULES = "E0002" "not-a-rules-file" Error Some(F::ErrYamlValidate), "the file is not a sequence of items";
    NOT_A_MAPPING = "E0003" "not-a-mapping" Error Some(F::ErrYamlValidate), "an item or entry is not a mapping";
    MISSING_KEY = "E0004" "missing-key" Error Some(F::ErrYamlValidate), "a required key is missing";
    EMPTY_VALUE = "E0005" "empty-value" Error Some(F::ErrYamlValidate), "a key has no value";
    WRONG_SHAPE = "E0006" "wrong-shape" Error Some(F::ErrYamlValidate), "a value is not a scalar or not a sequence";
    BAD_VALUE = "E0007" "bad-value" Error Some(F::ErrYamlValidate), "a value is not a boolean or not a number";
    INVALID_PRIORITY = "E0008" "invalid-priority" Error Some(F::ErrYamlValidate), "there is no such priority";
    INVALID_OVERRIDE = "E0009" "invalid-override" Error Some(F::ErrYamlValidate), "a key cannot be overridden that way";
    OVERRIDE_WITHOUT_KEY = "E0010" "override-without-key" Error Some(F::ErrYamlValidate), "override names a key that the item does not have";
    KEY_WITHOUT_OVERRIDE = "E0011" "key-without-override" Error Some(F::ErrYamlValidate), "an update has a key that override does not name";
    OVERRIDE_AND_APPEND = "E0012" "override-and-append" Error Some(F::ErrYamlValidate), "append: true and override cannot be combined";
    UNKNOWN_TARGET = "E0013" "unknown-target" Error Some(F::ErrValidate), "the rule, macro or list to change does not exist";
    SOURCE_CHANGED = "E0014" "source-changed" Error Some(F::ErrValidate), "a rule is defined again with another source";
    NOTHING_TO_APPEND = "E0015" "nothing-to-append" Error Some(F::ErrValidate), "an appended rule brings neither condition nor exceptions";

    CONDITION_SYNTAX = "E0101" "condition-syntax" Error Some(F::ErrCompileCondition), "a condition does not parse";
    UNKNOWN_FIELD = "E0102" "unknown-field" Error Some(F::ErrCompileCondition), "there is no such field";
    FIELD_ARGUMENT = "E0103" "field-argument" Error Some(F::ErrCompileCondition), "a field has a wrong argument or lacks one";
    OPERATOR_TYPE = "E0104" "operator-type" Error Some(F::ErrCompileCondition), "the operator does not fit the type of the field";
    BAD_LITERAL = "E0105" "bad-literal" Error Some(F::ErrCompileCondition), "a value does not fit the type of the field";
    UNKNOWN_EVENT_TYPE = "E0106" "unknown-event-type" Error Some(F::ErrCompileCondition), "there is no such event type";
    BAD_REGEX = "E0107" "bad-regex" Error Some(F::ErrCompileCondition), "a regular expression is not valid";
    TRANSFORMER = "E0108" "transformer" Error Some(F::ErrCompileCondition), "a transformer is used wrongly";
    FIELD_COMPARISON = "E0109" "field-comparison" Error Some(F::ErrCompileCondition), "two fields cannot be compared";
    UNDEFINED_MACRO = "E0110" "undefined-macro" Error Some(F::ErrValidate), "there is no such macro here";
    MACRO_LOOP = "E0111" "macro-loop" Error Some(F::ErrValidate), "a macro refers to itself";
    EVENT_TYPE_COMPARISON = "E0112" "event-type-comparison" Error Some(F::ErrCompileCondition), "evt.type is wrapped or compared with a field";

    OUTPUT_FORMAT = "E0201" "output-format" Error Some(F::ErrCompileOutput), "an output is not a valid format";
    OUTPUT_FIELD = "E0202" "output-field" Error Some(F::ErrCompileOutput), "an output names something that is no field";

    EXCEPTION_SHAPE = "E0301" "exception-shape" Error Some(F::ErrValidate), "an exception is malformed";
    EXCEPTION_OPERATOR = "E0302" "exception-operator" Error Some(F::ErrValidate), "an exception cannot use the operator";
    EXCEPTION_FIELD = "E0303" "exception-field" Error Some(F::ErrValidate), "an exception names something that is no field";
    EXCEPTION_LENGTH = "E0304" "exception-length" Error Some(F::ErrValidate), "fields, comps and values differ in length";
    EXCEPTION_APPEND = "E0305" "exception-append" Error Some(F::ErrValidate), "an exception cannot be extended that way";

    ENGINE_VERSION = "E0401" "engine-version" Error Some(F::ErrValidate), "the rules need another engine version";
    PLUGIN_VERSION = "E0402" "plugin-version" Error Some(F::ErrValidate), "a plugin requirement is malformed";
    PLUGIN_REQUIREMENT = "E0403" "plugin-requirement" Error None, "a required plugin is not loaded";

    UNKNOWN_ITEM = "W0101" "unknown-item" Warning Some(F::UnknownItem), "the item is of no known kind";
    UNKNOWN_KEY = "W0102" "unknown-key" Warning Some(F::UnknownKey), "the item has a key that means nothing";
    DEPRECATED_APPEND = "W0103" "deprecated-append" Warning Some(F::DeprecatedItem), "append: true is deprecated";
    DEPRECATED_ENABLED = "W0104" "deprecated-enabled" Warning Some(F::DeprecatedItem), "enabling without override is deprecated";
    DEPRECATED_FIELD = "W0105" "deprecated-field" Warning Some(F::DeprecatedItem), "a deprecated field is used";
    CONTAINER_INFO = "W0106" "container-info" Warning Some(F::DeprecatedItem), "%container.info is deprecated";
    LIST_NAME = "W0107" "list-name" Warning Some(F::InvalidListName), "a list name has characters that end words";
    MACRO_NAME = "W0108" "macro-name" Warning Some(F::InvalidMacroName), "a macro of this name cannot be referred to";
    UNKNOWN_SOURCE = "W0109" "unknown-source" Warning Some(F::UnknownSource), "no loaded plugin provides the event source";
    UNUSED_MACRO = "W0110" "unused-macro" Warning Some(F::UnusedMacro), "nothing refers to the macro";
    UNUSED_LIST = "W0111" "unused-list" Warning Some(F::UnusedList), "nothing refers to the list";
    TOO_MANY_EVENT_TYPES = "W0112" "too-many-event-types" Warning Some(F::NoEvttype), "the rule can match too many event types";
    UNSAFE_NA = "W0113" "unsafe-na" Warning Some(F::UnsafeNaCheck), "a comparison with <NA> never holds";
    RULE_SKIPPED = "W0114" "rule-skipped" Warning Some(F::UnknownFilter), "the rule is skipped because of something unknown";
    FIELD_AS_TEXT = "W0115" "field-as-text" Warning Some(F::CompileCondition), "a field's name is compared as text";
    TRANSFORMER_AS_TEXT = "W0116" "transformer-as-text" Warning Some(F::CompileCondition), "a transformer is compared as text";
    NEEDLESS_REGEX = "W0117" "needless-regex" Warning Some(F::CompileCondition), "a regular expression has nothing special";
    DUPLICATE_EXCEPTION = "W0118" "duplicate-exception" Warning Some(F::ExceptionNameNotUnique), "two exceptions of a rule have one name";
    EXCEPTION_NO_VALUES = "W0119" "exception-no-values" Warning Some(F::AppendNoValues), "an appended exception has no values";

    UNDEFINED_LIST = "W0201" "undefined-list" Warning None, "a value looks like the name of a list that does not exist";
    IMPOSSIBLE_PATH = "W0202" "impossible-path" Warning None, "a field is compared with a path that it never holds";
    LONG_PROCESS_NAME = "W0203" "long-process-name" Warning None, "a process name is longer than the kernel keeps it";
    NEVER_TRUE = "W0204" "never-true" Warning None, "a condition, or a part of it, can never hold";
    ALWAYS_TRUE = "W0205" "always-true" Warning None, "a comparison holds for every value";
    SHADOWED_RULE = "W0206" "shadowed-rule" Warning None, "an earlier rule matches everything that the rule matches";
    DUPLICATE_ITEM = "W0207" "duplicate-item" Warning None, "a list has an item twice";
    SILENT_REDEFINITION = "W0208" "silent-redefinition" Warning None, "a definition replaces an earlier one without saying so";
    FIELD_NOT_IN_EVENT = "W0209" "field-not-in-event" Warning None, "the event types of the condition do not have the field";
    EMPTY_LIST = "W0210" "empty-list" Warning None, "a value is looked for in an empty list";
    EXCEPTION_NEVER_MATCHES = "W0211" "exception-never-matches" Warning None, "an exception can never apply";
    APPEND_PRECEDENCE = "W0212" "append-precedence" Warning None, "an appended condition joins less than the whole condition";
    NEVER_MATCHES = "W0213" "never-matches" Warning None, "Falco's comparison of this field does not do what it says";
    ONLY_FIRST_VALUE = "W0214" "only-first-value" Warning None, "only the first of several values is compared";
    WRAPPING_NUMBER = "W0215" "wrapping-number" Warning None, "a number does not fit the field and wraps around";
    LIST_IN_QUOTES = "W0216" "list-in-quotes" Warning None, "the name of a list is replaced inside a quoted text";
    NESTED_LIST = "W0217" "nested-list" Warning None, "the name of a list stays text two levels below a list";
    EVENT_TYPE_NOT_RESTRICTED = "W0218" "event-type-not-restricted" Warning None, "a comparison of evt.type does not choose events";
    IGNORED_DOCUMENT = "W0219" "ignored-document" Warning None, "an empty document hides what follows it";
    LIST_FOR_VALUE = "W0220" "list-for-value" Warning None, "a value is the name of a list and is replaced";
    OUTPUT_FIELD_CUT = "W0221" "output-field-cut" Warning None, "an output names a field and goes on where it ends";
    ANCESTOR_INEQUALITY = "W0222" "ancestor-inequality" Warning None, "an inequality holds when one ancestor differs";
    ODD_ESCAPE = "W0223" "odd-escape" Warning None, "an escape loses a character or a value";
    GLUED_KEYWORD = "W0224" "glued-keyword" Warning None, "an operator is read from the start of a longer word";
    IGNORED_KEY = "W0225" "ignored-key" Warning None, "a key has no effect in an item of this form";
    DUPLICATE_KEY = "W0226" "duplicate-key" Warning None, "a key is given twice";
    IGNORED_OVERRIDE = "W0227" "ignored-override" Warning None, "override names no key and is ignored";
    UNCHECKED_MACRO = "W0228" "unchecked-macro" Warning None, "an unused macro would not compile in a rule";
    IMPOSSIBLE_VALUE = "W0229" "impossible-value" Warning None, "a value is compared that the left side never has";

    UNUSED_ALLOW = "W0301" "unused-allow" Warning None, "a comment allows what is not reported";
    UNKNOWN_ALLOW = "W0302" "unknown-allow" Warning None, "a comment allows a code that does not exist";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn identifiers_ascend() {
        let ids: Vec<&str> = ALL.iter().map(|code| code.id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    }
}
