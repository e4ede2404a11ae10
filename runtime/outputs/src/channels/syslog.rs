//! Alerts to the local syslog daemon.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

use crate::alert::Alert;
use crate::output::{DeliveryError, Output};

/// Facility `user` of RFC 3164, shifted to its place in the priority value.
const FACILITY_USER: u8 = 1 << 3;

/// How long a daemon that reads nothing is waited for.
const LIMIT: Duration = Duration::from_secs(5);

/// A connection to the daemon: datagrams to `/dev/log`. The log of the program shares this with the output.
#[derive(Debug)]
pub struct SyslogSocket {
    path: PathBuf,
    socket: Option<UnixDatagram>,
}

impl SyslogSocket {
    /// The system's daemon.
    pub fn of_system() -> SyslogSocket {
        SyslogSocket::at("/dev/log")
    }

    /// A daemon elsewhere.
    pub fn at(path: impl Into<PathBuf>) -> SyslogSocket {
        SyslogSocket { path: path.into(), socket: None }
    }

    /// Sends a message with syslog's severity, 0 (emergency) to 7 (debug). The daemon adds time and host.
    pub fn send(&mut self, severity: u8, message: &str) -> io::Result<()> {
        let datagram = datagram(severity, message, std::process::id());
        let sent = self.socket()?.send(datagram.as_bytes());
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            Err(_) => {
                // The daemon may have been restarted: its socket is a new one.
                self.socket = None;
                self.socket()?.send(datagram.as_bytes()).map(|_| ())
            }
        }
    }

    fn socket(&mut self) -> io::Result<&UnixDatagram> {
        if self.socket.is_none() {
            let socket = UnixDatagram::unbound()?;
            socket.set_write_timeout(Some(LIMIT))?;
            socket.connect(&self.path)?;
            self.socket = Some(socket);
        }
        self.socket.as_ref().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

/// Priority value, tag and process id, text.
fn datagram(severity: u8, message: &str, pid: u32) -> String {
    format!("<{}>falco[{pid}]: {message}", FACILITY_USER + severity)
}

/// Alerts as messages whose severity is the rule's priority.
#[derive(Debug)]
pub struct SyslogOutput {
    socket: SyslogSocket,
    /// The daemon was there once: it will come back.
    known: bool,
}

impl SyslogOutput {
    /// An output to a daemon.
    pub fn new(socket: SyslogSocket) -> SyslogOutput {
        SyslogOutput { socket, known: false }
    }
}

impl Output for SyslogOutput {
    fn name(&self) -> &str {
        "syslog"
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        // Priorities are numbered like syslog's severities.
        let sent = self.socket.send(alert.priority as u8, &String::from_utf8_lossy(&alert.line));
        match sent {
            Ok(()) => {
                self.known = true;
                Ok(())
            }
            Err(error) if self.known && error.raw_os_error() != Some(EMSGSIZE) => {
                Err(DeliveryError::retryable(error.to_string()))
            }
            // A machine without a daemon is no reason to collect alerts for it.
            Err(error) => Err(DeliveryError::permanent(error.to_string())),
        }
    }

    fn reopen(&mut self) -> Result<(), DeliveryError> {
        self.socket.socket = None;
        Ok(())
    }
}

/// "Message too long", the same on all Linux machines that are supported.
const EMSGSIZE: i32 = 90;

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::Priority;

    #[test]
    fn severities_follow_priorities() {
        assert_eq!(datagram(Priority::Warning as u8, "x", 7), "<12>falco[7]: x");
    }

    #[test]
    fn a_restarted_daemon_is_found_again() {
        let path = std::env::temp_dir().join(format!("ruled-syslog-{}", std::process::id()));
        let mut buffer = [0; 64];
        let mut output = SyslogOutput::new(SyslogSocket::at(&path));
        let alert = Alert { priority: Priority::Debug, ..crate::test_alert(1) };
        assert!(!output.deliver(&alert).unwrap_err().retryable, "nobody was ever there");
        for _ in 0..2 {
            let _ = std::fs::remove_file(&path);
            let daemon = UnixDatagram::bind(&path).unwrap();
            output.deliver(&alert).unwrap();
            let length = daemon.recv(&mut buffer).unwrap();
            assert!(buffer[..length].starts_with(b"<15>falco["));
        }
        std::fs::remove_file(&path).unwrap();
        assert!(output.deliver(&alert).unwrap_err().retryable, "it will come back");
    }
}
