//! The terminal while a view has it: raw mode and the alternate screen, given back on every way out.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::style::ResetColor;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue};
use ratatui::{Frame, Terminal};

/// Whether the terminal is taken: giving it back twice would write to somebody else's screen.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The taken terminal.
pub(crate) struct Session {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
}

impl Session {
    /// Takes the terminal. The error says what is in the way.
    pub(crate) fn start() -> io::Result<Session> {
        if !io::stdout().is_terminal() {
            return Err(io::Error::other("an interactive view needs a terminal as standard output"));
        }
        HOOK.call_once(|| {
            // A panic's message must not vanish with the alternate screen.
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                give_back();
                before(info);
            }));
        });
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let taken = execute!(io::stdout(), EnterAlternateScreen, Hide)
            .and_then(|()| Terminal::new(CrosstermBackend::new(BufWriter::new(io::stdout()))));
        match taken {
            Ok(terminal) => Ok(Session { terminal }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }
}

impl Session {
    /// Draws a screen. Terminals that can show it all at once, not as its bytes come over a slow line.
    pub(crate) fn show(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(draw)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        give_back();
    }
}

/// Puts the terminal back as it was. Nobody is left to hear of errors.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A panic may have come in the middle of a screen.
        let _ = execute!(io::stdout(), EndSynchronizedUpdate, ResetColor, LeaveAlternateScreen, Show);
        let _ = io::stdout().flush();
        let _ = disable_raw_mode();
    }
}
