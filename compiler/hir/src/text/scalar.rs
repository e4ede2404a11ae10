//! The scalars that texts are made of, and where their decoded bytes stand in files.

use syntax::span::{FileRange, Span};
use syntax::yaml::YamlId;

use crate::source::TreeId;

/// Names a scalar of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScalarId {
    /// The tree it belongs to.
    pub(crate) tree: TreeId,
    /// Its node.
    pub(crate) node: YamlId,
}

/// Knows where scalars stand.
pub trait Scalars {
    /// The file range of a range of a scalar's decoded text.
    fn range(&self, scalar: ScalarId, span: Span) -> FileRange;
}
