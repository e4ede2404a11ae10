//! What the service manager is told (`Type=notify`): ready, reloading, ending, and, for its watchdog, that the event loop
//! still turns. Without a manager nothing happens.

use std::io;
use std::thread;
use std::time::Duration;

use endpoints::Board;
use sd_notify::NotifyState;

/// Events are being watched.
pub(crate) fn ready(what: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(what)]);
}

/// What the program does, for `systemctl status`.
pub(crate) fn status(what: &str) {
    tell(&[NotifyState::Status(what)]);
}

/// The program ends.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// A manager that does not listen is no reason to stop.
fn tell(state: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(state);
}

/// Feeds the manager's watchdog for as long as the event loop answers: a process that is there but does not look at events
/// is to be restarted.
pub(crate) fn feed_watchdog(board: &Board) -> io::Result<()> {
    let Some(limit) = sd_notify::watchdog_enabled() else { return Ok(()) };
    let board = board.clone();
    let step = (limit / 4).max(Duration::from_millis(10));
    thread::Builder::new()
        .name("watchdog".into())
        .spawn(move || {
            loop {
                board.ask();
                thread::sleep(step);
                if board.silence() < limit / 2 {
                    tell(&[NotifyState::Watchdog]);
                }
            }
        })
        .map(drop)
}
