//! How wide columns are.

use ratatui::text::Span;

use crate::model::Table;

/// Cells between two columns.
pub(crate) const GAP: usize = 2;

/// Width of a text on the screen.
pub(crate) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// Which columns fit into `total` cells, and how wide each is. At least one is kept.
pub(crate) fn columns(table: &Table, total: usize) -> Vec<(usize, usize)> {
    let least = |at: usize| usize::from(table.columns[at].least).max(1);
    let mut kept: Vec<usize> = (0..table.columns.len()).collect();
    while kept.len() > 1 {
        let needed: usize = kept.iter().map(|at| least(*at)).sum::<usize>() + GAP * (kept.len() - 1);
        if needed <= total {
            break;
        }
        let lightest = kept.iter().enumerate().min_by_key(|(place, at)| {
            // Of equally light ones the rightmost goes.
            (table.columns[**at].weight, usize::MAX - *place)
        });
        let Some((place, _)) = lightest else { break };
        kept.remove(place);
    }
    let mut widths: Vec<usize> = kept.iter().map(|at| least(*at)).collect();
    let gaps = GAP * kept.len().saturating_sub(1);
    let mut left = total.saturating_sub(widths.iter().sum::<usize>() + gaps);
    let mut by_weight: Vec<usize> = (0..kept.len()).collect();
    by_weight.sort_by_key(|place| u8::MAX - table.columns[kept[*place]].weight);
    for place in by_weight {
        let column = &table.columns[kept[place]];
        let widest =
            table.rows.iter().filter_map(|row| row.cells.get(kept[place])).map(|cell| width(&cell.text));
        // Room for the mark of the sorted column beside the title.
        let wanted = widest.max().unwrap_or(0).max(width(&column.title) + 2).min(usize::from(column.most));
        let more = wanted.saturating_sub(widths[place]).min(left);
        widths[place] += more;
        left -= more;
    }
    if let [only] = widths.as_mut_slice() {
        *only = (*only).min(total);
    }
    kept.into_iter().zip(widths).collect()
}

/// `text` cut to `room` cells, with `~` where something is missing.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_string();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide + 1 > room {
            break;
        }
        used += wide;
        out.push(c);
    }
    if room > 0 {
        out.push('~');
    }
    out
}

/// `text` in lines of at most `room` cells, broken at spaces where there are some.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let wide = width(word);
        if used > 0 && used + width(word.trim_end()) > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if wide <= room {
            line.push_str(word);
            used += wide;
            continue;
        }
        for c in word.chars() {
            let wide = width(c.encode_utf8(&mut [0; 4]));
            if used + wide > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{columns, cut, wrap};
    use crate::model::{Cell, Column, Row, Table};

    fn table() -> Table {
        Table {
            columns: vec![
                Column::text("Rule", 8, 40, 9),
                Column::number("Count", 5, 8),
                Column::text("Last", 10, 200, 1),
            ],
            rows: vec![Row {
                key: "r".into(),
                cells: vec![
                    Cell::text("Terminal shell in container"),
                    Cell::count(3),
                    Cell::text("x".repeat(90)),
                ],
            }],
        }
    }

    #[test]
    fn narrow_screens_lose_light_columns() {
        assert_eq!(columns(&table(), 80), [(0, 27), (1, 7), (2, 42)]);
        assert_eq!(columns(&table(), 20), [(0, 13), (1, 5)]);
        assert_eq!(columns(&table(), 12), [(0, 12)]);
        assert_eq!(columns(&table(), 3), [(0, 3)]);
    }

    #[test]
    fn texts_are_cut_and_wrapped_by_width() {
        assert_eq!(cut("abcdef", 4), "abc~");
        assert_eq!(cut("漢字漢字", 5), "漢字~");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(wrap("one two three", 8), ["one two ", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }
}
