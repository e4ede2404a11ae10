//! What the person did: which rows are open, selected, sorted and filtered. No terminal here.

use std::cmp::Ordering;

use crate::clean::clean_page;
use crate::model::{Body, Model, Page, Table};

/// A key, whatever the terminal sent for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Enter,
    Back,
    Escape,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    /// Ctrl-C.
    Interrupt,
}

/// What becomes of a page that is left, so that coming back finds it as it was.
#[derive(Clone, Debug, Default)]
struct Level {
    /// The row behind which this page is.
    key: String,
    /// The selected row's key and place; on pages of text, the first line shown is `top`.
    selected_key: String,
    selected: usize,
    top: usize,
    sort: Option<Sort>,
    filter: String,
}

/// A sorted column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) column: usize,
    pub(crate) descending: bool,
}

/// The whole state.
pub(crate) struct Ui {
    levels: Vec<Level>,
    /// The page now.
    pub(crate) page: Page,
    /// Rows, or lines, of the page that are shown, in order.
    pub(crate) shown: Vec<usize>,
    /// The filter is being typed; it was this before.
    before_typing: Option<String>,
    pub(crate) help: bool,
    /// Rows that the screen has.
    rows: usize,
    pub(crate) quit: bool,
}

impl Ui {
    /// Starts on the first page.
    pub(crate) fn new(model: &dyn Model) -> Ui {
        let empty = Page { title: String::new(), note: String::new(), body: Body::Text(Vec::new()) };
        let mut ui = Ui {
            levels: vec![Level::default()],
            page: empty,
            shown: Vec::new(),
            before_typing: None,
            help: false,
            rows: 1,
            quit: false,
        };
        ui.reload(model);
        ui
    }

    fn level(&self) -> &Level {
        // There is always one: the first page cannot be left.
        &self.levels[self.levels.len() - 1]
    }

    fn level_mut(&mut self) -> &mut Level {
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn path(&self) -> Vec<String> {
        self.levels.iter().skip(1).map(|level| level.key.clone()).collect()
    }

    /// The selected row among the shown ones.
    pub(crate) fn selected(&self) -> usize {
        self.level().selected
    }

    /// The first shown row, or line, on the screen.
    pub(crate) fn top(&self) -> usize {
        self.level().top
    }

    pub(crate) fn sort(&self) -> Option<Sort> {
        self.level().sort
    }

    pub(crate) fn filter(&self) -> &str {
        &self.level().filter
    }

    pub(crate) fn typing(&self) -> bool {
        self.before_typing.is_some()
    }

    pub(crate) fn deep(&self) -> bool {
        self.levels.len() > 1
    }

    /// Takes the page from the model again.
    pub(crate) fn reload(&mut self, model: &dyn Model) {
        loop {
            if let Some(page) = model.page(&self.path()) {
                self.page = clean_page(page);
                break;
            }
            // What was open is gone.
            if self.levels.len() == 1 {
                break;
            }
            self.levels.pop();
        }
        self.arrange();
    }

    /// Filters and sorts, and keeps the selected row selected.
    fn arrange(&mut self) {
        let (filter, sort) = (self.level().filter.clone(), self.level().sort);
        self.shown = match &self.page.body {
            Body::Text(lines) => {
                let filter = filter.to_lowercase();
                let fits = |at: &usize| lines[*at].text.to_lowercase().contains(&filter);
                (0..lines.len()).filter(fits).collect()
            }
            Body::Table(table) => {
                let mut rows: Vec<usize> =
                    (0..table.rows.len()).filter(|at| fits(table, *at, &filter)).collect();
                if let Some(sort) = sort {
                    rows.sort_by(|a, b| {
                        let order = compare(table, sort.column, *a, *b);
                        if sort.descending { order.reverse() } else { order }
                    });
                }
                rows
            }
        };
        if let Body::Table(table) = &self.page.body {
            let key = &self.level().selected_key;
            let found = self.shown.iter().position(|at| table.rows[*at].key == *key);
            let place = found.unwrap_or(self.level().selected).min(self.shown.len().saturating_sub(1));
            self.level_mut().selected = place;
        }
        self.keep_in_sight();
    }

    /// Tells how many rows the screen has, and how many lines the page's text makes there.
    pub(crate) fn resize(&mut self, rows: usize) {
        if self.rows != rows {
            self.rows = rows.max(1);
            self.keep_in_sight();
        }
    }

    fn keep_in_sight(&mut self) {
        let (rows, shown) = (self.rows, self.shown.len());
        let is_table = matches!(self.page.body, Body::Table(_));
        let level = self.level_mut();
        if is_table {
            level.top = level.top.min(level.selected).max((level.selected + 1).saturating_sub(rows));
            level.top = level.top.min(shown.saturating_sub(rows));
        } else {
            level.top = level.top.min(shown.saturating_sub(1));
        }
        self.remember();
    }

    fn remember(&mut self) {
        if let Body::Table(table) = &self.page.body
            && let Some(at) = self.shown.get(self.level().selected)
        {
            let key = table.rows[*at].key.clone();
            self.level_mut().selected_key = key;
        }
    }

    /// Does what a key asks for.
    pub(crate) fn press(&mut self, key: Key, model: &dyn Model) {
        if key == Key::Interrupt {
            self.quit = true;
        } else if self.typing() {
            self.type_key(key);
        } else if self.help {
            self.help = false;
        } else {
            self.command(key, model);
        }
    }

    fn type_key(&mut self, key: Key) {
        match key {
            Key::Char(c) => self.level_mut().filter.push(c),
            Key::Back => {
                self.level_mut().filter.pop();
            }
            Key::Escape => {
                self.level_mut().filter = self.before_typing.take().unwrap_or_default();
            }
            Key::Enter => self.before_typing = None,
            _ => return,
        }
        self.arrange();
    }

    fn command(&mut self, key: Key, model: &dyn Model) {
        match key {
            Key::Char('q') => self.quit = true,
            Key::Char('?' | 'h') => self.help = true,
            Key::Char('/') => self.before_typing = Some(std::mem::take(&mut self.level_mut().filter)),
            Key::Char('j') | Key::Down => self.step(1),
            Key::Char('k') | Key::Up => self.step(-1),
            Key::PageDown | Key::Char(' ') => self.step(self.rows as isize),
            Key::PageUp | Key::Char('b') => self.step(-(self.rows as isize)),
            Key::Home | Key::Char('g') => self.step(isize::MIN / 2),
            Key::End | Key::Char('G') => self.step(isize::MAX / 2),
            Key::Enter | Key::Right | Key::Char('l') => self.open(model),
            Key::Escape if !self.filter().is_empty() => {
                self.level_mut().filter.clear();
                self.arrange();
            }
            Key::Escape | Key::Left | Key::Back if self.levels.len() > 1 => {
                self.levels.pop();
                self.reload(model);
            }
            Key::Char('s') => {
                let columns = self.columns();
                let next = self.sort().map_or(0, |sort| sort.column + 1);
                self.sort_by((next < columns).then_some(next));
            }
            Key::Char('r' | 'S') => {
                if let Some(sort) = &mut self.level_mut().sort {
                    sort.descending = !sort.descending;
                    self.arrange();
                }
            }
            Key::Char(digit @ '1'..='9') => {
                let column = digit as usize - '1' as usize;
                if column >= self.columns() {
                    return;
                }
                match &mut self.level_mut().sort {
                    Some(sort) if sort.column == column => {
                        sort.descending = !sort.descending;
                        self.arrange();
                    }
                    _ => self.sort_by(Some(column)),
                }
            }
            _ => {}
        }
    }

    fn columns(&self) -> usize {
        match &self.page.body {
            Body::Table(table) => table.columns.len(),
            Body::Text(_) => 0,
        }
    }

    /// Sorts by a column, numbers from the greatest down; `None` gives the model's order.
    fn sort_by(&mut self, column: Option<usize>) {
        let numbers = |column: usize| match &self.page.body {
            Body::Table(table) => {
                table.rows.iter().any(|row| row.cells.get(column).is_some_and(|cell| cell.rank.is_some()))
            }
            Body::Text(_) => false,
        };
        let sort = column.map(|column| Sort { column, descending: numbers(column) });
        self.level_mut().sort = sort;
        self.arrange();
    }

    fn step(&mut self, by: isize) {
        let last = self.shown.len().saturating_sub(1);
        let is_table = matches!(self.page.body, Body::Table(_));
        let level = self.level_mut();
        let place = if is_table { &mut level.selected } else { &mut level.top };
        *place = place.saturating_add_signed(by).min(last);
        self.remember();
        self.keep_in_sight();
    }

    fn open(&mut self, model: &dyn Model) {
        let Body::Table(table) = &self.page.body else { return };
        let Some(row) = self.shown.get(self.level().selected).and_then(|at| table.rows.get(*at)) else {
            return;
        };
        let key = row.key.clone();
        let mut path = self.path();
        path.push(key.clone());
        if model.page(&path).is_some() {
            self.levels.push(Level { key, ..Level::default() });
            self.reload(model);
        }
    }
}

/// Whether every word of the filter is in some cell, or in the cells of the column that `title:word` names.
fn fits(table: &Table, row: usize, filter: &str) -> bool {
    let cells = &table.rows[row].cells;
    filter.to_lowercase().split_whitespace().all(|word| {
        let has =
            |at: usize, word: &str| cells.get(at).is_some_and(|cell| cell.text.to_lowercase().contains(word));
        let anywhere = (0..cells.len()).any(|at| has(at, word));
        let named = word.split_once(':').is_some_and(|(title, word)| {
            !title.is_empty()
                && table
                    .columns
                    .iter()
                    .enumerate()
                    .any(|(at, column)| column.title.to_lowercase().starts_with(title) && has(at, word))
        });
        anywhere || named
    })
}

fn compare(table: &Table, column: usize, a: usize, b: usize) -> Ordering {
    let (Some(a), Some(b)) = (table.rows[a].cells.get(column), table.rows[b].cells.get(column)) else {
        return Ordering::Equal;
    };
    match (a.rank, b.rank) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (None, None) => a.text.to_lowercase().cmp(&b.text.to_lowercase()),
    }
}

#[cfg(test)]
#[path = "ui_tests.rs"]
mod tests;
