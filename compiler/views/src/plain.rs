//! Tables as plain text, for pipes and logs.

use std::io::IsTerminal;

use ratatui::crossterm::terminal;

use crate::clean::clean;
use crate::layout::{GAP, columns, cut, width};
use crate::model::{Align, Row, Table};

/// The table for standard output: on a terminal it is made to fit, elsewhere nothing is cut.
pub fn plain(table: &Table) -> String {
    let room = if std::io::stdout().is_terminal() { terminal::size().ok() } else { None };
    fitted(table, room.map(|(columns, _)| usize::from(columns)))
}

/// The table with a heading, columns aligned, in so many cells if that is given.
fn fitted(table: &Table, room: Option<usize>) -> String {
    let cell = |row: &Row, at: usize| row.cells.get(at).map(|cell| clean(&cell.text)).unwrap_or_default();
    let widths: Vec<(usize, usize)> = match room {
        Some(room) => columns(table, room),
        None => (0..table.columns.len())
            .map(|at| {
                let widest = table.rows.iter().map(|row| width(&cell(row, at))).max().unwrap_or(0);
                (at, widest.max(width(&table.columns[at].title)))
            })
            .collect(),
    };
    let mut out = String::new();
    let mut line = |text: &dyn Fn(usize) -> String| {
        let mut line = String::new();
        for (place, (at, wide)) in widths.iter().enumerate() {
            if place > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let value = cut(&text(*at), *wide);
            let room = wide.saturating_sub(width(&value));
            match table.columns[*at].align {
                Align::Left => line.extend([value, " ".repeat(room)]),
                Align::Right => line.extend([" ".repeat(room), value]),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    };
    line(&|at| table.columns[at].title.clone());
    for row in &table.rows {
        line(&|at| cell(row, at));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::fitted;
    use crate::model::{Cell, Column, Row, Table};

    #[test]
    fn columns_are_aligned_and_escapes_are_shown() {
        let row =
            |name: &str, count| Row { key: name.into(), cells: vec![Cell::text(name), Cell::count(count)] };
        let table = Table {
            columns: vec![Column::text("Rule", 4, 40, 1), Column::number("Count", 5, 1)],
            rows: vec![row("a\x1b[2Jb", 7), row("漢", 12_345)],
        };
        assert_eq!(fitted(&table, None), "Rule         Count\na\\u{1b}[2Jb      7\n漢           12345\n");
        assert_eq!(fitted(&table, Some(12)), "Rule   Count\na\\u{~      7\n漢     12345\n");
    }
}
