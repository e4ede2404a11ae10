//! Listening sockets: TCP with or without TLS, and Unix sockets that only their owner may use.

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use tokio_rustls::TlsAcceptor;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 128;

/// Why a server cannot listen.
#[derive(Debug)]
pub struct ListenError {
    /// Where.
    pub address: String,
    /// Why not.
    pub error: io::Error,
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot listen on {}: {}", self.address, self.error)
    }
}

impl std::error::Error for ListenError {}

/// A bound socket that the server's thread will accept from.
#[derive(Debug)]
pub(crate) enum Bound {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener, SocketFile),
}

/// The file of a Unix socket, removed with the listener.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody else may have removed it already.
        let _ = fs::remove_file(&self.0);
    }
}

/// Binds a TCP address.
pub(crate) fn tcp(address: SocketAddr) -> Result<Bound, ListenError> {
    let fail = |error| ListenError { address: address.to_string(), error };
    let listener = std::net::TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    Ok(Bound::Tcp(listener))
}

/// Binds a Unix socket that only its owner may use. A socket left behind by a program that is gone is replaced.
pub(crate) fn unix(path: &Path) -> Result<Bound, ListenError> {
    let fail = |error: io::Error| ListenError { address: format!("unix://{}", path.display()), error };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    if let Ok(there) = fs::symlink_metadata(path) {
        if !there.file_type().is_socket() {
            return Err(fail(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "something that is no socket is there",
            )));
        }
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(fail(io::ErrorKind::AddrInUse.into()));
        }
        fs::remove_file(path).map_err(fail)?;
    }
    let address = SocketAddrUnix::new(path).map_err(|error| fail(error.into()))?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
        .map_err(|error| fail(error.into()))?;
    rustix::net::bind(&socket, &address).map_err(|error| fail(error.into()))?;
    let file = SocketFile(path.to_path_buf());
    // Nobody can connect before `listen`, so that there is no moment at which others could.
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(fail)?;
    rustix::net::listen(&socket, BACKLOG).map_err(|error| fail(error.into()))?;
    Ok(Bound::Unix(socket.into(), file))
}

impl Bound {
    /// The address, with the port that was really taken.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match self {
            Bound::Tcp(listener) => listener.local_addr().ok(),
            Bound::Unix(..) => None,
        }
    }

    /// Makes it one that the current runtime accepts from.
    pub(crate) fn listen(self, tls: Option<TlsAcceptor>) -> io::Result<Listener> {
        Ok(match self {
            Bound::Tcp(listener) => Listener::Tcp(tokio::net::TcpListener::from_std(listener)?, tls),
            Bound::Unix(listener, file) => {
                Listener::Unix(tokio::net::UnixListener::from_std(listener)?, file)
            }
        })
    }
}

/// A socket that accepts connections.
pub(crate) enum Listener {
    Tcp(tokio::net::TcpListener, Option<TlsAcceptor>),
    Unix(tokio::net::UnixListener, #[expect(dead_code, reason = "removes the file at the end")] SocketFile),
}
