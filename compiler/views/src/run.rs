//! The loop: draw, wait for a key, let the model take in news.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::draw::draw;
use crate::model::{Model, Refresh};
use crate::session::Session;
use crate::ui::{Key, Ui};

/// How a view ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person left it.
    Quit,
    /// This signal asked for it.
    Signal(i32),
}

/// How long to wait for a key before looking for news and signals.
const TICK: Duration = Duration::from_millis(100);

/// Shows the model's pages until the person quits or a signal comes. The terminal is as before when this returns, also
/// with an error and when the model panics.
pub fn run(model: &mut dyn Model) -> io::Result<Ended> {
    let signal = Arc::new(AtomicUsize::new(0));
    let mut registered = Vec::new();
    for number in [SIGTERM, SIGINT, SIGHUP] {
        registered.push(signal_hook::flag::register_usize(number, signal.clone(), number as usize)?);
    }
    let ended = show(model, &signal);
    for id in registered {
        signal_hook::low_level::unregister(id);
    }
    ended
}

fn show(model: &mut dyn Model, signal: &AtomicUsize) -> io::Result<Ended> {
    let mut session = Session::start()?;
    let mut ui = Ui::new(model);
    let mut stale = true;
    loop {
        if stale {
            session.show(|frame| draw(&mut ui, frame))?;
            stale = false;
        }
        let refresh = model.refresh();
        if refresh != Refresh::Unchanged {
            ui.reload(model);
            stale = true;
        }
        let wait = if refresh == Refresh::More { Duration::ZERO } else { TICK };
        while event::poll(if stale { Duration::ZERO } else { wait })? {
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    // Escape and a key that arrive together, as over a slow line, look like that key with Alt.
                    if key.modifiers.contains(KeyModifiers::ALT) {
                        ui.press(Key::Escape, model);
                    }
                    if let Some(key) = known(key) {
                        ui.press(key, model);
                    }
                }
                Event::Resize(..) => {}
                _ => continue,
            }
            stale = true;
            if ui.quit {
                return Ok(Ended::Quit);
            }
        }
        match signal.load(Ordering::Relaxed) {
            0 => {}
            number => return Ok(Ended::Signal(number as i32)),
        }
    }
}

fn known(key: KeyEvent) -> Option<Key> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Key::Interrupt,
        KeyCode::Char('f') if control => Key::PageDown,
        KeyCode::Char('b') if control => Key::PageUp,
        KeyCode::Char('h') if control => Key::Back,
        KeyCode::Char(_) if control => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Backspace => Key::Back,
        KeyCode::Esc => Key::Escape,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}
