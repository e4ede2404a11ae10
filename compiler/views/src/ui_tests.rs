//! Keys in, rows out.

use super::{Key, Ui};
use crate::model::{Body, Cell, Column, Line, Model, Page, Row, Table};

/// Rules with counts; a rule opens a text, of which nothing opens.
struct Rules(Vec<(&'static str, u64, &'static str)>);

impl Model for Rules {
    fn page(&self, path: &[String]) -> Option<Page> {
        let page = |body| Some(Page { title: "rules".into(), note: String::new(), body });
        match path {
            [] => page(Body::Table(Table {
                columns: vec![
                    Column::text("Rule", 4, 20, 9),
                    Column::number("Count", 3, 8),
                    Column::text("Priority", 4, 12, 5),
                ],
                rows: self
                    .0
                    .iter()
                    .map(|(rule, count, priority)| Row {
                        key: (*rule).to_string(),
                        cells: vec![Cell::text(*rule), Cell::count(*count), Cell::text(*priority)],
                    })
                    .collect(),
            })),
            [rule] => {
                let known = self.0.iter().any(|(name, ..)| name == rule);
                known
                    .then(|| page(Body::Text((0..30).map(|n| Line::new(format!("{rule} {n}"))).collect())))?
            }
            _ => None,
        }
    }
}

fn rules() -> Rules {
    Rules(vec![
        ("Write below root", 66, "Error"),
        ("Terminal shell", 63, "Notice"),
        ("History", 8, "Warning"),
    ])
}

fn rows(ui: &Ui) -> Vec<String> {
    match &ui.page.body {
        Body::Table(table) => ui.shown.iter().map(|at| table.rows[*at].key.clone()).collect(),
        Body::Text(lines) => ui.shown[ui.top()..].iter().map(|at| lines[*at].text.clone()).collect(),
    }
}

fn press(ui: &mut Ui, keys: &str, model: &Rules) {
    for c in keys.chars() {
        let key = match c {
            '\n' => Key::Enter,
            '\x1b' => Key::Escape,
            c => Key::Char(c),
        };
        ui.press(key, model);
    }
}

#[test]
fn sorts_by_each_column_in_turn_and_back() {
    let model = rules();
    let mut ui = Ui::new(&model);
    assert_eq!(rows(&ui), ["Write below root", "Terminal shell", "History"]);
    press(&mut ui, "s", &model);
    assert_eq!(rows(&ui), ["History", "Terminal shell", "Write below root"]);
    press(&mut ui, "s", &model);
    assert_eq!(rows(&ui), ["Write below root", "Terminal shell", "History"]);
    press(&mut ui, "r", &model);
    assert_eq!(rows(&ui), ["History", "Terminal shell", "Write below root"]);
    press(&mut ui, "3", &model);
    assert_eq!(rows(&ui), ["Write below root", "Terminal shell", "History"]);
    press(&mut ui, "s", &model);
    assert_eq!(ui.sort(), None);
}

#[test]
fn filters_while_typing() {
    let model = rules();
    let mut ui = Ui::new(&model);
    press(&mut ui, "/shell", &model);
    assert_eq!(rows(&ui), ["Terminal shell"]);
    assert!(ui.typing());
    press(&mut ui, "\n", &model);
    assert!(!ui.typing() && !ui.quit);
    press(&mut ui, "\x1b", &model);
    assert_eq!(rows(&ui).len(), 3);
    press(&mut ui, "/priority:err\n", &model);
    assert_eq!(rows(&ui), ["Write below root"]);
    // Escape while typing brings the filter from before back.
    press(&mut ui, "/xyz", &model);
    assert!(rows(&ui).is_empty());
    press(&mut ui, "\n\n/q\x1b", &model);
    assert!(!ui.quit);
}

#[test]
fn the_selected_row_stays_selected_when_rows_move() {
    let mut model = rules();
    let mut ui = Ui::new(&model);
    press(&mut ui, "jj", &model);
    assert_eq!(ui.selected(), 2);
    model.0.swap(0, 2);
    ui.reload(&model);
    assert_eq!((ui.selected(), rows(&ui)[0].as_str()), (0, "History"));
}

#[test]
fn opens_and_goes_back() {
    let mut model = rules();
    let mut ui = Ui::new(&model);
    ui.resize(10);
    press(&mut ui, "j\n", &model);
    assert_eq!(rows(&ui)[0], "Terminal shell 0");
    press(&mut ui, " ", &model);
    assert_eq!(rows(&ui)[0], "Terminal shell 10");
    press(&mut ui, "\n", &model);
    assert_eq!(rows(&ui)[0], "Terminal shell 10");
    press(&mut ui, "\x1b", &model);
    assert_eq!(ui.selected(), 1);
    // What is open may vanish.
    press(&mut ui, "\n", &model);
    model.0.remove(1);
    ui.reload(&model);
    assert!(!ui.deep());
    press(&mut ui, "q", &model);
    assert!(ui.quit);
}

#[test]
fn nothing_to_show_is_no_trouble() {
    let model = Rules(Vec::new());
    let mut ui = Ui::new(&model);
    press(&mut ui, "jkgG s1r9/x\n\n\x1b\x1b?x", &model);
    ui.press(Key::PageUp, &model);
    ui.press(Key::End, &model);
    assert!(rows(&ui).is_empty());
    ui.press(Key::Interrupt, &model);
    assert!(ui.quit);
}
