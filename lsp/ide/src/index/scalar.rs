//! Between offsets in a scalar's decoded text and offsets in the source.

use syntax::Span;
use syntax::yaml::{Yaml, YamlId};

/// The source range of a decoded range.
pub(crate) fn to_source(yaml: &Yaml, node: YamlId, span: Span) -> Span {
    yaml.scalar_map(node).map_or_else(|| yaml.span(node), |map| map.source_span(span))
}

/// The decoded offset of a source offset: of the last byte that stands at or before it.
pub(crate) fn to_decoded(yaml: &Yaml, node: YamlId, source: u32) -> Option<u32> {
    let map = yaml.scalar_map(node)?;
    let (mut low, mut high) = (0, map.len());
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if map.source_offset(middle) <= source { low = middle } else { high = middle - 1 }
    }
    Some(low)
}
