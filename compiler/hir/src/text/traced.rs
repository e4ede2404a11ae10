//! A text with the origin of every byte.

use syntax::span::{FileRange, Span};

use crate::text::scalar::{ScalarId, Scalars};

/// Index of a [`Use`] in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseId(u32);

/// A list name that was replaced by the list's items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Index of the list.
    pub list: usize,
    /// Where the name stands.
    pub name: Origin,
    /// Length of the name in bytes.
    pub len: u32,
    /// The use inside whose text the name stood, for a list that names a list.
    pub parent: Option<UseId>,
}

/// Where a run of bytes comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The scalar.
    pub scalar: ScalarId,
    /// Offset in the scalar's decoded text: of the first byte of the run, or, for bytes that nobody wrote, of the
    /// place that they stand for.
    pub offset: u32,
    /// Whether the bytes are the scalar's, not glue such as parentheses around a condition.
    pub written: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    at: u32,
    origin: Origin,
    via: Option<UseId>,
}

/// Where a range of a text was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The range in a file.
    pub range: FileRange,
    /// When it comes from list items: the places where the lists' names stand, innermost first.
    pub via: Vec<FileRange>,
}

/// A text with the origin of every byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    text: String,
    pieces: Vec<Piece>,
    uses: Vec<Use>,
}

impl Traced {
    /// The decoded text of a scalar.
    pub fn of_scalar(text: &str, scalar: ScalarId) -> Traced {
        let mut traced = Traced::default();
        traced.push_written(text, scalar);
        traced
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The lists that were substituted in it, in order.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The use with this index.
    pub fn use_at(&self, id: UseId) -> Option<&Use> {
        self.uses.get(id.0 as usize)
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends the decoded text of a scalar.
    pub fn push_written(&mut self, text: &str, scalar: ScalarId) {
        self.push_piece(text, Origin { scalar, offset: 0, written: true }, None);
    }

    /// Appends a part of the decoded text of a scalar that starts at `offset`.
    pub fn push_part(&mut self, part: &str, scalar: ScalarId, offset: u32) {
        self.push_piece(part, Origin { scalar, offset, written: true }, None);
    }

    /// Appends bytes that nobody wrote; they stand for the end of what is there so far, or for `near` at the start.
    pub fn push_glue(&mut self, text: &str, near: ScalarId) {
        let origin = match self.pieces.last() {
            Some(last) => {
                let run = self.text.len() as u32 - last.at;
                let offset = if last.origin.written { last.origin.offset + run } else { last.origin.offset };
                Origin { scalar: last.origin.scalar, offset, written: false }
            }
            None => Origin { scalar: near, offset: 0, written: false },
        };
        let via = self.pieces.last().and_then(|last| last.via);
        self.push_piece(text, origin, via);
    }

    /// Appends bytes that nobody wrote and that stand for the start of a scalar.
    pub fn push_glue_at(&mut self, text: &str, scalar: ScalarId) {
        self.push_piece(text, Origin { scalar, offset: 0, written: false }, None);
    }

    fn push_piece(&mut self, text: &str, origin: Origin, via: Option<UseId>) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { at: self.text.len() as u32, origin, via });
        self.text.push_str(text);
    }

    /// Appends a whole text that replaces a list's name.
    pub(super) fn push_inside(&mut self, other: &Traced, use_: Use) {
        let id = UseId(self.uses.len() as u32);
        self.uses.push(use_);
        self.copy_pieces(other, 0, other.text.len(), |_| Some(id));
    }

    /// An empty text with the uses of another one, whose slices are going to be appended to it.
    pub(super) fn with_uses_of(other: &mut Traced) -> Traced {
        let text = String::with_capacity(other.text.len() * 2);
        Traced {
            text,
            pieces: Vec::with_capacity(other.pieces.len() + 8),
            uses: std::mem::take(&mut other.uses),
        }
    }

    /// Appends a byte range, on character boundaries, of the text that this one's uses came from.
    pub(super) fn push_slice(&mut self, other: &Traced, start: usize, end: usize) {
        self.copy_pieces(other, start, end, |via| via);
    }

    fn copy_pieces(
        &mut self,
        other: &Traced,
        start: usize,
        end: usize,
        via: impl Fn(Option<UseId>) -> Option<UseId>,
    ) {
        let Some(text) = other.text.get(start..end) else { return };
        if text.is_empty() {
            return;
        }
        let base = self.text.len() as u32;
        let first = other.piece_index(start as u32);
        for piece in other.pieces.get(first..).unwrap_or(&[]) {
            if piece.at as usize >= end {
                break;
            }
            let skipped = (start as u32).saturating_sub(piece.at);
            let mut origin = piece.origin;
            if origin.written {
                origin.offset += skipped;
            }
            let at = base + piece.at.max(start as u32) - start as u32;
            self.pieces.push(Piece { at, origin, via: via(piece.via) });
        }
        self.text.push_str(text);
    }

    /// The text without any occurrence of `part`.
    pub fn without(mut self, part: &str) -> Traced {
        let mut new = Traced::with_uses_of(&mut self);
        let mut rest = 0;
        while let Some(at) = self.text.get(rest..).and_then(|text| text.find(part)) {
            new.push_slice(&self, rest, rest + at);
            rest += at + part.len();
        }
        new.push_slice(&self, rest, self.text.len());
        new
    }

    /// Cuts the text to `len` bytes, a character boundary.
    pub(super) fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        while self.pieces.last().is_some_and(|piece| piece.at as usize >= len) {
            self.pieces.pop();
        }
    }

    fn piece_index(&self, offset: u32) -> usize {
        self.pieces.partition_point(|piece| piece.at <= offset).saturating_sub(1)
    }

    /// The origin of the byte at `offset`; of the last byte when there is none, of nothing when the text is empty.
    pub fn origin(&self, offset: u32) -> Option<(Origin, Option<UseId>)> {
        let piece = self.pieces.get(self.piece_index(offset))?;
        let mut origin = piece.origin;
        if origin.written {
            origin.offset += offset.saturating_sub(piece.at);
        }
        Some((origin, piece.via))
    }

    /// Where `span` was written. A span over several scalars is cut to the first one's part, unless all of it is within
    /// one file, where it covers the whole.
    pub fn place(&self, span: Span, scalars: &impl Scalars) -> Place {
        let Some((start, via)) = self.origin(span.start) else { return Place::default() };
        let mut range = self.byte_range(start, span.is_empty(), scalars);
        if !span.is_empty()
            && let Some((end, end_via)) = self.origin(span.end - 1)
        {
            let end_range = self.byte_range(end, false, scalars);
            if end_via != via
                && let Some(name) = self.names(via.or(end_via), scalars).pop()
            {
                return Place { range: name, via: Vec::new() };
            }
            if end_range.file == range.file && end_range.span.end >= range.span.start {
                range.span = range.span.cover(end_range.span);
            }
        }
        Place { range, via: self.names(via, scalars) }
    }

    /// Where the names of the lists stand through which a piece came, innermost first.
    fn names(&self, via: Option<UseId>, scalars: &impl Scalars) -> Vec<FileRange> {
        let mut names = Vec::new();
        let mut next = via;
        while let Some(one) = next.and_then(|id| self.uses.get(id.0 as usize)) {
            names.push(scalars.range(one.name.scalar, Span::new(one.name.offset, one.name.offset + one.len)));
            next = one.parent;
        }
        names
    }

    /// The range of one byte; empty for glue, or where only a position is asked for.
    fn byte_range(&self, origin: Origin, position: bool, scalars: &impl Scalars) -> FileRange {
        let end = if position || !origin.written { origin.offset } else { origin.offset + 1 };
        scalars.range(origin.scalar, Span::new(origin.offset, end))
    }
}
