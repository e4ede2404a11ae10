//! Tables as plain text, for pipes and logs.

use crate::layout::{GAP, width};
use crate::model::{Align, Table};

/// `text` without control characters, which could move the cursor or hide what follows.
pub fn clean(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// The table with a heading, columns aligned, nothing cut.
pub fn plain(table: &Table) -> String {
    let cell =
        |row: &crate::Row, at: usize| row.cells.get(at).map(|cell| clean(&cell.text)).unwrap_or_default();
    let widths: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let widest = table.rows.iter().map(|row| width(&cell(row, at))).max().unwrap_or(0);
            widest.max(width(&column.title))
        })
        .collect();
    let mut out = String::new();
    let mut line = |texts: Vec<String>| {
        let mut text = String::new();
        for (at, value) in texts.into_iter().enumerate() {
            if at > 0 {
                text.push_str(&" ".repeat(GAP));
            }
            let room = widths[at].saturating_sub(width(&value));
            match table.columns[at].align {
                Align::Left => text.extend([value, " ".repeat(room)]),
                Align::Right => text.extend([" ".repeat(room), value]),
            }
        }
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(table.columns.iter().map(|column| column.title.clone()).collect());
    for row in &table.rows {
        line((0..table.columns.len()).map(|at| cell(row, at)).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;
    use crate::model::{Cell, Column, Row, Table};

    #[test]
    fn columns_are_aligned_and_escapes_are_shown() {
        let row =
            |name: &str, count| Row { key: name.into(), cells: vec![Cell::text(name), Cell::count(count)] };
        let table = Table {
            columns: vec![Column::text("Rule", 4, 40, 1), Column::number("Count", 3, 1)],
            rows: vec![row("a\x1b[2Jb", 7), row("漢", 12_345)],
        };
        assert_eq!(plain(&table), "Rule         Count\na\\u{1b}[2Jb      7\n漢           12345\n");
    }
}
