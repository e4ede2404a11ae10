//! Certificates and keys from files.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use ureq::tls::{Certificate, PemItem, PrivateKey, parse_pem};

/// Certificates to trust: those of the first file that is named, otherwise all of a directory.
pub(super) fn trusted(
    ca_cert: &str,
    ca_bundle: &str,
    ca_path: &str,
) -> Result<Vec<Certificate<'static>>, String> {
    for file in [ca_cert, ca_bundle] {
        if !file.is_empty() {
            return chain(file);
        }
    }
    let mut known = HashSet::new();
    let mut found = Vec::new();
    let entries = fs::read_dir(ca_path).map_err(|error| format!("cannot read {ca_path}: {error}"))?;
    for entry in entries.flatten() {
        // Directories of certificates hold each several times: by name, by hash and in a bundle.
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        for item in parse_pem(&bytes) {
            if let Ok(PemItem::Certificate(certificate)) = item
                && known.insert(certificate.der().to_vec())
            {
                found.push(certificate);
            }
        }
    }
    Ok(found)
}

/// All certificates of a file.
pub(super) fn chain(file: &str) -> Result<Vec<Certificate<'static>>, String> {
    let bytes = read(file)?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| format!("{file}: {error}"))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(format!("{file} has no certificate")) } else { Ok(found) }
}

/// The first key of a file.
pub(super) fn key(file: &str) -> Result<PrivateKey<'static>, String> {
    let bytes = read(file)?;
    for item in parse_pem(&bytes) {
        if let PemItem::PrivateKey(key) = item.map_err(|error| format!("{file}: {error}"))? {
            return Ok(key);
        }
    }
    Err(format!("{file} has no private key"))
}

fn read(file: &str) -> Result<Vec<u8>, String> {
    fs::read(Path::new(file)).map_err(|error| format!("cannot read {file}: {error}"))
}
