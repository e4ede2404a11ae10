//! Comments on lines of their own: indented like what they belong to.

use crate::format::layout::{Layout, Mark};

impl Layout<'_> {
    /// Moves each comment with the key or dash it stands at; those at the start of the line stay there.
    pub(super) fn comments(&mut self) {
        self.marks.sort_by_key(|(at, _)| *at);
        let marks = std::mem::take(&mut self.marks);
        let mut rest = marks.as_slice();
        // Open collections, by their column before.
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut ceiling = None;
        for line in 0..self.lines.count() {
            if self.body.get(line).copied().unwrap_or(true) || !self.lines.is_comment(line) {
                continue;
            }
            let start = self.lines.start(line);
            while let Some(((at, mark), after)) = rest.split_first()
                && *at < start
            {
                match *mark {
                    Mark::Stop { old, new } => {
                        ceiling = None;
                        while open.last().is_some_and(|(column, _)| *column >= old) {
                            open.pop();
                        }
                        open.push((old, new));
                    }
                    Mark::Ceiling { below, fallback } => ceiling = Some((below, fallback)),
                }
                rest = after;
            }
            let next = rest.iter().find_map(|(_, mark)| match *mark {
                Mark::Stop { old, new } => Some((old, new)),
                Mark::Ceiling { .. } => None,
            });
            let column = self.lines.indent(line);
            let nearest = open
                .iter()
                .copied()
                .chain(next)
                .filter(|(old, _)| *old <= column)
                .max_by_key(|(old, _)| *old);
            let mut wanted = match nearest {
                Some((old, new)) if column > 0 => column - old + new,
                _ => column,
            };
            if let Some((below, fallback)) = ceiling
                && wanted >= below
            {
                wanted = fallback;
            }
            self.indent(line, wanted);
        }
        self.marks = marks;
    }
}
