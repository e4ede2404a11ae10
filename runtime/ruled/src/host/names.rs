//! Host names that rules mention: looked up beside the event loop, again and again, as what they stand for changes.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use engine::state::HostNames;

/// How soon a name is looked up again that was new or changed; the pause doubles while it stays the same. Falco's times.
const FIRST: Duration = Duration::from_secs(10);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(320);

/// Asks for the addresses of names.
#[derive(Debug)]
pub(crate) struct Names {
    wanted: Sender<Vec<String>>,
    found: Receiver<HostNames>,
}

impl Names {
    /// Starts the thread that looks names up; `changed` is called when there is something new.
    pub(crate) fn start(changed: impl Fn() + Send + 'static) -> io::Result<Names> {
        Names::start_with(look_up, FIRST, changed)
    }

    fn start_with(
        look_up: impl Fn(&str) -> Vec<IpAddr> + Send + 'static,
        first: Duration,
        changed: impl Fn() + Send + 'static,
    ) -> io::Result<Names> {
        let (wanted, wishes) = channel();
        let (answers, found) = channel();
        thread::Builder::new().name("names".into()).spawn(move || {
            let mut known = Vec::new();
            while round(&mut known, &wishes, &look_up, first, &answers) {
                changed();
            }
        })?;
        Ok(Names { wanted, found })
    }

    /// Wants these names and no others from now on.
    pub(crate) fn want(&self, names: Vec<String>) {
        // The thread ends when nobody is there any more.
        let _ = self.wanted.send(names);
    }

    /// What all names stand for, if that changed.
    pub(crate) fn next(&self) -> Option<HostNames> {
        self.found.try_iter().last()
    }
}

/// A name that is looked up.
struct Known {
    name: String,
    addresses: Vec<IpAddr>,
    pause: Duration,
    due: Instant,
}

/// Waits until something changes and tells it. `false`: nobody listens.
fn round(
    known: &mut Vec<Known>,
    wishes: &Receiver<Vec<String>>,
    look_up: &impl Fn(&str) -> Vec<IpAddr>,
    first: Duration,
    answers: &Sender<HostNames>,
) -> bool {
    let mut changed = false;
    while !changed {
        let next = known.iter().map(|one| one.due).min();
        let wish = match next {
            Some(due) => wishes.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => wishes.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match wish {
            Ok(names) => {
                let before = known.len();
                known.retain(|one| names.contains(&one.name));
                changed |= known.len() != before;
                for name in names {
                    if !known.iter().any(|one| one.name == name) {
                        known.push(Known { name, addresses: Vec::new(), pause: first, due: Instant::now() });
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        for one in known.iter_mut().filter(|one| one.due <= Instant::now()) {
            let mut addresses = look_up(&one.name);
            addresses.sort_unstable();
            addresses.dedup();
            // Whoever cannot be asked for a moment does not move.
            if addresses.is_empty() || addresses == one.addresses {
                one.pause = (one.pause * 2).min(LONGEST);
            } else {
                (one.addresses, one.pause, changed) = (addresses, first, true);
            }
            one.due = Instant::now() + one.pause;
        }
    }
    let names = known.iter().map(|one| (&*one.name, &*one.addresses));
    answers.send(HostNames::new(names)).is_ok()
}

/// Asks the system; that may take many seconds.
fn look_up(name: &str) -> Vec<IpAddr> {
    (name, 0).to_socket_addrs().map(|found| found.map(|end| end.ip()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[test]
    fn names_follow_their_addresses_and_the_rules() {
        let (told, bell) = channel();
        let moves = AtomicU8::new(0);
        let look_up = move |name: &str| match name {
            "moving" => vec![IpAddr::from([10, 0, 0, 1 + moves.fetch_add(1, Ordering::Relaxed).min(1)])],
            "still" => vec![IpAddr::from([10, 0, 0, 9])],
            _ => Vec::new(),
        };
        let changed = move || told.send(()).unwrap_or_default();
        let names = Names::start_with(look_up, Duration::from_millis(1), changed).unwrap();
        names.want(vec!["moving".into(), "still".into(), "nowhere".into()]);
        let patience = Duration::from_secs(60);
        let wait_for = |last: u8, wanted: &[&str]| loop {
            bell.recv_timeout(patience).unwrap();
            let Some(found) = names.next() else { continue };
            if found.of([10, 0, 0, last].into()).iter().map(|name| &**name).eq(wanted.iter().copied()) {
                return found;
            }
        };
        let found = wait_for(2, &["moving"]);
        assert!(found.of([10, 0, 0, 1].into()).is_empty());
        assert_eq!(found.of([10, 0, 0, 9].into()), ["still".into()]);
        names.want(vec!["moving".into()]);
        wait_for(9, &[]);
    }
}
