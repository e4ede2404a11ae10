//! Alerts to the local syslog daemon.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use super::{Line, Output};

/// Facility `user` of RFC 3164, shifted to its place in the priority value.
const FACILITY_USER: u8 = 1 << 3;

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
        if sent.is_err() {
            // The daemon may have been restarted: its socket is a new one.
            self.socket = None;
            self.socket()?.send(datagram.as_bytes())?;
        }
        Ok(())
    }

    fn socket(&mut self) -> io::Result<&UnixDatagram> {
        if self.socket.is_none() {
            let socket = UnixDatagram::unbound()?;
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
}

impl SyslogOutput {
    /// An output to a daemon.
    pub fn new(socket: SyslogSocket) -> SyslogOutput {
        SyslogOutput { socket }
    }
}

impl Output for SyslogOutput {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn deliver(&mut self, line: Line<'_>) -> io::Result<()> {
        // Priorities are numbered like syslog's severities.
        self.socket.send(line.priority as u8, &String::from_utf8_lossy(line.text))
    }
}

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
        for _ in 0..2 {
            let _ = std::fs::remove_file(&path);
            let daemon = UnixDatagram::bind(&path).unwrap();
            output.deliver(Line { text: b"alert", priority: Priority::Debug }).unwrap();
            let length = daemon.recv(&mut buffer).unwrap();
            assert!(buffer[..length].starts_with(b"<15>falco["));
        }
        std::fs::remove_file(&path).unwrap();
    }
}
