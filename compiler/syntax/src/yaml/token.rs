//! Tokens of YAML, and the record of a scalar.

use crate::span::{Position, Span};
use crate::yaml::tree::ScalarData;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Directive,
    DocStart,
    DocEnd,
    BlockSeqStart,
    BlockMapStart,
    BlockSeqEnd,
    BlockMapEnd,
    BlockEntry,
    FlowSeqStart,
    FlowMapStart,
    FlowSeqEnd,
    FlowMapEnd,
    FlowEntry,
    Key,
    Value,
    Anchor,
    Alias,
    /// A tag; an empty verbatim one counts for nothing.
    Tag {
        empty: bool,
    },
    Scalar(ScalarData),
}

/// Whether a token counts. Possible keys wait for the `:` that makes them keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Valid,
    Invalid,
    Unverified,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) status: Status,
    pub(super) at: Position,
    /// Source of the token: for anchors and aliases with their indicator.
    pub(super) span: Span,
}
