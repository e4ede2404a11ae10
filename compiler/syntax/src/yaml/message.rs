//! What yaml-cpp calls the errors it finds, without position and prefix.

pub(super) const YAML_DIRECTIVE_ARGS: &str = "YAML directives must have exactly one argument";
pub(super) const YAML_VERSION: &str = "bad YAML version: ";
pub(super) const YAML_MAJOR_VERSION: &str = "YAML major version too large";
pub(super) const REPEATED_YAML_DIRECTIVE: &str = "repeated YAML directive";
pub(super) const TAG_DIRECTIVE_ARGS: &str = "TAG directives must have exactly two arguments";
pub(super) const REPEATED_TAG_DIRECTIVE: &str = "repeated TAG directive";
pub(super) const CHAR_IN_TAG_HANDLE: &str = "illegal character found while scanning tag handle";
pub(super) const TAG_WITH_NO_SUFFIX: &str = "tag handle with no suffix";
pub(super) const END_OF_VERBATIM_TAG: &str = "end of verbatim tag not found";
pub(super) const END_OF_MAP: &str = "end of map not found";
pub(super) const END_OF_MAP_FLOW: &str = "end of map flow not found";
pub(super) const END_OF_SEQ: &str = "end of sequence not found";
pub(super) const END_OF_SEQ_FLOW: &str = "end of sequence flow not found";
pub(super) const MULTIPLE_TAGS: &str = "cannot assign multiple tags to the same node";
pub(super) const MULTIPLE_ANCHORS: &str = "cannot assign multiple anchors to the same node";
pub(super) const INVALID_HEX: &str = "bad character found while scanning hex number";
pub(super) const INVALID_UNICODE: &str = "invalid unicode: ";
pub(super) const INVALID_ESCAPE: &str = "unknown escape character: ";
pub(super) const UNKNOWN_TOKEN: &str = "unknown token";
pub(super) const DOC_IN_SCALAR: &str = "illegal document indicator in scalar";
pub(super) const EOF_IN_SCALAR: &str = "illegal EOF in scalar";
pub(super) const UNEXPECTED_SCALAR: &str = "unexpected scalar";
pub(super) const UNEXPECTED_FLOW: &str = "plain value cannot start with flow indicator character";
pub(super) const TAB_IN_INDENTATION: &str = "illegal tab when looking for indentation";
pub(super) const FLOW_END: &str = "illegal flow end";
pub(super) const BLOCK_ENTRY: &str = "illegal block entry";
pub(super) const MAP_KEY: &str = "illegal map key";
pub(super) const MAP_VALUE: &str = "illegal map value";
pub(super) const ALIAS_NOT_FOUND: &str = "alias not found after *";
pub(super) const ANCHOR_NOT_FOUND: &str = "anchor not found after &";
pub(super) const CHAR_IN_ALIAS: &str = "illegal character found while scanning alias";
pub(super) const CHAR_IN_ANCHOR: &str = "illegal character found while scanning anchor";
pub(super) const ZERO_INDENT_IN_BLOCK: &str = "cannot set zero indentation for a block scalar";
pub(super) const CHAR_IN_BLOCK: &str = "unexpected character in block scalar";
pub(super) const UNKNOWN_ANCHOR: &str = "the referenced anchor is not defined: ";
/// Nesting of 500 nodes or more.
pub(super) const BAD_FILE: &str = "bad file";

// Limits that yaml-cpp does not have; there Falco hangs or runs out of memory.
pub(super) const ALIAS_LOOP: &str = "an alias refers to the collection that contains it";
pub(super) const ALIASES_TOO_LARGE: &str = "aliases expand to too many nodes";
pub(super) const FILE_TOO_LARGE: &str = "file is larger than 64 MiB";
