//! What a YAML error usually comes from: the reader's words say what it missed, not what to change.

/// Beginnings of messages, and what helps.
const HELP: &[(&str, &str)] = &[
    (
        "end of sequence flow",
        "a `[` is not closed or a `,` is missing; text that begins with `[` must be quoted",
    ),
    ("end of map flow", "a `{` is not closed or a `,` is missing; text that begins with `{` must be quoted"),
    (
        "end of map not found",
        "a line is indented differently from its neighbours, or a key has no `:` after it",
    ),
    (
        "end of sequence not found",
        "a line is indented differently from its neighbours, or an item has no `- ` before it",
    ),
    ("illegal tab", "YAML is indented with spaces, never with tabs"),
    ("unknown token", "text cannot begin with this character unless it is quoted"),
    ("plain value cannot start", "text cannot begin with this character unless it is quoted"),
    ("illegal block entry", "`- ` cannot begin an item here: look at the indentation, or quote the text"),
    ("illegal map key", "a key cannot stand here: look at the indentation"),
    (
        "illegal map value",
        "`: ` in a text makes a key of what stands before it: quote the text, or write it after `>`",
    ),
    ("illegal EOF in scalar", "a quote is not closed"),
    (
        "illegal document indicator",
        "`---` or `...` at the start of a line ends the document, also inside quotes",
    ),
    (
        "unexpected scalar",
        "text follows something that is complete, such as a closing quote: quote all of it",
    ),
    ("unknown escape character", "in double quotes `\\` begins an escape: double it, or use single quotes"),
    (
        "bad character found while scanning hex",
        "`\\x` takes two hexadecimal digits, `\\u` four and `\\U` eight",
    ),
    (
        "the referenced anchor",
        "`*name` stands for what `&name` marks; text that begins with `*` must be quoted",
    ),
    ("alias not found", "text that begins with `*` must be quoted"),
    ("anchor not found", "text that begins with `&` must be quoted"),
    ("illegal character found while scanning alias", "text that begins with `*` must be quoted"),
    ("illegal character found while scanning anchor", "text that begins with `&` must be quoted"),
    ("unexpected character in block", "after `>` or `|` the text begins on the next line"),
    ("bad file", "collections are nested 500 deep or more"),
];

/// What helps against an error, if its message is one that has a usual reason.
pub(crate) fn help(message: &str) -> Option<&'static str> {
    HELP.iter().find(|(start, _)| message.starts_with(start)).map(|(_, help)| *help)
}

#[cfg(test)]
mod tests {
    use super::{HELP, help};

    #[test]
    fn errors_of_the_reader_are_helped_with() {
        for (text, wanted) in [
            ("- list: a\n  items: [a, b\n", "end of sequence flow"),
            ("- rule: a\n\tdesc: x\n", "illegal tab"),
            ("- rule: a: b\n", "illegal map value"),
            ("- rule: \"a", "illegal EOF"),
            ("- rule: @a\n", "unknown token"),
            ("- rule: *a\n", "the referenced anchor"),
            ("- rule: \"\\q\"\n", "unknown escape"),
            ("- rule: a\n desc: x\n", "end of sequence not found"),
        ] {
            let errors = syntax::yaml::read(text).errors;
            let message = errors.first().map_or("", |error| &error.message);
            assert!(message.starts_with(wanted), "{text}: {message}");
            assert!(help(message).is_some(), "{message}");
        }
        assert!(HELP.iter().all(|(_, help)| !help.ends_with('.')));
    }
}
