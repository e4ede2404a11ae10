//! TLS of the servers: certificates from PEM files, clients' certificates where they are required.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// A server's certificate chain and key. Both may be the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// PEM file with the certificate, then those of its issuers.
    pub certificates: PathBuf,
    /// PEM file with the key.
    pub key: PathBuf,
}

/// A server's identity, and who may connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutualTls {
    /// The server.
    pub identity: Identity,
    /// PEM file with the certificates that clients' certificates must come from.
    pub roots: PathBuf,
}

/// Why TLS cannot be set up.
#[derive(Debug)]
pub struct TlsError {
    file: PathBuf,
    reason: String,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for TlsError {}

fn error(file: &Path, reason: impl fmt::Display) -> TlsError {
    TlsError { file: file.to_path_buf(), reason: reason.to_string() }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|reason| error(file, reason))?;
    if certificates.is_empty() {
        return Err(error(file, "no certificate in it"));
    }
    Ok(certificates)
}

/// An acceptor for connections that speak one of `protocols` (ALPN).
pub(crate) fn acceptor(
    identity: &Identity,
    roots: Option<&Path>,
    protocols: &[&str],
) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|reason| error(&identity.certificates, reason))?;
    let builder = match roots {
        Some(file) => {
            let mut store = RootCertStore::empty();
            for certificate in certificates(file)? {
                store.add(certificate).map_err(|reason| error(file, reason))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider)
                .build()
                .map_err(|reason| error(file, reason))?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let chain = certificates(&identity.certificates)?;
    let key = PrivateKeyDer::from_pem_file(&identity.key).map_err(|reason| error(&identity.key, reason))?;
    let mut config =
        builder.with_single_cert(chain, key).map_err(|reason| error(&identity.certificates, reason))?;
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(TlsAcceptor::from(Arc::new(config)))
}
