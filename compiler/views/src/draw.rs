//! From the state to a screen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::layout::{GAP, columns, cut, width, wrap};
use crate::model::{Align, Body, Line, Table, Tone};
use crate::ui::Ui;

/// What the keys do.
const HELP: &[(&str, &str)] = &[
    ("q", "quit"),
    ("Up Down j k", "move; PgUp PgDn b Space by a screen, Home End g G to the ends"),
    ("Enter Right l", "open the row"),
    ("Esc Left", "clear the filter, then go back"),
    ("/", "filter; words must all occur, title:word looks in one column"),
    ("s 1-9", "sort by the next, or by that column; again turns it around"),
    ("r", "turn the order around"),
];

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
        Tone::Good => Style::new().fg(Color::Green),
        Tone::Warning => Style::new().fg(Color::Yellow),
        Tone::Bad => Style::new().fg(Color::Red),
        Tone::Dim => Style::new().add_modifier(Modifier::DIM),
    }
}

/// Draws everything. Lines are: title, headings of columns, rows, keys; the last to go on a low screen are rows.
pub(crate) fn draw(ui: &mut Ui, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width == 0 || area.height == 0 {
        return;
    }
    let (wide, high) = (usize::from(area.width), usize::from(area.height));
    let title = usize::from(high > 2);
    let keys = usize::from(high > 3 || ui.typing());
    let is_table = matches!(ui.page.body, Body::Table(_)) && !ui.help;
    let headings = usize::from(is_table && high > 1);
    let rows = high.saturating_sub(title + keys + headings).max(1);
    ui.resize(rows);
    let buffer = frame.buffer_mut();
    if title == 1 {
        bar(buffer, area, 0, &ui.page.title, &ui.page.note);
    }
    let first = title + headings;
    if ui.help {
        let lines: Vec<Line> =
            HELP.iter().map(|(keys, what)| Line::new(format!("{keys:<14} {what}"))).collect();
        let all: Vec<usize> = (0..lines.len()).collect();
        text(buffer, area, first, rows, &lines, &all);
    } else {
        match &ui.page.body {
            Body::Table(shown) => {
                if headings == 1 {
                    heading(buffer, area, title, ui, shown);
                }
                body(buffer, area, first, rows, ui, shown);
            }
            Body::Text(lines) => {
                text(buffer, area, first, rows, lines, &ui.shown[ui.top().min(ui.shown.len())..])
            }
        }
    }
    if keys == 1 {
        let line = footer(ui);
        put(buffer, area, 0, high - 1, &cut(&line, wide), style(Tone::Dim));
    }
}

fn footer(ui: &Ui) -> String {
    if ui.typing() {
        return format!("/{}_   Enter keeps, Esc drops", ui.filter());
    }
    let mut line = String::new();
    if let Body::Table(table) = &ui.page.body {
        let place = if ui.shown.is_empty() { 0 } else { ui.selected() + 1 };
        line = format!("{place}/{}  ", ui.shown.len());
        if !ui.filter().is_empty() {
            line.push_str(&format!("filter {:?} of {}  ", ui.filter(), table.rows.len()));
        }
    } else if !ui.filter().is_empty() {
        line.push_str(&format!("filter {:?}  ", ui.filter()));
    }
    line.push_str(if ui.deep() { "q quit  Esc back  " } else { "q quit  " });
    let is_table = matches!(ui.page.body, Body::Table(_));
    line.push_str(if is_table {
        "Enter open  / filter  s sort  r reverse  ? help"
    } else {
        "/ filter  ? help"
    });
    line
}

fn put(buffer: &mut Buffer, area: Rect, x: usize, y: usize, text: &str, style: Style) {
    let room = usize::from(area.width).saturating_sub(x);
    if room > 0 && y < usize::from(area.height) {
        buffer.set_stringn(area.x + x as u16, area.y + y as u16, text, room, style);
    }
}

fn bar(buffer: &mut Buffer, area: Rect, y: usize, left: &str, right: &str) {
    let wide = usize::from(area.width);
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    put(buffer, area, 0, y, &" ".repeat(wide), reversed);
    let left = cut(left, wide);
    put(buffer, area, 0, y, &left, reversed);
    let room = wide.saturating_sub(width(&left) + GAP);
    if room > 4 {
        let right = cut(right, room);
        put(buffer, area, wide - width(&right), y, &right, reversed);
    }
}

/// Two cells at the left of each row mark the selected one, for terminals that cannot reverse.
const MARK: usize = 2;

fn heading(buffer: &mut Buffer, area: Rect, y: usize, ui: &Ui, table: &Table) {
    let mut x = MARK;
    for (at, wide) in columns(table, usize::from(area.width).saturating_sub(MARK)) {
        let column = &table.columns[at];
        let mark = match ui.sort() {
            Some(sort) if sort.column == at && sort.descending => " v",
            Some(sort) if sort.column == at => " ^",
            _ => "",
        };
        let title = cut(&format!("{}{mark}", column.title), wide);
        let pad = if column.align == Align::Right { wide.saturating_sub(width(&title)) } else { 0 };
        put(buffer, area, x + pad, y, &title, style(Tone::Strong).add_modifier(Modifier::UNDERLINED));
        x += wide + GAP;
    }
}

fn body(buffer: &mut Buffer, area: Rect, first: usize, rows: usize, ui: &Ui, table: &Table) {
    let widths = columns(table, usize::from(area.width).saturating_sub(MARK));
    for (line, place) in (ui.top()..ui.shown.len()).take(rows).enumerate() {
        let (row, y) = (&table.rows[ui.shown[place]], first + line);
        let selected = place == ui.selected();
        let turn = |style: Style| if selected { style.add_modifier(Modifier::REVERSED) } else { style };
        if selected {
            put(buffer, area, 0, y, &" ".repeat(usize::from(area.width)), turn(Style::new()));
            put(buffer, area, 0, y, ">", turn(Style::new()));
        }
        let mut x = MARK;
        for (at, wide) in &widths {
            if let Some(cell) = row.cells.get(*at) {
                let text = cut(&cell.text, *wide);
                let right = table.columns[*at].align == Align::Right;
                let pad = if right { wide.saturating_sub(width(&text)) } else { 0 };
                put(buffer, area, x + pad, y, &text, turn(style(cell.tone)));
            }
            x += wide + GAP;
        }
    }
    if ui.shown.is_empty() {
        let words = if table.rows.is_empty() { "nothing yet" } else { "nothing fits the filter" };
        put(buffer, area, MARK, first, words, style(Tone::Dim));
    }
}

fn text(buffer: &mut Buffer, area: Rect, first: usize, rows: usize, lines: &[Line], shown: &[usize]) {
    let mut y = first;
    for line in shown.iter().filter_map(|at| lines.get(*at)) {
        for part in wrap(&line.text, usize::from(area.width)) {
            if y >= first + rows {
                return;
            }
            put(buffer, area, 0, y, &part, style(line.tone));
            y += 1;
        }
    }
}
