//! One request for metrics over HTTP.

use std::fmt;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long a daemon may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer; ten thousand rules make about four megabytes.
const LARGEST: u64 = 64 << 20;

/// Where metrics are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
    path: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "http://{open}{host}{close}:{}{}", self.port, self.path)
    }
}

impl Address {
    /// Reads `http://host:port/path`; what is left out is `/metrics` and port 8765.
    pub(crate) fn parse(text: &str) -> Result<Address, String> {
        if text.starts_with("https://") {
            return Err(
                "https is not spoken here; ask through a proxy, or serve metrics on the loopback address"
                    .into(),
            );
        }
        let rest = text.strip_prefix("http://").unwrap_or(text);
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/metrics"),
        };
        let path = if path == "/" { "/metrics" } else { path };
        let wrong = || format!("`{text}` is no address; write http://127.0.0.1:8765/metrics");
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or_else(wrong)?)),
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().map_err(|_| wrong())?,
            None => 8765,
        };
        if host.is_empty() || path.contains(|c: char| c.is_control() || c == ' ') {
            return Err(wrong());
        }
        Ok(Address { host: host.to_string(), port, path: path.to_string() })
    }
}

/// The body of what the address answers.
pub(crate) fn get(address: &Address) -> Result<String, String> {
    let failed = |error: std::io::Error| {
        let hint = if error.kind() == std::io::ErrorKind::ConnectionRefused {
            "; is ruled running, with webserver.enabled, webserver.prometheus_metrics_enabled and metrics.enabled?"
        } else {
            ""
        };
        format!("cannot read {address}: {error}{hint}")
    };
    let found = (address.host.as_str(), address.port).to_socket_addrs().map_err(failed)?;
    let mut last = std::io::Error::other("the name has no address");
    let mut stream = None;
    for socket in found {
        match TcpStream::connect_timeout(&socket, PATIENCE) {
            Ok(connected) => {
                stream = Some(connected);
                break;
            }
            Err(error) => last = error,
        }
    }
    let Some(mut stream) = stream else { return Err(failed(last)) };
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    // HTTP/1.0: the answer is not cut into chunks and ends with the connection.
    let request =
        format!("GET {} HTTP/1.0\r\nHost: {}\r\nAccept: text/plain\r\n\r\n", address.path, address.host);
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut answer = Vec::new();
    stream.take(LARGEST).read_to_end(&mut answer).map_err(failed)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) =
        answer.split_once("\r\n\r\n").ok_or_else(|| format!("{address} does not speak HTTP"))?;
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_string()),
        Some("404") => Err(format!(
            "{address} serves no metrics; turn on metrics.enabled and webserver.prometheus_metrics_enabled"
        )),
        _ => Err(format!("{address} answers `{}`", head.lines().next().unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_may_be_short() {
        for (text, wanted) in [
            ("localhost", "http://localhost:8765/metrics"),
            ("http://10.0.0.1:80", "http://10.0.0.1:80/metrics"),
            ("http://h:1/", "http://h:1/metrics"),
            ("http://h:1/m", "http://h:1/m"),
            ("[::1]", "http://[::1]:8765/metrics"),
            ("http://[::1]:99/x", "http://[::1]:99/x"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), wanted);
        }
        for text in ["", "h:x", "https://h", "[::1]x", "h:1/a b"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
