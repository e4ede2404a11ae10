//! A view that panics leaves the terminal clean and its message readable. The test program starts itself on a
//! pseudo-terminal.

#[path = "../../rulec/tests/terminal/screen.rs"]
mod screen;

use screen::Screen;
use views::{Body, Ended, Model, Page, Refresh, Table};

/// Panics once it is on the screen, or when a row is opened.
struct Panics {
    looks: u32,
}

impl Model for Panics {
    fn page(&self, _path: &[String]) -> Option<Page> {
        Some(Page {
            title: "before the panic".into(),
            note: String::new(),
            body: Body::Table(Table::default()),
        })
    }

    fn refresh(&mut self) -> Refresh {
        self.looks += 1;
        assert!(self.looks < 5, "what the model said last");
        Refresh::Changed
    }
}

/// What the terminal shows.
#[test]
#[ignore = "no test of its own: a program that the other tests start on a terminal"]
fn panics() {
    assert_eq!(views::run(&mut Panics { looks: 0 }).unwrap(), Ended::Quit);
}

#[test]
fn a_panic_leaves_the_terminal_clean() {
    let program = std::env::current_exe().unwrap().display().to_string();
    let screen = Screen::start(
        &program,
        &["--exact", "panics", "--ignored", "--nocapture", "--test-threads=1"],
        30,
        100,
    );
    screen.wait("the panic's message", |text| {
        text.contains("what the model said last") && !text.contains("before the panic")
    });
    assert_ne!(screen.end(), 0);
}

#[test]
fn without_a_terminal_it_says_so() {
    // Of the tests, this one's standard output is taken by the harness, but it may be a terminal all the same.
    use std::io::IsTerminal;
    if !std::io::stdout().is_terminal() {
        let error = views::run(&mut Panics { looks: 0 }).unwrap_err();
        assert!(error.to_string().contains("terminal"), "{error}");
    }
}

#[test]
fn any_size_and_key_before_the_panic() {
    let program = std::env::current_exe().unwrap().display().to_string();
    let mut screen = Screen::start(
        &program,
        &["--exact", "panics", "--ignored", "--nocapture", "--test-threads=1"],
        3,
        12,
    );
    screen.resize(20, 90);
    screen.see("", "what the model said last");
    assert!(screen.pid() > 0 && !screen.lines().is_empty());
    assert_ne!(screen.end(), 0);
}
