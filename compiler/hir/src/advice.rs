//! What usually helps, for findings that neither offer a repair nor explain themselves: Falco's words say what is wrong,
//! not what to write instead.

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;

/// A code, a part of the message (the first that fits counts), and what helps.
type Advice = (&'static Code, &'static str, &'static str);

static ADVICE: &[Advice] = &[
    (&codes::NOT_RULES, "", "begin each item with a dash: `- rule: …`, `- macro: …` or `- list: …`"),
    (
        &codes::NOT_A_MAPPING,
        "exception",
        "an exception is written `- name: …` with `fields` and `values` below it",
    ),
    (
        &codes::MISSING_KEY,
        "rule `",
        "a rule has `condition`, `output`, `desc` and `priority`; to change one that exists, name the keys under `override`",
    ),
    (&codes::MISSING_KEY, "", "add the key"),
    (&codes::EMPTY_VALUE, "", "give it a value, or leave it out if it is optional"),
    (&codes::WRONG_SHAPE, "single value", "a text that begins with `[`, `{`, `&` or `*` must be quoted"),
    (&codes::WRONG_SHAPE, "", "write it in brackets, `[a, b]`, or one entry a line behind dashes"),
    (&codes::BAD_VALUE, "number", "numbers are written in digits, without sign, fraction or unit"),
    (&codes::INVALID_OVERRIDE, "cannot be", "`rulec explain E0009` lists the keys that can be changed"),
    (&codes::INVALID_OVERRIDE, "", "write for instance `override: {condition: append}`"),
    (
        &codes::OVERRIDE_WITHOUT_KEY,
        "",
        "add the key with what is to be appended or to replace, or take it out of `override`",
    ),
    (
        &codes::SOURCE_CHANGED,
        "",
        "leave `source` out of what changes a rule, or give the new rule another name",
    ),
    (
        &codes::NOTHING_TO_APPEND,
        "",
        "other keys are changed with `override`, for instance `override: {tags: append}`",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "max depth",
        "take parentheses away: `a and b and c` needs none, and a macro can stand for a part",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "input string is empty",
        "write what is to be checked, such as `evt.type = open`",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "expected a '(' token",
        "a comparison or a macro is missing here: look for a doubled or trailing `and`, `or` or `not`",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "expected a ')' token",
        "a `(` is not closed, or a value has blanks or one of ( ) = , ' \" and must be quoted",
    ),
    (&codes::CONDITION_SYNTAX, "expected blank or '('", "put a blank or a parenthesis after `and` and `or`"),
    (
        &codes::CONDITION_SYNTAX,
        "valid check operator",
        "after a field comes an operator such as `=`, `in` or `contains`, then a value",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "expected a number value",
        "<, <=, > and >= take a decimal number without quotes, or a field written `val(…)`",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "expected a string value",
        "a value is missing; an empty one is written `\"\"`",
    ),
    (&codes::CONDITION_SYNTAX, "expected a list", "write the values in parentheses: `in (a, b)`"),
    (
        &codes::CONDITION_SYNTAX,
        "valid field argument",
        "write the argument as in `proc.aname[2]` or `proc.env[HOME]`",
    ),
    (&codes::CONDITION_SYNTAX, "expected a ']'", "close the argument with `]`, without blanks inside"),
    (&codes::CONDITION_SYNTAX, "'val' transformer", "`val(…)` takes one plain field"),
    (&codes::CONDITION_SYNTAX, "closing the transformer", "close the transformer with `)`"),
    (
        &codes::CONDITION_SYNTAX,
        "transformer argument",
        "a transformer takes fields, transformers, numbers and quoted texts",
    ),
    (&codes::CONDITION_SYNTAX, "transformer list", "a list of a transformer is written `(field, \"text\")`"),
    (
        &codes::CONDITION_SYNTAX,
        "escape",
        "escapes are \\\\, \\n, \\t, \\r, \\b, \\f, \\/, \\x41 and the quote itself; write \\\\ for a backslash",
    ),
    (
        &codes::CONDITION_SYNTAX,
        "unexpected token",
        "conditions are joined by `and` or `or`; a value with blanks or one of ( ) = , ' \" must be quoted",
    ),
    (&codes::UNKNOWN_FIELD, "", "`rulec fields WORD` searches the fields, those of plugins too"),
    (&codes::FIELD_ARGUMENT, "", "`rulec fields NAME` shows which argument the field takes"),
    (&codes::OPERATOR_TYPE, "evt.around", "write `evt.around[TIME] = MILLISECONDS`"),
    (
        &codes::BAD_LITERAL,
        "unrecognized IP network",
        "a network is written with its length, `10.0.0.0/8`; single addresses are compared with `fd.sip` and its like",
    ),
    (
        &codes::BAD_LITERAL,
        "unrecognized IP",
        "write an address such as `10.0.0.1` or `::1`; networks go with `fd.snet` and its like",
    ),
    (
        &codes::BAD_LITERAL,
        "netmask",
        "the length of a network is 0 to 32, for IPv6 1 to 128: `10.0.0.0/8`, `fe80::/10`",
    ),
    (
        &codes::BAD_LITERAL,
        "valid number",
        "numbers are decimal digits, perhaps with a sign: no hexadecimal, fraction or unit",
    ),
    (&codes::BAD_LITERAL, "boolean value", "write `true` or `false`"),
    (
        &codes::BAD_LITERAL,
        "unrecognized protocol",
        "write the port's number, or the name of a service such as `https`",
    ),
    (
        &codes::BAD_LITERAL,
        "too long",
        "a value has at most 255 bytes: compare a part of it with `startswith` or `contains`",
    ),
    (
        &codes::BAD_LITERAL,
        "NUL byte",
        "a text ends before its first NUL; only fields of type BYTEBUF hold one",
    ),
    (&codes::BAD_LITERAL, "hex strings", "write two hexadecimal digits for each byte: `bcontains 7f454c46`"),
    (&codes::BAD_LITERAL, "", "fields of this type cannot be compared with a value"),
    (&codes::UNKNOWN_EVENT_TYPE, "", "`rulec events WORD` searches the event types"),
    (
        &codes::BAD_REGEX,
        "invalid escape sequence",
        "the syntax is POSIX: write `[0-9]` for \\d, `[[:alnum:]_]` for \\w and `[[:space:]]` for \\s",
    ),
    (
        &codes::BAD_REGEX,
        "repetition",
        "`*`, `+`, `?` and `{n}` repeat what stands before them: any text is `.*`; shell patterns go with `glob`",
    ),
    (&codes::BAD_REGEX, "missing ]", "close the class, or write `\\[` for the bracket itself"),
    (&codes::BAD_REGEX, "missing )", "close the group, or write `\\(` for the parenthesis itself"),
    (&codes::BAD_REGEX, "unexpected )", "write `\\)` for the parenthesis itself"),
    (&codes::BAD_REGEX, "trailing \\", "write `\\\\` for a backslash itself"),
    (
        &codes::BAD_REGEX,
        "range",
        "a range goes upwards, as in `[a-z]`; classes have names such as `[[:alpha:]]`",
    ),
    (&codes::BAD_REGEX, "", "use a shorter pattern"),
    (
        &codes::TRANSFORMER,
        "can't add field transformer",
        "tolower, toupper and basename take texts, b64 texts and buffers, len these and lists",
    ),
    (&codes::TRANSFORMER, "does not support transformers", "compare the field itself"),
    (
        &codes::TRANSFORMER,
        "field arguments",
        "only `getopt(…)` takes an option in brackets; the argument of a field stands inside",
    ),
    (&codes::TRANSFORMER, "join", "write `join(\",\", (proc.name, proc.pname))`: a separator and a list"),
    (
        &codes::TRANSFORMER,
        "concat",
        "write `concat(proc.name, \":\", proc.pname)`: at least two single texts",
    ),
    (
        &codes::TRANSFORMER,
        "getopt",
        "write `getopt((proc.name, proc.pname), \"ab:\")`: a list of texts and the options",
    ),
    (&codes::TRANSFORMER, "", "this transformer takes one argument"),
    (
        &codes::FIELD_COMPARISON,
        "incompatible type",
        "compare fields of one type; `rulec fields NAME` shows it",
    ),
    (&codes::FIELD_COMPARISON, "operator", "use another operator, or a value instead of the field"),
    (&codes::FIELD_COMPARISON, "", "compare with a value"),
    (
        &codes::UNDEFINED_MACRO,
        "",
        "macros are defined with `- macro: NAME`, in this file or one loaded before it",
    ),
    (&codes::MACRO_LOOP, "", "a macro cannot stand for itself, nor through other macros"),
    (&codes::EVENT_TYPE_COMPARISON, "", "compare it as it is with names: `evt.type in (open, openat)`"),
    (&codes::OUTPUT_FIELD, "", "a `%` begins a field; `rulec fields WORD` searches them"),
    (&codes::OUTPUT_FORMAT, "", "write a text with fields such as `%proc.name`"),
    (&codes::EXCEPTION_SHAPE, "`values` must", "write the values in brackets: `values: [a, b]`"),
    (&codes::EXCEPTION_SHAPE, "names no fields", "add `fields`, such as `fields: [proc.name, fd.name]`"),
    (&codes::EXCEPTION_SHAPE, "single field", "write both without brackets, or both with them"),
    (&codes::EXCEPTION_SHAPE, "", "`rulec explain E0301` shows an exception"),
    (
        &codes::EXCEPTION_OPERATOR,
        "list of values",
        "use in, pmatch, intersects or a modifier as in `startswith anyof`; or put the field in brackets, and each value too",
    ),
    (&codes::EXCEPTION_OPERATOR, "", "use an operator of conditions such as =, in or startswith"),
    (&codes::EXCEPTION_FIELD, "", "`rulec fields WORD` searches the fields"),
    (&codes::EXCEPTION_LENGTH, "comps", "give one operator for each field"),
    (&codes::EXCEPTION_LENGTH, "", "each row is a sequence with one value for each field, in their order"),
    (&codes::EXCEPTION_APPEND, "only values", "leave it out, or give the exception another name"),
    (&codes::EXCEPTION_APPEND, "", "give a new exception `fields` and `values`"),
    (&codes::ENGINE_VERSION, "", "the Falco that loads these rules must be newer"),
    (&codes::PLUGIN_VERSION, "", "`rulec explain E0402` shows the form of a requirement"),
    (
        &codes::PLUGIN_REQUIREMENT,
        "",
        "load the plugin in falco.yaml and check with `-c falco.yaml`, or say `--plugins NAME=VERSION`",
    ),
    (&codes::UNUSED_MACRO, "", "remove it; if other files use it, `# rulec: allow(unused-macro)` says so"),
    (&codes::UNUSED_LIST, "", "remove it; if other files use it, `# rulec: allow(unused-list)` says so"),
    (
        &codes::DEPRECATED_APPEND,
        "",
        "name the keys to append to instead, for instance `override: {condition: append}`",
    ),
    (&codes::RULE_SKIPPED, "", "`skip-if-unknown-filter: true` makes a warning of this"),
    (&codes::EXCEPTION_NO_VALUES, "", "add the `values` that it is to be extended with"),
    (&codes::EMPTY_LIST, "", "give the list items, or take the comparison out"),
    (&codes::DUPLICATE_ITEM, "", "remove one of them"),
    (&codes::IGNORED_KEY, "", "remove it, or make a comment of it"),
    (&codes::UNUSED_ALLOW, "", "take it out of the comment"),
    (&codes::UNKNOWN_ALLOW, "", "`rulec explain` lists the codes"),
];

/// Adds what helps to a finding that says nothing beyond what is wrong.
pub(crate) fn add(finding: &mut Diagnostic) {
    if !finding.notes.is_empty() || !finding.fixes.is_empty() {
        return;
    }
    let fits = |advice: &&Advice| advice.0.id == finding.code.id && finding.message.contains(advice.1);
    if let Some((_, _, text)) = ADVICE.iter().find(fits) {
        finding.notes.push((*text).to_owned());
    }
}
